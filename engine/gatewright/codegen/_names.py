"""Readable, unique Python names for what Rego calls by other names."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

_RESERVED = frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "error", "s"])
_ILLEGAL = re.compile(r"[^A-Za-z0-9_]")


class Names:
    """Hands out names, each once. Names of a function avoid those of the module around it (`outer`)."""

    __slots__ = ("_counts", "_outer", "_taken")

    def __init__(self, taken: Iterable[str] = (), outer: Names | None = None) -> None:
        self._taken = set(taken)
        # By stem, the number up to which all names are taken.
        self._counts: dict[str, int] = {}
        self._outer = outer

    def __contains__(self, name: str) -> bool:
        return name in self._taken or (self._outer is not None and name in self._outer)

    def fresh(self, hint: str, beside: Names | None = None) -> str:
        """A name like `hint`; `beside` are names in use where this one will be read."""
        stem = identifier(hint)
        if stem in _RESERVED:
            stem += "_"
        count = self._counts.get(stem, 1)
        candidate = stem if count == 1 else f"{stem}_{count}"
        while candidate in self or (beside is not None and candidate in beside):
            count += 1
            candidate = f"{stem}_{count}"
        if beside is None:
            self._counts[stem] = count
        self._taken.add(candidate)
        return candidate


def identifier(hint: str) -> str:
    """`hint` as a Python identifier, as near as may be."""
    stem = _ILLEGAL.sub("_", hint)[:40]
    # A leading underscore pair would be mangled or look like Python's own.
    stem = "_" + stem.lstrip("_") if stem.startswith("__") else stem
    if not stem or stem == "_" or stem[0].isdigit():
        return f"item{stem}" if stem else "item"
    return stem


def singular(hint: str) -> str:
    """The name of one member of what `hint` names."""
    if hint.endswith("ies") and len(hint) > 4:
        return hint[:-3] + "y"
    if hint.endswith("s") and not hint.endswith("ss") and len(hint) > 3:
        return hint[:-1]
    return "item"
