"""`applyTo`: the kinds, and for mutators the operations, that an expansion template or mutator names one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gatewright.errors import MutationError
from gatewright.gatekeeper._decode import STRING, Type, list_of, named, struct
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper.kube import GroupVersionKind

APPLY_TO: Final[Type] = struct("match.ApplyTo", groups=list_of(STRING), kinds=list_of(STRING), versions=list_of(STRING))
MUTATION_APPLY_TO: Final[Type] = struct(
    "match.MutationApplyTo",
    groups=list_of(STRING),
    kinds=list_of(STRING),
    versions=list_of(STRING),
    operations=list_of(named("v1.OperationType")),
)

# What the mutation webhook runs; "*" means all of these.
OPERATIONS: Final = ("CREATE", "UPDATE")
_ALL: Final = "*"

Entry = dict[str, Any]


def entry_matches(entry: Entry, gvk: GroupVersionKind) -> bool:
    return (
        gvk.group in (entry.get("groups") or ())
        and gvk.version in (entry.get("versions") or ())
        and gvk.kind in (entry.get("kinds") or ())
    )


def entry_matches_operation(entry: Entry, operation: str) -> bool:
    """Whether an entry covers an operation; no operation at all (audit, expansion) needs an entry for every one."""
    listed = entry.get("operations") or ()
    every = not listed or _ALL in listed
    if not operation:
        return every or all(o in listed for o in OPERATIONS)
    return operation in OPERATIONS and (every or operation in listed)


def applies(entries: Sequence[Entry], gvk: GroupVersionKind) -> bool:
    return any(entry_matches(e, gvk) for e in entries)


def applies_for(entries: Sequence[Entry], gvk: GroupVersionKind, operation: str) -> bool:
    """Whether one entry covers both the kind and the operation."""
    return any(entry_matches(e, gvk) and entry_matches_operation(e, operation) for e in entries)


def flatten(entry: Entry) -> list[GroupVersionKind]:
    return [
        GroupVersionKind(group, version, kind)
        for group in entry.get("groups") or ()
        for version in entry.get("versions") or ()
        for kind in entry.get("kinds") or ()
    ]


def effective_operations(entry: Entry) -> list[str]:
    """The operations that count for schema conflicts."""
    listed = entry.get("operations") or ()
    if not listed or _ALL in listed:
        return list(OPERATIONS)
    return [o for o in OPERATIONS if o in listed]


def check_operations(entries: Sequence[Entry]) -> None:
    """MutationError with every fault of the operations listed."""
    errors = []
    for i, entry in enumerate(entries):
        at = f"applyTo[{i}].operations"
        listed = entry.get("operations") or []
        for n, operation in enumerate(listed):
            if operation in listed[:n]:
                errors.append(f"duplicate operation {quote(operation)} in {at}")
            if operation not in (*OPERATIONS, _ALL):
                errors.append(f"invalid operation {quote(operation)} in {at}: must be one of CREATE, UPDATE, *")
        if _ALL in listed and len(listed) > 1:
            errors.append(f'wildcard "*" in {at} must not be combined with other operations')
    if errors:
        raise MutationError("; ".join(errors))
