"""Values against schemas, as kube-openapi validates custom resources: which errors, in its words.

Errors carry the field and what Kubernetes prints after it. Combinators keep the errors of the alternative that got
furthest, which is why results count what they matched.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from gatewright.gatekeeper import _field
from gatewright.gatekeeper._gotext import json_text, quote, value_text
from gatewright.gatekeeper.schema.props import Schema

# How an error is put to a field: path -> text.
_Error = tuple[str, Callable[[str], str]]


class _Result:
    """The errors found, each once, and how many checks were made."""

    __slots__ = ("errors", "matched")

    def __init__(self) -> None:
        self.errors: dict[str, _Error] = {}
        self.matched = 0

    def add(self, key: str, name: str, text: Callable[[str], str]) -> None:
        self.errors.setdefault(key, (name, text))

    def merge(self, other: _Result) -> None:
        for key, error in other.errors.items():
            self.errors.setdefault(key, error)
        self.matched += other.matched

    @property
    def valid(self) -> bool:
        return not self.errors


def validate_value(value: Any, schema: Schema, path: str, *, structural: bool = False) -> list[str]:
    """Field errors of a value below `path`.

    `structural` validates as Kubernetes does with defaults: every format counts, and int-or-string means nothing.
    """
    result = _validate(value, schema, "", structural)
    return [text(_at(path, name)) for name, text in result.errors.values()]


def _at(path: str, name: str) -> str:
    name = name.removeprefix(".")
    if not name:
        return path or "[]"
    # An empty root prints as an empty subscript.
    return f"{path or '[]'}.{name}"


def _validate(value: Any, schema: Schema, path: str, structural: bool) -> _Result:
    result = _Result()
    types = _types(schema, structural)
    format_ = _format(schema, types, structural)
    if value is None:
        if types and "null" not in types and not schema.get("nullable"):
            _type_error(result, path, ",".join(types), "null")
        _check_enum(result, value, schema, path)
        return result
    if types or format_:
        _check_type(result, value, types, format_, path)
        result.matched += 2
    _check_combinators(result, value, schema, path, structural)
    if isinstance(value, str):
        _check_string(result, value, schema, path)
        test = _checker(format_) if format_ else None
        if test is not None:
            if not test(value):
                _type_error(result, path, format_, value)
            result.matched += 1
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        _check_number(result, value, schema, types, path)
    elif isinstance(value, list):
        _check_items(result, value, schema, path, structural)
    _check_enum(result, value, schema, path)
    if isinstance(value, dict):
        _check_object(result, value, schema, path, structural)
    result.matched += 3
    return result


def _invalid(result: _Result, message: str, path: str, value: Any) -> None:
    """Add an error that reads `field: Invalid value: value: message`."""
    result.add(message, path, lambda at: _field.invalid(at, value, message))


def _types(schema: Schema, structural: bool) -> tuple[str, ...]:
    if schema.get("x-kubernetes-int-or-string") and not structural:
        return ("integer", "string")
    kind = schema.get("type")
    return (kind,) if kind else ()


_NUMERIC_FORMATS: Final = {"integer": ("int32", "int64"), "number": ("float", "double")}


def _format(schema: Schema, types: tuple[str, ...], keep: bool) -> str:
    name: str = schema.get("format", "")
    if not name or keep:
        return name
    kind = types[0] if len(types) == 1 else ""
    if kind in ("", "string"):
        return name if _checker(name) is not None else ""
    return name if name in _NUMERIC_FORMATS.get(kind, ()) else ""


_JSON_TYPES: Final = {
    bool: ("boolean", ""),
    str: ("string", ""),
    int: ("integer", "int64"),
    float: ("number", "float64"),
    list: ("array", ""),
    dict: ("object", ""),
}


def _type_of(value: Any) -> tuple[str, str]:
    return _JSON_TYPES.get(value.__class__, ("number", "float64"))


def _check_type(result: _Result, value: Any, types: tuple[str, ...], format_: str, path: str) -> None:
    kind, own = _type_of(value)
    textual = isinstance(value, (str, list))
    integral = kind == "number" and float(value).is_integer() and "integer" in types
    widened = kind == "integer" and "number" in types
    if format_ and not textual and not (kind in types or own == format_ or integral or widened):
        _type_error(result, path, format_, own)
        return
    # A formatted string is left to its format; lists slip through with it.
    if format_ and textual and "number" not in types and "integer" not in types:
        return
    if not (kind in types or integral or widened):
        _type_error(result, path, ",".join(types), kind)


def _type_error(result: _Result, path: str, wanted: str, got: str) -> None:
    message = f"{path} in body must be of type {wanted}: {quote(got)}"
    _invalid(result, message, path, got)


def _check_string(result: _Result, value: str, schema: Schema, path: str) -> None:
    result.matched += 1
    size = len(value)
    longest, shortest, pattern = schema.get("maxLength"), schema.get("minLength"), schema.get("pattern")
    if longest is not None and size > longest:
        key = f"{path} in body should be at most {longest} chars long"
        result.add(key, path, lambda at: _field.too_long(at, longest))
    elif shortest is not None and size < shortest:
        message = f"{path} in body should be at least {shortest} chars long"
        _invalid(result, message, path, value)
    elif pattern and not _matches(pattern, value):
        message = f"{path} in body should match '{pattern}'"
        _invalid(result, message, path, value)


def _checker(format_: str) -> Callable[[str], bool] | None:
    # Few schemas name a format, and what knows them takes a while to import.
    from gatewright.gatekeeper.schema.formats import checker

    return checker(format_)


def _matches(pattern: str, value: str) -> bool:
    from gatewright.builtins.regexp import RegexpError, compile_regexp

    try:
        return compile_regexp(pattern).matches(value)
    except RegexpError:
        return False


def pattern_error(pattern: str) -> str | None:
    """What is wrong with a regular expression, None when it compiles."""
    from gatewright.builtins.regexp import RegexpError, compile_regexp

    try:
        compile_regexp(pattern)
    except RegexpError as error:
        return str(error)
    return None


def _check_number(result: _Result, value: float, schema: Schema, types: tuple[str, ...], path: str) -> None:
    result.matched += 1
    kind = types[0] if len(types) == 1 and types[0] in ("integer", "number") else ""
    format_ = schema.get("format", "") if schema.get("format", "") in _NUMERIC_FORMATS.get(kind, ()) else ""
    _check_range(result, value, kind, format_, "Checked", path)
    factor = schema.get("multipleOf")
    if factor is not None:
        _check_range(result, factor, kind, format_, "MultipleOf", path)
        _check_multiple(result, value, factor, path)
    for bound, exclusive, compare, words in (
        (
            "minimum",
            "exclusiveMinimum",
            (lambda a, b: a < b, lambda a, b: a <= b),
            ("greater than or equal to", "greater than"),
        ),
        (
            "maximum",
            "exclusiveMaximum",
            (lambda a, b: a > b, lambda a, b: a >= b),
            ("less than or equal to", "less than"),
        ),
    ):
        limit = schema.get(bound)
        if limit is None:
            continue
        _check_range(result, limit, kind, format_, f"{bound.capitalize()} boundary", path)
        strict = bool(schema.get(exclusive))
        edge = int(limit) if isinstance(value, int) else limit
        if compare[strict](value, edge):
            message = f"{path} in body should be {words[strict]} {value_text(edge)}"
            _invalid(result, message, path, value)


_LIMITS: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1), "": (-(2**63), 2**63 - 1)}


def _check_range(result: _Result, value: float, kind: str, format_: str, what: str, path: str) -> None:
    if kind == "integer":
        low, high = _LIMITS[format_]
        fits = float(value).is_integer() and low <= int(value) <= high
    else:
        fits = format_ != "float" or not math.isfinite(value) or abs(value) <= 3.4028235677973366e38
    if not fits:
        shown = f"with format {format_}" if format_ else "(default format)"
        message = f"{what} value must be of type {kind} {shown} in {path}"
        _invalid(result, message, "", "")


def _check_multiple(result: _Result, value: float, factor: float, path: str) -> None:
    if isinstance(value, int):
        factor = int(factor)
    if factor <= 0:
        message = f"factor MultipleOf declared for {path} must be positive: {value_text(factor)}"
        _invalid(result, message, path, factor)
        return
    if isinstance(value, int):
        exact = value % int(factor) == 0
    else:
        quotient = 1 / factor * value if factor < 1 else value / factor
        exact = _is_json_integer(quotient)
    if not exact:
        message = f"{path} in body should be a multiple of {value_text(factor)}"
        _invalid(result, message, path, value)


def _is_json_integer(value: float) -> bool:
    """Whether a float is close enough to an integer, by swag's measure."""
    if math.isnan(value) or math.isinf(value) or abs(value) > 2**53 - 1:
        return False
    whole = float(int(value))
    difference = abs(value - whole)
    if value == whole:
        return True
    if value == 0 or whole == 0 or difference < 5e-324:
        return difference < 1e-9 * 5e-324
    return difference / (abs(value) + abs(whole)) < 1e-9


