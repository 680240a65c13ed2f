"""Readable, unique Python names for what Rego calls by other names."""

from __future__ import annotations

import builtins
import keyword
import re

_RESERVED = frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "s"])
_ILLEGAL = re.compile(r"[^A-Za-z0-9_]")


class Names:
    """Hands out names, each once."""

    __slots__ = ("_taken",)

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken: dict[str, int] = dict.fromkeys(taken, 1)

    def fresh(self, hint: str) -> str:
        stem = identifier(hint)
        if stem in _RESERVED:
            stem += "_"
        count = self._taken.get(stem)
        if count is None:
            self._taken[stem] = 1
            return stem
        while True:
            count += 1
            candidate = f"{stem}_{count}"
            if candidate not in self._taken:
                self._taken[stem] = count
                self._taken[candidate] = 1
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
