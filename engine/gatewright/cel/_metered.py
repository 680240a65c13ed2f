"""A review of a policy with every step counted, as the API server's validator spends its budgets."""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.cel.cost import Meter
from gatewright.cel.policy import Expression, Plan
from gatewright.cel.runtime import message_or
from gatewright.cel.values import CelEvaluationError, CelPanicError, CostLimitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_GATEKEEPER: Final = 1_000_000
_API_SERVER: Final = 10_000_000
_CONDITIONS: Final = 2_500_000
_SPENT: Final = "validation failed due to running out of cost budget, no further validation rules will be run"


class _OutOfBudgetError(Exception):
    """The whole review stops here."""


class Metered:
    """One review. `inputs` are the values of the names expressions see; conditions see no namespace."""

    def __init__(self, made: Plan, fallbacks: list[str], inputs: Mapping[str, Any]) -> None:
        self.plan = made
        self.fallbacks = fallbacks
        self.inputs = inputs
        self.start(inputs, _GATEKEEPER)

    def start(self, inputs: Mapping[str, Any], budget: int) -> None:
        self.now = inputs
        self.left = budget
        self.done: dict[str, Any] = {}
        self.composed = 0

    def messages(self) -> list[str]:
        closed = self.plan.source.fails_closed
        try:
            matched, errors = self.matches()
        except _OutOfBudgetError:
            return [_SPENT] if closed else []
        if not matched:
            return []
        if errors:
            from gatewright.cel._exact import aggregate

            return [aggregate(errors)] if closed else []
        self.start(self.inputs, _GATEKEEPER if self.plan.source.binds_any_object else _API_SERVER)
        try:
            decisions = [self.run(expression) for expression in self.plan.validations]
        except _OutOfBudgetError:
            return [_SPENT] if closed else []
        said, spent = self.said()
        out: list[str] = []
        for i, (value, failure) in enumerate(decisions):
            if failure or spent:
                out += [failure or f"failed messageExpression: {_SPENT}"] if closed else []
            elif value is not True:
                out.append(message_or(said[i], self.fallbacks[i]))
        return out

    def said(self) -> tuple[list[Any], bool]:
        """The values of the message expressions, and whether the budget ended among them."""
        self.done, values = {}, []
        try:
            for message in self.plan.messages:
                value, failure = (None, "") if message is None else self.run(message)
                values.append(None if failure else value)
        except _OutOfBudgetError:
            return [None] * len(self.plan.messages), True
        return values, False

    def matches(self) -> tuple[bool, list[str]]:
        self.start({**self.inputs, "namespaceObject": None}, _CONDITIONS)
        results = [self.run(expression) for expression in self.plan.conditions]
        if any(value is False for value, _ in results):
            return False, []
        return True, [failure for _, failure in results if failure]

    def run(self, expression: Expression) -> tuple[Any, str]:
        """An expression's value, or the message of its failure, paid for."""
        if expression.checked is None:
            return None, f"compilation error: {expression.error}"
        self.composed = 0
        value, failure, cost = self.count(expression)
        for price in (self.composed, cost):
            if price > self.left:
                raise _OutOfBudgetError
            self.left -= price
        return value, f"expression '{expression.text}' resulted in error: {failure}" if failure else ""

    def count(self, expression: Expression) -> tuple[Any, str, int]:
        assert expression.checked is not None
        meter = Meter(expression.checked, self.now, self.variable)
        try:
            return meter.run(), "", meter.cost
        except (CelEvaluationError, CelPanicError, CostLimitError) as error:
            return None, error.message, meter.cost

    def variable(self, name: str) -> Any:
        if name not in self.done:
            expression = self.plan.variables[name]
            if expression.checked is None:
                self.done[name] = (None, f'composited variable "{name}" fails to compile: {expression.error}')
            else:
                value, failure, cost = self.count(expression)
                self.composed += cost
                self.done[name] = (value, failure and f'composited variable "{name}" fails to evaluate: {failure}')
        value, failure = self.done[name]
        if failure:
            raise CelEvaluationError(failure)
        return value
