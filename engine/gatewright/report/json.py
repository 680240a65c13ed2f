"""JSON: `{"violations": […], "errors": […], "summary": {…}}`, written as it is found."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.report import Plain, Section, Summary
from gatewright.report._plain import NotPlainError, encode_basestring, json_text
from gatewright.report.data import constraint_data, object_data, violation_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.gatekeeper.result import ObjectRef, Violation
    from gatewright.report.found import Found


def make(*, colour: bool = False) -> Json:
    return Json()


class Json(Plain):
    """One violation a line."""

    between = ",\n"

    def __init__(self) -> None:
        # So many values are written sooner than orjson is imported.
        self._by_hand = 64
        self._sources: dict[int, _Source] = {}
        self._object: tuple[ObjectRef | None, str] = None, ""
        self._file = "", '""'

    def start(self) -> str:
        return '{"violations": [\n'

    def fragment(self, found: Sequence[Found]) -> list[Section]:
        if not found:
            return []
        return [("", ",\n".join([self._line(f.violation) for f in found]))]

    def finish(self, summary: Summary, errors: Sequence[dict[str, Any]], rules: dict[str, dict[str, Any]]) -> str:
        shown = ",\n".join(map(self._dump, errors))
        lead = "\n" if summary.violations else ""
        return f'{lead}],\n"errors": [{shown}],\n"summary": {self._dump(summary.data())}}}\n'

    def _line(self, v: Violation) -> str:
        """The text of `violation_data`, put together of what stands in many others as well."""
        where = v.location
        if where is None or v.expanded_by:
            return self._dump(violation_data(v))
        source = self._sources.get(id(v.constraint))
        if source is None or not source.is_of(v):
            source = self._source(v)
        if self._object[0] is not v.object:
            self._object = v.object, self._dump(object_data(v.object))
        if self._file[0] != where.file:
            self._file = where.file, self._dump(where.file)
        details = "{}" if v.details == {} else self._dump(v.details)
        return (
            f'{{"message":{encode_basestring(v.message)},"details":{details}{source.text}{self._object[1]}'
            f',"location":{{"file":{self._file[1]},"line":{where.row},"column":{where.col}}}{source.end}'
        )

    def _source(self, v: Violation) -> _Source:
        if len(self._sources) >= _MANY:
            self._sources.clear()
        action, constraint = self._dump(v.enforcement_action), self._dump(constraint_data(v.constraint))
        scoped = f',"scopedActions":{self._dump(v.scoped_actions)}' if v.scoped_actions else ""
        metadata = f',"metadata":{self._dump(v.metadata)}' if v.metadata else ""
        text = f',"enforcementAction":{action},"constraint":{constraint},"object":'
        source = self._sources[id(v.constraint)] = _Source(v, text, f"{scoped}{metadata}}}")
        return source

    def _dump(self, value: Any) -> str:
        if self._by_hand:
            self._by_hand -= 1
            return dump_by_hand(value)
        return dump(value)


class _Source:
    """The text of what a constraint puts into all its violations, between their details and their object and at the
    end."""

    __slots__ = ("_of", "end", "text")

    def __init__(self, of: Violation, text: str, end: str) -> None:
        self._of = of
        self.text = text
        self.end = end

    def is_of(self, v: Violation) -> bool:
        of = self._of
        return (
            of.constraint is v.constraint
            and of.metadata is v.metadata
            and of.enforcement_action == v.enforcement_action
            and of.scoped_actions == v.scoped_actions
        )


# So many constraints are kept at most: bindings of admission policies speak through one of their own each time.
_MANY = 1024


def dump_by_hand(value: Any) -> str:
    """The same as `dump`, without orjson where it would say nothing else."""
    try:
        text = json_text(value)
        text.encode()  # lone surrogates are no JSON
    except (NotPlainError, UnicodeEncodeError, RecursionError):
        return dump(value)
    return text


def dump(value: Any) -> str:
    """JSON text of plain data; numbers beyond 64 bits go the slow way."""
    import orjson

    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError):
        import json

        return json.dumps(value, ensure_ascii=False, default=str)
