"""First pass: names of rules and imports become full refs, `p` in package `a` becomes `data.a.p`.

Names that a function's arguments, `:=`, `some` or `every` declare hide rules and imports of the same name; since the
declarations are not renamed yet, a name counts as declared in the whole body it is declared in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatewright.analysis._state import COMPILE, Compilation, LastUse, Places, error
from gatewright.analysis._terms import Statement, Terms, distinct_pairs, each, is_assignment, is_root_ref, value_text
from gatewright.analysis._vars import bodies_of, value_vars, vars_of, vars_of_terms
from gatewright.analysis.program import CompiledRule, ModuleUnit
from gatewright.errors import RegoError
from gatewright.records import record, replace
from gatewright.source import Location
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Call,
    Every,
    Expr,
    Head,
    Import,
    LogicalAnd,
    LogicalOr,
    Not,
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


@record(slots=True)
class _Global:
    ref: tuple[Term, ...]
    last: LastUse


def import_path(node: Import) -> tuple[Term, ...]:
    path = node.path.value
    return path.terms if isinstance(path, Ref) else (node.path,)


def is_language_import(node: Import) -> bool:
    """`import future.…` or `import rego.v1`: these name no document."""
    head = import_path(node)[0].value
    return isinstance(head, Var) and head.name in ("future", "rego")


def exported_names(units: Iterable[ModuleUnit]) -> dict[Ref, list[str]]:
    """The names of the rules of each package."""
    found: dict[Ref, list[str]] = {}
    for unit in units:
        names = found.setdefault(Ref(unit.package), [])
        names += [rule.source.head.ref.terms[0].value.name for rule in unit.rules]  # type: ignore[union-attr]
    return found


class Resolver:
    """The names that mean something in one module (or one query)."""

    def __init__(
        self, package: Sequence[Term] | None, exports: Iterable[str], imports: Iterable[Import], places: Places
    ) -> None:
        self.used: set[str] = set()
        self._places = places
        self._globals: dict[str, _Global] = {}
        last = LastUse()
        for name in exports:
            if name not in self._globals:
                self._globals[name] = _Global((*(package or ()), Term(String(name))), last)
        for node in imports:
            if not is_language_import(node):
                self._globals[node.name] = _Global(import_path(node), LastUse())
        self._hidden: list[set[str]] = []

    def rule(self, rule: CompiledRule) -> RegoError | None:
        """Resolve the names in a rule; an error when its arguments hide `input` or `data`."""
        head = rule.head
        shadow = _first_shadowed(head.args or ())
        if shadow is not None:
            message = f"args must not shadow {value_text(shadow)} (use a different variable name)"
            return error(COMPILE, rule.location, message)
        arguments: set[str] = set()
        for arg in head.args or ():
            _argument_vars(arg.value, arguments)
        self._hidden = [arguments, declared_in_body(rule.body)]
        rule.head = self._head(head)
        rule.body = self.body(rule.body)
        return None

    def query(self, body: Body) -> Body:
        self._hidden = [declared_in_body(body)]
        return self.body(body)

    def _head(self, head: Head) -> Head:
        terms = head.ref.terms
        operands = self._terms(terms[1:])
        key = self.term(head.key) if head.key is not None else None
        value = self.term(head.value) if head.value is not None else None
        if operands is terms[1:] and key is head.key and value is head.value:
            return head
        if len(terms) == 1 and key is head.key and value is head.value:
            return head
        return replace(head, ref=Ref((terms[0], *operands)), key=key, value=value)

    def body(self, body: Body) -> Body:
        return each(self._expr, body)

    def _expr(self, expr: Expr) -> Expr:
        terms = expr.terms
        new: Terms
        if isinstance(terms, tuple):
            new = self._terms(terms)
        elif isinstance(terms, Term):
            new = self.term(terms)
        else:
            new = self._statement(terms)
        withs = expr.withs
        if withs:
            withs = tuple(With(self.term(w.target), self.term(w.value), w.location) for w in withs)
        if new is terms and not withs:
            return expr
        return Expr(new, withs, expr.negated, expr.generated, expr.index, expr.location, expr.assigned)

    def _statement(self, node: Statement) -> Statement:
        match node:
            case SomeDecl((Term(Call(terms)) as symbol, *_)):
                call = self._terms(terms)
                return node if call is terms else SomeDecl((Term(Call(call), symbol.location),), node.location)
            case SomeDecl():
                return node
            case Every():
                declared = vars_of_terms((node.key, node.value) if node.key else (node.value,))
                self._hidden.append(declared)
                new = Every(node.key, node.value, self.term(node.domain), self.body(node.body), node.location)
                self._hidden.pop()
                return new
            case Not():
                return Not(self.body(node.body), node.explicit_body, node.location)
            case LogicalAnd() | LogicalOr():
                lhs, rhs = self.body(node.lhs), self.body(node.rhs)
                return type(node)(lhs, rhs, node.explicit_lhs, node.explicit_rhs, node.location)
        raise AssertionError(f"unreachable: {node!r}")

    def _terms(self, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return each(self.term, terms)

    def term(self, term: Term) -> Term:
        value = term.value
        new = self._value(value, term.location)
        return term if new is value else Term(new, term.location)

    def _lookup(self, name: str) -> _Global | None:
        found = self._globals.get(name)
        if found is None or any(name in hidden for hidden in self._hidden):
            return None
        self.used.add(name)
        return found

    def _expand(self, found: _Global, location: Location) -> tuple[Term, ...]:
        found.last.location = location
        terms = tuple(Term(t.value, location) for t in found.ref)
        self._places.add(terms[0], found.last)
        return terms

    def _value(self, value: Value, location: Location) -> Value:
        if isinstance(value, Var):
            found = self._lookup(value.name)
            return value if found is None else Ref(self._expand(found, location))
        if isinstance(value, Ref):
            return self._ref(value)
        match value:
            case Call(terms):
                new = self._terms(terms)
                return value if new is terms else Call(new)
            case Array(items) | Set(items):
                new = self._terms(items)
                return value if new is items else type(value)(new)
            case Object(pairs):
                resolved = distinct_pairs(tuple((self.term(k), self.term(v)) for k, v in pairs))
                if len(resolved) == len(pairs):
                    same = all(a is c and b is d for (a, b), (c, d) in zip(pairs, resolved, strict=True))
                    return value if same else Object(resolved)
                return Object(resolved)
            case ArrayComprehension(term, body) | SetComprehension(term, body):
                self._hidden.append(declared_in_body(body))
                new_term, new_body = self.term(term), self.body(body)
                self._hidden.pop()
                return value if new_term is term and new_body is body else type(value)(new_term, new_body)
            case ObjectComprehension(key, item, body):
                self._hidden.append(declared_in_body(body))
                comprehension = ObjectComprehension(self.term(key), self.term(item), self.body(body))
                self._hidden.pop()
                return comprehension
            case TemplateString(parts, multi_line):
                return TemplateString(tuple(self._expr(p) if isinstance(p, Expr) else p for p in parts), multi_line)
        return value

    def _ref(self, ref: Ref) -> Ref:
        out: list[Term] = []
        changed = False
        for i, term in enumerate(ref.terms):
            value = term.value
            if isinstance(value, String):
                out.append(term)
                continue
            if isinstance(value, Var):
                found = self._lookup(value.name)
                if found is None:
                    out.append(term)
                    continue
                changed = True
                expanded = self._expand(found, term.location)
                if i == 0:
                    out.extend(expanded)
                else:
                    out.append(Term(Ref(expanded), term.location))
                continue
            new = self.term(term)
            changed = changed or new is not term
            out.append(new)
        return Ref(tuple(out)) if changed else ref


def _shadowed_root(term: Term) -> Value | None:
    """`input` or `data`, where a pattern of arguments would bind it."""
    value = term.value
    if is_root_ref(value):
        return value
    match value:
        case Array(items):
            return _first_shadowed(items)
        case Object(pairs):
            return _first_shadowed(t for pair in pairs for t in pair)
        case Ref(terms):
            return _first_shadowed(terms[1:])
    return None


def _first_shadowed(terms: Iterable[Term]) -> Value | None:
    for term in terms:
        shadowed = _shadowed_root(term)
        if shadowed is not None:
            return shadowed
    return None


def _argument_vars(value: Value, found: set[str]) -> None:
    """The variables that a pattern of arguments binds: not those in keys, sets, comprehensions and calls."""
    match value:
        case Var(name):
            found.add(name)
        case Array(items):
            for term in items:
                _argument_vars(term.value, found)
        case Object(pairs):
            for key, item in pairs:
                value_vars(key.value, 0, found)
                _argument_vars(item.value, found)
        case Ref(terms):
            for term in terms:
                _argument_vars(term.value, found)


# --- what a body declares -----------------------------------------------------------------------------------------


def declared_in_body(body: Body) -> set[str]:
    """The names that `:=` and `some` declare in `body`, nested statements included, comprehensions not."""
    found: set[str] = set()
    for expr in body:
        declared_in_expr(expr, found)
    return found


def declared_in_expr(expr: Expr, found: set[str]) -> None:
    terms = expr.terms
    if isinstance(terms, tuple):
        if is_assignment(expr) and len(terms) == 3:
            value_vars(terms[1].value, 0, found)
        return
    if isinstance(terms, Term):
        return
    if isinstance(terms, SomeDecl):
        for symbol in terms.symbols:
            value = symbol.value
            if type(value) is Var:
                found.add(value.name)
            elif type(value) is Call:
                for term in value.terms[1:-1]:
                    found |= vars_of(term.value)
        return
    for body in bodies_of(terms):
        for inner in body:
            declared_in_expr(inner, found)


# --- the stage ----------------------------------------------------------------------------------------------------


def resolve_all(state: Compilation) -> list[tuple[ModuleUnit, Import]]:
    """Resolve every module; return the imports that nothing uses."""
    exports = exported_names(state.units)
    unused: list[tuple[ModuleUnit, Import]] = []
    for unit in state.units:
        resolver = Resolver(unit.package, exports[Ref(unit.package)], unit.imports, state.places)
        for rule in unit.rules:
            for branch in rule.branches:
                problem = resolver.rule(branch)
                if problem is not None and state.err(problem):
                    break
        if state.strict:
            unused += [(unit, node) for node in unit.imports if _is_unused(node, resolver)]
    return unused


def _is_unused(node: Import, resolver: Resolver) -> bool:
    return not is_language_import(node) and node.name not in resolver.used
