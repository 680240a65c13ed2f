"""The exact functions of a policy, one an expression: what a review turns to when the fast function failed."""

from __future__ import annotations

import ast as py
from typing import Any, Final

from gatewright.cel import _python as make
from gatewright.cel._depth import deeply
from gatewright.cel._python import compile_quietly
from gatewright.cel.codegen import Emitter, Links
from gatewright.cel.declarations import VARIABLES
from gatewright.cel.policy import Expression, Plan
from gatewright.records import record

INPUTS: Final = ("object", "oldObject", "namespaceObject", "request", "params")
AUTHORIZER: Final = ("authorizer", "authorizer.requestResource")


def generate(plan: Plan) -> tuple[Any, dict[str, str], dict[str, Any]]:
    """Code object and links of functions named condition_0, validation_0, message_0, variable_name, …"""
    return deeply(lambda: _generate(plan))  # type: ignore[no-any-return]


def _generate(plan: Plan) -> tuple[Any, dict[str, str], dict[str, Any]]:
    links = Links()
    body: list[py.stmt] = []
    for prefix, expressions in (
        ("condition", list(enumerate(plan.conditions))),
        ("validation", list(enumerate(plan.validations))),
        ("message", list(enumerate(plan.messages))),
        ("annotation", list(enumerate(plan.annotations))),
        ("variable", list(plan.variables.items())),
    ):
        for key, expression in expressions:
            if expression is not None and expression.checked is not None:
                value = _value(expression, links)
                body.append(make.function_def(f"{prefix}_{key}", ["state"], [py.Return(value)]))
    return compile_quietly(py.Module(body, [])), links.names, {}


def _value(expression: Expression, links: Links) -> py.expr:
    assert expression.checked is not None
    emitter = Emitter(_State(links), links)
    return emitter.expression(expression.checked.root, expression.trusted, expression.checked)


@record(slots=True)
class _State:
    """Names in an exact function: attributes of the evaluation's state."""

    links: Links

    def variable(self, name: str) -> py.expr | None:
        if name in AUTHORIZER:
            return make.call(self.links.runtime("no_authorizer"))
        return py.Attribute(make.name("state"), name, py.Load()) if name in (*INPUTS, "variables") else None

    def member(self, struct: str, field: str) -> py.expr | None:
        if struct != VARIABLES.name:
            return None
        return make.call(py.Attribute(make.name("state"), "variable", py.Load()), make.const(field))
