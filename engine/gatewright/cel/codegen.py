"""Checked CEL to Python expressions, as `ast` nodes, in two forms.

The *fast* form says with plain Python what plain Python means exactly, or raises something where it would not: `x['f']`
for `x.f`, `and` for `&&`, a list comprehension for `map`. The *exact* form calls `runtime` for everything and absorbs
errors as CEL does. Whoever runs an expression runs the fast form first and the exact form after any exception: CEL is
pure, so evaluating twice is safe.
"""

from __future__ import annotations

import ast as py
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, Final, Protocol

from gatewright.cel import nodes as ast
from gatewright.cel.checker import Checked
from gatewright.cel.declarations import MESSAGES, TYPE_NAMES, is_function
from gatewright.cel.library import taken_raw, variant
from gatewright.cel.parser import _qualified
from gatewright.cel.types import DYN, Type, output_name
from gatewright.cel.values import Uint

Types = Mapping[ast.Node, Type]


class Scope(Protocol):
    """Where an expression's free names come from, as Python."""

    def variable(self, name: str) -> py.expr | None:
        """A declared variable; None when there is none of this name."""

    def member(self, struct: str, field: str) -> py.expr | None:
        """A field of a struct type with a life of its own (the lazy `variables`); None for ordinary ones."""


@dataclass(slots=True)
class Links:
    """The globals of generated code: Python name → what it stands for, in words that can be stored."""

    names: dict[str, str] = field(default_factory=dict)

    def runtime(self, name: str) -> py.Name:
        self.names[name] = f"runtime:{name}"
        return _name(name)

    def function(self, cel_name: str) -> py.Name:
        name = "f_" + "".join(c if c.isalnum() else f"_{ord(c):x}_" for c in cel_name)
        self.names[name] = f"function:{cel_name}"
        return _name(name)

    def uint(self, value: int) -> py.Name:
        self.names[f"u_{int(value)}"] = f"uint:{int(value)}"
        return _name(f"u_{int(value)}")

    def type_value(self, cel_name: str) -> py.Name:
        name = "t_" + cel_name.replace(".", "_")
        self.names[name] = f"type:{cel_name}"
        return _name(name)


def compile_quietly(tree: py.Expression | py.Module) -> CodeType:
    """`compile`, without its warnings about code a person would not write, such as selecting from a literal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        mode = "eval" if isinstance(tree, py.Expression) else "exec"
        _place(tree)
        return compile(tree, "<cel>", mode)


def _place(tree: py.AST) -> None:
    """Give every node a position, which `compile` demands; all the same, since CEL's errors carry their own."""
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, py.expr | py.stmt | py.arg):
            node.lineno = node.end_lineno = 1
            node.col_offset = node.end_col_offset = 0
        elif isinstance(node, list):
            stack += node
            continue
        elif not isinstance(node, py.AST):
            continue
        stack += [getattr(node, name, None) for name in node._fields]


# -- building Python


def _name(name: str) -> py.Name:
    return py.Name(name, py.Load())


def _const(value: Any) -> py.Constant:
    return py.Constant(value)


def _call(function: py.expr, *args: py.expr) -> py.Call:
    return py.Call(function, list(args), [])


def _method(target: py.expr, name: str, *args: py.expr) -> py.Call:
    return _call(py.Attribute(target, name, py.Load()), *args)


def _tuple(*items: py.expr) -> py.Tuple:
    return py.Tuple(list(items), py.Load())


def _list(items: list[py.expr]) -> py.List:
    return py.List(items, py.Load())


def _lambda(params: list[str], body: py.expr) -> py.Lambda:
    return py.Lambda(py.arguments([], [py.arg(p) for p in params], None, [], [], None, []), body)


def _compare(left: py.expr, operator: py.cmpop, right: py.expr) -> py.Compare:
    return py.Compare(left, [operator], [right])


def _store(*names: str) -> py.expr:
    targets: list[py.expr] = [py.Name(n, py.Store()) for n in names]
    return targets[0] if len(targets) == 1 else py.Tuple(targets, py.Store())