def _check_items(result: _Result, value: list[Any], schema: Schema, path: str, structural: bool) -> None:
    items = schema.get("items")
    if isinstance(items, dict):
        for i, element in enumerate(value):
            result.merge(_validate(element, items, f"{path}[{i}]", structural))
    size = len(value)
    least, most = schema.get("minItems"), schema.get("maxItems")
    if least is not None and size < least:
        message = f"{path} in body should have at least {least} items"
        _invalid(result, message, path, size)
    if most is not None and size > most:
        key = f"{path} in body should have at most {most} items"
        result.add(key, path, lambda at: _field.too_many(at, size, most))
    if schema.get("uniqueItems") and any(_equal(a, b) for i, a in enumerate(value) for b in value[:i]):
        message = f"{path} in body shouldn't contain duplicates"
        _invalid(result, message, path, "")
    result.matched += 2


def _equal(a: Any, b: Any) -> bool:
    return json_text(a) == json_text(b)


def _check_enum(result: _Result, value: Any, schema: Schema, path: str) -> None:
    allowed = schema.get("enum")
    if not allowed or (value is not None and any(_is_enum(value, choice) for choice in allowed)):
        return
    key = f"{path} in body should be one of {value_text(allowed)}"
    shown = [choice if isinstance(choice, str) else json_text(choice) for choice in allowed]
    result.add(key, path, lambda at: _field.not_supported(at, value, shown))


