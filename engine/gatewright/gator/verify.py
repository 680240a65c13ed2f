"""`gator verify`: the suites under a path, run and printed as gator does."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from gatewright.errors import ExpansionError, GatewrightError, ManifestError, MutationError, ReviewError, SuiteError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._decode import BOOL, STRING, DecodeError, Type, from_json, list_of, named, struct
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper._meta import OBJECT_META
from gatewright.gatekeeper.host import GATOR_VERIFY, Host, Result
from gatewright.gatekeeper.match import Namespace
from gatewright.gatekeeper.result import Violation
from gatewright.gatekeeper.review import Review, is_admission_review
from gatewright.gatekeeper.template import TARGET
from gatewright.gator.audit import PrintBuffer, check_failure_policy
from gatewright.gator.console import CobraError, Console, Fatal
from gatewright.gator.flags import EXTERNAL_DATA, FAILURE_POLICY, VERBOSE, Flag
from gatewright.gator.sources import providers
from gatewright.gator.spew import dump_result
from gatewright.harness.reading import AS_GATOR_VERIFY
from gatewright.harness.results import CaseResult, SuiteResult, TestResult
from gatewright.harness.runner import run_suite
from gatewright.harness.select import parse_filter
from gatewright.harness.suite import Suite, is_suite, parse_suite

FLAGS: Final = (
    Flag("run", "r", usage="regular expression which filters tests to run by name"),
    VERBOSE,
    Flag("trace", "t", "bool", False, "include a trace for the underlying constraint framework evaluation"),
    Flag("enable-k8s-native-validation", "", "bool", True, "Beta: enable the validating admission policy driver"),
    FAILURE_POLICY,
    EXTERNAL_DATA,
)

_ASSERTION: Final = struct("verify.Assertion", violations=named("int32", "int-or-string"), message=STRING)
_CASE: Final = struct(
    "verify.Case",
    name=STRING,
    object=STRING,
    inventory=list_of(STRING),
    assertions=list_of(_ASSERTION),
    skip=BOOL,
)
_TEST: Final = struct(
    "verify.Test",
    name=STRING,
    template=STRING,
    constraint=STRING,
    expansion=STRING,
    cases=named("[]*verify.Case", list_of(_CASE)),
    invalid=BOOL,
    skip=BOOL,
)
# The fields of metadata stand in the suite itself: Go's struct embeds them.
_META: Final = named("verify.Suite", OBJECT_META)
_META_NAMES: Final = frozenset(map(str.casefold, _META.fields))
_SUITE: Final[Type] = struct("verify.Suite", ObjectMeta=_META, tests=list_of(_TEST), skip=BOOL)


class _Prints:
    """What policies print, kept for the case that made them."""

    def __init__(self) -> None:
        self._buffer = PrintBuffer()

    def write(self, text: str, location: object) -> None:
        self._buffer.write(text, location)

    def take(self) -> list[str]:
        """The lines printed since this was last asked."""
        text, self._buffer = self._buffer.text(), PrintBuffer()
        return text.removesuffix("\n").split("\n") if text else []


class _VerifyHost(Host):
    """A host that tells what was printed; a test has several of them, which print to one place."""

    def __init__(self, prints: _Prints, **options: Any) -> None:
        from gatewright.runtime.context import EvalOptions

        self._prints = prints
        eval_options = EvalOptions(print_sink=prints.write)
        super().__init__(semantics=GATOR_VERIFY, print_enabled=True, eval_options=eval_options, **options)

    @property
    def printed(self) -> list[str]:
        return self._prints.take()

    def review(self, obj: kube.Object, **given: Any) -> list[Violation]:
        """As ever, with the errors in gator's words.

        Gatekeeper keeps errors in maps, whose texts end every entry with a line end; a failed evaluation lies in two.
        """
        try:
            return super().review(obj, **given)
        except (ExpansionError, MutationError) as error:
            raise type(error)(f"expanding resource {kube.name_of(obj)}: {error.message}") from error
        except ReviewError as error:
            if not is_admission_review(obj):
                what = f"reviewing {kube.gvk_of(obj)} {kube.namespace_of(obj)}/{kube.name_of(obj)}: "
            elif error.message.startswith(TARGET):
                what = ""
            else:
                raise
            ends = "\n" if error.message.startswith(f"{TARGET}: target.HandleReview") else "\n\n"
            raise ReviewError(f"{what}{error.message}{ends}") from error


class _Traces:
    """The dump of the case under way, to which several hosts may write."""

    def __init__(self) -> None:
        self._dump: str | None = None

    def put(self, results: list[Result], trace: str | None) -> None:
        """What Gatekeeper's client dumps of its responses."""
        parts = [f"Target: {TARGET}\n"]
        if trace is not None:
            parts.append(f"Trace:\n{trace}\n\n")
        elif results:
            parts.append("Trace: TRACING DISABLED\n\n")
        parts += [f"Result({i}):\n{dump_result(result)}\n\n" for i, result in enumerate(results)]
        self._dump = "".join(parts) + "\n\n"

    def take(self) -> str | None:
        dump, self._dump = self._dump, None
        return dump


