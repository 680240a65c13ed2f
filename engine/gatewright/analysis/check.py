"""The static type check: infers the types of variables and documents, and reports what can never hold.

Rules are checked after those they depend on. Unknown things have the type of everything, so only what is certain to
be wrong is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gatewright.analysis._env import TypeEnv, TypeTree, extent, select_constant
from gatewright.analysis._state import TYPE, Compilation, error, sort_errors
from gatewright.analysis._terms import (
    COMPREHENSIONS,
    ROOTS,
    SCALARS,
    dynamic_position,
    ground_prefix,
    is_constant,
    is_scalar,
    operator_name,
    ref_is_ground,
    ref_text,
    sorted_items,
    sorted_pairs,
    tree_key,
    value_text,
)
from gatewright.analysis._typetext import argument_details, match_details
from gatewright.analysis.graph import Graph
from gatewright.analysis.hints import function_hint, key_hint
from gatewright.analysis.hoist import rewrite_nested_bodies
from gatewright.analysis.program import CompiledRule, Program, key_order
from gatewright.analysis.schema import Schemas
from gatewright.analysis.tree import rules_for
from gatewright.analysis.types import (
    ANY,
    STRING,
    AnyType,
    ArrayType,
    FunctionType,
    ObjectType,
    RecursiveType,
    SetType,
    Type,
    is_empty_collection,
    is_unknown,
    keys_of,
    object_type,
    text_of,
    unifies,
    union,
    unnamed,
    values_of,
)
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
    Null,
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
from gatewright.syntax.text import go_quote

Comprehension = ArrayComprehension | SetComprehension | ObjectComprehension

_GENERATED = re.compile(r"__local[0-9]+__")


class Checker:
    """Checks bodies and rules against environments. One checker serves one compilation."""

    def __init__(self, state: Compilation, subjects: Mapping[str, Value], *names: Mapping[str, str]) -> None:
        self._state = state
        self._subjects = subjects
        self._names = names
        self._closures: dict[int, tuple[Value, tuple[int, ...], TypeEnv, list[RegoError]]] = {}
        self._relaxed: dict[tuple[str, bool], TypeTree | None] = {}
        self.dependents: Callable[[tuple[Term, ...]], Iterable[CompiledRule]] = lambda _: ()
        self.used: set[str] | None = None
        self.errors: list[RegoError] = []

    def root(self) -> TypeEnv:
        return TypeEnv(self._state.signatures, self.comprehension_env)

    # --- bodies ---

    def body(self, around: TypeEnv, body: Body) -> tuple[TypeEnv, list[RegoError]]:
        """Infer the types of the variables of `body`; its errors come with them."""
        env = around.wrap(self.comprehension_env)
        errors: list[RegoError] = []
        for expr in body:
            self._expr(env, expr, errors)
        return env, errors

    def _expr(self, env: TypeEnv, expr: Expr, errors: list[RegoError]) -> None:
        here = self._with_env(env, expr) if expr.withs else env
        closure_errors = self._check_closures(here, expr)
        refs = _RefChecker(self, here)
        refs.expr(expr)
        errors += closure_errors
        errors += refs.errors
        problem, unknown = self._check(here, expr)
        # What comes of a type that is unknown because of another error needs no error of its own.
        if problem is not None and not (unknown and (closure_errors or refs.errors)):
            errors.append(problem)

    def _check_closures(self, env: TypeEnv, expr: Expr) -> list[RegoError]:
        found: list[RegoError] = []
        for comprehension in _comprehensions(expr):
            _, errors = self._comprehension(env, comprehension)
            if errors:
                found = errors
        return found

    def comprehension_env(self, env: TypeEnv, value: Comprehension) -> TypeEnv | None:
        inner, errors = self._comprehension(env, value)
        return None if errors else inner

    def _comprehension(self, env: TypeEnv, value: Comprehension) -> tuple[TypeEnv, list[RegoError]]:
        signature = env.signature()
        known = self._closures.get(id(value))
        if known is not None and known[0] is value and known[1] == signature:
            return known[2], known[3]
        inner, errors = self.body(env, value.body)
        self._closures[id(value)] = (value, signature, inner, errors)
        return inner, errors

    # --- calls ---

    def _check(self, env: TypeEnv, expr: Expr) -> tuple[RegoError | None, bool]:
        for node in expr.withs:
            problem = self._check_with(env, node)
            if problem is not None:
                return problem, False
        terms = expr.terms
        if not isinstance(terms, tuple):
            return None, False
        name = operator_name(expr)
        if self.used is not None and name in self._state.signatures:
            self.used.add(name)
        if name == "eq":
            return self._check_equality(env, expr, terms)
        if name in ("internal.member_2", "internal.member_3"):
            found = self._check_member(env, expr, terms, with_key=name == "internal.member_3")
            if found[0] is not None:
                return found
        return self._check_call(env, expr, terms, name)

    def _check_with(self, env: TypeEnv, node: With) -> RegoError | None:
        target, value = env.value_type(node.target.value), env.value_type(node.value.value)
        if isinstance(target, FunctionType) and isinstance(value, FunctionType) and not unifies(target, value):
            details, _ = argument_details(value.plain_args, target.args, target.variadic)
            name = value_text(node.target.value)
            return error(TYPE, node.location, f"{name}: arity mismatch", details)
        return None

    def _check_equality(self, env: TypeEnv, expr: Expr, terms: tuple[Term, ...]) -> tuple[RegoError | None, bool]:
        if len(terms) != 3:
            message = "eq: too few arguments" if len(terms) < 3 else "eq: too many arguments"
            return self._argument_error(env, expr, message, (ANY, ANY), None)
        a, b = terms[1], terms[2]
        left, right = env.value_type(a.value), env.value_type(b.value)
        if _unify(env, a, left, b, right):
            return None, False
        return self._match_error(expr, left, right)

    def _match_error(self, expr: Expr, left: Type | None, right: Type | None) -> tuple[RegoError, bool]:
        problem = error(TYPE, expr.location, "match error", match_details(left, right))
        return problem, is_unknown(left) or is_unknown(right)

    def _check_member(
        self, env: TypeEnv, expr: Expr, terms: tuple[Term, ...], *, with_key: bool
    ) -> tuple[RegoError | None, bool]:
        arity = 3 if with_key else 2
        if len(terms) - 1 < arity:
            return None, False
        collection = env.value_type(terms[arity].value)
        members = values_of(collection)
        if members is None:
            return None, False
        if with_key:
            found = self._check_member_operand(env, expr, terms[1], keys_of(collection))
            if found[0] is not None:
                return found
        return self._check_member_operand(env, expr, terms[arity - 1], members)

    def _check_member_operand(
        self, env: TypeEnv, expr: Expr, term: Term, tpe: Type | None
    ) -> tuple[RegoError | None, bool]:
        if tpe is None or is_unknown(tpe):
            return None, False
        have = env.value_type(term.value)
        if (not is_unknown(have) and not unifies(have, tpe)) or not _unify_with(env, term, tpe):
            return self._match_error(expr, have, tpe)
        return None, False

    def _check_call(
        self, env: TypeEnv, expr: Expr, terms: tuple[Term, ...], name: str
    ) -> tuple[RegoError | None, bool]:
        operator = terms[0].value
        tpe = env.ref_type(operator.terms) if isinstance(operator, Ref) else None
        if isinstance(tpe, AnyType) and not tpe.of:
            return None, False
        if not isinstance(tpe, FunctionType):
            hint = function_hint(self._state, value_text(operator))
            return error(TYPE, expr.location, f"undefined function {value_text(operator)}", hint=hint), False
        wanted = list(tpe.args)
        if unnamed(tpe.result) is not None:
            wanted.append(tpe.result)
        plain = [unnamed(t) for t in wanted]
        variadic = unnamed(tpe.variadic)
        args = terms[1:]
        if len(args) > len(plain) and variadic is None:
            return self._argument_error(env, expr, f"{name}: too many arguments", wanted, tpe.variadic)
        if len(args) < len(tpe.args):
            return self._argument_error(env, expr, f"{name}: too few arguments", wanted, tpe.variadic)
        before = [env.value_type(t.value) for t in args]
        for i, term in enumerate(args):
            want = plain[i] if i < len(plain) else variadic
            have = before[i]
            if have is not None and not is_unknown(have) and not unifies(have, want):
                details, unknown = argument_details(before, wanted, tpe.variadic)
                return error(TYPE, expr.location, f"{name}: invalid argument(s)", details), unknown
            if not _unify_with(env, term, want):
                return self._argument_error(env, expr, f"{name}: invalid argument(s)", wanted, tpe.variadic)
        return None, False

    def _argument_error(
        self, env: TypeEnv, expr: Expr, message: str, wanted: Sequence[Type | None], variadic: Type | None
    ) -> tuple[RegoError, bool]:
        assert isinstance(expr.terms, tuple)
        have = [env.value_type(t.value) for t in expr.terms[1:]]
        details, unknown = argument_details(have, wanted, variadic)
        return error(TYPE, expr.location, message, details), unknown

    # --- with ---

    def _with_env(self, env: TypeEnv, expr: Expr) -> TypeEnv:
        """Where documents are replaced they have the replacement's type too, and what depends on them any."""
        here = env
        replaced: list[tuple[tuple[Term, ...], Type]] = []
        for node in expr.withs:
            target = node.target.value
            if not isinstance(target, Ref):
                continue
            known = env.ref_type(target.terms)
            is_function = isinstance(known, FunctionType)
            tree = self._relaxed_dependents(target.terms, is_function)
            if tree is not None:
                here = here.wrap_with()
                here.tree = tree
            if is_function:
                continue
            tpe: Type = ANY
            if ref_is_ground(target.terms) and known is not None:
                value = env.value_type(node.value.value)
                if value is not None:
                    tpe = union(known, value) or ANY
            replaced.append((ground_prefix(target.terms), tpe))
        if replaced:
            here = here.wrap_with()
            for path, tpe in replaced:
                here.tree.put(path, tpe)
        return here

    def _relaxed_dependents(self, target: tuple[Term, ...], is_function: bool) -> TypeTree | None:
        key = (ref_text(target), is_function)
        if key not in self._relaxed:
            tree: TypeTree | None = None
            for rule in self.dependents(target):
                path = rule.path
                if is_function and Ref(path) == Ref(target):
                    continue
                tree = tree or TypeTree()
                tree.put(path, ANY)
            self._relaxed[key] = tree
        return self._relaxed[key]

    # --- refs as errors show them ---

    def shown_ref(self, ref: Sequence[Term]) -> tuple[Term, ...]:
        """A ref with its variables as they were written, and with what was moved out of it."""
        return tuple(map(self._shown, ref))

    def _shown(self, term: Term) -> Term:
        value = term.value
        kind = type(value)
        if kind in SCALARS:
            return term
        if isinstance(value, Var):
            name = value.name
            subject = self._subjects.get(name)
            if subject is not None:
                return self._shown(Term(subject, term.location))
            for names in self._names:
                if name in names:
                    return Term(Var(names[name]), term.location)
            return term
        new: Value = value
        match value:
            case Ref(terms) | Call(terms):
                new = type(value)(tuple(map(self._shown, terms)))
            case Array(items) | Set(items):
                new = type(value)(tuple(map(self._shown, items)))
            case Object(pairs):
                new = Object(tuple((self._shown(k), self._shown(v)) for k, v in pairs))
            case ArrayComprehension(inner, body) | SetComprehension(inner, body):
                new = type(value)(self._shown(inner), self._shown_body(body))
            case ObjectComprehension(key, item, body):
                new = ObjectComprehension(self._shown(key), self._shown(item), self._shown_body(body))
        return Term(new, term.location)

    def _shown_body(self, body: Body) -> Body:
        return tuple(self._shown_expr(expr) for expr in body)

    def _shown_expr(self, expr: Expr) -> Expr:
        terms = expr.terms
        if isinstance(terms, Term):
            return Expr(self._shown(terms), expr.withs, expr.negated)
        if isinstance(terms, tuple):
            return Expr(tuple(map(self._shown, terms)), expr.withs, expr.negated)
        return rewrite_nested_bodies(expr, self._shown_body)

    def place(self, ref: Sequence[Term]) -> Location:
        return self._state.places.of(ref[0])

    # --- rules ---

    def rule(self, env: TypeEnv, rule: CompiledRule, schemas: Iterable[tuple[tuple[Term, ...], Type]]) -> None:
        """Check a rule and put the type of its document into `env`."""
        around = env.wrap()
        for document, described in schemas:
            _apply_schema(around, document, described)
        inner, errors = self.body(around, rule.body)
        self.errors += errors
        path = rule.ref
        if errors:
            # What refers to this rule is not to blame.
            env.tree.put(path, ANY)
            return
        tpe: Type | None
        if rule.is_function:
            tpe = _function_type(inner, rule)
        else:
            tpe = self._document_type(inner, rule)
            path = ground_prefix(path)
        if tpe is not None:
            env.tree.insert(path, tpe, env)

    def _document_type(self, env: TypeEnv, rule: CompiledRule) -> Type | None:
        head = rule.head
        if head.value is not None:
            tpe = env.value_type(head.value.value)
        else:
            assert head.key is not None
            member = env.value_type(head.key.value)
            if member is None:
                return None
            tpe = SetType(member)
        ref = rule.ref
        if ref_is_ground(ref):
            return tpe
        return _nested_object(env, ref[dynamic_position(ref) :], tpe)


