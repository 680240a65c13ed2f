"""What an earlier run of the same check left, held against what lies there now.

A part of the inputs is known when its bytes are the same, and so are the options, the policies and the *world*: the
documents that others are reviewed by, or all documents where a policy reads data.inventory. Bytes are the same when
the file's signature says so; else they are read and compared by digest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence

from gatewright.checking.fingerprint import (
    Signature,
    digest_of,
    is_settled,
    policy_file,
    policy_files,
    request_digest,
    signature,
)
from gatewright.checking.outcome import Outcome, unpacked
from gatewright.checking.request import CheckRequest
from gatewright.checking.results import Record, RecordWriter, evict, read_record, results_directory
from gatewright.checking.units import Part, read_parts
from gatewright.records import record
from gatewright.shipped import shipped_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from gatewright.gatekeeper.snapshot import Told
    from gatewright.manifests import Document

# How a part is kept: its place in its file, the digest of its bytes, and where the blob of its outcome lies.
Kept = tuple[int, int, int, bytes, int, int]
NO_BLOB = -1
# When no more than this share of the files is new, only they are written, over the record that there is.
_LITTLE = 16


@record(slots=True)
class Facts:
    """What loading the policies brought, beside the host: all that a report says of them."""

    constraints: int
    failures: list[dict[str, Any]]
    notices: list[str]
    reads_inventory: bool
    uses_catalog: bool


@record(slots=True)
class File:
    """A file of the inputs and its parts; `telling` digests its documents that others are reviewed by, b"" when it has
    none. Of a file that was read these are at hand, in `special`, and so are its parts, `given`.

    A `settled` one was known by its signature, which it had at `read_ns`; of a `recorded` one the record says all that,
    and nothing lies over it.
    """

    path: str
    signature: Signature | None
    telling: bytes
    parts: list[Kept]
    given: list[Part] | None = None
    special: list[Document] | None = None
    settled: bool = True
    recorded: bool = False
    read_ns: int = 0

    def part(self, number: int) -> Part:
        """One of the parts, for reading it."""
        return self.given[number] if self.given is not None else Part(self.path, *self.parts[number][:3])

    @property
    def digests(self) -> list[bytes]:
        return [kept[3] for kept in self.parts]


def parts_in(files: Iterable[File], *, known: bool = True) -> list[Part]:
    """The parts of files, or only those without an outcome."""
    if known:
        return [file.part(number) for file in files for number in range(len(file.parts))]
    return [file.part(number) for file in files for number, kept in enumerate(file.parts) if kept[4] == NO_BLOB]


class Memory:
    """The record of a check: what is known from it, and what is kept for the next run."""

    def __init__(self, request: CheckRequest) -> None:
        self._began_ns = time.time_ns()
        self._names = request.policies
        directory = results_directory()
        self._path = os.path.join(directory, request_digest(request).hex())
        self._record = read_record(self._path)
        self._policies = self._policy_files()
        self.facts = self._known_facts()

    # --- policies ---

    def _policy_files(self) -> dict[str, tuple[Signature | None, bytes]]:
        index: dict[str, Any] = self._record.index if self._record is not None else {"policies": {}, "read_ns": 0}
        old, read_ns = index["policies"], index["read_ns"]
        return {path: self._policy_file(path, old.get(path), read_ns) for path in policy_files(self._names)}

    def _policy_file(
        self, path: str, old: tuple[Signature | None, bytes] | None, read_ns: int
    ) -> tuple[Signature | None, bytes]:
        if old is not None and old[0] is not None and is_settled(old[0], read_ns) and old[0] == signature(path):
            return old
        now, digest = policy_file(path)
        # What can be read only once is never what it was.
        return now, digest if now is not None else str(self._began_ns).encode()

    def _known_facts(self) -> Facts | None:
        """What the record says of the policies, if they are what they were."""
        if self._record is None:
            return None
        index = self._record.index
        before = [(path, digest) for path, (_, digest) in index["policies"].items()]
        if before != [(path, digest) for path, (_, digest) in self._policies.items()]:
            return None
        facts = Facts(*index["facts"])
        if facts.uses_catalog and index["catalog"] != shipped_stamp():
            return None
        return facts

    @property
    def policy_files(self) -> dict[str, tuple[Signature | None, bytes]]:
        """The files of the policies as they are now, with the digest of each: b"" for one that cannot be read."""
        return self._policies

    # --- inputs ---

    def survey(self, paths: Iterable[str], stdin: BinaryIO | None) -> list[File]:
        """The files as they are now, each part with the blob of its outcome where it is known."""
        old, later = self._known_files()
        files = [self._file(path, stdin, old.get(path), path in later) for path in paths]
        if self.facts is None or self._record is None or self._world(files, self.facts) != self._record.index["world"]:
            self.facts = None
            for file in files:
                file.parts = [(*kept[:4], NO_BLOB, 0) for kept in file.parts]
        return files

    def _known_files(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is known of files, by path; and of those, what lies over the record."""
        if self._record is None:
            return {}, {}
        files: dict[str, Any] = self._record.index["files"]
        if self._record.later is None:
            return files, {}
        later: dict[str, Any] = self._record.later.index["files"]
        return files | later, later

    def _file(self, path: str, stdin: BinaryIO | None, old: tuple[Any, ...] | None, later: bool) -> File:
        now = signature(path) if path != "-" else None
        if old is not None and now is not None and old[0] == now and is_settled(now, old[3]):
            return File(path, now, old[1], old[2], None, None, True, not later, old[3])
        known: dict[Any, tuple[int, int]] = {kept[3:4] + kept[2:3]: kept[4:] for kept in old[2]} if old else {}
        telling: list[bytes] = []
        special: list[Document] = []
        parts: list[Kept] = []
        given = []
        for part, data in read_parts(path, stdin):
            digest = b"" if data is None else digest_of(data)
            telling += _look(part, data or b"", special)
            given.append(part)
            parts.append((part.offset, part.length, part.row, digest, *known.get((digest, part.row), (NO_BLOB, 0))))
        told = digest_of(*telling) if telling else b""
        return File(path, now, told, parts, given, special, settled=False, read_ns=self._began_ns)

    def _world(self, files: Sequence[File], facts: Facts) -> bytes:
        if facts.reads_inventory:
            return digest_of(*(digest for file in files for digest in file.digests))
        return digest_of(*(file.telling for file in files if file.telling))

    def outcome(self, kept: Kept) -> Outcome:
        """The outcome that was kept of a part."""
        assert self._record is not None
        return unpacked(self._record.blob(kept[4], kept[5]))

    @property
    def told(self) -> Told | None:
        """What the inputs told the host about each other, where that is known."""
        at = self._told_at()
        if at is None or self._record is None:
            return None
        told: Told = self._record.blob(*at)
        return told

    def _told_at(self) -> tuple[int, int] | None:
        if self._record is None or self.facts is None:
            return None
        at: tuple[int, int] | None = self._record.index["told"]
        return at

    # --- keeping ---

    def is_current(self, files: Sequence[File]) -> bool:
        """Whether the record says all of this already, by signatures alone."""
        return self._has_all(files, _new(files)) and all(file.settled for file in files)

    def _has_all(self, files: Sequence[File], new: Sequence[File]) -> bool:
        """Whether the record is of these policies and these files, whatever the `new` ones hold."""
        record = self._record
        if record is None or self.facts is None or len(record.index["files"]) != len(files):
            return False
        known = record.index["files"]
        same = all(file.path in known for file in new)
        return same and list(record.index["policies"].items()) == list(self._policies.items())

    def keep(self, files: Sequence[File], facts: Facts, told: Told | None) -> Keeping:
        """A record in the making. Outcomes must be added to it in the order of the files' parts. What the inputs `told`
        is None where it is known, or is not to be kept."""
        new = _new(files)
        if len(new) * _LITTLE <= len(files) and self._has_all(files, new):
            return Keeping(RecordWriter(self._path, over=self._record), {}, new, self._record)
        writer = RecordWriter(self._path)
        index = {
            "read_ns": self._began_ns,
            "policies": self._policies,
            "catalog": shipped_stamp() if facts.uses_catalog else b"",
            "facts": (facts.constraints, facts.failures, facts.notices, facts.reads_inventory, facts.uses_catalog),
            "world": self._world(files, facts),
            "told": self._kept_told(writer) if told is None else writer.keep(told),
        }
        return Keeping(writer, index, files, self._record)

    def _kept_told(self, writer: RecordWriter) -> tuple[int, int] | None:
        at = self._told_at()
        return None if at is None or self._record is None else writer.keep_raw(self._record.raw(*at))


