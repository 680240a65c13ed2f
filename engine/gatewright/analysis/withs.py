"""`with` modifiers: only input, data and functions may be replaced, and replacement values are computed beforehand."""

from __future__ import annotations

from gatewright.analysis._state import COMPILE, TYPE, Compilation, Names, error
from gatewright.analysis._terms import equality, ref_text, value_text
from gatewright.analysis.closures import has_closure
from gatewright.analysis.hoist import needs_evaluation, rewrite_nested_bodies
from gatewright.analysis.types import Signature
from gatewright.errors import RegoError
from gatewright.records import replace
from gatewright.source import Location
from gatewright.syntax.nodes import Body, Every, Expr, LogicalAnd, LogicalOr, Not, Ref, Term, Value, Var, With
from gatewright.syntax.text import go_quote

_REPLACING = "with keyword replacing built-in function: "
_IRREPLACEABLE = frozenset(("eq", "rego.metadata.chain", "rego.metadata.rule"))


def rewrite_withs(state: Compilation) -> None:
    """Check and rewrite the modifiers of every rule."""
    rewriter = WithRewriter(state, state.names)
    for rule in state.each_rule:
        if With not in rule.traits.kinds:
            continue
        rewriter.errors.clear()
        rule.body = rewriter.body(rule.body)
        state.err(*rewriter.errors)


def has_with(expr: Expr) -> bool:
    """Whether `expr` or anything inside carries a modifier."""
    if expr.withs:
        return True
    terms = expr.terms
    if isinstance(terms, Every | Not):
        return any(map(has_with, terms.body))
    if isinstance(terms, LogicalAnd | LogicalOr):
        return any(map(has_with, terms.lhs)) or any(map(has_with, terms.rhs))
    return has_closure(expr)


class WithRewriter:
    __slots__ = ("_names", "_state", "errors")

    def __init__(self, state: Compilation, names: Names) -> None:
        self._state = state
        self._names = names
        self.errors: list[RegoError] = []

    def body(self, body: Body) -> Body:
        if not any(map(has_with, body)):
            return body
        out: list[Expr] = []
        # Expressions that came of one share its modifiers: their values are computed once.
        done: dict[int, With] = {}
        for expr in body:
            if not expr.withs:
                out.append(expr)
                continue
            problem = self._modifiers(expr, out, done)
            if problem is not None:
                # The first fault of a body is the only one reported.
                self.errors.append(problem)
                return body
        return tuple(rewrite_nested_bodies(e, self.body) if has_closure(e) else e for e in out)

    def _modifiers(self, expr: Expr, out: list[Expr], done: dict[int, With]) -> RegoError | None:
        withs: list[With] = []
        for node in expr.withs:
            known = done.get(id(node))
            if known is not None:
                withs.append(known)
                continue
            value = self._function_value(node.value)
            target, evaluate, problem = self._check(node.target, value)
            if problem is not None:
                return problem
            if evaluate:
                name = self._names.term(value.location)
                out.append(equality(name, value, value.location))
                value = name
            done[id(node)] = With(target, value, node.location)
            withs.append(done[id(node)])
        out.append(replace(expr, withs=tuple(withs)))
        return None

    def _function_value(self, value: Term) -> Term:
        """A built-in given as the value is a ref to it, not a variable."""
        if isinstance(value.value, Var) and value.value.name in self._state.signatures:
            return Term(Ref((Term(value.value),)), value.location)
        return value

    def _check(self, target: Term, value: Term) -> tuple[Term, bool, RegoError | None]:
        """The target as later passes want it, and whether the value has to be computed beforehand."""
        known, problem = self._is_builtin(target)
        if problem is not None:
            return target, False, problem
        head = _head_name(target.value)
        if isinstance(target.value, Ref) and head == "data":
            return self._check_data(target, target.value, value)
        if isinstance(target.value, Ref) and head == "input":
            return target, needs_evaluation(value), None
        if known:
            ref = target.value if isinstance(target.value, Ref) else Ref((Term(target.value),))
            target = Term(ref, target.location)
            signature = self._state.signatures[ref_text(ref.terms)]
            problem = _irreplaceable(signature, ref, target.location)
            if problem is None:
                known, problem = self._is_function_value(value)
                if problem is None:
                    return target, not known and needs_evaluation(value), None
            return target, False, problem
        message = "with keyword target must reference existing input, data, or a function"
        return target, False, error(TYPE, target.location, message)

    def _check_data(self, target: Term, ref: Ref, value: Term) -> tuple[Term, bool, RegoError | None]:
        node = self._state.tree.find(())
        for i in range(len(ref.terms) - 1):
            child = node.find(ref.terms[i : i + 1]) if node is not None else None
            if child is None:
                break
            if child.rules:
                message = "with keyword cannot partially replace virtual document(s)"
                return target, False, error(COMPILE, target.location, message)
            node = child
        last = node.find(ref.terms[-1:]) if node is not None else None
        if last is not None and any(rule.is_function for rule in last.rules):
            known, problem = self._is_function_value(value)
            if problem is not None or known:
                return target, False, problem
        if isinstance(value.value, Ref):
            found = self._state.tree.find(value.value.terms)
            if found is not None and any(rule.is_function for rule in found.rules):
                return target, False, None
        return target, needs_evaluation(value), None

    def _is_function_value(self, value: Term) -> tuple[bool, RegoError | None]:
        if isinstance(value.value, Ref) and self._state.tree.find(value.value.terms) is not None:
            return True, None
        return self._is_builtin(value)

    def _is_builtin(self, term: Term) -> tuple[bool, RegoError | None]:
        if not isinstance(term.value, Ref | Var):
            return False, None
        name = value_text(term.value)
        if name in self._state.unsafe_builtins:
            return False, error(COMPILE, term.location, f"{_REPLACING}target must not be unsafe: {go_quote(name)}")
        return name in self._state.signatures, None


def _head_name(value: Value) -> str:
    if isinstance(value, Ref):
        head = value.terms[0].value
        return head.name if isinstance(head, Var) else ""
    return ""


def _irreplaceable(signature: Signature, target: Ref, location: Location) -> RegoError | None:
    name = signature.name
    if name in _IRREPLACEABLE:
        return error(COMPILE, location, f"{_REPLACING}replacement of {go_quote(name)} invalid")
    if _head_name(target) == "internal":
        return error(COMPILE, location, f"{_REPLACING}replacement of internal function {go_quote(name)} invalid")
    if signature.relation:
        return error(COMPILE, location, f"{_REPLACING}target must not be a relation")
    if signature.is_void:
        return error(COMPILE, location, f"{_REPLACING}target must not be a void function")
    return None
