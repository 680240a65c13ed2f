"""`gator bench`: how long policies take to review objects, and whether that became worse."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final

from gatewright.gatekeeper import kube
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper.constraint import is_constraint
from gatewright.gatekeeper.template import is_template
from gatewright.gator.baseline import compare, load, save
from gatewright.gator.benchtext import format_comparisons, format_measurements
from gatewright.gator.console import Console, Fatal
from gatewright.gator.flags import IMAGE, Flag
from gatewright.gator.measure import CEL, REGO, Measured, Plan, measure
from gatewright.gator.sources import read_sources

FLAGS: Final = (
    Flag(
        "filename",
        "f",
        "list",
        usage="a file or directory containing ConstraintTemplates, Constraints, and resources to benchmark. "
        "Can be specified multiple times.",
    ),
    IMAGE,
    Flag("tempdir", "d", usage="temporary directory to download and unpack images to."),
    Flag("engine", "e", "text", CEL, "policy engine to benchmark. One of: rego|cel|all"),
    Flag(
        "iterations",
        "n",
        "int",
        1000,
        "number of benchmark iterations to run. Use at least 1000 for meaningful P99 metrics.",
    ),
    Flag("warmup", "", "int", 10, "number of warmup iterations before measurement."),
    Flag(
        "concurrency",
        "c",
        "int",
        1,
        "number of concurrent goroutines for reviews. Higher values simulate realistic webhook load.",
    ),
    Flag("output", "o", "text", "table", "output format. One of: table|json|yaml"),
    Flag("stats", "", "bool", False, "gather detailed statistics from the constraint framework."),
    Flag("memory", "", "bool", False, "enable memory profiling to track allocations per review."),
    Flag("save", usage="save benchmark results to this file for future comparison (supports .json and .yaml)."),
    Flag("compare", usage="compare results against a baseline file (supports .json and .yaml)."),
    Flag(
        "threshold",
        "",
        "float",
        10.0,
        "regression threshold percentage for comparison. Exit code 1 if exceeded.",
    ),
    Flag(
        "min-threshold",
        "",
        "duration",
        0,
        "minimum absolute latency difference to consider a regression (e.g., 1ms). Prevents false positives on fast "
        "policies where small absolute changes appear as large percentages.",
    ),
)

_ENOUGH: Final = 1000


def run(flags: dict[str, Any], console: Console) -> int:
    _check(flags)
    plan = Plan(flags["iterations"], flags["warmup"], flags["concurrency"], flags["stats"], flags["memory"])
    if plan.warmup > plan.iterations:
        what = f"warmup ({plan.warmup}) exceeds iterations ({plan.iterations})"
        console.err.write(f"Warning: {what}. Consider reducing warmup.\n\n")
    baseline = flags["compare"]
    if baseline and not os.path.exists(baseline):
        raise Fatal(f"baseline file does not exist: {baseline}")
    try:
        measurements = _measurements(flags, plan, console)
    except Fatal as error:
        raise Fatal(f"benchmark failed: {error}") from error
    console.out.write(format_measurements(flags["output"].lower(), measurements))
    if flags["save"]:
        save(measurements, flags["save"])
        console.err.write(f"\nResults saved to: {flags['save']}\n")
    return _compared(flags, measurements, console) if baseline else 0


def _check(flags: dict[str, Any]) -> None:
    engine, form = flags["engine"], flags["output"]
    if engine.lower() not in (REGO, CEL, "all"):
        raise Fatal(f"invalid engine: invalid engine {quote(engine)} (valid: rego, cel, all)")
    if form.lower() not in ("table", "json", "yaml"):
        raise Fatal(f"invalid output format: invalid output format: {quote(form)} (valid: table, json, yaml)")
    if not flags["filename"] and not flags["image"]:
        raise Fatal("at least one --filename or --image must be specified")
    if flags["iterations"] <= 0:
        raise Fatal("iterations must be positive")
    for name in ("warmup", "threshold", "min-threshold"):
        if flags[name] < 0:
            raise Fatal(f"{name} must be non-negative")
    if flags["concurrency"] < 1:
        raise Fatal("concurrency must be at least 1")


def _measurements(flags: dict[str, Any], plan: Plan, console: Console) -> list[Measured]:
    if plan.iterations < _ENOUGH:
        what = f"{plan.iterations} iterations may not provide statistically meaningful P99 metrics"
        console.err.write(f"Warning: {what}. Consider using at least {_ENOUGH} iterations.\n\n")
    try:
        objects = read_sources(flags, Console(console.out, console.err, lambda: None))
    except Fatal as error:
        raise Fatal(str(error).replace("reading: ", "reading sources: ", 1)) from error
    _check_objects(objects)
    engine = flags["engine"].lower()
    if engine != "all":
        try:
            return [measure(engine, objects, plan)]
        except Fatal as error:
            raise Fatal(f"benchmarking {engine}: {error}") from error
    measurements, skipped = [], []
    for each in (REGO, CEL):
        try:
            measurements.append(measure(each, objects, plan))
        except Fatal as error:
            skipped.append(f"{each}: {error}")
    if not measurements:
        raise Fatal(f"no engines could process the templates: [{' '.join(skipped)}]")
    for each in skipped:
        console.err.write(f"Warning: Engine skipped - {each}\n")
    if skipped:
        console.err.write("\n")
    return measurements


def _check_objects(objects: Sequence[kube.Object]) -> None:
    if not objects:
        raise Fatal("no input data identified")
    if not any(map(is_template, objects)):
        raise Fatal("no ConstraintTemplates found in input")
    if not any(map(is_constraint, objects)):
        raise Fatal("no Constraints found in input")
    if all(is_template(obj) or is_constraint(obj) for obj in objects):
        raise Fatal("no objects to review found in input")


def _compared(flags: dict[str, Any], measurements: Sequence[Measured], console: Console) -> int:
    comparisons = compare(load(flags["compare"]), measurements, flags["threshold"], flags["min-threshold"])
    if not comparisons:
        console.err.write("\nWarning: No matching engines found for comparison\n")
        return 0
    console.out.write("\n" + format_comparisons(comparisons, flags["threshold"]))
    return 1 if any(each.failed for each in comparisons) else 0
