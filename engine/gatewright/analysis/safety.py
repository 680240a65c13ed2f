"""Safety: every variable must be bound by something that can bind it, and bodies are ordered so that it is in time.

A body is ordered by taking, again and again, the expressions whose variables are all bound by what has been taken
before; those left over in the end are unsafe. Bodies inside an expression are treated the same way afterwards, with
what is bound around them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from gatewright.analysis._state import UNSAFE, Compilation, error
from gatewright.analysis._terms import (
    COMPREHENSIONS,
    FUTURE_KEYWORDS,
    LEAVES,
    RESERVED,
    SCALARS,
    ground_prefix,
    is_equality,
    location_key,
    ref_is_ground,
    ref_text,
    sorted_items,
    sorted_pairs,
)
from gatewright.analysis._vars import (
    BOUND,
    CALL_OUTPUT,
    SAFETY,
    SKIP_REF_HEAD,
    Promote,
    body_vars,
    expr_vars,
    key_value_vars,
    value_vars,
    vars_of,
    vars_of_expr,
    vars_of_terms,
    with_vars,
)
from gatewright.analysis.hints import unsafe_hint
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

Arity = Callable[[Value], int]
Names = set[str]


# --- what an expression binds -------------------------------------------------------------------------------------


def body_outputs(body: Iterable[Expr], arity: Arity, safe: Names) -> Names:
    """The variables that `body` binds, taken in the order it has."""
    known = set(safe)
    for expr in body:
        known |= expr_outputs(expr, arity, known)
    return known - safe


def expr_outputs(expr: Expr, arity: Arity, safe: Names) -> Names:
    """The variables that `expr` binds when those in `safe` are bound."""
    terms = expr.terms
    if expr.negated or isinstance(terms, Not):
        return set()
    for node in expr.withs:
        inputs: Names = set()
        with_vars(node, SAFETY, inputs)
        if not inputs <= safe:
            return set()
    if isinstance(terms, tuple):
        if is_equality(expr):
            return equality_outputs(expr, safe)
        taken = arity(terms[0].value)
        return set() if taken < 0 else _call_outputs(expr, taken, safe)
    if isinstance(terms, Term):
        return _ref_outputs_in_expr(expr, safe)
    if isinstance(terms, Every):
        found: Names = set()
        _ref_outputs(terms.domain.value, safe, found)
        return found
    return set()


def equality_outputs(expr: Expr, safe: Names) -> Names:
    """The variables that an equality binds."""
    terms = expr.terms
    assert isinstance(terms, tuple)
    if len(terms) != 3:
        return safe
    left, right = terms[1].value, terms[2].value
    if type(left) is Var and type(right) in SCALARS and not expr.withs and not expr.assigned:
        # The common case, decided without collecting anything: `x = constant`.
        return set() if left.name in safe else {left.name}
    known = _ref_outputs_in_expr(expr, safe)
    known |= safe
    if expr.assigned:
        # What `:=` declares is an output only: it must not bind the right-hand side backwards.
        known -= vars_of(left)
    return (known | unify(known, left, right)) - safe


def _call_outputs(expr: Expr, arity: int, safe: Names) -> Names:
    found = _ref_outputs_in_expr(expr, safe)
    terms = expr.terms
    assert isinstance(terms, tuple)
    inputs = arity + 1
    if inputs >= len(terms):
        return found
    needed = vars_of_terms(terms[:inputs], CALL_OUTPUT)
    if needed - found - safe:
        return set()
    return found | vars_of_terms(terms[inputs:], CALL_OUTPUT)


def _ref_outputs_in_expr(expr: Expr, safe: Names) -> Names:
    found: Names = set()
    terms = expr.terms
    if isinstance(terms, tuple):
        for term in terms:
            _ref_outputs(term.value, safe, found)
    elif isinstance(terms, Term):
        _ref_outputs(terms.value, safe, found)
    for node in expr.withs:
        _ref_outputs(node.target.value, safe, found)
        _ref_outputs(node.value.value, safe, found)
    return found


def _ref_outputs(value: Value, safe: Names, found: Names) -> None:
    """Add the variables that iterating the refs in `value` binds."""
    kind = type(value)
    if kind in LEAVES:
        return
    match value:
        case Ref(terms):
            if not _is_ref_safe(value, safe):
                return
            if not ref_is_ground(terms):
                value_vars(value, SKIP_REF_HEAD, found)
            for term in terms:
                _ref_outputs(term.value, safe, found)
        case Call(terms):
            for term in terms:
                _ref_outputs(term.value, safe, found)
        case Array(items) | Set(items):
            for term in items:
                _ref_outputs(term.value, safe, found)
        case Object(pairs):
            for key, item in pairs:
                _ref_outputs(key.value, safe, found)
                _ref_outputs(item.value, safe, found)


def _is_ref_safe(ref: Ref, safe: Names) -> bool:
    head = ref.terms[0].value
    if type(head) is Var:
        return head.name in safe
    return vars_of(head, SAFETY) <= safe


# --- unification --------------------------------------------------------------------------------------------------


def unify(safe: Names, left: Value, right: Value) -> Names:
    """The variables bound by unifying `left` with `right`."""
    unifier = _Unifier(safe)
    unifier.unify(left, right)
    return unifier.unified


class _Unifier:
    __slots__ = ("safe", "unified", "unknown")

    def __init__(self, safe: Names) -> None:
        self.safe = safe
        self.unified: Names = set()
        # A variable here becomes bound as soon as all it depends on are.
        self.unknown: dict[str, Names] = {}

    def _is_safe(self, name: str) -> bool:
        return name in self.safe or name in self.unified

    def unify(self, a: Value, b: Value) -> None:
        match a:
            case Var(name):
                self._unify_var(name, b)
            case Ref() | Call():
                if vars_of(a, SAFETY) <= self.safe if isinstance(a, Call) else _is_ref_safe(a, self.safe):
                    self._bind_pattern(b, (Array, Object))
            case ArrayComprehension():
                self._bind_pattern(b, (Array,))
            case ObjectComprehension():
                self._bind_pattern(b, (Object,))
            case SetComprehension():
                self._bind_pattern(b, ())
            case Array(items):
                self._unify_array(a, items, b)
            case Object(pairs):
                self._unify_object(a, pairs, b)
            case _:
                if isinstance(b, Var):
                    self._bind(b.name)

    def _bind_pattern(self, b: Value, kinds: tuple[type, ...]) -> None:
        if isinstance(b, Var):
            self._bind(b.name)
        elif kinds and isinstance(b, kinds):
            self._bind_all(b)

    def _unify_var(self, name: str, b: Value) -> None:
        match b:
            case Var(other):
                if self._is_safe(other):
                    self._bind(name)
                elif self._is_safe(name):
                    self._bind(other)
                else:
                    self.unknown.setdefault(name, set()).add(other)
                    self.unknown.setdefault(other, set()).add(name)
            case Array() | Object():
                self._unify_all(name, b)
            case Ref():
                if _is_ref_safe(b, self.safe):
                    self._bind(name)
            case Call():
                if vars_of(b, SAFETY) <= self.safe:
                    self._bind(name)
            case _:
                self._bind(name)

    def _unify_array(self, a: Value, items: tuple[Term, ...], b: Value) -> None:
        match b:
            case Var(name):
                self._unify_all(name, a)
            case ArrayComprehension() | ObjectComprehension() | SetComprehension():
                self._bind_all(a)
            case Ref():
                if _is_ref_safe(b, self.safe):
                    self._bind_all(a)
            case Call():
                if vars_of(b, SAFETY) <= self.safe:
                    self._bind_all(a)
            case Array(others):
                if len(items) == len(others):
                    for x, y in zip(items, others, strict=True):
                        self.unify(x.value, y.value)

    def _unify_object(self, a: Value, pairs: tuple[tuple[Term, Term], ...], b: Value) -> None:
        match b:
            case Var(name):
                self._unify_all(name, a)
            case Ref():
                if _is_ref_safe(b, self.safe):
                    self._bind_all(a)
            case Call():
                if vars_of(b, SAFETY) <= self.safe:
                    self._bind_all(a)
            case Object(others):
                if len(pairs) == len(others):
                    known = {k.value: v for k, v in others}
                    for key, item in pairs:
                        other = known.get(key.value)
                        if other is not None:
                            self.unify(item.value, other.value)

    def _bind_all(self, value: Value) -> None:
        for name in vars_of(value, BOUND):
            self._bind(name)

    def _bind(self, name: str) -> None:
        self.unified.add(name)
        for dependency in self.unknown.pop(name, ()):
            self._bind(dependency)
        for other, dependencies in list(self.unknown.items()):
            if name in dependencies:
                dependencies.discard(name)
                if not dependencies:
                    self._bind(other)

    def _unify_all(self, name: str, value: Value) -> None:
        if self._is_safe(name):
            self._bind_all(value)
            return
        unsafe = vars_of(value, BOUND) - self.safe - self.unified
        if not unsafe:
            self._bind(name)
        else:
            self.unknown.setdefault(name, set()).update(unsafe)


# --- operands of not, and, or -------------------------------------------------------------------------------------


def promoting(arity: Arity) -> Promote:
    """What an operand without braces leaves unbound must be bound by the body around it."""

    def promote(node: Not | LogicalAnd | LogicalOr) -> Iterable[str]:
        found: Names = set()
        if isinstance(node, Not):
            if not node.explicit_body:
                found |= _open_vars(node.body, arity)
        else:
            if not node.explicit_lhs:
                found |= _open_vars(node.lhs, arity)
            if not node.explicit_rhs:
                found |= _open_vars(node.rhs, arity)
        return found

    return promote


def _open_vars(body: Body, arity: Arity) -> Names:
    """The variables of an implicit body that nothing in it binds for something else in it."""
    occurrences: dict[str, int] = {}
    for expr in body:
        for name in vars_of_expr(expr, SAFETY):
            occurrences[name] = occurrences.get(name, 0) + 1
    if len(body) == 1:
        return set(occurrences)
    bound = _bound_inside(body, set(occurrences), arity)
    return {name for name, count in occurrences.items() if name not in bound or count == 1}


def _bound_inside(body: Body, names: Names, arity: Arity) -> Names:
    equalities = [e for e in body if is_equality(e) and isinstance(e.terms, tuple) and len(e.terms) == 3]
    safe = RESERVED | names
    for expr in equalities:
        safe -= {t.value.name for t in expr.terms[1:] if isinstance(t.value, Var)}  # type: ignore[index]
    bound: Names = set()
    changed = True
    while changed:
        changed = False
        for expr in equalities:
            new = equality_outputs(expr, set(safe)) - bound
            if new:
                bound |= new
                safe |= new
                changed = True
    for expr in body:
        if isinstance(expr.terms, tuple) and not is_equality(expr):
            taken = arity(expr.terms[0].value)
            if 0 <= taken < len(expr.terms) - 1:
                bound |= vars_of_terms(expr.terms[taken + 1 :], CALL_OUTPUT)
    return bound


# --- ordering -----------------------------------------------------------------------------------------------------


class Unsafe:
    """Expressions with the variables that make them unsafe."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: dict[int, tuple[Expr, Names]] = {}

    def add(self, expr: Expr, names: Iterable[str]) -> None:
        entry = self.entries.get(id(expr))
        if entry is None:
            self.entries[id(expr)] = (expr, set(names))
        else:
            entry[1].update(names)

    def update(self, other: Unsafe) -> None:
        for expr, names in other.entries.values():
            self.add(expr, names)

    def __bool__(self) -> bool:
        return bool(self.entries)


