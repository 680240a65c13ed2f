"""Which files are manifests: those named, and below directories those with a manifest's ending, in order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from gatewright.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from pathspec import PathSpec

EXTENSIONS = (".yaml", ".yml", ".json")
IGNORE_FILE = ".gatewrightignore"
STDIN = "-"


def find_files(
    paths: Iterable[str | Path], *, exclude: Sequence[str] = (), extensions: Sequence[str] = EXTENSIONS
) -> Iterator[str]:
    """Files named by the paths: those given themselves whatever they are called, and below directories, in order,
    those with a manifest's extension that no `--exclude` pattern or .gatewrightignore names.

    Each file is given once. Raises UsageError for a path that does not exist.
    """
    given = [str(path) for path in paths]
    for path in given:
        if path != STDIN and not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or directory")
    seen: set[str] = set()
    patterns = _spec(exclude) if exclude else None
    for path in given:
        for file in [path] if path == STDIN or not os.path.isdir(path) else _below(path, patterns, tuple(extensions)):
            if file not in seen:
                seen.add(file)
                yield file


def _below(root: str, patterns: PathSpec[Any] | None, extensions: tuple[str, ...]) -> Iterator[str]:
    """Files below a directory in order of their names; links to directories are followed unless they lead back up."""
    ignored = _ignore_file(root)
    trail: set[tuple[int, int]] = set()
    yield from _walk(root, "", patterns, ignored, extensions, trail)


def _walk(
    folder: str,
    inner: str,
    patterns: PathSpec[Any] | None,
    ignored: PathSpec[Any] | None,
    extensions: tuple[str, ...],
    trail: set[tuple[int, int]],
) -> Iterator[str]:
    try:
        status = os.stat(folder)
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        yield folder  # reading it will say what is wrong with it
        return
    here = (status.st_dev, status.st_ino)
    if here in trail:
        return
    trail.add(here)
    for entry in entries:
        below = f"{inner}{entry.name}"
        is_dir = entry.is_dir()
        if _named(below, is_dir, patterns) or _named(below, is_dir, ignored):
            continue
        if is_dir:
            yield from _walk(entry.path, f"{below}/", patterns, ignored, extensions, trail)
        elif entry.name.endswith(extensions):
            yield entry.path
    trail.discard(here)


def _named(path: str, is_dir: bool, spec: PathSpec[Any] | None) -> bool:
    return spec is not None and spec.match_file(f"{path}/" if is_dir else path)


def _spec(lines: Iterable[str]) -> PathSpec[Any]:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)


def _ignore_file(root: str) -> PathSpec[Any] | None:
    path = os.path.join(root, IGNORE_FILE)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as lines:
        return _spec(lines.read().splitlines())
