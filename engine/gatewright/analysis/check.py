"""The static type check: infers the types of variables and documents, and reports what can never hold.

Rules are checked after those they depend on. Unknown things have the type of everything, so only what is certain to
be wrong is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from gatewright.analysis._documents import apply_schema
from gatewright.analysis._env import TypeEnv, TypeTree
from gatewright.analysis._refcheck import RefChecker
from gatewright.analysis._state import TYPE, Compilation, deep_recursion, error, sort_errors
from gatewright.analysis._terms import (
    LEAVES,
    SCALARS,
    dynamic_position,
    ground_prefix,
    operator_name,
    ref_is_ground,
    ref_text,
    sorted_pairs,
    value_text,
)
from gatewright.analysis._typetext import argument_details, match_details
from gatewright.analysis._unify import unify_terms, unify_with
from gatewright.analysis._vars import vars_of
from gatewright.analysis.graph import Graph
from gatewright.analysis.hints import function_hint
from gatewright.analysis.hoist import rewrite_nested_bodies
from gatewright.analysis.program import CompiledRule, Program
from gatewright.analysis.schema import Schemas
from gatewright.analysis.tree import rules_for
from gatewright.analysis.types import (
    ANY,
    AnyType,
    FunctionType,
    ObjectType,
    SetType,
    Type,
    is_unknown,
    keys_of,
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

Comprehension = ArrayComprehension | SetComprehension | ObjectComprehension


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
        # Whether what is being checked may hold comprehensions.
        self.closures = True
        self.errors: list[RegoError] = []

    def root(self, input_type: Type | None) -> TypeEnv:
        env = TypeEnv(self._state.signatures, self.comprehension_env)
        if input_type is not None:
            env.tree.put((Term(Var("input")),), input_type)
        return env

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
        closure_errors = self._check_closures(here, expr) if self.closures else []
        refs = RefChecker(self.shown_ref, self.place, here)
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
        if unify_terms(env, a, left, b, right):
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
        if (not is_unknown(have) and not unifies(have, tpe)) or not unify_with(env, term, tpe):
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
            if not unify_with(env, term, want):
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
            apply_schema(around, document, described)
        self.closures = rule.traits.closures
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
        for name in vars_of(arg.value):
            if env.value_type(Var(name)) is None:
                env.set_var(name, ANY)
    result = env.value_type(rule.head.value.value) if rule.head.value is not None else None
    return FunctionType(tuple(env.value_type(t.value) for t in args), result)


def _nested_object(env: TypeEnv, operands: Sequence[Term], tpe: Type | None) -> Type | None:
    for term in reversed(operands):
        key = env.value_type(term.value)
        if tpe is None or key is None:
            return None
        tpe = ObjectType((), (key, tpe))
    return tpe


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
    if kind in LEAVES:
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


def types_before_rules(state: Compilation, schemas: Schemas) -> TypeEnv:
    """What is known before the rules are looked at: the built-in functions, and the input where a schema tells."""
    return Checker(state, {}).root(schemas.input_type)


def check_types(state: Compilation, graph: Graph, schemas: Schemas) -> None:
    """Infer the types of all rules, in the order of their dependencies, and record the errors."""
    checker = Checker(state, state.names.subjects, state.rewritten)
    checker.dependents = _dependents(state, graph)
    checker.used = state.used_builtins
    env = checker.root(schemas.input_type).wrap()
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
    with deep_recursion():
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
    """An error about the arguments of a call, with what is known of their types at this stage."""
    assert isinstance(expr.terms, tuple)
    have = [state.types.value_type(t.value) for t in expr.terms[1:]]
    details, _ = argument_details(have, wanted, variadic)
    return error(TYPE, expr.location, f"{name}: {message}", details)
