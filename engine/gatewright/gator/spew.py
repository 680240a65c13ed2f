"""Values as Go's spew dumps them, which gator prints of results beside a trace.

Go's maps have no order and its pointers differ from run to run; here keys are sorted and pointers are all alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.gatekeeper._gotext import float_text
from gatewright.gatekeeper.host import Result
from gatewright.gatekeeper.template import TARGET
from gatewright.runtime.numbers import number_text
from gatewright.runtime.text import go_quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_POINTER: Final = "(0xc000000000)"


def dump_result(result: Result) -> str:
    """A result of Gatekeeper's client: its struct with all that it points to."""
    metadata = {"details": _Numbers(result.details)} if result.has_details else None
    fields = [
        ("Target", TARGET),
        ("Msg", result.message),
        ("Metadata", _Map(metadata)),
        ("Constraint", _Unstructured(result.constraint.document)),
        ("EnforcementAction", result.enforcement_action),
        ("ScopedEnforcementActions", _Strings(result.scoped_actions)),
    ]
    return "\n".join([f"(*types.Result){_POINTER}({{", *_fields(fields, 1), "})"]) + "\n"


class _Map:
    """A map that may be nil."""

    def __init__(self, value: dict[str, Any] | None) -> None:
        self.value = value


class _Strings:
    """A slice of strings; nil without any."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self.values = values


class _Unstructured:
    """An object of Kubernetes behind its pointer."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.value = value


class _Numbers:
    """A value whose numbers are texts, as OPA's results hold them."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _fields(fields: list[tuple[str, Any]], depth: int) -> Iterator[str]:
    for number, (name, value) in enumerate(fields, 1):
        yield from _entry(f"{name}: ", value, depth, last=number == len(fields))


def _entry(name: str, value: Any, depth: int, *, last: bool) -> Iterator[str]:
    lines = list(_lines(value, depth))
    lines[0] = " " * depth + name + lines[0]
    lines[-1] += "" if last else ","
    yield from lines


def _lines(value: Any, depth: int, *, texts: bool = False) -> Iterator[str]:
    """A value's lines, of which the first is not indented."""
    end = " " * depth
    match value:
        case _Numbers():
            yield from _lines(value.value, depth, texts=True)
        case _Unstructured():
            yield f"(*unstructured.Unstructured){_POINTER}({{"
            yield from _fields([("Object", value.value)], depth + 1)
            yield f"{end}}})"
        case _Map():
            if value.value is None:
                yield "(map[string]interface {}) <nil>"
            else:
                yield from _lines(value.value, depth)
        case _Strings():
            if not value.values:
                yield "([]string) <nil>"
            else:
                yield from _items("[]string", list(value.values), depth, texts=texts)
        case dict():
            yield f"(map[string]interface {{}}) {f'(len={len(value)}) ' if value else ''}{{"
            for number, key in enumerate(sorted(value), 1):
                item = _Numbers(value[key]) if texts else value[key]
                yield from _entry(f"{_scalar(key)}: ", item, depth + 1, last=number == len(value))
            yield f"{end}}}"
        case list():
            yield from _items("[]interface {}", value, depth, texts=texts)
        case _:
            yield _number_text(value) if texts and value.__class__ in (int, float) else _scalar(value)


def _items(kind: str, values: list[Any], depth: int, *, texts: bool) -> Iterator[str]:
    size = f"(len={len(values)} cap={len(values)}) " if values else ""
    yield f"({kind}) {size}{{"
    for number, item in enumerate(values, 1):
        yield from _entry("", _Numbers(item) if texts else item, depth + 1, last=number == len(values))
    yield " " * depth + "}"


def _number_text(value: Any) -> str:
    text = number_text(value)
    return f'(json.Number) (len={len(text)}) "{text}"'


def _scalar(value: Any) -> str:
    if value is None:
        return "(interface {}) <nil>"
    if isinstance(value, bool):
        return f"(bool) {'true' if value else 'false'}"
    if isinstance(value, str):
        return f"(string) {f'(len={len(value.encode())}) ' if value else ''}{go_quote(value)}"
    if isinstance(value, int):
        return f"(int64) {value}"
    return f"(float64) {float_text(value)}"
