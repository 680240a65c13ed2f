"""YAML: the same document as JSON's, written as it is found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gatewright.report import Plain, Section, Summary
from gatewright.report.data import violation_data

if TYPE_CHECKING:
    from gatewright.report.found import Found


def make(*, colour: bool = False) -> Yaml:
    return Yaml()


class Yaml(Plain):
    def start(self) -> str:
        return "violations:\n"

    def fragment(self, found: Sequence[Found]) -> list[Section]:
        if not found:
            return []
        return [("", _dump([violation_data(f.violation) for f in found]))]

    def finish(self, summary: Summary, errors: Sequence[dict[str, Any]], rules: dict[str, dict[str, Any]]) -> str:
        # An empty list needs its brackets; under the key, indented, they are still its value.
        nothing = "" if summary.violations else "  []\n"
        return nothing + _dump({"errors": list(errors), "summary": summary.data()})


def _dump(value: Any) -> str:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(value, Dumper=dumper, sort_keys=False, allow_unicode=True, default_flow_style=False)
    return text