def _function_type(env: TypeEnv, rule: CompiledRule) -> Type:
    args = rule.head.args or ()
    for arg in args:
        for name in _vars_in_pattern(arg.value):
            if env.value_type(Var(name)) is None:
                env.set_var(name, ANY)
    result = env.value_type(rule.head.value.value) if rule.head.value is not None else None
    return FunctionType(tuple(env.value_type(t.value) for t in args), result)


def _vars_in_pattern(value: Value) -> set[str]:
    from gatewright.analysis._vars import vars_of

    return vars_of(value)


def _nested_object(env: TypeEnv, operands: Sequence[Term], tpe: Type | None) -> Type | None:
    for term in reversed(operands):
        key = env.value_type(term.value)
        if tpe is None or key is None:
            return None
        tpe = ObjectType((), (key, tpe))
    return tpe


# --- unification --------------------------------------------------------------------------------------------------


def _unify(env: TypeEnv, a: Term, left: Type | None, b: Term, right: Type | None) -> bool:
    """Whether two terms can be equal; infers the types of variables on the way."""
    unknown_left, unknown_right = is_unknown(left), is_unknown(right)
    if unknown_left and not unknown_right:
        return _unify_with(env, a, right)
    if unknown_right and not unknown_left:
        return _unify_with(env, b, left)
    if not unknown_left:
        return unifies(left, right)
    x, y = a.value, b.value
    match x, y:
        case (Array(), Array() | Var()):
            return _unify_arrays(env, a, b)
        case (Array(), _):
            return False
        case (Object(), Object() | Var()):
            return _unify_objects(env, a, b)
        case (Object(), _):
            return False
        case (Var(), Var()):
            return _unify_with(env, a, ANY) and _unify_with(env, b, env.value_type(x))
        case (Var(), Array()):
            return _unify_arrays(env, b, a)
        case (Var(), Object()):
            return _unify_objects(env, b, a)
        case (Var(), Ref()):
            return _unify_with(env, a, ANY)
        case (Ref(), Var()):
            return _unify_with(env, b, ANY)
    if isinstance(x, Var) and left is None and right is not None:
        return _unify_with(env, a, right)
    if isinstance(y, Var) and right is None and left is not None:
        return _unify_with(env, b, left)
    return False


