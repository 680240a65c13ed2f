"""Files and directories → documents, and an error in the place of what cannot be read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from gatewright.errors import ManifestError
from gatewright.manifests._documents import MAX_DOCUMENT_BYTES, Document, read_blocks
from gatewright.manifests._find import EXTENSIONS, STDIN, find_files
from gatewright.manifests._stream import blocks_of
from gatewright.source import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO


def read_paths(
    paths: Iterable[str | Path],
    *,
    exclude: Sequence[str] = (),
    extensions: Sequence[str] = EXTENSIONS,
    stdin: BinaryIO | None = None,
    limit: int = MAX_DOCUMENT_BYTES,
) -> Iterator[Document | ManifestError]:
    """The documents of files and directories in order; `-` is standard input.

    Raises UsageError for a path that does not exist, before anything is read.
    """
    files = list(find_files(paths, exclude=exclude, extensions=extensions))
    for file in files:
        yield from read_file(file, stdin=stdin, limit=limit)


def read_file(
    file: str, *, stdin: BinaryIO | None = None, limit: int = MAX_DOCUMENT_BYTES
) -> Iterator[Document | ManifestError]:
    """The documents of one file, or of standard input for `-`."""
    name = "stdin" if file == STDIN else file
    handle = None
    try:
        handle = open_file(file, stdin)
        yield from read_blocks(blocks_of(handle), name, limit=limit)
    except OSError as error:
        yield ManifestError(f"cannot read: {error.strerror or error}", Location(name))
    finally:
        if handle is not None and file != STDIN:
            handle.close()


def open_file(file: str, stdin: BinaryIO | None = None) -> BinaryIO:
    """The file open for reading bytes."""
    if file == STDIN:
        return stdin or sys.stdin.buffer
    return open(file, "rb")
