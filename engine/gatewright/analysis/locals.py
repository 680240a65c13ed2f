"""Second pass: variables declared by arguments, `:=`, `some` and `every` get names of their own.

`x := 1` becomes `__local0__ = 1` and every later `x` of that scope `__local0__`; the statement `some x` disappears.
Using a name before it is declared, or declaring it twice, is an error here; in strict mode so is never using it.
"""

from __future__ import annotations

from gatewright.analysis._localrewriter import LocalRewriter
from gatewright.analysis._scopes import ARGUMENT, SEEN, Scopes
from gatewright.analysis._state import COMPILE, Compilation, Names, error
from gatewright.analysis._terms import (
    LEAVES,
    SCALARS,
    distinct_pairs,
    is_ground,
    is_scalar,
    sorted_items,
    sorted_pairs,
)
from gatewright.analysis._vars import (
    SAFETY,
    body_vars,
    value_vars,
    vars_of,
    vars_of_terms,
)
from gatewright.analysis._withnames import names_in_withs
from gatewright.analysis.program import CompiledRule
from gatewright.analysis.rename import rename_vars
from gatewright.analysis.resolve import declared_in_body
from gatewright.errors import RegoError
from gatewright.records import replace
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Call,
    Head,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    TemplateString,
    Term,
    Value,
    Var,
)


def rewrite_locals(state: Compilation) -> None:
    """Rename the variables of every rule; the arguments of a function are shared by its else branches."""
    for unit in state.units:
        for rule in unit.rules:
            if not _rewrite_rule(state, rule):
                continue


def _rewrite_rule(state: Compilation, rule: CompiledRule) -> bool:
    args = rule.head.args or ()
    unused_args = vars_of_terms(args) if state.strict else set()
    scopes = Scopes()
    if args:
        new_args, problems = _rename_arguments(state.names, scopes, args)
        rule.head = replace(rule.head, args=new_args)
        state.err(*problems)
    for branch in rule.branches:
        rewriter = _rewrite_branch(state, branch, unused_args, scopes)
        if not state.err(*rewriter.errors) or not state.warn(*rewriter.unused):
            return False
        unused_args = {arg for arg in unused_args if rewriter.scopes.count(arg) <= 1}
    for arg in sorted(unused_args):
        if arg.startswith("$"):
            continue
        message = f"unused argument {arg}. (hint: use _ (wildcard variable) instead)"
        if not state.warn(error(COMPILE, rule.head.location, message)):
            return False
    return True


def _rename_arguments(names: Names, scopes: Scopes, args: tuple[Term, ...]) -> tuple[tuple[Term, ...], list[RegoError]]:
    problems: list[RegoError] = []

    def rename(term: Term) -> Term:
        match term.value:
            case Var(name):
                new = scopes.declared(name)
                if new is not None:
                    scopes.seen(name)
                else:
                    new = names.fresh()
                    scopes.insert(name, new, ARGUMENT)
                return Term(Var(new), term.location)
            case Object(pairs):
                renamed = tuple((k, rename(v)) for k, v in sorted_pairs(pairs))
                return Term(Object(distinct_pairs(renamed)), term.location)
            case Array(items):
                return Term(Array(tuple(map(rename, items))), term.location)
            case Ref(terms):
                return Term(Ref(tuple(map(rename, terms))), term.location)
            case Call():
                problems.append(error(COMPILE, term.location, "rule arguments cannot contain calls"))
        return term

    return tuple(map(rename, args)), problems


def head_may_have_vars(head: Head) -> bool:
    terms = (*(head.args or ()), *head.ref.terms[1:])
    if any(type(t.value) not in SCALARS for t in terms):
        return True
    return any(t is not None and type(t.value) not in SCALARS for t in (head.key, head.value))


def _rewrite_branch(state: Compilation, rule: CompiledRule, unused_args: set[str], arguments: Scopes) -> LocalRewriter:
    has_vars = head_may_have_vars(rule.head)
    used: set[str] = set()
    if has_vars:
        rule.head = _rewrite_head_closures(state, rule.head)
        head = rule.head
        for term in (*head.ref.terms[1:], head.key):
            if term is not None and not is_scalar(term.value):
                value_vars(term.value, 0, used)
        if head.value is not None and not is_scalar(head.value.value):
            in_value = vars_of(head.value.value)
            used |= in_value
            unused_args -= in_value
    scopes = arguments.copy()
    _hide_builtin_names(state, rule, scopes)
    rewriter = LocalRewriter(state.names, scopes, strict=state.strict)
    rule.body = rewriter.body(rule.body, used)
    state.rewritten.update(scopes.rewritten)
    if has_vars:
        rule.head = _rename_in_head(rule.head, scopes.stack[-1].names)
    return rewriter


