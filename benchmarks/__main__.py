"""`python -m benchmarks`: run every scenario against the installed peers and print what came of it.

gator and opa are looked for on PATH; a scenario runs without the ones that are absent. Answers are compared before
anything is timed. A ratio more than 10 % under the recorded one fails. `--record` instead keeps what was measured, row
by row, in benchmarks/recorded.json, and writes docs/benchmarks.md with its plots from all that is recorded; so a run of
single scenarios updates those rows alone, and `--resume` goes on where a run was interrupted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import answers, page, record
from benchmarks.claims import CLAIMS
from benchmarks.measure import alternate, once
from benchmarks.record import Row
from benchmarks.scenarios import Planned, Scenario, Tools, plan
from benchmarks.workloads import NOT_FOR_OPA, Workloads, shared_root

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json"
PAGE = HERE.parent / "docs" / "benchmarks.md"
PICTURES = HERE.parent / "docs" / "benchmarks"


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    recorded = record.load(RECORDED)
    if options.render:
        if not recorded:
            raise SystemExit("nothing is recorded yet: run with --record first")
        page.write(recorded, PAGE, PICTURES)
        return 0
    planned = list(plan(Workloads(options.shared, options.work), Tools.found(), objects=options.objects))
    chosen = [one for one in planned if _is_chosen(one, options, recorded)]
    if options.list:
        print("\n".join(one.name for one in chosen))
        return 0
    measured: dict[str, Row] = {}
    for one in chosen:
        rows = measure(one.build(), options.repeat, options.work)
        for row in rows:
            print(describe(row), flush=True)
            measured[row.name] = row
        if options.record:
            keep(rows, [each.name for each in planned])
    slower = [*record.regressions(measured, recorded)]
    print("\n".join([*slower, *_broken_claims(measured, recorded)]))
    return 1 if slower and not options.record else 0


def _broken_claims(measured: dict[str, Row], recorded: dict[str, Row]) -> Iterator[str]:
    for claim in CLAIMS:
        value = claim.value(recorded | measured)
        if value is not None and value > claim.most and (claim.of in measured or claim.over in measured):
            yield f"ABOVE {claim.name}: {value:.2f}, at most {claim.most:g}"


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scenarios", nargs="*", help="only scenarios whose name contains one of these")
    parser.add_argument("--list", action="store_true", help="print the scenarios' names and run nothing")
    parser.add_argument("--long", action="store_true", help="also the scenarios that take minutes each")
    parser.add_argument("--objects", type=int, default=10_000, help="size of the large workload (default 10,000)")
    parser.add_argument("--repeat", type=int, default=3, help="counted runs of each command (default 3)")
    parser.add_argument("--shared", type=Path, default=shared_root(), help="where bench/ and fixtures/ lie")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "gatewright-bench")
    parser.add_argument("--record", action="store_true", help="keep the rows and write docs/benchmarks.md")
    parser.add_argument("--resume", action="store_true", help="leave out what was recorded of this very engine")
    parser.add_argument("--render", action="store_true", help="write docs/benchmarks.md and its plots from the record")
    options = parser.parse_args(argv)
    if not options.render and not (options.shared / "bench").is_dir():
        parser.error("the workload generator is not there: give --shared DIR")
    return options


def _is_chosen(one: Planned, options: argparse.Namespace, recorded: dict[str, Row]) -> bool:
    if options.scenarios and not any(part in one.name for part in options.scenarios):
        return False
    if one.long and not options.long:
        return False
    engines = {row.engine for row in recorded.values() if row.scenario == one.name}
    return not options.resume or engines != {record.engine()}


def measure(scenario: Scenario, repeat: int, work: Path) -> list[Row]:
    if problem := difference(scenario, work):
        raise SystemExit(f"{scenario.name}: the answers differ, so a timing means nothing: {problem}")
    series = alternate(scenario.commands, repeat=repeat)
    ours, peers = series[: len(scenario.ways)], series[len(scenario.ways) :]
    return [record.row(scenario.name, way, runs, peers, repeat) for way, runs in zip(scenario.ways, ours, strict=True)]


def difference(scenario: Scenario, work: Path) -> str | None:
    """Run each command once and hold the answers together: sets with gator's, the number with OPA's."""
    said = [work / f"answers-{number}" for number in range(len(scenario.commands))]
    for command, file in zip(scenario.commands, said, strict=True):
        once(replace(command, argv=command.telling or command.argv), file)
    ours, theirs = said[: len(scenario.ways)], said[len(scenario.ways) :]
    found = scenario.ours(ours[0])
    for way, file in zip(scenario.ways[1:], ours[1:], strict=True):
        if problem := answers.difference(scenario.ours(file), found):
            return f"{way.name}: {problem}"
    for peer, file in zip(scenario.peers, theirs, strict=True):
        if peer.name == "opa":
            problem = _difference_in_number(ours[0], file)
        else:
            problem = answers.difference(found, scenario.theirs(file))
        if problem:
            return f"{peer.name}: {problem}"
    return None


def _difference_in_number(ours: Path, theirs: Path) -> str | None:
    found, total = answers.count_without(ours, NOT_FOR_OPA), int(theirs.read_text(encoding="utf-8"))
    return None if found == total else f"{found} violations, {total} of theirs"


def describe(row: Row) -> str:
    parts = [f"{tool} {f.wall:.3f} s wall {f.cpu:.2f} s cpu {f.peak_mb:.0f} MB" for tool, f in row.figures.items()]
    ratios = ", ".join(f"{ratio:.1f}x {peer}" for peer, ratio in row.ratios().items())
    return f"{row.name}: {'; '.join(parts)}; {ratios or 'no peer'}"


def keep(rows: list[Row], order: list[str]) -> None:
    """Put the rows of a scenario into the record, in the order of the plan, and write the page anew."""
    scenario = rows[0].scenario
    every = {name: row for name, row in record.load(RECORDED).items() if row.scenario != scenario}
    every |= {row.name: row for row in rows}
    places = {name: number for number, name in enumerate(order)}
    every = dict(sorted(every.items(), key=lambda item: places.get(item[1].scenario, len(places))))
    record.save(RECORDED, every)
    page.write(every, PAGE, PICTURES)


if __name__ == "__main__":
    sys.exit(main())
