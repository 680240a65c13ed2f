"""JSON Schema: checking schemas, and documents against them. References are followed within the schema alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from gatewright.builtins._jsonschema import Fault, SchemaError, compile_schema, validate
from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.runtime import json
from gatewright.runtime.plain import to_python


@builtin(
    "json.verify_schema",
    "(schema: any<string, object[any: any]>) -> output: array<boolean, any<null, string>>",
    nondeterministic=True,
)
def json_verify_schema(schema: Any) -> list[Any]:
    """Whether it is a schema, and if not why: `json.verify_schema({"type": "string"}) == [true, null]`."""
    try:
        _compiled(json.dumps(_loaded(schema)))
    except (SchemaError, ValueError) as error:
        return [False, f"jsonschema: {error}"]
    return [True, None]


@builtin(
    "json.match_schema",
    "(document: any<string, object[any: any]>, schema: any<string, object[any: any]>) -> output: "
    "array<boolean, array[object<desc: string, error: string, field: string, type: string>]>",
    nondeterministic=True,
)
def json_match_schema(document: Any, schema: Any) -> list[Any]:
    """Whether a document fits, and its faults: `json.match_schema({"a": 1}, {"required": ["a"]}) == [true, []]`."""
    try:
        value = _loaded(document)
        faults = validate(_compiled(json.dumps(_loaded(schema))), value)
    except (SchemaError, ValueError) as error:
        raise BuiltinError(str(error)) from None
    return [not faults, [_shown(fault) for fault in faults]]


def _shown(fault: Fault) -> dict[str, str]:
    return {
        "desc": fault.description,
        "error": f"{fault.field}: {fault.description}",
        "field": fault.field,
        "type": fault.type,
    }


def _loaded(value: Any) -> Any:
    """A JSON text's value, or the JSON form of an object or array."""
    if value.__class__ is str:
        if not json.is_valid(value):
            raise ValueError("invalid JSON string")
        return json.loads(value)
    if value.__class__ in (dict, list):
        return to_python(value)
    raise ValueError("wrong type, expected string or object")


@lru_cache(maxsize=64)
def _compiled(text: str) -> Any:
    return compile_schema(json.loads(text))
