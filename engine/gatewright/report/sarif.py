"""SARIF 2.1.0 (OASIS): results with levels, regions and fingerprints; the rules that fired; errors as notifications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gatewright.report import Plain, Section, Summary
from gatewright.report.data import actions, fingerprint, rule_id, title
from gatewright.report.json import dump

if TYPE_CHECKING:
    from gatewright.gatekeeper.result import Violation
    from gatewright.report.found import Found

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "0.0"}


def make(*, colour: bool = False) -> Sarif:
    return Sarif()


class Sarif(Plain):
    """Results are written as they are found; the driver with its rules comes last, as JSON's order allows."""

    between = ",\n"

    def start(self) -> str:
        return f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{"results": [\n'

    def fragment(self, found: Sequence[Found]) -> list[Section]:
        return [("", ",\n".join(dump(_result(f.violation)) for f in found))] if found else []

    def rules(self, found: Sequence[Found]) -> dict[str, dict[str, Any]]:
        return {rule_id(f.violation): _rule(f.violation) for f in found}

    def finish(self, summary: Summary, errors: Sequence[dict[str, Any]], rules: dict[str, dict[str, Any]]) -> str:
        from gatewright._version import __version__

        driver = {
            "name": "gatewright",
            "version": __version__,
            "rules": [{"id": name, **rule} for name, rule in sorted(rules.items())],
        }
        invocation = {
            "executionSuccessful": not errors,
            "toolExecutionNotifications": [_notification(error) for error in errors],
        }
        tail = dump({"tool": {"driver": driver}, "invocations": [invocation], "columnKind": "unicodeCodePoints"})
        return f"\n], {tail[1:]}]}}\n"


def _result(v: Violation) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": rule_id(v),
        "level": _level(actions(v)),
        "message": {"text": title(v)},
        "locations": [{"physicalLocation": _place(v.location.file, v.location.row, v.location.col)}]
        if v.location
        else [],
        "partialFingerprints": {"gatewright/v1": fingerprint(v)},
        "properties": {
            "constraint": f"{v.constraint.kind}/{v.constraint.name}",
            "enforcementAction": "+".join(actions(v)),
        },
    }
    return result


def _rule(v: Violation) -> dict[str, Any]:
    named = str(v.metadata.get("title") or v.constraint.kind)
    rule: dict[str, Any] = {"name": v.constraint.kind, "shortDescription": {"text": named}}
    if fix := v.metadata.get("fix"):
        rule["help"] = {"text": str(fix)}
    if severity := v.metadata.get("severity"):
        rule["properties"] = {"security-severity": _SCORES.get(str(severity), "5.0"), "tags": ["security"]}
    return rule


def _level(acting: Sequence[str]) -> str:
    return "error" if "deny" in acting else "warning" if "warn" in acting else "note"


def _place(file: str, row: int, column: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(file.replace("\\", "/"), safe="/:")}}
    if row:
        place["region"] = {"startLine": row, **({"startColumn": column} if column else {})}
    return place


def _notification(error: dict[str, Any]) -> dict[str, Any]:
    text = error["message"] + (f" ({error['hint']})" if error["hint"] else "")
    notification: dict[str, Any] = {"level": "error", "message": {"text": text}}
    if error["file"]:
        notification["locations"] = [{"physicalLocation": _place(error["file"], error["line"], error["column"])}]
    return notification
