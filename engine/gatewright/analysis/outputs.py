"""What an expression binds: the outputs of calls and refs, what unification gives a value, what operands leave open."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gatewright.analysis._terms import (
    LEAVES,
    RESERVED,
    SCALARS,
    is_equality,
    ref_is_ground,
)
from gatewright.analysis._vars import (
    BOUND,
    CALL_OUTPUT,
    SAFETY,
    SKIP_REF_HEAD,
    Names,
    Promote,
    value_vars,
    vars_of,
    vars_of_expr,
    vars_of_terms,
    with_vars,
)
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
)

Arity = Callable[[Value], int]


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
