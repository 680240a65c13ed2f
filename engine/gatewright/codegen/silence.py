"""Whether evaluating something can end in an error: a conflict of several values where Rego allows one.

Where it cannot, nobody can tell whether it was evaluated, so it need not be where its value decides nothing. The
answer is no where there is doubt. Built-ins that fail are undefined here: whoever asks for strict errors has no
parameters to be compiled for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, takewhile
from typing import TYPE_CHECKING, Any

from gatewright.codegen import calls, terms
from gatewright.codegen.writer import NOTHING
from gatewright.runtime.values import equal, to_key
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Call,
    Every,
    Expr,
    LogicalAnd,
    LogicalOr,
    Not,
    Object,
    ObjectComprehension,
    Ref,
    SetComprehension,
    Term,
    Var,
    With,
)
from gatewright.syntax.walk import children, walk

if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule
    from gatewright.codegen.unit import Group, Unit

_CLOSURES = (ArrayComprehension, Every, LogicalAnd, LogicalOr, Not, ObjectComprehension, SetComprehension)


def is_silent(unit: Unit, node: object) -> bool:
    """Whether no conflict can arise in a node, nor in any rule or function that it leads to."""
    stack = [node]
    while stack:
        node = stack.pop()
        match node:
            case With() | ObjectComprehension():
                return False
            case Expr(terms=tuple() as call) | Call(terms=call):
                name = calls.operator(call[0])
                if name.startswith("data.") and not _is_silent_group(unit, unit.function_group(call[0])):
                    return False
                stack.extend(call[1:])
                stack.extend(node.withs if isinstance(node, Expr) else ())
                continue
            case Ref(terms=(first, *operands)) if first.value == Var("data"):
                if not _reads_silently(unit, operands):
                    return False
                stack.extend(operands)
                continue
        stack.extend(children(node))
    return True


def _reads_silently(unit: Unit, operands: list[Term]) -> bool:
    place, way_out = unit.come_to(operands)
    if way_out:
        return way_out == "base" or not place.children  # a variable may range over rules
    return place.group is not None and _is_silent_group(unit, place.group)


def _is_silent_group(unit: Unit, group: Group | None) -> bool:
    if group is None:
        return False
    if group.silent is None:
        group.silent = _has_one_value(group) and all(
            is_silent(unit, part) for definition in group.definitions for part in definition.parts
        )
    return group.silent


# --- one value ----------------------------------------------------------------------------------------------------


def _has_one_value(group: Group) -> bool:
    """Whether the definitions of a group can never give two different values."""
    if group.kind == "set":
        return True
    if group.kind == "object":
        return False
    values = [terms.constant(rule.head.value.value) for rule in group.definitions if rule.head.value is not None]
    if all(value is not NOTHING and equal(value, values[0]) for value in values):
        return True
    if not all(has_one_solution(rule) for rule in group.definitions):
        return False
    if len(group.rules) == 1:
        return True
    if any(rule.otherwise is not None for rule in group.rules):
        return False
    facts = [_facts(rule, rule.body) for rule in group.rules]
    return all(_exclude(one, other) for one, other in combinations(facts, 2))


def has_one_solution(rule: CompiledRule) -> bool:
    """Whether no variable of a definition ranges over anything."""
    known = {"data", "input"}
    for term in rule.head.args or ():
        known.update(terms.needed(term))
    exprs = [expr for expr in rule.body if not expr.negated and isinstance(expr.terms, tuple)]
    while True:
        found = {name for expr in exprs for name in _bound_by(expr, known)} - known
        if not found:
            break
        known |= found
    ranging = (name for part in rule.parts for name in _operands(part))
    return known.issuperset(ranging)


def _bound_by(expr: Expr, known: set[str]) -> Iterator[str]:
    """The variables that an equation or a call gives its one value, once what it needs is known."""
    assert isinstance(expr.terms, tuple)
    operator, *operands = expr.terms
    if calls.operator(operator) in calls.EQUALITY:
        left, right = operands
        for pattern, value in ((left, right), (right, left)):
            if known.issuperset(terms.needed(value)):
                yield from _pattern(pattern)
    elif calls.operator(operator) != "walk":
        *given, output = operands
        if isinstance(output.value, Var) and known.issuperset(name for term in given for name in terms.needed(term)):
            yield output.value.name


def _pattern(term: Term) -> Iterable[str]:
    match term.value:
        case Var(name):
            return (name,)
        case Array(items):
            return (name for item in items for name in _pattern(item))
        case Object(pairs):
            return (name for _, item in pairs for name in _pattern(item))
    return ()


def _operands(node: object) -> Iterator[str]:
    """The variables among the operands of refs and of relations, closures left out."""
    stack = [node]
    while stack:
        node = stack.pop()
        match node:
            case Expr(negated=True):
                continue
            case Expr(terms=inner) if isinstance(inner, _CLOSURES):
                continue
            case Expr(terms=(operator, *operands)) if calls.operator(operator) == "walk":
                yield from (name for term in operands for name in terms.needed(term))
            case Ref(terms=(_, *operands)):
                yield from (term.value.name for term in operands if isinstance(term.value, Var))
        if not isinstance(node, _CLOSURES):
            stack.extend(children(node))


def first_decides(unit: Unit, group: Group) -> bool:
    """Whether no other definition need be looked at once one has given a value: by what they begin with, before
    anything that may end in an error (of a built-in, too), no two of them hold together."""
    if any(rule.otherwise is not None or not has_one_solution(rule) for rule in group.rules):
        return False
    facts = [_facts(rule, tuple(takewhile(lambda expr: _never_fails(unit, expr), rule.body))) for rule in group.rules]
    return all(_exclude(one, other) for one, other in combinations(facts, 2))


def _never_fails(unit: Unit, expr: Expr) -> bool:
    """Whether an expression does no more than to look things up and to compare them."""
    called = (node.terms[0] for node in walk(expr) if isinstance(node, Expr | Call) and isinstance(node.terms, tuple))
    return all(calls.operator(term) in _COMPARISONS for term in called) and is_silent(unit, expr)


_COMPARISONS = {"eq", "assign", "equal", "gt", "gte", "lt", "lte", "neq"}


# --- definitions that exclude each other --------------------------------------------------------------------------

# What a definition asks of a value: the path to it, what it asks, and the constant it is about.
_Fact = tuple[tuple[Any, ...], str, Any]


def _exclude(one: list[_Fact], other: list[_Fact]) -> bool:
    """Whether two definitions ask what cannot both be."""
    return any(
        path == other_path and (_contradict(fact, value, also, value2) or _contradict(also, value2, fact, value))
        for path, fact, value in one
        for other_path, also, value2 in other
    )


def _contradict(fact: str, value: Any, other: str, value2: Any) -> bool:
    match fact, other:
        case "is", "is":
            return not equal(value, value2)
        case "is", "is not":
            return equal(value, value2)
        case "holds", "holds not":
            return True
        case "is", "holds":
            return value is False
        case "is", "holds not":
            return value is not False
    return False


def _facts(rule: CompiledRule, body: Body) -> list[_Fact]:
    """What a definition asks by the constants among its operands, and by this much of its body."""
    names: dict[str, tuple[Any, ...]] = {}
    facts: list[_Fact] = []
    for position, term in enumerate(rule.head.args or ()):
        if isinstance(term.value, Var):
            names[term.value.name] = (position,)
        elif (constant := terms.constant(term.value)) is not NOTHING:
            facts.append(((position,), "is", constant))
    _name_paths(body, names)
    return facts + [fact for expr in body if not expr.withs for fact in _asked(expr, names)]


def _name_paths(body: Body, names: dict[str, tuple[Any, ...]]) -> None:
    """Learn the paths of variables that stand for members, one after the other."""
    for expr in body:
        if expr.negated or expr.withs or not isinstance(expr.terms, tuple):
            continue
        operator, *operands = expr.terms
        if calls.operator(operator) in calls.EQUALITY:
            for variable, term in (operands, reversed(operands)):
                path = _path(term, names)
                if isinstance(variable.value, Var) and variable.value.name not in names and path is not None:
                    names[variable.value.name] = path


def _path(term: Term, names: dict[str, tuple[Any, ...]]) -> tuple[Any, ...] | None:
    """The way to a value from a parameter of the function, or from the input."""
    if isinstance(term.value, Var):
        return names.get(term.value.name)
    if not isinstance(term.value, Ref):
        return None
    head, *operands = term.value.terms
    start = ("input",) if head.value == Var("input") else _path(head, names)
    keys = [terms.constant(operand.value) for operand in operands]
    return None if start is None or NOTHING in keys else (*start, *map(to_key, keys))


def _asked(expr: Expr, names: dict[str, tuple[Any, ...]]) -> Iterator[_Fact]:
    match expr.terms:
        case Term() as term:
            if (path := _path(term, names)) is not None:
                yield path, "holds not" if expr.negated else "holds", None
        case Not(body=(Expr(negated=False, withs=()) as inner,)):
            yield from ((path, _OPPOSITE[fact], value) for path, fact, value in _asked(inner, names))
        case (operator, left, right):
            fact = _COMPARED.get(calls.operator(operator))
            for term, other in ((left, right), (right, left)):
                path, value = _path(term, names), terms.constant(other.value)
                if fact is not None and path is not None and value is not NOTHING:
                    yield path, _OPPOSITE[fact] if expr.negated else fact, value


_COMPARED = {"eq": "is", "assign": "is", "equal": "is", "neq": "is not"}
_OPPOSITE = {"is": "is not", "is not": "is", "holds": "holds not", "holds not": "holds"}
