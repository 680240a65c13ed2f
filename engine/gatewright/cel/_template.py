"""A plan to one Python module: `bind(params)`, which gives the fast function of a constraint, and the exact functions.

The fast function does all of a policy at once. A variable that is certain to be read is a local, computed before the
validation that first reads it; one that may not be read stands where it is read, or becomes a local function that
remembers. What depends on the parameters alone is computed in `bind`. Any exception in the fast function sends the
whole review to the exact functions, one an expression.
"""

from __future__ import annotations

import ast as py
from dataclasses import dataclass, field
from typing import Any

from gatewright.cel._depth import deeply
from gatewright.cel.checker import Checked
from gatewright.cel.codegen import Emitter, Links, _call, _const, _name, compile_quietly
from gatewright.cel.declarations import VARIABLES
from gatewright.cel.policy import Expression, Plan, names_used, uses_of
from gatewright.cel.source import Source
from gatewright.cel.types import BOOL

_INPUTS = ("object", "oldObject", "namespaceObject", "request", "params")
_AUTHORIZER = ("authorizer", "authorizer.requestResource")
Stored = tuple[Any, dict[str, str], dict[str, Any]]


def generate(plan: Plan) -> Stored:
    """Code object, links and facts: all that running the policy takes, in values that can be stored."""
    return deeply(lambda: _Module(plan).build())  # type: ignore[no-any-return]


@dataclass(slots=True)
class _Exact:
    """Names in an exact function: attributes of the evaluation's state."""

    links: Links

    def variable(self, name: str) -> py.expr | None:
        if name in _AUTHORIZER:
            return _call(self.links.runtime("no_authorizer"))
        return py.Attribute(_name("state"), name, py.Load()) if name in (*_INPUTS, "variables") else None

    def member(self, struct: str, field: str) -> py.expr | None:
        if struct != VARIABLES.name:
            return None
        return _call(py.Attribute(_name("state"), "variable", py.Load()), _const(field))


class _Module:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.links = Links()

    def build(self) -> Stored:
        plan = self.plan
        body: list[py.stmt] = []
        for prefix, expressions in (
            ("condition", list(enumerate(plan.conditions))),
            ("validation", list(enumerate(plan.validations))),
            ("message", list(enumerate(plan.messages))),
            ("variable", list(plan.variables.items())),
        ):
            for key, expression in expressions:
                if expression is not None and expression.checked is not None:
                    body.append(self.exact(f"{prefix}_{key}", expression, expression.checked))
        fast = _Fast(plan, self.links)
        body += fast.build()
        code = compile_quietly(py.Module(body, []))
        return code, self.links.names, self.facts(fast.possible)

    def exact(self, name: str, expression: Expression, checked: Checked) -> py.stmt:
        emitter = Emitter(_Exact(self.links), self.links, exact=True)
        value = emitter.expression(checked.root, expression.trusted, checked.names)
        return _function(name, ["state"], [py.Return(value)])

    def used(self) -> list[Checked]:
        plan = self.plan
        variables = [e for n, e in plan.variables.items() if n != "anyObject" or not plan.source.binds_any_object]
        expressions = [*plan.conditions, *plan.validations, *plan.messages, *variables]
        return [e.checked for e in expressions if e is not None and e.checked is not None]

    def facts(self, fast: bool) -> dict[str, Any]:
        plan = self.plan
        names = {name for checked in self.used() for name in names_used(checked.root, checked)}

        def shown(expressions: list[Any]) -> list[tuple[str, str] | None]:
            return [None if e is None else (e.text, e.error) for e in expressions]

        return {
            "fast": fast,
            "source": _stored_source(plan.source),
            "request": "request" in names,
            "namespace": "namespaceObject" in names,
            "fails_closed": plan.source.fails_closed,
            "conditions": shown(plan.conditions),
            "validations": shown(plan.validations),
            "messages": shown(plan.messages),
            "fallbacks": _fallbacks(plan),
            "variables": {name: e.error for name, e in plan.variables.items()},
        }


