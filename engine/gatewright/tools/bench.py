"""What each policy costs: every object reviewed again and again, each constraint's share of the time measured.

What built-in functions cost comes from one round more, under Python's profiler, which slows all of it down: it tells
them apart, not how long they take without it. Those that are compiled to Python's own operators do not show.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from time import perf_counter_ns
from typing import Any

from gatewright.errors import UsageError
from gatewright.gatekeeper.constraint import is_constraint
from gatewright.gatekeeper.entries import Entry
from gatewright.gatekeeper.expander import Expander
from gatewright.gatekeeper.host import Host, Result
from gatewright.gatekeeper.review import Review
from gatewright.gatekeeper.template import is_template
from gatewright.gator.baseline import Record, compare, load, save
from gatewright.gator.benchtext import aligned, duration, format_comparisons
from gatewright.gator.console import Fatal
from gatewright.gator.measure import Measured, Plan, latencies
from gatewright.manifests import Document
from gatewright.records import record
from gatewright.tools.inputs import Troubles, add_documents, load_policies, read_objects
from gatewright.tools.output import require_format


@record(frozen=True, slots=True)
class BenchRequest:
    """What to measure, and what to hold it against. `min_threshold` is in nanoseconds."""

    paths: tuple[str, ...]
    policies: tuple[str, ...] = ()
    engine: str = "cel"
    iterations: int = 100
    warmup: int = 3
    format: str = "table"
    save: str = ""
    compare: str = ""
    threshold: float = 10.0
    min_threshold: int = 0


class _TimedHost(Host):
    """Notes how long each constraint's policy ran."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.spent: defaultdict[str, list[int]] = defaultdict(list)

    def _evaluate(self, matched: list[Entry], review: Review) -> list[Result]:
        results: list[Result] = []
        for entry in matched:
            start = perf_counter_ns()
            results += super()._evaluate([entry], review)
            self.spent[f"{entry.constraint.ref.kind}/{entry.constraint.ref.name}"].append(perf_counter_ns() - start)
        return results


def bench(request: BenchRequest) -> int:
    """1 when it became slower than the baseline allows, 2 when something could not be read."""
    if request.iterations < 1:
        raise UsageError("--iterations must be positive")
    require_format(request.format, "table", "json")
    if request.threshold < 0 or request.min_threshold < 0:
        raise UsageError("--threshold and --min-threshold must not be negative")
    baseline = _baseline(request.compare)
    troubles = Troubles()
    start = perf_counter_ns()
    host = _TimedHost(engine=request.engine, lazy=False)
    documents = read_objects(request.paths, troubles)
    objects = [d for d in documents if not is_template(d.value) and not is_constraint(d.value)]
    started = perf_counter_ns()
    load_policies(host, request.policies, troubles)
    host.use_expander(Expander())
    add_documents(host, documents, troubles)
    loaded = perf_counter_ns()
    if not objects or not host.constraints:
        raise UsageError("nothing to measure: there must be objects and constraints")
    for _ in range(request.warmup):
        for document in objects:
            host.results(document.value)
    host.spent.clear()
    durations, found, begun = [], 0, perf_counter_ns()
    for _ in range(request.iterations):
        for document in objects:
            before = perf_counter_ns()
            found += len(host.results(document.value))
            durations.append(perf_counter_ns() - before)
    total = perf_counter_ns() - begun
    plan = Plan(request.iterations, request.warmup)
    measured = Measured(
        request.engine,
        len({c.ref.kind for c in host.constraints}),
        len(host.constraints),
        len(objects),
        plan,
        (started - start, loaded - started, 0, 0),
        total,
        latencies(durations),
        found,
    )
    rows = sorted(host.spent.items(), key=lambda item: (-sum(item[1]), item[0]))
    host.spent = defaultdict(list)
    _report(request, measured, rows, _builtin_costs(host, objects))
    return _against_baseline(request, baseline, measured) or (2 if troubles.count else 0)


