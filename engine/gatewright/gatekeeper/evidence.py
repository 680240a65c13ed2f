"""From the reads that led to a finding to the place of the object that it is about."""

from __future__ import annotations

from gatewright.gatekeeper.drivers import Path
from gatewright.runtime.context import Reads
from gatewright.runtime.trace import Places


def subject(places: Places, reads: Reads) -> Path:
    """What a finding is about: the last place of the object that was read.

    Names come last where they are read at all, for they mostly go into messages; so do places on the way to others. An
    image stands back behind what else was read of its container, for most policies ask for it only to see whether it is
    exempt.
    """
    name: Path = ()
    image: Path = ()
    for path in places.ends(reads):
        if path[:2] != _OBJECT or len(path) == 2:
            continue
        if path[-1] in _NAMING:
            name = name or path
        elif path[-1] == "image":
            image = image or path
        elif path[: len(image[:-1])] == image[:-1]:
            return path[2:]
    return (image or name)[2:]


_OBJECT = ("review", "object")
_NAMING = frozenset(("apiVersion", "kind", "name", "namespace"))
