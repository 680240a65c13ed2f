"""One constraint's word on one review, on its way to a Violation."""

from __future__ import annotations

from gatewright.gatekeeper.result import ConstraintRef, ObjectRef, Violation
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

    from gatewright.cel.vap import Decision
    from gatewright.errors import MatchError
    from gatewright.gatekeeper.constraint import Constraint
    from gatewright.gatekeeper.drivers import Finding
    from gatewright.gatekeeper.entries import Entry
    from gatewright.gatekeeper.review import Review

_AUTOREJECT: Final = "unable to match constraints"


@record(frozen=True, slots=True)
class Result:
    """One constraint's word on one review, before it is put into a Violation.

    `has_details` tells a policy's own result (details may be null) from a rejected match or a CEL result; `failed`
    one that is the text of an evaluation error.
    """

    message: str
    details: Any
    constraint: Constraint
    enforcement_action: str
    scoped_actions: tuple[str, ...] = ()
    has_details: bool = True
    expanded_by: str = ""
    failed: bool = False


def autoreject(entry: Entry, review: Review, error: MatchError) -> Result:
    """What a constraint says whose match cannot be decided."""
    message = f"{_AUTOREJECT}: error matching the requested object: {review.subject.name} :{error.message}"
    constraint = entry.constraint
    return Result(message, None, constraint, constraint.enforcement_action, entry.actions, has_details=False)


def result_of(entry: Entry, finding: Finding, *, failed: bool = False) -> Result:
    """A policy's finding as its constraint's result."""
    constraint = entry.constraint
    message, details = finding
    action, has_details = constraint.enforcement_action, entry.policy.driver.has_details
    return Result(message, details, constraint, action, entry.actions, has_details, "", failed)


def with_failures(matched: Sequence[Entry], results: list[Result], failed: dict[str, str]) -> list[Result]:
    """Gatekeeper asks all constraints of a kind in one query, so an error speaks for every one of them."""
    kept = [r for r in results if r.constraint.ref.kind not in failed]
    for entry in matched:
        message = failed.get(entry.constraint.ref.kind)
        if message is not None:
            kept.append(result_of(entry, (message, None), failed=True))
    kept.sort(key=by_constraint)
    return kept


def by_constraint(result: Result | Entry) -> tuple[str, str]:
    """The order of results, and of what they come from: by kind and name of the constraint."""
    return result.constraint.ref.kind, result.constraint.ref.name


def implied(result: Result, template: str, enforcement_action: str) -> Result:
    """A result on a resultant, put to the object that implies it."""
    return Result(
        f"[Implied by {template}] {result.message}",
        result.details,
        result.constraint,
        enforcement_action or result.enforcement_action,
        result.scoped_actions,
        result.has_details,
        template,
    )


def violation_of(result: Result, ref: ObjectRef) -> Violation:
    """A result as hosts hand it out."""
    return Violation(
        result.message,
        result.details,
        result.enforcement_action,
        result.constraint.ref,
        ref,
        result.scoped_actions,
        None,
        result.expanded_by,
        result.constraint.metadata,
    )


ADMISSION_BINDING: Final = "ValidatingAdmissionPolicyBinding"
_ADMISSION_ACTIONS: Final = {"Deny": "deny", "Warn": "warn", "Audit": "dryrun"}


def decided(decision: Decision, ref: ObjectRef) -> Violation:
    """What a binding of a ValidatingAdmissionPolicy objects to, in the words of constraints."""
    actions = tuple(_ADMISSION_ACTIONS.get(action, action) for action in decision.actions)
    by = ConstraintRef("admissionregistration.k8s.io/v1", ADMISSION_BINDING, decision.binding)
    if len(actions) == 1:
        return Violation(decision.message, None, actions[0], by, ref)
    return Violation(decision.message, None, "scoped", by, ref, actions)
