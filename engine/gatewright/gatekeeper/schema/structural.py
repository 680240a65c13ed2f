"""What the API server demands of a CRD's schema: structural form, sound defaults, no unsupported keywords.

Only the part of the schema that a template contributes is checked, below the path it takes in the CRD; the frame
around it (metadata, match, enforcementAction) is known to be good.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gatewright.gatekeeper import _field
from gatewright.gatekeeper.kube import deep_copy
from gatewright.gatekeeper.schema.openapi import pattern_error, validate_value
from gatewright.gatekeeper.schema.props import PRESERVE, Schema
from gatewright.gatekeeper.schema.pruning import prune
from gatewright.gatekeeper.schema.rules import rule_errors

_EMBEDDED: Final = "x-kubernetes-embedded-resource"
_INT_OR_STRING: Final = "x-kubernetes-int-or-string"
_LIST_TYPE: Final = "x-kubernetes-list-type"
_LIST_KEYS: Final = "x-kubernetes-list-map-keys"
_MAP_TYPE: Final = "x-kubernetes-map-type"
_RULES: Final = "x-kubernetes-validations"
_META: Final = ("metadata", "kind", "apiVersion")
_TYPES: Final = ("array", "boolean", "integer", "number", "object", "string")
_INT_OR_STRING_ALTERNATIVES: Final = [{"type": "integer"}, {"type": "string"}]


def schema_errors(schema: Schema, path: str) -> list[str]:
    """Everything the API server has against a schema that stands as an object field at `path`."""
    at = _field.Path(path)
    unsupported = next(_unsupported(schema), None)
    errors: list[str] = []
    sound = False
    if unsupported is None:
        errors = sorted([*_structure(schema, at, "field"), *_completeness(schema, schema, at, at)])
        if not errors:
            errors = list(_default_errors(schema, at))
            sound = not errors
    keyword_errors = list(_keyword_errors(schema, at, inside_meta=False))
    errors += keyword_errors
    if sound and not keyword_errors:
        errors += rule_errors(schema, at)
    if not errors and unsupported is not None:
        root = path.partition(".properties[")[0]
        errors.append(_field.invalid(root, "", unsupported))
    return errors


def _children(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Every schema directly inside, with its place."""
    for name in ("not", "items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield name, schema[name]
    for name in ("allOf", "anyOf", "oneOf"):
        for i, part in enumerate(schema.get(name) or ()):
            yield f"{name}[{i}]", part
    for key, part in (schema.get("properties") or {}).items():
        yield f"properties[{key}]", part


def _unsupported(schema: Schema) -> Iterator[str]:
    """Why the schema cannot be made structural at all."""
    for name, shown in (("id", "id"), ("$schema", "schema"), ("$ref", "$ref")):
        if schema.get(name):
            yield f"OpenAPIV3Schema '{shown}' is not supported"
    for name in ("patternProperties", "dependencies", "additionalItems", "definitions"):
        if schema.get(name) or (name == "additionalItems" and name in schema):
            yield f"OpenAPIV3Schema '{name}' is not supported"
    if schema.get(PRESERVE) is False:
        yield "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
    if isinstance(schema.get("items"), list) and schema["items"]:
        yield "OpenAPIV3Schema 'items' must be a schema, but is an array"
    for _, child in _children(schema):
        yield from _unsupported(child)


# --- structural form ---------------------------------------------------------------------------------------------

_TYPE_NEEDED: Final = {
    "item": "must not be empty for specified array items",
    "field": "must not be empty for specified object fields",
}


def _structure(schema: Schema, at: _field.Path, level: str) -> Iterator[str]:
    kind = schema.get("type", "")
    items = schema.get("items")
    if kind == "array" and not isinstance(items, dict):
        yield _field.required(at.child("items"), "must be specified")
    if isinstance(items, dict):
        yield from _structure(items, at.child("items"), "item")
    for key, prop in (schema.get("properties") or {}).items():
        yield from _structure(prop, at.child("properties").key(key), "field")
    additional = schema.get("additionalProperties")
    if isinstance(additional, dict):
        yield from _structure(additional, at.child("additionalProperties"), "field")
    if schema.get(_INT_OR_STRING):
        for name in (PRESERVE, _EMBEDDED):
            if schema.get(name):
                yield _field.invalid(at.child(name), True, f"must be false if {_INT_OR_STRING} is true")
    any_of, all_of = schema.get("anyOf") or [], schema.get("allOf") or []
    skip_any = any_of == _INT_OR_STRING_ALTERNATIVES
    skip_first = bool(all_of) and all_of[0].get("anyOf") == _INT_OR_STRING_ALTERNATIVES
    yield from _validations(schema, at, skip_any, skip_first)
    yield from _own_type(schema, kind, additional, at, level)
    yield from _meta_types(schema, at)


def _own_type(schema: Schema, kind: str, additional: Any, at: _field.Path, level: str) -> Iterator[str]:
    if schema.get(_EMBEDDED):
        detail = f"must be object if {_EMBEDDED} is true"
        if not kind:
            yield _field.required(at.child("type"), detail)
        elif kind != "object":
            yield _field.invalid(at.child("type"), kind, detail)
        if additional is not None:
            yield _field.forbidden(at.child("additionalProperties"), f"must not be used if {_EMBEDDED} is set")
        if not schema.get(PRESERVE) and not schema.get("properties"):
            detail = f"must not be empty if {_EMBEDDED} is true without {PRESERVE}"
            yield _field.required(at.child("properties"), detail)
    elif not kind and not schema.get(_INT_OR_STRING) and not schema.get(PRESERVE):
        yield _field.required(at.child("type"), _TYPE_NEEDED[level])


def _meta_types(schema: Schema, at: _field.Path) -> Iterator[str]:
    if not schema.get(_EMBEDDED):
        return
    for name, wanted in (("kind", "string"), ("apiVersion", "string"), ("metadata", "object")):
        prop = (schema.get("properties") or {}).get(name)
        if prop is not None and prop.get("type", "") != wanted:
            yield _field.invalid(
                at.child("properties").key(name).child("type"), prop.get("type", ""), f"must be {wanted}"
            )


def _validations(schema: Schema, at: _field.Path, skip_any: bool, skip_first: bool) -> Iterator[str]:
    if not skip_any:
        for i, part in enumerate(schema.get("anyOf") or ()):
            yield from _nested(part, at.child("anyOf").item(i))
    for i, part in enumerate(schema.get("allOf") or ()):
        yield from _nested(part, at.child("allOf").item(i), skip_any=skip_first and i == 0)
    for i, part in enumerate(schema.get("oneOf") or ()):
        yield from _nested(part, at.child("oneOf").item(i))
    if "not" in schema:
        yield from _nested(schema["not"], at.child("not"))
    pattern = schema.get("pattern")
    if pattern and (problem := pattern_error(pattern)) is not None:
        detail = f"must be a valid regular expression, but isn't: {problem}"
        yield _field.invalid(at.child("pattern"), pattern, detail)


_EMPTY_IN_NESTED: Final = (
    ("type", "must be empty to be structural"),
    ("default", "must be undefined to be structural"),
    ("title", "must be empty to be structural"),
    ("description", "must be empty to be structural"),
    ("nullable", "must be false to be structural"),
    (PRESERVE, "must be false to be structural"),
    (_EMBEDDED, "must be false to be structural"),
    (_INT_OR_STRING, "must be false to be structural"),
    (_LIST_KEYS, "must be empty to be structural"),
    (_RULES, "must be empty to be structural"),
)


def _nested(schema: Schema, at: _field.Path, *, skip_any: bool = False) -> Iterator[str]:
    """A schema under a combinator may only restrict values."""
    yield from _validations(schema, at, skip_any, False)
    if isinstance(schema.get("items"), dict):
        yield from _nested(schema["items"], at.child("items"))
    properties = schema.get("properties") or {}
    for key, prop in properties.items():
        yield from _nested(prop, at.child("properties").key(key))
    if schema.get("additionalProperties", False) is not False:
        yield _field.forbidden(at.child("additionalProperties"), "must be undefined to be structural")
    for name, detail in _EMPTY_IN_NESTED:
        if schema.get(name) or (name == "default" and name in schema):
            yield _field.forbidden(at.child(name), detail)
    for name in (_LIST_TYPE, _MAP_TYPE):
        if name in schema:
            yield _field.forbidden(at.child(name), "must be undefined to be structural")
    if "metadata" in properties:
        yield _field.forbidden(at.child("properties").key("metadata"), "must not be specified in a nested context")


def _completeness(rules: Schema, schema: Schema, at: _field.Path, rules_at: _field.Path) -> Iterator[str]:
    """What combinators speak of must be declared outside of them; only the top of each schema is asked."""
    parts = [(rules["not"], rules_at.child("not"))] if "not" in rules else []
    for name in ("allOf", "anyOf", "oneOf"):
        parts += [(part, rules_at.child(name).item(i)) for i, part in enumerate(rules.get(name) or ())]
    for part, part_at in parts:
        yield from _nested_completeness(part, schema, at, part_at)


def _nested_completeness(part: Schema, schema: Schema | None, at: _field.Path, part_at: _field.Path) -> Iterator[str]:
    if schema is None:
        yield _field.required(at, f"because it is defined in {part_at}")
        return
    yield from _completeness(part, schema, at, part_at)
    if isinstance(part.get("items"), dict):
        items = schema.get("items")
        declared = items if isinstance(items, dict) else None
        yield from _nested_completeness(part["items"], declared, at.child("items"), part_at.child("items"))
    for key, prop in (part.get("properties") or {}).items():
        here, there = at.child("properties").key(key), part_at.child("properties").key(key)
        yield from _nested_completeness(prop, (schema.get("properties") or {}).get(key), here, there)


# --- defaults ----------------------------------------------------------------------------------------------------


def _default_errors(schema: Schema, at: _field.Path) -> Iterator[str]:
    default = schema.get("default")
    if default is not None:
        place = at.child("default")
        pruned = deep_copy(default)
        if prune(pruned, schema):
            yield _field.invalid(place, default, "must not have unknown fields")
        metadata = list(_embedded_errors(default, schema, place))
        yield from metadata or validate_value(default, schema, place, structural=True)
    if isinstance(schema.get("items"), dict):
        yield from _default_errors(schema["items"], at.child("items"))
    for key, prop in (schema.get("properties") or {}).items():
        yield from _default_errors(prop, at.child("properties").key(key))


def _embedded_errors(value: Any, schema: Schema, at: _field.Path) -> Iterator[str]:
    if not schema.get(_EMBEDDED) or not isinstance(value, dict):
        return
    for name in ("apiVersion", "kind"):
        if name not in value or value[name] == "":
            yield _field.required(at.child(name), "must not be empty")
        elif not isinstance(value[name], str):
            yield _field.invalid(at.child(name), value[name], "must be a string")


# --- keywords ----------------------------------------------------------------------------------------------------


def _keyword_errors(schema: Schema, at: _field.Path, *, inside_meta: bool) -> Iterator[str]:
    yield from _forbidden_keywords(schema, at, inside_meta)
    if schema.get("uniqueItems"):
        detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield _field.forbidden(at.child("uniqueItems"), detail)
    additional = schema.get("additionalProperties")
    if additional is not None:
        if schema.get("properties") and additional is not True:
            detail = "additionalProperties and properties are mutual exclusive"
            yield _field.forbidden(at.child("additionalProperties"), detail)
        if isinstance(additional, dict):
            yield from _keyword_errors(additional, at.child("additionalProperties"), inside_meta=inside_meta)
    for key, prop in (schema.get("properties") or {}).items():
        meta = inside_meta or (bool(schema.get(_EMBEDDED)) and key in _META)
        yield from _keyword_errors(prop, at.child("properties").key(key), inside_meta=meta)
    for name, child in _children(schema):
        if not name.startswith(("properties[", "additionalProperties")):
            yield from _keyword_errors(child, _field.Path(f"{at}.{name}"), inside_meta=inside_meta)
    for name in ("definitions", "dependencies"):
        for key, child in (schema.get(name) or {}).items():
            if isinstance(child, dict):
                yield from _keyword_errors(child, at.child(name).key(key), inside_meta=inside_meta)
    if isinstance(schema.get("items"), list):
        for i, child in enumerate(schema["items"]):
            yield from _keyword_errors(child, at.child("items").item(i), inside_meta=inside_meta)
    if schema.get(PRESERVE) is False:
        yield _field.invalid(at.child(PRESERVE), False, "must be true or undefined")
    yield from _map_type(schema, at)
    yield from _list_type(schema, at)


def _forbidden_keywords(schema: Schema, at: _field.Path, inside_meta: bool) -> Iterator[str]:
    kind = schema.get("type", "")
    if kind and kind not in _TYPES:
        yield _field.not_supported(at.child("type"), kind, _TYPES)
    for name in ("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"):
        if name in schema and (schema[name] or name in ("$ref", "dependencies", "additionalItems")):
            yield _field.forbidden(at.child(name), f"{name} is not supported")
    if kind == "null":
        yield _field.forbidden(at.child("type"), "type cannot be set to null, use nullable as an alternative")
    if isinstance(schema.get("items"), list) and schema["items"]:
        yield _field.forbidden(at.child("items"), "items must be a schema object and not an array")
    if inside_meta and schema.get(_EMBEDDED):
        yield _field.forbidden(at.child(_EMBEDDED), "must not be used inside of resource meta")


def _wrong_kind(schema: Schema, at: _field.Path, wanted: str, keyword: str) -> str:
    detail = f"must be {wanted} if {keyword} is specified"
    kind = schema.get("type", "")
    return _field.invalid(at.child("type"), kind, detail) if kind else _field.required(at.child("type"), detail)


def _map_type(schema: Schema, at: _field.Path) -> Iterator[str]:
    map_type = schema.get(_MAP_TYPE)
    if map_type is None:
        return
    if schema.get("type") != "object":
        yield _wrong_kind(schema, at, "object", _MAP_TYPE)
    if map_type not in ("atomic", "granular"):
        yield _field.not_supported(at.child(_MAP_TYPE), map_type, ["atomic", "granular"])


def _list_type(schema: Schema, at: _field.Path) -> Iterator[str]:
    list_type, keys = schema.get(_LIST_TYPE), schema.get(_LIST_KEYS) or []
    items = schema.get("items")
    item = items if isinstance(items, dict) else None
    if list_type is not None and schema.get("type") != "array":
        yield _wrong_kind(schema, at, "array", _LIST_TYPE)
    elif list_type == "set" and item is not None:
        yield from _set_items(item, at)
    if list_type is not None and list_type not in ("atomic", "set", "map"):
        yield _field.not_supported(at.child(_LIST_TYPE), list_type, ["atomic", "set", "map"])
    if keys and list_type != "map":
        detail = f"must be map if {_LIST_KEYS} is non-empty"
        place = at.child(_LIST_TYPE)
        yield _field.required(place, detail) if list_type is None else _field.invalid(place, list_type, detail)
    if list_type == "map":
        yield from _map_list(schema, item, keys, at)
    if list_type in ("set", "map") and item is not None:
        yield from _list_nullability(str(list_type), item, keys, at)


def _set_items(item: Schema, at: _field.Path) -> Iterator[str]:
    detail = f"must be atomic as item of a list with {_LIST_TYPE}=set"
    if item.get("type") == "array" and item.get(_LIST_TYPE, "atomic") != "atomic":
        yield _field.invalid(at.child("items", _LIST_TYPE), item[_LIST_TYPE], detail)
    if item.get("type") == "object" and item.get(_MAP_TYPE) != "atomic":
        yield _field.invalid(at.child("items", _MAP_TYPE), item.get(_LIST_TYPE), detail)


def _map_list(schema: Schema, item: Schema | None, keys: list[str], at: _field.Path) -> Iterator[str]:
    if not keys:
        yield _field.required(at.child(_LIST_KEYS), f"must not be empty if {_LIST_TYPE} is map")
    if "items" not in schema:
        yield _field.required(at.child("items"), f"must have a schema if {_LIST_TYPE} is map")
    elif item is None:
        yield _field.invalid(
            at.child("items"), schema["items"], f"must only have a single schema if {_LIST_TYPE} is map"
        )
    elif item.get("type", "") != "object":
        detail = f"must be object if parent array's {_LIST_TYPE} is map"
        yield _field.invalid(at.child("items", "type"), item.get("type", ""), detail)
    else:
        yield from _map_keys(item, keys, at)


def _map_keys(item: Schema, keys: list[str], at: _field.Path) -> Iterator[str]:
    properties = item.get("properties") or {}
    for i, key in enumerate(keys):
        if key not in properties:
            yield _field.invalid(at.child(_LIST_KEYS), keys, "entries must all be names of item properties")
        elif properties[key].get("type") in ("array", "object"):
            detail = f"must be a scalar type if parent array's {_LIST_TYPE} is map"
            yield _field.invalid(at.child("items", "properties").key(key).child("type"), item.get("type", ""), detail)
        if key in keys[:i]:
            yield _field.invalid(at.child(_LIST_KEYS), keys, "must not contain duplicate entries")


def _list_nullability(list_type: str, item: Schema, keys: list[str], at: _field.Path) -> Iterator[str]:
    if item.get("nullable"):
        yield _field.forbidden(at.child("items", "nullable"), f"cannot be nullable when {_LIST_TYPE} is {list_type}")
    if list_type != "map":
        return
    for key in keys:
        prop = (item.get("properties") or {}).get(key)
        if prop is None:
            continue
        place = at.child("items", "properties").key(key)
        if key not in (item.get("required") or ()) and prop.get("default") is None:
            detail = f"this property is in {_LIST_KEYS}, so it must have a default or be a required property"
            yield _field.required(place.child("default"), detail)
        if prop.get("nullable"):
            detail = f"this property is in {_LIST_KEYS}, so it cannot be nullable"
            yield _field.forbidden(place.child("nullable"), detail)
