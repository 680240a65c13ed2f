"""Which lines of Rego the tests reached: per file, of the expressions and rule heads there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gatewright.harness.definitions import test_part
from gatewright.records import record
from gatewright.syntax import nodes


@record(frozen=True, slots=True)
class FileCoverage:
    """The rows of one file that can be reached, and those that were."""

    file: str
    rows: frozenset[int]
    covered: frozenset[int]

    @property
    def missed(self) -> list[int]:
        return sorted(self.rows - self.covered)

    @property
    def percent(self) -> float:
        return 100.0 * len(self.covered) / len(self.rows) if self.rows else 100.0


def coverage(modules: Mapping[str, nodes.Module], reached: Iterable[tuple[str, int]]) -> list[FileCoverage]:
    """Coverage by file, of the modules that tests were run on; test rules themselves do not count."""
    found: dict[str, set[int]] = {}
    for file, row in reached:
        found.setdefault(file, set()).add(row)
    files = []
    for file, module in sorted(modules.items()):
        rows = frozenset(row for rule in module.rules for row in _rows(rule) if row)
        if rows:
            files.append(FileCoverage(file, rows, rows & found.get(file, set())))
    return files


def overall(files: Iterable[FileCoverage]) -> float:
    """Per cent of all rows of all files."""
    kept = list(files)
    rows = sum(len(f.rows) for f in kept)
    return 100.0 * sum(len(f.covered) for f in kept) / rows if rows else 100.0


def _rows(rule: nodes.Rule) -> Iterator[int]:
    if test_part(rule.head.ref) is not None or rule.default:
        return
    current: nodes.Rule | None = rule
    while current is not None:
        yield current.location.row
        yield from (expr.location.row for expr in current.body if not expr.generated)
        current = current.otherwise


def as_lcov(files: Iterable[FileCoverage]) -> str:
    """LCOV's tracefile format, which coverage viewers read."""
    lines = []
    for file in files:
        lines += ["TN:", f"SF:{file.file}"]
        lines += [f"DA:{row},{1 if row in file.covered else 0}" for row in sorted(file.rows)]
        lines += [f"LF:{len(file.rows)}", f"LH:{len(file.covered)}", "end_of_record"]
    return "\n".join(lines) + "\n"


def as_json(files: Iterable[FileCoverage]) -> dict[str, Any]:
    """`{"coverage": percent, "files": {file: {"coverage", "covered", "missed"}}}`."""
    kept = list(files)
    return {
        "coverage": round(overall(kept), 2),
        "files": {
            f.file: {"coverage": round(f.percent, 2), "covered": sorted(f.covered), "missed": f.missed} for f in kept
        },
    }


def as_text(files: Iterable[FileCoverage]) -> str:
    """A line a file with what was missed, and the total."""
    kept = list(files)
    width = max((len(f.file) for f in kept), default=5)
    lines = [f"{f.file:<{width}}  {f.percent:6.2f} %  {_ranges(f.missed)}".rstrip() for f in kept]
    lines.append(f"{'total':<{width}}  {overall(kept):6.2f} %")
    return "\n".join(lines) + "\n"


def _ranges(rows: list[int]) -> str:
    """`missed 3-5, 9`."""
    spans: list[list[int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    text = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
    return f"missed {text}" if text else ""
