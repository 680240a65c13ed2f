"""CEL: the language's own conformance rows that lie in Kubernetes' environment (cel/spec-cases.jsonl).

The rows are about the language, which lets the members of a literal differ in type; Kubernetes refuses such literals.
So they run without that one check (`tests/cel/test_compile_errors.py` has it) and are judged by what they evaluate to;
only a row that wants an error may have it from there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from conformance.suite import Case, Options
from gatewright.cel.checker import Environment
from gatewright.cel.expression import Program, compile_expression
from gatewright.cel.library.times import parse_duration, parse_timestamp
from gatewright.cel.parser import CelCompileError
from gatewright.cel.runtime import make_map
from gatewright.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    Type,
    list_of,
    map_of,
    type_of,
)  # fmt: skip
from gatewright.cel.values import CelEvaluationError, TypeValue, Uint, equal, type_name

_PRIMITIVES = {"BOOL": BOOL, "BYTES": BYTES, "DOUBLE": DOUBLE, "INT64": INT, "STRING": STRING, "UINT64": UINT}
_WELL_KNOWN = {"DURATION": DURATION, "TIMESTAMP": TIMESTAMP, "ANY": DYN}


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    """One case a row marked `kubernetes_scope`; the category is the file's name."""
    with (fixtures / "cel" / "spec-cases.jsonl").open(encoding="utf-8") as rows:
        for line in rows:
            row = json.loads(line)
            if row["kubernetes_scope"] and options.selects(row["file"]):
                yield Case(row["id"], partial(_run, row))


def _run(row: dict[str, Any]) -> str | None:
    wanted = row.get("evalError")
    try:
        program = _compile(row)
        got = program.evaluate({name: _value(b["value"]) for name, b in row.get("bindings", {}).items()})
    except CelCompileError as error:
        return None if wanted else f"{row['expr']}: does not compile: {error.message}"
    except CelEvaluationError as error:
        return None if wanted else f"{row['expr']}: {error.message}"
    if wanted:
        return f"{row['expr']}: wanted the error {wanted['errors'][0]['message']!r}, got {got!r}"
    expected = _value(row["value"]) if "value" in row else True
    if type_name(got) != type_name(expected) or not (equal(got, expected) or (got != got and expected != expected)):
        return f"{row['expr']}: wanted {expected!r}, got {got!r}"
    return None


def _compile(row: dict[str, Any]) -> Program:
    variables = {entry["name"]: _type(entry["ident"]["type"]) for entry in row.get("typeEnv", [])}
    environment = Environment(variables, homogeneous="evalError" in row)
    return compile_expression(row["expr"], environment, checked=not row.get("disableCheck"))


def _type(shape: dict[str, Any]) -> Type:
    match next(iter(shape.items()), ("dyn", {})):
        case "primitive", name:
            return _PRIMITIVES[name]
        case "wellKnown", name:
            return _WELL_KNOWN[name]
        case "null", _:
            return NULL
        case "listType", inner:
            return list_of(_type(inner.get("elemType", {})))
        case "mapType", inner:
            return map_of(_type(inner.get("keyType", {})), _type(inner.get("valueType", {})))
        case "type", _:
            return type_of(DYN)
    return DYN


def _value(shape: dict[str, Any]) -> Any:
    match next(iter(shape.items()), ("nullValue", None)):
        case "int64Value", text:
            return int(text)
        case "uint64Value", text:
            return Uint(int(text))
        case "doubleValue", number:
            return float({"Infinity": "inf", "-Infinity": "-inf"}.get(number, number))
        case "bytesValue", text:
            return base64.b64decode(text)
        case "listValue", inner:
            return [_value(item) for item in inner.get("values", [])]
        case "mapValue", inner:
            return make_map([(_value(e["key"]), _value(e["value"])) for e in inner.get("entries", [])])
        case "typeValue", name:
            return TypeValue(name)
        case "objectValue", inner:
            return _message(inner)
        case _, plain:
            return plain
    raise AssertionError(shape)


def _message(inner: dict[str, Any]) -> Any:
    if inner["@type"].endswith("google.protobuf.Duration"):
        return parse_duration(inner["value"])
    return parse_timestamp(inner["value"])
