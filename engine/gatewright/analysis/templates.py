"""Template strings become calls of internal.template_string, each expression in a set that is empty when undefined."""

from __future__ import annotations

from gatewright.analysis._state import COMPILE, Compilation, Names, error
from gatewright.analysis._terms import (
    LEAVES,
    RESERVED,
    SCALARS,
    Terms,
    dotted_ref,
    equality,
    is_ground,
    sorted_items,
    sorted_pairs,
)
from gatewright.analysis._vars import SAFETY, key_value_vars, value_vars, vars_of
from gatewright.analysis.hoist import is_true
from gatewright.analysis.outputs import Arity, body_outputs
from gatewright.analysis.program import CompiledRule
from gatewright.errors import RegoError
from gatewright.records import replace
from gatewright.source import Location
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Boolean,
    Call,
    Every,
    Expr,
    LogicalAnd,
    LogicalOr,
    Not,
    Null,
    Number,
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
    With,
)

_OPERATOR = Term(dotted_ref("internal.template_string"))
_BIND_FIRST = "bind the template string to a variable in the comprehension's body, and use that in its head"


def rewrite_templates(state: Compilation) -> None:
    """Lower the template strings of every rule."""
    for unit in state.units:
        supported = "template_strings" in state.features and "internal.template_string" in state.signatures
        for rule in unit.each_rule:
            if TemplateString not in rule.traits.kinds:
                continue
            # What a template string becomes holds sets of what may be undefined.
            rule.traits.kinds.add(SetComprehension)
            rewriter = TemplateRewriter(state, state.names, supported=supported)
            safe = set(RESERVED)
            for arg in rule.head.args or ():
                value_vars(arg.value, 0, safe)
            inner = rewriter.outputs(rule.body, safe)
            rule.body = rewriter.body(rule.body, safe)
            head = rule.head
            rule.head = replace(
                head,
                args=tuple(rewriter.term(t, inner) for t in head.args) if head.args is not None else None,
                key=rewriter.term(head.key, inner) if head.key is not None else None,
                value=rewriter.term(head.value, inner) if head.value is not None else None,
            )
            state.err(*rewriter.errors)


def expr_has_template(expr: Expr) -> bool:
    terms = expr.terms
    match terms:
        case Term():
            found = has_template(terms.value)
        case tuple():
            found = any(has_template(t.value) for t in terms)
        case SomeDecl(symbols):
            found = any(has_template(t.value) for t in symbols)
        case Every(_, _, domain, body):
            found = has_template(domain.value) or any(map(expr_has_template, body))
        case Not(body):
            found = any(map(expr_has_template, body))
        case LogicalAnd(lhs, rhs) | LogicalOr(lhs, rhs):
            found = any(map(expr_has_template, (*lhs, *rhs)))
    return found or any(has_template(w.target.value) or has_template(w.value.value) for w in expr.withs)


def has_template(value: Value) -> bool:
    kind = type(value)
    if kind in LEAVES:
        return False
    match value:
        case TemplateString():
            return True
        case Ref(terms) | Call(terms) | Array(terms) | Set(terms):
            return any(type(t.value) not in SCALARS and has_template(t.value) for t in terms)
        case Object(pairs):
            return any(has_template(k.value) or has_template(v.value) for k, v in pairs)
        case ArrayComprehension(term, body) | SetComprehension(term, body):
            return has_template(term.value) or any(map(expr_has_template, body))
        case ObjectComprehension(key, item, body):
            return has_template(key.value) or has_template(item.value) or any(map(expr_has_template, body))
    return False


