"""Rules that disagree: the error, for which OPA evaluates all of them once more (topdown/conflicts.go)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gatewright.runtime.conflicts import ConflictError, Conflicts
from gatewright.tracing.caches import MISSING
from gatewright.tracing.frame import is_deferred

if TYPE_CHECKING:
    from gatewright.tracing.frame import Frame, Stop, Then
    from gatewright.tracing.index import Candidates
    from gatewright.tracing.program import TracedRule

Bind = Callable[["Frame", "TracedRule", "Then"], "Stop"]
# Evaluates a definition beside the value of those before; with its own value, or MISSING.
Evaluate = Callable[["TracedRule", Any], "tuple[Stop, Any]"]


class _RuleConflictError(ConflictError):
    """The conflict of one rule, which its document has not yet listed the values of."""

    rule: TracedRule


def conflict_of_function(rule: TracedRule) -> ConflictError:
    return _conflict(rule, f"function {rule.name}")


def conflict_of_rule(rule: TracedRule) -> ConflictError:
    return _conflict(rule, f"rule {rule.name}")


def _conflict(rule: TracedRule, what: str) -> ConflictError:
    error = _RuleConflictError(f"{what} produced conflicting values", rule.location)
    error.rule = rule
    error.what = what
    return error


def one_value(
    frame: Frame, candidates: Candidates, evaluate: Evaluate, bind: Bind, *, undefined: Callable[[], None] | None = None
) -> Stop:
    """Evaluate the definitions of one value, each by the first of its branches that has one; where none has, the
    default, or else `undefined` is called."""
    before: Any = MISSING
    deferred: Stop = None
    for rule in candidates.rules:
        for branch in (rule, *candidates.branches(rule)):
            stop, value = evaluate(branch, before)
            if is_deferred(stop):
                deferred = deferred or stop
            elif stop is not None:
                return with_all_values(frame, stop, branch, candidates, bind)
            if value is not MISSING:
                before = value
                break
    if before is MISSING:
        if candidates.default is not None:
            return evaluate(candidates.default, before)[0]
        if undefined is not None:
            undefined()
    return deferred


def with_all_values(frame: Frame, stop: Stop, rule: TracedRule, candidates: Candidates, bind: Bind) -> Stop:
    """The conflict with the values of all rules, where it is that of this rule and OPA lists them."""
    if not isinstance(stop, _RuleConflictError) or stop.rule is not rule or not frame.run.program.edition.newer:
        return stop
    noted = len(frame.run.context.builtin_errors)
    values = _Values(frame, candidates.early_exit, bind)
    for first in candidates.rules:
        for branch in (first, *candidates.branches(first)):
            if values.collect(branch):
                break
        if values.ended:
            break
    del frame.run.context.builtin_errors[noted:]
    if values.found is None or len(values.found.values) < 2:
        return stop
    values.found.raised_at = _at(rule)
    return values.found.error(stop.what)


def _at(rule: TracedRule) -> tuple[str, int, int]:
    place = rule.location
    return ("", 0, 0) if place is None else (place.file, place.row, place.col)


class _Values:
    """The values of rules evaluated again, one of each that differs from the first."""

    def __init__(self, frame: Frame, early_exit: bool, bind: Bind) -> None:
        self.found: Conflicts | None = None
        self.ended = False
        self._frame = frame
        self._early_exit = early_exit
        self._bind = bind

    def collect(self, rule: TracedRule) -> bool:
        """Evaluate a rule; whether it produced a value, or nothing more is to be evaluated."""
        child = self._frame.child(rule.body)
        child.find_one = self._early_exit
        child.enter(rule)
        produced = False
        conflicting = ConflictError("conflicting value found")

        def solution() -> Stop:
            nonlocal produced
            child.exit(rule)
            produced = True
            if self._add(rule, child.bindings.plug(rule.value)):
                return conflicting
            child.redo(rule)
            return None

        stop = self._bind(child, rule, lambda: child.evaluate(solution))
        self.ended = not (stop is None or stop is conflicting or is_deferred(stop)) or self._full
        return produced or self.ended

    @property
    def _full(self) -> bool:
        return self.found is not None and self.found.more

    def _add(self, rule: TracedRule, value: Any) -> bool:
        """Note a value; whether it ends the evaluation of the rule."""
        at = _at(rule)
        if self.found is None:
            self.found = Conflicts(at, value, at)
            return False
        before = len(self.found.values)
        self.found.add(at, value)
        return len(self.found.values) > before or self.found.more
