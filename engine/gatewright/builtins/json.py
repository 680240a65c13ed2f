"""Parts of JSON documents, chosen and changed by path; schemas."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.builtins._operands import array, members, object_
from gatewright.builtins.registry import BuiltinError, OperandError, builtin
from gatewright.runtime.numbers import is_number, machine_int
from gatewright.runtime.text import term_text
from gatewright.runtime.values import UNDEFINED, RegoSet, equal, to_key, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What a path tree holds where a path ends.
_LEAF: Any = None


@builtin(
    "json.filter",
    "(object: object[any: any], paths: any<array[any<string, array[any]>], set[any<string, array[any]>]>) -> "
    "filtered: object[any: any]",
)
def json_filter(object: Any, paths: Any) -> dict[Any, Any]:
    """What lies on the paths: `json.filter({"a": {"b": 1, "c": 2}}, ["a/b"]) == {"a": {"b": 1}}`."""
    source = object_(object, 1)
    return _filtered(source, _path_tree(paths))  # type: ignore[no-any-return]


def _filtered(value: Any, tree: Any) -> Any:
    if tree is _LEAF:
        return value
    kind = value.__class__
    if kind is dict:
        # Keys stand as in the smaller of the two: a number has its text from there.
        keys = [k for k in tree if k in value] if len(value) < len(tree) else [k for k in value if k in tree]
        return {k: _filtered(value[k], tree[k]) for k in keys}
    if kind is list:
        return [_filtered(v, tree[str(i)]) for i, v in enumerate(value) if str(i) in tree]
    if kind is RegoSet:
        return RegoSet(_filtered(v, tree[to_key(v)]) for v in value if to_key(v) in tree)
    return value


@builtin(
    "json.remove",
    "(object: object[any: any], paths: any<array[any<string, array[any]>], set[any<string, array[any]>]>) -> "
    "output: object[any: any]",
)
def json_remove(object: Any, paths: Any) -> dict[Any, Any]:
    """Without what lies at the paths: `json.remove({"a": {"b": 1, "c": 2}}, ["a/b"]) == {"a": {"c": 2}}`."""
    source = object_(object, 1)
    return _removed(source, _path_tree(paths))  # type: ignore[no-any-return]


def _removed(value: Any, tree: Any) -> Any:
    """The value without the leaves of the tree; UNDEFINED where it is a leaf itself."""
    if tree is UNDEFINED:
        return value
    if tree is _LEAF:
        return UNDEFINED
    kind = value.__class__
    if kind is dict:
        pairs = [(k, _removed(v, tree.get(k, UNDEFINED))) for k, v in value.items()]
        return {k: v for k, v in pairs if v is not UNDEFINED}
    if kind is list:
        kept = [_removed(v, tree.get(str(i), UNDEFINED)) for i, v in enumerate(value)]
        return [v for v in kept if v is not UNDEFINED]
    if kind is RegoSet:
        kept = [_removed(v, tree.get(to_key(v), UNDEFINED)) for v in value]
        return RegoSet(v for v in kept if v is not UNDEFINED)
    return value


def _path_tree(paths: Any) -> dict[Any, Any]:
    """The paths as nested dicts by key form; a path that ends hides longer ones."""
    root: dict[Any, Any] = {}
    for path in [_parsed_path(p) for p in members(paths, 2)]:
        node = root
        for step in path[:-1]:
            node = node.setdefault(to_key(step), {})
            if node is _LEAF:
                break
        else:
            if path:
                node[to_key(path[-1])] = _LEAF
    return root


def _parsed_path(path: Any) -> list[Any]:
    """The steps of `a/b~1c`, of `/a/b`, or of an array of keys."""
    if path.__class__ is list:
        return path
    if path.__class__ is not str:
        raise OperandError(
            "operand 2 must be one of {set, array} containing string paths or array of path segments but got "
            + type_name(path)
        )
    if not path:
        return []
    return [step.replace("~1", "/").replace("~0", "~") for step in path.lstrip("/").split("/")]


# Patches ------------------------------------------------------------------------------------------------------------


@builtin("json.patch", "(target: any, patches: array[object<op: string, path: any>[any: any]]) -> output: any")
def json_patch(target: Any, patches: Any) -> Any:
    """RFC 6902, sets allowed: `json.patch({"a": 1}, [{"op": "add", "path": "b", "value": 2}]).b == 2`."""
    document = target
    for patch in array(patches, 2):
        if patch.__class__ is not dict:
            raise BuiltinError("must be an array of JSON-Patch objects, but at least one element is not an object")
        document = _patched(document, patch)
    return document


def _patched(document: Any, patch: dict[Any, Any]) -> Any:
    raw_path = _attribute(patch, "path")
    op = _attribute(patch, "op")
    if op.__class__ is not str:
        raise BuiltinError(f"attribute 'op' must be a string but found: {type_name(op)}")
    path = _parsed_path(raw_path)
    operation = _OPERATIONS.get(op)
    if operation is None:
        raise BuiltinError(f"unrecognized op: '{op}'")
    return operation(document, path, patch)


def _attribute(patch: dict[Any, Any], name: str) -> Any:
    if name not in patch:
        raise BuiltinError(f"missing required attribute '{name}'")
    return patch[name]


def _op_add(document: Any, path: list[Any], patch: dict[Any, Any]) -> Any:
    return _inserted(document, path, _attribute(patch, "value"))


def _op_remove(document: Any, path: list[Any], patch: dict[Any, Any]) -> Any:
    return _deleted(document, path)


def _op_replace(document: Any, path: list[Any], patch: dict[Any, Any]) -> Any:
    document = _deleted(document, path)
    return _inserted(document, path, _attribute(patch, "value"))


def _op_move(document: Any, path: list[Any], patch: dict[Any, Any]) -> Any:
    source = _parsed_path(_attribute(patch, "from"))
    moved = _found(document, source)
    return _inserted(_deleted(document, source), path, moved)


def _op_copy(document: Any, path: list[Any], patch: dict[Any, Any]) -> Any:
    return _inserted(document, path, _found(document, _parsed_path(_attribute(patch, "from"))))


def _op_test(document: Any, path: list[Any], patch: dict[Any, Any]) -> Any:
    found = _found(document, path)
    value = _attribute(patch, "value")
    if not equal(found, value):
        raise BuiltinError(
            f"value from EditTree != patch value.\n\nExpected: {term_text(value)}\n\nFound: {term_text(found)}"
        )
    return document


_OPERATIONS: dict[str, Callable[[Any, list[Any], dict[Any, Any]], Any]] = {
    "add": _op_add,
    "copy": _op_copy,
    "move": _op_move,
    "remove": _op_remove,
    "replace": _op_replace,
    "test": _op_test,
}


def _found(document: Any, path: list[Any]) -> Any:
    for step in path:
        document = _step(document, step)
    return document


def _step(value: Any, key: Any) -> Any:
    """The value one step down; a BuiltinError where there is none."""
    kind = value.__class__
    if kind is dict:
        found = value.get(to_key(key), UNDEFINED)
        if found is UNDEFINED:
            raise BuiltinError(f"path {term_text(key)} does not exist in object term {term_text(value)}")
        return found
    if kind is RegoSet:
        if key not in value:
            shown = key if key.__class__ is str else term_text(key)
            raise BuiltinError(f"path {shown} does not exist in set term {term_text(value)}")
        return key
    if kind is list:
        index = _index(len(value), key)
        if not 0 <= index < len(value):
            raise BuiltinError(f"path {index} does not exist in array term {term_text(value)}")
        return value[index]
    if value is UNDEFINED:
        raise BuiltinError("nil value encountered where composite value was expected")
    raise BuiltinError(
        f"expected composite type for path {term_text(key)}, found value: {term_text(value)} (type: {_go_type(value)})"
    )


def _changed(document: Any, path: list[Any], change: Callable[[Any], Any]) -> Any:
    """The document with the container at the path replaced by `change` of it."""
    if not path:
        return change(document)
    key = path[0]
    new = _changed(_step(document, key), path[1:], change)
    kind = document.__class__
    if kind is dict:
        return {**document, to_key(key): new}
    if kind is list:
        index = _index(len(document), key)
        return [*document[:index], new, *document[index + 1 :]]
    return RegoSet([v for v in document if not equal(v, key)] + [new])


def _inserted(document: Any, path: list[Any], value: Any) -> Any:
    if not path:
        return value
    key = path[-1]

    def insert(container: Any) -> Any:
        kind = container.__class__
        if kind is dict:
            return {**container, to_key(key): value}
        if kind is RegoSet:
            if not equal(key, value):
                raise BuiltinError(f"set key {term_text(key)} does not equal value to be inserted {term_text(value)}")
            return RegoSet([*container, value])
        if kind is list:
            index = _index(len(container), key)
            if not 0 <= index <= len(container):
                raise BuiltinError("index for array insertion out of bounds")
            return [*container[:index], value, *container[index:]]
        raise _not_composite(container, "insert")

    return _changed(document, path[:-1], insert)


def _deleted(document: Any, path: list[Any]) -> Any:
    if not path:
        if document is UNDEFINED:
            raise BuiltinError("deleted node encountered during delete operation")
        return UNDEFINED
    key = path[-1]

    def delete(container: Any) -> Any:
        kind = container.__class__
        if kind is dict:
            if to_key(key) not in container:
                raise BuiltinError(f"cannot delete child key {term_text(key)} that does not exist")
            return {k: v for k, v in container.items() if k != to_key(key)}
        if kind is RegoSet:
            if key not in container:
                raise BuiltinError(f"cannot delete child key {term_text(key)} that does not exist")
            return RegoSet(v for v in container if not equal(v, key))
        if kind is list:
            index = _index(len(container), key)
            if not 0 <= index < len(container):
                raise BuiltinError("index for array delete out of bounds")
            return [*container[:index], *container[index + 1 :]]
        raise _not_composite(container, "delete")

    return _changed(document, path[:-1], delete)


def _not_composite(value: Any, operation: str) -> BuiltinError:
    if value is UNDEFINED:
        return BuiltinError(f"deleted node encountered during {operation} operation")
    return BuiltinError(f"expected composite type, found value: {term_text(value)} (type: {_go_type(value)})")


def _index(length: int, key: Any) -> int:
    """The index a path step means; `-` is the place after the last element."""
    if is_number(key):
        index = machine_int(key)
        if index is None:
            raise BuiltinError("invalid number type for indexing")
        return index
    if key.__class__ is not str:
        raise BuiltinError("invalid type for indexing")
    if key == "-":
        return length
    whole = key.removeprefix("-").removeprefix("+")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 20):
        raise BuiltinError("invalid string for indexing")
    if key != "0" and key.startswith("0"):
        raise BuiltinError("leading zeros are not allowed in JSON paths")
    return int(key)


def _go_type(value: Any) -> str:
    """The name OPA's own type has in its messages."""
    return "ast." + type_name(value).capitalize()
