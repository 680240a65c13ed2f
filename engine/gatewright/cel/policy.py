"""The plan of a policy made of CEL expressions: what is compiled, in which environment, and what went wrong.

Gatekeeper's templates and the API server's ValidatingAdmissionPolicies are the same thing here: variables, match
conditions, validations with messages. A fault in an expression does not refuse the policy; it becomes the answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.cel import nodes as ast
from gatewright.cel._depth import deeply
from gatewright.cel._trusted import trusted_types
from gatewright.cel.checker import Checked, Environment, check
from gatewright.cel.declarations import NAMESPACE, REQUEST, VARIABLES
from gatewright.cel.expression import CelProgramError, fold_constants
from gatewright.cel.parser import CelCompileError, parse
from gatewright.cel.source import Source
from gatewright.cel.types import (
    BOOL,
    DURATION,
    DYN,
    NULL,
    STRING,
    TIMESTAMP,
    Type,
    list_of,
    map_of,
    output_name,
    read_type,
)
from gatewright.records import field, record


@record(frozen=True, slots=True)
class Expression:
    """A compiled expression, or the `error` that Kubernetes gives for it."""

    text: str
    checked: Checked | None = None
    error: str = ""
    trusted: Mapping[ast.Node, Type] = field(default_factory=dict)


@record(slots=True)
class Plan:
    """A policy's expressions, checked. A validation without a usable message expression has None for it."""

    source: Source
    variables: dict[str, Expression] = field(default_factory=dict)
    conditions: list[Expression] = field(default_factory=list)
    validations: list[Expression] = field(default_factory=list)
    messages: list[Expression | None] = field(default_factory=list)
    annotations: list[Expression] = field(default_factory=list)


_BASE: Mapping[str, Type] = {
    "object": DYN,
    "oldObject": DYN,
    "namespaceObject": NAMESPACE,
    "request": REQUEST,
    "variables": VARIABLES,
}
_AUTHORIZER: Mapping[str, Type] = {
    "authorizer": read_type("kubernetes.authorization.Authorizer"),
    "authorizer.requestResource": read_type("kubernetes.authorization.ResourceCheck"),
}


def plan(source: Source) -> Plan:
    """Parse and check every expression of a policy."""
    made = Plan(source)
    fields: dict[str, Type] = {}
    structs = {VARIABLES.name: fields}
    params = {"params": DYN}
    asking = _AUTHORIZER if source.authorizer else {}
    declares_params = params if source.params else {}
    # Gatekeeper lets variables alone see the constraint; the API server everything, or nothing without a paramKind.
    for_variables = Environment(
        {**_BASE, **(params if source.binds_any_object else declares_params), **asking}, structs
    )
    for_rules = Environment({**_BASE, **declares_params, **asking}, structs)
    for_messages = Environment({**_BASE, **declares_params}, structs)
    trusted: dict[str, Type] = {}
    for name, text in source.variables:
        variable = _compile(text, for_variables, (), trusted)
        trusted[name] = DYN if variable.checked is None else variable.trusted[variable.checked.root]
        fields[name] = DYN if variable.checked is None else _declared(variable.checked.output)
        made.variables[name] = variable
    made.conditions = [_compile(text, for_rules, (BOOL,), trusted) for _, text in source.match_conditions]
    made.validations = [_compile(v.expression, for_rules, (BOOL,), trusted) for v in source.validations]
    made.annotations = [_compile(text, for_rules, (STRING, NULL), trusted) for _, text in source.audit_annotations]
    for validation in source.validations:
        text = validation.message_expression
        made.messages.append(_compile(text, for_messages, (STRING,), trusted) if text else None)
    return made


def _compile(
    text: str, environment: Environment, wanted: tuple[Type, ...], variables: Mapping[str, Type]
) -> Expression:
    try:
        checked: Checked = deeply(lambda: _checked(text, environment))
    except CelCompileError as error:
        return Expression(text, error=f"compilation failed: {error.message}")
    if wanted and checked.output not in wanted:
        names = [output_name(kind) for kind in wanted]
        choice = names[0] if len(names) == 1 else f"one of [{' '.join(names)}]"
        return Expression(text, error=f"must evaluate to {choice} but got {output_name(checked.output)}")
    try:
        deeply(lambda: fold_constants(checked.root, checked.names))
    except CelProgramError as error:
        return Expression(text, error=f"program instantiation failed: {error.message}")
    return Expression(text, checked, trusted=deeply(lambda: trusted_types(checked, variables)))


def _checked(text: str, environment: Environment) -> Checked:
    return check(text, parse(text), environment)


def _declared(kind: Type) -> Type:
    """The type that a variable keeps for those who name it; opaque types are lost on the way."""
    if kind.kind == "list":
        return list_of(_declared(kind.params[0]))
    if kind.kind == "map":
        return map_of(_declared(kind.params[0]), _declared(kind.params[1]))
    return kind if kind.kind in ("basic", "null") or kind in (TIMESTAMP, DURATION) else DYN


def checked_of(expression: Expression) -> Checked:
    """What the checker found out of an expression that compiles."""
    assert expression.checked is not None
    return expression.checked
