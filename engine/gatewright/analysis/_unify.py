"""What unifying terms tells of their types: whether they can be equal, and what their variables then are."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.analysis._env import TypeEnv, select_constant
from gatewright.analysis._terms import (
    is_constant,
    sorted_pairs,
)
from gatewright.analysis.types import (
    ANY,
    AnyType,
    ArrayType,
    ObjectType,
    RecursiveType,
    SetType,
    Type,
    is_unknown,
    unifies,
    union,
    values_of,
)
from gatewright.syntax.nodes import (
    Array,
    Object,
    Ref,
    Set,
    Term,
    Var,
)


def unify_terms(env: TypeEnv, a: Term, left: Type | None, b: Term, right: Type | None) -> bool:
    """Whether two terms can be equal; infers the types of variables on the way."""
    unknown_left, unknown_right = is_unknown(left), is_unknown(right)
    if unknown_left and not unknown_right:
        return unify_with(env, a, right)
    if unknown_right and not unknown_left:
        return unify_with(env, b, left)
    if not unknown_left:
        return unifies(left, right)
    x, y = a.value, b.value
    match x, y:
        case (Array(), Array() | Var()):
            return _unify_arrays(env, a, b)
        case (Array(), _):
            return False
        case (Object(), Object() | Var()):
            return _unify_objects(env, a, b)
        case (Object(), _):
            return False
        case (Var(), Var()):
            return unify_with(env, a, ANY) and unify_with(env, b, env.value_type(x))
        case (Var(), Array()):
            return _unify_arrays(env, b, a)
        case (Var(), Object()):
            return _unify_objects(env, b, a)
        case (Var(), Ref()):
            return unify_with(env, a, ANY)
        case (Ref(), Var()):
            return unify_with(env, b, ANY)
    if isinstance(x, Var) and left is None and right is not None:
        return unify_with(env, a, right)
    if isinstance(y, Var) and right is None and left is not None:
        return unify_with(env, b, left)
    return False


def _unify_arrays(env: TypeEnv, a: Term, b: Term) -> bool:
    x, y = a.value, b.value
    assert isinstance(x, Array)
    if isinstance(y, Array):
        return len(x.items) == len(y.items) and all(
            unify_terms(env, i, env.value_type(i.value), j, env.value_type(j.value))
            for i, j in zip(x.items, y.items, strict=True)
        )
    return unify_with(env, a, ANY) and unify_with(env, b, env.value_type(x))


def _unify_objects(env: TypeEnv, a: Term, b: Term) -> bool:
    x, y = a.value, b.value
    assert isinstance(x, Object)
    if isinstance(y, Object):
        others = {k.value: v for k, v in y.items}
        if len(x.items) != len(y.items) or any(k.value not in others for k, _ in x.items):
            return False
        for key, item in sorted_pairs(x.items):
            other = others[key.value]
            if not unify_terms(env, item, env.value_type(item.value), other, env.value_type(other.value)):
                return False
        return True
    return unify_with(env, a, ANY) and unify_with(env, b, env.value_type(x))


def unify_with(env: TypeEnv, term: Term, tpe: Type | None, *, widen: bool = False) -> bool:
    """Whether a term can be of a type; infers the types of variables, widening those that are known if asked to."""
    value = term.value
    if isinstance(value, Var):
        name = value.name
        have = env.value_type(value)
        if widen:
            env.set_var(name, union(have, tpe))
        elif have is not None:
            return unifies(have, tpe)
        else:
            env.set_var(name, tpe)
        return True
    if isinstance(value, Array | Object | Set):
        if isinstance(tpe, AnyType):
            return _unify_with_any(env, term, tpe)
        if isinstance(tpe, RecursiveType) and not isinstance(value, Set):
            tpe = tpe.type
        match value, tpe:
            case Array(items), ArrayType(static, dynamic):
                if len(items) != len(static) and dynamic is None:
                    return False
                return all(unify_with(env, t, tpe.select(i), widen=widen) for i, t in enumerate(items))
            case Object(pairs), ObjectType():
                return _unify_with_object(env, pairs, tpe, widen=widen)
            case Set(members), SetType():
                of = values_of(tpe)
                return all(unify_with(env, t, of, widen=widen) for t in members)
        return False
    return unifies(env.value_type(value), tpe)


def _unify_with_any(env: TypeEnv, term: Term, tpe: AnyType) -> bool:
    if tpe.of:
        found = False
        for member in tpe.of:
            found = unify_with(env, term, member, widen=True) or found
        return found
    value = term.value
    inner: Iterable[Term] = ()
    match value:
        case Array(items) | Set(items):
            inner = items
        case Object(pairs):
            inner = [t for pair in sorted_pairs(pairs) for t in pair]
    for t in inner:
        unify_with(env, t, ANY, widen=True)
    return True


def _unify_with_object(env: TypeEnv, pairs: tuple[tuple[Term, Term], ...], tpe: ObjectType, *, widen: bool) -> bool:
    if len(pairs) != len(tpe.static) and (tpe.dynamic is None or tpe.dynamic[1] is None):
        return False
    for key, item in sorted_pairs(pairs):
        if is_constant(key.value):
            child = select_constant(tpe, key.value)
            if child is None or not unify_with(env, item, child, widen=widen):
                return False
        else:
            unify_with(env, item, ANY, widen=widen)
    return True