def _stored_source(source: Source) -> tuple[Any, ...]:
    validations = tuple((v.expression, v.message, v.message_expression) for v in source.validations)
    flags = (source.fails_closed, source.params, source.binds_any_object, source.authorizer)
    return (validations, source.variables, source.match_conditions, *flags)


def _fallbacks(plan: Plan) -> list[str]:
    """What each validation says when it has no message expression that serves."""
    from gatewright.cel.library.strings import SPACES

    return [
        v.message.strip(SPACES) or f"failed expression: {v.expression.strip(SPACES)}" for v in plan.source.validations
    ]


def _function(name: str, params: list[str], body: list[py.stmt]) -> py.FunctionDef:
    arguments = py.arguments([], [py.arg(p) for p in params], None, [], [], None, [])
    return py.FunctionDef(name, arguments, body, [], None, None)


def _assign(name: str, value: py.expr) -> py.stmt:
    return py.Assign([py.Name(name, py.Store())], value)


@dataclass(slots=True)
class _Fast:
    """The fast function. `state` says of each variable how it is read: constant, local, inline or lazy."""

    plan: Plan
    links: Links
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
        return not (plan.conditions and any("namespaceObject" in self.names(e) for e in expressions))

    def names(self, expression: Expression) -> set[str]:
        assert expression.checked is not None
        return names_used(expression.checked.root, expression.checked)

    def build(self) -> list[py.stmt]:
        if not self.possible:
            return []
        self.classify()
        for i, name in enumerate(self.plan.variables):
            self.python[name] = f"v_{name}" if name.isascii() and name.isidentifier() else f"v_{i}_"
        constants = [_assign(self.python[n], self.value(n)) for n, s in self.state.items() if s == "constant"]
        self.emitted = {n for n, s in self.state.items() if s == "constant"}
        body = self.rules()
        inputs = [*(p for p in _INPUTS if p != "params"), "anyObject"]
        evaluate = _function("evaluate", inputs, [*self.lazy_functions(), *body])
        return [_function("bind", ["params"], [*constants, evaluate, py.Return(_name("evaluate"))])]

    # -- how variables are read

    def classify(self) -> None:
        rules = [*self.plan.conditions, *self.plan.validations]
        counts: dict[str, int] = {}
        loops: set[str] = set()
        certain: set[str] = set()
        for expression in [*rules, *self.plan.messages]:
            if expression is not None and expression.checked is not None:
                self.count(expression.checked, counts, loops)
        for expression in rules:
            self.ascertain(expression, certain)
        for name in self.plan.variables:
            if name not in counts:
                continue
            if name == "anyObject" and self.plan.source.binds_any_object:
                self.state[name] = "input"
            elif self.constant(name):
                self.state[name] = "constant"
            elif name in certain:
                self.state[name] = "local"
            else:
                self.state[name] = "inline" if counts[name] == 1 and name not in loops else "lazy"

    def count(self, checked: Checked, counts: dict[str, int], loops: set[str]) -> None:
        """How often each variable is read, following each variable once; those read in loops."""
        for name, _, loop in uses_of(checked.root, checked):
            counts[name] = counts.get(name, 0) + 1
            if loop:
                loops.add(name)
            variable = self.plan.variables[name].checked
            if counts[name] == 1 and variable is not None:
                self.count(variable, counts, loops)

    def ascertain(self, expression: Expression, certain: set[str]) -> None:
        """Add the variables that every evaluation of `expression` reads."""
        assert expression.checked is not None
        for name, read, _ in uses_of(expression.checked.root, expression.checked):
            if read and name not in certain:
                certain.add(name)
                self.ascertain(self.plan.variables[name], certain)

    def constant(self, name: str) -> bool:
        expression = self.plan.variables[name]
        assert expression.checked is not None
        if not self.names(expression) <= {"params", "variables"} | _type_names(expression.checked):
            return False
        used = [n for n, _, _ in uses_of(expression.checked.root, expression.checked)]
        return all(self.state.get(n) == "constant" for n in used)

    # -- the function's body

    def rules(self) -> list[py.stmt]:
        body: list[py.stmt] = [_assign("out", py.List([], py.Load()))]
        for condition in self.plan.conditions:
            body += self.locals_for(condition)
            body.append(py.If(py.UnaryOp(py.Not(), self.truth(condition)), [py.Return(_name("out"))], []))
        for i, validation in enumerate(self.plan.validations):
            body += self.locals_for(validation)
            body.append(py.If(py.UnaryOp(py.Not(), self.truth(validation)), self.message(i), []))
        return [*body, py.Return(_name("out"))]

    def message(self, i: int) -> list[py.stmt]:
        """What a validation does when it fails; locals made here are not there elsewhere."""
        text: py.expr = _const(_fallbacks(self.plan)[i])
        message = self.plan.messages[i]
        before: list[py.stmt] = []
        if message is not None and message.checked is not None:
            kept = set(self.emitted)
            before = self.locals_for(message)
            text = _call(self.links.runtime("message_or"), self.expression(message), text)
            self.emitted = kept
        return [*before, py.Expr(_call(py.Attribute(_name("out"), "append", py.Load()), text))]

    def locals_for(self, expression: Expression) -> list[py.stmt]:
        """Assignments of the variables that `expression` is certain to read and that are not there yet."""
        assert expression.checked is not None
        out: list[py.stmt] = []
        for name, _, _ in uses_of(expression.checked.root, expression.checked):
            kind = self.state[name]
            if kind == "local" and name not in self.emitted:
                out += self.locals_for(self.plan.variables[name])
                self.emitted.add(name)
                out.append(_assign(self.python[name], self.value(name)))
            elif kind in ("inline", "lazy"):
                out += self.locals_for(self.plan.variables[name])
        return out

    def lazy_functions(self) -> list[py.stmt]:
        out: list[py.stmt] = []
        for name in self.lazy:
            local = self.python[name]
            unset = py.Compare(_name(local), [py.Is()], [self.links.runtime("UNSET")])
            out.append(_assign(local, self.links.runtime("UNSET")))
            compute = py.If(unset, [_assign(local, self.value(name))], [])
            out.append(_function(f"get_{local}", [], [py.Nonlocal([local]), compute, py.Return(_name(local))]))
        return out

    def value(self, name: str) -> py.expr:
        return self.expression(self.plan.variables[name])

    def expression(self, expression: Expression) -> py.expr:
        assert expression.checked is not None
        checked = expression.checked
        emitter = Emitter(self, self.links, exact=False)
        return emitter.expression(checked.root, expression.trusted, checked.names)

    def truth(self, expression: Expression) -> py.expr:
        """An expression of bools; a value that only claims to be one is a matter for the exact functions."""
        assert expression.checked is not None
        value = self.expression(expression)
        certain = expression.trusted[expression.checked.root] == BOOL
        return value if certain else _call(self.links.runtime("truth"), value)

    # -- Scope

    def variable(self, name: str) -> py.expr | None:
        if name == "variables":
            return self.links.runtime("UNSET")
        if name in _AUTHORIZER:
            return _call(self.links.runtime("no_authorizer"))
        return _name(name) if name in _INPUTS else None

    def member(self, struct: str, field: str) -> py.expr | None:
        if struct != VARIABLES.name:
            return None
        match self.state[field]:
            case "input":
                return _name("anyObject")
            case "inline":
                return self.value(field)
            case "lazy":
                if field not in self.lazy:
                    self.lazy.append(field)
                return _call(_name(f"get_{self.python[field]}"))
        return _name(self.python[field])


def _type_names(checked: Checked) -> set[str]:
    """Names that stand for types, or for variables of comprehensions."""
    return {name for node, name in checked.names.items() if name not in (*_INPUTS, "variables")}
