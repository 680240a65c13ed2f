"""Type-checks an expression against Kubernetes' environment, with cel-go's rules, messages and literal validators."""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.cel import nodes as ast
from gatewright.cel import types as t
from gatewright.cel.declarations import MESSAGES, STRUCTS, TYPE_NAMES
from gatewright.cel.functions import GUARDED, Overload, is_function, overloads_of
from gatewright.cel.parser import CelCompileError, _qualified, render_errors
from gatewright.cel.types import BOOL, DYN, ERROR, INT, Type
from gatewright.cel.values import Uint
from gatewright.records import field, record


@record(frozen=True, slots=True)
class Environment:
    """The variables an expression may name, and the fields of struct types beyond the fixed ones.

    `homogeneous`: the members of a list or map literal must have one type. CEL does not ask for it; Kubernetes does.
    """

    variables: Mapping[str, Type]
    structs: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)
    homogeneous: bool = True


@record(frozen=True, slots=True)
class Checked:
    """A checked expression: the type of each node, and what dotted names and qualified calls stand for.

    `pinned` are calls whose arguments nobody knew the type of, and which therefore took the first overload that could
    be meant: the types it wants, which the values then need to have. So they do in calls that are `guarded`, but there
    they mostly are what the checker concludes.
    """

    root: ast.Node
    types: dict[ast.Node, Type]
    names: dict[ast.Node, str]
    pinned: dict[ast.Node, tuple[Type, ...]] = field(default_factory=dict)
    guarded: dict[ast.Node, tuple[Type, ...]] = field(default_factory=dict)

    @property
    def output(self) -> Type:
        return self.types[self.root]


def check(text: str, root: ast.Node, environment: Environment) -> Checked:
    """Types for every node of `root`; CelCompileError carries cel-go's rendering of what does not fit."""
    checker = _Checker(environment)
    checker.check(root)
    if checker.errors:
        raise CelCompileError(render_errors(text, checker.errors))
    types = {node: t.substitute(checker.subs, kind, True) for node, kind in checker.types.items()}
    checked = Checked(root, types, checker.names, checker.pinned, checker.guarded)
    from gatewright.cel._validators import validate

    if errors := validate(checked, homogeneous=environment.homogeneous):
        raise CelCompileError(render_errors(text, errors))
    return checked