_ORDERS: Final[dict[str, tuple[type[py.cmpop], str]]] = {
    "_<_": (py.Lt, "less"),
    "_<=_": (py.LtE, "less_equal"),
    "_>_": (py.Gt, "greater"),
    "_>=_": (py.GtE, "greater_equal"),
}
_SCALARS: Final = frozenset({"bool", "int", "uint", "double", "string", "bytes"})


class Emitter:
    """Emits expressions of one template in one form; Python names of comprehension variables are never reused."""

    def __init__(self, scope: Scope, links: Links, *, exact: bool) -> None:
        self.scope = scope
        self.links = links
        self.exact = exact
        self.types: Types = {}
        self.names: Mapping[ast.Node, str] = {}
        self.declared: Types = {}
        self.locals: list[dict[str, str]] = []
        self.used = 0

    def expression(self, root: ast.Node, types: Types, checked: Checked | None) -> py.expr:
        """One expression with the types to trust; `checked` is None, and `types` empty, where nobody checked it."""
        self.types = types
        if checked is not None:
            self.names, self.declared = checked.names, checked.types
        return self.emit(root)

    def type_of(self, node: ast.Node) -> Type:
        return self.types.get(node, DYN)

    def type_name(self, node: ast.Node) -> str:
        return self.type_of(node).name

    def rt(self, name: str, *args: py.expr) -> py.Call:
        return _call(self.links.runtime(name), *args)

    def emit(self, node: ast.Node) -> py.expr:
        match node:
            case ast.Literal():
                return self.literal(node.value)
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
                body = self.function([node.var], node.body)
                return self.rt("optional_map", self.emit(node.target), body, _const(node.flat))
            case ast.SortBy():
                target = self.emit(node.target)
                return _call(self.links.function("sortBy"), target, self.function([node.var], node.body))
            case ast.StructExpr():
                return self.struct(node)
        raise AssertionError(f"unreachable: {node}")

    def literal(self, value: object) -> py.expr:
        return self.links.uint(value) if isinstance(value, Uint) else _const(value)

    # -- names

    def resolve(self, name: str) -> py.expr | None:
        plain = name.removeprefix(".")
        if plain == name:
            for scope in reversed(self.locals):
                if plain in scope:
                    return _name(scope[plain])
        found = self.scope.variable(plain)
        if found is None and plain in TYPE_NAMES:
            return self.links.type_value(output_name(TYPE_NAMES[plain].params[0]).split("(", 1)[0])
        return found

    def ident(self, node: ast.Ident) -> py.expr:
        found = self.resolve(node.name)
        return self.rt("undefined", _const(node.name)) if found is None else found

    def select(self, node: ast.Select) -> py.expr:
        if not node.test and not node.optional:
            name = self.names.get(node)
            if name is None and not self.types:
                name = self.unchecked_name(node)
            if name is not None:
                found = self.resolve(name)
                if found is not None:
                    return found
        member = self.scope.member(self.type_name(node.operand), node.field)
        if member is not None:
            if node.test:
                return py.Subscript(_tuple(_const(True), member), _const(0), py.Load())
            return _call(self.links.function("optional.of"), member) if node.optional else member
        operand = self.emit(node.operand)
        if node.test:
            return self.rt("has", operand, _const(node.field))
        if node.optional:
            return self.rt("optional_select", operand, _const(node.field))
        if self.exact:
            return self.rt("select", operand, _const(node.field))
        return py.Subscript(operand, _const(node.field), py.Load())

    def unchecked_name(self, node: ast.Select) -> str | None:
        name = _qualified(node)
        if name is None or any(name.split(".", 1)[0] in scope for scope in self.locals):
            return None
        return name if self.resolve(name) is not None else None

    # -- calls

    def call(self, node: ast.Call) -> py.expr:
        if node.name == "_&&_" or node.name == "_||_":
            return self.logical(node)
        if node.name == "_?_:_":
            return py.IfExp(self.boolean(node.args[0]), self.emit(node.args[1]), self.emit(node.args[2]))
        name, args = self.target(node)
        if not is_function(name):
            return self.rt("unknown_function", _const(name))
        if not self.exact:
            fast = _FAST.get(name)
            found = None if fast is None else fast(self, args)
            if found is not None:
                return found
        if self.exact and name in ("or", "orValue") and len(args) == 2:
            other = _lambda([], self.emit(args[1]))
            return self.rt("optional_or", self.emit(args[0]), other, _const(name == "orValue"))
        method = node.target is not None and node not in self.names
        chosen = variant(name, args, method, self.declared)
        return _call(self.links.function(chosen), *[self.argument(name, i, arg) for i, arg in enumerate(args)])

    def argument(self, name: str, i: int, arg: ast.Node) -> py.expr:
        refusal = taken_raw(name, i, arg, self.declared) if self.exact else None
        if refusal is None:
            return self.emit(arg)
        return self.rt("taken_raw", _lambda([], self.emit(arg)), _const(refusal))

    def target(self, node: ast.Call) -> tuple[str, tuple[ast.Node, ...]]:
        """The function a call means, and its arguments with the receiver first."""
        name = self.names.get(node)
        if name is not None:
            return name, node.args
        if node.target is None:
            return node.name.removeprefix("."), node.args
        if not self.types:
            prefix = _qualified(node.target)
            if prefix is not None and is_function(f"{prefix}.{node.name}"):
                return f"{prefix}.{node.name}", node.args
        return node.name, (node.target, *node.args)

    def logical(self, node: ast.Call) -> py.expr:
        both = node.name == "_&&_"
        if self.exact:
            terms = [_lambda([], self.emit(arg)) for arg in node.args]
            return self.rt("all_of" if both else "any_of", *terms)
        return py.BoolOp(py.And() if both else py.Or(), [self.boolean(arg) for arg in node.args])

    def boolean(self, node: ast.Node) -> py.expr:
        """An expression that is a bool or fails."""
        value = self.emit(node)
        return value if self.type_name(node) == "bool" else self.rt("truth", value)

    # -- aggregates

    def list_literal(self, node: ast.ListExpr) -> py.expr:
        items = [self.emit(item) for item in node.items]
        if not node.optional:
            return _list(items)
        return self.rt("make_list", _list([_tuple(_const(i in node.optional), v) for i, v in enumerate(items)]))

    def map_literal(self, node: ast.MapExpr) -> py.expr:
        entries = [(self.emit(e.key), self.emit(e.value)) for e in node.entries]
        if any(e.optional for e in node.entries):
            marked: list[py.expr] = [
                _tuple(_const(e.optional), k, v) for e, (k, v) in zip(node.entries, entries, strict=True)
            ]
            return self.rt("make_optional_map", _list(marked))
        if all(self.type_name(e.key) == "string" or ast.is_text(e.key) for e in node.entries):
            return py.Dict([k for k, _ in entries], [v for _, v in entries])
        return self.rt("make_map", _list([_tuple(k, v) for k, v in entries]))

    def struct(self, node: ast.StructExpr) -> py.expr:
        name = node.name.removeprefix(".")
        if name not in MESSAGES:
            return self.rt("unknown_function", _const(name))
        fields: list[py.expr] = [_tuple(_const(f.optional), _const(f.name), self.emit(f.value)) for f in node.fields]
        return _call(self.links.function(name), self.rt("make_optional_map", _list(fields)))

    # -- macros

    def bind(self, names: list[str]) -> list[str]:
        """Fresh Python names for CEL variables, visible until `unbind`."""
        fresh = []
        for name in names:
            self.used += 1
            fresh.append(f"{name}_{self.used}" if name.isascii() and name.isidentifier() else f"v_{self.used}")
        self.locals.append(dict(zip(names, fresh, strict=True)))
        return fresh

    def unbind(self) -> None:
        self.locals.pop()

    def function(self, names: list[str], body: ast.Node) -> py.Lambda:
        params = self.bind(names)
        emitted = self.emit(body)
        self.unbind()
        return _lambda(params, emitted)

    def comprehension(self, node: ast.Comprehension) -> py.expr:
        names = [node.var, node.var2] if node.var2 else [node.var]
        given = self.emit(node.range)
        if len(self.locals) > 1 or _makes_range(node.range):
            given = self.rt("watched", given)
        return self.exact_fold(node, names, given) if self.exact else self.fast_fold(node, names, given)

    def exact_fold(self, node: ast.Comprehension, names: list[str], given: py.expr) -> py.expr:
        each = self.rt("pairs" if node.var2 else "tuples", given)
        if node.kind in ("all", "exists", "exists_one"):
            return self.rt(f"fold_{node.kind}", each, self.function(names, node.body))
        predicate: py.expr = _const(None) if node.filter is None else self.function(names, node.filter)
        transform = self.function(names, node.body)
        if node.kind == "map":
            transform.body = _tuple(_name(transform.args.args[0].arg), transform.body)
        folded = self.rt("fold_list", each, predicate, transform)
        if node.kind == "list":
            return folded
        return self.rt("make_map" if node.kind == "map" else "merge_entries", folded)

    def fast_fold(self, node: ast.Comprehension, names: list[str], given: py.expr) -> py.expr:
        params = self.bind(names)
        over = self.fast_range(node, given)
        body = self.emit(node.body)
        truth = body if self.type_name(node.body) == "bool" else self.rt("truth", body)
        ifs = [] if node.filter is None else [self.boolean(node.filter)]
        self.unbind()
        loop = [py.comprehension(_store(*params), over, ifs, 0)]
        if node.kind in ("all", "exists"):
            return _call(_name("all" if node.kind == "all" else "any"), py.GeneratorExp(truth, loop))
        if node.kind == "exists_one":
            return _compare(_call(_name("sum"), py.GeneratorExp(truth, loop)), py.Eq(), _const(1))
        if node.kind == "list":
            return py.ListComp(body, loop)
        if node.kind == "map":
            return self.rt("make_map", py.ListComp(_tuple(_name(params[0]), body), loop))
        return self.rt("merge_entries", py.ListComp(body, loop))

    def fast_range(self, node: ast.Comprehension, given: py.expr) -> py.expr:
        if self.type_of(node.range).kind == "list":
            return _call(_name("enumerate"), given) if node.var2 else given
        return self.rt("pairs" if node.var2 else "items", given)


