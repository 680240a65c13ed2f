"""The schema that mutators imply together, and which of them contradict each other.

`spec.containers[name: a]` says that containers is a list keyed by name; `spec.containers.x` says that it is an object.
For each kind and operation the paths make a tree; a child with two types, or a list with two keys, is a conflict of
all mutators that pass there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from gatewright.gatekeeper.mutation.path import ListNode, Node
from gatewright.records import field, record

if TYPE_CHECKING:
    from gatewright.gatekeeper.mutation.mutator import MutatorId

# Types of a path's last node, beside Object and List.
UNKNOWN: Final = "Unknown"
SET: Final = "Set"
STRING: Final = "String"

_LIST: Final = "List"

Binding = tuple[str, str, str, str]


def _kind(node: Node) -> str:
    return _LIST if isinstance(node, ListNode) else "Object"


def _key(node: Node) -> str:
    return node.key_field if isinstance(node, ListNode) else node.reference


def _head_type(path: tuple[Node, ...], terminal: str) -> str:
    """The type of the child that `path` begins with: told by what follows it."""
    return terminal if len(path) < 2 else _kind(path[1])


@record(slots=True)
class _Place:
    """One place of the tree, under one type."""

    referenced: set[MutatorId] = field(default_factory=set)
    children: dict[str, dict[str, _Place]] = field(default_factory=dict)
    must_terminate: set[MutatorId] = field(default_factory=set)

    def add(self, who: MutatorId, path: tuple[Node, ...], terminal: str, terminates: bool) -> set[MutatorId]:
        """Put a path in; the mutators in conflict with it, itself included."""
        self.referenced.add(who)
        if not path:
            if terminates:
                self.must_terminate.add(who)
            return set()
        key = _key(path[0])
        child = self.children.setdefault(key, {}).setdefault(_head_type(path, terminal), _Place())
        return child.add(who, path[1:], terminal, terminates) | self._conflicts_at(key)

    def remove(self, who: MutatorId, path: tuple[Node, ...], terminal: str) -> None:
        self.referenced.discard(who)
        if not path:
            self.must_terminate.discard(who)
            return
        key, kind = _key(path[0]), _head_type(path, terminal)
        child = self.children[key][kind]
        child.remove(who, path[1:], terminal)
        if not child.referenced:
            del self.children[key][kind]
        if not self.children[key]:
            del self.children[key]

    def conflicts(self, path: tuple[Node, ...], terminal: str) -> set[MutatorId]:
        """The mutators in conflict anywhere along a path that was put in."""
        if not path:
            return set()
        key = _key(path[0])
        child = self.children.get(key, {}).get(_head_type(path, terminal))
        if child is None:
            return set()
        return self._conflicts_at(key) | child.conflicts(path[1:], terminal)

    def _conflicts_at(self, key: str) -> set[MutatorId]:
        types = self.children.get(key, {})
        known = {kind: child for kind, child in types.items() if kind != UNKNOWN}
        found: set[MutatorId] = set()
        for kind, child in known.items():
            if len(known) > 1 or (kind == _LIST and len(child.children) > 1):
                found |= child.referenced
        if any(c.must_terminate for c in types.values()) and any(c.children for c in types.values()):
            for child in types.values():
                found |= child.must_terminate
                for below in child.children.values():
                    for grandchild in below.values():
                        found |= grandchild.referenced
        return found


@record(slots=True)
class SchemaDB:
    """The trees by binding, the mutators in them and those in conflict."""

    _trees: dict[Binding, _Place] = field(default_factory=dict)
    _mutators: dict[MutatorId, Any] = field(default_factory=dict)
    _conflicts: set[MutatorId] = field(default_factory=set)

    def upsert(self, mutator: Any) -> set[MutatorId]:
        """Add or replace a mutator with bindings; the conflicts that it causes."""
        old = self._mutators.get(mutator.id)
        if old is not None:
            if old == mutator:
                return set()
            self.remove(mutator.id)
        self._mutators[mutator.id] = mutator
        found: set[MutatorId] = set()
        for binding in mutator.bindings:
            tree = self._trees.setdefault(binding, _Place())
            found |= tree.add(mutator.id, mutator.path.nodes, mutator.terminal, mutator.must_terminate)
        self._conflicts |= found
        return found

    def remove(self, who: MutatorId) -> None:
        mutator = self._mutators.pop(who, None)
        if mutator is None:
            return
        for binding in mutator.bindings:
            tree = self._trees[binding]
            tree.remove(who, mutator.path.nodes, mutator.terminal)
            if not tree.referenced:
                del self._trees[binding]
        self._conflicts.discard(who)
        self._conflicts = {c for c in self._conflicts if self.conflicts_of(c)}

    def in_conflict(self, who: MutatorId) -> bool:
        return who in self._conflicts

    def conflicts_of(self, who: MutatorId) -> set[MutatorId]:
        """All mutators in conflict along a mutator's path."""
        mutator = self._mutators.get(who)
        if mutator is None:
            return set()
        found: set[MutatorId] = set()
        for binding in mutator.bindings:
            found |= self._trees[binding].conflicts(mutator.path.nodes, mutator.terminal)
        return found


def conflict_text(ids: Iterable[MutatorId]) -> str:
    listed = ",".join(sorted(map(str, ids)))
    return f"the following mutators have conflicting schemas: [{listed}]"
