"""A query, evaluated for its trace."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gatewright.analysis import compile_query
from gatewright.analysis._state import PREFIX
from gatewright.analysis._terms import RESERVED
from gatewright.analysis._vars import body_vars
from gatewright.codegen.capture import capture_values
from gatewright.compiler import query_surroundings
from gatewright.errors import RegoEvaluationError
from gatewright.records import record
from gatewright.runtime.limits import bounded, deep
from gatewright.runtime.values import UNDEFINED
from gatewright.syntax.nodes import Term, Var
from gatewright.tracing.comprehensions import file_in_body
from gatewright.tracing.events import MODES, Event
from gatewright.tracing.frame import Evaluation, Frame, Stop
from gatewright.tracing.pretty import pretty_trace
from gatewright.tracing.program import OPA_1_22, Edition, TracedBody, TracedProgram
from gatewright.tracing.terms import PATTERNS, Variable

if TYPE_CHECKING:
    from gatewright.analysis import Program, QueryPlan
    from gatewright.compiler import CompiledPolicy
    from gatewright.runtime.context import Context, EvalOptions
    from gatewright.syntax.nodes import Body, Expr, Import, Package

# What is evaluated later lies deeper on the stack: a policy of many expressions takes many frames, and where values
# nest deep Python needs about a kilobyte of its own stack for each. So a thread has room for them.
_FRAMES = 100_000
_STACK = 256 << 20
_CAPTURED = "captured__"


@record(frozen=True, slots=True)
class Traced:
    """What happened: the events, the solutions, and the error that ended the evaluation, if one did."""

    trace: list[Event]
    solutions: list[dict[str, Any]]
    names: Mapping[str, str]
    edition: Edition
    error: RegoEvaluationError | None = None

    def pretty(self, mode: str = "full", *, locations: bool = False) -> str:
        """The trace as text, as far as `mode` shows it (see `events.MODES`)."""
        return pretty_trace(MODES[mode](self.trace), self.names, locations=locations, edition=self.edition)


def trace_query(
    plan: QueryPlan,
    context: Context,
    *,
    input: Any = UNDEFINED,
    data: Any = None,
    program: TracedProgram | None = None,
    edition: Edition = OPA_1_22,
    unifications: bool = False,
) -> Traced:
    """Evaluate a query step by step. `program` is that of earlier queries, if there were any."""
    program = program or TracedProgram(plan.program, edition)
    run = Evaluation(program, context, {} if data is None else data, unifications=unifications)
    body = TracedBody(plan.body)
    file_in_body(plan.program, body, set(RESERVED))
    frame = Frame(run, body, input, UNDEFINED)
    solutions: list[dict[str, Any]] = []

    def found() -> Stop:
        solutions.append(_values(frame))
        return None

    stop = _with_room(lambda: frame.solve(found), context.options)
    # OPA calls the variables that hold the expressions' values wildcards.
    captured = {name: f"${name}" for name in variables_of(plan.body) if name.startswith(_CAPTURED)}
    names = {**plan.program.rewritten, **plan.names, **captured}
    error = stop if isinstance(stop, RegoEvaluationError) else None
    return Traced(run.trace, [_written(found, plan) for found in solutions], names, program.edition, error)


def _with_room(solve: Callable[[], Stop], options: EvalOptions) -> Stop:
    """Evaluate in a thread that has a stack for it, within the bounds of the options."""
    outcome: list[Stop] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            with deep(_FRAMES), bounded(options.timeout_s, options.max_memory):
                outcome.append(solve())
        except BaseException as error:
            raised.append(error)

    before = threading.stack_size(_STACK)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    if raised:
        raise raised[0]
    return outcome[0]


def variables_of(body: Body) -> set[str]:
    found: set[str] = set()
    body_vars(body, 0, found)
    return found


def _values(frame: Frame) -> dict[str, Any]:
    """The values of the query's variables."""
    values = {name: frame.bindings.plug(Variable(name)) for name in frame.bindings.values}
    return {name: value for name, value in values.items() if value.__class__ not in PATTERNS}


def _written(solution: dict[str, Any], plan: QueryPlan) -> dict[str, Any]:
    """The values of the variables that were written, by their names."""
    named = {plan.names.get(name, name): value for name, value in solution.items()}
    return {name: value for name, value in named.items() if not name.startswith(("$", PREFIX))}


def trace_policy(
    policy: CompiledPolicy,
    body: Body,
    context: Context,
    *,
    input: Any = UNDEFINED,
    data: Any = None,
    mode: str = "full",
    package: str | None = None,
    imports: Iterable[str] = (),
    edition: Edition = OPA_1_22,
) -> Traced:
    """Evaluate a parsed query against a policy, as `opa eval` does; the solutions hold the expressions' values."""
    home, imported = query_surroundings(package, imports)
    program = policy.program
    captured = capturing(body, program, package=home, imports=imported)
    plan = compile_query(captured, program, package=home, imports=imported)
    return trace_query(plan, context, input=input, data=data, edition=edition, unifications=mode == "debug")


def capturing(body: Body, program: Program, *, package: Package | None = None, imports: Iterable[Import] = ()) -> Body:
    """A query as `opa eval` evaluates it: with a variable for the value of each expression, and at the end what tests
    these values."""
    captured = capture_values(body, program.signatures, program, package=package, imports=imports)
    return (*(e for e in captured if not _is_test(e)), *(e for e in captured if _is_test(e)))


def _is_test(expr: Expr) -> bool:
    term = expr.terms
    return (
        expr.generated
        and isinstance(term, Term)
        and isinstance(term.value, Var)
        and term.value.name.startswith(_CAPTURED)
    )
