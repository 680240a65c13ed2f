"""JSONSchemaProps: its Go types, so that a schema is read, and refused, as Kubernetes does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gatewright.gatekeeper._decode import (
    ANY,
    BOOL,
    FLOAT64,
    IGNORED,
    INT64,
    STRING,
    DecodeError,
    Type,
    choice,
    from_json,
    list_of,
    map_of,
    named,
    struct,
)

Schema = dict[str, Any]

SCHEMA_TYPE: Final = Type("struct", "v1.JSONSchemaProps", None, {})


def read_schema(value: Any) -> Schema:
    """The schema of decoded JSON; DecodeError when it has the wrong shape."""
    return _without_empty(from_json(value, SCHEMA_TYPE))


# Fields that Go holds by pointer keep their zero values.
_KEPT: Final = frozenset(
    {"$ref", "maximum", "minimum", "multipleOf", "maxLength", "minLength", "maxItems", "minItems", "maxProperties"}
    | {"minProperties", "items", "not", "additionalProperties", "additionalItems", "default", "example"}
    | {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-list-type", "x-kubernetes-map-type", "externalDocs"}
)


def _without_empty(schema: Schema) -> Schema:
    """The schema without what says nothing: `uniqueItems: false`, `required: []`."""
    out: Schema = {}
    for key, value in schema.items():
        if key in _KEPT or value not in ("", False, [], {}):
            out[key] = _nested_without_empty(key, value)
    return out


def _nested_without_empty(key: str, value: Any) -> Any:
    if key in ("properties", "patternProperties", "definitions", "dependencies"):
        return {name: _part_without_empty(part) for name, part in value.items()}
    if key in ("not", "allOf", "anyOf", "oneOf", "items", "additionalProperties", "additionalItems"):
        return _part_without_empty(value)
    return value


def _part_without_empty(part: Any) -> Any:
    if isinstance(part, list):
        return [_part_without_empty(element) for element in part]
    return _without_empty(part) if isinstance(part, dict) else part


def _schema_or_bool(value: Any) -> Type:
    if isinstance(value, dict):
        return SCHEMA_TYPE
    if isinstance(value, bool):
        return BOOL
    raise DecodeError("boolean or JSON schema expected")


def _schema_or_list_of(element: Type) -> Callable[[Any], Type]:
    def choose(value: Any) -> Type:
        if isinstance(value, dict):
            return SCHEMA_TYPE
        return list_of(element) if isinstance(value, list) and value else IGNORED

    return choose


_OR_NAMES: Final = choice("v1.JSONSchemaPropsOrStringArray", _schema_or_list_of(STRING))
_OR_BOOL: Final = choice("v1.JSONSchemaPropsOrBool", _schema_or_bool)
_RULE: Final = struct(
    "v1.ValidationRule",
    rule=STRING,
    message=STRING,
    messageExpression=STRING,
    reason=named("v1.FieldValueErrorReason"),
    fieldPath=STRING,
    optionalOldSelf=BOOL,
)

assert isinstance(SCHEMA_TYPE.fields, dict)
SCHEMA_TYPE.fields.update(
    {
        "id": STRING,
        "$schema": named("v1.JSONSchemaURL"),
        "$ref": STRING,
        "description": STRING,
        "type": STRING,
        "format": STRING,
        "title": STRING,
        "default": ANY,
        "maximum": FLOAT64,
        "exclusiveMaximum": BOOL,
        "minimum": FLOAT64,
        "exclusiveMinimum": BOOL,
        "maxLength": INT64,
        "minLength": INT64,
        "pattern": STRING,
        "maxItems": INT64,
        "minItems": INT64,
        "uniqueItems": BOOL,
        "multipleOf": FLOAT64,
        "enum": named("[]v1.JSON", list_of(ANY)),
        "maxProperties": INT64,
        "minProperties": INT64,
        "required": list_of(STRING),
        "items": choice("v1.JSONSchemaPropsOrArray", _schema_or_list_of(SCHEMA_TYPE)),
        "allOf": list_of(SCHEMA_TYPE),
        "oneOf": list_of(SCHEMA_TYPE),
        "anyOf": list_of(SCHEMA_TYPE),
        "not": SCHEMA_TYPE,
        "properties": map_of(SCHEMA_TYPE),
        "additionalProperties": _OR_BOOL,
        "patternProperties": map_of(SCHEMA_TYPE),
        "dependencies": named("v1.JSONSchemaDependencies", map_of(_OR_NAMES)),
        "additionalItems": _OR_BOOL,
        "definitions": named("v1.JSONSchemaDefinitions", map_of(SCHEMA_TYPE)),
        "externalDocs": struct("v1.ExternalDocumentation", description=STRING, url=STRING),
        "example": ANY,
        "nullable": BOOL,
        "x-kubernetes-preserve-unknown-fields": BOOL,
        "x-kubernetes-embedded-resource": BOOL,
        "x-kubernetes-int-or-string": BOOL,
        "x-kubernetes-list-map-keys": list_of(STRING),
        "x-kubernetes-list-type": STRING,
        "x-kubernetes-map-type": STRING,
        "x-kubernetes-validations": named("v1.ValidationRules", list_of(_RULE)),
    }
)

PRESERVE: Final = "x-kubernetes-preserve-unknown-fields"


def preserve_unknown_fields(schema: Schema) -> Schema:
    """A schema that tolerates undeclared fields everywhere, as `legacySchema: true` asks.

    DecodeError when `items` is a list of schemas.
    """
    out = dict(schema)
    kind = out.get("type", "")
    if kind in ("", "object"):
        out[PRESERVE] = True
    elif kind == "array" and not out.get("items") and not isinstance(out.get("items"), dict):
        out["items"] = {PRESERVE: True}
    if "properties" in out:
        out["properties"] = {k: preserve_unknown_fields(v) for k, v in out["properties"].items()}
    items = out.get("items")
    if isinstance(items, dict):
        out["items"] = preserve_unknown_fields(items)
    elif items:
        raise DecodeError("non-nil JSONSchemas encountered, multiple schemas are not supported")
    if isinstance(out.get("additionalProperties"), dict):
        out["additionalProperties"] = preserve_unknown_fields(out["additionalProperties"])
    return out
