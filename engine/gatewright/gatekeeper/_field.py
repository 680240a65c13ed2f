"""Kubernetes' field errors: how they read, and how several of them are put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatewright.gatekeeper._gotext import float_text, json_text, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_NO_VALUE: Final = object()
_TOO_LONG: Final = "value is too long"


class Path(str):
    """A field path: `spec.names[0].labels[app]`. The root may be empty."""

    __slots__ = ()

    def child(self, *names: str) -> Path:
        return Path(".".join([self, *names]) if self else ".".join(names))

    def item(self, i: int) -> Path:
        return Path(f"{self}[{i}]")

    def key(self, key: str) -> Path:
        return Path(f"{self}[{key}]")


def invalid(path: str, value: Any, detail: str) -> str:
    return _error(path, "Invalid value", value, detail)


def required(path: str, detail: str) -> str:
    return _error(path, "Required value", _NO_VALUE, detail)


def forbidden(path: str, detail: str) -> str:
    return _error(path, "Forbidden", _NO_VALUE, detail)


def not_supported(path: str, value: Any, supported: Sequence[str]) -> str:
    quoted = ", ".join(quote(s) for s in supported)
    return _error(path, "Unsupported value", value, f"supported values: {quoted}" if supported else "")


def duplicate(path: str, value: Any) -> str:
    return _error(path, "Duplicate value", value, "")


def too_many(path: str, actual: int, maximum: int) -> str:
    detail = (
        f"must have at most {maximum} {'item' if maximum == 1 else 'items'}" if maximum >= 0 else "has too many items"
    )
    return _error(path, "Too many", actual, detail) if actual >= 0 else _error(path, "Too many", _NO_VALUE, detail)


def too_long(path: str, maximum: int) -> str:
    detail = f"may not be more than {maximum} {'byte' if maximum == 1 else 'bytes'}" if maximum >= 0 else _TOO_LONG
    return _error(path, "Too long", _NO_VALUE, detail)


def _error(path: str, kind: str, value: Any, detail: str) -> str:
    text = f"{path}: {kind}"
    if value is not _NO_VALUE:
        text += f": {_value(value)}"
    return f"{text}: {detail}" if detail else text


def _value(value: Any) -> str:
    if isinstance(value, str):
        return quote(value)
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, int):
        return str(value)
    return json_text(value)


def aggregate(errors: Iterable[str]) -> str:
    """One text for several errors, duplicates dropped: the error itself, or `[one, other]`."""
    unique = list(dict.fromkeys(errors))
    if len(unique) == 1:
        return unique[0]
    return f"[{', '.join(unique)}]"