def reorder(body: Body, arity: Arity, outside: Names, *, closures: bool = True) -> tuple[Body, Unsafe]:
    """`body` ordered for evaluation from left to right, and what is unsafe in it; `outside` is bound around it.
    With `closures` false there are known to be no bodies inside."""
    promote = promoting(arity)
    mentioned: list[Names] = []
    for expr in body:
        found: Names = set()
        expr_vars(expr, SAFETY, found, promote)
        mentioned.append(found)
    body_names: Names = set().union(*mentioned)
    safe = body_names & outside
    open_names = [names - safe for names in mentioned]
    closed_over = [_closure_vars(expr) & body_names - outside if closures else _NONE for expr in body]

    taken: list[int] = []
    waiting = list(range(len(body)))
    while True:
        left = []
        for i in waiting:
            expr = body[i]
            outputs = expr_outputs(expr, arity, safe)
            if closed_over[i]:
                bound = body_outputs((body[j] for j in taken), arity, safe)
                missing = closed_over[i] - bound
                if missing:
                    if missing == outputs:
                        left.append(i)
                        continue
                    open_names[i] = set(missing)
            open_names[i] -= outputs
            open_names[i] -= safe
            if open_names[i]:
                left.append(i)
            else:
                taken.append(i)
                safe = safe | outputs
        if len(left) == len(waiting):
            break
        waiting = left
        if not waiting:
            break
    unsafe = Unsafe()
    for i in waiting:
        if open_names[i]:
            unsafe.add(body[i], open_names[i])
    ordered = [body[i] for i in taken]
    if not closures:
        return tuple(ordered), unsafe
    return _order_closures(ordered, arity, outside, unsafe, promote), unsafe


