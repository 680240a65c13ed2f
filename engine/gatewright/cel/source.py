"""The texts of a policy made of CEL expressions, and how Gatekeeper reads them from a template.

Nothing is parsed here: a stored program is found by these texts alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.errors import TemplateError
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_RESERVED_PREFIX: Final = "gatekeeper_internal_"
# Gatekeeper's own variables, which come before a template's.
_OWN_VARIABLES: Final = (
    ("anyObject", 'has(request.operation) && request.operation == "DELETE" && object == null ? oldObject : object'),
    ("params", "!has(params.spec) ? null : !has(params.spec.parameters) ? null: params.spec.parameters"),
)


@record(frozen=True, slots=True)
class Validation:
    """One rule: `expression` must be true; the message is the first of `message_expression`, `message` that serves."""

    expression: str
    message: str = ""
    message_expression: str = ""


@record(frozen=True, slots=True)
class Source:
    """The texts of a policy. `variables` and `match_conditions` are (name, expression) pairs in order.

    With `params` all expressions may name the parameters. `binds_any_object` marks Gatekeeper's policies, whose
    variables alone see the constraint as `params` and whose anyObject is known to the driver. With `authorizer` all
    expressions but messages may ask it. `audit_annotations` are (key, expression) pairs, of which only failures matter.
    """

    validations: tuple[Validation, ...]
    variables: tuple[tuple[str, str], ...] = ()
    match_conditions: tuple[tuple[str, str], ...] = ()
    fails_closed: bool = True
    params: bool = False
    binds_any_object: bool = False
    authorizer: bool = False
    audit_annotations: tuple[tuple[str, str], ...] = ()


def read_source(source: Mapping[str, Any], default_failure_policy: str = "Fail") -> Source:
    """The texts of a template's source, whose fields are of their types, checked as Gatekeeper checks them."""
    conditions = _pairs(source, "matchCondition")
    variables = _pairs(source, "variables")
    validations = tuple(
        Validation(v.get("expression", ""), v.get("message", ""), v.get("messageExpression", ""))
        for v in source.get("validations") or ()
    )
    for name, _ in conditions:
        if name.startswith(_RESERVED_PREFIX):
            raise TemplateError(
                f"invalid match condition: {name} is not a valid match condition; "
                f'cannot have "{_RESERVED_PREFIX}" as a prefix'
            )
    for name, _ in variables:
        _check_variable(name)
    policy = source.get("failurePolicy")
    chosen = default_failure_policy if policy is None else policy
    if chosen not in ("Fail", "Ignore"):
        raise TemplateError(f"invalid failure policy: unrecognized failure policy: {chosen}")
    return Source(validations, (*_OWN_VARIABLES, *variables), conditions, chosen == "Fail", binds_any_object=True)


def _check_variable(name: str) -> None:
    if name.startswith(_RESERVED_PREFIX):
        raise TemplateError(
            f'invalid variable definition: {name} is not a valid variable; cannot have "{_RESERVED_PREFIX}" as a prefix'
        )
    if name in ("params", "anyObject"):
        raise TemplateError(
            f'invalid variable definition: {name} an invalid variable name, "{name}" is a reserved keyword'
        )


def _pairs(source: Mapping[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    return tuple((item.get("name", ""), item.get("expression", "")) for item in source.get(key) or ())
