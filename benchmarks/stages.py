"""`python -m benchmarks.stages`: what an object costs, stage by stage, in one process, and the floor of reading it.

The stages are functions of the engine that call each other; each is charged the CPU time that passes in it and in none
below it. The floor is the same bytes parsed by rapidyaml, in C++ and to no Python values. Machines waver, so each
figure is the least of several runs over the same objects. `--record` writes docs/benchmarks-stages.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import ryml

from benchmarks.record import machine
from benchmarks.workloads import Workloads, shared_root
from gatewright.checking.evaluate import Evaluator
from gatewright.checking.loaded import loaded
from gatewright.checking.policy_sets import PolicySet
from gatewright.checking.recall import parts_in, surveyed
from gatewright.checking.request import CheckRequest
from gatewright.checking.units import units_of
from gatewright.collector import collector_relaxed
from gatewright.gatekeeper.evaluation import Evaluation
from gatewright.gatekeeper.host import Host
from gatewright.report import make_renderer

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-stages.md"
# What is watched, and what is said of it.
STAGES = (
    (Evaluator, "_documents", "reading: bytes to documents"),
    (Host, "_try_meeting", "the review, and which constraints apply"),
    (Evaluation, "of_all", "the rules of those constraints"),
    (Evaluator, "_locate", "places of what was found"),
    (Evaluator, "_render", "the report"),
)
_REST = "around them"


class Stopwatch:
    """CPU seconds by stage, each without those of the stages below."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._charge()
        self._open.append(name)
        try:
            yield
        finally:
            self._charge()
            self._open.pop()

    def _charge(self) -> None:
        now = time.process_time()
        if self._open:
            name = self._open[-1]
            self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = now

    def watching(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        """The function, its time charged to a stage; what it yields is gathered first."""

        def watched(*arguments: Any, **named: Any) -> Any:
            with self.stage(name):
                found = function(*arguments, **named)
                return iter(list(found)) if isinstance(found, Iterator) else found

        return watched


@contextmanager
def watched(watch: Stopwatch) -> Iterator[None]:
    """The engine's stages, charged to a watch."""
    kept = [(owner, function, getattr(owner, function)) for owner, function, _ in STAGES]
    for owner, function, name in STAGES:
        setattr(owner, function, watch.watching(getattr(owner, function), name))
    try:
        yield
    finally:
        for owner, function, original in kept:
            setattr(owner, function, original)


def measured(policies: Path, objects: Path) -> tuple[dict[str, float], dict[str, int]]:
    """CPU seconds by stage over all objects, once everything is warm; and how many objects, pairs and violations."""
    request = CheckRequest((str(policies),), (str(objects),), jobs=1, gator_compat=True, format="json",
                           excerpts=False)  # fmt: skip
    files = list(surveyed([str(objects)], None))
    host = loaded(request, files, PolicySet(request), keeping=False, told=None).host
    evaluator = Evaluator(host, request, [make_renderer("json", colour=False)])
    units = list(units_of([(part, part.size()) for part in parts_in(files)]))
    outcomes = [outcome for unit in units for outcome in evaluator.unit(unit)]
    counts = {
        "objects": sum(outcome.counts.objects for outcome in outcomes),
        "pairs": sum(outcome.counts.pairs for outcome in outcomes),
        "violations": sum(sum(outcome.counts.actions.values()) for outcome in outcomes),
    }
    watch = Stopwatch()
    with collector_relaxed(), watched(watch), watch.stage(_REST):
        for unit in units:
            evaluator.unit(unit)
    return watch.seconds, counts


def floor(objects: Path) -> float:
    """CPU seconds that rapidyaml takes to parse the same bytes."""
    data = objects.read_bytes()
    before = time.process_time()
    ryml.parse_in_arena(data)
    return time.process_time() - before


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("--objects", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--shared", type=Path, default=shared_root(), help="where bench/ and fixtures/ lie")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "gatewright-bench")
    parser.add_argument("--record", action="store_true", help="write docs/benchmarks-stages.md")
    options = parser.parse_args(argv)
    workloads = Workloads(options.shared, options.work)
    objects = workloads.objects(options.objects)
    runs = [measured(workloads.rego_only(), objects) for _ in range(options.repeat)]
    least = {name: min(seconds[name] for seconds, _ in runs) for name in runs[0][0]}
    text = page(least, runs[0][1], min(map(floor, [objects] * options.repeat)))
    print(text)
    if options.record:
        PAGE.write_text(text, encoding="utf-8")
    return 0


def page(seconds: dict[str, float], counts: dict[str, int], least: float) -> str:
    each = partial(_micros, objects=counts["objects"])
    total = sum(seconds.values())
    order = [name for *_, name in STAGES] + [_REST]
    lines = [
        "# What an object costs",
        "",
        "Written by `python -m benchmarks.stages --record`: one process, CPU time, the least of several runs, each",
        f"stage without those below it. {counts['objects']:,} objects of about 2 KB under 44 policies:"
        f" {counts['pairs'] / counts['objects']:.1f} constraints apply to an object",
        f"and {counts['violations'] / counts['objects']:.1f} violations are found in it. Measured on: {machine()}.",
        "",
        "| stage | µs an object | share |",
        "|---|---:|---:|",
        *(f"| {name} | {each(seconds[name]):.0f} | {seconds[name] / total:.0%} |" for name in order),
        f"| all | {each(total):.0f} | 100% |",
        "",
        f"The floor: rapidyaml, in C++ and to no Python values, parses the same bytes in {each(least):.0f} µs an"
        " object;",
        f"reading takes {seconds[STAGES[0][2]] / least:.1f} times that, checking as a whole {total / least:.1f} times.",
    ]
    return "\n".join(lines) + "\n"


def _micros(seconds: float, objects: int) -> float:
    return seconds * 1e6 / objects


if __name__ == "__main__":
    sys.exit(main())
