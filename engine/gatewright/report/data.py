"""Violations as plain data, the same in every structured format."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.gatekeeper.result import ConstraintRef, ObjectRef, Violation


def violation_data(v: Violation) -> dict[str, Any]:
    """`message, details, enforcementAction, constraint, object, location`, and what there is beyond those."""
    where = v.location
    data: dict[str, Any] = {
        "message": v.message,
        "details": v.details,
        "enforcementAction": v.enforcement_action,
        "constraint": constraint_data(v.constraint),
        "object": object_data(v.object),
        "location": {"file": where.file, "line": where.row, "column": where.col} if where else None,
    }
    if v.scoped_actions:
        data["scopedActions"] = list(v.scoped_actions)
    if v.expanded_by:
        data["expandedBy"] = v.expanded_by
    if v.metadata:
        data["metadata"] = v.metadata
    return data


def constraint_data(by: ConstraintRef) -> dict[str, str]:
    return {"apiVersion": by.api_version, "kind": by.kind, "name": by.name}


def object_data(of: ObjectRef) -> dict[str, str]:
    return {"apiVersion": of.api_version, "kind": of.kind, "namespace": of.namespace, "name": of.name}


def rule_id(v: Violation) -> str:
    """What names the rule behind a violation: the library's own id, else the constraint's kind."""
    return str(v.metadata.get("id") or v.constraint.kind)


def actions(v: Violation) -> tuple[str, ...]:
    """The enforcement actions in force."""
    return v.scoped_actions or (v.enforcement_action,)


def title(v: Violation) -> str:
    """A line that says what the violation is about."""
    name = f"{v.object.namespace}/{v.object.name}" if v.object.namespace else v.object.name
    return f"{v.object.kind} {name}: {v.message}"


def fingerprint(v: Violation) -> str:
    """The same for the same finding wherever it stands in its file."""
    import hashlib

    where = v.location.file if v.location else ""
    parts = (v.constraint.kind, v.constraint.name, where, v.object.kind, v.object.namespace, v.object.name, v.message)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
