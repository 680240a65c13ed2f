"""One `gatewright test`: find the tests, run them, render, and say how it went by an exit code."""

from __future__ import annotations

import sys
from pathlib import Path

from gatewright.errors import UsageError
from gatewright.harness.discover import Found, discover
from gatewright.harness.results import SuiteResult
from gatewright.harness.select import Filter, parse_filter
from gatewright.loading import load_files, reachable, read_capabilities, read_text
from gatewright.records import record, replace
from gatewright.report.tests import FORMATS, totals
from gatewright.report.writing import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from gatewright.analysis import Capabilities
    from gatewright.gatekeeper.providers import Provider
    from gatewright.gatekeeper.result import Violation
    from gatewright.harness.runner import Engine, EngineFactory
    from gatewright.runtime.context import EvalOptions


DEFAULT_TIMEOUT_S = 5.0
EXPLANATIONS = ("off", "full", "notes", "fails", "debug")


@record(frozen=True, slots=True)
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
    data: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    timeout_s: float | None = DEFAULT_TIMEOUT_S
    now: str = ""
    seed: str = ""
    allow_net: tuple[str, ...] = ()
    capabilities: str = ""
    coverage: bool = False
    coverage_file: Path | None = None
    threshold: float = 0.0
    cache: bool = True
    explain: str = "off"


def run_tests(request: TestRequest, out: TextIO | None = None) -> int:
    """Run and report; 0 all passed, 1 a failure (or coverage too low), 2 nothing ran or something could not be read."""
    out = out or sys.stdout
    if request.format not in FORMATS:
        raise UsageError(f"unknown format {request.format!r}", hint=f"there are {', '.join(FORMATS)}")
    if request.rego_version not in ("v0", "v1"):
        raise UsageError(f"unknown Rego version {request.rego_version!r}", hint="there are v0 and v1")
    if request.explain not in EXPLANATIONS:
        raise UsageError(f"unknown explanation {request.explain!r}", hint=f"there are {', '.join(EXPLANATIONS)}")
    select = parse_filter(request.run)
    capabilities = read_capabilities(request.capabilities)
    found = discover(request.paths, ignore=request.ignore)
    reached: set[tuple[str, int]] | None = set() if request.coverage else None
    results = _suites(found, request, select, capabilities) + _rego(found, request, select, reached, capabilities)
    broken = [SuiteResult(path, error=str(error)) for path, error in found.errors]
    results = sorted([*results, *broken], key=lambda r: str(r.path))
    _refuse_nothing(results, request)
    _write(FORMATS[request.format](results, verbose=request.verbose), request.output, out)
    low = _report_coverage(found, request, reached, out) if reached is not None else False
    return _exit_code(results, broken, low)


def _refuse_nothing(results: list[SuiteResult], request: TestRequest) -> None:
    """Raise UsageError where no test has run: that must never look like success."""
    passed, failed, skipped = totals(results)
    if passed + failed:
        return
    what = "every test is skipped" if skipped else "no tests found"
    hint = "a suite has kind Suite; a Rego test's name starts with test_"
    if skipped and request.run:
        hint = "--run matches none of them"
    raise UsageError(f"{what} under {', '.join(map(str, request.paths))}", hint=hint)


def _exit_code(results: list[SuiteResult], broken: list[SuiteResult], low: bool) -> int:
    if broken:
        return 2
    return 1 if low or any(result.failed for result in results) else 0


def _suites(found: Found, request: TestRequest, select: Filter, capabilities: Capabilities | None) -> list[SuiteResult]:
    if not found.suites:
        return []
    from gatewright.harness.runner import run_suite

    options = _options(request, capabilities)
    given: dict[str, Any] = {"engine": request.engine, "cache": request.cache, "capabilities": capabilities}
    engine = host_factory(options, explain=request.explain, **given)
    return [run_suite(suite, engine, select=select) for suite in found.suites]


def _options(request: TestRequest, capabilities: Capabilities | None) -> EvalOptions:
    from gatewright.runtime.context import MOST_MEMORY, EvalOptions, read_moment

    return EvalOptions(
        max_memory=MOST_MEMORY,
        timeout_s=request.timeout_s,
        now_ns=read_moment(request.now),
        seed=request.seed or None,
        allow_net=reachable(request.allow_net, capabilities),
    )


def host_factory(evaluation: EvalOptions | None = None, *, explain: str = "off", **options: Any) -> EngineFactory:
    """Makes Hosts with the semantics of `gator verify`: no namespace is assumed for an object that has none. `explain`:
    how much they tell of the evaluation of Rego."""

    from gatewright.gatekeeper.host import Host
    from gatewright.runtime.context import EvalOptions

    kind: Any = Host
    if explain != "off":
        from gatewright.gatekeeper.traced import TracingHost

        kind = TracingHost
        options |= {"mode": explain, "locations": True}

    class Printing(kind):  # type: ignore[misc]
        """Keeps the lines that policies printed during the last review."""

        def __init__(self, **given: Any) -> None:
            self.printed: list[str] = []
            sink = replace(evaluation or EvalOptions(), print_sink=lambda text, _: self.printed.append(text))
            super().__init__(default_namespace="", print_enabled=True, eval_options=sink, **given)

        def review(self, obj: Any, **about: Any) -> list[Violation]:
            self.printed.clear()
            self.traces: list[str] = []
            found: list[Violation] = super().review(obj, **about)
            return found

        @property
        def trace(self) -> str | None:
            return "".join(self.traces) or None

    def make(*, external_data: Provider | None = None) -> Engine:
        return Printing(external_data=external_data, **options)

    return make


def _rego(
    found: Found,
    request: TestRequest,
    select: Filter,
    reached: set[tuple[str, int]] | None,
    capabilities: Capabilities | None,
) -> list[SuiteResult]:
    if not found.rego:
        return []
    from gatewright.codegen.cache import CodeCache
    from gatewright.harness.rego_tests import run_rego_tests

    def load() -> Any:
        named = (path.parent if path.name == "..." else path for path in request.paths)
        paths = [path for path in named if path not in found.no_data]
        return load_files([*paths, *request.data], ignore=request.ignore, wanted=found.is_data).data

    return run_rego_tests(
        found.rego,
        select=select,
        rego_version=request.rego_version,
        load_data=load,
        covered=reached,
        explain=request.explain,
        options=_options(request, capabilities),
        capabilities=capabilities,
        cache=CodeCache() if request.cache else None,
    )


def _report_coverage(found: Found, request: TestRequest, reached: set[tuple[str, int]], out: TextIO) -> bool:
    from gatewright.harness import coverage as covering
    from gatewright.harness.definitions import find_tests

    texts = {str(path): read_text(path) for path in found.rego}
    files = covering.coverage(find_tests(texts, request.rego_version).modules, reached)
    if request.coverage_file is not None:
        import json

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
