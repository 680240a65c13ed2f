"""Graphs given as an object of vertices and their neighbours; and walking through documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gatewright.builtins._operands import object_
from gatewright.builtins.registry import builtin, operand_error
from gatewright.runtime.values import RegoSet, from_key, sorted_keys, to_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@builtin("walk", "(x: any) -> output: array<array[any], any>", relation=True)
def walk(x: Any) -> Iterator[list[Any]]:
    """Each value within a value, itself first, with its path: `walk({"a": 1}, [["a"], 1])`."""
    todo: list[tuple[list[Any], Any]] = [([], x)]
    while todo:
        path, value = todo.pop()
        yield [path, value]
        kind = value.__class__
        if kind is dict:
            todo += [([*path, from_key(k)], value[k]) for k in reversed(sorted_keys(value))]
        elif kind is list:
            todo += [([*path, i], value[i]) for i in range(len(value) - 1, -1, -1)]
        elif kind is RegoSet:
            todo += [([*path, v], v) for v in reversed(value.sorted())]


def walk_values(x: Any) -> Iterator[Any]:
    """The values that `walk` gives, for who does not ask for paths."""
    todo = [x]
    while todo:
        value = todo.pop()
        yield value
        kind = value.__class__
        if kind is dict:
            todo += [value[k] for k in reversed(sorted_keys(value))]
        elif kind is list:
            todo += value[::-1]
        elif kind is RegoSet:
            todo += value.sorted()[::-1]


@builtin(
    "graph.reachable",
    "(graph: object[any: any<array[any], set[any]>], initial: any<array[any], set[any]>) -> output: set[any]",
)
def graph_reachable(graph: Any, initial: Any) -> RegoSet:
    """The vertices reached from the initial ones: `graph.reachable({"a": ["b"], "b": []}, {"a"}) == {"a", "b"}`."""
    edges = object_(graph, 1)
    queue = [to_key(v) for v in _initial(initial)]
    reached: dict[Any, None] = {}
    for vertex in queue:
        if vertex in edges and vertex not in reached:
            reached[vertex] = None
            queue += [k for k in map(to_key, _neighbours(edges[vertex])) if k not in reached]
    return RegoSet.of_keys(reached)


@builtin(
    "graph.reachable_paths",
    "(graph: object[any: any<array[any], set[any]>], initial: any<array[any], set[any]>) -> output: set[array[any]]",
)
def graph_reachable_paths(graph: Any, initial: Any) -> RegoSet:
    """The paths from the initial vertices to where there is no further:
    `graph.reachable_paths({"a": ["b"], "b": []}, {"a"}) == {["a", "b"]}`."""
    edges = object_(graph, 1)
    paths: list[list[Any]] = []
    for vertex in _initial(initial):
        key = to_key(vertex)
        if key not in edges:
            continue
        neighbours = _neighbours(edges[key])
        if not neighbours:
            paths.append([vertex])
        for neighbour in neighbours:
            # A vertex that leads to itself stands twice in its path, as OPA looks for cycles one step later.
            _collect_paths(edges, neighbour, [vertex], {key}, paths.append)
    return RegoSet(paths)


def _collect_paths(
    edges: dict[Any, Any], start: Any, path: list[Any], seen: set[Any], found: Callable[[list[Any]], None]
) -> None:
    """Depth first, a path ending at a vertex without neighbours, outside the graph, or before one met already."""
    todo: list[tuple[Any, list[Any], set[Any]]] = [(start, path, seen)]
    while todo:
        vertex, before, met = todo.pop()
        key = to_key(vertex)
        if key not in edges:
            found(before)
            continue
        along = [*before, vertex]
        neighbours = _neighbours(edges[key])
        if not neighbours:
            found(along)
        met = met | {key}
        for neighbour in neighbours:
            if to_key(neighbour) in met:
                found(along)
            else:
                todo.append((neighbour, along, met))


def _initial(initial: Any) -> list[Any]:
    if initial.__class__ not in (list, RegoSet):
        raise operand_error(2, initial, "{array, set}")
    return _neighbours(initial)


def _neighbours(collection: Any) -> list[Any]:
    if collection.__class__ is RegoSet:
        return collection.sorted()
    return collection if collection.__class__ is list else []
