"""Checked CEL to Python expressions, as `ast` nodes, in two forms.

The *fast* form says with plain Python what plain Python means exactly, or raises something where it would not: `x['f']`
for `x.f`, `and` for `&&`, a list comprehension for `map`. The *exact* form calls `runtime` for everything and absorbs
errors as CEL does. Whoever runs an expression runs the fast form first and the exact form after any exception: CEL is
pure, so evaluating twice is safe.
"""

from __future__ import annotations

import ast as py
from collections.abc import Mapping
from typing import Protocol

from gatewright.cel import _python as make
from gatewright.cel import nodes as ast
from gatewright.cel._plain import PLAIN
from gatewright.cel.checker import Checked
from gatewright.cel.declarations import MESSAGES, TYPE_NAMES
from gatewright.cel.functions import is_function
from gatewright.cel.library import sort_variant, taken_raw, variant
from gatewright.cel.parser import _qualified
from gatewright.cel.types import DYN, Type, notation, output_name
from gatewright.cel.values import Uint
from gatewright.records import field, record

Types = Mapping[ast.Node, Type]


class Scope(Protocol):
    """Where an expression's free names come from, as Python."""

    def variable(self, name: str) -> py.expr | None:
        """A declared variable; None when there is none of this name."""

    def member(self, struct: str, field: str) -> py.expr | None:
        """A field of a struct type with a life of its own (the lazy `variables`); None for ordinary ones."""


@record(slots=True)
class Links:
    """The globals of generated code: Python name → what it stands for, in words that can be stored."""

    names: dict[str, str] = field(default_factory=dict)

    def runtime(self, name: str) -> py.Name:
        self.names[name] = f"runtime:{name}"
        return make.name(name)

    def function(self, cel_name: str) -> py.Name:
        name = "f_" + "".join(c if c.isalnum() else f"_{ord(c):x}_" for c in cel_name)
        self.names[name] = f"function:{cel_name}"
        return make.name(name)

    def uint(self, value: int) -> py.Name:
        self.names[f"u_{int(value)}"] = f"uint:{int(value)}"
        return make.name(f"u_{int(value)}")

    def type_value(self, cel_name: str) -> py.Name:
        name = "t_" + cel_name.replace(".", "_")
        self.names[name] = f"type:{cel_name}"
        return make.name(name)


