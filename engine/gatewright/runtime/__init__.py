"""Everything generated code may use, and what hosts need to run it."""

from __future__ import annotations

from gatewright.runtime.conflicts import ConflictError, differ, insert, keyed, put
from gatewright.runtime.context import Context, EvalOptions, State, failed
from gatewright.runtime.documents import (
    ABSENT,
    MISSING,
    at,
    document,
    extent,
    get,
    has_member,
    holds,
    is_collection,
    items,
    items_sorted,
    member,
    members,
    several,
    stored,
    values,
    values_sorted,
)
from gatewright.runtime.mocks import Value, base_value, builtin_rule, mocked
from gatewright.runtime.trace import cover, evidence, note, read
from gatewright.runtime.values import UNDEFINED, NumberText, RegoSet, compare, equal, to_key
from gatewright.source import Location

__all__ = [
    "ABSENT",
    "MISSING",
    "UNDEFINED",
    "ConflictError",
    "Context",
    "EvalOptions",
    "Location",
    "NumberText",
    "RegoSet",
    "State",
    "Value",
    "at",
    "base_value",
    "builtin_rule",
    "compare",
    "cover",
    "differ",
    "document",
    "equal",
    "evidence",
    "extent",
    "failed",
    "get",
    "has_member",
    "holds",
    "insert",
    "is_collection",
    "items",
    "items_sorted",
    "keyed",
    "member",
    "members",
    "mocked",
    "note",
    "put",
    "read",
    "several",
    "stored",
    "to_key",
    "values",
    "values_sorted",
]