def _unify_arrays(env: TypeEnv, a: Term, b: Term) -> bool:
    x, y = a.value, b.value
    assert isinstance(x, Array)
    if isinstance(y, Array):
        return len(x.items) == len(y.items) and all(
            _unify(env, i, env.value_type(i.value), j, env.value_type(j.value))
            for i, j in zip(x.items, y.items, strict=True)
        )
    return _unify_with(env, a, ANY) and _unify_with(env, b, env.value_type(x))


def _unify_objects(env: TypeEnv, a: Term, b: Term) -> bool:
    x, y = a.value, b.value
    assert isinstance(x, Object)
    if isinstance(y, Object):
        others = {k.value: v for k, v in y.items}
        if len(x.items) != len(y.items) or any(k.value not in others for k, _ in x.items):
            return False
        for key, item in sorted_pairs(x.items):
            other = others[key.value]
            if not _unify(env, item, env.value_type(item.value), other, env.value_type(other.value)):
                return False
        return True
    return _unify_with(env, a, ANY) and _unify_with(env, b, env.value_type(x))


def _unify_with(env: TypeEnv, term: Term, tpe: Type | None, *, widen: bool = False) -> bool:
    """Whether a term can be of a type; infers the types of variables, widening those that are known if asked to."""
    value = term.value
    if isinstance(value, Var):
        name = value.name
        have = env.value_type(value)
        if widen:
            env.set_var(name, union(have, tpe))
        elif have is not None:
            return unifies(have, tpe)
        else:
            env.set_var(name, tpe)
        return True
    if isinstance(value, Array | Object | Set):
        if isinstance(tpe, AnyType):
            return _unify_with_any(env, term, tpe)
        if isinstance(tpe, RecursiveType) and not isinstance(value, Set):
            tpe = tpe.type
        match value, tpe:
            case Array(items), ArrayType(static, dynamic):
                if len(items) != len(static) and dynamic is None:
                    return False
                return all(_unify_with(env, t, tpe.select(i), widen=widen) for i, t in enumerate(items))
            case Object(pairs), ObjectType():
                return _unify_with_object(env, pairs, tpe, widen=widen)
            case Set(members), SetType():
                of = values_of(tpe)
                return all(_unify_with(env, t, of, widen=widen) for t in members)
        return False
    return unifies(env.value_type(value), tpe)


