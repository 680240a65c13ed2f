"""Types of documents as annotations give them: put into what is known of the documents around."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.analysis._env import TypeEnv
from gatewright.analysis._terms import (
    json_key,
)
from gatewright.analysis.types import (
    ANY,
    ObjectType,
    RecursiveType,
    Type,
    object_type,
)
from gatewright.syntax.nodes import (
    Term,
)


def apply_schema(env: TypeEnv, path: tuple[Term, ...], tpe: Type) -> None:
    """Give the document at `path` a type, inside the type of what is around it."""
    for end in range(1, max(len(path), 2)):
        around = env.ref_type(path[:end])
        if around is not None:
            if end < len(path):
                tpe = _override(around, path[end:], tpe)
            env.tree.put(path[:end], tpe)
            return
    env.tree.put(path, tpe)


def _override(around: Type | None, operands: Sequence[Term], tpe: Type) -> Type:
    around = around.type if isinstance(around, RecursiveType) else around
    key = json_key(operands[0].value)
    if not isinstance(around, ObjectType):
        return _object_at(operands, tpe, (ANY, ANY))
    static = []
    found = False
    for name, value in around.static:
        if name == key:
            found = True
            value = tpe if len(operands) == 1 else _override(value, operands[1:], tpe)
        static.append((name, value))
    if not found:
        static += _object_at(operands, tpe, around.dynamic).static
    return object_type(static, around.dynamic)


def _object_at(operands: Sequence[Term], tpe: Type, dynamic: tuple[Type | None, Type | None] | None) -> ObjectType:
    inner: Type = tpe
    for term in reversed(operands):
        inner = object_type([(json_key(term.value), inner)], dynamic)
    assert isinstance(inner, ObjectType)
    return inner