class Keeping:
    """Writes the outcomes of a run as they come, for the files that are to be written."""

    def __init__(
        self, writer: RecordWriter, index: dict[str, Any], files: Sequence[File], record: Record | None
    ) -> None:
        self._writer = writer
        self._index = index
        self._files = files
        self._record = record
        self._blobs: list[tuple[int, int]] = []
        self._digests = [digest for file in files for digest in file.digests]
        # The files whose outcomes are to be added; those of the others lie in the record as they are.
        self.written = {file.path for file in files}

    def again(self, kept: Kept) -> None:
        """Keep what was known already."""
        assert self._record is not None
        self._blobs.append(self._writer.keep_raw(self._record.raw(kept[4], kept[5])))

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome, if its bytes are those that were surveyed and would bring it about again."""
        lasting = outcome.lasting and outcome.digest == self._digests[len(self._blobs)]
        self._blobs.append(self._writer.keep(outcome.packed()) if lasting else (NO_BLOB, 0))

    def close(self) -> None:
        """Put the record in its place."""
        blobs = iter(self._blobs)
        self._index["files"] = {
            file.path: (
                file.signature,
                file.telling,
                [(*kept[:4], *next(blobs)) for kept in file.parts],
                file.read_ns,
            )
            for file in self._files
        }
        self._writer.close(self._index)
        evict(results_directory())

    def abandon(self) -> None:
        """Keep nothing of this run."""
        self._writer.abandon()


def _new(files: Sequence[File]) -> list[File]:
    return [file for file in files if not file.recorded]


def _look(part: Part, data: bytes, special: list[Document]) -> Iterator[bytes]:
    """What others are reviewed by in a part, of which the documents go to `special`."""
    from gatewright.checking.survey import special_in, telling_parts

    for narrowed in telling_parts(part, data):
        # The places of policies are part of what is said of them.
        yield str(narrowed.row).encode() if b"gatekeeper.sh" in narrowed.read() else b""
        yield narrowed.read()
        special += special_in(narrowed)


def surveyed(paths: Iterable[str], stdin: BinaryIO | None) -> Iterator[File]:
    """The files of a run that keeps nothing."""
    from gatewright.checking.survey import special_in, telling_parts

    for path in paths:
        given: list[Part] = []
        special: list[Document] = []
        for part, data in read_parts(path, stdin):
            given.append(part)
            for narrowed in telling_parts(part, data or b""):
                special += special_in(narrowed)
        parts = [(part.offset, part.length, part.row, b"", NO_BLOB, 0) for part in given]
        yield File(path, None, b"", parts, given, special)
