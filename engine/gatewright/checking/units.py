"""Inputs cut into units: runs of documents that are read, reviewed and rendered together, here or in a worker.

A large YAML stream is cut at document separators; small files are put together. What a unit holds depends only on the
inputs, so the report does not depend on how many workers there were.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator

from gatewright.records import record

UNIT_BYTES = 192 << 10
_UNIT_FILES = 64
_LOOK_AHEAD = 1024
_SEPARATOR = b"\n---"


@record(frozen=True, slots=True)
class Part:
    """Bytes of one file: from `offset`, `length` of them (-1: all), the first on line `row`. `data` is set for
    standard input and pipes, which cannot be read twice."""

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


@record(frozen=True, slots=True)
class Unit:
    """Parts that are worked on together."""

    parts: tuple[Part, ...]


def parts_of(file: str, stdin: bytes | None = None) -> list[Part]:
    """The parts of a file, of which a small one is one. `stdin` is what the file named `-` holds."""
    if file == "-":
        return _parts_in(file, stdin or b"")
    try:
        status = os.stat(file)
        if not stat.S_ISREG(status.st_mode):
            with open(file, "rb") as pipe:
                return _parts_in(file, pipe.read())
        if status.st_size <= UNIT_BYTES * 2:
            return [Part(file)]
        with open(file, "rb") as handle:
            return [Part(file, *cut) for cut in _cuts(iter(lambda: handle.read(UNIT_BYTES), b""))]
    except OSError:
        return [Part(file)]  # reading it will say what is wrong


def _parts_in(file: str, data: bytes) -> list[Part]:
    """The parts of what can be read only once."""
    return [
        Part(file, length=length, row=row, data=data[offset : offset + length])
        for offset, length, row in _cuts(iter((data,)))
    ]


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


def _cuts(blocks: Iterator[bytes]) -> Iterator[tuple[int, int, int]]:
    """Offset, length and first line of runs of whole YAML documents; concatenated JSON is one run."""
    rest = bytearray(next(blocks, b""))
    if rest[:_LOOK_AHEAD].lstrip()[:1] == b"{":
        yield 0, len(rest) + sum(map(len, blocks)), 1
        return
    offset, row = 0, 1
    searched = UNIT_BYTES
    while True:
        while (cut := rest.find(_SEPARATOR, searched)) >= 0:
            length = cut + 1  # the separator's own line opens the next run
            yield offset, length, row
            offset += length
            row += rest.count(b"\n", 0, length)
            del rest[:length]
            searched = UNIT_BYTES
        searched = max(UNIT_BYTES, len(rest) - len(_SEPARATOR))
        block = next(blocks, b"")
        if not block:
            break
        rest += block
    if rest or not offset:
        yield offset, len(rest), row
