"""Code objects kept on disk, keyed by what they were made from.

An entry is a file of marshalled code objects behind a checksum. Whatever is wrong with the directory or with an
entry, the worst that happens is that the policy is compiled again. Each state of gatewright has a directory of its own;
those of former ones are deleted, but for a few, and so is the older half where there are very many entries.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Iterable

from gatewright.digests import blake2b
from gatewright.stamp import engine_stamp
from gatewright.userdirs import cache_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FORMAT = 2
_DIGEST = 32
# Of how many states of gatewright code is kept: several versions may be in use.
_STATES = 16
# How many entries each of the 256 folders may have: policies that are edited leave theirs behind.
_ENTRIES = 32


def key_of(parts: Iterable[str]) -> str:
    """The key of an entry made from these texts, by this Python and this gatewright."""
    digest = blake2b(f"{FORMAT}:{engine_stamp()}".encode(), digest_size=_DIGEST)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


class CodeCache:
    """A directory of entries. `None` as directory: nothing is kept."""

    __slots__ = ("_home", "directory")

    def __init__(self, directory: str | os.PathLike[str] | None = None) -> None:
        self.directory = os.path.join(cache_directory(), "code") if directory is None else os.fspath(directory)
        self._home = os.path.join(self.directory, _digest(engine_stamp().encode()).hex()[:16])

    @property
    def is_begun(self) -> bool:
        """Whether there can be any code for this state of gatewright."""
        return os.path.isdir(self._home)

    def get(self, key: str) -> list[Any] | None:
        """The code objects, or other values of Python's own types, under `key`; None when there are none that can be
        trusted."""
        try:
            with open(self._path(key), "rb") as file:
                data = file.read()
        except OSError:
            return None
        body = data[_DIGEST:]
        if _digest(body) != data[:_DIGEST]:
            return None
        try:
            codes = marshal.loads(body)
        except (EOFError, TypeError, ValueError):
            return None
        return codes if isinstance(codes, list) else None

    def put(self, key: str, codes: list[Any]) -> None:
        """Keep them; readers see the old entry or the whole new one."""
        import tempfile

        body = marshal.dumps(codes)
        path = self._path(key)
        try:
            if not self.is_begun:
                self._begin()
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
            with os.fdopen(handle, "wb") as file:
                file.write(_digest(body) + body)
            os.replace(temporary, path)
            self._thin_out(os.path.dirname(path))
        except OSError:
            return

    def _thin_out(self, folder: str) -> None:
        """Forget the older half of the entries in a folder that has too many."""
        names = os.listdir(folder)
        if len(names) > _ENTRIES:
            paths = sorted((os.path.join(folder, name) for name in names), key=os.path.getmtime)
            for path in paths[: len(paths) // 2]:
                os.unlink(path)

    def _begin(self) -> None:
        """Make the directory of this state of gatewright, and forget those that were begun long ago."""
        import shutil

        os.makedirs(self.directory, mode=0o700, exist_ok=True)
        os.makedirs(self._home, mode=0o700, exist_ok=True)
        with os.scandir(self.directory) as entries:
            states = sorted(entries, key=lambda entry: entry.stat().st_mtime)
        for state in states[:-_STATES]:
            shutil.rmtree(state.path, ignore_errors=True)

    def _path(self, key: str) -> str:
        return os.path.join(self._home, key[:2], key[2:])


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()
