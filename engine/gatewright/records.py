"""`record`: dataclasses for values that are made by the ten thousand.

The constructor of a frozen dataclass sets each field through `object.__setattr__` and takes more than twice as long
as a plain one; making the nodes and their locations was a quarter of the time of parsing. So these are frozen for the
type checker, which sees `dataclasses.dataclass` here, and plain at run time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen: bool, slots: bool):
        """`dataclass` with fields that mypy alone protects; equal values have equal hashes, as frozen ones do."""
        return dataclass(unsafe_hash=frozen, slots=slots)


__all__ = ["record"]