class Emitter:
    """Emits expressions of one template in one form; Python names of comprehension variables are never reused."""

    def __init__(self, scope: Scope, links: Links, *, exact: bool) -> None:
        self.scope = scope
        self.links = links
        self.exact = exact
        self.types: Types = {}
        self.names: Mapping[ast.Node, str] = {}
        self.declared: Types = {}
        self.pinned: Mapping[ast.Node, tuple[Type, ...]] = {}
        self.locals: list[dict[str, str]] = []
        self.used = 0

    def expression(self, root: ast.Node, types: Types, checked: Checked | None) -> py.expr:
        """One expression with the types to trust; `checked` is None, and `types` empty, where nobody checked it."""
        self.types = types
        if checked is not None:
            self.names, self.declared, self.pinned = checked.names, checked.types, checked.pinned
        return self.emit(root)

    def type_of(self, node: ast.Node) -> Type:
        return self.types.get(node, DYN)

    def type_name(self, node: ast.Node) -> str:
        return self.type_of(node).name

    def rt(self, name: str, *args: py.expr) -> py.Call:
        return make.call(self.links.runtime(name), *args)

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
                return self.rt("optional_map", self.emit(node.target), body, make.const(node.flat))
            case ast.SortBy():
                target = self.emit(node.target)
                sort = self.links.function(sort_variant(node.body, self.declared))
                return make.call(sort, target, self.function([node.var], node.body))
            case ast.StructExpr():
                return self.struct(node)
        raise AssertionError(f"unreachable: {node}")

    def literal(self, value: object) -> py.expr:
        return self.links.uint(value) if isinstance(value, Uint) else make.const(value)

    # -- names

    def resolve(self, name: str) -> py.expr | None:
        plain = name.removeprefix(".")
        if plain == name:
            for scope in reversed(self.locals):
                if plain in scope:
                    return make.name(scope[plain])
        found = self.scope.variable(plain)
        if found is None and plain in TYPE_NAMES:
            return self.links.type_value(output_name(TYPE_NAMES[plain].params[0]).split("(", 1)[0])
        return found

    def ident(self, node: ast.Ident) -> py.expr:
        found = self.resolve(node.name)
        return self.rt("undefined", make.const(node.name)) if found is None else found

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
                return py.Subscript(make.tuple_of(make.const(True), member), make.const(0), py.Load())
            return make.call(self.links.function("optional.of"), member) if node.optional else member
        operand = self.emit(node.operand)
        if node.test:
            return self.rt("has", operand, make.const(node.field))
        if node.optional:
            return self.rt("optional_select", operand, make.const(node.field))
        if self.exact:
            return self.rt("select", operand, make.const(node.field))
        return py.Subscript(operand, make.const(node.field), py.Load())

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
            return self.rt("unknown_function", make.const(name))
        if not self.exact:
            fast = PLAIN.get(name)
            found = None if fast is None else fast(self, args)
            if found is not None:
                return found
        if self.exact and name in ("or", "orValue") and len(args) == 2:
            other = make.function([], self.emit(args[1]))
            return self.rt("optional_or", self.emit(args[0]), other, make.const(name == "orValue"))
        method = node.target is not None and node not in self.names
        chosen = self.links.function(variant(name, args, method, self.declared))
        given = [self.argument(name, i, arg) for i, arg in enumerate(args)]
        wanted = self.pinned.get(node)
        if wanted is None:
            return make.call(chosen, *given)
        return self.rt("pinned", chosen, make.const(name), make.const(tuple(map(notation, wanted))), *given)

    def argument(self, name: str, i: int, arg: ast.Node) -> py.expr:
        refusal = taken_raw(name, i, arg, self.declared) if self.exact else None
        if refusal is None:
            return self.emit(arg)
        return self.rt("taken_raw", make.function([], self.emit(arg)), make.const(refusal))

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
            terms = [make.function([], self.emit(arg)) for arg in node.args]
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
            return make.list_of(items)
        return self.rt(
            "make_list", make.list_of([make.tuple_of(make.const(i in node.optional), v) for i, v in enumerate(items)])
        )

    def map_literal(self, node: ast.MapExpr) -> py.expr:
        entries = [(self.emit(e.key), self.emit(e.value)) for e in node.entries]
        if any(e.optional for e in node.entries):
            marked: list[py.expr] = [
                make.tuple_of(make.const(e.optional), k, v) for e, (k, v) in zip(node.entries, entries, strict=True)
            ]
            return self.rt("make_optional_map", make.list_of(marked))
        if all(self.type_name(e.key) == "string" or ast.is_text(e.key) for e in node.entries):
            return py.Dict([k for k, _ in entries], [v for _, v in entries])
        return self.rt("make_map", make.list_of([make.tuple_of(k, v) for k, v in entries]))

    def struct(self, node: ast.StructExpr) -> py.expr:
        name = node.name.removeprefix(".")
        if name not in MESSAGES:
            return self.rt("unknown_function", make.const(name))
        fields: list[py.expr] = [
            make.tuple_of(make.const(f.optional), make.const(f.name), self.emit(f.value)) for f in node.fields
        ]
        return make.call(self.links.function(name), self.rt("make_optional_map", make.list_of(fields)))

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
        return make.function(params, emitted)

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
        predicate: py.expr = make.const(None) if node.filter is None else self.function(names, node.filter)
        transform = self.function(names, node.body)
        if node.kind == "map":
            transform.body = make.tuple_of(make.name(transform.args.args[0].arg), transform.body)
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
        loop = [py.comprehension(make.targets(*params), over, ifs, 0)]
        if node.kind in ("all", "exists"):
            return make.call(make.name("all" if node.kind == "all" else "any"), py.GeneratorExp(truth, loop))
        if node.kind == "exists_one":
            return make.compare(make.call(make.name("sum"), py.GeneratorExp(truth, loop)), py.Eq(), make.const(1))
        if node.kind == "list":
            return py.ListComp(body, loop)
        if node.kind == "map":
            return self.rt("make_map", py.ListComp(make.tuple_of(make.name(params[0]), body), loop))
        return self.rt("merge_entries", py.ListComp(body, loop))

    def fast_range(self, node: ast.Comprehension, given: py.expr) -> py.expr:
        if self.type_of(node.range).kind == "list":
            return make.call(make.name("enumerate"), given) if node.var2 else given
        return self.rt("pairs" if node.var2 else "items", given)


def _makes_range(node: ast.Node) -> bool:
    """Whether a range may be longer than the objects under review make it."""
    return (isinstance(node, ast.Call) and node.name == "range") or any(map(_makes_range, ast.children(node)))