def _makes_range(node: ast.Node) -> bool:
    """Whether a range may be longer than the objects under review make it."""
    return (isinstance(node, ast.Call) and node.name == "range") or any(map(_makes_range, ast.children(node)))


# -- calls for which plain Python does: a function gives None where it would not

Args = tuple[ast.Node, ...]


def _equals(e: Emitter, args: Args, *, negated: bool = False) -> py.expr | None:
    left, right = args
    for a, b in ((left, right), (right, left)):
        if isinstance(a, ast.Literal) and (a.value is None or isinstance(a.value, bool)):
            if isinstance(b, ast.Literal):
                return None
            return _compare(e.emit(b), py.IsNot() if negated else py.Is(), _const(a.value))
    operator: py.cmpop = py.NotEq() if negated else py.Eq()
    for a in args:
        if e.type_name(a) in ("string", "bytes"):
            return _compare(e.emit(left), operator, e.emit(right))
        # A small int other than 0 and 1 equals what Python says it does, doubles and uints included.
        if isinstance(a, ast.Literal) and a.value.__class__ is int and 1 < abs(a.value) < 1 << 53:
            return _compare(e.emit(left), operator, e.emit(right))
    if e.type_name(left) == e.type_name(right) and e.type_name(left) in _SCALARS:
        return _compare(e.emit(left), operator, e.emit(right))
    return None


