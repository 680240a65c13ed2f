"""Renames the variables that a body, a comprehension or a query declares; `locals` says for which of a rule's parts."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.analysis._scopes import ARGUMENT, ASSIGNED, DECLARED, SEEN, Scopes
from gatewright.analysis._state import COMPILE, Names, error
from gatewright.analysis._terms import (
    INPUT_REF,
    LEAVES,
    TRUE,
    Statement,
    Terms,
    each,
    is_assignment,
    is_root_ref,
    kind_name,
    name_term,
    sorted_items,
    sorted_pairs,
    value_text,
)
from gatewright.analysis._vars import (
    BOUND,
    SKIP_CLOSURES,
    body_vars,
    vars_of,
    vars_of_expr,
    vars_of_terms,
)
from gatewright.analysis.outputs import equality_outputs
from gatewright.analysis.resolve import declared_in_expr
from gatewright.errors import RegoError
from gatewright.records import replace
from gatewright.source import Location
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
    Set,
    SetComprehension,
    SomeDecl,
    TemplateString,
    Term,
    Value,
    Var,
    With,
)
from gatewright.syntax.walk import walk

_NEGATED = "cannot assign vars inside negated expression"
_AND_OPERAND = "cannot assign vars inside implicit and operand"
_OR_OPERAND = "cannot assign vars inside implicit or operand"

_REDECLARED = {
    SEEN: "var {} referenced above",
    ASSIGNED: "var {} assigned above",
    DECLARED: "var {} declared above",
    ARGUMENT: "arg {} redeclared",
}

_ADVICE = {
    SEEN: "declare {} before its first use, or choose another name",
    ASSIGNED: "{} has a value already: write == to compare it",
    DECLARED: "{} is declared already: write = to give it a value",
    ARGUMENT: "{} is an argument: write == to compare it",
}


class LocalRewriter:
    """Renames the variables of one rule, one head comprehension or one query."""

    def __init__(self, names: Names, scopes: Scopes, *, strict: bool) -> None:
        self.names = names
        self.scopes = scopes
        self.strict = strict
        self.errors: list[RegoError] = []
        # Strict mode's complaints about names never used: they do not stop the compilation.
        self.unused: list[RegoError] = []

    # --- bodies ---

    def body(self, body: Body, used: set[str]) -> Body:
        out: list[Expr] = []
        # The expressions as OPA would now find them in the original body, for the search of unused names.
        present: list[Expr] = []
        for expr in body:
            new = self._statement(expr)
            if new is not None:
                out.append(new)
            present.append(new if new is not None and _changes_in_place(expr) else expr)
        if not out:
            out.append(Expr(Term(TRUE)))
        result = tuple(out)
        self._check_unused_assigned(present, used)
        self._check_unused_declared(present, used, result)
        return result

    def _statement(self, expr: Expr) -> Expr | None:
        terms = expr.terms
        if isinstance(terms, tuple):
            return self._assignment(expr) if is_assignment(expr) else self.expr(expr)
        if isinstance(terms, SomeDecl):
            return self._some(expr, terms)
        if isinstance(terms, Every):
            return self._every(expr, terms)
        if isinstance(terms, Not):
            return self._not(expr, terms)
        if isinstance(terms, LogicalAnd | LogicalOr):
            return self._logical(expr, terms)
        return self.expr(expr)

    def _every(self, expr: Expr, node: Every) -> Expr | None:
        domain = self.term(node.domain)
        self.scopes.push()
        try:
            key, value = node.key, node.value
            if key is None:
                key = Term(Var(self.names.fresh()))
            else:
                renamed = self._declare_loop_variable(key)
                if renamed is None:
                    return None
                key = renamed
            renamed = self._declare_loop_variable(value)
            if renamed is None:
                return None
            body = self.body(node.body, set())
            new = replace(expr, terms=Every(key, renamed, domain, body, node.location))
            return self.expr(new)
        finally:
            self.scopes.pop()

    def _declare_loop_variable(self, term: Term) -> Term | None:
        assert isinstance(term.value, Var)
        if term.value.wildcard:
            return term
        # OPA has lost the place of the statement here.
        new = self._declare(term.value.name, DECLARED, None)
        return None if new is None else Term(Var(new), term.location)

    def _some(self, expr: Expr, node: SomeDecl) -> Expr | None:
        for symbol in node.symbols:
            value = symbol.value
            if isinstance(value, Call):
                return self._some_in(expr, value, node.location)
            assert isinstance(value, Var)
            if self._declare(value.name, DECLARED, node.location) is None:
                return None
        return None

    def _some_in(self, expr: Expr, call: Call, location: Location) -> Expr | None:
        if len(call.terms) == 4:
            _, key, value, container = call.terms
        else:
            _, value, container = call.terms
            key = Term(Var(self.names.fresh()))
        bound = vars_of_terms((key, value), BOUND)
        clash = sorted(v for v in bound & vars_of(container.value, SKIP_CLOSURES) if not v.startswith("$"))
        if clash:
            self.errors += [error(COMPILE, location, f"var {name} assigned before") for name in clash]
            return None
        inner = container.value
        member = Ref((*inner.terms, key)) if isinstance(inner, Ref) else Ref((container, key))
        new = replace(expr, terms=(Term(Ref((Term(Var("eq")),))), value, Term(member)))
        for name in sorted(equality_outputs(new, vars_of(inner))):
            if self._declare(name, DECLARED, location) is None:
                return None
        return self.expr(new)

    def _not(self, expr: Expr, node: Not) -> Expr:
        if not node.explicit_body:
            before = len(self.errors)
            body = self._implicit_body(node.body, _NEGATED)
            new = replace(expr, terms=Not(body, node.explicit_body, node.location))
            return new if len(self.errors) > before else self.expr(new)
        self.scopes.push()
        body = self.body(node.body, set())
        new = self.expr(replace(expr, terms=Not(body, node.explicit_body, node.location)))
        self.scopes.pop()
        return new

    def _logical(self, expr: Expr, node: LogicalAnd | LogicalOr) -> Expr:
        before = len(self.errors)
        message = _AND_OPERAND if isinstance(node, LogicalAnd) else _OR_OPERAND
        lhs = self._operand(node.lhs, node.explicit_lhs, message)
        rhs = self._operand(node.rhs, node.explicit_rhs, message)
        new = replace(expr, terms=type(node)(lhs, rhs, node.explicit_lhs, node.explicit_rhs, node.location))
        return new if len(self.errors) > before else self.expr(new)

    def _operand(self, body: Body, explicit: bool, message: str) -> Body:
        if not explicit:
            return self._implicit_body(body, message)
        self.scopes.push()
        new = self.body(body, set())
        self.scopes.pop()
        return new

    def _implicit_body(self, body: Body, message: str) -> Body:
        """An operand without braces binds nothing for others, so it may not assign."""
        out = []
        for expr in body:
            new: Expr | None = expr
            if is_assignment(expr):
                self.errors.append(error(COMPILE, expr.location, message))
            elif isinstance(expr.terms, Not):
                new = self._not(expr, expr.terms)
            elif isinstance(expr.terms, LogicalAnd | LogicalOr):
                new = self._logical(expr, expr.terms)
            out.append(new if new is not None else expr)
        return tuple(out)

    def _assignment(self, expr: Expr) -> Expr:
        if expr.negated:
            self.errors.append(error(COMPILE, expr.location, _NEGATED))
            return expr
        terms = expr.terms
        assert isinstance(terms, tuple)
        if len(terms) != 3:
            return expr
        before = len(self.errors)
        value = self.term(terms[2])
        withs = tuple(With(w.target, self.term(w.value), w.location) for w in expr.withs)
        target = self._assign_to(terms[1])
        operator = terms[0]
        assigned = len(self.errors) == before
        if assigned:
            assert isinstance(operator.value, Ref)
            operator = name_term("eq", operator.value.terms[0].location)
        return Expr(
            (operator, target, value),
            withs,
            False,
            expr.generated,
            expr.index,
            expr.location,
            assigned or expr.assigned,
        )

    def _assign_to(self, term: Term) -> Term:
        """Declare the variables of the pattern left of `:=`."""
        match term.value:
            case Var(name):
                new = self._declare(name, ASSIGNED, term.location)
                return term if new is None else Term(Var(new), term.location)
            case Array(items):
                return Term(Array(tuple(map(self._assign_to, items))), term.location)
            case Object(pairs):
                return Term(Object(tuple((k, self._assign_to(v)) for k, v in sorted_pairs(pairs))), term.location)
            case Ref(terms) if is_root_ref(term.value):
                name = terms[0].value.name  # type: ignore[union-attr]
                new = self._declare(name, ASSIGNED, term.location)
                return term if new is None else Term(Var(new), term.location)
        message = f"cannot assign to {kind_name(term.value)}"
        self.errors.append(error(COMPILE, term.location, message, hint="write == to compare"))
        return term

    def _declare(self, name: str, occurrence: str, location: Location | None) -> str | None:
        known = self.scopes.stack[-1].occurrences.get(name)
        if known is not None:
            advice = _ADVICE[known].format(name)
            hint = advice if location is not None else f"{name} is declared twice in one statement"
            self.errors.append(error(COMPILE, location, _REDECLARED[known].format(name), hint=hint))
            return None
        new = self.names.fresh()
        self.scopes.insert(name, new, occurrence)
        return new

    # --- expressions and terms ---

    def expr(self, expr: Expr) -> Expr:
        """Rename what is declared in a plain expression (statements inside have been dealt with)."""
        terms = expr.terms
        new: Terms
        if isinstance(terms, tuple):
            new = self._terms(terms)
        elif isinstance(terms, Term):
            new = self.term(terms)
        else:
            new = self._nested(terms)
        withs = expr.withs
        if withs:
            withs = tuple(map(self._with, withs))
        elif new is terms:
            return expr
        return Expr(new, withs, expr.negated, expr.generated, expr.index, expr.location, expr.assigned)

    def _nested(self, node: Statement) -> Statement:
        match node:
            case SomeDecl(symbols, location):
                return SomeDecl(self._terms(symbols), location)
            case Every(key, value, domain, body, location):
                new_key = self.term(key) if key is not None else None
                return Every(new_key, self.term(value), self.term(domain), self._exprs(body), location)
            case Not(body, explicit, location):
                return Not(self._exprs(body), explicit, location)
            case LogicalAnd(lhs, rhs) | LogicalOr(lhs, rhs):
                return type(node)(
                    self._exprs(lhs), self._exprs(rhs), node.explicit_lhs, node.explicit_rhs, node.location
                )
        raise AssertionError(f"unreachable: {node!r}")

    def _exprs(self, body: Body) -> Body:
        return tuple(map(self.expr, body))

    def _with(self, node: With) -> With:
        target = self.term(node.target)
        # The target means the document even where a local variable is called `input`.
        hidden = self.scopes.declared("input")
        if hidden is not None:
            value = target.value
            if isinstance(value, Var) and value.name == hidden:
                target = Term(INPUT_REF, target.location)
            elif isinstance(value, Ref):
                head = value.terms[0]
                if isinstance(head.value, Var) and head.value.name == hidden:
                    fixed = Term(Var("input"), head.location)
                    target = Term(Ref((fixed, *value.terms[1:])), target.location)
        return With(target, self.term(node.value), node.location)

    def _terms(self, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return each(self.term, terms)

    def term(self, term: Term) -> Term:
        value = term.value
        rewrite = _TERMS.get(type(value))
        if rewrite is None:
            return term
        new = rewrite(self, value, term)
        return term if new is value else Term(new, term.location)

    def _var(self, value: Var, _: Term) -> Value:
        name = value.name
        new = self.scopes.declared(name)
        if new is not None:
            self.scopes.seen(name)
            return value if new == name else Var(new)
        if name not in self.scopes.stack[-1].occurrences:
            self.scopes.insert(name, name, SEEN)
        return value

    def _ref(self, value: Ref, _: Term) -> Value:
        if is_root_ref(value):
            name = value.terms[0].value.name  # type: ignore[union-attr]
            occurrence = self.scopes.occurrence_anywhere(name)
            if occurrence is not None and occurrence != SEEN:
                new = self.scopes.declared(name)
                if new is not None and new != name:
                    return Var(new)
            return value
        terms = self._terms(value.terms)
        return value if terms is value.terms else Ref(terms)

    def _call(self, value: Call, term: Term) -> Value:
        for name in _names_in_order(value.terms[0].value):
            new = self.scopes.declared(name)
            if new is not None and new != name:
                text = value_text(value.terms[0].value)
                self.errors.append(error(COMPILE, term.location, f"called function {text} shadowed"))
        terms = self._terms(value.terms)
        return value if terms is value.terms else Call(terms)

    def _array(self, value: Array, _: Term) -> Value:
        items = self._terms(value.items)
        return value if items is value.items else Array(items)

    def _object(self, value: Object, _: Term) -> Value:
        pairs = tuple((self.term(k), self.term(v)) for k, v in sorted_pairs(value.items))
        return Object(pairs)

    def _set(self, value: Set, _: Term) -> Value:
        return Set(self._terms(sorted_items(value.items)))

    def _template(self, value: TemplateString, _: Term) -> Value:
        return TemplateString(
            tuple(self.expr(p) if isinstance(p, Expr) else self.term(p) for p in value.parts), value.multi_line
        )

    def comprehension(self, value: ArrayComprehension | SetComprehension, _: Term | None = None) -> Value:
        used = vars_of(value.term.value)
        self.scopes.push()
        body = self.body(value.body, used)
        term = self.term(value.term)
        self.scopes.pop()
        return type(value)(term, body)

    def object_comprehension(self, value: ObjectComprehension, _: Term | None = None) -> Value:
        used = vars_of_terms((value.key, value.value))
        self.scopes.push()
        body = self.body(value.body, used)
        key = self.term(value.key)
        item = self.term(value.value)
        self.scopes.pop()
        return ObjectComprehension(key, item, body)

    def head_template(self, value: TemplateString) -> TemplateString:
        parts = []
        for part in value.parts:
            if isinstance(part, Expr):
                self.scopes.push()
                part = self.expr(part)
                self.scopes.pop()
            parts.append(part)
        return TemplateString(tuple(parts), value.multi_line)

    # --- strict mode: names that nothing uses ---

    def _check_unused_assigned(self, present: list[Expr], used: set[str]) -> None:
        if not self.strict or self.errors or self.unused:
            return
        scope = self.scopes.stack[-1]
        unused = {
            scope.names[name]
            for name, occurrence in scope.occurrences.items()
            if occurrence == ASSIGNED
            and not name.startswith("$")
            and self.scopes.count(name) <= 1
            and scope.names[name] not in used
        }
        unused -= {self.scopes.declared(name) for name in used}
        if not unused:
            return
        original = {new: name for name, new in scope.names.items()}
        for new in sorted(unused):
            place = next((e for e in present if new in vars_of_expr(e)), present[0])
            self.unused.append(error(COMPILE, place.location, f"assigned var {original[new]} unused"))

    def _check_unused_declared(self, present: list[Expr], used: set[str], body: Body) -> None:
        if self.errors or self.unused:
            return
        scope = self.scopes.stack[-1]
        declared = {scope.names[n] for n, occurrence in scope.occurrences.items() if occurrence == DECLARED}
        if not declared:
            return
        met: set[str] = set()
        body_vars(body, 0, met)
        met |= {self.scopes.declared(name) or name for name in used}
        unused = declared - met - used
        if not unused:
            return
        original = {new: name for name, new in scope.names.items()}
        for new in sorted(unused):
            name = original[new]
            if name.startswith("__local"):
                continue
            place = next((e for e in present if name in _declared_by(e)), present[0])
            shown = "_" if name.startswith("$") else name
            self.unused.append(error(COMPILE, place.location, f"declared var {shown} unused"))


_TERMS: dict[type, Callable[[LocalRewriter, object, Term], Value]] = {
    Var: LocalRewriter._var,  # type: ignore[dict-item]
    Ref: LocalRewriter._ref,  # type: ignore[dict-item]
    Call: LocalRewriter._call,  # type: ignore[dict-item]
    Array: LocalRewriter._array,  # type: ignore[dict-item]
    Object: LocalRewriter._object,  # type: ignore[dict-item]
    Set: LocalRewriter._set,  # type: ignore[dict-item]
    TemplateString: LocalRewriter._template,  # type: ignore[dict-item]
    ArrayComprehension: LocalRewriter.comprehension,  # type: ignore[dict-item]
    SetComprehension: LocalRewriter.comprehension,  # type: ignore[dict-item]
    ObjectComprehension: LocalRewriter.object_comprehension,  # type: ignore[dict-item]
}


def _changes_in_place(expr: Expr) -> bool:
    return isinstance(expr.terms, Term | tuple)


def _declared_by(expr: Expr) -> set[str]:
    found: set[str] = set()
    declared_in_expr(expr, found)
    return found


def _names_in_order(value: Value) -> list[str]:
    """The variables in the name of a function, as often as they occur."""
    if type(value) is Ref and all(type(t.value) in LEAVES for t in value.terms):
        return [t.value.name for t in value.terms if type(t.value) is Var]
    return [node.name for node in walk(value) if isinstance(node, Var)]
