"""Checks of refs: whether what a ref names can be there, and what the variables in it then are."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from gatewright.analysis._env import TypeEnv, TypeTree, extent, select_constant
from gatewright.analysis._state import TYPE, error
from gatewright.analysis._terms import (
    COMPREHENSIONS,
    LEAVES,
    ROOTS,
    SCALARS,
    is_scalar,
    ref_text,
    sorted_items,
    sorted_pairs,
    tree_key,
    value_text,
)
from gatewright.analysis._unify import unify_with
from gatewright.analysis.hints import key_hint
from gatewright.analysis.metadata import to_value
from gatewright.analysis.program import key_order
from gatewright.analysis.types import (
    ANY,
    STRING,
    AnyType,
    FunctionType,
    ObjectType,
    RecursiveType,
    Type,
    is_empty_collection,
    keys_of,
    text_of,
    unifies,
    values_of,
)
from gatewright.analysis.types import key_order as type_key_order
from gatewright.errors import RegoError
from gatewright.source import Location
from gatewright.syntax.nodes import (
    Array,
    Body,
    Call,
    Every,
    Expr,
    LogicalAnd,
    LogicalOr,
    Not,
    Null,
    Object,
    Ref,
    Set,
    SomeDecl,
    String,
    TemplateString,
    Term,
    Value,
    Var,
)
from gatewright.syntax.text import go_quote

ShowRef = Callable[[Sequence[Term]], tuple[Term, ...]]
PlaceOf = Callable[[Sequence[Term]], Location]

_GENERATED = re.compile(r"__local[0-9]+__")


class RefChecker:
    """Checks that the refs in an expression can lead somewhere; infers the types of the variables in them."""

    __slots__ = ("_env", "_place", "_show", "errors")

    def __init__(self, show: ShowRef, place: PlaceOf, env: TypeEnv) -> None:
        self._show = show
        self._place = place
        self._env = env
        self.errors: list[RegoError] = []

    def expr(self, expr: Expr) -> None:
        terms = expr.terms
        if isinstance(terms, tuple):
            for term in terms[1:]:
                self.value(term.value)
            return
        if isinstance(terms, Term):
            self.value(terms.value)
            return
        match terms:
            case Not(body):
                self.body(body)
                return
            case SomeDecl(symbols):
                for term in symbols:
                    self.value(term.value)
            case Every(key, value, domain, body):
                if key is not None:
                    self.value(key.value)
                self.value(value.value)
                self.value(domain.value)
                self.body(body)
            case LogicalAnd(lhs, rhs) | LogicalOr(lhs, rhs):
                self.body(lhs)
                self.body(rhs)
        for node in expr.withs:
            self.value(node.target.value)
            self.value(node.value.value)

    def body(self, body: Body) -> None:
        for expr in body:
            self.expr(expr)

    def value(self, value: Value) -> None:
        kind = type(value)
        if kind in LEAVES or kind in COMPREHENSIONS:
            return
        match value:
            case Ref(terms):
                if self._ref(terms):
                    for term in terms:
                        if type(term.value) not in SCALARS:
                            self.value(term.value)
            case Call(terms) | Array(terms):
                for term in terms:
                    self.value(term.value)
            case Set(items):
                for term in sorted_items(items):
                    self.value(term.value)
            case Object(pairs):
                for key, item in sorted_pairs(pairs):
                    self.value(key.value)
                    self.value(item.value)
            case TemplateString(parts):
                for part in parts:
                    if isinstance(part, Expr):
                        self.expr(part)

    def _ref(self, ref: tuple[Term, ...]) -> bool:
        """Check one ref; whether to look at the refs inside."""
        tpe = self._env.ref_type(ref)
        if isinstance(tpe, FunctionType):
            self.errors.append(self._used_as_reference(ref, len(ref) - 1, tpe))
            return False
        problem = self._in_tree(self._env, self._env.tree, ref, 0)
        if problem is not None:
            self.errors.append(problem)
        return True

    def _in_tree(self, env: TypeEnv, node: TypeTree, ref: tuple[Term, ...], i: int) -> RegoError | None:
        while True:
            if i == len(ref):
                return None
            value = ref[i].value
            kind = type(value)
            if i in (1, 2) and not isinstance(value, Var) and not isinstance(value, String):
                have = self._env.value_type(value)
                return self._invalid(ref, i, have, STRING, _tree_keys(node))
            if i and isinstance(value, Var):
                wanted = keys_of(extent(node))
                have = self._env.value_type(value)
                if have is None:
                    self._env.set_var(value.name, wanted)
                elif not unifies(wanted, have):
                    return self._invalid(ref, i, have, wanted, _tree_keys(node))
            child = node.children.get(tree_key(value)) if kind not in COMPREHENSIONS else None
            if child is None and i == 0 and env.next is None and isinstance(value, Var):
                child = env.function_node(value.name)
            if child is None:
                if env.next is not None:
                    env = env.next
                    node, i = env.tree, 0
                    continue
                return self._beyond(env, node, ref, i)
            i += 1
            if child.value is not None:
                return self._in_type(child.value, ref, i)
            node = child

    def _beyond(self, env: TypeEnv, node: TypeTree, ref: tuple[Term, ...], i: int) -> RegoError | None:
        head = ref[0].value
        if isinstance(head, Var) and head.name in ROOTS:
            if i:
                for child in list(node.children.values()):
                    self._in_tree(env, child, ref, i + 1)
                return None
            return self._in_type(ANY, ref, 1)
        return self._in_type(ANY, ref, 0)

    def _in_type(self, tpe: Type | None, ref: tuple[Term, ...], i: int) -> RegoError | None:
        env = self._env
        while i < len(ref):
            value = ref[i].value
            if is_empty_collection(tpe):
                return self._in_empty(tpe, ref, i)
            keys = keys_of(tpe)
            if keys is None:
                return self._unsupported(ref, i - 1, tpe)
            match value:
                case Var(name):
                    have = env.value_type(value)
                    if have is None:
                        env.set_var(name, keys)
                    elif not unifies(have, keys):
                        return self._invalid(ref, i, have, keys, _type_keys(tpe))
                case Ref(terms):
                    have = env.ref_type(terms)
                    if have is not None and not unifies(have, keys):
                        return self._invalid(ref, i, have, keys, _type_keys(tpe))
                case Array() | Object() | Set():
                    if not unify_with(env, ref[i], keys):
                        return self._invalid(ref, i, env.value_type(value), keys, [])
                case _:
                    child = select_constant(tpe, value)
                    if child is None:
                        return self._invalid(ref, i, None, keys, _type_keys(tpe))
                    tpe = child
                    i += 1
                    continue
            tpe = values_of(tpe)
            i += 1
        return None

    def _in_empty(self, tpe: Type | None, ref: tuple[Term, ...], i: int) -> RegoError | None:
        value = ref[i].value
        if is_scalar(value):
            return self._invalid(ref, i, None, None, [])
        if isinstance(value, Var):
            have = self._env.value_type(value)
            if have is None:
                self._env.set_var(value.name, ANY)
            else:
                keys = keys_of(tpe)
                if keys is not None and not unifies(have, keys):
                    return self._invalid(ref, i, have, keys, [])
        return None

    # --- errors ---

    def _undefined(
        self, ref: tuple[Term, ...], shown: tuple[Term, ...], details: list[str], hint: str = ""
    ) -> RegoError:
        return error(TYPE, self._place(ref), f"undefined ref: {ref_text(shown)}", details, hint)

    def _invalid(
        self, ref: tuple[Term, ...], i: int, have: Type | None, want: Type | None, one_of: list[str]
    ) -> RegoError:
        shown = self._show(ref)
        pad = " " * (_width(shown[:i]) + 1)
        lines = [ref_text(shown), f"{pad}^"]
        lines.append(f"{pad}have: {value_text(shown[i].value)}" if have is None else f"{pad}have (type): {have}")
        if one_of or want is None:
            lines.append(f"{pad}want (one of): [{' '.join(one_of)}]")
        else:
            lines.append(f"{pad}want (type): {want}")
        key = shown[i].value
        hint = key_hint(go_quote(key.value), one_of) if isinstance(key, String) else ""
        return self._undefined(ref, shown, lines, hint)

    def _unsupported(self, ref: tuple[Term, ...], i: int, have: Type | None) -> RegoError:
        if isinstance(have, FunctionType):
            return self._used_as_reference(ref, i, have)
        shown = self._show(ref)
        return self._undefined(ref, shown, _unsupported_lines(shown, i, have))

    def _used_as_reference(self, ref: tuple[Term, ...], i: int, have: Type) -> RegoError:
        shown = self._show(ref)
        named = shown[:-1] if _GENERATED.search(value_text(shown[-1].value)) else shown
        message = f"function {ref_text(named)} used as reference, not called"
        return error(TYPE, self._place(ref), message, _unsupported_lines(shown, i, have))


def _unsupported_lines(ref: tuple[Term, ...], i: int, have: Type | None) -> list[str]:
    return [ref_text(ref), "^" * _width(ref[: i + 1]), f"have: {text_of(have)}"]


def _width(ref: Sequence[Term]) -> int:
    return len(ref_text(ref).encode())


def _tree_keys(node: TypeTree) -> list[str]:
    return [_tree_key_text(key) for key in sorted(node.children, key=key_order)]


def _tree_key_text(key: Any) -> str:
    match key:
        case str():
            return go_quote(key)
        case ("b", flag):
            return "true" if flag else "false"
        case (_, value):
            return str(value)
        case Null():
            return "null"
    return value_text(key)


def _type_keys(tpe: Type | None) -> list[str]:
    """The keys an object type knows, as OPA lists them."""
    found: dict[str, Any] = {}

    def visit(t: Type | None) -> None:
        t = t.type if isinstance(t, RecursiveType) else t
        if isinstance(t, ObjectType):
            for key, _ in t.static:
                found.setdefault(_key_text(key), key)
        elif isinstance(t, AnyType):
            for member in t.of:
                visit(member)

    visit(tpe)
    return sorted(found, key=lambda text: type_key_order(found[text]))


def _key_text(key: Any) -> str:
    return value_text(to_value(key))
