"""From the reads that led to a finding to the place of the object that it is about."""

from __future__ import annotations

from gatewright.gatekeeper.drivers import Path
from gatewright.runtime.context import Reads
from gatewright.runtime.trace import Places


def subject(places: Places, reads: Reads) -> Path:
    """What a finding is about: the last place of the object that was read.

    Names come last where they are read at all, for they mostly go into messages; so do places on the way to others.
    """
    fallback: Path = ()
    for path in places.ends(reads):
        if path[:2] != _OBJECT or len(path) == 2:
            continue
        if path[-1] not in _NAMING:
            return path[2:]
        fallback = fallback or path[2:]
    return fallback


_OBJECT = ("review", "object")
_NAMING = frozenset(("apiVersion", "kind", "name", "namespace"))
