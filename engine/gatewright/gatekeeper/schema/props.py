"""JSONSchemaProps: its Go types, so that a schema is read, and refused, as Kubernetes does."""

from __future__ import annotations

from typing import Any, Final

from gatewright.gatekeeper._decode import (
    ANY,
    BOOL,
    FLOAT64,
    INT64,
    STRING,
    DecodeError,
    Type,
    custom,
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
    if key == "not":
        return _without_empty(value)
    if key in ("allOf", "anyOf", "oneOf"):
        return [_without_empty(part) for part in value]
    if key in ("properties", "patternProperties", "definitions"):
        return {name: _without_empty(part) for name, part in value.items()}
    return value


def _schema_or_bool(value: Any) -> Any:
    if isinstance(value, dict):
        return read_schema(value)
    if isinstance(value, bool):
        return value
    raise DecodeError("boolean or JSON schema expected")


def _schema_or_list(value: Any) -> Any:
    # Any other value reads as nothing at all, without complaint.
    if isinstance(value, dict):
        return read_schema(value)
    if isinstance(value, list) and value:
        return from_json(value, list_of(SCHEMA_TYPE))
    return []


def _schema_or_names(value: Any) -> Any:
    if isinstance(value, dict):
        return read_schema(value)
    if isinstance(value, list) and value:
        return from_json(value, list_of(STRING))
    return []


_OR_BOOL: Final = custom("v1.JSONSchemaPropsOrBool", _schema_or_bool)
_RULES: Final = list_of(
    struct(
        "v1.ValidationRule",
        rule=STRING,
        message=STRING,
        messageExpression=STRING,
        reason=named("v1.FieldValueErrorReason"),
        fieldPath=STRING,
        optionalOldSelf=BOOL,
    )
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
        "enum": list_of(ANY),
        "maxProperties": INT64,
        "minProperties": INT64,
        "required": list_of(STRING),
        "items": custom("v1.JSONSchemaPropsOrArray", _schema_or_list),
        "allOf": list_of(SCHEMA_TYPE),
        "oneOf": list_of(SCHEMA_TYPE),
        "anyOf": list_of(SCHEMA_TYPE),
        "not": SCHEMA_TYPE,
        "properties": map_of(SCHEMA_TYPE),
        "additionalProperties": _OR_BOOL,
        "patternProperties": map_of(SCHEMA_TYPE),
        "dependencies": map_of(custom("v1.JSONSchemaPropsOrStringArray", _schema_or_names)),
        "additionalItems": _OR_BOOL,
        "definitions": map_of(SCHEMA_TYPE),
        "externalDocs": struct("v1.ExternalDocumentation", description=STRING, url=STRING),
        "example": ANY,
        "nullable": BOOL,
        "x-kubernetes-preserve-unknown-fields": BOOL,
        "x-kubernetes-embedded-resource": BOOL,
        "x-kubernetes-int-or-string": BOOL,
        "x-kubernetes-list-map-keys": list_of(STRING),
        "x-kubernetes-list-type": STRING,
        "x-kubernetes-map-type": STRING,
        "x-kubernetes-validations": _RULES,
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
