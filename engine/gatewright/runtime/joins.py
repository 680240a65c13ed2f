"""Tables over base data: what stands at some place of its members → the members, as generated code asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gatewright.runtime.context import State
from gatewright.runtime.values import to_key

Table = dict[Any, list[tuple[Any, ...]]]


def filed(table: Table, key: Any, member: tuple[Any, ...]) -> None:
    """Put a member under what was found in it."""
    table.setdefault(to_key(key), []).append(member)


def joined(
    state: State, name: str, document: str, make: Callable[[State], Table], key: Any
) -> Sequence[tuple[Any, ...]]:
    """The members under a key. The table is made for a document and lasts as long as the rule is asked about that one:
    whoever changes a document makes a new one of its outermost object."""
    data = state.data.get(document)
    kept = state.fixed.get(name)
    if kept is None or kept[0] is not data:
        reads = state.context.reads
        kept = state.fixed[name] = (data, make(state))
        state.context.reads = reads
    found: Sequence[tuple[Any, ...]] = kept[1].get(to_key(key), ())
    return found
