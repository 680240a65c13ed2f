"""Measures how long policies take: every object reviewed again and again by one engine, each review timed."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from time import perf_counter_ns
from typing import Any, Final

from gatewright.errors import GatewrightError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper.constraint import is_constraint
from gatewright.gatekeeper.host import GATOR_TEST, Host
from gatewright.gatekeeper.reading.template import read_template
from gatewright.gatekeeper.stats import StatsHost
from gatewright.gatekeeper.template import is_template
from gatewright.gator.console import Fatal
from gatewright.records import field, record

CEL: Final = "cel"
REGO: Final = "rego"


@record(frozen=True, slots=True)
class Plan:
    """How to measure."""

    iterations: int = 1000
    warmup: int = 10
    concurrency: int = 1
    stats: bool = False
    memory: bool = False


@record(frozen=True, slots=True)
class Memory:
    """What reviews allocate: the blocks that a review leaves behind until it is dropped, and its peak in bytes."""

    allocs: int
    bytes: int
    reviews: int


@record(frozen=True, slots=True)
class Measured:
    """One engine's figures. Times are nanoseconds; `setup` runs from the client to the data, in that order."""

    engine: str
    templates: int
    constraints: int
    objects: int
    plan: Plan
    setup: tuple[int, int, int, int]
    total: int
    latencies: dict[str, int]
    violations: int
    memory: Memory | None = None
    stats: list[dict[str, Any]] = field(default_factory=list)
    skipped_templates: list[str] = field(default_factory=list)
    skipped_constraints: list[str] = field(default_factory=list)

    @property
    def reviews(self) -> int:
        return self.plan.iterations * self.objects

    @property
    def rate(self) -> float:
        return self.reviews / self.total * 1e9 if self.total else 0.0

    @property
    def references(self) -> bool:
        """Whether policies could look at other objects."""
        return self.engine != CEL


@record(slots=True)
class _Loaded:
    host: Host
    setup: tuple[int, int, int, int]
    templates: int
    constraints: int
    skipped_templates: list[str]
    skipped_constraints: list[str]


def measure(engine: str, objects: Sequence[kube.Object], plan: Plan) -> Measured:
    """Measure one engine; Fatal when nothing can be measured."""
    reviewed = [obj for obj in objects if not is_template(obj) and not is_constraint(obj)]
    loaded = _load(engine, objects, reviewed, plan)
    host = loaded.host
    try:
        for _ in range(plan.warmup):
            for obj in reviewed:
                host.results(obj)
    except GatewrightError as error:
        raise Fatal(f"warmup review failed: {error.message}") from error
    if isinstance(host, StatsHost):
        host.stats.clear()
    runner = _sequential if plan.concurrency == 1 else _concurrent
    start = perf_counter_ns()
    durations, found = runner(host, reviewed, plan)
    total = perf_counter_ns() - start
    stats = host.stats[: _first_round(host, reviewed)] if isinstance(host, StatsHost) else []
    return Measured(
        engine,
        loaded.templates,
        loaded.constraints,
        len(reviewed),
        plan,
        loaded.setup,
        total,
        latencies(durations),
        found,
        _memory(host, reviewed, plan) if plan.memory else None,
        stats,
        loaded.skipped_templates,
        loaded.skipped_constraints,
    )


def _first_round(host: StatsHost, reviewed: Sequence[kube.Object]) -> int:
    """How many entries one round over all objects makes."""
    before = len(host.stats)
    for obj in reviewed:
        host.results(obj)
    return len(host.stats) - before


def _load(engine: str, objects: Sequence[kube.Object], reviewed: Sequence[kube.Object], plan: Plan) -> _Loaded:
    marks = [perf_counter_ns()]
    host = _host(engine, plan)
    marks.append(perf_counter_ns())
    kinds: set[str] = set()
    skipped: list[str] = []
    for obj in filter(is_template, objects):
        try:
            template = read_template(obj)
            if not any(template.code_for(driver.name) is not None for driver in host.drivers):
                skipped.append(kube.name_of(obj))
                continue
            kinds.add(host.add_template(obj).kind)
        except GatewrightError as error:
            raise Fatal(f"adding template {quote(kube.name_of(obj))}: {error.message}") from error
    if not kinds:
        raise Fatal(f"no templates compatible with {engine} engine (all {len(skipped)} templates skipped)")
    marks.append(perf_counter_ns())
    count, left_out = 0, []
    for obj in filter(is_constraint, objects):
        if kube.gvk_of(obj).kind not in kinds:
            left_out.append(kube.name_of(obj))
            continue
        try:
            host.add_constraint(obj)
        except GatewrightError as error:
            raise Fatal(f"adding constraint {quote(kube.name_of(obj))}: {error.message}") from error
        count += 1
    if not count:
        raise Fatal(f"no constraints loaded (all {len(left_out)} constraints skipped due to missing templates)")
    marks.append(perf_counter_ns())
    for obj in reviewed if engine != CEL else ():
        try:
            host.add_data(obj)
        except GatewrightError as error:
            raise Fatal(f"adding data {quote(kube.name_of(obj))}: {error.message}") from error
    marks.append(perf_counter_ns())
    a, b, c, d = (later - earlier for earlier, later in pairwise(marks))
    return _Loaded(host, (a, b, c, d), len(kinds), count, skipped, left_out)


