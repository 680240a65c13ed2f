"""The fast function of a policy: all of it in one Python function, made by `bind(params)`.

A variable that is sure to be read is a local, assigned before what first reads it; one that may not be read stands
where it is read, or becomes a local function that remembers. What depends on the parameters alone is computed in
`bind`. An exception, whatever it is, sends the review to the exact functions: computing too early is slow at worst.
"""

from __future__ import annotations

import ast as py
from typing import Any

from gatewright.cel import _python as make
from gatewright.cel import nodes as ast
from gatewright.cel._depth import deeply
from gatewright.cel._exact_code import AUTHORIZER, INPUTS
from gatewright.cel._python import compile_quietly
from gatewright.cel._reading import readings, steps
from gatewright.cel.checker import Checked
from gatewright.cel.codegen import Emitter, Links
from gatewright.cel.declarations import VARIABLES
from gatewright.cel.policy import Expression, Plan, names_used, uses_of
from gatewright.cel.types import BOOL
from gatewright.records import field, record

Stored = tuple[Any, dict[str, str], dict[str, Any]]


def generate(plan: Plan, *, hoisting: bool = True) -> Stored:
    """Code object, links and facts: all that running the policy takes, in values that can be stored.

    Without `hoisting` nothing is computed in `bind`: for parameters that make a variable fail which may never be read.
    """
    return deeply(lambda: _generate(plan, hoisting))  # type: ignore[no-any-return]


def _generate(plan: Plan, hoisting: bool) -> Stored:
    fast = _Fast(plan, Links(), hoisting)
    code = compile_quietly(py.Module(fast.build(), []))
    return code, fast.links.names, _facts(plan)


def _facts(plan: Plan) -> dict[str, Any]:
    variables = [e for n, e in plan.variables.items() if n != "anyObject" or not plan.source.binds_any_object]
    expressions = [*plan.conditions, *plan.validations, *plan.messages, *plan.annotations, *variables]
    checked = [e.checked for e in expressions if e is not None and e.checked is not None]
    names = {name for one in checked for name in names_used(one.root, one)}

    def shown(expressions: list[Any]) -> list[tuple[str, str] | None]:
        return [None if e is None else (e.text, e.error) for e in expressions]

    return {
        "request": "request" in names,
        "namespace": "namespaceObject" in names,
        "conditions": shown(plan.conditions),
        "validations": shown(plan.validations),
        "messages": shown(plan.messages),
        "annotations": shown(plan.annotations),
        "fallbacks": _fallbacks(plan),
        "variables": {name: e.error for name, e in plan.variables.items()},
    }


def _fallbacks(plan: Plan) -> list[str]:
    """What each validation says when it has no message expression that serves."""
    from gatewright.cel.library.strings import SPACES

    return [
        v.message.strip(SPACES) or f"failed expression: {v.expression.strip(SPACES)}" for v in plan.source.validations
    ]


