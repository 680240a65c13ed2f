"""Code objects kept on disk, keyed by what they were made from.

An entry is a file of marshalled code objects behind a checksum. Whatever is wrong with the directory or with an
entry, the worst that happens is that the policy is compiled again.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from collections.abc import Iterable
from functools import cache
from types import CodeType

from gatewright._version import __version__
from gatewright.userdirs import cache_directory

FORMAT = 1
_DIGEST = 32


def key_of(parts: Iterable[str]) -> str:
    """The key of an entry made from these texts, by this Python and this gatewright."""
    digest = hashlib.sha256(f"{FORMAT}:{sys.implementation.cache_tag}:{sys.hexversion}:{_version()}".encode())
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


# What code objects depend on.
_ROOMS = ("analysis", "builtins", "cel", "codegen", "gatekeeper", "runtime", "syntax")


@cache
def _version() -> str:
    """Changes with every release, and in a checkout with every change of what makes code."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    stamps: list[int | str] = [__version__]
    for room in _ROOMS:
        try:
            entries = os.scandir(os.path.join(package, room))
            stamps.append(max(entry.stat().st_mtime_ns for entry in entries if entry.is_file()))
        except (OSError, ValueError):
            continue
    return ":".join(map(str, stamps))


class CodeCache:
    """A directory of entries. `None` as directory: nothing is kept."""

    __slots__ = ("directory",)

    def __init__(self, directory: str | os.PathLike[str] | None = None) -> None:
        self.directory = os.path.join(cache_directory(), "code") if directory is None else os.fspath(directory)

    def get(self, key: str) -> list[CodeType] | None:
        """The code objects under `key`; None when there are none that can be trusted."""
        try:
            with open(self._path(key), "rb") as file:
                data = file.read()
        except OSError:
            return None
        body = data[_DIGEST:]
        if hashlib.sha256(body).digest() != data[:_DIGEST]:
            return None
        try:
            codes = marshal.loads(body)
        except (EOFError, TypeError, ValueError):
            return None
        return codes if isinstance(codes, list) else None

    def put(self, key: str, codes: list[CodeType]) -> None:
        """Keep code objects; readers see the old entry or the whole new one."""
        import tempfile

        body = marshal.dumps(codes)
        path = self._path(key)
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(body).digest() + body)
            os.replace(temporary, path)
        except OSError:
            return

    def _path(self, key: str) -> str:
        return os.path.join(self.directory, key[:2], key[2:])
