"""Fields a schema does not declare, and the defaults it gives."""

from __future__ import annotations

from typing import Any, Final

from gatewright.gatekeeper.kube import deep_copy
from gatewright.gatekeeper.schema.props import PRESERVE, Schema

_META: Final = frozenset({"apiVersion", "kind", "metadata"})
_EMBEDDED: Final = "x-kubernetes-embedded-resource"


def unknown_fields(value: Any, schema: Schema) -> list[str]:
    """The paths, sorted, of the fields of a whole resource that its schema does not know."""
    return prune(deep_copy(value), {**schema, _EMBEDDED: True})


def prune(value: Any, schema: Schema | None) -> list[str]:
    """Remove what the schema does not declare from the value, in place; the paths removed, sorted."""
    found: list[str] = []
    _prune(value, schema, "", found)
    return sorted(found)


def _prune(value: Any, schema: Schema | None, path: str, found: list[str]) -> None:
    if schema is not None and schema.get(PRESERVE):
        _skip(value, schema, path, found)
    elif isinstance(value, dict):
        _prune_object(value, schema, path, found)
    elif isinstance(value, list):
        items = _items(schema)
        for i, element in enumerate(value):
            _prune(element, items, f"{path}[{i}]", found)


def _prune_object(value: dict[str, Any], schema: Schema | None, path: str, found: list[str]) -> None:
    properties = (schema or {}).get("properties") or {}
    additional = (schema or {}).get("additionalProperties")
    embedded = bool((schema or {}).get(_EMBEDDED))
    for key in list(value):
        if embedded and key in _META:
            continue
        if key in properties:
            _prune(value[key], properties[key], _child(path, key), found)
        elif additional is not None:
            _prune(value[key], additional if isinstance(additional, dict) else None, _child(path, key), found)
        else:
            if schema is None or key not in _META or path:
                found.append(_child(path, key))
            del value[key]


def _skip(value: Any, schema: Schema | None, path: str, found: list[str]) -> None:
    """Below a preserving schema only what is declared is looked into."""
    if schema is None:
        return
    if isinstance(value, dict):
        properties = schema.get("properties") or {}
        additional = schema.get("additionalProperties")
        for key in list(value):
            if schema.get(_EMBEDDED) and key in _META:
                continue
            if key in properties:
                _prune(value[key], properties[key], _child(path, key), found)
            elif additional is not None:
                _prune(value[key], additional if isinstance(additional, dict) else None, _child(path, key), found)
    elif isinstance(value, list):
        items = _items(schema)
        for i, element in enumerate(value):
            _skip(element, items, f"{path}[{i}]", found)


def _child(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _items(schema: Schema | None) -> Schema | None:
    items = (schema or {}).get("items")
    return items if isinstance(items, dict) else None


def apply_defaults(value: Any, schema: Schema | None) -> None:
    """Fill in the defaults of a schema, in place; only below objects that exist."""
    if schema is None:
        return
    if isinstance(value, dict):
        _default_object(value, schema)
    elif isinstance(value, list):
        items = _items(schema)
        if items is None:
            return
        for i, element in enumerate(value):
            if element is None and not items.get("nullable"):
                value[i] = deep_copy(items.get("default"))
            apply_defaults(value[i], items)


def _default_object(value: dict[str, Any], schema: Schema) -> None:
    properties = schema.get("properties") or {}
    additional = schema.get("additionalProperties")
    for key, prop in properties.items():
        if prop.get("default") is None:
            continue
        if key not in value or (value[key] is None and not prop.get("nullable")):
            value[key] = deep_copy(prop["default"])
    for key in list(value):
        if key in properties:
            apply_defaults(value[key], properties[key])
        elif isinstance(additional, dict):
            if value[key] is None and not additional.get("nullable"):
                value[key] = deep_copy(additional.get("default"))
            apply_defaults(value[key], additional)
