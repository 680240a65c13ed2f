"""From the reads that led to a finding to the place of the object that it is about."""

from __future__ import annotations

from gatewright.gatekeeper.drivers import Evidence, Path
from gatewright.runtime.trace import UntoldError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gatewright.runtime.trace import Ask, Places


def subjects(evidence: Evidence, places: Places, ask: Ask | None) -> dict[str, Path]:
    """For each message of Rego's results what it is about, by the trails to them; without `ask`, by chains of reads."""
    paths: dict[str, Path] = {}
    for result, led in evidence:
        message = result.get("msg") if result.__class__ is dict else None
        if message.__class__ is str and message not in paths:
            paths[message] = subject(places.ends(led) if ask is None else places.along(led, ask))
    return paths


def subject(paths: Iterable[Path]) -> Path:
    """What a finding is about: the last place of the object that was read. `paths` are those read, the last one first.

    Names come last where they are read at all, for they mostly go into messages; so do places on the way to others. An
    image stands back behind what else was read of its container, for most policies ask for it only to see whether it is
    exempt.
    """
    name: Path = ()
    image: Path = ()
    told: list[Path] = []
    for path in paths:
        length = len(path)
        if length == 2 or path[:2] != _OBJECT:
            continue
        for later in told:
            if later[:length] == path:
                break
        else:
            told.append(path)
            if path[-1] in _NAMING:
                name = name or path
            elif path[-1] == "image":
                image = image or path
            elif path[: len(image[:-1])] == image[:-1]:
                return path[2:]
    return (image or name)[2:]


_OBJECT = ("review", "object")
_NAMING = frozenset(("apiVersion", "kind", "name", "namespace"))


__all__ = ["UntoldError", "subject", "subjects"]
