"""What can be read only once and is too large to be held, put on disk to be read in parts."""

from __future__ import annotations

import os
import tempfile

from gatewright.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Spool:
    """A file that no name leads to; it is gone with this object. Forked workers read it by the same descriptor."""

    __slots__ = ("_descriptor", "_file")

    def __init__(self) -> None:
        # Without a buffer: what has been written is there for every process.
        self._file: Any = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  (open as long as this object)
        self._descriptor: int = self._file.fileno()

    def write(self, data: bytes) -> None:
        """Put down what comes next; raises UsageError where there is no room for it."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._file.write(rest) :]
            except OSError as error:
                hint = "TMPDIR says in which directory it is kept"
                raise UsageError(f"cannot keep what is piped in: {error.strerror}", hint=hint) from None

    def read(self, offset: int, length: int) -> bytes:
        """Some of it."""
        return os.pread(self._descriptor, length, offset)

    def __del__(self) -> None:
        self._file.close()
