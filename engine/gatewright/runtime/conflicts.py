"""What happens where rules disagree: the errors OPA raises, with the values it lists."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.errors import RegoEvaluationError
from gatewright.runtime.documents import get
from gatewright.runtime.values import UNDEFINED, RegoSet, equal, to_key
from gatewright.source import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

At = tuple[str, int, int]

_MOST_LISTED = 10
_TEXT_WIDTH = 80


class ConflictError(RegoEvaluationError):
    """Two results where one may be. `what` is `rule data.x.y` or `function data.x.f`, if it is theirs."""

    code = "eval_conflict_error"
    what = ""


class DifferingError(ConflictError):
    """Results of a rule or function that differ. Its message lists them, and is written when it is read: Gatekeeper
    says less, and a fleet may run into the same conflict with every object."""

    def __init__(self, message: str | Callable[[], str], location: Location | None = None, **more: Any) -> None:
        super().__init__("", location, **more)
        self._message = message

    @property
    def message(self) -> str:
        if not isinstance(self._message, str):
            self._message = self._message()
        return self._message

    @message.setter
    def message(self, message: str) -> None:
        self._message = message


class Conflicts:
    """The differing results of one complete rule or function, gathered after the first difference showed.

    OPA lists one differing value for each definition, at most ten in all.
    """

    __slots__ = ("_first", "_seen", "more", "raised_at", "values")

    def __init__(self, at: At, value: Any, raised_at: At) -> None:
        self.values: list[tuple[At, Any]] = [(at, value)]
        self._first = value
        self._seen: set[At] = set()
        self.raised_at = raised_at
        self.more = False

    def add(self, at: At, value: Any) -> Conflicts:
        if at in self._seen or self.more or equal(self._first, value):
            return self
        if len(self.values) == _MOST_LISTED:
            self.more = True
            return self
        self._seen.add(at)
        self.values.append((at, value))
        return self

    def error(self, what: str) -> ConflictError:
        """OPA's error; `what` is `rule data.x.y` or `function data.x.f`."""
        error = DifferingError(lambda: self._text(what), Location(*self.raised_at))
        error.what = what
        return error

    def _text(self, what: str) -> str:
        if what.startswith("function"):
            head = f"{what} produced conflicting values for the same inputs:"
        else:
            head = f"{what} produced conflicting values:"
        lines = [head]
        for at, value in sorted(self.values, key=lambda found: found[0]):
            file, row, col = at
            place = f"{file}:{row}" if file else f"{row}:{col}"
            lines.append(f"  {_text(value)} at {place}")
        if self.more:
            lines.append("  ...")
        return "\n".join(lines)


def differ(found: Conflicts | None, first_at: At, first: Any, at: At, value: Any) -> Conflicts:
    """Note that `value`, produced at `at`, differs from the first result."""
    if found is None:
        found = Conflicts(first_at, first, at)
    return found.add(at, value)


def _text(value: Any) -> str:
    from gatewright.runtime.text import term_text

    text = " ".join(term_text(value).split())
    return text if len(text) <= _TEXT_WIDTH else text[:_TEXT_WIDTH] + "..."


def put(result: dict[Any, Any], key: Any, value: Any, at: At) -> None:
    """Set a key of an object under construction; a second, different value is a conflict."""
    key = to_key(key)
    there = result.setdefault(key, value)
    if there is not value and not equal(there, value):
        raise ConflictError("object keys must be unique", Location(*at))


_OWN = object()


def insert(
    result: dict[Any, Any], seen: set[tuple[Any, ...]], path: tuple[Any, ...], value: Any, at: At, *, many: bool = False
) -> None:
    """Set the value at a path of a document that rules with refs in their heads build together.

    `many`: the value joins the set at that path. No path may lead through another rule's value.
    """
    keys = tuple(to_key(k) for k in path)
    for length in range(1, len(keys)):
        if keys[:length] in seen:
            raise ConflictError("object keys must be unique", Location(*at))
    seen.add(keys)
    place = result
    for key in keys[:-1]:
        place = place.setdefault(key, {})
        if place.__class__ is not dict:
            raise ConflictError("object keys must be unique", Location(*at))
    leaf = keys[-1]
    there: Any = place.get(leaf, UNDEFINED)
    if many:
        if there is not UNDEFINED and there.__class__ is not RegoSet:
            raise ConflictError("object keys must be unique", Location(*at))
        if (_OWN, keys) not in seen:
            # Another rule's set is left as it is.
            there = place[leaf] = RegoSet.of_keys(dict(there.keys) if isinstance(there, RegoSet) else {})
            seen.add((_OWN, keys))
        there.keys[to_key(value)] = None
    elif there is UNDEFINED:
        place[leaf] = value
    elif not equal(there, value):
        raise ConflictError("object keys must be unique", Location(*at))


def keyed(state: Any, rule: Callable[..., Any], narrowed: Callable[..., Any], *keys: Any) -> Any:
    """The member of a partial object at `keys`, or UNDEFINED.

    A conflict at another key is no error here: `narrowed` evaluates the rules for these keys alone.
    """
    try:
        value = rule(state)
    except ConflictError:
        value = narrowed(state, *keys)
    for key in keys:
        value = get(value, key)
    return value


__all__ = ["ConflictError", "Conflicts", "differ", "insert", "keyed", "put"]
