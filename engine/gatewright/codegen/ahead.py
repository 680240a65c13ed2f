"""What several definitions ask for alike: members looked up once before them, calls made by the first that gets there.

`not c.resources`, `c.resources.limits.cpu == …` and `missing(c.resources.limits, "memory")` all ask for the same
members of `c`. What at least two of them look at first, before anything else may fail, is looked up ahead of all; the
variable holds UNDEFINED where there is nothing. A lookup of a member by its name fails in no other way, so
that it was made does not show.

A rule or a function of the policy may end in an error, so it is asked when it is needed; what it gives is kept in a
variable, which others that ask with the same operands look at first.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gatewright.codegen import _py, calls, terms
from gatewright.codegen.sharing import Clause, Shared
from gatewright.codegen.writer import NOTHING, Val, Writer, text_of
from gatewright.syntax.nodes import Body, Call, Expr, Ref, SomeDecl, String, Term, Var
from gatewright.syntax.walk import children

if TYPE_CHECKING:
    from gatewright.codegen.unit import Group

Way = tuple[str, ...]
"""The Python variable that a way through members starts from, and their names."""


def look_up(w: Writer, nodes: Sequence[Shared | Clause], operands: Sequence[Val] = ()) -> None:
    """Look up what several of these definitions begin with; `operands` are what functions are called with."""
    if len(nodes) < 2 or w.state != "s" or w.unit.watches_order or w.unit.covering:
        return
    bound = _known(w.bound.items())
    if w.unit.input_is_whole and not w.unit.recording:
        bound["input"] = ("input",)
    given = [zip(node.args, operands, strict=False) for node in nodes]
    names = [bound | _known((t.value.name, val) for t, val in pairs if isinstance(t.value, Var)) for pairs in given]
    times: dict[Way, int] = {}
    for node, known in zip(nodes, names, strict=True):
        for way in dict.fromkeys(_ways(node.prefix if isinstance(node, Shared) else node.body, known)):
            times[way] = times.get(way, 0) + 1
    for way in sorted(way for way, count in times.items() if count > 1):
        if way[:2] != ("input", w.unit.parameters):
            _look_up(w, way)
    if not w.unit.recording:
        _expect_calls(w, nodes, names)


def _look_up(w: Writer, way: Way) -> None:
    base: tuple[object, ...] = (way[0],)
    expr: ast.expr = _py.name(way[0])
    if way[0] == "input":
        base, expr = (w.state, "input"), _py.attribute(_py.name(w.state), "input")
    for name in way[1:]:
        key = (*base, ("str", repr(name)))
        found = w.known.get(key) or w.ahead.get(key)
        if found is None:
            found = w.ahead[key] = Val(_py.name(w.assign(name, _member(expr, name, sure=len(base) > 1))))
        assert isinstance(found.expr, ast.Name)
        base, expr = (found.expr.id,), found.expr


def _member(base: ast.expr, name: str, *, sure: bool) -> ast.expr:
    found = _py.call(_py.attribute(base, "get"), _py.const(name), _py.name(_py.UNDEFINED))
    return found if sure else ast.IfExp(_py.class_is(base, "dict"), found, _py.call("get", base, _py.const(name)))


def _known(variables: Iterable[tuple[str, Val]]) -> dict[str, Way | str]:
    """Where the values of variables are, or the texts that they are."""
    found: dict[str, Way | str] = {}
    for name, val in variables:
        if val.constant and val.kind == "str":
            found[name] = val.value
        elif isinstance(val.expr, ast.Name) and val.kind in ("any", "dict") and not (val.fixed or val.constant):
            found[name] = (val.expr.id,)
    return found


def _ways(body: Body, known: Mapping[str, Way | str]) -> Iterator[Way]:
    """The members that a body looks up before anything but a lookup may fail, each after those on the way to it."""
    names = dict(known)
    for expr in body:
        if expr.withs:
            return
        if not isinstance(expr.terms, SomeDecl):
            yield from _looked_up(expr, names)
            variable, way = _assigned(expr, names)
            if way is None or variable in names:
                return
            names[variable] = way


def _looked_up(node: object, names: Mapping[str, Way | str]) -> Iterator[Way]:
    """The members of known variables that stand anywhere in a node."""
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, Term):
            node = node.value
        if isinstance(node, Ref):
            way = _way(node, names)
            for length in range(2, len(way) + 1):
                yield way[:length]
        stack.extend(children(node))


def _way(ref: Ref, names: Mapping[str, Way | str]) -> Way:
    """The beginning of a ref that is a chain of members of a known variable."""
    head, *operands = ref.terms
    way = names.get(head.value.name, ()) if isinstance(head.value, Var) else ()
    if not isinstance(way, tuple):
        return ()
    for operand in operands if way else ():
        name = names.get(operand.value.name) if isinstance(operand.value, Var) else operand.value
        text = name.value if isinstance(name, String) else name
        if not isinstance(text, str):
            break
        way = (*way, text)
    return way


def _assigned(expr: Expr, names: Mapping[str, Way | str]) -> tuple[str, Way | None]:
    """The variable of `x := c.a.b`, and what it stands for."""
    match expr:
        case Expr(terms=(operator, left, right), negated=False) if calls.operator(operator) in calls.EQUALITY:
            for variable, term in ((left, right), (right, left)):
                if isinstance(variable.value, Var) and isinstance(term.value, Ref):
                    way = _way(term.value, names)
                    return variable.value.name, way if len(way) == len(term.value.terms) else None
    return "", None


# --- calls --------------------------------------------------------------------------------------------------------

Called = tuple[object, ...]
"""A function's path, and what its operands are called."""


