"""The report people read: violations grouped by file, each with its line and a way out, and a closing summary."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from gatewright.report import Plain, Section, Summary
from gatewright.source import Location, file_excerpt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.gatekeeper.result import Violation
    from gatewright.report.found import Found

_COLOURS = {"deny": "31", "warn": "33", "dryrun": "36"}


def make(*, colour: bool = False) -> Text:
    return Text(colour)


class Text(Plain):
    """Plain text; `colour` adds terminal escapes."""

    between = "\n"

    def __init__(self, colour: bool = False) -> None:
        self._colour = colour

    def heading(self, file: str) -> str:
        return self._paint(file, "1") + "\n"

    def fragment(self, found: Sequence[Found]) -> list[Section]:
        return [
            (file, "\n".join(map(self._one, group)) + "\n")
            for file, group in groupby(found, key=lambda f: f.violation.location.file if f.violation.location else "")
        ]

    def _one(self, found: Found) -> str:
        v = found.violation
        actions = "+".join(v.scoped_actions) or v.enforcement_action
        where = f"{v.location.row}:{v.location.col}" if v.location else "-"
        head = f"  {where:<8} {self._paint(actions, _COLOURS.get(actions, '0'))}  {_object(v)}  {_constraint(v)}"
        lines = [head]
        lines += [f"           {line}" for line in v.message.splitlines() or [""]]
        if found.excerpt:
            lines += [self._paint(f"           {line}", "2") for line in found.excerpt.splitlines()]
        if fix := v.metadata.get("fix"):
            lines.append(f"           fix: {' '.join(str(fix).split())}")
        return "\n".join(lines)

    def finish(self, summary: Summary, errors: Sequence[dict[str, Any]], rules: dict[str, dict[str, Any]]) -> str:
        lines = []
        if errors:
            lines.append("")
            lines += [line for error in errors for line in self._error(error)]
        lines.append("")
        lines += summary.notices
        actions = ", ".join(f"{count} {action}" for action, count in sorted(summary.actions.items()))
        violations = _count(summary.violations, "violation") + (f" ({actions})" if actions else "")
        if summary.waived:
            violations += f", {summary.waived:,} waived"
        if summary.known:
            violations += f", {summary.known:,} known"
        lines.append(
            f"{_count(summary.objects, 'object')}, {_count(summary.constraints, 'constraint')}, "
            f"{_count(summary.pairs, 'pair')} evaluated: {violations}, {_count(summary.errors, 'error')} "
            f"in {summary.seconds:.2f} s"
        )
        return "\n".join(lines).removeprefix("\n" if not summary.violations and not errors else "") + "\n"

    def _error(self, error: dict[str, Any]) -> list[str]:
        where = error["file"]
        if error["line"]:
            where += f":{error['line']}"
            if error["column"]:
                where += f":{error['column']}"
        lines = [f"{self._paint('error', '31;1')}: {where + ': ' if where else ''}{error['message']}"]
        shown = file_excerpt(Location(error["file"], error["line"], error["column"]))
        lines += [self._paint(f"  {line}", "2") for line in shown.splitlines()]
        if error["hint"]:
            lines.append(f"  hint: {error['hint']}")
        return lines

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and text else text


def _object(v: Violation) -> str:
    name = f"{v.object.namespace}/{v.object.name}" if v.object.namespace else v.object.name
    return f"{v.object.kind} {name}"


def _constraint(v: Violation) -> str:
    text = f"[{v.constraint.kind}/{v.constraint.name}]"
    if severity := v.metadata.get("severity"):
        text += f" {severity}"
    return text


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