def _hide_builtin_names(state: Compilation, rule: CompiledRule, scopes: Scopes) -> None:
    """A plain variable called as a built-in (`count`) is renamed, so that no later pass takes it for the function."""
    if not any(name in state.signatures for name in rule.traits.names):
        return
    body_names: set[str] = set()
    body_vars(rule.body, SAFETY, body_names)
    candidates = [name for name in body_names if name in state.signatures]
    if not candidates:
        return
    declared = declared_in_body(rule.body)
    replaced: set[str] = set()
    names_in_withs(rule, replaced)
    for name in sorted(candidates):
        if name not in declared and name not in replaced and scopes.declared(name) is None:
            scopes.insert(name, state.names.fresh(), SEEN)


def _rewrite_head_closures(state: Compilation, head: Head) -> Head:
    """Rename what the comprehensions and template strings of a head declare, each in a scope of its own."""

    def rewrite(term: Term) -> Term:
        value = term.value
        if type(value) in SCALARS or type(value) is Var:
            return term
        if isinstance(value, Object | Set) and is_ground(value):
            return term  # OPA does not look behind the head of a ref here
        new: Value = value
        match value:
            case Object(pairs):
                new = Object(tuple((rewrite(k), rewrite(v)) for k, v in sorted_pairs(pairs)))
            case Set(items):
                new = Set(tuple(map(rewrite, sorted_items(items))))
            case Array(items):
                new = Array(tuple(map(rewrite, items)))
            case Ref(terms):
                new = Ref(tuple(map(rewrite, terms)))
            case Call(terms):
                new = Call(tuple(map(rewrite, terms)))
            case ArrayComprehension() | SetComprehension() | ObjectComprehension() | TemplateString():
                new = close(value)
        return term if new == value and type(new) not in _CLOSURES else Term(new, term.location)

    def close(value: ArrayComprehension | SetComprehension | ObjectComprehension | TemplateString) -> Value:
        rewriter = LocalRewriter(state.names, Scopes(), strict=state.strict)
        new: Value
        if isinstance(value, ObjectComprehension):
            new = rewriter.object_comprehension(value)
        elif isinstance(value, TemplateString):
            new = rewriter.head_template(value)
        else:
            new = rewriter.comprehension(value)
        state.rewritten.update(rewriter.scopes.rewritten)
        problems.extend(rewriter.errors)
        unused.extend(rewriter.unused)
        return new

    problems: list[RegoError] = []
    unused: list[RegoError] = []
    args = head.args
    if args and any(_has_closure(t.value) for t in args):
        args = tuple(map(rewrite, args))
    key = rewrite(head.key) if head.key is not None and _has_closure(head.key.value) else head.key
    value = rewrite(head.value) if head.value is not None and _has_closure(head.value.value) else head.value
    state.err(*problems)
    state.warn(*unused)
    if args is head.args and key is head.key and value is head.value:
        return head
    return replace(head, args=args, key=key, value=value)


_CLOSURES = (ArrayComprehension, SetComprehension, ObjectComprehension, TemplateString)


def _has_closure(value: Value) -> bool:
    kind = type(value)
    if kind in LEAVES:
        return False
    match value:
        case Ref(terms) | Call(terms):
            return any(_has_closure(t.value) for t in terms)
        case Array(items) | Set(items):
            return any(_has_closure(t.value) for t in items)
        case Object(pairs):
            return any(_has_closure(k.value) or _has_closure(v.value) for k, v in pairs)
    return True


def _rename_in_head(head: Head, names: dict[str, str]) -> Head:
    renames = {name: new for name, new in names.items() if name != new}
    if not renames:
        return head
    return replace(
        head,
        ref=Ref((head.ref.terms[0], *(rename_vars(t, renames) for t in head.ref.terms[1:]))),
        args=tuple(rename_vars(t, renames) for t in head.args) if head.args is not None else None,
        key=rename_vars(head.key, renames) if head.key is not None else None,
        value=rename_vars(head.value, renames) if head.value is not None else None,
    )


def rewrite_query_locals(names: Names, body: Body, *, strict: bool) -> tuple[Body, dict[str, str], list[RegoError]]:
    """Rename the variables of a query; the second result maps new names to those written."""
    rewriter = LocalRewriter(names, Scopes(), strict=strict)
    new = rewriter.body(body, set())
    return new, dict(rewriter.scopes.rewritten), [*rewriter.errors, *rewriter.unused]
