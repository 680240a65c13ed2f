"""Which items of a list became which: the changes to a list that can be made item by item in its text."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.gatekeeper.kube import same
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@record(frozen=True, slots=True)
class Alignment:
    """Items that stay, perhaps changed, by their old and new index; items that go; items that are added behind."""

    kept: tuple[tuple[int, int], ...]
    gone: tuple[int, ...] = ()
    added: tuple[int, ...] = ()


def align(old: Sequence[Any], new: Sequence[Any]) -> Alignment | None:
    """How to come from one list to another without moving items; None when that cannot be said."""
    if len(new) >= len(old):
        return Alignment(tuple((at, at) for at in range(len(old))), added=tuple(range(len(old), len(new))))
    kept: list[tuple[int, int]] = []
    gone: list[int] = []
    for at, item in enumerate(old):
        if len(kept) < len(new) and same(item, new[len(kept)]):
            kept.append((at, len(kept)))
        else:
            gone.append(at)
    return Alignment(tuple(kept), tuple(gone)) if len(kept) == len(new) and kept else None
