"""The nodes of a YAML document with the places the parser gives them: for what only the exact reader reads."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from gatewright.errors import ManifestError
from gatewright.manifests._compose import NextEvent, parse_as_go, scalar_key


class Node:
    """A node with the marks of its key, or its own where it has none."""

    __slots__ = ("end", "parts", "start")

    def __init__(self, start: Any, end: Any) -> None:
        self.start = start
        self.end = end
        self.parts: dict[str, Node] | list[Node] | None = None


@lru_cache(maxsize=2)
def nodes(text: str) -> Node:
    """The root of a text's first document; ValueError where it cannot be read."""
    try:
        root: Node = parse_as_go(text, _tree, "", 1)
    except ManifestError as error:
        raise ValueError(error.message) from error
    return root


def _tree(next_event: NextEvent) -> Node:
    next_event()
    next_event()
    event = next_event()
    root = Node(event.start_mark, None)
    stack: list[tuple[Node, Any]] = []
    node, name = _opened(root, event), None
    while node is not None:
        event = next_event()
        if isinstance(event, CollectionEndEvent):
            node, name = stack.pop() if stack else (None, None)
            continue
        if isinstance(node.parts, dict) and name is None:
            name = event
            continue
        part = Node((name or event).start_mark, (name or event).end_mark)
        if isinstance(node.parts, list):
            node.parts.append(part)
            if event.__class__ is not ScalarEvent:
                part.end = None
        elif node.parts is not None and name.__class__ is ScalarEvent:
            node.parts[scalar_key(name)] = part
        name = None
        inner = _opened(part, event)
        if inner is not None:
            stack.append((node, None))
            node = inner
    return root


def _opened(node: Node, event: Any) -> Node | None:
    """`node` if `event` begins a collection, which is then its parts."""
    if event.__class__ is MappingStartEvent:
        node.parts = {}
    elif event.__class__ is SequenceStartEvent:
        node.parts = []
    else:
        assert event.__class__ in (ScalarEvent, AliasEvent)
        return None
    return node
