"""`python -m benchmarks`: run every scenario against the installed peers and print the table.

gator and opa are looked for on PATH; a scenario runs without the ones that are absent. `--record` keeps the ratios in
benchmarks/recorded.json and writes docs/benchmarks.md; without it, a ratio more than 10 % under the recorded one fails.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Series, alternate
from benchmarks.scenarios import Scenario, Tools, scenarios
from benchmarks.workloads import Workloads, shared_root

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json"
PAGE = HERE.parent / "docs" / "benchmarks.md"
SLACK = 0.9


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario's outcome; ratios are peer ÷ ours."""

    scenario: Scenario
    series: list[Series]
    equal: str

    def ratios(self) -> dict[str, float]:
        ours = self.series[0].wall
        return {peer.name: peer.wall / ours for peer in self.series[1:]}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scenarios", nargs="*", help="only scenarios whose name contains one of these")
    parser.add_argument("--objects", type=int, default=10_000, help="size of the large workload (default 10,000)")
    parser.add_argument("--repeat", type=int, default=3, help="counted runs of each command (default 3)")
    parser.add_argument("--shared", type=Path, default=shared_root(), help="where bench/ and fixtures/ lie")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "gatewright-bench")
    parser.add_argument("--record", action="store_true", help="keep the ratios and write docs/benchmarks.md")
    options = parser.parse_args(argv)
    if not (options.shared / "bench").is_dir():
        parser.error("the workload generator is not there: give --shared DIR")
    tools = Tools.found()
    rows = []
    for scenario in scenarios(Workloads(options.shared, options.work), tools, objects=options.objects):
        if options.scenarios and not any(part in scenario.name for part in options.scenarios):
            continue
        row = measure(scenario, options.repeat, options.work)
        rows.append(row)
        print(describe(row), flush=True)
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    slower = list(regressions(rows, recorded))
    for line in slower:
        print(line)
    if options.record:
        record(rows, recorded, options.repeat)
    return 1 if slower and not options.record else 0


def measure(scenario: Scenario, repeat: int, work: Path) -> Row:
    problem = scenario.check(work) if scenario.check else None
    if problem:
        raise SystemExit(f"{scenario.name}: the answers differ, so a timing means nothing: {problem}")
    series = alternate(scenario.commands, repeat=repeat)
    return Row(scenario, series, "equal" if scenario.check else "-")


def describe(row: Row) -> str:
    parts = [f"{s.name} {s.wall:.3f} s wall {s.cpu:.2f} s cpu {s.peak_mb:.0f} MB" for s in row.series]
    ratios = ", ".join(f"{ratio:.1f}x {peer}" for peer, ratio in row.ratios().items())
    return f"{row.scenario.name}: {'; '.join(parts)}; {ratios or 'no peer'}; answers {row.equal}"


def regressions(rows: list[Row], recorded: dict[str, dict[str, float]]) -> list[str]:
    lines = []
    for row in rows:
        for peer, ratio in row.ratios().items():
            before = recorded.get(row.scenario.name, {}).get(peer)
            if before and ratio < before * SLACK:
                lines.append(f"SLOWER {row.scenario.name}: {ratio:.1f}x {peer}, recorded {before:.1f}x")
    return lines


def record(rows: list[Row], recorded: dict[str, dict[str, float]], repeat: int) -> None:
    for row in rows:
        recorded[row.scenario.name] = {peer: round(ratio, 2) for peer, ratio in row.ratios().items()}
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(rows, repeat), encoding="utf-8")


def page(rows: list[Row], repeat: int) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench ARGS=--record`. Whole processes, run in turn on one machine, medians of",
        f"{repeat} counted runs after a warm-up; answers compared as sets first. Python {platform.python_version()}.",
        "",
        "| workload | gatewright wall s | cpu s | peak MB | gator wall s | peak MB | ratio | opa wall s | ratio |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        ours = row.series[0]
        peers = {s.name: s for s in row.series[1:]}
        ratios = row.ratios()
        gator, opa = peers.get("gator"), peers.get("opa")
        lines.append(
            f"| {row.scenario.name} | {ours.wall:.2f} | {ours.cpu:.2f} | {ours.peak_mb:.0f} "
            + (f"| {gator.wall:.2f} | {gator.peak_mb:.0f} | {ratios['gator']:.1f}x " if gator else "| - | - | - ")
            + (f"| {opa.wall:.2f} | {ratios['opa']:.1f}x |" if opa else "| - | - |")
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
