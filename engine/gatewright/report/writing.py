"""Where reports go: a file gets its report whole or not at all."""

from __future__ import annotations

import os
import stat

from gatewright.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO


class Replacing:
    """A file written beside its name and put in its place when it is whole; what stood there before stays until then.

    A pipe or a device is written to as it is. Raises UsageError where nothing can be written.
    """

    def __init__(self, path: Path) -> None:
        self._shown = path
        self._path = type(path)(os.path.realpath(path))
        self._partial: Path | None = None

    def __enter__(self) -> TextIO:
        try:
            self._file = self._open()
        except OSError as error:
            raise UsageError(f"cannot write {self._shown}: {error.strerror}") from None
        return self._file

    def _open(self) -> TextIO:
        mode = self._path.stat().st_mode if self._path.exists() else None
        if mode is not None and not stat.S_ISREG(mode):
            return self._path.open("w", encoding="utf-8", newline="")
        self._partial = self._path.with_name(f".{self._path.name}.{os.getpid()}.partial")
        file = self._partial.open("w", encoding="utf-8", newline="")
        if mode is not None:
            os.fchmod(file.fileno(), stat.S_IMODE(mode))
        return file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._file.close()
        except OSError as error:
            self._forget()
            raise UsageError(f"cannot write {self._shown}: {error.strerror}") from None
        if kind is not None:
            self._forget()
        elif self._partial is not None:
            os.replace(self._partial, self._path)

    def _forget(self) -> None:
        if self._partial is not None:
            self._partial.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """A text as the content of a file."""
    with Replacing(path) as file:
        file.write(text)