def _traced_host(dumps: _Traces) -> type[_VerifyHost]:
    from gatewright.gatekeeper.traced import TracingHost

    class TracedVerifyHost(_VerifyHost, TracingHost):
        """A host that keeps the dump of what it reviewed."""

        @property
        def trace(self) -> str | None:
            return dumps.take()

        def _results(self, review: Review) -> list[Result]:
            return self._dumped(super()._results(review))

        def request_results(self, request: dict[str, Any], namespace: Namespace | None = None) -> list[Result]:
            return self._dumped(super().request_results(request, namespace))

        def _dumped(self, results: list[Result]) -> list[Result]:
            dumps.put(results, self.take_trace())
            return results

    return TracedVerifyHost


def run(flags: dict[str, Any], path: str, console: Console) -> int:
    try:
        policy = check_failure_policy(flags)
        provider = providers(flags["external-data"])
    except Fatal as error:
        raise CobraError(str(error)) from error
    engine = "cel" if flags["enable-k8s-native-validation"] else "rego"
    kind = _traced_host(_Traces()) if flags["trace"] else _VerifyHost
    prints = _Prints()

    def make_host(**options: Any) -> Host:
        return kind(prints, engine=engine, failure_policy=policy, **{"external_data": provider, **options})

    try:
        suites = list(_suites(path))
    except CobraError as error:
        raise CobraError(f"listing test files: {error}") from error
    try:
        select = parse_filter(flags["run"])
    except GatewrightError as error:
        raise CobraError(f"compiling filter: {error.message}") from error
    results = []
    for shown, suite in suites:
        results.append((shown, run_suite(suite, make_host, select=select, read=AS_GATOR_VERIFY)))
    console.out.write(format_suites(results, verbose=flags["verbose"]) + "\n")
    if any(result.failed for _, result in results):
        raise CobraError("FAIL")
    return 0


# --- reading -----------------------------------------------------------------------------------------------------


def _suites(given: str) -> Iterator[tuple[str, Suite]]:
    """The suites under a path in order of their absolute paths, each with the path to show."""
    target, recursive = os.path.abspath(given), given.endswith("/...")
    if recursive:
        target, given = target.removesuffix("..."), given.removesuffix("...")
    root = target.strip("/")
    for file in sorted(_files(f"/{root}", root, recursive)):
        suite = _suite(file)
        if suite is not None:
            yield _shown(given, file), suite


def _shown(given: str, file: str) -> str:
    cut = given.removeprefix("/").removeprefix("./")
    while cut.startswith("../"):
        cut = cut.removeprefix("../")
    if not cut:
        return given + file.removeprefix("/")
    _, found, after = file.removeprefix("/").partition(cut)
    if not found:
        raise CobraError(f"could not find {cut} in {file.removeprefix('/')}")
    return given + after