class _Checker:
    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.scopes: list[dict[str, Type]] = []
        self.types: dict[ast.Node, Type] = {}
        self.names: dict[ast.Node, str] = {}
        self.pinned: dict[ast.Node, tuple[Type, ...]] = {}
        self.guarded: dict[ast.Node, tuple[Type, ...]] = {}
        self.errors: list[tuple[int, str]] = []
        self.subs: t.Substitutions = {}
        # The overloads that the last call fits.
        self.fitting: list[Overload] = []
        self.fresh = 0

    def error(self, at: int, message: str) -> None:
        if len(self.errors) < 100:
            self.errors.append((at, message))

    def new_param(self) -> Type:
        self.fresh += 1
        return Type("param", f"_var{self.fresh - 1}")

    def resolved(self, kind: Type) -> Type:
        return t.substitute(self.subs, kind)

    def assign(self, left: list[Type], right: list[Type]) -> bool:
        subs = t.assignable(self.subs, left, right)
        if subs is None:
            return False
        self.subs = subs
        return True

    def check(self, node: ast.Node) -> Type:
        kind = self._infer(node)
        self.types[node] = kind
        return kind

    def _infer(self, node: ast.Node) -> Type:
        match node:
            case ast.Literal():
                return literal_type(node.value)
            case ast.Ident():
                return self.ident(node)
            case ast.Select():
                return self.select(node)
            case ast.Call():
                return self.call(node)
            case ast.ListExpr():
                return self.list_literal(node)
            case ast.MapExpr():
                return self.map_literal(node)
            case ast.Comprehension():
                return self.comprehension(node)
            case ast.OptionalMap():
                return self.optional_map(node)
            case ast.SortBy():
                return self.sort_by(node)
            case ast.StructExpr():
                return self.struct(node)
        raise AssertionError(f"unreachable: {node}")

    # -- names

    def lookup(self, name: str) -> Type | None:
        plain = name.removeprefix(".")
        if plain == name:
            for scope in reversed(self.scopes):
                if plain in scope:
                    return scope[plain]
        found = self.environment.variables.get(plain)
        return TYPE_NAMES.get(plain) if found is None else found

    def ident(self, node: ast.Ident) -> Type:
        found = self.lookup(node.name)
        if found is None:
            self.error(node.at, f"undeclared reference to '{node.name}' (in container '')")
            return ERROR
        self.names[node] = node.name
        return found

    def select(self, node: ast.Select) -> Type:
        if not node.test and not node.optional:
            name = _qualified(node)
            if name is not None and not self._local(name):
                found = self.lookup(name)
                if found is not None:
                    self.names[node] = name
                    return found
        operand = self.resolved(self.check(node.operand))
        target, optional = _unwrap(operand)
        kind = self.field(node, target)
        if node.test:
            return BOOL
        return t.optional_of(kind) if optional or node.optional else kind

    def _local(self, name: str) -> bool:
        # A comprehension's variable hides dotted names that begin with it.
        head = name.split(".", 1)[0]
        return any(head in scope for scope in self.scopes)

    def field(self, node: ast.Select, target: Type) -> Type:
        match target.kind:
            case "map":
                return self.resolved(target.params[1])
            case "struct":
                fields = STRUCTS.get(target.name) or self.environment.structs.get(target.name)
                if fields is None:
                    self.error(node.at, f"unexpected failed resolution of '{target.name}'")
                    return ERROR
                if node.field in fields:
                    return fields[node.field]
                self.error(node.at, f"undefined field '{node.field}'")
                return ERROR
            case "param":
                self.assign([DYN], [target])
            case "dyn" | "error":
                pass
            case _:
                self.error(node.at, f"type '{target}' does not support field selection")
        return DYN

    # -- calls

    def call(self, node: ast.Call) -> Type:
        args = [self.check(arg) for arg in node.args]
        if node.name in ("_&&_", "_||_"):
            return self.logical(node, args)
        if node.target is None:
            name = node.name.removeprefix(".")
            if not is_function(name):
                self.error(node.at, f"undeclared reference to '{node.name}' (in container '')")
                return ERROR
            self.names[node] = name
            return self.call_of(node, name, args, method=False)
        prefix = _qualified(node.target)
        if prefix is not None:
            qualified = f"{prefix.removeprefix('.')}.{node.name}"
            if is_function(qualified):
                self.names[node] = qualified
                return self.call_of(node, qualified, args, method=False)
        target = self.check(node.target)
        if not is_function(node.name):
            self.error(node.at, f"undeclared reference to '{node.name}' (in container '')")
            return ERROR
        return self.call_of(node, node.name, [target, *args], method=True)

    def call_of(self, node: ast.Call, name: str, args: list[Type], *, method: bool) -> Type:
        unknown = any(_params(arg) for arg in args)
        result = self.overload(node.at, name, args, method=method)
        if name in GUARDED and len(self.fitting) == 1:
            (self.pinned if unknown else self.guarded)[node] = self.fitting[0].args
        return result

    def logical(self, node: ast.Call, args: list[Type]) -> Type:
        wrong = False
        for arg, kind in zip(node.args, args, strict=True):
            if not self.assign([kind], [BOOL]):
                self.error(arg.at, f"expected type 'bool' but found '{self.resolved(kind)}'")
                wrong = True
        return ERROR if wrong else BOOL

    def overload(self, at: int, name: str, args: list[Type], *, method: bool) -> Type:
        result: Type | None = None
        self.fitting = []
        for overload in overloads_of(name):
            if overload.method is not method:
                continue
            wanted, gives = self.instantiate(overload.args, overload.result)
            if not self.assign(args, wanted):
                continue
            self.fitting.append(overload)
            given = self.resolved(gives)
            if result is None:
                result = given
            elif result.kind != "dyn" and given != result:
                result = DYN
        if result is not None:
            return result
        shown = [str(t.substitute(self.subs, a, True)) for a in args]
        signature = f"{shown[0]}.({', '.join(shown[1:])})" if method else f"({', '.join(shown)})"
        self.error(at, f"found no matching overload for '{name}' applied to '{signature}'")
        return ERROR

    def instantiate(self, args: tuple[Type, ...], result: Type) -> tuple[list[Type], Type]:
        fresh: t.Substitutions = {}
        for part in (*args, result):
            for param in _params(part):
                if param not in fresh:
                    fresh[param] = self.new_param()
        if not fresh:
            return list(args), result
        return [t.substitute(fresh, a) for a in args], t.substitute(fresh, result)

    # -- aggregates

    def join(self, previous: Type | None, current: Type) -> Type:
        if previous is None:
            return current
        return t.most_general(previous, current) if self.assign([previous], [current]) else DYN

    def list_literal(self, node: ast.ListExpr) -> Type:
        item: Type | None = None
        for i, part in enumerate(node.items):
            kind = self.check(part)
            if i in node.optional:
                kind = self.unwrapped(part, kind)
            item = self.join(item, kind)
        return t.list_of(self.new_param() if item is None else item)

    def map_literal(self, node: ast.MapExpr) -> Type:
        key: Type | None = None
        value: Type | None = None
        for entry in node.entries:
            key = self.join(key, self.check(entry.key))
            kind = self.check(entry.value)
            if entry.optional:
                kind = self.unwrapped(entry.value, kind)
            value = self.join(value, kind)
        if key is None or value is None:
            return t.map_of(self.new_param(), self.new_param())
        return t.map_of(key, value)

    def unwrapped(self, node: ast.Node, kind: Type) -> Type:
        inner, optional = _unwrap(kind)
        if not optional and inner.kind != "dyn":
            self.error(node.at, f"expected type '{t.optional_of(inner)}' but found '{inner}'")
        return inner

    def struct(self, node: ast.StructExpr) -> Type:
        message = MESSAGES.get(node.name.removeprefix("."))
        if message is None:
            known = node.name.removeprefix(".") in TYPE_NAMES
            undeclared = f"undeclared reference to '{node.name}' (in container '')"
            self.error(node.at, f"'{node.name}' is not a message type" if known else undeclared)
            return ERROR
        kind, fields = message
        for part in node.fields:
            given = self.check(part.value)
            if part.optional:
                given = self.unwrapped(part.value, given)
            wanted = fields.get(part.name)
            if wanted is None:
                self.error(part.at, f"undefined field '{part.name}'")
            elif not self.assign([wanted], [given]):
                mismatch = f"is '{wanted}' but provided type is '{self.resolved(given)}'"
                self.error(part.at, f"expected type of field '{part.name}' {mismatch}")
        return kind

    # -- macros

    def comprehension(self, node: ast.Comprehension) -> Type:
        given = self.check(node.range)
        first, second = self.range_types(node, self.resolved(given))
        scope = {node.var: first}
        if node.var2:
            scope[node.var2] = second
        accumulator = self.accumulator(node.kind)
        self.scopes.append(scope)
        filter_type = None if node.filter is None else self.check(node.filter)
        body = self.check(node.body)
        self.scopes.pop()
        return self.fold(node, accumulator, first, filter_type, body)

    def range_types(self, node: ast.Comprehension, given: Type) -> tuple[Type, Type]:
        match given.kind:
            case "list":
                return (INT, given.params[0]) if node.var2 else (given.params[0], DYN)
            case "map":
                return given.params[0], given.params[1]
            case "dyn" | "error" | "param":
                self.assign([DYN], [given])
                return DYN, DYN
        wanted = "must be list, map, or dynamic"
        self.error(node.range.at, f"expression of type '{given}' cannot be range of a comprehension ({wanted})")
        return ERROR, ERROR

    def accumulator(self, kind: str) -> Type:
        if kind == "list":
            return t.list_of(self.new_param())
        if kind in ("map", "entry"):
            return t.map_of(self.new_param(), self.new_param())
        return INT if kind == "exists_one" else BOOL

    def fold(self, node: ast.Comprehension, accumulator: Type, key: Type, filter_type: Type | None, body: Type) -> Type:
        """The type of the macro's fold, and the errors its expansion would give."""
        if node.kind in ("all", "exists"):
            if not self.assign([body], [BOOL]):
                self.error(node.body.at, f"expected type 'bool' but found '{self.resolved(body)}'")
            return BOOL
        if node.kind == "exists_one":
            self.fresh += 2  # the expansion's sum and comparison have type variables too
            self.overload(node.at, "_?_:_", [body, INT, INT], method=False)
            return BOOL
        if node.kind == "list":
            step = self.overload(node.at, "_+_", [accumulator, t.list_of(body)], method=False)
        elif node.kind == "map":
            step = self.overload(node.at, "cel.@mapInsert", [accumulator, key, body], method=False)
        else:
            step = self.overload(node.at, "cel.@mapInsert", [accumulator, body], method=False)
        if filter_type is not None:
            step = self.overload(node.at, "_?_:_", [filter_type, step, accumulator], method=False)
        if not self.assign([accumulator], [step]):
            self.error(node.at, f"expected type '{self.resolved(accumulator)}' but found '{self.resolved(step)}'")
        return self.resolved(accumulator)

    def optional_map(self, node: ast.OptionalMap) -> Type:
        known = len(self.errors)
        target = self.check(node.target)
        # The macro copies its target, so cel-go finds each of its faults twice.
        self.errors += self.errors[known:]
        self.overload(node.at, "hasValue", [target], method=True)
        self.new_param()
        value = self.overload(node.at, "value", [target], method=True)
        self.scopes.append({node.var: value})
        body = self.check(node.body)
        self.scopes.pop()
        none = t.optional_of(self.new_param())
        given = body if node.flat else t.optional_of(self.resolved(body))
        return self.overload(node.at, "_?_:_", [BOOL, given, none], method=False)

    def sort_by(self, node: ast.SortBy) -> Type:
        self.new_param()  # type variables of the macro's expansion, which messages count
        target = self.check(node.target)
        self.new_param()
        given = self.resolved(target)
        loop = ast.Comprehension(node.at, "list", ast.Ident(node.at, ""), node.var, "", None, node.body)
        first, _ = self.range_types(loop, given)
        self.scopes.append({node.var: first})
        body = self.check(node.body)
        self.scopes.pop()
        self.new_param()
        keys = t.list_of(self.resolved(body))
        return self.overload(node.at, "@sortByAssociatedKeys", [self.resolved(target), keys], method=True)


def literal_type(value: object) -> Type:
    if value is None:
        return t.NULL
    kinds = {bool: BOOL, int: INT, Uint: t.UINT, float: t.DOUBLE, str: t.STRING, bytes: t.BYTES}
    return kinds[value.__class__]


def _unwrap(kind: Type) -> tuple[Type, bool]:
    if kind.kind == "opaque" and kind.name == "optional_type":
        return kind.params[0], True
    return kind, False


def _params(kind: Type) -> list[Type]:
    if kind.kind == "param":
        return [kind]
    return [p for inner in kind.params for p in _params(inner)]
