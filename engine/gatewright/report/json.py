"""JSON: `{"violations": […], "errors": […], "summary": {…}}`, written as it is found."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.report import Plain, Section, Summary
from gatewright.report._plain import NotPlainError, json_text
from gatewright.report.data import violation_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.report.found import Found


def make(*, colour: bool = False) -> Json:
    return Json()


class Json(Plain):
    """One violation a line."""

    between = ",\n"

    def __init__(self) -> None:
        # So many values are written sooner than orjson is imported.
        self._by_hand = 64

    def start(self) -> str:
        return '{"violations": [\n'

    def fragment(self, found: Sequence[Found]) -> list[Section]:
        if not found:
            return []
        return [("", ",\n".join(self._dump(violation_data(f.violation)) for f in found))]

    def finish(self, summary: Summary, errors: Sequence[dict[str, Any]], rules: dict[str, dict[str, Any]]) -> str:
        shown = ",\n".join(map(self._dump, errors))
        lead = "\n" if summary.violations else ""
        return f'{lead}],\n"errors": [{shown}],\n"summary": {self._dump(summary.data())}}}\n'

    def _dump(self, value: Any) -> str:
        if self._by_hand:
            self._by_hand -= 1
            return dump_by_hand(value)
        return dump(value)


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
