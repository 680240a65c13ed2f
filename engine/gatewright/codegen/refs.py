"""Refs: subscripts where every operand is known, loops where one is a variable without a value yet.

A ref walks from a base (`input`, `data`, a variable, a rule's value) one operand at a time. Operands that have a
value are gathered into one chain of subscripts; a variable without one ends the chain and opens a loop over it.
Under `data` the walk starts in the tree of rules and leaves it for a rule's value or for base data; only where
a variable ranges over that tree itself is the tree consulted at run time.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gatewright.codegen import _py, recording, terms, trail, unify
from gatewright.codegen._names import singular
from gatewright.codegen.writer import NOTHING, Val, Writer, text_of
from gatewright.records import record, replace
from gatewright.runtime.values import from_key, to_key
from gatewright.syntax.nodes import Ref, String, Term, Var

if TYPE_CHECKING:
    from gatewright.codegen.unit import Group, Place


def read(w: Writer, ref: Ref, hint: str = "") -> Val:
    """The value of a ref; variables among its operands that are not bound yet range over what is there."""
    head, *operands = ref.terms
    node = head.value
    if isinstance(node, Var) and node.name not in w.bound:
        if node.name == "data":
            return _read_data(w, operands, hint)
        if node.name == "input":
            base = Val(_py.attribute(_py.name(w.state), "input"), whole_input=True)
            if not operands and w.unit.input_is_whole:
                return replace(base, kind="dict", short=True)
            return _walk(w, _Chain(base, (w.state, "input"), read=recording.Read(None)), operands, hint, checked=False)
    base = w.keep(terms.value(w, head), "value")
    root = base.expr.id if isinstance(base.expr, ast.Name) else None
    return _walk(w, _chain(base, root), operands, hint)


@record(slots=True)
class _Chain:
    """Subscripts gathered so far. `key` names the value for reuse, None where it has no stable name; `read` is what
    will have been read, where that is of interest. `unsure` is its name among what has been looked up ahead, while it
    may be undefined."""

    val: Val
    key: tuple[object, ...] | None
    length: int = 0
    stored: bool = False
    fixed: bool = False
    read: recording.Read | None = None
    unsure: tuple[object, ...] | None = None


def _chain(base: Val, root: str | None) -> _Chain:
    """A chain from a value that is there."""
    read = None if base.fixed or root is None else recording.Read(base.expr)
    return _Chain(base, (root,) if root else None, fixed=base.fixed, read=read)


def _walk(w: Writer, chain: _Chain, operands: list[Term], hint: str, *, checked: bool = True) -> Val:
    """Follow the operands from a value. `checked`: the value itself is known to be there."""
    for position, term in enumerate(operands):
        if not terms.ground(w, term):
            return _each(
                w, _settle(w, chain, _hint(operands[:position], hint)), operands[position:], hint, chain.stored
            )
        _step(w, chain, terms.value(w, term), operands[:position], hint)
    recording.note(w, chain.read)
    if not checked and not operands:
        return w.defined(chain.val, hint or "input")
    return _settle(w, chain, hint or _hint(operands, hint))


def _step(w: Writer, chain: _Chain, key: Val, before: list[Term], hint: str) -> None:
    parameters = chain.val.whole_input and w.state == "s" and key.constant and key.value == w.unit.parameters
    if parameters:
        chain.fixed = True
    elif not key.fixed:
        chain.fixed = False
    if chain.read is not None:
        chain.read = None if chain.fixed else chain.read.below(key)
    if chain.key is not None:
        chain.key = (*chain.key, text_of(key)) if text_of(key) is not None else None
    if chain.key is not None and (seen := w.known.get(chain.key) or w.ahead.get(chain.key)) is not None:
        _take(w, chain, chain.key, seen)
        return
    _make_sure(w, chain)
    if parameters and w.unit.input_is_whole:
        name = w.assign(key.value, _py.subscript(chain.val.expr, key.expr))
        chain.val = Val(_py.name(name), fixed=True)
        if chain.key is not None:
            w.known[chain.key] = chain.val
        chain.key = _name(chain.val)
        return
    if chain.val.kind == "set":
        # A member of a set stands for itself.
        w.guard(_py.compare(terms.key_form(key), ast.In(), _py.attribute(chain.val.expr, "keys")))
        chain.val, chain.length, chain.read = key, 0, None
        return
    if chain.stored and not (key.constant and key.kind == "str" and key.value[:1] not in _STARTS_OF_INDEXES):
        chain.val = Val(_py.call("stored", chain.val.expr, key.expr))
    elif chain.stored or (key.constant and key.kind == "str" and key.value in _EXPECTED):
        chain.val = Val(_py.subscript(chain.val.expr, key.expr))
    else:
        _look_up(w, chain, key, before, hint)
        return
    chain.length += 1


def _take(w: Writer, chain: _Chain, key: tuple[object, ...], seen: Val) -> None:
    """Go on from a value that has been looked up before; where that may have failed, see to it when need be."""
    chain.val, chain.length, chain.unsure = seen, 0, None if key in w.known else key
    chain.key = _name(seen)
    if chain.unsure is not None:
        recording.note(w, chain.read)
    if w.unit.recording:
        _make_sure(w, chain)


def _make_sure(w: Writer, chain: _Chain) -> None:
    """What follows happens only if there is what has been looked up ahead."""
    if chain.unsure is not None:
        doubts = w.doubts
        w.guard(_py.is_defined(chain.val.expr))
        if chain.read is not None:
            w.doubts = doubts
        w.known[chain.unsure] = chain.val
        chain.unsure = None


def _name(val: Val) -> tuple[object, ...] | None:
    """What a value is called by those that look up its members: the variable that holds it."""
    return (val.expr.id,) if isinstance(val.expr, ast.Name) else None


# How a text begins that base data may take for an array's index; the empty text is none.
_STARTS_OF_INDEXES = frozenset("+-.0123456789")
# Members that are nearly always there: a plain subscript is fastest when it succeeds, and slow when it fails.
_EXPECTED = frozenset(("containers", "kind", "metadata", "object", "parameters", "review", "spec"))


def _look_up(w: Writer, chain: _Chain, key: Val, before: list[Term], hint: str) -> None:
    """A member that may well be absent, looked up without raising anything."""
    name = chain.key
    chain.key = name[:-1] if name is not None else None
    doubts = w.doubts
    recording.note(w, chain.read)
    base = w.keep(_settle(w, chain, _hint(before, "value")), "input" if chain.val.whole_input else "value")
    other = _py.call("get", base.expr, key.expr)
    if key.kind == "str":
        found = _py.call(_py.attribute(base.expr, "get"), key.expr, _py.name(_py.UNDEFINED))
        val = Val(ast.IfExp(_py.class_is(base.expr, "dict"), found, other), fixed=chain.fixed)
    else:
        val = Val(other, fixed=chain.fixed)
    chain.val = w.keep(val, str(key.value) if key.constant else _hint(before, hint) or "value")
    chain.key = _name(chain.val)
    if name is not None:
        w.look_ahead({name: chain.val})
    w.guard(_py.is_defined(chain.val.expr))
    if chain.read is not None:
        w.doubts = doubts  # what was read tells
    if name is not None:
        w.known[name] = chain.val


def _settle(w: Writer, chain: _Chain, hint: str) -> Val:
    """Evaluate the subscripts gathered so far."""
    recording.note(w, chain.read)
    _make_sure(w, chain)
    if not chain.length:
        return chain.val
    doubts = w.doubts
    val = replace(w.attempt(hint or "value", chain.val.expr), fixed=chain.fixed)
    if chain.read is not None:
        w.doubts = doubts
    if chain.key is not None:
        w.known[chain.key] = val
    chain.val, chain.length, chain.key = val, 0, _name(val)
    return val


def _hint(operands: list[Term], default: str) -> str:
    for term in reversed(operands):
        if isinstance(term.value, String):
            return term.value.value
    return default or "value"


def _each(w: Writer, collection: Val, operands: list[Term], hint: str, stored: bool) -> Val:
    """Range over `collection` with the first operand, then follow the others."""
    collection = w.keep(collection, "collection")
    first, rest = operands[0], operands[1:]
    name = collection.expr.id if isinstance(collection.expr, ast.Name) else ""
    item_hint = hint if hint and not rest else singular(name)
    item = w.names.fresh(item_hint)
    texts = collection.constant and collection.kind == "list" and all(v.__class__ is str for v in collection.value)
    val = Val(_py.name(item), "str" if texts else "any")
    mark = recording.mark(w)
    order = "_sorted" if w.ordered else ""
    if isinstance(first.value, Var) and first.value.wildcard:
        w.loop(_py.store(item), values_of(w, collection))
    elif collection.kind == "set" and not w.ordered:
        # A member of a set stands for itself.
        w.loop(_py.store(item), values_of(w, collection))
        unify.match(w, first, val)
    else:
        key_hint = terms.hint_of(w, first) if isinstance(first.value, Var) else "key"
        key = w.names.fresh(key_hint)
        pair = ast.Tuple([_py.store(key), _py.store(item)], ast.Store())
        w.loop(pair, _py.call(f"items{order}", collection.expr))
        unify.match(w, first, Val(_py.name(key)))
    if collection.fixed:
        recording.reset(w, mark)
    else:
        recording.enter(w, collection.expr, item, mark)
    read = None if collection.fixed else recording.Read(val.expr)
    return _walk(w, _Chain(val, (item,), stored=stored, read=read), rest, hint)


def values_of(w: Writer, collection: Val) -> ast.expr:
    """The members of a collection; an array, as most are, is iterated as it is."""
    if collection.kind == "list":
        return collection.expr
    found = _py.call("values_sorted" if w.ordered else "several", collection.expr)
    if collection.kind == "set" and not w.ordered:
        return _py.call(_py.attribute(collection.expr, "several"))
    if collection.kind != "any":
        return found
    return ast.IfExp(_py.class_is(collection.expr, "list"), collection.expr, found)


# --- data -------------------------------------------------------------------------------------------------------


def _read_data(w: Writer, operands: list[Term], hint: str) -> Val:
    node = w.unit.root
    path: list[object] = []
    for position, term in enumerate(operands):
        key = terms.constant(term.value)
        if key is NOTHING:
            if node.children:
                return _dynamic(w, path, operands[position:], hint)
            break
        child = node.children.get(to_key(key))
        path.append(to_key(key))
        if child is None:
            return _read_base(w, operands, hint)
        if child.group is not None:
            if child.group.kind == "object":
                return _read_object(w, child.group, operands[position + 1 :], hint)
            result = w.unit.rule_value(w, child.group, hint if position + 1 == len(operands) else "")
            return _walk_rule(w, result, operands[position + 1 :], hint)
        node = child
    return _dynamic(w, path, [], hint)


def _read_object(w: Writer, group: Group, operands: list[Term], hint: str) -> Val:
    """A partial object, or a member of it: conflicts at other keys do not matter to a member."""
    depth = w.unit.depth(group)
    keys: list[ast.expr] = []
    for term in operands[:depth]:
        if not terms.ground(w, term):
            break
        keys.append(w.keep(terms.value(w, term), "key").expr)
    if not keys:
        return _walk_rule(w, w.unit.rule_value(w, group, "" if operands else hint), operands, hint)
    trail.lost(w)
    rule, narrowed = w.unit.need(group, w), w.unit.narrowed(group)
    found = w.defined(Val(_py.call("keyed", _py.name(w.state), _py.name(rule), _py.name(narrowed), *keys)), hint)
    return _walk_rule(w, found, operands[len(keys) :], hint)


def whole_rule(w: Writer, ref: Ref) -> Group | None:
    """The complete rule whose value a ref is, if it is just that."""
    head, *operands = ref.terms
    if not isinstance(head.value, Var) or head.value.name != "data" or not operands:
        return None
    place: Place | None = w.unit.root
    for term in operands:
        key = terms.constant(term.value)
        if key is NOTHING or place is None or place.group is not None:
            return None
        place = place.children.get(to_key(key))
    group = place.group if place is not None else None
    return group if group is not None and group.kind == "complete" else None


def _walk_rule(w: Writer, result: Val, operands: list[Term], hint: str) -> Val:
    if not operands:
        return result
    root = result.expr.id if isinstance(result.expr, ast.Name) else None
    return _walk(w, _chain(result, root), operands, hint)


def _read_base(w: Writer, operands: list[Term], hint: str) -> Val:
    base = Val(_py.attribute(_py.name(w.state), "data"))
    return _walk(w, _Chain(base, (w.state, "data"), stored=True), operands, hint)


def _dynamic(w: Writer, path: list[object], operands: list[Term], hint: str) -> Val:
    """A walk that the tree of rules takes part in at run time."""
    trail.lost(w)
    state = _py.name(w.state)
    keys = [terms.constant_val(w, terms_key(key)).expr for key in path]
    start = _py.call("document", state, _py.tuple_of(*keys), _py.name(w.unit.tree(tuple(path))))
    place = _py.name(w.assign(str(path[-1]) if path else "data_", start))
    for term in operands:
        if terms.ground(w, term):
            key = terms.value(w, term)
            step = Val(_py.call("member", state, place, key.expr))
            place = w.defined(step, "place").expr  # type: ignore[assignment]
            continue
        key_name = w.names.fresh(terms.hint_of(w, term) if isinstance(term.value, Var) else "key")
        item = w.names.fresh("place")
        pair = ast.Tuple([_py.store(key_name), _py.store(item)], ast.Store())
        w.loop(pair, _py.call("members", state, place))
        unify.match(w, term, Val(_py.name(key_name)))
        place = _py.name(item)
    return w.defined(Val(_py.call("extent", state, place)), hint or "value")


def terms_key(key: object) -> object:
    """The value of a key of the tree."""
    return from_key(key)
