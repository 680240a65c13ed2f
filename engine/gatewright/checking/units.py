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


@dataclass(frozen=True, slots=True)
class Unit:
    """Parts that are worked on together; `bytes` is their size, for progress."""

    parts: tuple[Part, ...]
    bytes: int


def plan(files: Iterable[str], stdin: bytes | None = None) -> Iterator[Unit]:
    """The units of the files in order. `stdin` is what the file named `-` holds."""
    parts: list[Part] = []
    size = 0
    for file in files:
        for part, length in _parts(file, stdin):
            if parts and (size + length > UNIT_BYTES or len(parts) >= _UNIT_FILES):
                yield Unit(tuple(parts), size)
                parts, size = [], 0
            parts.append(part)
            size += length
    if parts:
        yield Unit(tuple(parts), size)


def _parts(file: str, stdin: bytes | None) -> Iterator[tuple[Part, int]]:
    if file == "-":
        data = stdin or b""
        for offset, length, row in _cuts(data):
            yield Part(file, row=row, data=data[offset : offset + length]), length
        return
    try:
        size = os.stat(file).st_size
    except OSError:
        yield Part(file), 0  # reading it will say what is wrong
        return
    if size <= UNIT_BYTES * 2:
        yield Part(file), size
        return
    try:
        with open(file, "rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            for offset, length, row in _cuts(mapped):
                yield Part(file, offset, length, row), length
    except (OSError, ValueError):
        yield Part(file), size


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
