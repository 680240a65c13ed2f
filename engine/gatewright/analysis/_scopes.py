"""The scopes of a body while its variables are renamed: what each name is called, and how it came in."""

from __future__ import annotations

# How a name came into a scope.
ARGUMENT, SEEN, ASSIGNED, DECLARED = "argument", "seen", "assigned", "declared"


class Scope:
    """The names of one body: what each is called now, how it came in, how often it was met."""

    __slots__ = ("counts", "names", "occurrences")

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.occurrences: dict[str, str] = {}
        self.counts: dict[str, int] = {}


class Scopes:
    """The scopes around a place, innermost last, and all names that were ever given."""

    __slots__ = ("rewritten", "stack")

    def __init__(self) -> None:
        self.stack = [Scope()]
        self.rewritten: dict[str, str] = {}

    def copy(self) -> Scopes:
        other = Scopes()
        first = other.stack[0]
        for scope in self.stack:
            first.names.update(scope.names)
            first.occurrences.update(scope.occurrences)
            first.counts.update(scope.counts)
        other.rewritten = dict(self.rewritten)
        return other

    def push(self) -> None:
        self.stack.append(Scope())

    def pop(self) -> None:
        self.stack.pop()

    def insert(self, name: str, new: str, occurrence: str) -> None:
        scope = self.stack[-1]
        scope.names[name] = new
        scope.occurrences[name] = occurrence
        scope.counts[name] = 1
        if name != new:
            self.rewritten[new] = name

    def declared(self, name: str) -> str | None:
        for scope in reversed(self.stack):
            new = scope.names.get(name)
            if new is not None:
                return new
        return None

    def occurrence_anywhere(self, name: str) -> str | None:
        for scope in reversed(self.stack):
            if name in scope.occurrences:
                return scope.occurrences[name]
        return None

    def seen(self, name: str) -> None:
        for scope in reversed(self.stack):
            if name in scope.counts:
                scope.counts[name] += 1
                return
        self.stack[-1].counts[name] = 1

    def count(self, name: str) -> int:
        for scope in reversed(self.stack):
            if name in scope.counts:
                return scope.counts[name]
        return 0
