"""One review by the exact functions, expression by expression, as the API server's validator goes about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import thread_time

from gatewright.cel.folds import start_watch
from gatewright.cel.runtime import message_or
from gatewright.cel.values import CelEvaluationError, CelPanicError, CostLimitError, type_name
from gatewright.errors import CelError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from gatewright.cel.driver import Program
    from gatewright.cel.inputs import Inputs

# Seconds within which no evaluation can have cost what the API server's smallest budget holds.
SUSPICIOUS: Final = 0.0015


class Exactly:
    """The slow way of a review, for what the fast function could not finish."""

    def __init__(self, program: Program, params: Any, inputs: Inputs) -> None:
        self.program = program
        self.params = params
        self.inputs = inputs

    def named(self, namespace: Any) -> dict[str, Any]:
        """The values of the names expressions see."""
        inputs = self.inputs
        return {
            "object": inputs.object,
            "oldObject": inputs.old_object,
            "namespaceObject": namespace,
            "request": inputs.request,
            "params": self.params,
        }

    def functions(self) -> dict[str, Any]:
        return self.program.functions("exact")

    def state(self, namespace: Any) -> _State:
        return _State(self.functions(), self.program.facts["variables"], self.named(namespace))

    def metered(self) -> list[str]:
        """The messages, with the cost of every step counted against the API server's budgets."""
        from gatewright.cel._depth import deeply
        from gatewright.cel._metered import Metered

        run = Metered(self.program.plan(), self.program.facts["fallbacks"], self.named(self.inputs.namespace))
        messages: list[str] = deeply(run.messages)
        return messages

    def messages(self) -> list[str]:
        return self.bounded(self.decide)

    def completed(self, messages: list[str | int]) -> list[str]:
        """Messages of which those are numbers of validations whose expressions only the exact functions know."""
        state = self.state(self.inputs.namespace)
        return self.bounded(lambda: [m if m.__class__ is str else self.message(state, int(m)) for m in messages])

    def failing(self, constants: list[str]) -> tuple[int, ...]:
        """The numbers of the variables, which the parameters alone decide, that fail."""
        state = self.state(None)
        return tuple(i for i, name in enumerate(constants) if not state.succeeds(name))

    def bounded(self, action: Callable[[], list[str]]) -> list[str]:
        """The messages an action comes to, or what its cost makes of them."""
        started = thread_time()
        start_watch()
        try:
            messages = action()
            if thread_time() - started < SUSPICIOUS:
                return messages
        except CostLimitError:
            pass
        return self.metered()

    def decide(self) -> list[str]:
        facts = self.program.facts
        on_error = self.program.source.fails_closed
        # Match conditions see no namespace.
        matched, errors = self.matches(self.state(None))
        if not matched:
            return []
        if errors:
            return [aggregate(errors)] if on_error else []
        state = self.state(self.inputs.namespace)
        out: list[str] = []
        for i, (text, error) in enumerate(facts["validations"]):
            value, failure = self.run(state, f"validation_{i}", text, error)
            if failure:
                if on_error:
                    out.append(failure)
            elif value is not True:
                out.append(self.message(state, i))
        return out

    def annotation_failures(self) -> list[str]:
        """The messages of audit annotations that fail; what they record otherwise goes into a log nobody keeps here."""
        matched, errors = self.matches(self.state(None))
        if not matched or errors:
            return []
        state = self.state(self.inputs.namespace)
        out = []
        for i, (text, error) in enumerate(self.program.facts["annotations"]):
            value, failure = self.run(state, f"annotation_{i}", text, error)
            if failure:
                out.append(failure)
            elif value is not None and value.__class__ is not str:
                what = f"valueExpression '{text}' resulted in unsupported return type: {type_name(value)}"
                out.append(f"{what}. Return type must be either string or null.")
        return out

    def matches(self, state: _State) -> tuple[bool, list[str]]:
        errors = []
        for i, (text, error) in enumerate(self.program.facts["conditions"]):
            value, failure = self.run(state, f"condition_{i}", text, error)
            if failure:
                errors.append(failure)
            elif value is False:
                return False, []
        return True, errors

    def run(self, state: _State, name: str, text: str, error: str) -> tuple[Any, str]:
        """An expression's value, or the message of its failure."""
        if error:
            return None, f"compilation error: {error}"
        function = self.functions()[name]
        try:
            return _deeply(lambda: function(state)), ""
        except (CelEvaluationError, CelPanicError) as failure:
            return None, f"expression '{text}' resulted in error: {failure.message}"

    def message(self, state: _State, i: int) -> str:
        facts = self.program.facts
        fallback: str = facts["fallbacks"][i]
        message = facts["messages"][i]
        if message is None or message[1]:
            return fallback
        value, failure = self.run(state, f"message_{i}", message[0], "")
        return fallback if failure else message_or(value, fallback)


class _State:
    """The inputs of one evaluation and the variables computed so far; exact functions read it."""

    __slots__ = (
        "_done", "_errors", "_functions", "namespaceObject", "object", "oldObject", "params", "request", "variables",
    )  # fmt: skip

    def __init__(self, functions: Mapping[str, Any], errors: Mapping[str, str], inputs: Mapping[str, Any]) -> None:
        self._functions = functions
        self._errors = errors
        self._done: dict[str, Any] = {}
        self.variables = None
        for name, value in inputs.items():
            setattr(self, name, value)

    def variable(self, name: str) -> Any:
        """A variable's value, computed once; its failure is raised at every reading."""
        if name not in self._done:
            self._done[name] = self._compute(name)
        value = self._done[name]
        if value.__class__ is CelEvaluationError:
            raise CelEvaluationError(value.message)
        return value

    def succeeds(self, name: str) -> bool:
        try:
            _deeply(lambda: self.variable(name))
        except CelError:
            return False
        return True

    def _compute(self, name: str) -> Any:
        error = self._errors[name]
        if error:
            return CelEvaluationError(f'composited variable "{name}" fails to compile: {error}')
        try:
            return self._functions[f"variable_{name}"](self)
        except (CelEvaluationError, CelPanicError) as failure:
            return CelEvaluationError(f'composited variable "{name}" fails to evaluate: {failure.message}')


def _deeply(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except RecursionError:
        from gatewright.cel._depth import deeply

        return deeply(action)


def works_long(evaluate: Callable[[Inputs], Any], inputs: Inputs) -> bool:
    """Whether an evaluation that seemed slow keeps this thread busy that long, and was not just made to wait."""
    start_watch()
    started = thread_time()
    evaluate(inputs)
    return thread_time() - started >= SUSPICIOUS


def aggregate(errors: list[str]) -> str:
    """Several errors as Kubernetes joins them."""
    kept = list(dict.fromkeys(errors))
    return kept[0] if len(kept) == 1 else f"[{', '.join(kept)}]"
