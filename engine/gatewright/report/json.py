"""JSON: `{"violations": […], "errors": […], "summary": {…}}`, written as it is found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from gatewright.report import Plain, Section, Summary
from gatewright.report.data import violation_data

if TYPE_CHECKING:
    from gatewright.report.found import Found


def make(*, colour: bool = False) -> Json:
    return Json()


class Json(Plain):
    """One violation a line."""

    between = ",\n"

    def start(self) -> str:
        return '{"violations": [\n'

    def fragment(self, found: Sequence[Found]) -> list[Section]:
        if not found:
            return []
        return [("", ",\n".join(dump(violation_data(f.violation)) for f in found))]

    def finish(self, summary: Summary, errors: Sequence[dict[str, Any]], rules: dict[str, dict[str, Any]]) -> str:
        shown = ",\n".join(map(dump, errors))
        lead = "\n" if summary.violations else ""
        return f'{lead}],\n"errors": [{shown}],\n"summary": {dump(summary.data())}}}\n'


def dump(value: Any) -> str:
    """JSON text of plain data; numbers beyond 64 bits go the slow way."""
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError):
        import json

        return json.dumps(value, ensure_ascii=False, default=str)