def _is_enum(value: Any, choice: Any) -> bool:
    if isinstance(value, bool) or isinstance(choice, bool):
        return value is choice
    if isinstance(value, (int, float)) and isinstance(choice, (int, float)):
        # Go converts the value to the choice's type first, and so truncates.
        return bool((int(value) if isinstance(choice, int) else float(value)) == choice)
    return value.__class__ is choice.__class__ and _equal(value, choice)


def _check_object(result: _Result, value: dict[str, Any], schema: Schema, path: str, structural: bool) -> None:
    size = len(value)
    least, most = schema.get("minProperties"), schema.get("maxProperties")
    if least is not None and size < least:
        message = f"{path} in body should have at least {least} properties"
        _invalid(result, message, path, size)
    if most is not None and size > most:
        key = f"{path} in body should have at most {most} properties"
        result.add(key, path, lambda at: _field.too_many(at, size, most))
    properties = schema.get("properties") or {}
    additional = schema.get("additionalProperties")
    for key in sorted(value):
        if key in properties:
            continue
        if additional is False:
            message = f"{path}.{key} in body is a forbidden property"
            _invalid(result, message, path, key)
        elif isinstance(additional, dict):
            result.merge(_validate(value[key], additional, f"{path}.{key}", structural))
    for key, prop in properties.items():
        if key in value:
            result.merge(_validate(value[key], prop, f"{path}.{key}" if path else key, structural))
    for key in schema.get("required") or ():
        if key not in value:
            result.add(f"{path}.{key} in body is required", f"{path}.{key}", lambda at: _field.required(at, ""))


def _check_combinators(result: _Result, value: Any, schema: Schema, path: str, structural: bool) -> None:
    if any_of := schema.get("anyOf"):
        _check_any(result, [_validate(value, s, path, structural) for s in any_of], path)
    if one_of := schema.get("oneOf"):
        _check_one(result, [_validate(value, s, path, structural) for s in one_of], path)
    if all_of := schema.get("allOf"):
        parts = [_validate(value, s, path, structural) for s in all_of]
        for part in parts:
            result.merge(part)
        valid = sum(part.valid for part in parts)
        if valid != len(parts):
            none = "" if valid else ". None validated"
            _plain(result, f"{quote(path)} must validate all the schemas (allOf){none}")
    if "not" in schema and _validate(value, schema["not"], path, structural).valid:
        _plain(result, f"{quote(path)} must not validate the schema (not)")
    result.matched += 2


def _check_any(result: _Result, parts: list[_Result], path: str) -> None:
    for part in parts:
        if part.valid:
            result.merge(part)
            return
    _plain(result, f"{quote(path)} must validate at least one schema (anyOf)")
    result.merge(max(parts, key=lambda part: part.matched))


def _check_one(result: _Result, parts: list[_Result], path: str) -> None:
    valid = [part for part in parts if part.valid]
    if len(valid) == 1:
        result.merge(valid[0])
        return
    found = f"Found {len(valid)} valid alternatives" if valid else "Found none valid"
    _plain(result, f"{quote(path)} must validate one and only one schema (oneOf). {found}")
    if not valid:
        result.merge(max(parts, key=lambda part: part.matched))


def _plain(result: _Result, message: str) -> None:
    _invalid(result, message, "", "")