@record(slots=True)
class _Fast:
    """Emits the function. `state` is `readings`' answer; `emitted` names the variables assigned so far."""

    plan: Plan
    links: Links
    hoisting: bool
    state: dict[str, str] = field(default_factory=dict)
    emitted: set[str] = field(default_factory=set)
    python: dict[str, str] = field(default_factory=dict)
    lazy: list[str] = field(default_factory=list)

    @property
    def possible(self) -> bool:
        plan = self.plan
        expressions = [*plan.conditions, *plan.validations, *plan.variables.values()]
        if any(e.checked is None for e in expressions):
            return False
        # Match conditions see no namespace; variables would have to be computed twice.
        return not (plan.conditions and any("namespaceObject" in _names(e) for e in expressions))

    def build(self) -> list[py.stmt]:
        if not self.possible:
            return []
        self.state = readings(self.plan, self.hoisting)
        for i, name in enumerate(self.plan.variables):
            self.python[name] = f"v_{name}" if name.isascii() and name.isidentifier() else f"v_{i}_"
        constants = [make.assign(self.python[n], self.value(n)) for n, s in self.state.items() if s == "constant"]
        self.emitted = {n for n, s in self.state.items() if s == "constant"}
        body = self.rules()
        inputs = [*(p for p in INPUTS if p != "params"), "anyObject"]
        evaluate = make.function_def("evaluate", inputs, [*self.lazy_functions(), *body])
        return [make.function_def("bind", ["params"], [*constants, evaluate, py.Return(make.name("evaluate"))])]

    # -- the function's body

    def rules(self) -> list[py.stmt]:
        body: list[py.stmt] = [make.assign("out", py.List([], py.Load()))]
        for condition in self.plan.conditions:
            root = _checked(condition).root
            body += self.locals_for(root, condition)
            body.append(py.If(make.negation(self.truth(root, condition)), [py.Return(make.name("out"))], []))
        for i, validation in enumerate(self.plan.validations):
            body += self.rule(steps(_checked(validation).root), validation, i)
        return [*body, py.Return(make.name("out"))]

    def rule(self, alternatives: tuple[ast.Node, ...], validation: Expression, i: int) -> list[py.stmt]:
        """`if not a: if not b: …` for `a || b`; the locals of a branch are not there elsewhere."""
        before = self.locals_for(alternatives[0], validation)
        test = make.negation(self.truth(alternatives[0], validation))
        kept = set(self.emitted)
        rest = self.rule(alternatives[1:], validation, i) if len(alternatives) > 1 else self.message(i)
        self.emitted = kept
        return [*before, py.If(test, rest, [])]

    def message(self, i: int) -> list[py.stmt]:
        """What a validation does when it fails."""
        text: py.expr = make.const(_fallbacks(self.plan)[i])
        message = self.plan.messages[i]
        before: list[py.stmt] = []
        if message is not None and message.checked is not None:
            before = self.locals_for(message.checked.root, message)
            text = make.call(self.links.runtime("message_or"), self.expression(message), text)
        return [*before, py.Expr(make.call(py.Attribute(make.name("out"), "append", py.Load()), text))]

    def locals_for(self, node: ast.Node, expression: Expression) -> list[py.stmt]:
        """Assignments of the locals that `node` reads and that are not there yet."""
        out: list[py.stmt] = []
        for name, _, _ in uses_of(node, _checked(expression)):
            kind = self.state[name]
            if kind in ("constant", "input") or name in self.emitted:
                continue
            variable = self.plan.variables[name]
            out += self.locals_for(_checked(variable).root, variable)
            if kind == "local":
                self.emitted.add(name)
                out.append(make.assign(self.python[name], self.value(name)))
        return out

    def lazy_functions(self) -> list[py.stmt]:
        out: list[py.stmt] = []
        for name in self.lazy:
            local = self.python[name]
            unset = py.Compare(make.name(local), [py.Is()], [self.links.runtime("UNSET")])
            out.append(make.assign(local, self.links.runtime("UNSET")))
            compute = py.If(unset, [make.assign(local, self.value(name))], [])
            out.append(
                make.function_def(f"get_{local}", [], [py.Nonlocal([local]), compute, py.Return(make.name(local))])
            )
        return out

    def value(self, name: str) -> py.expr:
        return self.expression(self.plan.variables[name])

    def expression(self, expression: Expression) -> py.expr:
        checked = _checked(expression)
        emitter = Emitter(self, self.links, exact=False)
        return emitter.expression(checked.root, expression.trusted, checked)

    def truth(self, node: ast.Node, expression: Expression) -> py.expr:
        """A bool; a value that only claims to be one is a matter for the exact functions."""
        emitter = Emitter(self, self.links, exact=False)
        value = emitter.expression(node, expression.trusted, _checked(expression))
        certain = expression.trusted[node] == BOOL
        return value if certain else make.call(self.links.runtime("truth"), value)

    # -- Scope

    def variable(self, name: str) -> py.expr | None:
        if name == "variables":
            return self.links.runtime("UNSET")
        if name in AUTHORIZER:
            return make.call(self.links.runtime("no_authorizer"))
        return make.name(name) if name in INPUTS else None

    def member(self, struct: str, field: str) -> py.expr | None:
        if struct != VARIABLES.name:
            return None
        match self.state[field]:
            case "input":
                return make.name("anyObject")
            case "inline":
                return self.value(field)
            case "lazy":
                if field not in self.lazy:
                    self.lazy.append(field)
                return make.call(make.name(f"get_{self.python[field]}"))
        return make.name(self.python[field])


def _checked(expression: Expression) -> Checked:
    assert expression.checked is not None
    return expression.checked


def _names(expression: Expression) -> set[str]:
    return names_used(_checked(expression).root, _checked(expression))
