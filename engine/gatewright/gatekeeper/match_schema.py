"""The schema of `spec.match` in every constraint's CRD."""

from __future__ import annotations

from typing import Any, Final

_STRINGS: Final[dict[str, Any]] = {"type": "array", "items": {"type": "string"}}
_GLOB: Final[dict[str, Any]] = {"type": "string", "pattern": r"^\*?[-:a-z0-9]*\*?$"}
_GLOBS: Final[dict[str, Any]] = {"type": "array", "items": _GLOB}

_SELECTOR: Final[dict[str, Any]] = {
    "type": "object",
    "x-kubernetes-map-type": "atomic",
    "properties": {
        "matchExpressions": {
            "type": "array",
            "x-kubernetes-list-type": "atomic",
            "items": {
                "type": "object",
                "required": ["key", "operator"],
                "properties": {"key": {"type": "string"}, "operator": {"type": "string"}, "values": _STRINGS},
            },
        },
        "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}

MATCH_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "excludedNamespaces": _GLOBS,
        "kinds": {
            "type": "array",
            "items": {"type": "object", "properties": {"apiGroups": _STRINGS, "kinds": _STRINGS}},
        },
        "labelSelector": _SELECTOR,
        "name": _GLOB,
        "namespaceSelector": _SELECTOR,
        "namespaces": _GLOBS,
        "scope": {"type": "string"},
        "source": {"type": "string", "enum": ["All", "Generated", "Original"]},
    },
}
