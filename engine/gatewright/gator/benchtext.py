"""Measurements as tables, JSON and YAML, laid out as gator lays them out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from gatewright.gator.baseline import Comparison, Metric, record
from gatewright.gator.measure import Measured


def format_measurements(form: str, measurements: Sequence[Measured]) -> str:
    """The measurements as `-o` asks: table, json or yaml."""
    match form:
        case "json":
            return json.dumps([_row(m) for m in measurements], indent=2, ensure_ascii=False)
        case "yaml":
            from gatewright.gator.goyaml import dump_v3

            return dump_v3([_ordered(_row(m)) for m in measurements])
        case _:
            return "\n".join([*map(_table, measurements), *_side_by_side(measurements)])


def _ordered(value: Any) -> Any:
    from gatewright.gator.goyaml import Ordered

    if isinstance(value, dict):
        return Ordered(**{k: _ordered(v) for k, v in value.items()})
    return [_ordered(v) for v in value] if isinstance(value, list) else value


def _row(measured: Measured) -> dict[str, Any]:
    kept = record(measured)
    row: dict[str, Any] = {key: kept[key] for key in ("engine", "templateCount", "constraintCount", "objectCount")}
    row |= {"iterations": measured.plan.iterations, "concurrency": measured.plan.concurrency}
    row |= {"totalReviews": measured.reviews, "setupDuration": go_duration(kept["setupDuration"])}
    row["setupBreakdown"] = {k: go_duration(v) for k, v in kept["setupBreakdown"].items()}
    row["totalDuration"] = go_duration(measured.total)
    row["latencies"] = {k: go_duration(v) for k, v in measured.latencies.items()}
    row |= {"violationCount": measured.violations, "reviewsPerSecond": measured.rate}
    if measured.memory is not None:
        memory = kept["memoryStats"]
        row["memoryStats"] = {k: size(v) if "ytes" in k else v for k, v in memory.items()}
    if measured.stats:
        row["statsEntries"] = [_stats_row(entry) for entry in measured.stats]
    for key in ("skippedTemplates", "skippedConstraints"):
        if key in kept:
            row[key] = kept[key]
    row["referentialDataSupported"] = measured.references
    return row


def _stats_row(entry: dict[str, Any]) -> dict[str, Any]:
    stats = [{**s, "source": f"{s['source']['type']}/{s['source']['value']}"} for s in entry["stats"]]
    return {**entry, "stats": stats}


# --- tables ------------------------------------------------------------------------------------------------------


def _table(measured: Measured) -> str:
    return f"=== Benchmark Results: {measured.engine.upper()} Engine ===\n\n" + aligned(_lines(measured))


def _lines(m: Measured) -> Iterator[str]:
    yield "Configuration:"
    yield f"  Templates:\t{m.templates}"
    yield f"  Constraints:\t{m.constraints}"
    yield f"  Objects:\t{m.objects}"
    yield f"  Iterations:\t{m.plan.iterations}"
    if m.plan.concurrency > 1:
        yield f"  Concurrency:\t{m.plan.concurrency}"
    yield f"  Total Reviews:\t{m.reviews}"
    yield ""
    yield from _warnings(m)
    if not m.references:
        yield "Note:"
        yield f"  Referential Data:\tNot supported by {m.engine} engine"
        yield "  \t(Referential constraints cannot be exercised with this engine)"
        yield ""
    yield from _times(m)
    yield "Results:"
    yield f"  Violations Found:\t{m.violations}"
    if m.memory is not None:
        yield ""
        yield "Memory:"
        yield f"  Allocs/Review:\t{m.memory.allocs}"
        yield f"  Bytes/Review:\t{size(m.memory.bytes)}"
        yield f"  Total Allocs:\t{m.memory.allocs * m.memory.reviews}"
        yield f"  Total Bytes:\t{size(m.memory.bytes * m.memory.reviews)}"
    if m.stats:
        yield ""
        yield "Per-Constraint Statistics (from first iteration):"
        for entry in m.stats:
            yield f"  Constraint: {entry['statsFor']} (Scope: {entry['scope']})"
            for stat in entry["stats"]:
                yield f"    {stat['name']}:\t{stat['value']} {stat['source']['type']}"


def _warnings(m: Measured) -> Iterator[str]:
    skipped = (("Templates", m.skipped_templates), ("Constraints", m.skipped_constraints))
    if any(names for _, names in skipped):
        yield "Warnings:"
        for what, names in skipped:
            if names:
                yield f"  Skipped {what}:\t{len(names)} ({', '.join(names)})"
        yield ""


def _times(m: Measured) -> Iterator[str]:
    yield "Timing:"
    yield f"  Setup Duration:\t{duration(sum(m.setup))}"
    steps = ("Client Creation", "Template Compilation", "Constraint Loading", "Data Loading")
    for step, spent in zip(steps, m.setup, strict=True):
        yield f"    └─ {step}:\t{duration(spent)}"
    yield f"  Total Duration:\t{duration(m.total)}"
    yield f"  Throughput:\t{m.rate:.2f} reviews/sec"
    yield ""
    yield "Latency (per review):"
    for name in ("Min", "Max", "Mean", "P50", "P95", "P99"):
        yield f"  {name}:\t{duration(m.latencies[name.lower()])}"
    yield ""


def _side_by_side(measurements: Sequence[Measured]) -> Iterator[str]:
    if len(measurements) < 2:
        return
    rows: list[tuple[str, list[Any]]] = [
        ("Metric", [m.engine.upper() for m in measurements]),
        ("------", ["------"] * len(measurements)),
        ("Templates", [m.templates for m in measurements]),
        ("Constraints", [m.constraints for m in measurements]),
        ("Setup Time", [duration(sum(m.setup)) for m in measurements]),
        ("Throughput", [f"{m.rate:.2f}/sec" for m in measurements]),
        ("Mean Latency", [duration(m.latencies["mean"]) for m in measurements]),
        ("P95 Latency", [duration(m.latencies["p95"]) for m in measurements]),
        ("P99 Latency", [duration(m.latencies["p99"]) for m in measurements]),
        ("Violations", [m.violations for m in measurements]),
    ]
    if any(m.memory is not None for m in measurements):
        rows.append(("Allocs/Review", ["-" if m.memory is None else m.memory.allocs for m in measurements]))
        rows.append(("Bytes/Review", ["-" if m.memory is None else size(m.memory.bytes) for m in measurements]))
    table = aligned("\t".join([name, *map(str, cells)]) for name, cells in rows)
    yield f"=== Engine Comparison ===\n\n{table}"
    slow, fast = sorted(measurements[:2], key=lambda m: m.rate)
    if len(measurements) == 2 and slow.rate > 0:
        times = f"{fast.rate / slow.rate:.2f}x faster than {slow.engine.upper()}"
        yield f"Performance: {fast.engine.upper()} is {times}\n"


def format_comparisons(comparisons: Sequence[Comparison], threshold: float) -> str:
    """Tables of then and now, a sentence under each."""
    return "\n".join(_comparison(each, threshold) for each in comparisons)


def _comparison(comparison: Comparison, threshold: float) -> str:
    lines = ["Metric\tBaseline\tCurrent\tDelta\tStatus", "------\t--------\t-------\t-----\t------"]
    for metric in comparison.metrics:
        status = "✓" if metric.passed else "✗ REGRESSION"
        values = f"{_value(metric, metric.before)}\t{_value(metric, metric.now)}"
        lines.append(f"{metric.name}\t{values}\t{metric.delta:+.1f}%\t{status}")
    head = f"=== Baseline Comparison: {comparison.engine.upper()} Engine ===\n\n"
    end = f"(threshold: {threshold:.1f}%)\n"
    if comparison.failed:
        verdict = f"✗ Regressions detected in: {', '.join(comparison.failed)} {end}"
    else:
        verdict = f"✓ No significant regressions {end}"
    return f"{head}{aligned(lines)}\n{verdict}"


def _value(metric: Metric, value: float) -> str:
    if "Latency" in metric.name:
        return duration(int(value))
    if "Bytes" in metric.name:
        return size(int(value))
    return f"{value:.2f}/sec" if metric.name == "Throughput" else f"{value:.0f}"


def aligned(lines: Iterator[str] | Sequence[str]) -> str:
    """Lines with their tabs made columns, two blanks between; lines without tabs end a table."""
    out: list[str] = []
    block: list[list[str]] = []
    for line in lines:
        if "\t" in line:
            block.append(line.split("\t"))
            continue
        out += _columns(block)
        block = []
        out.append(line)
    return "".join(f"{line}\n" for line in [*out, *_columns(block)])


def _columns(block: list[list[str]]) -> list[str]:
    widths: dict[int, int] = {}
    for row in block:
        for i, cell in enumerate(row[:-1]):
            widths[i] = max(widths.get(i, 0), len(cell) + 2)
    return ["".join(cell.ljust(widths[i]) for i, cell in enumerate(row[:-1])) + row[-1] for row in block]


# --- units -------------------------------------------------------------------------------------------------------


def duration(spent: int) -> str:
    """Nanoseconds in the unit that suits them."""
    if spent < 1000:
        return f"{spent}ns"
    if spent < 1_000_000:
        return f"{spent / 1000:.2f}µs"
    return f"{spent / 1_000_000:.2f}ms" if spent < 1_000_000_000 else f"{spent / 1_000_000_000:.3f}s"


def go_duration(spent: int) -> str:
    """Nanoseconds as Go prints a duration: exactly."""
    if spent < 1_000_000_000:
        for unit, scale in (("ms", 1_000_000), ("µs", 1000), ("ns", 1)):
            if spent >= scale:
                return f"{_exact(spent, scale)}{unit}"
        return "0s"
    minutes, rest = divmod(spent, 60 * 1_000_000_000)
    seconds = f"{_exact(rest, 1_000_000_000)}s"
    if not minutes:
        return seconds
    return f"{minutes}m{seconds}" if minutes < 60 else f"{minutes // 60}h{minutes % 60}m{seconds}"


def _exact(spent: int, scale: int) -> str:
    whole, part = divmod(spent, scale)
    digits = str(part).rjust(len(str(scale)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}" if part else str(whole)


def size(count: int) -> str:
    """Bytes in the unit that suits them."""
    for unit, scale in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= scale:
            return f"{count / scale:.2f} {unit}"
    return f"{count} B"