_NONE: frozenset[str] = frozenset()


def _order_closures(exprs: list[Expr], arity: Arity, outside: Names, unsafe: Unsafe, promote: Promote) -> Body:
    if not any(map(has_closure, exprs)):
        return tuple(exprs)
    orderer = _ClosureOrderer(arity, set(outside), unsafe, promote)
    out: list[Expr] = []
    for i, expr in enumerate(exprs):
        if i > 0:
            expr_vars(out[i - 1], SAFETY, orderer.known, promote)
        out.append(orderer.expr(expr))
    return tuple(out)


def has_closure(expr: Expr) -> bool:
    """Whether there is a body inside `expr`."""
    terms = expr.terms
    if isinstance(terms, tuple):
        for term in terms:
            if type(term.value) in _MAY_CLOSE and contains_closure(term.value):
                return True
    elif isinstance(terms, Term):
        if contains_closure(terms.value):
            return True
    elif not isinstance(terms, SomeDecl):
        return True
    return any(contains_closure(w.value.value) or contains_closure(w.target.value) for w in expr.withs)


def contains_closure(value: Value) -> bool:
    kind = type(value)
    if kind not in _MAY_CLOSE:
        return False
    if kind in COMPREHENSIONS:
        return True
    if isinstance(value, Object):
        return any(contains_closure(k.value) or contains_closure(v.value) for k, v in value.items)
    if isinstance(value, TemplateString):
        return any(has_closure(p) for p in value.parts if isinstance(p, Expr))
    terms: tuple[Term, ...] = ()
    if isinstance(value, Ref | Call):
        terms = value.terms
    elif isinstance(value, Array | Set):
        terms = value.items
    # A loop: this is asked of every term, again and again.
    for term in terms:  # noqa: SIM110
        if type(term.value) in _MAY_CLOSE and contains_closure(term.value):
            return True
    return False


