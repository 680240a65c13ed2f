"""What a failed validation rests on: its exact function run once more, with every selection noted.

Reads form the chain that `runtime.trace` knows. Members that a macro turned away leave no trace: what remains of
`containers.all(c, …)` is the container that failed, of `containers.filter(c, …)` those it kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gatewright.cel import folds, runtime
from gatewright.cel._exact import Exactly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from gatewright.cel.driver import Program
    from gatewright.cel.inputs import Inputs

# A container, the keys looked up in it one below the other, and the chain before.
Reads: TypeAlias = "tuple[Any, ...] | None"


class Recorder:
    """Stands for the functions of `runtime` and `folds` that lead from one value to the next."""

    def __init__(self) -> None:
        self.reads: Reads = None

    def functions(self) -> dict[str, Callable[..., Any]]:
        """By the names under which generated code calls them."""
        looking = ("select", "has", "optional_select")
        noted = {name: self._noted(getattr(runtime, name)) for name in looking}
        noted["f__5f__5b__5f__5d_"] = self._noted(runtime.index)
        noted["f__5f__5b__3f__5f__5d_"] = self._noted(runtime.optional_index)
        return {**noted, "fold_all": self._fold_all, "fold_exists": self._fold_exists, "fold_list": self._fold_list}

    def _fold_all(self, each: Any, test: Callable[..., Any]) -> bool:
        return folds.fold_all(each, self._forgetting(test, True))

    def _fold_exists(self, each: Any, test: Callable[..., Any]) -> bool:
        return folds.fold_exists(each, self._forgetting(test, False))

    def _fold_list(self, each: Any, test: Callable[..., Any] | None, make: Callable[..., Any]) -> list[Any]:
        return folds.fold_list(each, None if test is None else self._forgetting(test, False), make)

    def _noted(self, function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def look(container: Any, key: Any) -> Any:
            self.reads = (runtime.bare(container), (key,), self.reads)
            return function(container, key)

        return look

    def _forgetting(self, test: Callable[..., Any], answer: bool) -> Callable[..., Any]:
        """A test whose reads are forgotten where the answer is not what the macro is after."""

        def tested(*args: Any) -> Any:
            before = self.reads
            value = test(*args)
            if value is answer:
                self.reads = before
            return value

        return tested


class Traced(Exactly):
    """One review by exact functions that note what they read."""

    def __init__(
        self, program: Program, params: Any, inputs: Inputs, recorder: Recorder, functions: dict[str, Any]
    ) -> None:
        super().__init__(program, params, inputs)
        self.recorder = recorder
        self.traced = functions

    def functions(self) -> dict[str, Any]:
        return self.traced

    def evidence(self) -> Iterator[tuple[str, Reads]]:
        """Each message with the reads that led to it."""
        for i, (text, error) in enumerate(self.program.facts["validations"]):
            self.recorder.reads = None
            state = self.state(self.inputs.namespace)
            value, failure = self.run(state, f"validation_{i}", text, error)
            if failure:
                yield failure, self.recorder.reads
            elif value is not True:
                yield self.message(state, i), self.recorder.reads
