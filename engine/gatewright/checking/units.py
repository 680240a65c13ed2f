"""Inputs cut into units: runs of documents that are read, reviewed and rendered together, here or in a worker.

A large YAML stream is cut at document separators; small files are put together. What a unit holds depends only on the
inputs, so the report does not depend on how many workers there were.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

UNIT_BYTES = 192 << 10
_UNIT_FILES = 64
_LOOK_AHEAD = 1024
_SEPARATOR = b"\n---"


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of one file: from `offset`, `length` of them (-1: all), the first on line `row`. `data` is set for standard
    input only, which cannot be read twice."""

    file: str
    offset: int = 0
    length: int = -1
    row: int = 1
    data: bytes | None = None

    def read(self) -> bytes:
        """The bytes; raises OSError."""
        if self.data is not None:
            return self.data
        with open(self.file, "rb") as handle:
            if self.offset:
                handle.seek(self.offset)
            return handle.read(self.length)

    def size(self) -> int:
        """How many bytes these are; 0 when that cannot be found out."""
        if self.length >= 0:
            return self.length
        try:
            return os.stat(self.file).st_size
        except OSError:
            return 0


@dataclass(frozen=True, slots=True)
class Unit:
    """Parts that are worked on together."""

    parts: tuple[Part, ...]


def parts_of(file: str, stdin: bytes | None = None) -> list[Part]:
    """The parts of a file, of which a small one is one. `stdin` is what the file named `-` holds."""
    if file == "-":
        data = stdin or b""
        return [
            Part(file, length=length, row=row, data=data[offset : offset + length])
            for offset, length, row in _cuts(data)
        ]
    try:
        if os.stat(file).st_size <= UNIT_BYTES * 2:
            return [Part(file)]
        with open(file, "rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            return [Part(file, offset, length, row) for offset, length, row in _cuts(mapped)]
    except (OSError, ValueError):
        return [Part(file)]  # reading it will say what is wrong


def units_of(parts: Iterable[tuple[Part, int]]) -> Iterator[Unit]:
    """The parts, each with its size, put together to units in order."""
    together: list[Part] = []
    total = 0
    for part, size in parts:
        if together and (total + size > UNIT_BYTES or len(together) >= _UNIT_FILES):
            yield Unit(tuple(together))
            together, total = [], 0
        together.append(part)
        total += size
    if together:
        yield Unit(tuple(together))


def _cuts(data: bytes | mmap.mmap) -> Iterator[tuple[int, int, int]]:
    """Offset, length and first line of runs of whole YAML documents; concatenated JSON is one run."""
    size = len(data)
    if data[:_LOOK_AHEAD].lstrip()[:1] == b"{":
        yield 0, size, 1
        return
    start, row = 0, 1
    while size - start > UNIT_BYTES:
        cut = data.find(_SEPARATOR, start + UNIT_BYTES)
        if cut < 0:
            break
        cut += 1  # the separator's own line opens the next run
        yield start, cut - start, row
        row += data[start:cut].count(b"\n")
        start = cut
    if start < size or not size:
        yield start, size - start, row
