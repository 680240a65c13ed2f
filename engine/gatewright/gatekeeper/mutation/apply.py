"""Applying one mutation: walking to the location, making what is missing, and setting the value there."""

from __future__ import annotations

from typing import Any, Protocol

from gatewright.errors import MutationError
from gatewright.gatekeeper._gotext import type_text
from gatewright.gatekeeper.mutation.path import ListNode, ObjectNode, Path
from gatewright.gatekeeper.mutation.tester import Tester


class Setter(Protocol):
    """What happens at the location."""

    def set_value(self, parent: dict[str, Any], key: str) -> None:
        """Change `parent[key]` in place."""
        ...

    def list_value(self) -> dict[str, Any]:
        """The object to put into a keyed list; MutationError when the mutator has none."""
        ...


def apply_mutation(obj: dict[str, Any], path: Path, tester: Tester, setter: Setter) -> bool:
    """Mutate an object in place; whether anything was set. MutationError when the object has another shape."""
    if not path.nodes:
        raise MutationError("attempting to mutate an empty target location")
    return _Walk(path, tester, setter).into(obj, 0)[0]


def same_key(a: Any, b: Any) -> bool:
    """Equality of key values: Go's, which never equates different types."""
    return a.__class__ is b.__class__ and bool(a == b)


class _Walk:
    __slots__ = ("_last", "_nodes", "_setter", "_tester")

    def __init__(self, path: Path, tester: Tester, setter: Setter) -> None:
        self._nodes = path.nodes
        self._last = len(path.nodes) - 1
        self._tester = tester
        self._setter = setter

    def into(self, current: Any, depth: int) -> tuple[bool, Any]:
        """Mutate below `current`; whether something changed, and what takes `current`'s place."""
        node = self._nodes[depth]
        if isinstance(node, ObjectNode):
            return self._object(current, node, depth)
        return self._list(current, node, depth)

    def _object(self, current: Any, node: ObjectNode, depth: int) -> tuple[bool, Any]:
        if not isinstance(current, dict):
            raise _mismatch("object", current, node)
        key = node.reference
        exists = key in current
        if not (self._tester.exists_okay(depth) if exists else self._tester.missing_okay(depth)):
            return False, None
        if depth == self._last:
            self._setter.set_value(current, key)
            return True, current
        child = current[key] if exists else self._missing(depth)
        mutated, child = self.into(child, depth + 1)
        if mutated:
            current[key] = child
        return mutated, current

    def _list(self, current: Any, node: ListNode, depth: int) -> tuple[bool, Any]:
        if not isinstance(current, list):
            raise _mismatch("List", current, node)
        elements = list(current)
        if depth == self._last:
            return self._set_element(elements, node, depth)
        if node.glob:
            return self._every(elements, depth)
        mutated = found = False
        for element in elements:
            if isinstance(element, dict) and same_key(element.get(node.key_field), node.key_value):
                if not self._tester.exists_okay(depth):
                    return False, None
                mutated |= self.into(element, depth + 1)[0]
                found = True
        if not found:
            if not self._tester.missing_okay(depth):
                return False, None
            element = self._missing(depth)
            elements.append(element)
            mutated |= self.into(element, depth + 1)[0]
        return mutated, elements

    def _every(self, elements: list[Any], depth: int) -> tuple[bool, Any]:
        # Nothing can be required to be absent from every element.
        if not self._tester.exists_okay(depth):
            return False, None
        mutated = False
        for element in elements:
            mutated |= self.into(element, depth + 1)[0]
        return mutated, elements

    def _set_element(self, elements: list[Any], node: ListNode, depth: int) -> tuple[bool, Any]:
        value = self._setter.list_value()
        key = node.key_field
        for i, element in enumerate(elements):
            if not isinstance(element, dict):
                kind = type_text(element)
                raise MutationError(f"cast error, unable to case {kind} to map[string]interface{{}}")
            if key in element and same_key(element[key], node.key_value):
                if not same_key(value.get(key), node.key_value):
                    raise MutationError("key value of replaced object must not change")
                if not self._tester.exists_okay(depth):
                    return False, None
                elements[i] = value
                return True, elements
        if not self._tester.missing_okay(depth):
            return False, None
        return True, [*elements, value]

    def _missing(self, depth: int) -> Any:
        """What stands at a place that is to be made: an object, or a list when the path goes on with one."""
        node, following = self._nodes[depth], self._nodes[depth + 1]
        made: Any = [] if isinstance(following, ListNode) else {}
        if isinstance(node, ListNode):
            made[node.key_field] = node.key_value
        return made


def _mismatch(wanted: str, got: Any, node: ObjectNode | ListNode) -> MutationError:
    what = f"mismatch between path entry (type: {wanted}) and received object (type: {type_text(got)})"
    return MutationError(f"{what}. Path: {node}")
