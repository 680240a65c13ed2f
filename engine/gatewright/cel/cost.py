"""The API server's cost of an evaluation, counted step by step as cel-go counts it.

Counting needs a walk over the tree, far slower than the generated code, and matters only to expressions near a million
steps. So a policy runs uncounted, and is walked here when the run took suspiciously long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import ceil
from typing import Any, Final

from gatewright.cel import folds, runtime
from gatewright.cel import nodes as ast
from gatewright.cel import types as t
from gatewright.cel.checker import Checked
from gatewright.cel.declarations import TYPE_NAMES, VARIABLES
from gatewright.cel.expression import CONVERSIONS
from gatewright.cel.functions import is_function, overloads_of
from gatewright.cel.library import function, sort_variant, taken_raw, variant
from gatewright.cel.library.formats import NamedFormat
from gatewright.cel.library.net import CIDR
from gatewright.cel.types import DYN
from gatewright.cel.values import (
    NONE,
    CelEvaluationError,
    CostLimitError,
    KeyedMap,
    Opaque,
    Optional,
    TypeValue,
    map_keys,
)
from gatewright.records import record

PER_EXPRESSION: Final = 1_000_000
_SCAN: Final = 0.1
_PATTERN: Final = 0.25
_LIST: Final = 10
_MAP: Final = 30
_STRUCT: Final = 40
_SIZED: Final = frozenset({str, bytes, list, dict, KeyedMap})


@record(frozen=True, slots=True)
class _Call:
    """A call, prepared: its receiver is its first argument; `late` marks `or` (False) and `orValue` (True)."""

    name: str
    args: tuple[ast.Node, ...]
    function: Callable[..., Any]
    resolved: bool
    free: bool
    late: bool | None


@record(frozen=True, slots=True)
class _Again:
    """The value of an optional before its first use, the optional, and the names that it sees."""

    target: ast.Node
    value: Any
    locals: list[dict[str, Any]]


class Meter:
    """Evaluates one checked expression, counting. `variable` gives the value of a composited variable."""

    def __init__(self, checked: Checked, inputs: Mapping[str, Any], variable: Callable[[str], Any]) -> None:
        self.checked = checked
        self.inputs = inputs
        self.variable = variable
        self.locals: list[dict[str, Any]] = []
        self.cost = 0
        self.plans: dict[ast.Node, _Call] = {}

    def run(self) -> Any:
        return self.evaluate(self.checked.root)

    def charge(self, cost: float) -> None:
        self.cost += int(cost)
        if self.cost > PER_EXPRESSION:
            raise CostLimitError

    def evaluate(self, node: ast.Node) -> Any:
        match node:
            case ast.Literal():
                return node.value
            case ast.Ident():
                return self.ident(self.checked.names.get(node, node.name))
            case ast.Select():
                return self.select(node)
            case ast.Call():
                return self.call(node)
            case ast.ListExpr():
                values = [(i in node.optional, self.evaluate(item)) for i, item in enumerate(node.items)]
                self.charge(0 if self.constant(node) else _LIST)
                return runtime.make_list(values)
            case ast.MapExpr():
                entries = [(e.optional, self.evaluate(e.key), self.evaluate(e.value)) for e in node.entries]
                self.charge(0 if self.constant(node) else _MAP)
                return runtime.make_optional_map(entries)
            case ast.StructExpr():
                fields = [(f.optional, f.name, self.evaluate(f.value)) for f in node.fields]
                self.charge(_STRUCT)
                return function(node.name.removeprefix("."))(runtime.make_optional_map(fields))
            case ast.Comprehension():
                return self.comprehension(node)
            case ast.OptionalMap():
                return self.optional_map(node)
            case ast.SortBy():
                return self.sort_by(node)
        raise AssertionError(f"unreachable: {node}")

    # -- names and selections

    def ident(self, name: str) -> Any:
        plain = name.removeprefix(".")
        for scope in reversed(self.locals) if plain == name else ():
            if plain in scope:
                self.charge(1)
                if isinstance(scope[plain], _Again):
                    scope[plain] = self.again(scope[plain])
                return scope[plain]
        if plain in self.inputs:
            self.charge(1)
            return self.inputs[plain]
        if plain in TYPE_NAMES:
            return TypeValue(t.output_name(TYPE_NAMES[plain].params[0]).split("(", 1)[0])
        return runtime.undefined(plain)

    def select(self, node: ast.Select) -> Any:
        if node in self.checked.names:
            return self.ident(self.checked.names[node])
        if self.checked.types.get(node.operand) == VARIABLES:
            self.charge(2)
            value = self.variable(node.field)
            return True if node.test else value
        operand = self.operand(node.operand)
        if node.test:
            return runtime.has(operand, node.field)
        if not node.optional:
            self.charge(operand is not NONE)
            return runtime.select(operand, node.field)
        found = runtime.optional_select(operand, node.field)
        self.charge(found is not NONE)
        return found

    def operand(self, node: ast.Node) -> Any:
        """What is selected from; a computed value becomes an attribute first, for one."""
        value = self.evaluate(node)
        if not isinstance(node, ast.Ident | ast.Select) and not (isinstance(node, ast.Call) and node.name == "_[_]"):
            self.charge(1)
        return value

    # -- calls

    def call(self, node: ast.Call) -> Any:
        match node.name:
            case "_&&_":
                return runtime.all_of(*[self.later(arg) for arg in node.args])
            case "_||_":
                return runtime.any_of(*[self.later(arg) for arg in node.args])
            case "_?_:_":
                chosen = ast.chosen(
                    node.args[1 if runtime.truth(self.evaluate(node.args[0])) else 2], self.checked.types
                )
                value = self.evaluate(chosen)
                # An attribute becomes part of the conditional, which is free.
                self.charge(-1 if self.is_attribute(chosen) else 0)
                return value
            case "_[_]" | "_[?_]":
                operand = self.operand(node.args[0])
                key = self.evaluate(node.args[1])
                found: Any = None
                try:
                    found = (runtime.index if node.name == "_[_]" else runtime.optional_index)(operand, key)
                finally:
                    self.charge(self.constant(node.args[1]) and found is not NONE)
                return found
        plan = self.plans.get(node)
        if plan is None:
            plan = self.plans[node] = self.plan(node)
        if plan.late is not None:
            return runtime.optional_or(self.evaluate(plan.args[0]), self.later(plan.args[1]), plan.late)
        values: list[Any] = []
        result: Any = None
        try:
            for i, arg in enumerate(plan.args):
                values.append(self.argument(plan.name, i, arg))
            result = plan.function(*values)
        finally:
            # An error is a value to whoever counts.
            values += [None] * (len(plan.args) - len(values))
            if not plan.free:
                self.charge(_call_cost(plan.name, plan.resolved, values, result))
        return result

    def argument(self, name: str, i: int, arg: ast.Node) -> Any:
        refusal = taken_raw(name, i, arg, self.checked.types)
        return self.evaluate(arg) if refusal is None else runtime.taken_raw(self.later(arg), refusal)

    def plan(self, node: ast.Call) -> _Call:
        """What there is to know of a call whatever its arguments."""
        name = self.checked.names.get(node)
        if name is not None:
            args: tuple[ast.Node, ...] = node.args
        else:
            name, args = node.name, node.args if node.target is None else (node.target, *node.args)
        late = name == "orValue" if name in ("or", "orValue") and len(args) == 2 else None
        free = self.constant(node) or (name == "@in" and self.constant(args[1]))
        method = node.target is not None and node not in self.checked.names
        chosen = function(variant(name, args, method, self.checked.types))
        if wanted := self.checked.pinned.get(node) or self.checked.guarded.get(node):
            chosen = partial(runtime.pinned, chosen, name, tuple(map(t.notation, wanted)))
        return _Call(name, args, chosen, self.resolved(node, name, args), free, late)

    def is_attribute(self, node: ast.Node) -> bool:
        """Whether cel-go takes a node for one attribute: a name, a selection, an index that is known."""
        if isinstance(node, ast.Call) and node.name in ("_[_]", "_[?_]"):
            return self.constant(node.args[1])
        return isinstance(node, ast.Ident | ast.Select) and not self.is_type(node)

    def constant(self, node: ast.Node) -> bool:
        """What cel-go computes while planning: literals, types, lists and maps of them, and conversions of them."""
        if isinstance(node, ast.ListExpr | ast.MapExpr):
            return all(map(self.constant, ast.children(node)))
        if isinstance(node, ast.Call):
            conversion = node.name in CONVERSIONS and node.target is None and len(node.args) == 1
            return conversion and self.constant(node.args[0])
        return isinstance(node, ast.Literal) or self.is_type(node)

    def is_type(self, node: ast.Node) -> bool:
        return self.checked.names.get(node) in TYPE_NAMES

    def later(self, node: ast.Node) -> Callable[[], Any]:
        return lambda: self.evaluate(node)

    def resolved(self, node: ast.Call, name: str, args: tuple[ast.Node, ...]) -> bool:
        """Whether the checker left one overload; cel-go charges by size only then."""
        kinds = [self.checked.types.get(arg, DYN) for arg in args]
        method = node.target is not None and node not in self.checked.names
        fitting = 0
        for overload in overloads_of(name) if is_function(name) else ():
            if overload.method is method and t.assignable({}, kinds, list(overload.args)) is not None:
                fitting += 1
        return fitting == 1

    # -- macros

    def comprehension(self, node: ast.Comprehension) -> Any:
        given = self.evaluate(node.range)
        each = folds.pairs(given) if node.var2 else folds.tuples(given)
        names = (node.var, node.var2) if node.var2 else (node.var,)
        if node.kind in ("all", "exists"):
            return self.quantify(node, names, each)
        rounds = self.rounds(names, each)
        if node.kind == "exists_one":
            result: Any = folds.fold_exists_one(rounds, lambda: self.counted(node.body))
            self.charge(2)
            return result
        grow = {"list": 2 if self.constant(node.body) else _LIST + 2, "map": 3, "entry": 2}[node.kind]
        predicate = None if node.filter is None else self.later(node.filter)
        try:
            folded = folds.fold_list(rounds, predicate, lambda: self.grown(node, grow))
        finally:
            self.charge(1)
        if node.kind == "list":
            return folded
        return runtime.make_map(folded) if node.kind == "map" else folds.merge_entries(folded)

    def rounds(self, names: tuple[str, ...], each: Any) -> Iterator[tuple[()]]:
        for values in each:
            self.locals.append(dict(zip(names, values, strict=True)))
            yield ()
            self.locals.pop()

    def quantify(self, node: ast.Comprehension, names: tuple[str, ...], each: Any) -> bool:
        """all and exists: every round asks whether to go on (2, or 3 for exists) and reads the result so far (1)."""
        wanted = node.kind == "exists"
        ask = 3 if wanted else 2
        decided = False
        failure: CelEvaluationError | None = None
        for values in each:
            self.charge(ask)
            if decided:
                break
            self.locals.append(dict(zip(names, values, strict=True)))
            self.charge(1)
            try:
                decided = runtime.truth(self.evaluate(node.body)) is wanted
            except CelEvaluationError as error:
                failure = failure or error
            finally:
                self.locals.pop()
        self.charge(1)
        if not decided and failure is not None:
            raise failure
        return wanted if decided else not wanted

    def counted(self, predicate: ast.Node) -> Any:
        value = self.evaluate(predicate)
        self.charge(2 if value is True else 0)
        return value

    def grown(self, node: ast.Comprehension, grow: int) -> Any:
        try:
            value = self.evaluate(node.body)
        finally:
            self.charge(grow)
        if node.kind == "map":
            return next(iter(self.locals[-1].values())), value
        return value

    def optional_map(self, node: ast.OptionalMap) -> Any:
        target = self.evaluate(node.target)
        self.charge(1)
        if target is NONE or not isinstance(target, Optional):
            self.charge(target is NONE)
            return runtime.optional_map(target, lambda value: value, node.flat)
        self.locals.append({node.var: _Again(node.target, target.value, list(self.locals))})
        value = self.evaluate(node.body)
        self.locals.pop()
        self.charge(0 if node.flat else 1)
        return value if node.flat else Optional(value)

    def again(self, held: _Again) -> Any:
        """What an optional holds, which is asked for it once more when its value is first needed."""
        here, self.locals = self.locals, held.locals
        self.evaluate(held.target)
        self.locals = here
        self.charge(1)
        return held.value

    def sort_by(self, node: ast.SortBy) -> Any:
        target = self.evaluate(node.target)
        self.charge(2)
        keys: list[Any] = []

        def key(item: Any) -> Any:
            self.locals.append({node.var: item})
            try:
                value = self.evaluate(node.body)
            finally:
                self.locals.pop()
                self.charge(2 if self.constant(node.body) else _LIST + 2)
            keys.append(value)
            return value

        chosen = sort_variant(node.body, self.checked.types)
        result = function(chosen)(target, key)
        self.charge(1 + (1 if chosen == "sortBy" else _self_compare(keys)))
        return result


def _size(value: Any) -> int:
    if value.__class__ in _SIZED:
        return len(value)
    if value.__class__ is CIDR:
        return (value.bits + 7) // 8
    return _size(value.value) if value.__class__ is Optional and value is not NONE else 1


def _parsing(value: Any) -> int:
    """What it costs to make an address of an argument: nothing where it is one."""
    return _scan(value) if value.__class__ is str else 0


def _scan(value: Any, times: float = 1.0) -> int:
    return ceil(_size(value) * _SCAN * times)


def _traversal(value: Any) -> int:
    kind = value.__class__
    if kind is str or kind is bytes:
        return int(len(value) * _SCAN)
    if kind is list:
        return sum(map(_traversal, value))
    if isinstance(value, dict):
        return sum(map(_traversal, map_keys(value))) + sum(map(_traversal, value.values()))
    return 1


def _pattern_cost(text: Any, pattern: Any) -> int:
    return ceil((1 + _size(text)) * _SCAN) * ceil(_size(pattern) * _PATTERN)


def _self_compare(items: Any) -> int:
    """Every element with every element; texts weigh a little more."""
    size = _size(items)
    texts = items.__class__ is list and size > 0 and items[0].__class__ in (str, bytes)
    return 1 + _LIST + int(size * size * (2 + _SCAN if texts else 2))


def _is_depth(value: Any) -> bool:
    return value.__class__ is int and value >= 0


_Rule = Callable[[list[Any], Any], int]

# What a quarter of the length of a named format's pattern comes to.
_FORMATS: Final = {
    "byte": 21, "dns1035Label": 8, "dns1123Label": 8, "dns1123Subdomain": 15, "labelValue": 10, "qualifiedName": 15,
    "uri": 276,
}  # fmt: skip


def _format_cost(named: Any) -> int:
    return _FORMATS.get(named.name.removesuffix("Prefix"), 18) if isinstance(named, NamedFormat) else 18


# Functions that Kubernetes charges for whatever the checker knows.
_ALWAYS: Final[dict[str, _Rule]] = {
    **dict.fromkeys(("indexOf", "isSorted", "lastIndexOf", "max", "min", "sum"), lambda a, _: _traversal(a[0])),
    **dict.fromkeys(
        ("cidr", "ip", "isCIDR", "isIP", "isQuantity", "isSemver", "lowerAscii", "quantity", "semver", "substring",
         "trim", "upperAscii", "url"),
        lambda a, _: _scan(a[0]),
    ),
    **dict.fromkeys(("ip.isCanonical", "replace", "split"), lambda a, _: _scan(a[0], 2)),
    **dict.fromkeys(("find", "findAll"), lambda a, _: _pattern_cost(a[0], a[1])),
    "join": lambda _, result: _scan(result, 2),
    "containsIP": lambda a, _: _scan(a[0], 2) + _parsing(a[1]),
    "containsCIDR": lambda a, _: _scan(a[0], 2) + _scan(a[0]) + 1 + _parsing(a[1]),
    "validate": lambda a, _: ceil((1 + _size(a[1])) * _SCAN) * _format_cost(a[0]),
    "lists.range": lambda _, result: 1 + _LIST + _size(result),
    "reverse": lambda _, result: 1 + _LIST + _size(result),
    "slice": lambda _, result: 1 + _LIST + _size(result),
    "flatten": lambda a, _: 1 + _LIST + _size(a[0]) * (a[1] if len(a) == 2 and _is_depth(a[1]) else 1),
    "distinct": lambda a, _: _self_compare(a[0]),
    "sets.contains": lambda a, _: 1 + _size(a[0]) * _size(a[1]),
    "sets.intersects": lambda a, _: 1 + _size(a[0]) * _size(a[1]),
    "sets.equivalent": lambda a, _: 1 + 2 * _size(a[0]) * _size(a[1]),
}  # fmt: skip

# Functions charged by size where the checker left a single overload.
_RESOLVED: Final[dict[str, _Rule]] = {
    **dict.fromkeys(("endsWith", "startsWith"), lambda a, _: _scan(a[1])),
    **dict.fromkeys(("format", "strings.quote"), lambda a, _: _scan(a[0])),
    **dict.fromkeys(("_!=_", "_==_"), lambda a, _: ceil(min(_size(a[0]), _size(a[1])) * _SCAN)),
    "@in": lambda a, _: _size(a[1]) if a[1].__class__ is list else 1,
    "bytes": lambda a, _: _scan(a[0]) if a[0].__class__ is str else 1,
    "string": lambda a, _: _scan(a[0]) if a[0].__class__ is bytes else 1,
    "contains": lambda a, _: _scan(a[0]) * _scan(a[1]),
    "matches": lambda a, _: _pattern_cost(a[0], a[1]),
    "sort": lambda a, _: _self_compare(a[0]),
}
_BY_TEXT: Final = frozenset({"_<_", "_<=_", "_>_", "_>=_"})


def _call_cost(name: str, resolved: bool, args: list[Any], result: Any) -> int:
    rule = _ALWAYS.get(name)
    if rule is not None:
        return rule(args, result)
    if not resolved or (args and isinstance(args[0], Opaque)):
        return 1
    if name in _RESOLVED:
        return _RESOLVED[name](args, result)
    text = bool(args) and args[0].__class__ in (str, bytes)
    if text and name == "_+_":
        return ceil((_size(args[0]) + _size(args[1])) * _SCAN)
    if text and name in _BY_TEXT:
        return ceil(min(_size(args[0]), _size(args[1])) * _SCAN)
    return 1
