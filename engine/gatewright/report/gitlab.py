"""GitLab's code quality report: a JSON list, an issue a violation, with a fingerprint that survives line moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gatewright.report import Plain, Section, Summary
from gatewright.report.data import actions, fingerprint, rule_id, title
from gatewright.report.json import dump

if TYPE_CHECKING:
    from gatewright.gatekeeper.result import Violation
    from gatewright.report.found import Found

_BY_SEVERITY = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info"}


def make(*, colour: bool = False) -> Gitlab:
    return Gitlab()


class Gitlab(Plain):
    between = ",\n"

    def start(self) -> str:
        return "[\n"

    def fragment(self, found: Sequence[Found]) -> list[Section]:
        return [("", ",\n".join(dump(_issue(f.violation)) for f in found))] if found else []

    def finish(self, summary: Summary, errors: Sequence[dict[str, Any]], rules: dict[str, dict[str, Any]]) -> str:
        return "\n]\n"


def _issue(v: Violation) -> dict[str, Any]:
    severity = _BY_SEVERITY.get(str(v.metadata.get("severity")))
    return {
        "description": title(v),
        "check_name": rule_id(v),
        "fingerprint": fingerprint(v),
        "severity": severity or ("major" if "deny" in actions(v) else "minor"),
        "location": {
            "path": v.location.file if v.location else "",
            "lines": {"begin": v.location.row if v.location else 1},
        },
    }
