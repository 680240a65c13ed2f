"""The composited variables of a policy within one generated function.

A variable is computed where it is first needed, and is a local from there on. One that is first needed in a loop, or
again where its local may not have been assigned, is *lazy*: computed where it is needed unless it is there; by a
function, where it is needed in several places. Which are lazy shows while emitting; so a function is emitted until
nothing new shows.
"""

from __future__ import annotations

import ast as py
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from gatewright.cel import _python as make
from gatewright.cel._exact_code import AUTHORIZER, INPUTS
from gatewright.cel._loops import READS
from gatewright.cel._statements import Facts, Path, Statements, Uses
from gatewright.cel.codegen import Links
from gatewright.cel.declarations import VARIABLES
from gatewright.cel.policy import Plan, checked_of
from gatewright.records import field, record

# What expressions see of a review, as attributes of `inputs`.
_ATTRIBUTES: Final = {
    "anyObject": "any_object",
    "namespaceObject": "namespace",
    "object": "object",
    "oldObject": "old_object",
    "request": "request",
}


@record(slots=True)
class Surroundings:
    """What the functions of a policy have in common: its variables' Python names, and those known from outside."""

    plan: Plan
    links: Links
    local: dict[str, str]
    constants: list[str] = field(default_factory=list)
    uses: Uses = field(default_factory=dict)


class Frame:
    """One attempt at a function, after another that has shown which variables are lazy."""

    def __init__(self, around: Surroundings, *, recording: bool, before: Frame | None = None) -> None:
        self.around = around
        # How often each lazy variable is asked for, and which have turned out to be asked for in several places.
        self.lazy: Counter[str] = Counter()
        self.several: set[str] = set()
        often: Counter[Path] | None = None
        if before is not None:
            often = before.emitter.looked
            self.lazy.update(dict.fromkeys(before.lazy, 0))
            self.several = before.several | {name for name, count in before.lazy.items() if count != 1}
        self.known_lazy = frozenset(self.lazy)
        self.emitter: Statements = Statements(self, around.links, recording=recording, often=often, uses=around.uses)
        self.outermost = self.emitter.facts
        self.outside = {around.local[name] for name in around.constants}
        self.placed: set[str] = set()
        self.getters: dict[str, list[py.stmt]] = {}
        # Which of the inputs it names.
        self.inputs: set[str] = set()
        # What the function being emitted does before anything else.
        self.first: list[py.stmt] = []

    def body(self) -> list[py.stmt]:
        """The function's statements."""
        taken = [(name, attribute) for name, attribute in _ATTRIBUTES.items() if name in self.inputs]
        inputs = [make.assign(name, py.Attribute(make.name("inputs"), what, py.Load())) for name, what in taken]
        unset = [self.unset(name) for name in self.getters]
        getters = [part for getter in self.getters.values() for part in getter]
        return [*inputs, *self.first, *unset, *getters, *self.emitter.block]

    def shows_nothing_new(self) -> bool:
        return self.lazy.keys() == self.known_lazy and all(
            count == 1 or name in self.several for name, count in self.lazy.items()
        )

    # -- Names

    def variable(self, name: str) -> py.expr | None:
        if name == "variables":
            return self.around.links.runtime("UNSET")
        if name in AUTHORIZER:
            return make.call(self.around.links.runtime("no_authorizer"))
        if name not in INPUTS:
            return None
        self.inputs.add(name)
        return make.name(name)

    def member(self, struct: str, field: str) -> py.expr | None:
        if struct != VARIABLES.name:
            return None
        known = self.known(field)
        if known is not None:
            return make.name(known)
        if self.emitter.looping or field in self.lazy or field in self.placed:
            return self.remembered(field)
        self.placed.add(field)
        value = self.value(field)
        self.emitter.block.append(make.assign(self.around.local[field], value))
        self.emitter.facts.variables[field] = self.around.local[field]
        return make.name(self.around.local[field])

    def remembered(self, name: str) -> py.expr:
        """A lazy variable's value."""
        self.lazy[name] += 1
        self.emitter.facts.noted = ()
        there, unset = make.name(self.around.local[name]), self.around.links.runtime("UNSET")
        if name in self.known_lazy and name not in self.several:
            self.compute_here(name, make.compare(there, py.Is(), unset))
            return there
        return py.IfExp(make.compare(there, py.IsNot(), unset), there, make.call(make.name(self.getter(name))))

    def compute_here(self, name: str, condition: py.expr) -> None:
        e = self.emitter
        self.first.append(self.unset(name))
        # As in a loop, what is computed here may be there or not afterwards.
        e.looping += 1
        compute, value = e.within(lambda: self.value(name))
        e.looping -= 1
        e.block.append(py.If(condition, [*compute, make.assign(self.around.local[name], value)], []))

    def unset(self, name: str) -> py.stmt:
        return make.assign(self.around.local[name], self.around.links.runtime("UNSET"))

    def ensure(self, name: str) -> None:
        value = self.member(VARIABLES.name, name)
        assert value is not None
        if not isinstance(value, py.Name):
            self.emitter.facts.variables[name] = self.emitter.assigned(value).id

    def ensure_all(self, names: Iterable[str]) -> None:
        for name in names:
            self.ensure(name)

    def path_of(self, name: str) -> Path | None:
        known = self.known(name)
        return None if known is None else (known,)

    def is_foreign(self, name: str) -> bool:
        return name in self.outside

    def known(self, name: str) -> str | None:
        """The Python name of a variable that is there."""
        if name == "anyObject" and self.around.plan.source.binds_any_object:
            self.inputs.add(name)
            return name
        if name in self.around.constants:
            return self.around.local[name]
        return self.emitter.facts.variables.get(name)

    def value(self, name: str) -> py.expr:
        variable = self.around.plan.variables[name]
        return self.emitter.expression(checked_of(variable).root, variable.trusted, variable.checked)

    def getter(self, name: str) -> str:
        """The function that computes a variable for good. It may use what every way to its callers has computed."""
        local = self.around.local[name]
        if name not in self.getters:
            definition = self.getters[name] = []
            e = self.emitter
            outside = e.block, e.facts, e.looping, self.first
            e.block, e.facts, e.looping, self.first = [], Facts(variables=dict(self.outermost.variables)), 0, []
            e.block.append(make.assign(local, self.value(name)))
            compute = [*self.first, *e.block]
            e.block, e.facts, e.looping, self.first = outside
            shared = py.Nonlocal([local, READS] if e.recording else [local])
            body = [shared, *compute, py.Return(make.name(local))]
            definition.append(make.function_def(f"get_{local}", [], body))
        return f"get_{local}"


def emitted(
    around: Surroundings, write: Callable[[Frame], None], *, recording: bool = False, runs_once: bool = False
) -> list[py.stmt]:
    """The statements of a function that `write` emits; what runs once does not need to be the best there is."""
    frame = Frame(around, recording=recording)
    write(frame)
    while not (runs_once and frame.shows_nothing_new()):
        frame = Frame(around, recording=recording, before=frame)
        write(frame)
        if frame.shows_nothing_new():
            break
    return frame.body()
