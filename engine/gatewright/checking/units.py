"""Inputs cut into units: runs of documents that are read, reviewed and rendered together, here or in a worker.

A large stream is cut to parts at the separators of YAML, or between JSON objects; parts and small files are put
together to units. What a part holds depends only on the inputs, and what is said of it not on its unit, so the report
does not depend on how many workers there were.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    from gatewright.checking.spool import Spool

UNIT_BYTES = 192 << 10
_PART_BYTES = UNIT_BYTES // 4
_UNIT_FILES = 64
_LOOK_AHEAD = 1024
# Files up to this size are one part.
_SMALL = UNIT_BYTES * 2
# The most white space between two JSON objects that are taken apart; no less than the length of a separator.
_LONGEST_GAP = 64


@record(frozen=True, slots=True)
class Part:
    """Bytes of one file: from `offset`, `length` of them (-1: all), the first on line `row`. `data` is set for
    standard input and pipes, which cannot be read twice: the bytes, or where there are many, what holds all of them."""

    file: str
    offset: int = 0
    length: int = -1
    row: int = 1
    data: bytes | Spool | None = None

    def read(self) -> bytes:
        """The bytes; raises OSError."""
        if isinstance(self.data, bytes):
            return self.data
        if self.data is not None:
            return self.data.read(self.offset, self.length)
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


def read_parts(file: str, stdin: BinaryIO | None = None) -> Iterator[tuple[Part, bytes | None]]:
    """The parts of a file, of which a small one is one, each with its bytes: None where they cannot be read, which is
    said by whoever tries it again. `stdin` is what the file named `-` stands for."""
    if file == "-":
        if stdin is not None:
            yield from _parts_in(file, stdin)
        return
    try:
        with open(file, "rb") as handle:
            status = os.fstat(handle.fileno())
            if not stat.S_ISREG(status.st_mode):
                yield from _parts_in(file, handle)
            elif status.st_size <= _SMALL:
                yield Part(file), handle.read()
            else:
                for offset, length, row, data in _cuts(iter(lambda: handle.read(UNIT_BYTES), b"")):
                    yield Part(file, offset, length, row), data
    except OSError:
        yield Part(file), None


def _parts_in(file: str, stream: BinaryIO) -> Iterator[tuple[Part, bytes]]:
    """The parts of what can be read only once."""
    head = stream.read(_SMALL + 1)
    if len(head) <= _SMALL:
        yield Part(file, length=len(head), data=head), head
        return
    from gatewright.checking.spool import Spool

    spool = Spool()
    blocks = chain((head,), iter(lambda: stream.read(UNIT_BYTES), b""))
    for offset, length, row, data in _cuts(_written(blocks, spool)):
        yield Part(file, offset, length, row, spool), data


def _written(blocks: Iterable[bytes], spool: Spool) -> Iterator[bytes]:
    for block in blocks:
        spool.write(block)
        yield block


def units_of(parts: Sequence[tuple[Part, int]], jobs: int = 1) -> Iterator[Unit]:
    """The parts, each with its size, put together to units in order: for several workers smaller ones towards the end,
    so that none has long to go when the others are done."""
    together: list[Part] = []
    total, left = 0, sum(size for _, size in parts)
    for part, size in parts:
        if together and (total + size > _unit_bytes(left, jobs) or len(together) >= _UNIT_FILES):
            yield Unit(tuple(together))
            left -= total
            together, total = [], 0
        together.append(part)
        total += size
    if together:
        yield Unit(tuple(together))


def _unit_bytes(left: int, jobs: int) -> int:
    """How much the next unit holds when so much is left."""
    return UNIT_BYTES if jobs == 1 else min(UNIT_BYTES, max(_PART_BYTES, left // (4 * jobs)))


def _cuts(blocks: Iterator[bytes]) -> Iterator[tuple[int, int, int, bytes]]:
    """Runs of whole documents: offset, length, first line, and the bytes."""
    rest = bytearray(next(blocks, b""))
    next_cut = _between_json if rest[:_LOOK_AHEAD].lstrip()[:1] == b"{" else _between_yaml
    offset, row = 0, 1
    searched = _PART_BYTES
    while True:
        while (length := next_cut(rest, searched)) > 0:
            run = bytes(rest[:length])
            yield offset, length, row, run
            offset += length
            row += run.count(b"\n")
            del rest[:length]
            searched = _PART_BYTES
        searched = max(_PART_BYTES, len(rest) - _LONGEST_GAP)
        block = next(blocks, b"")
        if not block:
            break
        rest += block
    if rest or not offset:
        yield offset, len(rest), row, bytes(rest)


def _between_yaml(data: bytearray, start: int) -> int:
    """Where the first document after `start` begins, with the separator's own line; 0 where none does."""
    return data.find(b"\n---", start) + 1


def _between_json(data: bytearray, start: int) -> int:
    """Where the first object after `start` begins, on a line of its own; 0 where none does. Within a JSON value no
    object follows another without a comma, and strings hold no line breaks."""
    cut = data.find(b"\n{", start)
    while cut >= 0:
        if data[max(0, cut - _LONGEST_GAP) : cut].rstrip().endswith(b"}"):
            return cut + 1
        cut = data.find(b"\n{", cut + 1)
    return 0
