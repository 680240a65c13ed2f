"""Results on disk: one file for each check, holding what came of every part of its inputs.

A file is blobs, an index that says where they lie, and a trailer with a checksum over everything before it. It is
written beside its name and put in its place when it is whole, so that readers and other writers never see half of
one, and whatever is wrong with it, it counts as absent.

Where a run found little that is new, that alone is written, to a second file that says which record it lies over: the
next run reads both. It counts as absent as soon as the record below is another one.
"""

from __future__ import annotations

import marshal
import mmap
import os
import time
from collections.abc import Iterator
from zlib import crc32

from gatewright.records import record
from gatewright.userdirs import cache_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_RECORD_BYTES = 128 << 20
MAX_TOTAL_BYTES = 512 << 20

_MAGIC = b"gatewright-results-2"
_TRAILER = 8 + 4 + len(_MAGIC)
_PARTIAL = ".partial"
_LATER = ".later"
_ABANDONED_S = 3600.0


def results_directory() -> str:
    """Where results are kept."""
    return os.path.join(cache_directory(), "results")


class Record:
    """A file of results, mapped; `index` is what its writer closed it with. `later` lies over it, its blobs behind."""

    def __init__(self, data: mmap.mmap, index: Any) -> None:
        self._data = data
        self.index = index
        self.later: Record | None = None

    @property
    def size(self) -> int:
        """Where the blobs of what lies over it begin."""
        return len(self._data)

    @property
    def identity(self) -> bytes:
        """Tells this record from those before and after it."""
        return self._data[-_TRAILER:] + len(self._data).to_bytes(8, "big")

    def blob(self, at: int, size: int) -> Any:
        """The value that was kept there."""
        return marshal.loads(self.raw(at, size))

    def raw(self, at: int, size: int) -> bytes:
        """The same as it lies there."""
        if self.later is not None and at >= len(self._data):
            return self.later.raw(at - len(self._data), size)
        return self._data[at : at + size]


def read_record(path: str) -> Record | None:
    """The record at `path` with what lies over it; None when there is none, or none that can be trusted."""
    record = _read(path)
    if record is not None:
        later = _read(path + _LATER)
        if later is not None and later.index["over"] == record.identity:
            record.later = later
    return record


def _read(path: str) -> Record | None:
    try:
        with open(path, "rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
    end = len(data) - _TRAILER
    if end < 0 or data[end + 12 :] != _MAGIC:
        return None
    if _checksum(data, end + 8) != int.from_bytes(data[end + 8 : end + 12], "big"):
        return None
    start = int.from_bytes(data[end : end + 8], "big")
    try:
        os.utime(path)  # what is used is evicted last
    except OSError:
        pass
    return Record(data, marshal.loads(data[start:end]))


def _checksum(data: mmap.mmap, end: int) -> int:
    with memoryview(data) as view, view[:end] as checked:
        return crc32(checked)


class RecordWriter:
    """Writes a record, or what lies `over` one. A fault of the file system, or a record beyond bounds, is the end of it
    and nobody's error."""

    def __init__(self, path: str, over: Record | None = None) -> None:
        self._path = path + _LATER if over is not None else path
        self._over = over
        self._partial = f"{self._path}.{os.getpid()}{_PARTIAL}"
        self._file: Any = None
        self._size = 0
        self._checksum = 0
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            self._file = os.fdopen(os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        except OSError:
            pass

    def keep(self, value: Any) -> tuple[int, int]:
        """Put a value of Python's own types down: where it lies."""
        return self.keep_raw(marshal.dumps(value))

    def keep_raw(self, data: bytes) -> tuple[int, int]:
        """The same for one that has been kept before."""
        at = self._size + (self._over.size if self._over is not None else 0)
        self._write(data)
        return at, len(data)

    def close(self, index: dict[str, Any]) -> None:
        """Finish the record and put it in its place."""
        if self._over is not None:
            index["over"] = self._over.identity
        start = self._size
        self._write(marshal.dumps(index))
        self._write(start.to_bytes(8, "big"))
        self._write(self._checksum.to_bytes(4, "big"))
        self._write(_MAGIC)
        if self._file is None:
            return
        try:
            self._file.close()
            os.replace(self._partial, self._path)
        except OSError:
            self.abandon()

    def abandon(self) -> None:
        """Leave nothing behind."""
        if self._file is None:
            return
        try:
            self._file.close()
            os.unlink(self._partial)
        except OSError:
            pass
        self._file = None

    def _write(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > MAX_RECORD_BYTES:
            self.abandon()
        if self._file is None:
            return
        self._checksum = crc32(data, self._checksum)
        try:
            self._file.write(data)
        except OSError:
            self.abandon()


@record(frozen=True, slots=True)
class _Kept:
    path: str
    size: int
    used: float


def evict(directory: str, limit: int = MAX_TOTAL_BYTES) -> None:
    """Delete the records that were not used for longest until the rest fits `limit`, and what crashes left behind."""
    try:
        kept = sorted(_kept(directory), key=lambda one: one.used, reverse=True)
    except OSError:
        return
    total = 0
    for one in kept:
        total += one.size
        partial = one.path.endswith(_PARTIAL)
        if (time.time() - one.used > _ABANDONED_S) if partial else (total > limit):
            try:
                os.unlink(one.path)
            except OSError:
                continue


def _kept(directory: str) -> Iterator[_Kept]:
    with os.scandir(directory) as entries:
        for entry in entries:
            status = entry.stat()
            yield _Kept(entry.path, status.st_size, status.st_mtime)
