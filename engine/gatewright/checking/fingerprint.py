"""What a result depends on, as bytes to compare: files, the options of a check, this engine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator

from gatewright.checking.request import CheckRequest
from gatewright.digests import blake2b
from gatewright.manifests import EXTENSIONS, find_files
from gatewright.records import field_names
from gatewright.stamp import engine_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Size, times of the last change to content and to inode, inode: what a file that is not written to keeps.
Signature = tuple[int, int, int, int]

# How the answer is delivered, not what it is.
_DELIVERY = frozenset(
    {
        "also_outputs",
        "baseline_out",
        "cache",
        "fail_on",
        "fail_on_stale",
        "jobs",
        "output",
        "own_files",
        "progress",
        "result_cache",
        # Outcomes that depend on the day are not kept.
        "today",
    }
)
REGO = ".rego"

_GIVEN = frozenset({"manifests", "policies"})

# Two changes within a tick of the file system's clock leave the same time behind.
_TICK_NS = 100_000_000
_COARSE_TICK_NS = 2_100_000_000


def digest_of(*parts: bytes) -> bytes:
    """A digest of the parts, each by its length and content."""
    digest = blake2b(digest_size=20)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def signature(path: str) -> Signature | None:
    """The signature of a file; None when there is none to be had, as of a pipe."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def is_settled(of: Signature, read_ns: int) -> bool:
    """Whether a later change must show in the signature: the last one was well before the file was read."""
    tick = _COARSE_TICK_NS if of[1] % 1_000_000_000 == 0 else _TICK_NS
    return max(of[1], of[2]) + tick < read_ns


def is_path(name: str) -> bool:
    """Whether what a request calls its policies is a path, and not the name of a shipped set."""
    return os.path.lexists(name) or os.sep in name


def policy_files(names: Iterable[str]) -> Iterator[str]:
    """Every file that reading these policies looks at. Raises UsageError for a path that does not exist."""
    return find_files([name for name in names if is_path(name)], extensions=(*EXTENSIONS, REGO))


def policy_file(path: str) -> tuple[Signature | None, bytes]:
    """The signature and the digest of a file: neither of a pipe, which can be read only once, and which is for whoever
    reads the policies; the digest is b"" when it cannot be read."""
    now = signature(path)
    if now is None:
        return None, b""
    try:
        with open(path, "rb") as file:
            return now, digest_of(file.read())
    except OSError:
        return now, b""


def request_digest(request: CheckRequest) -> bytes:
    """Changes with every option that may change an answer, and with the files that options name."""
    named: list[bytes] = [_here().encode("utf-8", "surrogateescape")]
    for option in field_names(request):
        if option in _DELIVERY:
            continue
        value = getattr(request, option)
        named.append(f"{option}={value!r}".encode("utf-8", "surrogateescape"))
        if option not in _GIVEN:
            named += [_content(path) for path in _paths(value)]
    return digest_of(engine_stamp().encode(), *named)


def _here() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been deleted
        return ""


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _paths(item)
    elif isinstance(value, os.PathLike) or (isinstance(value, str) and value and os.path.isfile(value)):
        yield os.fspath(value)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return digest_of(file.read())
    except OSError as error:
        return str(error).encode()
