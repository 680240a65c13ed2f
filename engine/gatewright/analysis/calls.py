"""Checks on calls: functions that exist, with the right number of arguments, that give a value, that are allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gatewright.analysis._state import TYPE, Compilation, error
from gatewright.analysis._terms import (
    COMPREHENSIONS,
    LEAVES,
    SCALARS,
    is_equality,
    operator_name,
    ref_text,
    sorted_items,
    sorted_pairs,
    value_text,
)
from gatewright.analysis._vars import bodies_of, own_bodies, own_terms
from gatewright.analysis.conflicts import written_ref
from gatewright.analysis.hints import REPLACED, function_hint
from gatewright.analysis.program import CompiledRule, ModuleUnit
from gatewright.errors import RegoError
from gatewright.source import Location
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Call,
    Every,
    Expr,
    Import,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    SomeDecl,
    String,
    TemplateString,
    Term,
    Value,
    Var,
)

# --- walking ------------------------------------------------------------------------------------------------------


def exprs_in_body(body: Body) -> Iterator[Expr]:
    """Every expression of a body, an outer one before those inside it."""
    for expr in body:
        yield from exprs_in(expr)


def exprs_in(expr: Expr) -> Iterator[Expr]:
    yield expr
    yield from exprs_inside(expr)


def exprs_inside(expr: Expr) -> Iterator[Expr]:
    """The expressions in the bodies inside `expr`."""
    for term in own_terms(expr):
        if type(term.value) not in SCALARS:
            yield from exprs_in_value(term.value)
    for body in own_bodies(expr):
        yield from exprs_in_body(body)
    for node in expr.withs:
        yield from exprs_in_value(node.target.value)
        yield from exprs_in_value(node.value.value)


def exprs_in_value(value: Value) -> Iterator[Expr]:
    kind = type(value)
    if kind in LEAVES:
        return
    match value:
        case Ref(terms) | Call(terms):
            for term in terms:
                if type(term.value) not in SCALARS:
                    yield from exprs_in_value(term.value)
        case Array(items):
            for term in items:
                yield from exprs_in_value(term.value)
        case Set(items):
            for term in sorted_items(items):
                yield from exprs_in_value(term.value)
        case Object(pairs):
            for key, item in sorted_pairs(pairs):
                yield from exprs_in_value(key.value)
                yield from exprs_in_value(item.value)
        case ArrayComprehension(term, body) | SetComprehension(term, body):
            yield from exprs_in_value(term.value)
            yield from exprs_in_body(body)
        case ObjectComprehension(key, item, body):
            yield from exprs_in_value(key.value)
            yield from exprs_in_value(item.value)
            yield from exprs_in_body(body)
        case TemplateString(parts):
            for part in parts:
                if isinstance(part, Expr):
                    yield from exprs_in(part)


def head_terms(rule: CompiledRule) -> Iterator[Term]:
    head = rule.head
    yield from head.args or ()
    if head.key is not None:
        yield head.key
    if head.value is not None:
        yield head.value


def exprs_in_rule(rule: CompiledRule) -> Iterator[Expr]:
    for term in head_terms(rule):
        yield from exprs_in_value(term.value)
    yield from exprs_in_body(rule.body)


def call_terms_in_expr(expr: Expr) -> Iterator[Term]:
    """The terms that are calls, in `expr` and everything inside."""
    for term in own_terms(expr):
        yield from call_terms(term)
    for body in own_bodies(expr):
        for inner in body:
            yield from call_terms_in_expr(inner)
    for node in expr.withs:
        yield from call_terms(node.target)
        yield from call_terms(node.value)


def call_terms(term: Term) -> Iterator[Term]:
    value = term.value
    kind = type(value)
    if kind in LEAVES:
        return
    match value:
        case Call(terms):
            yield term
            for inner in terms:
                yield from call_terms(inner)
        case Ref(terms) | Array(terms) | Set(terms):
            for inner in terms:
                yield from call_terms(inner)
        case Object(pairs):
            for key, item in pairs:
                yield from call_terms(key)
                yield from call_terms(item)
        case TemplateString(parts):
            for part in parts:
                if isinstance(part, Expr):
                    yield from call_terms_in_expr(part)
        case ArrayComprehension(inner, body) | SetComprehension(inner, body):
            yield from call_terms(inner)
            for expr in body:
                yield from call_terms_in_expr(expr)
        case ObjectComprehension(key, item, body):
            yield from call_terms(key)
            yield from call_terms(item)
            for expr in body:
                yield from call_terms_in_expr(expr)


# --- void functions -----------------------------------------------------------------------------------------------


def check_void_calls(state: Compilation) -> None:
    """A function such as print gives no value, so it may not stand where one is needed."""
    for rule in state.each_rule:
        if rule.traits.called.isdisjoint(_MAYBE_VOID_HEADS):
            continue
        problems: list[RegoError] = []
        for term in head_terms(rule):
            problems += void_calls(state, call_terms(term))
        for expr in rule.body:
            problems += void_calls(state, call_terms_in_expr(expr))
        if problems:
            state.err(*problems)


def void_calls(state: Compilation, terms: Iterable[Term]) -> Iterator[RegoError]:
    for term in terms:
        value = term.value
        assert isinstance(value, Call)
        operator = value.terms[0].value
        if isinstance(operator, Ref):
            name = ref_text(operator.terms)
            if name in _MAYBE_VOID and name in state.signatures and state.signatures[name].is_void:
                yield error(TYPE, term.location, f"{value_text(value)} used as value")


# The only functions without a result; asking for the signature of each call would read them all.
_MAYBE_VOID = frozenset(("print", "internal.print", "internal.test_case"))
_MAYBE_VOID_HEADS = frozenset(("print", "internal"))


# --- undefined functions ------------------------------------------------------------------------------------------


def check_functions(state: Compilation) -> None:
    """Every call must name a function, and give it what it takes (and perhaps one variable more, for the result)."""
    for rule in state.each_rule:
        problems = undefined_functions(state, exprs_to_check(rule))
        if problems:
            state.err(*problems)


def exprs_to_check(rule: CompiledRule) -> Iterator[Expr]:
    for term in head_terms(rule):
        yield from _one_level_in_value(term.value)
    yield from rule.body


def undefined_functions(state: Compilation, exprs: Iterable[Expr]) -> list[RegoError]:
    problems: list[RegoError] = []
    for expr in exprs:
        _check_call(state, expr, problems)
    return problems


def _check_call(state: Compilation, expr: Expr, problems: list[RegoError]) -> None:
    terms = expr.terms
    if isinstance(terms, tuple):
        operator = terms[0].value
        arity = state.arity(operator)
        given = len(terms) - 1
        if arity < 0:
            problems.append(_undefined(state, expr, operator))
            return
        if expr.generated:
            if given != arity + 1 and not is_equality(expr):
                problems.append(_wrong_arity(state, expr, operator, arity, given - 1))
                return
        elif given not in (arity, arity + 1):
            problems.append(_wrong_arity(state, expr, operator, arity, given))
            return
    for inner in _bodies_one_level(expr):
        _check_call(state, inner, problems)


def _bodies_one_level(expr: Expr) -> Iterator[Expr]:
    """The expressions inside `expr` that are not inside another of these."""
    terms = expr.terms
    if isinstance(terms, Term):
        yield from _one_level_in_value(terms.value)
    elif isinstance(terms, tuple):
        for term in terms[1:]:
            yield from _one_level_in_value(term.value)
    elif not isinstance(terms, SomeDecl):
        if isinstance(terms, Every):
            yield from _one_level_in_value(terms.domain.value)
        for body in bodies_of(terms):
            yield from body
    for node in expr.withs:
        yield from _one_level_in_value(node.value.value)


def _one_level_in_value(value: Value) -> Iterator[Expr]:
    kind = type(value)
    if kind in LEAVES:
        return
    if kind in COMPREHENSIONS:
        if isinstance(value, ObjectComprehension):
            yield from _one_level_in_value(value.key.value)
            yield from _one_level_in_value(value.value.value)
            yield from value.body
        elif isinstance(value, ArrayComprehension | SetComprehension):
            yield from _one_level_in_value(value.term.value)
            yield from value.body
        return
    match value:
        case Ref(terms) | Call(terms) | Array(terms) | Set(terms):
            for term in terms:
                yield from _one_level_in_value(term.value)
        case Object(pairs):
            for key, item in sorted_pairs(pairs):
                yield from _one_level_in_value(key.value)
                yield from _one_level_in_value(item.value)


def _undefined(state: Compilation, expr: Expr, operator: Value) -> RegoError:
    name = written_ref(state, operator.terms) if isinstance(operator, Ref) else value_text(operator)
    return error(TYPE, expr.location, f"undefined function {name}", hint=function_hint(state, name))


def _wrong_arity(state: Compilation, expr: Expr, operator: Value, arity: int, given: int) -> RegoError:
    assert isinstance(operator, Ref)
    assert isinstance(expr.terms, tuple)
    name = written_ref(state, operator.terms)
    signature = state.signatures.get(name)
    if signature is not None:
        from gatewright.analysis.check import argument_error

        return argument_error(state, expr, name, "arity mismatch", signature.type.args, signature.type.variadic)
    plural = "" if given == 1 else "s"
    return error(TYPE, expr.location, f"function {name} has arity {arity}, got {given} argument{plural}")


# --- built-ins that are not allowed -------------------------------------------------------------------------------


def check_unsafe_builtins(state: Compilation) -> None:
    if state.unsafe_builtins:
        for rule in state.each_rule:
            state.warn(*unsafe_calls(state.unsafe_builtins, exprs_in_rule(rule)))


def unsafe_calls(forbidden: frozenset[str], exprs: Iterable[Expr]) -> list[RegoError]:
    return [
        error(TYPE, expr.location, f"unsafe built-in function calls in expression: {operator_name(expr)}")
        for expr in exprs
        if operator_name(expr) in forbidden
    ]


def check_deprecated_builtins(state: Compilation) -> None:
    """Deprecated built-ins are refused by v1 and by strict mode."""
    used = {name for name in state.used_builtins if state.signatures[name].deprecated}
    if not used:
        return
    for unit in state.units:
        if state.strict or is_v1(unit):
            for rule in unit.each_rule:
                state.warn(*deprecated_calls(used, _calls_in_rule(rule)))


def is_v1(unit: ModuleUnit) -> bool:
    """Whether the rules of Rego v1 hold in a module: by its dialect, or by `import rego.v1`."""
    if unit.rego_version != "v0":
        return True
    return any(imported_dialect(node) for node in unit.source.imports)


def imported_dialect(node: Import) -> str:
    """`v1` for `import rego.v1`, `v2` for `import rego.v2`, else ''."""
    path = node.path.value
    if not isinstance(path, Ref) or len(path.terms) != 2:
        return ""
    head, last = path.terms[0].value, path.terms[1].value
    is_rego = isinstance(head, Var) and head.name == "rego" and isinstance(last, String)
    return last.value if is_rego and isinstance(last, String) and last.value in ("v1", "v2") else ""


def deprecated_calls(names: set[str], calls: Iterable[tuple[str, Location]]) -> list[RegoError]:
    return [
        error(
            TYPE,
            location,
            f"deprecated built-in function calls in expression: {name}",
            hint=f"write {REPLACED[name]}" if name in REPLACED else "",
        )
        for name, location in calls
        if name in names
    ]


def _calls_in_rule(rule: CompiledRule) -> Iterator[tuple[str, Location]]:
    for expr in exprs_in_rule(rule):
        name = operator_name(expr)
        if name:
            yield name, expr.location


def calls_in_body(body: Body) -> Iterator[tuple[str, Location]]:
    for expr in exprs_in_body(body):
        name = operator_name(expr)
        if name:
            yield name, expr.location
