"""Everything generated code may use, and what hosts need to run it. Each name is imported when first asked for."""

from __future__ import annotations

from gatewright import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.runtime.conflicts import ConflictError, differ, insert, keyed, put
    from gatewright.runtime.context import Context, EvalOptions, State, failed, refuse
    from gatewright.runtime.documents import (
        ABSENT,
        MISSING,
        document,
        extent,
        get,
        has_member,
        held,
        is_collection,
        items,
        items_sorted,
        member,
        members,
        several,
        stored,
        values_sorted,
    )
    from gatewright.runtime.joins import filed, joined
    from gatewright.runtime.mocks import Later, Value, base_value, builtin_rule, mocked, mocked_holds
    from gatewright.runtime.text import go_quote
    from gatewright.runtime.trace import (
        bring_reads,
        cover,
        entered,
        evidence,
        keep_reads,
        led,
        left,
        made,
        reached,
        read_apart,
    )
    from gatewright.runtime.values import EMPTY, UNDEFINED, NumberText, RegoSet, compare, equal, to_key
    from gatewright.source import Location

_FROM = {
    "gatewright.runtime.conflicts": ("ConflictError", "differ", "insert", "keyed", "put"),
    "gatewright.runtime.context": ("Context", "EvalOptions", "State", "failed", "refuse"),
    "gatewright.runtime.documents": (
        "ABSENT",
        "MISSING",
        "document",
        "extent",
        "get",
        "has_member",
        "held",
        "held",
        "is_collection",
        "items",
        "items_sorted",
        "member",
        "members",
        "several",
        "stored",
        "values_sorted",
    ),
    "gatewright.runtime.joins": ("filed", "joined"),
    "gatewright.runtime.mocks": ("Later", "Value", "base_value", "builtin_rule", "mocked", "mocked_holds"),
    "gatewright.runtime.text": ("go_quote",),
    "gatewright.runtime.trace": (
        "bring_reads",
        "cover",
        "entered",
        "evidence",
        "keep_reads",
        "led",
        "left",
        "made",
        "reached",
        "read_apart",
    ),
    "gatewright.runtime.values": ("EMPTY", "UNDEFINED", "NumberText", "RegoSet", "compare", "equal", "to_key"),
    "gatewright.source": ("Location",),
}
_MODULE_OF = {name: module for module, names in _FROM.items() for name in names}


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'gatewright.runtime' has no attribute {name!r}")
    value = globals()[name] = getattr(lazily.module(module), name)
    return value


__all__ = [
    "ABSENT",
    "EMPTY",
    "MISSING",
    "UNDEFINED",
    "ConflictError",
    "Context",
    "EvalOptions",
    "Later",
    "Location",
    "NumberText",
    "RegoSet",
    "State",
    "Value",
    "base_value",
    "bring_reads",
    "builtin_rule",
    "compare",
    "cover",
    "differ",
    "document",
    "entered",
    "equal",
    "evidence",
    "extent",
    "failed",
    "filed",
    "get",
    "go_quote",
    "has_member",
    "held",
    "insert",
    "is_collection",
    "items",
    "items_sorted",
    "joined",
    "keep_reads",
    "keyed",
    "led",
    "left",
    "made",
    "member",
    "members",
    "mocked",
    "mocked_holds",
    "put",
    "reached",
    "read_apart",
    "refuse",
    "several",
    "stored",
    "to_key",
    "values_sorted",
]
