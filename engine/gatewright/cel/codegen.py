"""Checked CEL to Python, as `ast` nodes, in two forms.

The *exact* form, made here, is one expression that calls `runtime` for everything and absorbs errors as CEL does. The
*fast* form (`_statements`) says with plain Python what plain Python means exactly, or raises something where it would
not. Whoever runs an expression runs the fast form first and the exact form after any exception: CEL is pure, so
evaluating twice is safe.
"""

from __future__ import annotations

import ast as py
from collections.abc import Mapping, Sequence
from typing import Protocol

from gatewright.cel import _python as make
from gatewright.cel import nodes as ast
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
        # Names of comprehension variables end in digits.
        name = f"u_{int(value)}_"
        self.names[name] = f"uint:{int(value)}"
        return make.name(name)

    def type_value(self, cel_name: str) -> py.Name:
        name = "t_" + cel_name.replace(".", "_")
        self.names[name] = f"type:{cel_name}"
        return make.name(name)


class Emitter:
    """Emits expressions of one template in the exact form; Python names of comprehension variables are never reused."""

    def __init__(self, scope: Scope, links: Links) -> None:
        self.scope = scope
        self.links = links
        self.types: Types = {}
        self.checked: Checked | None = None
        self.names: Mapping[ast.Node, str] = {}
        self.declared: Types = {}
        self.locals: list[dict[str, str]] = []
        self.used = 0

    def expression(self, root: ast.Node, types: Types, checked: Checked | None) -> py.expr:
        """One expression with the types to trust; `checked` is None, and `types` empty, where nobody checked it."""
        self.types, self.checked = types, checked
        if checked is not None:
            self.names, self.declared = checked.names, checked.types
        return self.emit(root)

    def type_of(self, node: ast.Node) -> Type:
        return self.types.get(node, DYN)

    def type_name(self, node: ast.Node) -> str:
        return self.type_of(node).name

    def rt(self, name: str, *args: py.expr) -> py.Call:
        return make.call(self.links.runtime(name), *args)

    def fn(self, name: str, *args: py.expr) -> py.Call:
        return make.call(self.links.function(name), *args)

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
                return self.optional_map(node)
            case ast.SortBy():
                target = self.emit(node.target)
                sort = self.links.function(sort_variant(node.body, self.declared))
                return make.call(sort, target, self.function([node.var], node.body))
            case ast.StructExpr():
                return self.struct(node)
        raise AssertionError(f"unreachable: {node}")

    def operands(self, nodes: Sequence[ast.Node]) -> list[py.expr]:
        """Expressions that are evaluated one after another."""
        return [self.emit(node) for node in nodes]

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
        found = self.named(node)
        if found is not None:
            return found
        member = self.scope.member(self.type_name(node.operand), node.field)
        if member is not None:
            return self.member(node, member)
        operand, field = self.emit(node.operand), make.const(node.field)
        return self.rt("has" if node.test else "optional_select" if node.optional else "select", operand, field)

    def named(self, node: ast.Select) -> py.expr | None:
        """What a selection stands for that is a name with dots in it."""
        if node.test or node.optional:
            return None
        name = self.names.get(node)
        if name is None and not self.types:
            name = self.unchecked_name(node)
        return None if name is None else self.resolve(name)

    def unchecked_name(self, node: ast.Select) -> str | None:
        name = _qualified(node)
        if name is None or any(name.split(".", 1)[0] in scope for scope in self.locals):
            return None
        return name if self.resolve(name) is not None else None

    def member(self, node: ast.Select, value: py.expr) -> py.expr:
        """A selection from a struct with a life of its own, of which all fields are there."""
        if node.test:
            return py.Subscript(make.tuple_of(make.const(True), value), make.const(0), py.Load())
        return make.call(self.links.function("optional.of"), value) if node.optional else value

    # -- calls

    def call(self, node: ast.Call) -> py.expr:
        if node.name == "_&&_" or node.name == "_||_":
            return self.logical(node)
        if node.name == "_?_:_":
            return self.conditional(node)
        name, args = self.target(node)
        if not is_function(name):
            return self.rt("unknown_function", make.const(name))
        if name in ("or", "orValue") and len(args) == 2:
            return self.optional_or(args, name == "orValue")
        return self.application(node, name, args)

    def application(self, node: ast.Call, name: str, args: tuple[ast.Node, ...]) -> py.expr:
        return self.applied(node, name, args, [self.argument(name, i, arg) for i, arg in enumerate(args)])

    def applied(self, node: ast.Call, name: str, args: tuple[ast.Node, ...], given: list[py.expr]) -> py.expr:
        """A function called with values."""
        method = node.target is not None and node not in self.names
        chosen = self.links.function(variant(name, args, method, self.declared))
        wanted = self.wanted(node, args)
        if wanted is None:
            return make.call(chosen, *given)
        return self.rt("pinned", chosen, make.const(name), make.const(tuple(map(notation, wanted))), *given)

    def wanted(self, node: ast.Call, args: tuple[ast.Node, ...]) -> tuple[Type, ...] | None:
        """The types that a call's arguments need to have where that is not certain."""
        if self.checked is None or node in self.checked.pinned:
            return None if self.checked is None else self.checked.pinned[node]
        guarded = self.checked.guarded.get(node, ())
        # What the checker itself does not know was left to all overloads.
        unsure = [arg for arg, kind in zip(args, guarded, strict=False) if self.type_of(arg) != kind]
        return guarded if any(self.declared[arg] != DYN for arg in unsure) else None

    def argument(self, name: str, i: int, arg: ast.Node) -> py.expr:
        refusal = taken_raw(name, i, arg, self.declared)
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
        terms = [make.function([], self.emit(arg)) for arg in node.args]
        return self.rt("all_of" if node.name == "_&&_" else "any_of", *terms)

    def conditional(self, node: ast.Call) -> py.expr:
        yes, no = (ast.chosen(branch, self.declared) for branch in node.args[1:])
        return py.IfExp(self.boolean(node.args[0]), self.emit(yes), self.emit(no))

    def boolean(self, node: ast.Node) -> py.expr:
        """An expression that is a bool or fails."""
        return self.truth(node, self.emit(node))

    def truth(self, node: ast.Node, value: py.expr) -> py.expr:
        """The value of a node as a bool."""
        return value if self.type_name(node) == "bool" else self.rt("truth", value)

    # -- aggregates

    def list_literal(self, node: ast.ListExpr) -> py.expr:
        items = self.operands(node.items)
        if not node.optional:
            return make.list_of(items)
        return self.rt(
            "make_list", make.list_of([make.tuple_of(make.const(i in node.optional), v) for i, v in enumerate(items)])
        )

    def map_literal(self, node: ast.MapExpr) -> py.expr:
        parts = self.operands(ast.children(node))
        keys, values = parts[::2], parts[1::2]
        if any(e.optional for e in node.entries):
            optional: list[py.expr] = [make.const(e.optional) for e in node.entries]
            marked: list[py.expr] = [make.tuple_of(*entry) for entry in zip(optional, keys, values, strict=True)]
            return self.rt("make_optional_map", make.list_of(marked))
        if all(self.type_name(e.key) == "string" or ast.is_text(e.key) for e in node.entries):
            return py.Dict(list(keys), values)
        return self.rt("make_map", make.list_of([make.tuple_of(*entry) for entry in zip(keys, values, strict=True)]))

    def struct(self, node: ast.StructExpr) -> py.expr:
        name = node.name.removeprefix(".")
        if name not in MESSAGES:
            return self.rt("unknown_function", make.const(name))
        values = self.operands(ast.children(node))
        fields: list[py.expr] = [
            make.tuple_of(make.const(f.optional), make.const(f.name), value)
            for f, value in zip(node.fields, values, strict=True)
        ]
        return make.call(self.links.function(name), self.rt("make_optional_map", make.list_of(fields)))

    # -- macros

    def bind(self, names: list[str]) -> list[str]:
        """Fresh Python names for CEL variables, visible until `unbind`."""
        fresh = [self.fresh(name if name.isascii() and name.isidentifier() else "v") for name in names]
        self.locals.append(dict(zip(names, fresh, strict=True)))
        return fresh

    def fresh(self, stem: str) -> str:
        self.used += 1
        return f"{stem}_{self.used}"

    def unbind(self) -> None:
        self.locals.pop()

    def function(self, names: list[str], body: ast.Node) -> py.expr:
        params = self.bind(names)
        emitted = self.emit(body)
        self.unbind()
        return make.function(params, emitted)

    def optional_map(self, node: ast.OptionalMap) -> py.expr:
        body = self.function([node.var], node.body)
        return self.rt("optional_map", self.emit(node.target), body, make.const(node.flat))

    def optional_or(self, args: tuple[ast.Node, ...], unwrap: bool) -> py.expr:
        other = make.function([], self.emit(args[1]))
        return self.rt("optional_or", self.emit(args[0]), other, make.const(unwrap))

    def ranged(self, node: ast.Comprehension) -> py.expr:
        """The range of a macro, watched where it may be walked very often."""
        given = self.emit(node.range)
        watched = len(self.locals) > 1 or _makes_range(node.range)
        return self.rt("watched", given) if watched else given

    def comprehension(self, node: ast.Comprehension) -> py.expr:
        names = [node.var, node.var2] if node.var2 else [node.var]
        each = self.rt("pairs" if node.var2 else "tuples", self.ranged(node))
        if node.kind in ("all", "exists", "exists_one"):
            return self.rt(f"fold_{node.kind}", each, self.function(names, node.body))
        predicate: py.expr = make.const(None) if node.filter is None else self.function(names, node.filter)
        transform = self.transform(names, node)
        folded = self.rt("fold_list", each, predicate, transform)
        if node.kind == "list":
            return folded
        return self.rt("make_map" if node.kind == "map" else "merge_entries", folded)

    def transform(self, names: list[str], node: ast.Comprehension) -> py.expr:
        params = self.bind(names)
        body = self.emit(node.body)
        self.unbind()
        return make.function(params, make.tuple_of(make.name(params[0]), body) if node.kind == "map" else body)


def _makes_range(node: ast.Node) -> bool:
    """Whether a range may be longer than the objects under review make it."""
    return (isinstance(node, ast.Call) and node.name == "range") or any(map(_makes_range, ast.children(node)))
