"""Measurements kept in a file, and later ones held against them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatewright.errors import ManifestError
from gatewright.gator.console import Fatal
from gatewright.gator.measure import Measured

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure then and now. `delta` is the change in per cent."""

    name: str
    before: float
    now: float
    delta: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """An engine's figures against those of the baseline."""

    engine: str
    metrics: list[Metric]

    @property
    def failed(self) -> list[str]:
        return [m.name for m in self.metrics if not m.passed]


def record(measured: Measured) -> dict[str, Any]:
    """The measurement as it is kept, with times in nanoseconds."""
    client, templates, constraints, data = measured.setup
    kept: dict[str, Any] = {
        "engine": measured.engine,
        "templateCount": measured.templates,
        "constraintCount": measured.constraints,
    }
    if measured.skipped_templates:
        kept["skippedTemplates"] = measured.skipped_templates
    if measured.skipped_constraints:
        kept["skippedConstraints"] = measured.skipped_constraints
    kept |= {
        "referentialDataSupported": measured.references,
        "objectCount": measured.objects,
        "iterations": measured.plan.iterations,
        "concurrency": measured.plan.concurrency,
        "setupDuration": sum(measured.setup),
        "setupBreakdown": {
            "clientCreation": client,
            "templateCompilation": templates,
            "constraintLoading": constraints,
            "dataLoading": data,
        },
        "totalDuration": measured.total,
        "latencies": measured.latencies,
        "violationCount": measured.violations,
        "reviewsPerSecond": measured.rate,
    }
    if measured.memory is not None:
        memory = measured.memory
        kept["memoryStats"] = {
            "allocsPerReview": memory.allocs,
            "bytesPerReview": memory.bytes,
            "totalAllocs": memory.allocs * memory.reviews,
            "totalBytes": memory.bytes * memory.reviews,
        }
    if measured.stats:
        kept["statsEntries"] = measured.stats
    return kept


def save(measurements: Sequence[Measured], path: str) -> None:
    """Write measurements as JSON, or as YAML where the file's name says so."""
    records = [record(m) for m in measurements]
    if Path(path).suffix in (".yaml", ".yml"):
        from gatewright.gator.goyaml import dump_v2

        text = dump_v2(records)
    else:
        text = json.dumps(records, indent=2, ensure_ascii=False)
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Fatal(f"saving results: writing results to {path}: {error.strerror or error}") from error


def load(path: str) -> list[Record]:
    """The records of a file that `save` wrote, here or in gator."""
    from gatewright.manifests import read_text

    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Fatal(f"loading baseline: reading baseline from {path}: {error.strerror or error}") from error
    for document in read_text(data, path):
        if isinstance(document, ManifestError):
            raise Fatal(f"loading baseline: unmarshaling baseline: {document.message}")
        value = document.value
        if isinstance(value, list) and all(map(_is_record, value)):
            return value
        break
    raise Fatal("loading baseline: unmarshaling baseline: not a list of results")


def _is_record(row: Any) -> bool:
    """Whether what will be compared are numbers."""
    if not isinstance(row, dict):
        return False
    figures = [row.get("reviewsPerSecond", 0)]
    for group in ("latencies", "memoryStats"):
        held = row.get(group) or {}
        if not isinstance(held, dict):
            return False
        figures += held.values()
    return all(isinstance(figure, int | float) and not isinstance(figure, bool) for figure in figures)


def compare(
    baseline: Sequence[Record], measurements: Sequence[Measured], threshold: float, at_least: int
) -> list[Comparison]:
    """Each measurement against its engine's record. `at_least` is the difference in nanoseconds that counts at all."""
    by_engine = {row.get("engine"): row for row in baseline}
    return [
        Comparison(m.engine, _metrics(by_engine[m.engine], record(m), threshold, at_least))
        for m in measurements
        if m.engine in by_engine
    ]


def _metrics(before: Record, now: Record, threshold: float, at_least: int) -> list[Metric]:
    metrics = []
    old, new = before.get("latencies") or {}, now["latencies"]
    for label, key in (("P50", "p50"), ("P95", "p95"), ("P99", "p99"), ("Mean", "mean")):
        was, value = float(old.get(key, 0)), float(new[key])
        delta = _delta(was, value)
        passed = delta <= threshold or (at_least > 0 and value - was < at_least)
        metrics.append(Metric(f"{label} Latency", was, value, delta, passed))
    was, value = float(before.get("reviewsPerSecond", 0)), float(now["reviewsPerSecond"])
    delta = _delta(was, value)
    passed = -delta <= threshold
    mean = float(old.get("mean", 0))
    if not passed and at_least > 0 and mean > 0:
        # The throughput that so small a difference in latency makes.
        passed = was - value < was * (at_least / mean)
    metrics.append(Metric("Throughput", was, value, delta, passed))
    if before.get("memoryStats") and now.get("memoryStats"):
        for label, key in (("Allocs/Review", "allocsPerReview"), ("Bytes/Review", "bytesPerReview")):
            was, value = float(before["memoryStats"].get(key, 0)), float(now["memoryStats"][key])
            delta = _delta(was, value)
            metrics.append(Metric(label, was, value, delta, delta <= threshold))
    return metrics


def _delta(before: float, now: float) -> float:
    if before == 0:
        return 0.0 if now == 0 else 100.0
    return (now - before) / before * 100