def _unify_with_any(env: TypeEnv, term: Term, tpe: AnyType) -> bool:
    if tpe.of:
        found = False
        for member in tpe.of:
            found = _unify_with(env, term, member, widen=True) or found
        return found
    value = term.value
    inner: Iterable[Term] = ()
    match value:
        case Array(items) | Set(items):
            inner = items
        case Object(pairs):
            inner = [t for pair in sorted_pairs(pairs) for t in pair]
    for t in inner:
        _unify_with(env, t, ANY, widen=True)
    return True


def _unify_with_object(env: TypeEnv, pairs: tuple[tuple[Term, Term], ...], tpe: ObjectType, *, widen: bool) -> bool:
    if len(pairs) != len(tpe.static) and (tpe.dynamic is None or tpe.dynamic[1] is None):
        return False
    for key, item in sorted_pairs(pairs):
        if is_constant(key.value):
            child = select_constant(tpe, key.value)
            if child is None or not _unify_with(env, item, child, widen=widen):
                return False
        else:
            _unify_with(env, item, ANY, widen=widen)
    return True


# --- refs ---------------------------------------------------------------------------------------------------------


class _RefChecker:
    """Checks that the refs in an expression can lead somewhere; infers the types of the variables in them."""

    __slots__ = ("_checker", "_env", "errors")

    def __init__(self, checker: Checker, env: TypeEnv) -> None:
        self._checker = checker
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
        if kind in SCALARS or isinstance(value, Var) or kind in COMPREHENSIONS:
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
                    if not _unify_with(env, ref[i], keys):
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
        return error(TYPE, self._checker.place(ref), f"undefined ref: {ref_text(shown)}", details, hint)

    def _invalid(
        self, ref: tuple[Term, ...], i: int, have: Type | None, want: Type | None, one_of: list[str]
    ) -> RegoError:
        shown = self._checker.shown_ref(ref)
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
        shown = self._checker.shown_ref(ref)
        return self._undefined(ref, shown, _unsupported_lines(shown, i, have))

    def _used_as_reference(self, ref: tuple[Term, ...], i: int, have: Type) -> RegoError:
        shown = self._checker.shown_ref(ref)
        named = shown[:-1] if _GENERATED.search(value_text(shown[-1].value)) else shown
        message = f"function {ref_text(named)} used as reference, not called"
        return error(TYPE, self._checker.place(ref), message, _unsupported_lines(shown, i, have))


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
    from gatewright.analysis.types import key_order as order

    return sorted(found, key=lambda text: order(found[text]))


