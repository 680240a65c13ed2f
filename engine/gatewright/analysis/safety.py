"""Safety: every variable must be bound by something that can bind it, and bodies are ordered so that it is in time.

A body is ordered by taking, again and again, the expressions whose variables are all bound by what has been taken
before; those left over in the end are unsafe. Bodies inside an expression are treated the same way afterwards, with
what is bound around them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from gatewright.analysis._state import UNSAFE, Compilation, error
from gatewright.analysis._terms import (
    FUTURE_KEYWORDS,
    RESERVED,
    SCALARS,
    ground_prefix,
    location_key,
    ref_text,
    sorted_items,
    sorted_pairs,
)
from gatewright.analysis._vars import (
    SAFETY,
    Names,
    Promote,
    body_vars,
    expr_vars,
    key_value_vars,
    value_vars,
    vars_of,
    vars_of_terms,
)
from gatewright.analysis.closures import closure_vars, contains_closure, has_closure
from gatewright.analysis.hints import unsafe_hint
from gatewright.analysis.outputs import Arity, body_outputs, expr_outputs, promoting
from gatewright.analysis.program import CompiledRule, ModuleUnit
from gatewright.errors import RegoError
from gatewright.records import field, record, replace
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
    Term,
    Value,
    Var,
    With,
)

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
    closed_over = [closure_vars(expr) & body_names - outside if closures else _NONE for expr in body]

    taken: list[int] = []
    waiting = list(range(len(body)))
    while True:
        left = []
        for i in waiting:
            expr = body[i]
            if i < len(taken) and _alike(body[taken[i]], expr):
                left.append(i)
                continue
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


def _alike(taken: Expr, waiting: Expr) -> bool:
    """Whether OPA takes an expression that waits for one already in its place, which is the same but for its number."""
    return (
        taken.terms == waiting.terms
        and taken.withs == waiting.withs
        and (taken.negated, taken.generated) == (waiting.negated, waiting.generated)
    )


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


@record(slots=True)
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
