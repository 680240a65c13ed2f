"""What an evaluation keeps of what it has computed (OPA: topdown/cache.go)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from gatewright.runtime.values import UNDEFINED, NumberText, to_key
from gatewright.tracing.terms import PATTERNS, Variable, text_of

MISSING: Final = object()
_NUMBERS: Final = (int, float, NumberText)


def cache_key(term: Any) -> Any:
    """A term as a part of a cache's key."""
    if term.__class__ is Variable:
        return ("var", term.name)
    if term.__class__ in PATTERNS:
        return ("pattern", text_of(term, {}))
    # Python takes numbers for equal that have one double; those in an array are compared exactly.
    return ("number", to_key([term])) if term.__class__ in _NUMBERS else to_key(term)


class Scope:
    """What the operands behind a ref's ground part demanded when its document was computed: variables demand nothing,
    and those at the end do not count."""

    __slots__ = ("terms",)

    def __init__(self, terms: Iterable[Any]) -> None:
        self.terms = list(terms)

    def key(self) -> tuple[Any, ...]:
        return ("scope", *("_" if t.__class__ is Variable else cache_key(t) for t in self.terms))

    def reduced(self) -> Scope:
        terms = self.terms
        while terms and terms[-1].__class__ is Variable:
            terms = terms[:-1]
        return Scope(terms)


def _step(term: Any) -> Any:
    return term.key() if term.__class__ is Scope else cache_key(term)


class VirtualCache:
    """The values of rules and calls; `with` puts a fresh layer over the others. UNDEFINED is a value here."""

    def __init__(self) -> None:
        self._stack: list[dict[tuple[Any, ...], Any]] = [{}]

    def push(self) -> None:
        self._stack.append({})

    def pop(self) -> None:
        self._stack.pop()

    def get(self, path: Iterable[Any]) -> Any:
        """The value; UNDEFINED where there is known to be none, MISSING where nothing is known."""
        return self._stack[-1].get(tuple(map(_step, path)), MISSING)

    def put(self, path: Iterable[Any], value: Any) -> None:
        key = tuple(map(_step, path))
        known = self._stack[-1]
        # What is once known to be undefined stays so, as OPA reads that flag first.
        if known.get(key, MISSING) is not UNDEFINED:
            known[key] = value


class ComprehensionCache:
    """The results of comprehensions that are computed once and filed by the variables they share with their rule."""

    def __init__(self) -> None:
        self._stack: list[dict[int, dict[tuple[Any, ...], Any]]] = [{}]

    def push(self) -> None:
        self._stack.append({})

    def pop(self) -> None:
        self._stack.pop()

    def get(self, comprehension: object) -> dict[tuple[Any, ...], Any] | None:
        return self._stack[-1].get(id(comprehension))

    def put(self, comprehension: object, filed: dict[tuple[Any, ...], Any]) -> None:
        self._stack[-1][id(comprehension)] = filed


class Targets:
    """The documents that `with` has replaced; rules below them stand back."""

    def __init__(self) -> None:
        self._stack: list[list[tuple[Any, ...]]] = []

    def push(self, refs: list[Sequence[Any]]) -> None:
        self._stack.append([tuple(map(cache_key, ref)) for ref in refs])

    def pop(self) -> None:
        self._stack.pop()

    def cover(self, ref: Sequence[Any]) -> bool:
        if not self._stack:
            return False
        path = tuple(map(cache_key, ref))
        return any(path[: len(target)] == target for layer in self._stack for target in layer)


class Mocks:
    """Functions that `with` has replaced, by name. Inside a replacement none is: that is a group of its own."""

    def __init__(self) -> None:
        self._groups: list[list[dict[str, Any]]] = [[]]

    def enter(self) -> None:
        self._groups.append([])

    def leave(self) -> None:
        self._groups.pop()

    def push(self, mocks: dict[str, Any]) -> None:
        self._groups[-1].append(mocks)

    def pop(self) -> None:
        self._groups[-1].pop()

    def get(self, name: str) -> Any:
        for layer in reversed(self._groups[-1]):
            if name in layer:
                return layer[name]
        return MISSING
