"""Members that several definitions look up, looked up once before them.

`not c.resources`, `c.resources.limits.cpu == …` and `missing(c.resources.limits, "memory")` all ask for the same
members of `c`. What at least two of them look at first, before anything else may fail, is looked up ahead of all; the
variable holds UNDEFINED where there is nothing. A lookup of a member by its name fails in no other way, so
that it was made does not show.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gatewright.codegen import _py, calls
from gatewright.codegen.sharing import Clause, Shared
from gatewright.codegen.writer import Val, Writer
from gatewright.syntax.nodes import Body, Expr, Ref, SomeDecl, String, Var
from gatewright.syntax.walk import children

Way = tuple[str, ...]
"""The Python variable that a way through members starts from, and their names."""


def look_up(w: Writer, nodes: Sequence[Shared | Clause], operands: Sequence[Val] = ()) -> None:
    """Look up what several of these definitions begin with; `operands` are what functions are called with."""
    if len(nodes) < 2 or w.unit.watches_order or w.unit.covering:
        return
    times: dict[Way, int] = {}
    bound = _known(w.bound.items())
    for node in nodes:
        given = zip(node.args, operands, strict=False)
        names = bound | _known((term.value.name, val) for term, val in given if isinstance(term.value, Var))
        for way in dict.fromkeys(_ways(node.prefix if isinstance(node, Shared) else node.body, names)):
            times[way] = times.get(way, 0) + 1
    for way in sorted(way for way, count in times.items() if count > 1):
        _look_up(w, way)


def _look_up(w: Writer, way: Way) -> None:
    base = way[0]
    for name in way[1:]:
        key = (base, ("str", repr(name)))
        found = w.known.get(key) or w.ahead.get(key)
        if found is None:
            found = w.ahead[key] = Val(_py.name(w.assign(name, _member(base, name))))
        assert isinstance(found.expr, ast.Name)
        base = found.expr.id


def _member(base: str, name: str) -> ast.expr:
    found = _py.call(_py.attribute(_py.name(base), "get"), _py.const(name), _py.name(_py.UNDEFINED))
    other = _py.call("get", _py.name(base), _py.const(name))
    return ast.IfExp(_py.class_is(_py.name(base), "dict"), found, other)


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
