"""GitHub Actions' workflow commands: an annotation on the line of each violation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gatewright.report import Plain, Section, Summary
from gatewright.report.data import actions, title

if TYPE_CHECKING:
    from gatewright.report.found import Found

_LEVELS = {"deny": "error", "warn": "warning"}


def make(*, colour: bool = False) -> Github:
    return Github()


class Github(Plain):
    def fragment(self, found: Sequence[Found]) -> list[Section]:
        return [("", "".join(map(_annotation, found)))] if found else []

    def finish(self, summary: Summary, errors: Sequence[dict[str, Any]], rules: dict[str, dict[str, Any]]) -> str:
        return "".join(map(_error, errors))


def _annotation(found: Found) -> str:
    v = found.violation
    levels = [_LEVELS.get(action, "notice") for action in actions(v)]
    level = next((name for name in ("error", "warning") if name in levels), "notice")
    name = f"{v.constraint.kind}/{v.constraint.name}"
    where = (v.location.file, v.location.row, v.location.col) if v.location else ("", 0, 0)
    return _command(level, *where, name, title(v))


def _error(error: dict[str, Any]) -> str:
    text = error["message"] + (f" ({error['hint']})" if error["hint"] else "")
    return _command("error", error["file"], error["line"], error["column"], "gatewright", text)


def _command(level: str, file: str, row: int, column: int, name: str, message: str) -> str:
    properties = {"file": file, "line": row or "", "col": column or "", "title": name}
    given = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
    return f"::{level} {given}::{_message(message)}\n"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