def _not_equals(e: Emitter, args: Args) -> py.expr | None:
    return _equals(e, args, negated=True)


def _order(name: str) -> Callable[[Emitter, Args], py.expr | None]:
    operator, _ = _ORDERS[name]

    def emit(e: Emitter, args: Args) -> py.expr | None:
        left, right = (e.type_name(a) for a in args)
        if left == right and left in _SCALARS:
            return _compare(e.emit(args[0]), operator(), e.emit(args[1]))
        return None

    return emit


def _plus(e: Emitter, args: Args) -> py.expr | None:
    kinds = [e.type_of(a) for a in args]
    names = {k.name for k in kinds}
    if len(names) == 1 and names <= {"string", "double", "bytes", "list"}:
        return py.BinOp(e.emit(args[0]), py.Add(), e.emit(args[1]))
    if "string" in names:
        # str + anything but str raises, as does anything but str + str.
        return py.BinOp(e.emit(args[0]), py.Add(), e.emit(args[1]))
    if names == {"int"}:
        return e.rt("add_int", e.emit(args[0]), e.emit(args[1]))
    return None


def _double_operator(operator: py.operator) -> Callable[[Emitter, Args], py.expr | None]:
    def emit(e: Emitter, args: Args) -> py.expr | None:
        if all(e.type_name(a) == "double" for a in args):
            return py.BinOp(e.emit(args[0]), operator, e.emit(args[1]))
        return None

    return emit