def called(group: Group, operands: Iterable[Val]) -> Called | None:
    """What a call is known by; None where its operands have no names."""
    texts = [text_of(val) for val in operands]
    return None if None in texts else (group.path, *texts)


def _expect_calls(w: Writer, nodes: Sequence[Shared | Clause], names: list[dict[str, Way | str]]) -> None:
    """Set variables aside for calls that are made several times."""
    times: dict[Called, int] = {}
    for node, known in zip(nodes, names, strict=True):
        for group, operands in _calls(w, node, dict(known)):
            key = called(group, operands)
            if key is not None and key not in w.calls:
                times[key] = times.get(key, 0) + 1
    for key, count in times.items():
        if count > 1:
            w.calls[key] = w.assign("given", _py.name("MISSING"))


def _calls(w: Writer, node: Shared | Clause, names: dict[str, Way | str]) -> Iterator[tuple[Group, list[Val]]]:
    """The calls of the policy's functions in definitions, by the operands that have values before these."""
    for expr in node.prefix if isinstance(node, Shared) else node.body:
        if expr.withs:
            return
        variable, way = _assigned(expr, names)
        if way is not None:
            names.setdefault(variable, way)
        stack: list[object] = [expr]
        while stack:
            below = stack.pop()
            if isinstance(below, Term):
                below = below.value
            if isinstance(below, String | Var):
                continue
            if isinstance(below, Expr | Call) and isinstance(below.terms, tuple):
                name = calls.operator(below.terms[0])
                group = w.unit.function_group(below.terms[0]) if name.startswith("data.") else None
                if group is not None and name not in w.unit.mocked:
                    yield group, [_operand(w, term, names) for term in below.terms[1 : group.arity + 1]]
            elif isinstance(below, Ref) and below.terms[0].value == Var("data"):
                place, way_out = w.unit.come_to(below.terms[1:])
                if not way_out and place.group is not None and place.group.kind in ("complete", "set"):
                    yield place.group, []
                stack.extend(below.terms[1:])
                continue
            stack.extend(children(below))
    for branch in node.branches if isinstance(node, Shared) else ():
        yield from _calls(w, branch, dict(names))


def _operand(w: Writer, term: Term, names: Mapping[str, Way | str]) -> Val:
    """An operand of a call, as far as it has a value ahead of the definition."""
    constant = terms.constant(term.value)
    if constant is not NOTHING:
        return terms.constant_val(w, constant)
    node = term.value
    found = names.get(node.name) if isinstance(node, Var) else _way(node, names) if isinstance(node, Ref) else None
    if isinstance(found, str):
        return terms.constant_val(w, found)
    if found is None or (isinstance(node, Ref) and len(found) != len(node.terms)):
        return _UNKNOWN
    return _at(w, found)


def _at(w: Writer, way: Way) -> Val:
    base: tuple[object, ...] = (w.state, "input") if way[0] == "input" else (way[0],)
    val = Val(_py.name(way[0]))
    for name in way[1:]:
        found = w.known.get((*base, ("str", repr(name)))) or w.ahead.get((*base, ("str", repr(name))))
        if found is None:
            return _UNKNOWN
        val, base = found, (text_of(found),)
    return val if way != ("input",) else _UNKNOWN


_UNKNOWN = Val(ast.Tuple([], ast.Load()))
