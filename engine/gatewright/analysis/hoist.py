"""The passes that move what needs evaluation out of terms, into expressions of their own before the use.

`f(g(x), input.y[_])` becomes `g(x, __local0__); __local1__ = input.y[_]; f(__local0__, __local1__)`. The same happens
to the terms of comprehensions, to rule heads, and to the operands of refs.
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.analysis._state import COMPILE, TYPE, Compilation, Names, error
from gatewright.analysis._terms import (
    COMPREHENSIONS,
    LEAVES,
    Terms,
    each,
    equality,
    is_equality,
    is_scalar,
    ref_text,
    sorted_items,
    sorted_pairs,
)
from gatewright.analysis.closures import contains_closure, has_closure
from gatewright.analysis.program import CompiledRule
from gatewright.records import replace
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Boolean,
    Call,
    Every,
    Expr,
    Head,
    LogicalAnd,
    LogicalOr,
    Not,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    String,
    TemplateString,
    Term,
    Value,
    Var,
    With,
)


def is_true(body: Body) -> bool:
    """Whether the body is just `true`, as it is when none was written."""
    if len(body) != 1:
        return False
    terms = body[0].terms
    return isinstance(terms, Term) and type(terms.value) is Boolean and terms.value.value


def append_to(body: Body, *exprs: Expr) -> Body:
    """`body` with more expressions behind it; they take the place of a lone `true`."""
    if not exprs:
        return body
    return exprs if is_true(body) else (*body, *exprs)


def needs_evaluation(term: Term | None) -> bool:
    """Whether a term holds refs or comprehensions."""
    return term is not None and _needs_evaluation(term.value)


def _needs_evaluation(value: Value) -> bool:
    kind = type(value)
    if kind in LEAVES:
        return False
    if isinstance(value, Ref) or kind in COMPREHENSIONS:
        return True
    match value:
        case Call(terms):
            return any(_needs_evaluation(t.value) for t in terms)
        case Array(items) | Set(items):
            return any(_needs_evaluation(t.value) for t in items)
        case Object(pairs):
            return any(_needs_evaluation(k.value) or _needs_evaluation(v.value) for k, v in pairs)
        case TemplateString(parts):
            return any(_expr_needs_evaluation(p) for p in parts if isinstance(p, Expr))
    return False


def _expr_needs_evaluation(expr: Expr) -> bool:
    terms = expr.terms
    if isinstance(terms, Term):
        return _needs_evaluation(terms.value)
    return not isinstance(terms, tuple) or any(_needs_evaluation(t.value) for t in terms)


# --- heads of rules -----------------------------------------------------------------------------------------------


def hoist_head_refs(state: Compilation) -> None:
    """`p[input.x] := 1` becomes `p[__local0__] := 1` with `__local0__ = input.x` in the body."""
    # Old capabilities know no refs in heads, or only those of strings.
    speaks_refs = bool(state.features & {"rule_head_refs", "rego_v1", "rego_v2"})
    speaks_strings = speaks_refs or "rule_head_ref_string_prefixes" in state.features
    for unit in state.units:
        for rule in unit.rules:
            terms = rule.head.ref.terms
            if not speaks_refs and not _is_supported(state, rule, speaks_strings):
                continue
            if all(is_scalar(t.value) or type(t.value) is Var for t in terms[1:]):
                continue
            out = [terms[0]]
            key = rule.head.key
            extra = []
            for i in range(1, len(terms)):
                term = terms[i]
                if not is_scalar(term.value) and type(term.value) is not Var:
                    name = state.names.term(term.location)
                    extra.append(equality(name, term, term.location))
                    if i == len(terms) - 1 and key is not None and key == term:
                        key = name
                    term = name
                out.append(term)
            rule.head = replace(rule.head, ref=Ref(tuple(out)), key=key)
            for expr in extra:
                rule.body = append_to(rule.body, expr)


def _is_supported(state: Compilation, rule: CompiledRule, speaks_strings: bool) -> bool:
    terms = rule.head.ref.terms
    if not speaks_strings and not rule.head.name:
        message = f"rule heads with refs are not supported: {ref_text(terms)}"
        state.err(error(COMPILE, rule.location, message))
        return False
    for i in range(1, len(terms)):
        if (rule.is_multi_value or i != len(terms) - 1) and type(terms[i].value) is not String:
            message = f"rule heads with general refs (containing variables) are not supported: {ref_text(terms)}"
            state.err(error(TYPE, rule.location, message))
            return False
    return True


def hoist_head_values(state: Compilation) -> None:
    """Keys, values and arguments that need evaluation are computed at the end of the body."""
    for rule in state.each_rule:
        head = rule.head
        if not (
            needs_evaluation(head.key) or needs_evaluation(head.value) or any(map(needs_evaluation, head.args or ()))
        ):
            continue
        extra: list[Expr] = []

        def moved(term: Term | None, extra: list[Expr] = extra) -> Term | None:
            if term is None or not needs_evaluation(term):
                return term
            name = state.names.term(term.location)
            extra.append(equality(name, term, term.location))
            return name

        key, value = moved(head.key), moved(head.value)
        args = tuple(moved(a) or a for a in head.args) if head.args is not None else None
        rule.head = replace(head, key=key, value=value, args=args)
        for expr in extra:
            rule.body = append_to(rule.body, expr)


# --- calls inside terms -------------------------------------------------------------------------------------------


def hoist_calls(state: Compilation) -> None:
    """Give every nested call an expression and a variable of its own."""
    hoister = CallHoister(state.names)
    for rule in state.each_rule:
        rule.head, rule.body = hoister.head(rule.head, rule.body)
        rule.body = hoister.body(rule.body)


def has_call(value: Value) -> bool:
    """Whether `value` holds something this pass rewrites: a call, a closure, or a ref into a literal."""
    kind = type(value)
    if kind in LEAVES:
        return False
    match value:
        case Ref(terms):
            head = type(terms[0].value)
            if head is not Var:
                return True
            return any(has_call(t.value) for t in terms[1:])
        case Array(items) | Set(items):
            return any(has_call(t.value) for t in items)
        case Object(pairs):
            return any(has_call(k.value) or has_call(v.value) for k, v in pairs)
    return True


class CallHoister:
    __slots__ = ("_names",)

    def __init__(self, names: Names) -> None:
        self._names = names

    def head(self, head: Head, body: Body) -> tuple[Head, Body]:
        terms = [t for t in (*(head.args or ()), head.key, head.value) if t is not None]
        if not any(has_call(t.value) for t in terms):
            return head, body
        support: list[Expr] = []
        args = tuple(self._term(t, support) for t in head.args) if head.args is not None else None
        key = self._term(head.key, support) if head.key is not None else None
        value = self._term(head.value, support) if head.value is not None else None
        for expr in support:
            body = append_to(body, expr)
        return replace(head, args=args, key=key, value=value), body

    def body(self, body: Body) -> Body:
        out: list[Expr] = []
        changed = False
        for expr in body:
            before = len(out)
            self._expr(expr, out)
            changed = changed or len(out) != before + 1 or out[-1] is not expr
        return tuple(out) if changed else body

    def _expr(self, expr: Expr, out: list[Expr]) -> None:
        withs = expr.withs
        if withs and any(has_call(w.value.value) for w in withs):
            withs = tuple(With(w.target, self._term(w.value, out), w.location) for w in withs)
            expr = replace(expr, withs=withs)
        terms = expr.terms
        if isinstance(terms, Term):
            if has_call(terms.value):
                support: list[Expr] = []
                term = self._term(terms, support)
                out.extend(_with(support, withs))
                expr = replace(expr, terms=term)
        elif isinstance(terms, tuple):
            if any(has_call(t.value) for t in terms[1:]):
                support = []
                operands = [self._term(t, support) for t in terms[1:]]
                out.extend(_with(support, withs))
                expr = replace(expr, terms=(terms[0], *operands))
        elif isinstance(terms, Every):
            expr = self._every(expr, terms, out)
        elif isinstance(terms, Not):
            expr = replace(expr, terms=replace(terms, body=self.body(terms.body)))
        elif isinstance(terms, LogicalAnd | LogicalOr):
            lhs, rhs = self.body(terms.lhs), self.body(terms.rhs)
            expr = replace(expr, terms=replace(terms, lhs=lhs, rhs=rhs))
        out.append(expr)

    def _every(self, expr: Expr, node: Every, out: list[Expr]) -> Expr:
        location = node.domain.location
        name = self._names.term(location)
        self._expr(equality(name, node.domain, location, withs=expr.withs), out)
        return replace(expr, terms=replace(node, domain=name, body=self.body(node.body)))

    def _term(self, term: Term, support: list[Expr]) -> Term:
        value = term.value
        if not has_call(value):
            return term
        new: Value
        match value:
            case Call(terms):
                operands = [self._term(t, support) for t in terms[1:]]
                name = self._names.term(term.location)
                support.append(Expr((terms[0], *operands, name), (), False, True, 0, term.location))
                return name
            case Ref():
                new = self._ref(value, support)
            case Array(items):
                new = Array(tuple(self._term(t, support) for t in items))
            case Object(pairs):
                new = Object(tuple((self._term(k, support), self._term(v, support)) for k, v in sorted_pairs(pairs)))
            case Set(items):
                new = Set(tuple(self._term(t, support) for t in sorted_items(items)))
            case ArrayComprehension(inner, body) | SetComprehension(inner, body):
                extra: list[Expr] = []
                inner = self._term(inner, extra)
                new = type(value)(inner, self.body(append_to(body, *extra)))
            case ObjectComprehension(key, item, body):
                extra = []
                key = self._term(key, extra)
                item = self._term(item, extra)
                new = ObjectComprehension(key, item, self.body(append_to(body, *extra)))
            case _:
                return term
        return Term(new, term.location)

    def _ref(self, ref: Ref, support: list[Expr]) -> Ref:
        terms = []
        for term in ref.terms:
            new = self._term(term, support)
            if isinstance(term.value, Call) and isinstance(new.value, Var):
                self._names.subjects[new.value.name] = term.value
            terms.append(new)
        head = terms[0]
        if isinstance(head.value, Array | Object | Set | ArrayComprehension | SetComprehension | ObjectComprehension):
            name = self._names.term(head.location)
            support.append(equality(name, head, head.location))
            assert isinstance(name.value, Var)
            self._names.subjects[name.value.name] = head.value
            terms[0] = name
        return Ref(tuple(terms))


def _with(support: list[Expr], withs: tuple[With, ...]) -> list[Expr]:
    return [replace(e, withs=withs) for e in support] if withs else support


# --- terms of comprehensions --------------------------------------------------------------------------------------


def hoist_comprehension_terms(state: Compilation) -> None:
    """`[x.y | …]` becomes `[__local0__ | …; __local0__ = x.y]`."""
    hoister = ComprehensionHoister(state.names)
    for rule in state.each_rule:
        if rule.traits.closures:
            rule.head = hoister.head(rule.head)
            rule.body = hoister.body(rule.body)


class ComprehensionHoister:
    __slots__ = ("_names",)

    def __init__(self, names: Names) -> None:
        self._names = names

    def head(self, head: Head) -> Head:
        terms = (*(head.args or ()), head.key, head.value)
        if not any(t is not None and contains_closure(t.value) for t in terms):
            return head
        return replace(
            head,
            args=tuple(map(self._term, head.args)) if head.args is not None else None,
            key=self._term(head.key) if head.key is not None else None,
            value=self._term(head.value) if head.value is not None else None,
        )

    def body(self, body: Body) -> Body:
        if not any(map(has_closure, body)):
            return body
        return tuple(self._expr(e) if has_closure(e) else e for e in body)

    def _expr(self, expr: Expr) -> Expr:
        terms = expr.terms
        new: Terms = terms
        match terms:
            case Term():
                new = self._term(terms)
            case tuple():
                new = tuple(map(self._term, terms))
            case Every():
                new = replace(terms, domain=self._term(terms.domain), body=self.body(terms.body))
            case Not():
                new = replace(terms, body=self.body(terms.body))
            case LogicalAnd() | LogicalOr():
                new = replace(terms, lhs=self.body(terms.lhs), rhs=self.body(terms.rhs))
        withs = tuple(With(self._term(w.target), self._term(w.value), w.location) for w in expr.withs)
        return replace(expr, terms=new, withs=withs)

    def _term(self, term: Term) -> Term:
        value = term.value
        if not contains_closure(value):
            return term
        new: Value = value
        match value:
            case ArrayComprehension(inner, body) | SetComprehension(inner, body):
                inner, body = self._bind(inner, body)
                new = type(value)(self._term(inner), self.body(body))
            case ObjectComprehension(key, item, body):
                key, body = self._bind(key, body)
                item, body = self._bind(item, body)
                new = ObjectComprehension(self._term(key), self._term(item), self.body(body))
            case Ref(terms):
                new = Ref(tuple(map(self._term, terms)))
            case Call(terms):
                new = Call(tuple(map(self._term, terms)))
            case Array(items):
                new = Array(tuple(map(self._term, items)))
            case Set(items):
                new = Set(tuple(map(self._term, sorted_items(items))))
            case Object(pairs):
                new = Object(tuple((self._term(k), self._term(v)) for k, v in sorted_pairs(pairs)))
        return Term(new, term.location)

    def _bind(self, term: Term, body: Body) -> tuple[Term, Body]:
        if not needs_evaluation(term):
            return term, body
        name = self._names.term(term.location)
        return name, append_to(body, equality(name, term, term.location))


# --- `==` ---------------------------------------------------------------------------------------------------------


def unify_equals(state: Compilation) -> None:
    """In rules `==` means the same as `=` once the body is known to be safe."""
    for rule in state.each_rule:
        if "equal" in rule.traits.called:
            rule.body = _unify_equals(rule.body)


def _unify_equals(body: Body) -> Body:
    return each(_equals_in_expr, body)


_EQ_OPERATOR = Term(Ref((Term(Var("eq")),)))


def _equals_in_expr(expr: Expr) -> Expr:
    terms = expr.terms
    if type(terms) is tuple and len(terms) == 3:
        operator = terms[0].value
        if type(operator) is Ref and len(operator.terms) == 1:
            head = operator.terms[0].value
            if type(head) is Var and head.name == "equal":
                expr = replace(expr, terms=(_EQ_OPERATOR, *terms[1:]))
    return rewrite_nested_bodies(expr, _unify_equals) if has_closure(expr) else expr


def rewrite_nested_bodies(expr: Expr, rewrite: Callable[[Body], Body]) -> Expr:
    """`expr` with `rewrite` applied to every body directly inside it."""
    terms = expr.terms
    new: Terms = terms
    match terms:
        case Term():
            new = rewrite_bodies_in_term(terms, rewrite)
        case tuple():
            new = tuple(rewrite_bodies_in_term(t, rewrite) for t in terms)
        case Every():
            new = replace(terms, domain=rewrite_bodies_in_term(terms.domain, rewrite), body=rewrite(terms.body))
        case Not():
            new = replace(terms, body=rewrite(terms.body))
        case LogicalAnd() | LogicalOr():
            new = replace(terms, lhs=rewrite(terms.lhs), rhs=rewrite(terms.rhs))
    withs = tuple(
        With(rewrite_bodies_in_term(w.target, rewrite), rewrite_bodies_in_term(w.value, rewrite), w.location)
        for w in expr.withs
    )
    return replace(expr, terms=new, withs=withs)


def rewrite_bodies_in_term(term: Term, rewrite: Callable[[Body], Body]) -> Term:
    value = term.value
    if not contains_closure(value):
        return term

    def inside(t: Term) -> Term:
        return rewrite_bodies_in_term(t, rewrite)

    new: Value = value
    match value:
        case ArrayComprehension(inner, body) | SetComprehension(inner, body):
            new = type(value)(inside(inner), rewrite(body))
        case ObjectComprehension(key, item, body):
            new = ObjectComprehension(inside(key), inside(item), rewrite(body))
        case Ref(terms):
            new = Ref(tuple(map(inside, terms)))
        case Call(terms):
            new = Call(tuple(map(inside, terms)))
        case Array(items):
            new = Array(tuple(map(inside, items)))
        case Set(items):
            new = Set(tuple(map(inside, items)))
        case Object(pairs):
            new = Object(tuple((inside(k), inside(v)) for k, v in pairs))
        case TemplateString(parts, multi_line):
            new = TemplateString(
                tuple(rewrite_nested_bodies(p, rewrite) if isinstance(p, Expr) else p for p in parts), multi_line
            )
    return Term(new, term.location)


# --- refs and comprehensions as operands --------------------------------------------------------------------------


def hoist_dynamic_terms(state: Compilation) -> None:
    """Operands that are refs or comprehensions are bound to variables before the expression that uses them."""
    hoister = DynamicHoister(state.names)
    for rule in state.each_rule:
        rule.body = hoister.body(rule.body)


class DynamicHoister:
    __slots__ = ("_names",)

    def __init__(self, names: Names) -> None:
        self._names = names

    def body(self, body: Body) -> Body:
        out: list[Expr] = []
        changed = False
        for expr in body:
            before = len(out)
            new = self._expr(expr, out)
            changed = changed or new is not expr or len(out) != before
            out.append(new)
        return tuple(out) if changed else body

    def _expr(self, expr: Expr, out: list[Expr]) -> Expr:
        terms = expr.terms
        if isinstance(terms, tuple):
            rewrite = self._within if is_equality(expr) else self._one
            if is_equality(expr) and len(terms) != 3:
                return expr
            new = (terms[0], *[rewrite(t, expr, out) for t in terms[1:]])
            if all(a is b for a, b in zip(new, terms, strict=True)):
                return expr
            return replace(expr, terms=new)
        if isinstance(terms, Term):
            term = self._within(terms, expr, out)
            return expr if term is terms else replace(expr, terms=term)
        if isinstance(terms, Every):
            domain = self._one(terms.domain, expr, out)
            return replace(expr, terms=replace(terms, domain=domain, body=self.body(terms.body)))
        if isinstance(terms, Not):
            return replace(expr, terms=replace(terms, body=self.body(terms.body)))
        if isinstance(terms, LogicalAnd | LogicalOr):
            lhs, rhs = self.body(terms.lhs), self.body(terms.rhs)
            return replace(expr, terms=replace(terms, lhs=lhs, rhs=rhs))
        return expr

    def _within(self, term: Term, expr: Expr, out: list[Expr]) -> Term:
        """A term that may stay where it is: only what is inside moves."""
        value = term.value
        kind = type(value)
        if kind in LEAVES:
            return term
        match value:
            case Ref(terms):
                return self._operands(term, terms, expr, out)
            case ArrayComprehension() | SetComprehension() | ObjectComprehension():
                return self._comprehension(term, value)
        return self._one(term, expr, out)

    def _operands(self, term: Term, terms: tuple[Term, ...], expr: Expr, out: list[Expr]) -> Term:
        operands = [self._one(t, expr, out) for t in terms[1:]]
        if all(a is b for a, b in zip(operands, terms[1:], strict=True)):
            return term
        return Term(Ref((terms[0], *operands)), term.location)

    def _comprehension(self, term: Term, value: ArrayComprehension | SetComprehension | ObjectComprehension) -> Term:
        body = self.body(value.body)
        return term if body is value.body else Term(replace(value, body=body), term.location)

    def _one(self, term: Term, expr: Expr, out: list[Expr]) -> Term:
        value = term.value
        kind = type(value)
        if kind in LEAVES:
            return term
        match value:
            case Ref(terms):
                return self._bind(self._operands(term, terms, expr, out), expr, out)
            case ArrayComprehension() | SetComprehension() | ObjectComprehension():
                return self._bind(self._comprehension(term, value), expr, out)
            case Array(items):
                new = [self._one(t, expr, out) for t in items]
                return term if _same(new, items) else Term(Array(tuple(new)), term.location)
            case Set(items):
                items = sorted_items(items)
                new = [self._one(t, expr, out) for t in items]
                return term if _same(new, items) else Term(Set(sorted_items(tuple(new))), term.location)
            case Object(pairs):
                pairs = sorted_pairs(pairs)
                moved = [(self._one(k, expr, out), self._one(v, expr, out)) for k, v in pairs]
                if all(a is c and b is d for (a, b), (c, d) in zip(moved, pairs, strict=True)):
                    return term
                return Term(Object(sorted_pairs(tuple(moved))), term.location)
        return term

    def _bind(self, term: Term, expr: Expr, out: list[Expr]) -> Term:
        name = self._names.term(term.location)
        out.append(equality(name, term, term.location, withs=expr.withs))
        assert isinstance(name.value, Var)
        self._names.subjects[name.value.name] = term.value
        return name


def _same(new: list[Term], old: tuple[Term, ...]) -> bool:
    return all(a is b for a, b in zip(new, old, strict=True))
