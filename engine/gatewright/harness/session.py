"""One `gatewright test`: find the tests, run them, render, and say how it went by an exit code."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from gatewright.errors import ManifestError, UsageError
from gatewright.harness import coverage as covering
from gatewright.harness.discover import Found, discover
from gatewright.harness.rego_tests import find_tests, run_rego_tests
from gatewright.harness.results import SuiteResult
from gatewright.harness.runner import Engine, EngineFactory, run_suite
from gatewright.harness.select import Filter, parse_filter
from gatewright.report.tests import FORMATS, totals
from gatewright.report.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class TestRequest:
    """What the command line asks for."""

    __test__ = False  # not for pytest

    paths: tuple[Path, ...]
    run: str = ""
    format: str = "text"
    output: Path | None = None
    verbose: bool = False
    engine: str = "cel"
    rego_version: str = "v1"
    data: tuple[Path, ...] = ()
    coverage: bool = False
    coverage_file: Path | None = None
    threshold: float = 0.0
    cache: bool = True


def run_tests(request: TestRequest, out: TextIO | None = None) -> int:
    """Run and report; 0 all passed, 1 a failure (or coverage too low), 2 nothing ran or something could not be read."""
    out = out or sys.stdout
    if request.format not in FORMATS:
        raise UsageError(f"unknown format {request.format!r}", hint=f"there are {', '.join(FORMATS)}")
    if request.rego_version not in ("v0", "v1"):
        raise UsageError(f"unknown Rego version {request.rego_version!r}", hint="there are v0 and v1")
    select = parse_filter(request.run)
    found = discover(request.paths)
    reached: set[tuple[str, int]] | None = set() if request.coverage else None
    results = _suites(found, request, select) + _rego(found, request, select, reached)
    broken = [SuiteResult(path, error=str(error)) for path, error in found.errors]
    results = sorted([*results, *broken], key=lambda r: str(r.path))
    _write(FORMATS[request.format](results, verbose=request.verbose), request.output, out)
    low = _report_coverage(found, request, reached, out) if reached is not None else False
    return _exit_code(results, broken, request, low)


def _exit_code(results: list[SuiteResult], broken: list[SuiteResult], request: TestRequest, low: bool) -> int:
    passed, failed, skipped = totals(results)
    if passed + failed == 0:
        what = "every test is skipped" if skipped else "no tests found"
        hint = (
            "--run matches none of them"
            if skipped and request.run
            else "a suite has kind Suite; a Rego test's name starts with test_"
        )
        raise UsageError(f"{what} under {', '.join(map(str, request.paths))}", hint=hint)
    if broken:
        return 2
    return 1 if failed or low else 0


def _suites(found: Found, request: TestRequest, select: Filter) -> list[SuiteResult]:
    if not found.suites:
        return []
    engine = host_factory(engine=request.engine, cache=request.cache)
    return [run_suite(suite, engine, select=select) for suite in found.suites]


def host_factory(**options: Any) -> EngineFactory:
    """Makes Hosts with the semantics of `gator verify`: no namespace is assumed for an object that has none."""

    def make() -> Engine:
        from gatewright.gatekeeper.host import Host

        return Host(default_namespace="", **options)

    return make


def _rego(
    found: Found, request: TestRequest, select: Filter, reached: set[tuple[str, int]] | None
) -> list[SuiteResult]:
    if not found.rego:
        return []
    return run_rego_tests(
        found.rego, select=select, rego_version=request.rego_version, data=_data(request.data), covered=reached
    )


def _data(paths: Iterable[Path]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for path in paths:
        from gatewright.manifests import read_text

        for item in read_text(path.read_bytes(), str(path)):
            if isinstance(item, ManifestError):
                raise item
            if not isinstance(item.value, dict):
                raise UsageError(f"{path}: data must be an object")
            merged |= item.value
    return merged


def _report_coverage(found: Found, request: TestRequest, reached: set[tuple[str, int]], out: TextIO) -> bool:
    texts = {str(path): path.read_text(encoding="utf-8") for path in found.rego}
    modules, _ = find_tests(texts, request.rego_version)
    files = covering.coverage(modules, reached)
    if request.coverage_file is not None:
        as_json = request.coverage_file.suffix == ".json"
        text = json.dumps(covering.as_json(files), indent=2) + "\n" if as_json else covering.as_lcov(files)
        _write(text, request.coverage_file, out)
    if request.format == "text":
        out.write(covering.as_text(files))
    low = covering.overall(files) < request.threshold
    if low:
        print(f"coverage {covering.overall(files):.2f} % is below {request.threshold:g} %", file=sys.stderr)
    return low


def _write(text: str, path: Path | None, out: TextIO) -> None:
    if path is None:
        out.write(text)
        return
    write_whole(path, text)
