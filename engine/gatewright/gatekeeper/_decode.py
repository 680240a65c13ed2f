"""Typed reading of decoded JSON, as Go reads JSON into structs: what is refused, with Go's words, and what is ignored.

A `Type` describes the Go type; `from_json` reads as encoding/json does, `restore` as apimachinery's converter for
unstructured objects does. Both answer plain Python values that hold the declared fields only; null and absent are
the same and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gatewright.errors import GatewrightError
from gatewright.gatekeeper._gotext import json_text, kind_text, type_text
from gatewright.records import field, record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


class DecodeError(GatewrightError):
    """A value of the wrong type for its field."""


@record(frozen=True, slots=True)
class Type:
    """A Go type: `kind` is scalar (string, bool, int64, float64), list, map, struct, any or choice."""

    kind: str
    name: str
    element: Type | None = None
    fields: Mapping[str, Type] = field(default_factory=dict)
    choose: Callable[[Any], Type] | None = None


STRING: Final = Type("string", "string")
BOOL: Final = Type("bool", "bool")
INT64: Final = Type("int64", "int64")
FLOAT64: Final = Type("float64", "float64")
ANY: Final = Type("any", "interface {}")


def named(name: str, kind: str | Type = "string") -> Type:
    """A defined type, such as wildcard.Wildcard: a scalar, or another type under a name of its own."""
    return Type(kind, name) if isinstance(kind, str) else replace(kind, name=name)


def list_of(element: Type) -> Type:
    return Type("list", f"[]{element.name}", element)


def map_of(element: Type) -> Type:
    return Type("map", f"map[string]{element.name}", element)


def struct(name: str, /, **fields: Type) -> Type:
    """A struct; a trailing underscore of a keyword that Python reserves is dropped."""
    return Type("struct", name, None, {k.rstrip("_"): v for k, v in fields.items()})


def choice(name: str, choose: Callable[[Any], Type]) -> Type:
    """A type whose unmarshaller reads a value by its own type; `choose` raises DecodeError with the whole message."""
    return Type("choice", name, choose=choose)


# Reads as nothing at all, without complaint.
IGNORED: Final = Type("ignored", "")

_JSON_KINDS: Final = {bool: "bool", str: "string", list: "array", dict: "object"}
_SCALARS: Final = {"string": str, "bool": bool}


def from_json(value: Any, target: Type, *, fold_case: bool = True) -> Any:
    """The value as encoding/json reads it; `fold_case` off is Kubernetes' stricter fork."""
    return _read(value, target, (), "", fold_case)


def _read(value: Any, target: Type, path: tuple[str, ...], owner: str, fold: bool) -> Any:
    kind = target.kind
    if value is None:
        return None
    if kind == "any":
        return value
    if kind == "choice":
        assert target.choose is not None
        return _read(value, target.choose(value), path, owner, fold)
    if kind == "ignored":
        return []
    if kind == "struct":
        if value.__class__ is not dict:
            raise _mismatch(value, target, path, owner)
        return _read_fields(value, target, path, fold)
    if kind == "list":
        if value.__class__ is not list:
            raise _mismatch(value, target, path, owner)
        assert target.element is not None
        return [_or_zero(_read(v, target.element, path, owner, fold), target.element) for v in value]
    if kind == "map":
        if value.__class__ is not dict:
            raise _mismatch(value, target, path, owner)
        assert target.element is not None
        element = target.element
        return {k: _or_zero(_read(value[k], element, path, owner, fold), element) for k in sorted(value)}
    if not _fits(value, kind):
        raise _mismatch(value, target, path, owner)
    return value


def _read_fields(value: dict[str, Any], target: Type, path: tuple[str, ...], fold: bool) -> dict[str, Any]:
    owner = target.name.rpartition(".")[2]
    out: dict[str, Any] = {}
    # Go's maps are marshalled with sorted keys, which decides the order of errors and of duplicates.
    for key in sorted(value):
        name = _field_name(key, target.fields, fold)
        if name is None:
            continue
        read = _read(value[key], target.fields[name], (*path, name), owner, fold)
        if read is not None:
            out[name] = read
    return out


def _field_name(key: str, fields: Mapping[str, Type], fold: bool) -> str | None:
    if key in fields:
        return key
    if fold:
        folded = key.casefold()
        for name in fields:
            if name.casefold() == folded:
                return name
    return None


def _fits(value: Any, kind: str) -> bool:
    if kind in _SCALARS:
        return value.__class__ is _SCALARS[kind]
    if kind == "int-or-string" and value.__class__ is str:
        return True
    if value.__class__ is bool or not isinstance(value, (int, float)):
        return False
    if kind == "float64":
        return True
    bits = 31 if kind == "int-or-string" else 63
    return isinstance(value, int) and -(2**bits) <= value < 2**bits


def _or_zero(value: Any, target: Type) -> Any:
    if value is not None:
        return value
    return {"string": "", "bool": False, "int64": 0, "float64": 0.0, "struct": {}}.get(target.kind)


def _mismatch(value: Any, target: Type, path: tuple[str, ...], owner: str) -> DecodeError:
    got = _JSON_KINDS.get(value.__class__, "number")
    if got == "number" and target.kind in ("int64", "int-or-string"):
        got = f"number {json_text(value)}"
    where = f"Go struct field {owner}.{'.'.join(path)}" if path else "Go value"
    return DecodeError(f"json: cannot unmarshal {got} into {where} of type {target.name}")


def restore(value: Any, target: Type) -> Any:
    """The value as apimachinery's FromUnstructured reads it: its words, case-sensitive names."""
    kind = target.kind
    if value is None:
        return None
    if kind == "any":
        return value
    if kind == "choice":
        assert target.choose is not None
        return restore(value, target.choose(value))
    if kind == "struct":
        if value.__class__ is not dict:
            raise DecodeError(f"cannot restore struct from: {kind_text(value)}")
        read = {name: restore(value.get(name), t) for name, t in target.fields.items()}
        return {name: v for name, v in read.items() if v is not None}
    if kind == "list":
        if value.__class__ is not list:
            raise DecodeError(f"cannot restore slice from {kind_text(value)}")
        assert target.element is not None
        element = target.element
        return [_or_zero(restore(v, element), element) for v in value]
    if kind == "map":
        if value.__class__ is not dict:
            raise DecodeError(f"cannot restore map from {kind_text(value)}")
        assert target.element is not None
        element = target.element
        return {k: _or_zero(restore(v, element), element) for k, v in value.items()}
    return _restore_scalar(value, target)


def _restore_scalar(value: Any, target: Type) -> Any:
    kind = target.kind
    if _fits(value, kind):
        return value
    if kind == "int64" and isinstance(value, float) and value.is_integer():
        return int(value)
    source = type_text(value)
    # reflect converts between numbers, and from integers to strings; everything else is an unknown conversion.
    number = source in ("int64", "float64")
    if (number and kind in ("int64", "float64")) or (source == "int64" and kind == "string"):
        raise DecodeError(f"cannot convert {source} to {target.name}")
    raise DecodeError(f"unrecognized type: {kind}")