def _key_text(key: Any) -> str:
    from gatewright.analysis.metadata import to_value

    return value_text(to_value(key))


# --- closures -----------------------------------------------------------------------------------------------------


def _comprehensions(expr: Expr) -> list[Comprehension]:
    """The comprehensions in `expr`, without those inside of others."""
    found: list[Comprehension] = []
    _collect(expr, found)
    return found


def _collect(expr: Expr, found: list[Comprehension]) -> None:
    terms = expr.terms
    if isinstance(terms, tuple):
        for term in terms:
            if type(term.value) not in SCALARS:
                _collect_value(term.value, found)
    elif isinstance(terms, Term):
        _collect_value(terms.value, found)
    elif isinstance(terms, Every | Not):
        for inner in terms.body:
            _collect(inner, found)
    elif isinstance(terms, LogicalAnd | LogicalOr):
        for inner in (*terms.lhs, *terms.rhs):
            _collect(inner, found)
    for node in expr.withs:
        _collect_value(node.target.value, found)
        _collect_value(node.value.value, found)


def _collect_value(value: Value, found: list[Comprehension]) -> None:
    kind = type(value)
    if kind in SCALARS or isinstance(value, Var):
        return
    match value:
        case ArrayComprehension() | SetComprehension() | ObjectComprehension():
            found.append(value)
        case Ref(terms) | Call(terms) | Array(terms) | Set(terms):
            for term in terms:
                _collect_value(term.value, found)
        case Object(pairs):
            for key, item in sorted_pairs(pairs):
                _collect_value(key.value, found)
                _collect_value(item.value, found)