def _host(engine: str, plan: Plan) -> Host:
    from gatewright.codegen.cache import CodeCache
    from gatewright.gatekeeper.cel_driver import CelDriver
    from gatewright.gatekeeper.drivers import Driver
    from gatewright.gatekeeper.expander import Expander
    from gatewright.gatekeeper.rego_driver import RegoDriver

    driver: Driver = CelDriver("Fail", CodeCache()) if engine == CEL else RegoDriver(cache=CodeCache())
    kind = StatsHost if plan.stats else Host
    host = kind(drivers=(driver,), semantics=GATOR_TEST, lazy=False)
    # gator measures the objects themselves, not what they expand to.
    host.use_expander(Expander())
    return host


def _reviews(host: Host, objects: Sequence[kube.Object]) -> tuple[list[int], int]:
    durations, found = [], 0
    for obj in objects:
        start = perf_counter_ns()
        results = host.results(obj)
        durations.append(perf_counter_ns() - start)
        found += len(results)
    return durations, found


def _sequential(host: Host, objects: Sequence[kube.Object], plan: Plan) -> tuple[list[int], int]:
    return _sum(_guard(lambda: _reviews(host, objects)) for _ in range(plan.iterations))


def _concurrent(host: Host, objects: Sequence[kube.Object], plan: Plan) -> tuple[list[int], int]:
    with ThreadPoolExecutor(plan.concurrency) as pool:
        rounds = pool.map(lambda _: _guard(lambda: _reviews(host, objects)), range(plan.iterations))
        return _sum(iter(rounds))


def _guard(action: Callable[[], tuple[list[int], int]]) -> tuple[list[int], int]:
    try:
        return action()
    except GatewrightError as error:
        raise Fatal(f"review failed: {error.message}") from error


def _sum(rounds: Iterator[tuple[list[int], int]]) -> tuple[list[int], int]:
    durations: list[int] = []
    found = 0
    for times, count in rounds:
        durations += times
        found += count
    return durations, found


def _memory(host: Host, objects: Sequence[kube.Object], plan: Plan) -> Memory:
    """Measured in rounds of their own, since looking at memory takes time."""
    import tracemalloc

    blocks = peaks = 0
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    tracemalloc.start()
    try:
        for obj in objects:
            tracemalloc.reset_peak()
            before, size = sys.getallocatedblocks(), tracemalloc.get_traced_memory()[0]
            results = host.results(obj)
            blocks += max(0, sys.getallocatedblocks() - before)
            peaks += max(0, tracemalloc.get_traced_memory()[1] - size)
            del results
    finally:
        tracemalloc.stop()
        if enabled:
            gc.enable()
    return Memory(blocks // len(objects), peaks // len(objects), plan.iterations * len(objects))


def latencies(durations: Sequence[int]) -> dict[str, int]:
    """The spread of durations; percentiles between two of them are interpolated."""
    ordered = sorted(durations)
    if not ordered:
        return dict.fromkeys(("min", "max", "mean", "p50", "p95", "p99"), 0)
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": sum(ordered) // len(ordered),
        "p50": percentile(ordered, 50),
        "p95": percentile(ordered, 95),
        "p99": percentile(ordered, 99),
    }


def percentile(ordered: Sequence[int], p: float) -> int:
    """The p-th percentile of ordered durations."""
    rank = p / 100 * (len(ordered) - 1)
    lower = int(rank)
    if lower + 1 >= len(ordered):
        return ordered[-1]
    weight = rank - lower
    return int(ordered[lower] * (1 - weight) + ordered[lower + 1] * weight)