_MAY_CLOSE = COMPREHENSIONS | {Ref, Call, Array, Set, Object, TemplateString}


@dataclass(slots=True)
class _ClosureOrderer:
    """Orders the bodies inside expressions; `known` is what is bound around them."""

    arity: Arity
    known: Names
    unsafe: Unsafe
    promote: Promote
    current: Expr | None = field(default=None)

    def expr(self, expr: Expr) -> Expr:
        if not has_closure(expr):
            return expr
        self.current = expr
        return self._expr(expr)

    def _expr(self, expr: Expr) -> Expr:
        terms = expr.terms
        match terms:
            case Every():
                self.known |= key_value_vars(terms)
                return replace(expr, terms=replace(terms, body=self._body(terms.body, set())))
            case Not():
                return replace(expr, terms=replace(terms, body=self._body(terms.body, set())))
            case LogicalAnd() | LogicalOr():
                lhs, rhs = self._body(terms.lhs, set()), self._body(terms.rhs, set())
                return replace(expr, terms=replace(terms, lhs=lhs, rhs=rhs))
            case Term():
                return replace(expr, terms=self._term(terms), withs=self._withs(expr.withs))
            case tuple():
                return replace(expr, terms=tuple(map(self._term, terms)), withs=self._withs(expr.withs))
        return expr

    def _withs(self, withs: tuple[With, ...]) -> tuple[With, ...]:
        return tuple(With(self._term(w.target), self._term(w.value), w.location) for w in withs)

    def _term(self, term: Term) -> Term:
        value = term.value
        if not contains_closure(value):
            return term
        new: Value = value
        match value:
            case ArrayComprehension(inner, body) | SetComprehension(inner, body):
                new = type(value)(inner, self._body(body, vars_of(inner.value)))
            case ObjectComprehension(key, item, body):
                new = ObjectComprehension(key, item, self._body(body, vars_of_terms((key, item))))
            case Object(pairs):
                new = Object(tuple((self._term(k), self._term(v)) for k, v in sorted_pairs(pairs)))
            case Set(items):
                new = Set(tuple(map(self._term, sorted_items(items))))
            case Array(items):
                new = Array(tuple(map(self._term, items)))
            case Ref(terms):
                new = Ref(tuple(map(self._term, terms)))
            case Call(terms):
                new = Call(tuple(map(self._term, terms)))
        return Term(new, term.location)

    def _body(self, body: Body, wanted: Names) -> Body:
        """Order a body whose result needs the variables `wanted`."""
        have = set(self.known)
        body_vars(body, SAFETY, have, self.promote)
        missing = wanted - have
        if missing:
            assert self.current is not None
            self.unsafe.add(self.current, missing)
        ordered, unsafe = reorder(body, self.arity, self.known)
        if not unsafe:
            return ordered
        self.unsafe.update(unsafe)
        return body