# --- schemas ------------------------------------------------------------------------------------------------------


def _apply_schema(env: TypeEnv, path: tuple[Term, ...], tpe: Type) -> None:
    """Give the document at `path` a type, inside the type of what is around it."""
    for end in range(1, max(len(path), 2)):
        around = env.ref_type(path[:end])
        if around is not None:
            if end < len(path):
                tpe = _override(around, path[end:], tpe)
            env.tree.put(path[:end], tpe)
            return
    env.tree.put(path, tpe)


def _override(around: Type | None, operands: Sequence[Term], tpe: Type) -> Type:
    from gatewright.analysis._terms import json_key

    around = around.type if isinstance(around, RecursiveType) else around
    key = json_key(operands[0].value)
    if not isinstance(around, ObjectType):
        return _object_at(operands, tpe, (ANY, ANY))
    static = []
    found = False
    for name, value in around.static:
        if name == key:
            found = True
            value = tpe if len(operands) == 1 else _override(value, operands[1:], tpe)
        static.append((name, value))
    if not found:
        static += _object_at(operands, tpe, around.dynamic).static
    return object_type(static, around.dynamic)


def _object_at(operands: Sequence[Term], tpe: Type, dynamic: tuple[Type | None, Type | None] | None) -> ObjectType:
    from gatewright.analysis._terms import json_key

    inner: Type = tpe
    for term in reversed(operands):
        inner = object_type([(json_key(term.value), inner)], dynamic)
    assert isinstance(inner, ObjectType)
    return inner


# --- stages -------------------------------------------------------------------------------------------------------


def _dependents(state: Compilation, graph: Graph) -> Callable[[tuple[Term, ...]], Iterable[CompiledRule]]:
    def find(target: tuple[Term, ...]) -> Iterable[CompiledRule]:
        found: dict[int, CompiledRule] = {}
        stack = rules_for(state.tree, target)
        while stack:
            rule = stack.pop()
            if id(rule) not in found:
                found[id(rule)] = rule
                stack.extend(graph.dependents(rule))
        return found.values()

    return find


def check_types(state: Compilation, graph: Graph, schemas: Schemas) -> None:
    """Infer the types of all rules, in the order of their dependencies, and record the errors."""
    checker = Checker(state, state.names.subjects, state.rewritten)
    checker.dependents = _dependents(state, graph)
    checker.used = state.used_builtins
    root = checker.root()
    if schemas.input_type is not None:
        root.tree.put((Term(Var("input")),), schemas.input_type)
    env = root.wrap()
    for rule in graph.sorted_rules():
        checker.rule(env, rule, schemas.of_rule(rule))
    errors = [*schemas.errors, *checker.errors]
    sort_errors(errors)
    state.types = env
    state.warn(*errors)


def check_query_types(
    state: Compilation, program: Program, body: Body, subjects: Mapping[str, Value]
) -> list[RegoError]:
    """The type errors of a query."""
    checker = Checker(state, subjects, state.rewritten, program.rewritten)
    checker.dependents = _dependents(state, program.graph)
    return checker.body(state.types, body)[1]


def infer_variables(program: Program, rule: CompiledRule) -> dict[str, Type | None]:
    """The types of the variables of a rule's body."""
    state = program.state
    checker = Checker(state, state.names.subjects, state.rewritten)
    checker.dependents = _dependents(state, program.graph)
    env, _ = checker.body(state.types, rule.body)
    return {key[1]: node.value for key, node in env.tree.children.items() if isinstance(key, tuple)}


def argument_error(
    state: Compilation,
    expr: Expr,
    name: str,
    message: str,
    wanted: Sequence[Type | None],
    variadic: Type | None,
) -> RegoError:
    """An error about the arguments of a call, found before the types are known."""
    assert isinstance(expr.terms, tuple)
    env = Checker(state, {}).root()
    have = [env.value_type(t.value) for t in expr.terms[1:]]
    details, _ = argument_details(have, wanted, variadic)
    return error(TYPE, expr.location, f"{name}: {message}", details)
