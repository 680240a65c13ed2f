"""Terms to Python expressions: constants, variables, composites; refs, calls and comprehensions have their modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gatewright.codegen import _py, calls, closures, refs
from gatewright.codegen.writer import NOTHING, Val, Writer
from gatewright.runtime.numbers import parse_number
from gatewright.runtime.values import NumberText, RegoSet, to_key
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Boolean,
    Call,
    Null,
    Number,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    String,
    Term,
    Value,
    Var,
)

DOCUMENTS = frozenset(("data", "input"))


def value(w: Writer, term: Term, hint: str = "") -> Val:
    """The value of a term whose variables are all bound; where it is undefined, what follows does not happen.

    OPA's check lets some variables pass that nothing binds (names like its own, neighbours of closures, keys of objects
    in refs), and its evaluator leaves them open; here they are undefined.
    """
    node = term.value
    match node:
        case Var(name):
            if name in w.bound:
                return w.bound[name]
            if name not in DOCUMENTS:
                w.never()
                return Val(_py.name(_py.UNDEFINED))
            return refs.read(w, Ref((term,)), hint)
        case Ref():
            return refs.read(w, node, hint)
        case Call(terms):
            return calls.call_value(w, terms, hint)
        case ArrayComprehension() | SetComprehension() | ObjectComprehension():
            return closures.comprehension(w, node, hint)
    found = constant(node)
    if found is not NOTHING:
        return constant_val(w, found, hint)
    match node:
        case Array(items):
            vals = [value(w, t) for t in items]
            elements = [val.expr for val in vals]
            return Val(ast.List(elements, ast.Load()), "list", fixed=all(val.fixed for val in vals))
        case Object(pairs):
            keys = [key_form(value(w, k)) for k, _ in pairs]
            return Val(ast.Dict(list(keys), [value(w, v).expr for _, v in pairs]), "dict")
        case Set(items):
            members = [value(w, t).expr for t in items]
            return Val(_py.call("RegoSet", ast.List(members, ast.Load())), "set")
    raise AssertionError(f"no code for {node!r}")


def constant(node: Value) -> Any:
    """The value of a node that holds nothing to evaluate, else NOTHING."""
    match node:
        case String(text):
            return text
        case Number(text):
            return parse_number(text)
        case Boolean(truth):
            return truth
        case Null():
            return None
        case Array(items):
            members = [constant(t.value) for t in items]
            return NOTHING if any(m is NOTHING for m in members) else members
        case Set(items):
            members = [constant(t.value) for t in items]
            return NOTHING if any(m is NOTHING for m in members) else RegoSet(members)
        case Object(pairs):
            built = [(constant(k.value), constant(v.value)) for k, v in pairs]
            if any(k is NOTHING or v is NOTHING for k, v in built):
                return NOTHING
            return {to_key(k): v for k, v in built}
    return NOTHING


_KINDS: dict[type, str] = {
    str: "str",
    int: "int",
    float: "number",
    NumberText: "number",
    bool: "bool",
    type(None): "null",
    list: "list",
    dict: "dict",
    RegoSet: "set",
}


def constant_val(w: Writer, found: Any, hint: str = "") -> Val:
    """A constant as an expression: plain ones stand where they are used, others at the top of the module."""
    kind = _KINDS[found.__class__]
    if found.__class__ in (str, int, float, bool, type(None)):
        return Val(_py.const(found), kind, found, fixed=True)
    return Val(_py.name(w.unit.constant(found, hint)), kind, found, fixed=True)


def key_form(val: Val) -> ast.expr:
    """`val` as a dict key."""
    if val.kind in ("str", "int", "number", "null"):
        return val.expr
    return _py.call("to_key", val.expr)


def start_set(w: Writer, hint: str) -> str:
    """A variable for the members of a set under construction."""
    return w.assign(hint, ast.List([], ast.Load()))


def add_member(w: Writer, out: str, item: Val) -> None:
    """Add a member to a set under construction."""
    w.add(ast.Expr(_py.call(_py.attribute(_py.name(out), "append"), item.expr)))


def finished_set(out: str) -> ast.expr:
    """The set of the members gathered."""
    return _py.call(_py.attribute(_py.name("RegoSet"), "of_members"), _py.name(out))


def equals(left: Val, right: Val) -> ast.expr:
    """The condition that two values are equal, in the plainest Python that means the same."""
    if left.constant and not right.constant:
        left, right = right, left
    if left.constant and right.constant:
        from gatewright.runtime.values import equal

        return _py.const(equal(left.value, right.value))
    if right.kind in ("bool", "null") and right.constant:
        return _py.is_(left.expr, right.expr)
    if "str" in (left.kind, right.kind):
        return _py.compare(left.expr, ast.Eq(), right.expr)
    if left.kind == right.kind == "int":
        return _py.compare(left.expr, ast.Eq(), right.expr)
    return _py.call("equal", left.expr, right.expr)


def truth(val: Val) -> ast.expr:
    """The condition that a value holds as an expression of its own: it is not false."""
    if val.constant:
        return _py.const(val.value is not False)
    if val.kind == "bool":
        return val.expr
    if val.kind != "any":
        return _py.const(True)
    return _py.is_not(val.expr, _py.const(False))


def holds(w: Writer, val: Val) -> ast.expr:
    """The condition that a value is there and is not false; `val` may be undefined."""
    if val.kind == "bool":
        return _py.is_(val.expr, _py.const(True))
    if val.kind != "any":
        return _py.is_defined(val.expr)
    name = w.names.fresh("held")
    there = _py.is_defined(ast.NamedExpr(_py.store(name), val.expr))
    return _py.both(there, _py.is_not(_py.name(name), _py.const(False)))


def condition(w: Writer, term: Term) -> ast.expr:
    """A term as an expression of its own, as a condition."""
    if isinstance(term.value, Ref):
        group = refs.whole_rule(w, term.value)
        if group is not None:
            return holds(w, Val(calls.run(w, group, []), w.unit.result_kind(group)))
    return truth(value(w, term))


def ground(w: Writer, term: Term) -> bool:
    """Whether every variable that the term needs is bound at this point."""
    return all(name in w.bound for name in needed(term))


def needed(term: Term) -> Iterator[str]:
    """The variables outside closures in a term, documents left out."""
    node = term.value
    match node:
        case Var(name):
            if name not in DOCUMENTS:
                yield name
        case Ref(terms):
            for part in terms:
                yield from needed(part)
        case Call(terms):
            for part in terms[1:]:
                yield from needed(part)
        case Array(items) | Set(items):
            for part in items:
                yield from needed(part)
        case Object(pairs):
            for key, part in pairs:
                yield from needed(key)
                yield from needed(part)


def hint_of(w: Writer, term: Term) -> str:
    """A name for what a term stands for."""
    match term.value:
        case Var(name):
            return w.unit.original(name)
        case Ref(terms):
            for part in reversed(terms):
                if isinstance(part.value, String):
                    return part.value.value
                if isinstance(part.value, Var) and not part.value.wildcard and not part.value.generated:
                    return part.value.name
    return "value"


def is_local(w: Writer, term: Term) -> bool:
    """Whether a term is a variable of the rule, or a ref into one."""
    node = term.value
    if isinstance(node, Ref):
        node = node.terms[0].value
    return isinstance(node, Var) and node.name in w.bound