class TemplateRewriter:
    """Rewrites with the variables in mind that are bound around a template string: only those may occur in it.

    As in OPA, a body and what stands directly in the head of a comprehension know the variables the body binds; then
    the walk goes on into all of it with what is known outside. So a template string deeper inside the head (the one in
    `[upper($"{x + 1}") | some x in xs]`) is refused for the body's variables, and one that was refused is met again.
    """

    __slots__ = ("_bound_within", "_names", "_state", "_supported", "errors")

    def __init__(self, state: Compilation, names: Names, *, supported: bool) -> None:
        self._state = state
        self._names = names
        self._supported = supported
        # What the comprehensions around bind, which does not count.
        self._bound_within: list[set[str]] = []
        self.errors: list[RegoError] = []

    @property
    def _arity(self) -> Arity:
        return self._state.arity

    def outputs(self, body: Body, outside: set[str]) -> set[str]:
        return body_outputs(body, self._arity, outside) | outside

    def body(self, body: Body, outside: set[str]) -> Body:
        if not any(map(expr_has_template, body)):
            return body
        safe = self.outputs(body, outside)
        return tuple(self._expr(e, safe) if expr_has_template(e) else e for e in body)

    def _expr(self, expr: Expr, safe: set[str]) -> Expr:
        terms = expr.terms
        new: Terms = terms
        match terms:
            case Term():
                new = self.term(terms, safe)
            case tuple():
                new = tuple(self.term(t, safe) for t in terms)
            case Every():
                domain = self._directly(terms.domain, safe)
                inner = self.body(terms.body, safe | key_value_vars(terms))
                new = replace(terms, domain=self.term(domain, safe), body=self._within(inner, safe))
            case Not():
                new = replace(terms, body=self._within(terms.body, safe))
            case LogicalAnd() | LogicalOr():
                new = replace(terms, lhs=self._within(terms.lhs, safe), rhs=self._within(terms.rhs, safe))
        withs = tuple(With(self.term(w.target, safe), self.term(w.value, safe), w.location) for w in expr.withs)
        return replace(expr, terms=new, withs=withs)

    def _within(self, body: Body, safe: set[str]) -> Body:
        """A body walked with what is known outside of it."""
        return tuple(self._expr(e, safe) if expr_has_template(e) else e for e in body)

    def _directly(self, term: Term, safe: set[str]) -> Term:
        """A term that may be a template string; what is inside of it waits."""
        value = term.value
        return Term(self._lowered(value, term.location, safe), term.location) if type(value) is TemplateString else term

    def term(self, term: Term, safe: set[str]) -> Term:
        value = term.value
        if not has_template(value):
            return term

        def each(terms: tuple[Term, ...]) -> tuple[Term, ...]:
            return tuple(self.term(t, safe) for t in terms)

        new: Value = value
        match value:
            case TemplateString():
                new = self._template(value, term.location, safe)
            case Ref(terms):
                new = Ref(each(terms))
            case Call(terms):
                new = Call(each(terms))
            case Array(items):
                new = Array(each(items))
            case Set(items):
                new = Set(each(sorted_items(items)))
            case Object(pairs):
                new = Object(tuple((self.term(k, safe), self.term(v, safe)) for k, v in sorted_pairs(pairs)))
            case ArrayComprehension(inner, body) | SetComprehension(inner, body):
                (inner,), body = self._comprehension((inner,), body, safe)
                new = type(value)(inner, body)
            case ObjectComprehension(key, item, body):
                (key, item), body = self._comprehension((key, item), body, safe)
                new = ObjectComprehension(key, item, body)
        return Term(new, term.location)

    def _comprehension(self, head: tuple[Term, ...], body: Body, safe: set[str]) -> tuple[tuple[Term, ...], Body]:
        known = self.outputs(body, safe)
        body = self.body(body, safe)
        head = tuple(self._directly(t, known) for t in head)
        self._bound_within.append(known)
        head = tuple(self.term(t, safe) for t in head)
        self._bound_within.pop()
        return head, self._within(body, safe)

    def _template(self, value: TemplateString, location: Location, safe: set[str]) -> Value:
        lowered = self._lowered(value, location, safe)
        if isinstance(lowered, Call):
            return Call((lowered.terms[0], *(self.term(t, safe) for t in lowered.terms[1:])))
        parts = tuple(self._expr(p, safe) if isinstance(p, Expr) else p for p in value.parts)
        return TemplateString(parts, value.multi_line)

    def _lowered(self, value: TemplateString, location: Location, safe: set[str]) -> Value:
        """The call that a template string becomes, the ones inside left alone; `value` itself when it is refused."""
        if not self._supported:
            self.errors.append(error(COMPILE, location, "template-strings are not supported"))
            return value
        before = len(self.errors)
        found = [self._part(part, safe) if isinstance(part, Expr) else part for part in value.parts]
        if len(self.errors) > before:
            return value
        parts = [part for part in found if part is not None]
        if not value.parts:
            parts.append(Term(String(""), location))
        return Call((_OPERATOR, Term(Array(tuple(parts)))))

    def _part(self, expr: Expr, safe: set[str]) -> Term | None:
        terms = expr.terms
        if isinstance(terms, tuple):
            signature = self._state.builtin(expr)
            if signature is not None and signature.relation:
                message = f"illegal call to relation built-in '{signature.name}' that may cause multiple outputs"
                self.errors.append(error(COMPILE, self._state.unplaced_copy(expr.location), message))
                return None
            term = Term(Call(terms), self._state.unplaced_copy(expr.location))
        elif isinstance(terms, Term):
            term = terms
        else:
            message = "unexpected template-string expression type: *ast." + type(terms).__name__
            self.errors.append(error(COMPILE, expr.location, message))
            return None
        if isinstance(term.value, Var) or (isinstance(term.value, Ref) and self._is_always_defined(term.value)):
            return Term(Set((term,)))
        for name in sorted(vars_of(term.value, SAFETY) - safe):
            written = self._state.original(name)
            shown = "_" if written.startswith("$") else written
            hint = _BIND_FIRST if any(name in bound for bound in self._bound_within) else ""
            self.errors.append(error(COMPILE, term.location, f"var {shown} is undeclared", hint=hint))
        name_term = self._names.term(term.location)
        capture = equality(name_term, term, term.location, generated=False, withs=expr.withs)
        return Term(SetComprehension(name_term, (capture,)), term.location)

    def _is_always_defined(self, ref: Ref) -> bool:
        """Whether the ref names a rule that has a value whatever the input is."""
        head = ref.terms[0].value
        if len(ref.terms) < 2 or not (isinstance(head, Var) and head.name == "data"):
            return False
        node = self._state.tree.find(ref.terms)
        if node is None or not node.rules:
            return False
        first = node.rules[0]
        if first.is_function:
            return False
        if first.default or first.is_multi_value:
            return True
        if len(node.rules) == 1:
            return _is_constant(first)
        return any(rule.default for rule in node.rules[1:])


def _is_constant(rule: CompiledRule) -> bool:
    value = rule.head.value
    if value is None or not is_true(rule.body):
        return False
    match value.value:
        case String() | Var() | Number() | Boolean() | Null():
            return True
        case Array() | Object() | Set():
            return is_ground(value.value)
    return False
