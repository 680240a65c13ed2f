"""The fast functions of a policy, made by `bind(params)`: all of it in one, or each validation with its reads.

What depends on the parameters alone is computed in `bind`. An exception, whatever it is, sends the review to the exact
functions: computing too early is slow at worst. What is noted of reads has the order of the exact functions, though.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from gatewright.cel import _python as make
from gatewright.cel import nodes as ast
from gatewright.cel._depth import deeply
from gatewright.cel._exact_code import INPUTS
from gatewright.cel._frame import Frame, Surroundings, emitted
from gatewright.cel._loops import READS, NoFastFormError
from gatewright.cel._python import compile_quietly
from gatewright.cel._uses import names_used, uses_of
from gatewright.cel.checker import Checked
from gatewright.cel.codegen import Links
from gatewright.cel.policy import Expression, Plan, checked_of

Stored = tuple[Any, dict[str, str], dict[str, Any]]


def generate(plan: Plan, *, without: Collection[int] = (), recording: bool = False) -> Stored:
    """Code object, links and facts: all that running the policy takes, in values that can be stored. Facts come with
    the functions that say all in one.

    The constants of the facts are computed in `bind`, but for those `without` numbers: parameters may make a variable
    fail which is never read.
    With `recording`, `bind` gives a function for every validation, whose answer is None or (message, reads).
    """
    return deeply(lambda: _generate(plan, without, recording))  # type: ignore[no-any-return]


def _generate(plan: Plan, without: Collection[int], recording: bool) -> Stored:
    links = Links()
    try:
        body = _Fast(plan, links, recording=recording).build(without)
    except NoFastFormError:
        body = []
    return compile_quietly(py.Module(body, [])), links.names, {} if recording else _facts(plan)


def _facts(plan: Plan) -> dict[str, Any]:
    def shown(expressions: list[Any]) -> list[tuple[str, str] | None]:
        return [None if e is None else (e.text, e.error) for e in expressions]

    return {
        "conditions": shown(plan.conditions),
        "validations": shown(plan.validations),
        "messages": shown(plan.messages),
        "annotations": shown(plan.annotations),
        "fallbacks": _fallbacks(plan),
        "variables": {name: e.error for name, e in plan.variables.items()},
        "constants": _constants(plan) if _possible(plan) else [],
    }


def _fallbacks(plan: Plan) -> list[str]:
    """What each validation says when it has no message expression that serves."""
    from gatewright.cel.library.strings import SPACES

    return [
        v.message.strip(SPACES) or f"failed expression: {v.expression.strip(SPACES)}" for v in plan.source.validations
    ]


def _possible(plan: Plan) -> bool:
    expressions = [*plan.conditions, *plan.validations, *plan.variables.values()]
    if any(e.checked is None for e in expressions):
        return False
    # Match conditions see no namespace; variables would have to be computed twice.
    return not (plan.conditions and any("namespaceObject" in _names(e) for e in expressions))


class _Fast:
    """Emits `bind`."""

    def __init__(self, plan: Plan, links: Links, *, recording: bool) -> None:
        self.plan = plan
        self.recording = recording
        names = [f"v_{n}_" if n.isascii() and n.isidentifier() else f"v_{i}_" for i, n in enumerate(plan.variables)]
        self.around = Surroundings(plan, links, dict(zip(plan.variables, names, strict=True)))

    def build(self, without: Collection[int]) -> list[py.stmt]:
        if not _possible(self.plan):
            return []
        constants = _constants(self.plan, without)
        body = emitted(self.around, lambda frame: frame.ensure_all(constants), runs_once=True)
        self.around.constants = constants
        written = [self.tracer(v, i) for i, v in enumerate(self.plan.validations)] if self.recording else [self.rules]
        names = [f"evaluate_{i}" for i in range(len(written))]
        for name, write in zip(names, written, strict=True):
            statements = emitted(self.around, write, recording=self.recording)
            body.append(make.function_def(name, ["inputs"], statements))
        functions = make.tuple_of(*map(make.name, names)) if self.recording else make.name(names[0])
        return [make.function_def("bind", ["params"], [*body, py.Return(functions)])]

    def rules(self, frame: Frame) -> None:
        """All that is said of a review, as a list; see `say`."""
        block = frame.emitter.block
        block.append(make.assign("out", make.list_of([])))
        for condition in self.plan.conditions:
            root = checked_of(condition).root
            with frame.emitter.reading(root, condition.trusted, condition.checked):
                holds = frame.emitter.boolean(root)
            block.append(py.If(make.negation(holds), [py.Return(make.name("out"))], []))
        for i, validation in enumerate(self.plan.validations):
            self.rule(frame, validation, _alternatives(validation), partial(self.say, frame, i))
        block.append(py.Return(make.name("out")))

    def tracer(self, validation: Expression, i: int) -> Callable[[Frame], None]:
        """What a validation says, and the reads that led to it."""

        def told(frame: Frame) -> None:
            answer = make.tuple_of(self.message(frame, i), make.name(READS))
            frame.emitter.block.append(py.Return(answer))

        def write(frame: Frame) -> None:
            frame.emitter.block.append(make.assign(READS, make.const(None)))
            self.rule(frame, validation, _alternatives(validation), lambda: told(frame))

        return write

    def rule(
        self, frame: Frame, validation: Expression, alternatives: tuple[ast.Node, ...], failed: Callable[[], None]
    ) -> None:
        """`if not a: if not b: …` for `a || b`: what b computes is there for the message."""
        e, node, rest = frame.emitter, alternatives[0], alternatives[1:]

        def otherwise() -> None:
            e.learn(node, False)
            if rest:
                self.rule(frame, validation, rest, failed)
            else:
                failed()

        with e.reading(node, validation.trusted, validation.checked):
            test = make.negation(e.boolean(node))
            inner, _ = e.within(otherwise)
        e.block.append(py.If(test, inner, []))

    def say(self, frame: Frame, i: int) -> None:
        """Add a message; the number of the validation where its expression fails, or seems to."""
        e = frame.emitter
        text = e.fresh("text")
        block, said = e.within(lambda: self.message(frame, i))
        if isinstance(said, py.Constant):
            e.block.append(make.assign(text, said))
        else:
            failed = py.ExceptHandler(make.name("Exception"), None, [make.assign(text, make.const(i))])
            e.block.append(py.Try([*block, make.assign(text, said)], [failed], [], []))
        e.block.append(py.Expr(make.method(make.name("out"), "append", make.name(text))))

    def message(self, frame: Frame, i: int) -> py.expr:
        """What a validation says when it fails."""
        text: py.expr = make.const(_fallbacks(self.plan)[i])
        message = self.plan.messages[i]
        if message is None or message.checked is None:
            return text
        value = frame.emitter.expression(message.checked.root, message.trusted, message.checked)
        return make.call(self.around.links.runtime("message_or"), value, text)


def _alternatives(validation: Expression) -> tuple[ast.Node, ...]:
    """The terms of a rule, in the order they are tried."""
    root = checked_of(validation).root
    return root.args if isinstance(root, ast.Call) and root.name == "_||_" else (root,)


def _names(expression: Expression) -> set[str]:
    return names_used(checked_of(expression).root, checked_of(expression))


def _constants(plan: Plan, without: Collection[int] = ()) -> list[str]:
    """The variables that rules read and the parameters alone decide, in their order; but for those with these numbers,
    and those made of them."""
    read = _read(plan)
    found = {name for i, name in enumerate(_constants(plan)) if i not in without} if without else set(plan.variables)
    for name, variable in plan.variables.items():
        if name in found and not (name in read and _is_constant(checked_of(variable), found)):
            found.remove(name)
    return [name for name in plan.variables if name in found]


def _is_constant(checked: Checked, constants: set[str]) -> bool:
    """Whether a variable reads the parameters and constants alone."""
    types = {known for known in checked.names.values() if known not in (*INPUTS, "variables")}
    known = names_used(checked.root, checked) <= {"params", "variables"} | types
    return known and all(used in constants for used, _, _ in uses_of(checked.root, checked))


def _read(plan: Plan) -> set[str]:
    """The variables that are read at all."""
    found: set[str] = set()
    waiting = [e for e in (*plan.conditions, *plan.validations, *plan.messages) if e is not None and e.checked]
    while waiting:
        checked = checked_of(waiting.pop())
        new = {name for name, _, _ in uses_of(checked.root, checked)} - found
        found |= new
        waiting += [plan.variables[name] for name in new]
    return found
