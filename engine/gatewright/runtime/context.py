"""One evaluation: its options, clock, random source, limits, caches and what it collects on the way.

`EvalOptions` is what a caller asks for; a `Context` is one evaluation under those options, and what built-ins that
need more than their operands receive first; a `State` is the documents and replacements one expression sees.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from gatewright.errors import RegoEvaluationError, UsageError
from gatewright.records import field, record, replace
from gatewright.runtime.documents import replace_paths
from gatewright.runtime.values import UNDEFINED
from gatewright.source import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from random import Random
    from typing import Any, TypeAlias

At = tuple[str, int, int]
# A chain, the latest read first: see runtime.trace.
Reads: TypeAlias = "tuple[Any, ...] | None"


@record(frozen=True, slots=True)
class EvalOptions:
    """What an evaluation may do and when it must stop.

    `now_ns` fixes the clock (None: the moment the evaluation starts); `seed` fixes rand and uuid. `allow_net` lists
    the hosts that http.send and lookups may reach ("*": any); None allows none. `runtime` is what opa.runtime gives.
    `external_data` answers a provider's name and keys with what Gatekeeper's built-in returns. `timeout_s`,
    `max_memory` (bytes the process may grow by) and `max_depth` (Python frames) end in a LimitError.
    """

    strict_builtin_errors: bool = False
    now_ns: int | None = None
    seed: int | str | None = None
    allow_net: frozenset[str] | None = None
    runtime: Mapping[str, Any] | None = None
    timeout_s: float | None = None
    max_memory: int | None = None
    max_depth: int = 0
    print_sink: Callable[[str, Location], None] | None = None
    tracer: Any = None
    external_data: Callable[[str, Sequence[str]], Any] | None = None


DEFAULT_OPTIONS = EvalOptions()
# What a process may grow by in one evaluation that a command asks for: far more than any honest policy needs.
MOST_MEMORY = 2 << 30


def read_moment(text: str) -> int | None:
    """The nanoseconds of what `--now` is given: RFC 3339, or nanoseconds; None for nothing."""
    if not text:
        return None
    if text.lstrip("-").isdigit():
        return int(text)
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--now {text!r} is neither RFC 3339 nor nanoseconds") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000_000) * 1_000


class Common:
    """Values that all rules share which meet a review: in `review` those that it decides, with the inventory or
    without; in `inventory` those that the inventory alone decides, for the texts that functions were asked with."""

    __slots__ = ("inventory", "review")

    def __init__(self, inventory: dict[Any, Any] | None = None) -> None:
        self.review: dict[str, Any] = {}
        self.inventory: dict[Any, Any] = {} if inventory is None else inventory


@record(slots=True)
class Context:
    """One evaluation under way. Built-ins keep what must not change within it (uuid by key, compiled patterns by
    text) in `cache`. `metadata` is what rego.metadata reads; `covered`, `reads`, `kept_reads` and `evidence` are for
    those who trace what is evaluated (runtime.trace); where `evidence` is None, nobody does. `inventory` is an
    inventory with what its owner keeps of it from one evaluation to the next."""

    options: EvalOptions = DEFAULT_OPTIONS
    cache: dict[Any, Any] = field(default_factory=dict)
    builtin_errors: list[RegoEvaluationError] = field(default_factory=list)
    covered: set[tuple[str, int]] = field(default_factory=set)
    reads: Reads = None
    kept_reads: dict[Any, tuple[Any, Any]] = field(default_factory=dict)
    evidence: list[tuple[Any, Any]] | None = None
    location: Location | None = None
    _now_ns: int | None = None
    _random: Random | None = None
    inventory: tuple[Any, dict[Any, Any] | None] = (None, None)
    _common: Common | None = None
    _common_of: tuple[Any, Any] = (None, None)

    def common(self, review: Any, inventory: Any) -> Common:
        """What the rules that met this very review and inventory have computed so far that is the same for all."""
        known_review, known_inventory = self._common_of
        if self._common is None or known_review is not review or known_inventory is not inventory:
            self._common_of = (review, inventory)
            of, kept = self.inventory
            self._common = Common(kept if of is inventory else None)
        return self._common

    @property
    def now_ns(self) -> int:
        """The one moment this evaluation happens at."""
        if self._now_ns is None:
            fixed = self.options.now_ns
            self._now_ns = time.time_ns() if fixed is None else fixed
        return self._now_ns

    @property
    def random(self) -> Random:
        """The random source; seeded, so that equal evaluations give equal results."""
        if self._random is None:
            seed = self.options.seed
            from random import Random

            self._random = Random(0 if seed is None else seed)
        return self._random

    @property
    def strict_builtin_errors(self) -> bool:
        return self.options.strict_builtin_errors

    @property
    def allow_net(self) -> frozenset[str] | None:
        return self.options.allow_net

    def begin_anew(self) -> None:
        """Forget what belongs to one evaluation, for the next one to come."""
        self._now_ns = None
        self.kept_reads = {}

    def silent(self) -> Context:
        """A context for evaluating the same again: what is printed was printed before."""
        return Context(replace(self.options, print_sink=None))

    def print(self, text: str, location: Location | None = None) -> None:
        """Hand a line of `print` to the sink, if there is one."""
        if self.options.print_sink is not None:
            self.options.print_sink(text, location or self.location or Location(""))

    def raise_builtin_errors(self) -> None:
        """With strict built-in errors, the first one decides the evaluation, whatever else went wrong."""
        if self.options.strict_builtin_errors and self.builtin_errors:
            raise self.builtin_errors[0]


class State:
    """The documents an expression is evaluated against, the replacements `with` made, and rule results so far.

    `fixed` holds results that depend on parameters alone; it outlives the evaluation when a bound rule owns it.
    `common`, which entrypoints alone need, holds those that depend on none of them, for all rules that meet one review.
    """

    __slots__ = ("common", "context", "data", "fixed", "input", "memo", "mocks", "targets")

    def __init__(
        self,
        context: Context,
        input: Any,
        data: Any,
        fixed: dict[Any, Any] | None = None,
        common: Common | None = None,
    ) -> None:
        self.context = context
        self.input = input
        self.data = data
        self.memo: dict[Any, Any] = {}
        self.fixed: dict[Any, Any] = {} if fixed is None else fixed
        self.common = common
        self.mocks: dict[str, Any] = _NOTHING
        self.targets: tuple[tuple[Any, ...], ...] = ()

    def replaced(
        self,
        input: tuple[tuple[tuple[Any, ...], Any], ...],
        data: tuple[tuple[tuple[Any, ...], Any], ...],
        mocks: dict[str, Any],
    ) -> State:
        """The state that an expression under `with` sees: paths of input and data replaced, functions mocked."""
        new = State(self.context, self.input, self.data, common=Common())
        if input:
            new.input = replace_paths(self.input, input)
        if data:
            new.data = replace_paths(self.data, data)
        # Paths are remembered so that rules below a replaced document stand back.
        new.targets = (*self.targets, *(path for path, _ in data))
        new.mocks = {**self.mocks, **mocks} if mocks else self.mocks
        return new

    def without_mocks(self) -> State:
        """What the body of a replacement function sees: documents as replaced, functions as they are."""
        new = State(self.context, self.input, self.data, common=Common())
        new.targets = self.targets
        return new

    def hides(self, path: tuple[Any, ...]) -> bool:
        """Whether `with` replaced the document at `path`, or one that holds it."""
        return any(path[: len(target)] == target for target in self.targets)


_NOTHING: dict[str, Any] = {}


def failed(state: State, error: RegoEvaluationError, name: str, at: At) -> Any:
    """Note a built-in error; the call is undefined. OPA's text is the built-in's name, then the message."""
    context = state.context
    if context.options.strict_builtin_errors:
        if error.location is None:
            message = f"{name}: {error.message}"
            error = _located(error, message, at)
        context.builtin_errors.append(error)
    return UNDEFINED


def refuse(message: str, at: At, code: str = RegoEvaluationError.code) -> Any:
    """Raise what OPA's evaluator says of something that its compiler lets pass."""
    raise RegoEvaluationError(message, Location(*at), code=code)


def _located(error: RegoEvaluationError, message: str, at: At) -> RegoEvaluationError:
    return type(error)(message, Location(*at), code=error.code)