@record(frozen=True, slots=True)
class BuiltinCost:
    """What one round took in a built-in function, with what that called."""

    name: str
    calls: int
    ns: int


def _builtin_costs(host: Host, documents: Sequence[Document]) -> list[BuiltinCost]:
    """The built-ins that policies called, the most expensive first."""
    from cProfile import Profile

    from gatewright.builtins.registry import all_registered

    profile = Profile()
    profile.enable(subcalls=False, builtins=False)
    for document in documents:
        host.results(document.value)
    profile.disable()
    spent = {entry.code: entry for entry in profile.getstats()}
    names = {getattr(builtin.function, "__code__", None): name for name, builtin in all_registered().items()}
    costs = [
        BuiltinCost(names[code], entry.callcount, int(entry.totaltime * 1e9))
        for code, entry in spent.items()
        if code in names
    ]
    return sorted(costs, key=lambda cost: (-cost.ns, cost.name))


def _report(
    request: BenchRequest, measured: Measured, rows: list[tuple[str, list[int]]], builtins: Sequence[BuiltinCost]
) -> None:
    if request.format == "json":
        policies = [
            {"constraint": name, "reviews": len(times), "totalNS": sum(times), "latenciesNS": latencies(times)}
            for name, times in rows
        ]
        summary = {"reviews": measured.reviews, "reviewsPerSecond": measured.rate, "violations": measured.violations}
        costs = [{"name": cost.name, "calls": cost.calls, "profiledNS": cost.ns} for cost in builtins]
        found = {**summary, "latenciesNS": measured.latencies, "policies": policies, "builtins": costs}
        text = json.dumps(found, indent=2) + "\n"
    else:
        text = _table(measured, rows) + _builtin_table(builtins)
    sys.stdout.write(text)


def _table(measured: Measured, rows: list[tuple[str, list[int]]]) -> str:
    lines = ["Constraint\tReviews\tTotal\tShare\tMean\tP50\tP95\tP99"]
    for name, times in rows:
        spread = latencies(times)
        share = f"{100 * sum(times) / measured.total:.1f}%"
        cells = [str(len(times)), duration(sum(times)), share]
        lines.append("\t".join([name, *cells, *(duration(spread[key]) for key in ("mean", "p50", "p95", "p99"))]))
    spread = measured.latencies
    cells = [str(measured.reviews), duration(measured.total), "100.0%"]
    lines.append("\t".join(["all", *cells, *(duration(spread[key]) for key in ("mean", "p50", "p95", "p99"))]))
    counts = f"{_count(measured.objects, 'object')}, {_count(measured.constraints, 'constraint')}"
    return aligned(lines) + f"{counts}, {measured.rate:.0f} reviews a second\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _builtin_table(costs: Sequence[BuiltinCost]) -> str:
    if not costs:
        return ""
    lines = ["Built-in\tCalls\tProfiled\tEach"]
    lines += [f"{c.name}\t{c.calls}\t{duration(c.ns)}\t{duration(c.ns // c.calls)}" for c in costs]
    return "\n" + aligned(lines)


def _baseline(path: str) -> list[Record]:
    """The figures that a file holds, read before anything is measured."""
    try:
        return load(path) if path else []
    except Fatal as error:
        raise UsageError(str(error)) from error


def _against_baseline(request: BenchRequest, baseline: Sequence[Record], measured: Measured) -> int:
    code = 0
    if request.compare:
        comparisons = compare(baseline, [measured], request.threshold, request.min_threshold)
        if not comparisons:
            raise UsageError(f"{request.compare}: no measurement of the engine {request.engine} to compare with")
        sys.stdout.write("\n" + format_comparisons(comparisons, request.threshold))
        code = 1 if any(each.failed for each in comparisons) else 0
    if request.save:
        try:
            save([measured], request.save)
        except Fatal as error:
            raise UsageError(str(error)) from error
        sys.stderr.write(f"saved to {request.save}\n")
    return code