def _closure_vars(expr: Expr) -> Names:
    """All variables in the bodies inside `expr`."""
    found: Names = set()
    if has_closure(expr):
        _closures_in_expr(expr, found)
    return found


def _closures_in_expr(expr: Expr, found: Names) -> None:
    terms = expr.terms
    if isinstance(terms, tuple):
        for term in terms:
            _closures_in_value(term.value, found)
    elif isinstance(terms, Term):
        _closures_in_value(terms.value, found)
    elif isinstance(terms, Every | Not):
        body_vars(terms.body, 0, found)
    elif isinstance(terms, LogicalAnd | LogicalOr):
        body_vars(terms.lhs, 0, found)
        body_vars(terms.rhs, 0, found)
    for node in expr.withs:
        _closures_in_value(node.target.value, found)
        _closures_in_value(node.value.value, found)


def _closures_in_value(value: Value, found: Names) -> None:
    kind = type(value)
    if kind in LEAVES:
        return
    if kind in COMPREHENSIONS:
        value_vars(value, 0, found)
        return
    match value:
        case Ref(terms) | Call(terms):
            for term in terms:
                _closures_in_value(term.value, found)
        case Array(items) | Set(items):
            for term in items:
                _closures_in_value(term.value, found)
        case Object(pairs):
            for key, item in pairs:
                _closures_in_value(key.value, found)
                _closures_in_value(item.value, found)
        case TemplateString(parts):
            for part in parts:
                if isinstance(part, Expr):
                    _closures_in_expr(part, found)


# --- the stages ---------------------------------------------------------------------------------------------------


def check_heads(state: Compilation) -> None:
    """Every variable of a head must occur in the body or be an argument."""
    for unit in state.units:
        scopes = _RuleScopes(unit)
        for rule in unit.each_rule:
            _check_head(state, rule, scopes)


def _check_head(state: Compilation, rule: CompiledRule, scopes: _RuleScopes) -> None:
    head = rule.head
    terms = [*(head.args or ()), *filter(None, (head.key, head.value)), *head.ref.terms[1:]]
    if all(type(t.value) in SCALARS for t in terms):
        return
    wanted = vars_of_terms(terms)
    if not wanted:
        return
    have: Names = set()
    body_vars(rule.body, SAFETY, have)
    for arg in head.args or ():
        value_vars(arg.value, 0, have)
    missing = wanted - have
    if not missing:
        return
    places = _var_places(terms)
    for name in sorted(missing):
        original = state.original(name)
        if original.startswith("__local"):
            continue
        message = f"var {_shown(original)} is unsafe{scopes.label(rule)}"
        hint = unsafe_hint(state, rule.module, original)
        if not state.err(error(UNSAFE, places.get(name), message, hint=hint)):
            return


def _shown(name: str) -> str:
    return "_" if name.startswith("$") else name