def _files(target: str, root: str, recursive: bool) -> Iterator[str]:
    try:
        os.stat(target)
    except OSError as error:
        raise CobraError(f"stat {root}: {(error.strerror or '').lower()}") from error
    if os.path.isdir(target):
        for folder, names, files in os.walk(target):
            names.sort()
            yield from (os.path.join(folder, f) for f in files if f.endswith((".yaml", ".yml")))
            if not recursive:
                return
        return
    if recursive:
        raise CobraError(f"can only recursively traverse directories, not a directory: {quote(root)}")
    extension = os.path.splitext(target)[1]
    if extension not in (".yaml", ".yml"):
        raise CobraError(f"unsupported extension: {quote(extension)}")
    yield target


def _suite(file: str) -> Suite | None:
    from gatewright.manifests import compose_v3, in_go_words

    path = Path(file)
    text = path.read_bytes().decode("utf-8", "replace")
    try:
        loaded = compose_v3(text, file=file, into_object=True)
    except ManifestError as error:
        if error.go_words.startswith("json: "):
            # What is no JSON hurts suites alone.
            if re.search(r"(?m)^kind: *[\"']?Suite\b", text) is None:
                return None
            raise CobraError(f"invalid yaml: {in_go_words(error)}") from error
        name = quote(file.removeprefix("/"))
        raise CobraError(f"invalid yaml: parsing yaml file {name}: {in_go_words(error)}") from error
    if not is_suite(loaded):
        return None
    try:
        given = {name: value for name, value in loaded.items() if name != "ObjectMeta"}
        from_json({"ObjectMeta": {k: v for k, v in given.items() if k.casefold() in _META_NAMES}, **given}, _SUITE)
        return parse_suite(loaded, path)
    except (DecodeError, SuiteError) as error:
        raise CobraError(f"invalid yaml: {error.message}") from error


# --- printing ----------------------------------------------------------------------------------------------------


def format_suites(results: list[tuple[str, SuiteResult]], *, verbose: bool = False) -> str:
    """The results in the manner of `go test`."""
    lines = [line for shown, result in results for line in _suite_lines(shown, result, verbose)]
    lines.append("FAIL" if any(result.failed for _, result in results) else "PASS")
    return "".join(f"{line}\n" for line in lines)


def _suite_lines(shown: str, result: SuiteResult, verbose: bool) -> Iterator[str]:
    for test in result.tests:
        yield from _test_lines(test, verbose)
    word = "FAIL" if result.failed else "ok"
    yield f"{word}\t{shown}\t{result.seconds:.3f}s"
    if result.error is not None:
        yield f"  {result.error}"


def _test_lines(test: TestResult, verbose: bool) -> Iterator[str]:
    if verbose and test.skipped:
        yield f"=== SKIP  {test.name}"
        return
    if verbose:
        yield f"=== RUN   {test.name}"
    for case in test.cases:
        yield from _case_lines(case, verbose)
    if test.failed:
        yield f"--- FAIL: {test.name}\t({test.seconds:.3f}s)"
        if test.error is not None:
            yield f"  {test.error}"
    elif verbose:
        yield f"--- PASS: {test.name}\t({test.seconds:.3f}s)"


def _case_lines(case: CaseResult, verbose: bool) -> Iterator[str]:
    if verbose and case.skipped:
        yield f"    === SKIP  {case.name}"
        return
    if verbose:
        yield f"    === RUN   {case.name}"
        if case.printed:
            yield "        === PRINT ==="
            yield from (f"        {line}" for line in case.printed.split("\n"))
    if case.error is not None:
        yield f"    --- FAIL: {case.name}\t({case.seconds:.3f}s)"
        yield f"        {case.error}"
    elif verbose:
        yield f"    --- PASS: {case.name}\t({case.seconds:.3f}s)"
    if case.trace is not None:
        prefix = "    --- " if verbose else ""
        yield f"{prefix}TRACE: {case.name}\t" + case.trace.replace("\n", f"\n{prefix}")
