"""The rules of constraints run on reviews, within the bounds that the host's options set to each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from gatewright.errors import GatewrightError, LimitError, RegoError, ReviewError
from gatewright.gatekeeper.entries import Entry
from gatewright.gatekeeper.inventory import Inventory
from gatewright.gatekeeper.rego_driver import error_text
from gatewright.gatekeeper.results import Result, by_constraint, result_of, with_failures
from gatewright.gatekeeper.review import Review
from gatewright.gatekeeper.template import TARGET
from gatewright.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from gatewright.gatekeeper.constraint import Constraint
    from gatewright.gatekeeper.drivers import Evidence, Finding, Path, Policy
    from gatewright.runtime.context import Context, EvalOptions


@record(slots=True)
class Met:
    """A review, the constraints that apply to it, and what is said by those whose match cannot be decided. `evidence`
    is filled with what their rules left behind of their findings, by kind and name of the constraint."""

    review: Review
    matched: list[Entry]
    rejected: list[Result]
    evidence: dict[tuple[str, str], Evidence] = field(default_factory=dict)


class Evaluation:
    """Runs constraints on reviews; each review has a context, and a deadline, of its own."""

    __slots__ = ("_guard", "_inventory", "_locating", "_new_context", "_options", "_slow")

    def __init__(self, options: EvalOptions | None, inventory: Inventory) -> None:
        self._options = options
        self._inventory = inventory
        self._new_context: Callable[[], Context] | None = None
        self._guard: AbstractContextManager[None] | None = None
        self._locating: Context | None = None
        self._slow = False

    def of(self, matched: Sequence[Entry], review: Review) -> list[Result]:
        """What the constraints say of a review, in their order; LimitError and ReviewError end it."""
        results: list[Result] = []
        failed: dict[str, str] = {}
        with self.guarded():
            context = self._context()
            for entry in matched:
                try:
                    found = self._rule(entry)(review, self._inventory.data, context)
                except RegoError as error:
                    _note(failed, entry, error)
                    continue
                except ReviewError as error:
                    raise _refused(entry, error) from error
                if found:
                    results += [result_of(entry, finding) for finding in found]
        return with_failures(matched, results, failed) if failed else results

    def of_all(self, met: Sequence[Met], *, locating: bool = False) -> list[list[Result] | GatewrightError]:
        """`of` for many reviews, constraint by constraint: the code of a policy is fetched once for all of them.

        `locating`: findings will be located, so that rules are to leave behind what led to them.

        All together have the time that each may take; when that is not enough, they are evaluated one by one, and so
        are those that come later.
        """
        if not self._slow:
            try:
                with self.guarded():
                    return self._by_constraint(met, locating)
            except LimitError:
                self._slow = True
        return [self._attempt(one) for one in met]

    def _by_constraint(self, met: Sequence[Met], locating: bool) -> list[list[Result] | GatewrightError]:
        results: list[list[Result]] = [[] for _ in met]
        failed: dict[int, dict[str, str]] = {}
        refused: dict[int, GatewrightError] = {}
        reviews = [one.review for one in met]
        contexts = [self._context() for _ in met]
        if locating:
            for context in contexts:
                context.evidence = []
        inventory = self._inventory.data
        for entry, numbers in _constraints_of(met):
            rule = self._rule(entry)
            for number in numbers:
                try:
                    found = rule(reviews[number], inventory, contexts[number])
                except RegoError as error:
                    _take_evidence(contexts[number])
                    _note(failed.setdefault(number, {}), entry, error)
                    continue
                except ReviewError as error:
                    _take_evidence(contexts[number])
                    refused.setdefault(number, _refused(entry, error))
                    continue
                if found:
                    results[number] += [result_of(entry, finding) for finding in found]
                    if locating:
                        ref = entry.constraint.ref
                        met[number].evidence[ref.kind, ref.name] = _take_evidence(contexts[number])
        for number, texts in failed.items():
            results[number] = with_failures(met[number].matched, results[number], texts)
        return [refused.get(number, answer) for number, answer in enumerate(results)] if refused else list(results)

    def _attempt(self, one: Met) -> list[Result] | GatewrightError:
        try:
            return self.of(one.matched, one.review)
        except GatewrightError as error:
            return error

    def paths(self, policy: Policy, constraint: Constraint, review: Review, evidence: Evidence = ()) -> dict[str, Path]:
        """Where the findings of a constraint lie in the object, by message; LimitError ends it. To be asked within the
        bounds that `guarded` sets."""
        if self._locating is None:
            self._locating = self._context()
        try:
            return policy.paths(constraint, review, self._inventory.data, self._locating, evidence)
        except LimitError:
            raise
        except GatewrightError:
            return {}

    def _rule(self, entry: Entry) -> Callable[..., Iterable[Finding]]:
        rule = entry.rule
        if rule is None:
            rule = entry.rule = entry.policy.policy().bind(entry.constraint)
        return rule

    def guarded(self) -> AbstractContextManager[None]:
        """The bounds of one evaluation."""
        if self._guard is None:
            options = self._options
            if options is None or (options.timeout_s is None and options.max_memory is None):
                from contextlib import nullcontext

                self._guard = nullcontext()
            else:
                from gatewright.runtime.limits import Guard

                self._guard = Guard(options.timeout_s, options.max_memory)
        return self._guard

    def _context(self) -> Context:
        if self._new_context is None:
            from gatewright.runtime.context import DEFAULT_OPTIONS, Context

            self._new_context = partial(Context, self._options or DEFAULT_OPTIONS)
        context = self._new_context()
        context.inventory = self._inventory.data, self._inventory.kept
        return context


def _constraints_of(met: Sequence[Met]) -> list[tuple[Entry, list[int]]]:
    """The constraints that apply to any of the reviews, in their order, with the numbers of those reviews."""
    found: dict[int, tuple[Entry, list[int]]] = {}
    for number, one in enumerate(met):
        for entry in one.matched:
            there = found.get(id(entry))
            if there is None:
                found[id(entry)] = entry, [number]
            else:
                there[1].append(number)
    return sorted(found.values(), key=lambda pair: by_constraint(pair[0]))


def _take_evidence(context: Context) -> Evidence:
    """What a rule has left in a context; the next one begins anew."""
    evidence = context.evidence
    if not evidence:
        return ()
    context.evidence = []
    return evidence


def _note(failed: dict[str, str], entry: Entry, error: RegoError) -> None:
    """Keep the error of a constraint's policy; one that a limit raised ends the evaluation."""
    if isinstance(error, LimitError):
        error.message = f"{entry.constraint.ref.kind}/{entry.constraint.ref.name}: {error.message}"
        raise error
    failed.setdefault(entry.constraint.ref.kind, error_text(error))


def _refused(entry: Entry, error: ReviewError) -> ReviewError:
    return ReviewError(f"{TARGET}: {error.message}", hint=f"constraint {entry.constraint.name}")