def _var_places(terms: Iterable[Term]) -> dict[str, Location]:
    """Where each variable last occurs."""
    places: dict[str, Location] = {}

    def visit(term: Term) -> None:
        value = term.value
        match value:
            case Var(name):
                places[name] = term.location
            case Array(items) | Set(items):
                for item in items:
                    visit(item)
            case Object(pairs):
                for key, item in sorted_pairs(pairs):
                    visit(key)
                    visit(item)

    for term in terms:
        visit(term)
    return places


def check_bodies(state: Compilation) -> None:
    """Order every body; record the errors of those that cannot be."""
    for unit in state.units:
        scopes = _RuleScopes(unit)
        for rule in unit.each_rule:
            outside = set(RESERVED)
            for arg in rule.head.args or ():
                value_vars(arg.value, 0, outside)
            ordered, unsafe = reorder(rule.body, state.arity, outside, closures=rule.traits.closures)
            if unsafe:
                advise = partial(unsafe_hint, state, unit)
                problems = safety_errors(unsafe, state.rewritten, advise, scopes.label(rule))
                if problems:
                    state.err(*problems)
                    continue
            rule.body = ordered


def safety_errors(
    unsafe: Unsafe, rewritten: dict[str, str], advise: Callable[[str], str], label: str = ""
) -> list[RegoError]:
    """The errors that tell what is unsafe, in the words of those who wrote it."""
    if not unsafe:
        return []
    entries = list(unsafe.entries.values())
    assigned = _assigned_vars(entries, rewritten)
    places: dict[str, Location] = {}
    for expr, names in entries:
        for name in names:
            if name not in places or location_key(expr.location) < location_key(places[name]):
                places[name] = expr.location
    pairs = sorted(places.items(), key=lambda pair: location_key(pair[1]))
    written = [(name, rewritten.get(name, name), where) for name, where in pairs]
    shown = [entry for entry in written if not entry[1].startswith("__local")]
    # Only when nothing else is unsafe is the left-hand side of `:=` to blame.
    if any(new not in assigned and original not in assigned for new, original, _ in shown):
        shown = [(n, o, w) for n, o, w in shown if n not in assigned and o not in assigned]
    if shown:
        return [_unsafe_var(original, where, label, advise) for _, original, where in shown]
    found: list[RegoError] = []
    seen: Names = set()
    for expr, names in sorted(entries, key=lambda entry: location_key(entry[0].location)):
        generated = {name for name in names if name.startswith("__local")}
        if generated - seen:
            found.append(error(UNSAFE, expr.location, f"expression is unsafe{label}"))
        seen |= generated
    return found


def _unsafe_var(name: str, where: Location | None, label: str, advise: Callable[[str], str]) -> RegoError:
    message = f"var {_shown(name)} is unsafe{label}"
    if name in FUTURE_KEYWORDS:
        message += f" (hint: `import future.keywords.{name}` to import a future keyword)"
        return error(UNSAFE, where, message)
    return error(UNSAFE, where, message, hint=advise(name))


def _assigned_vars(entries: list[tuple[Expr, Names]], rewritten: dict[str, str]) -> Names:
    found: Names = set()
    for expr, _ in entries:
        if expr.assigned and isinstance(expr.terms, tuple) and len(expr.terms) == 3:
            found |= vars_of(expr.terms[1].value)
    return found | {rewritten[name] for name in found if name in rewritten}


class _RuleScopes:
    """The ` in rule p` of an error, given where one line holds rules of several names."""

    def __init__(self, unit: ModuleUnit) -> None:
        self._unit = unit
        self._rows: set[int] | None = None

    def label(self, rule: CompiledRule) -> str:
        if self._rows is None:
            self._rows = self._shared_rows()
        if not rule.location.row or rule.location.row not in self._rows:
            return ""
        return f" in rule {ref_text(ground_prefix(rule.head.ref.terms))}"

    def _shared_rows(self) -> set[int]:
        first: dict[int, str] = {}
        shared: set[int] = set()
        for rule in self._unit.each_rule:
            name = ref_text(ground_prefix(rule.head.ref.terms))
            if first.setdefault(rule.location.row, name) != name:
                shared.add(rule.location.row)
        return shared
