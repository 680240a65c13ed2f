"""One query from request to exit code."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from gatewright.codegen.captured import PREFIX
from gatewright.errors import GatewrightError, LoadErrors, RegoError, RegoErrors, UsageError
from gatewright.loading import Loaded, load_files, parse_document, reachable, read_capabilities, read_text
from gatewright.querying.output import FORMATS, Answer, Row, render
from gatewright.records import record
from gatewright.runtime.values import UNDEFINED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from gatewright.analysis import Capabilities
    from gatewright.codegen.cache import CodeCache
    from gatewright.compiler import CompiledPolicy
    from gatewright.runtime.context import Context, EvalOptions
    from gatewright.syntax.nodes import Body

# An expression as it was written, and where: line and column.
_Written = tuple[str, int, int]

DEFINED, FAILED, ERRORS = 0, 1, 2
EXPLANATIONS = ("off", "full", "notes", "fails", "debug")


@record(frozen=True, slots=True)
class QueryRequest:
    """The options of `gatewright eval`; their meanings are `opa eval`'s."""

    query: str
    data: tuple[str, ...] = ()
    bundles: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    input: str = ""
    stdin_input: bool = False
    format: str = "json"
    package: str = ""
    imports: tuple[str, ...] = ()
    rego_version: str = "v1"
    strict: bool = False
    strict_builtin_errors: bool = False
    show_builtin_errors: bool = False
    fail: bool = False
    fail_defined: bool = False
    capabilities: str = ""
    now: str = ""
    seed: str | None = None
    allow_net: tuple[str, ...] = ()
    timeout_s: float | None = None
    engine: str = "gatewright"
    cache: bool = True
    explain: str = "off"


def run_query(request: QueryRequest, out: TextIO | None = None) -> int:
    """Evaluate and print; 0, or 1 as --fail and --fail-defined say, or 2 for errors."""
    _check(request)
    out = out or sys.stdout
    input = _input(request)
    try:
        loaded = load_files(request.data, bundles=request.bundles, ignore=request.ignore)
        answer = _evaluate(request, loaded, input, out)
    except (LoadErrors, RegoErrors, RegoError) as error:
        return _print_errors(error, request.format, out)
    out.write(render(answer, request.format))
    if answer.errors and request.format not in ("json", "discard"):
        _tell(answer.errors)
    if request.fail and not answer.rows:
        return FAILED
    return FAILED if request.fail_defined and answer.rows else DEFINED


def _check(request: QueryRequest) -> None:
    if request.format not in FORMATS:
        hint = f"there are {', '.join(FORMATS)}"
        if request.format == "source":
            hint += "; opa's source format shows partial evaluation, which gatewright does not do"
        raise UsageError(f"unknown format {request.format!r}", hint=hint)
    if request.rego_version not in ("v0", "v1"):
        raise UsageError(f"unknown Rego version {request.rego_version!r}", hint="there are v0 and v1")
    if request.engine not in ("gatewright", "regopy"):
        raise UsageError(f"unknown engine {request.engine!r}", hint="there are gatewright and regopy")
    if request.explain not in EXPLANATIONS:
        hint = f"there are {', '.join(EXPLANATIONS)}"
        raise UsageError(f"unknown explanation {request.explain!r}", hint=hint)
    if request.explain != "off" and request.engine != "gatewright":
        raise UsageError(f"--explain and --engine {request.engine} exclude each other")
    exclusive = (
        ("--fail", request.fail, "--fail-defined", request.fail_defined),
        ("--stdin-input", request.stdin_input, "--input", bool(request.input)),
        (
            "--show-builtin-errors",
            request.show_builtin_errors,
            "--strict-builtin-errors",
            request.strict_builtin_errors,
        ),
    )
    for one, given, other, also in exclusive:
        if given and also:
            raise UsageError(f"{one} and {other} exclude each other")


def _input(request: QueryRequest) -> Any:
    if request.stdin_input:
        return parse_document(sys.stdin.read(), "stdin")
    if not request.input:
        return UNDEFINED
    # JSON or YAML whatever the file is called, as OPA takes it.
    return parse_document(read_text(request.input), request.input, by_name=False)


def _evaluate(request: QueryRequest, loaded: Loaded, input: Any, out: TextIO) -> Answer:
    from gatewright.codegen.cache import CodeCache

    capabilities = read_capabilities(request.capabilities)
    cache = CodeCache() if request.cache else None
    written = _written(request.query, capabilities, cache)
    if not written:
        raise RegoError("cannot evaluate empty query")
    if request.engine == "regopy":
        return Answer(_regopy_rows(request, loaded, input))
    if request.explain != "off":
        return _explained(request, loaded, input, written, capabilities, cache, out)
    return _own_answer(request, loaded, input, written, capabilities, cache)


def _own_answer(
    request: QueryRequest,
    loaded: Loaded,
    input: Any,
    written: list[_Written],
    capabilities: Capabilities | None,
    cache: CodeCache | None,
) -> Answer:
    from gatewright.codegen.captured import split

    policy = _policy(request, loaded, capabilities, cache)
    try:
        prepared = policy.query(request.query, package=request.package or None, imports=request.imports, capture=True)
    except RegoErrors as error:
        raise _in_opas_words(error) from None
    context = _context(request, capabilities)
    rows = []
    for solution in prepared.run(context, input=input, data=loaded.data):
        bindings, values = split(solution, len(written))
        rows.append(Row(tuple((value, *text) for value, text in zip(values, written, strict=True)), bindings))
    return Answer(rows, tuple(context.builtin_errors))