def _not(e: Emitter, args: Args) -> py.expr | None:
    return py.UnaryOp(py.Not(), e.boolean(args[0]))


def _index(e: Emitter, args: Args) -> py.expr | None:
    container, key = args
    if e.type_name(key) == "string":
        return py.Subscript(e.emit(container), e.emit(key), py.Load()) if _not_optional(e, container) else None
    if e.type_of(container).kind == "list" and isinstance(key, ast.Literal) and key.value.__class__ is int:
        return py.Subscript(e.emit(container), e.emit(key), py.Load()) if int(str(key.value)) >= 0 else None
    return None


def _not_optional(e: Emitter, node: ast.Node) -> bool:
    return e.type_name(node) != "optional_type"


def _in(e: Emitter, args: Args) -> py.expr | None:
    value, container = args
    if e.type_name(value) == "string" and e.type_of(container).kind in ("list", "map"):
        return _compare(e.emit(value), py.In(), e.emit(container))
    return None


def _size(e: Emitter, args: Args) -> py.expr | None:
    if e.type_name(args[0]) in ("string", "list", "map", "bytes"):
        return _call(_name("len"), e.emit(args[0]))
    return None


def _text_method(name: str) -> Callable[[Emitter, Args], py.expr | None]:
    # With str arguments, only a str has such a method that takes them.
    def emit(e: Emitter, args: Args) -> py.expr | None:
        if all(e.type_name(a) == "string" for a in args[1:]):
            return _method(e.emit(args[0]), name, *[e.emit(a) for a in args[1:]])
        return None

    return emit


def _replace(e: Emitter, args: Args) -> py.expr | None:
    return _text_method("replace")(e, args) if len(args) == 3 else None


def _join(e: Emitter, args: Args) -> py.expr | None:
    if e.type_of(args[0]).kind != "list" or (len(args) > 1 and e.type_name(args[1]) != "string"):
        return None
    separator = e.emit(args[1]) if len(args) > 1 else _const("")
    return _method(separator, "join", e.emit(args[0]))


def _contains(e: Emitter, args: Args) -> py.expr | None:
    if all(e.type_name(a) == "string" for a in args):
        return _compare(e.emit(args[1]), py.In(), e.emit(args[0]))
    return None


def _dyn(e: Emitter, args: Args) -> py.expr | None:
    return e.emit(args[0])


_FAST: Final[dict[str, Callable[[Emitter, Args], py.expr | None]]] = {
    "!_": _not,
    "@in": _in,
    "_!=_": _not_equals,
    "_*_": _double_operator(py.Mult()),
    "_+_": _plus,
    "_-_": _double_operator(py.Sub()),
    "_<=_": _order("_<=_"),
    "_<_": _order("_<_"),
    "_==_": _equals,
    "_>=_": _order("_>=_"),
    "_>_": _order("_>_"),
    "_[_]": _index,
    "contains": _contains,
    "dyn": _dyn,
    "endsWith": _text_method("endswith"),
    "join": _join,
    "replace": _replace,
    "size": _size,
    "startsWith": _text_method("startswith"),
}
