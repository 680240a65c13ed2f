"""Bodies within bodies: comprehensions, `not`, `every`, and/or, and whether a body has a solution at all."""

from __future__ import annotations

import ast
from collections.abc import Callable

from gatewright.codegen import _py, bodies, calls, fixed, recording, refs, terms, trail
from gatewright.codegen.writer import Sink, Val, Writer
from gatewright.syntax.nodes import (
    ArrayComprehension,
    Body,
    Every,
    Expr,
    ObjectComprehension,
    Ref,
    SetComprehension,
    Term,
    Var,
)


def comprehension(w: Writer, node: ArrayComprehension | SetComprehension | ObjectComprehension, hint: str) -> Val:
    """The array, set or object of a comprehension, built in place."""
    if fixed.worth(w, node):
        kind = {ArrayComprehension: "list", SetComprehension: "set", ObjectComprehension: "dict"}[type(node)]
        return fixed.cached(w, hint or "fixed", kind, lambda: comprehension_here(w, node, hint), always=True)
    return comprehension_here(w, node, hint)


def comprehension_here(w: Writer, node: ArrayComprehension | SetComprehension | ObjectComprehension, hint: str) -> Val:
    mark = recording.mark(w)
    with trail.aside(w, node):
        match node:
            case ArrayComprehension():
                made = _array(w, node, hint or "items")
            case SetComprehension():
                made = _set(w, node, hint or "members")
            case ObjectComprehension():
                made = _object(w, node, hint or "object")
    recording.leave(w, mark)
    return made


def _array(w: Writer, node: ArrayComprehension, hint: str) -> Val:
    out = w.assign(hint, ast.List([], ast.Load()))
    with w.body(Sink(), ordered=True):
        bodies.body(w, node.body)
        item = terms.value(w, node.term)
        w.add(ast.Expr(_py.call(_py.attribute(_py.name(out), "append"), item.expr)))
    return Val(_py.name(out), "list")


def _set(w: Writer, node: SetComprehension, hint: str) -> Val:
    if (collection := _keys_of(w, node)) is not None:
        return _held(w, collection, hint)
    out = terms.start_set(w, hint)
    with w.body(Sink(), ordered=w.unit.watches_order):
        bodies.body(w, node.body)
        terms.add_member(w, out, terms.value(w, node.term))
    return Val(_py.name(w.assign(hint, terms.finished_set(out))), "set")


def _keys_of(w: Writer, node: SetComprehension) -> Ref | None:
    """What `{key | labels[key]}` gathers the keys of; None for any other comprehension."""
    if w.unit.recording or w.unit.watches_order or w.unit.covering or not isinstance(node.term.value, Var):
        return None
    match node.body:
        case (Expr(terms=Term(Ref(terms=(head, *between, last))), negated=False, withs=()),) if last == node.term:
            collection = Ref((head, *between))
            known = isinstance(head.value, Var) and (head.value.name == "input" or head.value.name in w.bound)
            if known and terms.ground(w, Term(collection)) and not terms.ground(w, last):
                return collection
    return None


def _held(w: Writer, collection: Ref, hint: str) -> Val:
    out = w.assign(hint, _py.name("EMPTY"))
    with w.body(Sink(names=(out,)), ordered=False):
        w.add(_py.assign(out, _py.call("held", refs.read(w, collection).expr)))
    return Val(_py.name(out), "set")


def _object(w: Writer, node: ObjectComprehension, hint: str) -> Val:
    out = w.assign(hint, ast.Dict([], []))
    with w.body(Sink(), ordered=w.unit.watches_order):
        bodies.body(w, node.body)
        key, item = terms.value(w, node.key), terms.value(w, node.value)
        w.location = node.key.location
        w.add(ast.Expr(_py.call("put", _py.name(out), key.expr, item.expr, calls.at(w))))
    return Val(_py.name(out), "dict")


def exists(w: Writer, body: Body, hint: str = "found", opening: Callable[[], None] = lambda: None) -> ast.expr:
    """The condition that a body has a solution, once `opening` has been written. Its variables stay its own."""
    flag = w.assign(hint, _py.const(False))
    written = w.stmts
    start = len(written)
    with w.body(Sink(names=(flag,), found=flag), ordered=w.unit.watches_order):
        opening()
        bodies.body(w, body)
        w.succeed([_py.assign(flag, _py.const(True))])
    # What a condition needs stands before it.
    plain = _as_condition(written[-1:], flag) if len(written) > start else None
    if plain is None:
        return _py.name(flag)
    del written[-1], written[start - 1]
    return plain


def _as_condition(stmts: list[ast.stmt], flag: str) -> ast.expr | None:
    """`if a: if b: flag = True` as `a and b`."""
    if len(stmts) != 1:
        return None
    match stmts[0]:
        case ast.If(test=test, body=body, orelse=[]):
            inner = _as_condition(body, flag)
            if inner is None:
                return None
            return test if _py.always(inner) else _py.both(test, inner)
        case ast.Assign(targets=[ast.Name(id=name)]) if name == flag:
            return _py.const(True)
    return None


def every(w: Writer, node: Every) -> None:
    """What follows happens if the body has a solution for each member of the domain."""
    domain = w.keep(terms.value(w, node.domain, "domain"), "domain")
    if domain.kind not in ("list", "dict", "set"):
        w.guard(_py.call("is_collection", domain.expr))
    holds = w.assign("all_hold", _py.const(True))
    with w.body(Sink(names=(holds,)), ordered=w.unit.watches_order):
        _each_member(w, node, domain)
        condition = exists(w, node.body, "holds")
        w.add(ast.If(_py.negate(condition), [_py.assign(holds, _py.const(False)), ast.Break()], []))
    w.guard(_py.name(holds))


def _each_member(w: Writer, node: Every, domain: Val) -> None:
    order = "_sorted" if w.ordered else ""
    item = w.names.fresh(terms.hint_of(w, node.value))
    key_var = node.key.value if node.key is not None else None
    if not isinstance(key_var, Var) or key_var.wildcard:
        w.loop(_py.store(item), refs.values_of(w, domain))
    else:
        key = w.names.fresh(w.unit.original(key_var.name))
        pair = ast.Tuple([_py.store(key), _py.store(item)], ast.Store())
        w.loop(pair, _py.call(f"items{order}", domain.expr))
        w.bound[key_var.name] = Val(_py.name(key))
    if isinstance(node.value.value, Var):
        w.bound[node.value.value.name] = Val(_py.name(item))