def _policy(
    request: QueryRequest, loaded: Loaded, capabilities: Capabilities | None, cache: CodeCache | None
) -> CompiledPolicy:
    from gatewright.compiler import compile_modules

    return compile_modules(
        loaded.modules,
        rego_version=request.rego_version,
        strict=request.strict,
        capabilities=capabilities,
        print_enabled=True,
        cache=cache,
    )


def _explained(
    request: QueryRequest,
    loaded: Loaded,
    input: Any,
    written: list[_Written],
    capabilities: Capabilities | None,
    cache: CodeCache | None,
    out: TextIO,
) -> Answer:
    """The answer of the interpreter that tells each step."""
    from gatewright.codegen.captured import split
    from gatewright.tracing.session import trace_policy

    policy = _policy(request, loaded, capabilities, cache)
    context = _context(request, capabilities)
    try:
        traced = trace_policy(
            policy,
            _parsed(request.query, capabilities),
            context,
            input=input,
            data=loaded.data,
            mode=request.explain,
            package=request.package or None,
            imports=request.imports,
        )
    except RegoErrors as error:
        raise _in_opas_words(error) from None
    explanation = traced.pretty(request.explain, locations=True)
    try:
        if traced.error is not None:
            raise traced.error
        context.raise_builtin_errors()
    except RegoError:
        if request.format == "pretty":
            out.write(explanation)
        raise
    rows = []
    for solution in traced.solutions:
        bindings, values = split(solution, len(written))
        rows.append(Row(tuple((value, *text) for value, text in zip(values, written, strict=True)), bindings))
    return Answer(rows, tuple(context.builtin_errors), explanation)


def _in_opas_words(error: RegoErrors) -> RegoErrors:
    """Without the names of the variables that hold the expressions' values: OPA calls them `_`, and names them last."""
    found = sorted(error.errors, key=lambda one: (_place(one), PREFIX in one.message))
    return RegoErrors([_renamed(one) if PREFIX in one.message else one for one in found])


def _place(error: RegoError) -> tuple[int, int]:
    return (error.location.row, error.location.col) if error.location else (0, 0)


def _renamed(error: RegoError) -> RegoError:
    message = re.sub(rf"{PREFIX}\d+", "_", error.message)
    return type(error)(message, error.location, details=error.details, excerpt=error.excerpt, code=error.code)


def _written(query: str, capabilities: Capabilities | None, cache: CodeCache | None) -> list[_Written]:
    """The expressions of a query, which is parsed when they are not known."""
    from gatewright.codegen.cache import key_of

    key = key_of(["written", query, "" if capabilities is None else capabilities.key])
    known = cache.get(key) if cache is not None else None
    if known is not None:
        return known
    written = _texts(_parsed(query, capabilities), query)
    if cache is not None:
        cache.put(key, written)
    return written


def _parsed(query: str, capabilities: Capabilities | None) -> Body:
    from gatewright.syntax import parse_query

    language = None if capabilities is None else capabilities.language
    return parse_query(query, rego_version="v1", capabilities=language)


def _texts(body: Body, query: str) -> list[_Written]:
    lines = query.split("\n")
    texts = []
    for expr in body:
        where = expr.location
        written = lines[where.row - 1 : where.end_row]
        written[-1] = written[-1][: where.end_col - 1]
        written[0] = written[0][where.col - 1 :]
        texts.append(("\n".join(written), where.row, where.col))
    return texts


def _regopy_rows(request: QueryRequest, loaded: Loaded, input: Any) -> list[Row]:
    from gatewright.runtime.plain import to_python
    from gatewright.second_opinion import SecondOpinion, as_v1

    modules = as_v1(loaded.modules, request.rego_version)
    data = to_python(loaded.data)
    given = UNDEFINED if input is UNDEFINED else to_python(input)
    with SecondOpinion() as regopy:
        value = regopy.ask(modules, request.query, data=data, input=given)
    return [] if value is None else [Row(((value, request.query, 1, 1),), {})]


def _context(request: QueryRequest, capabilities: Capabilities | None) -> Context:
    from gatewright.runtime.context import Context

    class Noting(Context):
        """Keeps the errors of built-ins, and lets none of them decide."""

        def raise_builtin_errors(self) -> None:
            pass

    return (Noting if request.show_builtin_errors else Context)(_options(request, capabilities))


def _options(request: QueryRequest, capabilities: Capabilities | None) -> EvalOptions:
    from gatewright.runtime.context import MOST_MEMORY, EvalOptions, read_moment

    return EvalOptions(
        max_memory=MOST_MEMORY,
        # Errors of built-ins are noted only where they matter.
        strict_builtin_errors=request.strict_builtin_errors or request.show_builtin_errors,
        now_ns=read_moment(request.now),
        seed=request.seed,
        allow_net=reachable(request.allow_net, capabilities),
        timeout_s=request.timeout_s,
        print_sink=lambda text, _: print(text, file=sys.stderr),
    )


def _print_errors(error: LoadErrors | RegoErrors | RegoError, format: str, out: TextIO) -> int:
    """Errors are the answer where the format is JSON; elsewhere whoever called prints them."""
    if format not in ("json", "discard"):
        raise error
    errors: Sequence[GatewrightError] = error.errors if isinstance(error, LoadErrors | RegoErrors) else (error,)
    if isinstance(error, LoadErrors):
        errors = [_without_place(one) for one in error.errors]
    out.write(render(Answer([], tuple(errors)), format))
    return ERRORS


def _without_place(error: GatewrightError) -> GatewrightError:
    """A loader's error as OPA has it: the file is part of the message, and there is no location."""
    place = f"{error.location.file}: " if error.location else ""
    return GatewrightError(f"{place}{error.message}", hint=error.hint)


def _tell(errors: Sequence[GatewrightError]) -> None:
    for error in errors:
        print(f"error: {error}", file=sys.stderr)
