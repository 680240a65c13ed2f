"""A directory that takes the blobs of an image: one with a title as that file, one to be unpacked as a directory.

After oras' content/file, which keeps blobs without a title in memory and never lets anything be written outside.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Iterator

from gatewright.errors import ImageError
from gatewright.gatekeeper._gotext import quote
from gatewright.oci.content import MAX_MANIFEST, Descriptor, checked
from gatewright.oci.reference import digest_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_TITLE: Final = "org.opencontainers.image.title"
_UNPACK: Final = "io.deis.oras.content.unpack"
_UNPACKED_DIGEST: Final = "io.deis.oras.content.digest"

_GZIP_HEADER: Final = 10

# oras has no bounds here; an archive that grows beyond these is a bomb, not a set of policies.
_MAX_UNPACKED: Final = 1 << 30
_MAX_ENTRIES: Final = 100_000


class FileStore:
    """What blobs of one image are written to."""

    def __init__(self, directory: str) -> None:
        self._base = os.path.realpath(directory)
        self._names: dict[str, str] = {}
        self._left = _MAX_UNPACKED

    def push(self, blob: Descriptor, data: bytes) -> None:
        """Keep a blob under its title; without one it is only checked."""
        name = blob.annotations.get(_TITLE, "")
        if not name:
            _push_unnamed(blob, data)
            return
        if self._names.setdefault(name, blob.digest) != blob.digest:
            raise ImageError(f"{name}: duplicate name")
        target = self._target(name)
        try:
            if blob.annotations.get(_UNPACK) == "true":
                self._unpack(name, target, blob, data)
            else:
                os.makedirs(os.path.dirname(target), exist_ok=True)
                _write(target, _copied(data, blob, target))
        except OSError as error:
            raise ImageError(f"failed to create file {target}: {_reason(error, target)}") from error

    def _target(self, name: str) -> str:
        target = os.path.normpath(os.path.join(self._base, name))
        parent = target if target == self._base else os.path.dirname(target)
        if not _inside(target, self._base) or not _inside(os.path.realpath(parent), self._base):
            raise ImageError("failed to resolve path for writing: path traversal disallowed")
        return target

    def _unpack(self, name: str, target: str, blob: Descriptor, data: bytes) -> None:
        os.makedirs(target, exist_ok=True)
        packed = _copied(data, blob, target)
        try:
            archive = _unzipped(packed, self._left)
            self._left -= len(archive)
            expected = blob.annotations.get(_UNPACKED_DIGEST, "")
            _extract(archive, target, name)
            if expected and not digest_fault(expected) and not _has_digest(archive, expected):
                raise ImageError("content digest mismatch")
        except ImageError as error:
            raise ImageError(f"failed to extract tar to {target}: {error.message}") from error


def _push_unnamed(blob: Descriptor, data: bytes) -> None:
    if blob.size > MAX_MANIFEST:
        raise ImageError(f"content size {blob.size} exceeds push size limit {MAX_MANIFEST}: size exceeds limit")
    checked(data, blob)


def _copied(data: bytes, blob: Descriptor, target: str) -> bytes:
    try:
        return checked(data, blob)
    except ImageError as error:
        raise ImageError(f"failed to copy content to {target}: {error.message}") from error


def _has_digest(data: bytes, digest: str) -> bool:
    try:
        checked(data, Descriptor("", digest, len(data), {}))
    except ImageError:
        return False
    return True


def _unzipped(data: bytes, limit: int) -> bytes:
    if len(data) < _GZIP_HEADER:
        raise ImageError("unexpected EOF")
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            archive = file.read(limit + 1)
    except EOFError as error:
        raise ImageError("unexpected EOF") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ImageError("gzip: invalid header") from error
    if len(archive) > limit:
        raise ImageError(f"unpacked content exceeds {_MAX_UNPACKED} bytes")
    return archive


def _extract(archive: bytes, base: str, name: str) -> None:
    """Files and directories of an archive whose names start with `name`; links must stay inside it too.

    As with oras, a directory must have its entry before the files in it.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            for member in _members(tar):
                _extract_member(tar, member, base, name)
    except tarfile.TarError as error:
        raise ImageError("archive/tar: invalid tar header") from error
    except OSError as error:
        raise ImageError(_reason(error, base)) from error


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for count, member in enumerate(tar):
        if count >= _MAX_ENTRIES:
            raise ImageError(f"more than {_MAX_ENTRIES} entries")
        yield member


def _extract_member(tar: tarfile.TarFile, member: tarfile.TarInfo, base: str, name: str) -> None:
    path = _placed(member.name, base, name)
    if member.isdir():
        os.makedirs(path, exist_ok=True)
    elif member.isreg():
        file = tar.extractfile(member)
        _write(path, file.read() if file else b"")
    elif member.issym() or member.islnk():
        _link(member, path, base, name)


def _placed(entry: str, base: str, name: str) -> str:
    """Where an entry goes. No directory on its way may be a link, which an earlier entry could have made."""
    start = base if os.path.isabs(entry) else name
    relative = os.path.relpath(entry, start)
    if relative == ".." or relative.startswith("../"):
        raise ImageError(f"{quote(entry)} is outside of {quote(name)}")
    path = os.path.normpath(os.path.join(base, relative))
    parent = os.path.dirname(path) if path != base else base
    if os.path.realpath(parent) != parent:
        raise ImageError(f"no symbolic link allowed between {quote(name)} and {quote(entry)}")
    return path


def _link(member: tarfile.TarInfo, path: str, base: str, name: str) -> None:
    aim = os.path.join(os.path.dirname(path), member.linkname)
    if not _inside(os.path.normpath(aim), base) or not _inside(os.path.realpath(aim), os.path.realpath(base)):
        raise ImageError(f"{quote(member.linkname)} is outside of {quote(name)}")
    if os.path.lexists(path):
        os.remove(path)
    if member.issym():
        os.symlink(member.linkname, path)
    else:
        os.link(aim, path)


def _write(path: str, data: bytes) -> None:
    """A file of its own: a link that stands there is replaced, never followed."""
    if os.path.islink(path):
        os.remove(path)
    with open(path, "wb") as file:
        file.write(data)


def _reason(error: OSError, path: str) -> str:
    return f"open {error.filename or path}: {(error.strerror or str(error)).lower()}"


def _inside(path: str, base: str) -> bool:
    return path == base or path.startswith(base + os.sep)
