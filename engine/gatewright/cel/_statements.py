"""The fast form: CEL as Python statements in which plain Python means exactly what CEL does, or raises something.

`x["f"]` stands for `x.f`, a loop for a macro, an `if` for the operands of `&&` that need statements of their own. An
emitter appends to the block it is in, and gives an expression for what comes of it. What is known along the way saves
work further on: a value that is needed more than once has a name, and what has been looked into is a map.

With `recording` the code notes what it reads, in the order of the exact form: `reads` is the chain that
`runtime.trace` knows. Members that a macro turned away leave no trace.
"""

from __future__ import annotations

import ast as py
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol, TypeAlias, TypeVar

from gatewright.cel import _python as make
from gatewright.cel import nodes as ast
from gatewright.cel._loops import READS, Loop, NoFastFormError
from gatewright.cel._plain import PLAIN
from gatewright.cel._uses import uses_of
from gatewright.cel.checker import Checked
from gatewright.cel.codegen import Emitter, Links, Scope, Types
from gatewright.cel.declarations import VARIABLES
from gatewright.records import field, record

# A Python name and the fields that are selected from it, one below the other.
Path: TypeAlias = tuple[str, ...]
# The composited variables that expressions are sure to read.
Uses: TypeAlias = dict[ast.Node, list[str]]

T = TypeVar("T")

# Made for the review, or none of its object.
_FOREIGN: Final = frozenset({"namespaceObject", "request"})


@record(slots=True)
class Facts:
    """What holds at a point of a function and in the blocks below it: the Python names of values and of composited
    variables, and the paths at which maps are."""

    names: dict[Path, str] = field(default_factory=dict)
    maps: set[Path] = field(default_factory=set)
    variables: dict[str, str] = field(default_factory=dict)
    # The path that was noted last; () where that depends.
    noted: Path = ()

    def copy(self) -> Facts:
        return Facts(dict(self.names), set(self.maps), dict(self.variables), self.noted)

    def after(self, block: Facts) -> Facts:
        """What still holds behind a block."""
        if self.noted != block.noted:
            self.noted = ()
        return self

    def take_in(self, other: Facts) -> None:
        self.names |= other.names
        self.maps |= other.maps
        self.variables |= other.variables


class Names(Scope, Protocol):
    """Where free names come from; composited variables may have to be computed first, which takes statements."""

    def ensure(self, name: str) -> None:
        """Compute a variable by now."""

    def path_of(self, name: str) -> Path | None:
        """The path at which a variable's value is, as far as that is known."""

    def is_foreign(self, name: str) -> bool:
        """Whether the parameters alone decide what has this Python name."""


class Statements(Emitter):
    """Emits into `block`. `often` counts how often a path was wanted when the same was emitted before; `uses`
    keeps what was found out of expressions."""

    scope: Names

    def __init__(
        self,
        scope: Names,
        links: Links,
        *,
        recording: bool = False,
        often: Counter[Path] | None = None,
        uses: Uses | None = None,
    ) -> None:
        super().__init__(scope, links)
        self.uses: Uses = {} if uses is None else uses
        self.recording = recording
        self.often: Counter[Path] = often or Counter()
        self.looked: Counter[Path] = Counter()
        self.block: list[py.stmt] = []
        self.facts = Facts()
        # What holds when all terms of a condition were evaluated.
        self.evaluated: dict[ast.Node, Facts] = {}
        self.looping = 0
        # Names of members of what is no part of an object under review.
        self.foreign: set[str] = set()

    # -- blocks

    def expression(self, root: ast.Node, types: Types, checked: Checked | None) -> py.expr:
        with self.reading(root, types, checked):
            return self.emit(root)

    @contextmanager
    def reading(self, node: ast.Node, types: Types, checked: Checked | None) -> Iterator[None]:
        """Meanwhile nodes of an expression are emitted, `node` first; where another was being emitted, it goes on."""
        outside = self.types, self.checked, self.names, self.declared, self.locals
        self.types, self.checked, self.locals = types, checked, []
        if checked is not None:
            self.names, self.declared = checked.names, checked.types
        self.prepare(node)
        yield
        self.types, self.checked, self.names, self.declared, self.locals = outside

    def within(self, action: Callable[[], T]) -> tuple[list[py.stmt], T]:
        """A block of its own with what an action emits there; nothing it finds out holds outside."""
        block, facts = self.block, self.facts
        self.block, self.facts = [], facts.copy()
        value = action()
        inner, self.block = self.block, block
        self.facts = facts.after(self.facts)
        return inner, value

    def prepare(self, node: ast.Node) -> None:
        """Compute the composited variables that an expression is sure to read, before it is evaluated."""
        if self.checked is None or self.recording or self.looping:
            return
        names = self.uses.get(node)
        if names is None:
            names = self.uses[node] = [name for name, sure, _ in uses_of(node, self.checked) if sure]
        for name in names:
            self.scope.ensure(name)

    def assigned(self, value: py.expr, stem: str = "t") -> py.Name:
        name = self.fresh(stem)
        self.block.append(make.assign(name, value))
        return make.name(name)

    def settled(self, value: py.expr) -> py.expr:
        """The same value, computed by now."""
        return value if make.is_atom(value) else self.assigned(value)

    def once(self, value: py.expr) -> tuple[py.expr, py.expr]:
        """A value for its first use, and for those after that."""
        if make.is_atom(value):
            return value, value
        if isinstance(value, py.NamedExpr):
            return value, make.name(value.target.id)
        name = self.fresh("t")
        return make.store(name, value), make.name(name)

    def operands(self, nodes: Sequence[ast.Node]) -> list[py.expr]:
        values: list[py.expr] = []
        for node in nodes:
            before = len(self.block)
            value = self.emit(node)
            if len(self.block) > before:
                # The statements of an operand come behind the ones before it.
                rest, self.block[before:] = self.block[before:], []
                values = [self.settled(earlier) for earlier in values]
                self.block += rest
            values.append(value)
        return values

    # -- names and selections

    def select(self, node: ast.Select) -> py.expr:
        found = self.named(node)
        if found is not None:
            return found
        member = self.scope.member(self.type_name(node.operand), node.field)
        if member is not None:
            return self.member(node, member)
        if node.optional:
            return self.looked_up("optional_select", self.emit(node.operand), make.const(node.field))
        fields = [node.field]
        operand = node.operand
        while self.goes_on(operand):
            assert isinstance(operand, ast.Select)
            fields.insert(0, operand.field)
            operand = operand.operand
        value = self.emit(operand)
        if not (self.recording or node.test or make.is_atom(value) or len(fields) > 1):
            return py.Subscript(value, make.const(node.field), py.Load())
        root = value if isinstance(value, py.Name) else self.assigned(value)
        path = (root.id, *fields)
        return self.noted(root, fields, self.has(path) if node.test else self.value(path))

    def goes_on(self, node: ast.Node) -> bool:
        """Whether a node is one more step of a path."""
        if not isinstance(node, ast.Select) or node.test or node.optional:
            return False
        return self.type_name(node.operand) != VARIABLES.name and self.named(node) is None

    def value(self, path: Path) -> py.expr:
        """The value at a path, from the longest part of it that has a name."""
        if len(path) == 1:
            return make.name(path[0])
        self.looked[path] += 1
        known = self.facts.names.get(path)
        if known is not None:
            return make.name(known)
        found = py.Subscript(self.value(path[:-1]), make.const(path[-1]), py.Load())
        self.facts.maps.add(path[:-1])
        return self.kept(path, found) if self.often[path] > 1 else found

    def kept(self, path: Path, value: py.expr) -> py.expr:
        """A value that gets its path's name."""
        name = self.facts.names[path] = self.fresh(path[-1] if path[-1].isidentifier() and path[-1].isascii() else "t")
        return make.store(name, value)

    def has(self, path: Path) -> py.expr:
        holder, name = path[:-1], make.const(path[-1])
        value = self.value(holder)
        if holder in self.facts.maps:
            return make.compare(name, py.In(), value)
        if not make.is_atom(value) and not isinstance(value, py.NamedExpr):
            value = self.kept(holder, value)
        first, again = self.once(value)
        test = make.compare(make.class_of(first), py.Is(), make.name("dict"))
        return py.IfExp(test, make.compare(name, py.In(), again), self.rt("has", again, name))

    def path_of(self, node: ast.Node) -> Path | None:
        """The path that a node selects, where it begins with a name."""
        if isinstance(node, ast.Ident):
            found = self.resolve(node.name)
            return (found.id,) if isinstance(found, py.Name) else None
        if not isinstance(node, ast.Select) or node.test or node.optional:
            return None
        if self.type_name(node.operand) == VARIABLES.name:
            return self.scope.path_of(node.field)
        before = self.path_of(node.operand)
        return None if before is None else (*before, node.field)

    def learn(self, node: ast.Node, truth: bool) -> None:
        """What follows from the truth of a condition that was just evaluated: what has a member is a map."""
        match node:
            case ast.Select(test=True) if truth:
                path = self.path_of(node.operand)
                if path is not None:
                    self.facts.maps.add(path)
            case ast.Call(name="!_"):
                self.learn(node.args[0], not truth)
            case ast.Call(name="_&&_" | "_||_") if (node.name == "_&&_") is truth:
                self.facts.take_in(self.evaluated[node])
                for arg in node.args:
                    self.learn(arg, truth)

    def member(self, node: ast.Select, value: py.expr) -> py.expr:
        if node.test and make.is_atom(value):
            return make.const(True)
        return super().member(node, value)

    # -- records

    def noted(self, container: py.expr, keys: list[str] | py.expr, value: py.expr) -> py.expr:
        """The value, with a record of the lookup that leads to it."""
        if not self.recording or (isinstance(container, py.Name) and self.is_foreign(container.id)):
            return value
        if isinstance(keys, list):
            if isinstance(container, py.Name):
                path = (container.id, *keys)
                if self.facts.noted == path:
                    return value  # twice in a row tells nothing new
                self.facts.noted = path
            keys = make.const(tuple(keys))
        else:
            self.facts.noted = ()
        link = make.tuple_of(container, keys, make.name(READS))
        return py.BoolOp(py.And(), [make.store(READS, link), value])

    def is_foreign(self, name: str) -> bool:
        """Whether what has this Python name is no part of an object under review."""
        return name in _FOREIGN or name in self.foreign or self.scope.is_foreign(name)

    def looked_up(self, function: str, container: py.expr, key: py.expr) -> py.expr:
        """A lookup that `runtime` does, maybe in an optional."""
        if not self.recording:
            return self.rt(function, container, key)
        container, again = self.once(container)
        key, same = self.once(key)
        return self.noted(self.rt("bare", container), make.tuple_of(key), self.rt(function, again, same))

    # -- calls

    def application(self, node: ast.Call, name: str, args: tuple[ast.Node, ...]) -> py.expr:
        values = self.operands(args)
        if self.recording and name in ("_[_]", "_[?_]"):
            return self.looked_up("index" if name == "_[_]" else "optional_index", *values)
        plain = PLAIN.get(name) if self.wanted(node, args) is None else None
        found = None if plain is None else plain(self, args, values)
        return self.applied(node, name, args, values) if found is None else found

    def logical(self, node: ast.Call) -> py.expr:
        """`and` and `or`; a term with statements of its own stands in an `if`, and the terms after it too."""
        both = node.name == "_&&_"
        values = [self.boolean(node.args[0])]
        facts, self.facts = self.facts, self.facts.copy()
        for before, arg in zip(node.args, node.args[1:], strict=False):
            self.learn(before, both)
            block, self.block = self.block, []
            self.prepare(arg)
            value = self.boolean(arg)
            inner, self.block = self.block, block
            if inner:
                so_far = self.assigned(_joined(both, values))
                self.block.append(
                    py.If(so_far if both else make.negation(so_far), [*inner, make.assign(so_far.id, value)], [])
                )
                values = [make.name(so_far.id)]
            else:
                values.append(value)
        self.evaluated[node], self.facts = self.facts, facts.after(self.facts)
        return _joined(both, values)

    def conditional(self, node: ast.Call) -> py.expr:
        condition = node.args[0]
        test = self.boolean(condition)
        yes, a = self.branch(ast.chosen(node.args[1], self.declared), condition, True)
        no, b = self.branch(ast.chosen(node.args[2], self.declared), condition, False)
        return self.either(test, yes, a, no, b)

    def either(self, test: py.expr, yes: list[py.stmt], a: py.expr, no: list[py.stmt], b: py.expr) -> py.expr:
        if not yes and not no:
            return py.IfExp(test, a, b)
        name = self.fresh("t")
        self.block.append(py.If(test, [*yes, make.assign(name, a)], [*no, make.assign(name, b)]))
        return make.name(name)

    def branch(self, node: ast.Node, condition: ast.Node, truth: bool) -> tuple[list[py.stmt], py.expr]:
        def emit() -> py.expr:
            self.learn(condition, truth)
            self.prepare(node)
            return self.emit(node)

        return self.within(emit)

    def optional_or(self, args: tuple[ast.Node, ...], unwrap: bool) -> py.expr:
        target = self.settled(self.emit(args[0]))
        no, other = self.within(lambda: self.emit(args[1]))
        held: py.expr = self.rt("held", target)
        if not unwrap:
            held = py.Subscript(make.tuple_of(held, target), make.const(1), py.Load())
        return self.either(make.compare(target, py.Is(), self.links.runtime("NONE")), no, other, [], held)

    # -- macros

    def optional_map(self, node: ast.OptionalMap) -> py.expr:
        target = self.settled(self.emit(node.target))

        def mapped() -> py.expr:
            held = self.assigned(self.rt("held", target), "held")
            self.locals.append({node.var: held.id})
            value = self.emit(node.body)
            self.unbind()
            return value if node.flat else self.rt("Optional", value)

        some, value = self.within(mapped)
        none = self.links.runtime("NONE")
        return self.either(make.compare(target, py.Is(), none), [], none, some, value)

    def function(self, names: list[str], body: ast.Node) -> py.expr:
        """A function of its own. What it would record nobody would see."""
        if self.recording:
            raise NoFastFormError
        params = self.bind(names)
        self.looping += 1
        block, value = self.within(lambda: self.emit(body))
        self.looping -= 1
        self.unbind()
        name = self.fresh("f")
        self.block.append(make.function_def(name, params, [*block, py.Return(value)]))
        return make.name(name)

    def comprehension(self, node: ast.Comprehension) -> py.expr:
        start = _STARTS.get(node.kind)
        loop = Loop(self)
        loop.over(node)
        result = self.fresh("r")
        self.loop_body(node, result, loop)
        loop.close(make.assign(result, make.list_of([]) if start is None else make.const(start)))
        found = make.name(result)
        if node.kind == "exists_one":
            return make.compare(found, py.Eq(), make.const(1))
        return self.rt(_MADE[node.kind], found) if node.kind in _MADE else found

    def loop_body(self, node: ast.Comprehension, result: str, loop: Loop) -> None:
        """What is done in a round, when filters have let it through."""
        self.prepare(node.body)
        if node.kind in ("all", "exists", "exists_one"):
            value = self.boolean(node.body)
            if node.kind == "exists_one":
                add = py.AugAssign(py.Name(result, py.Store()), py.Add(), make.const(1))
                self.block.append(py.If(value, [add], []))
                return
            wanted = node.kind == "exists"
            decided: list[py.stmt] = [make.assign(result, make.const(wanted)), py.Break()]
            if self.recording:
                go_on: list[py.stmt] = [loop.forget()]
                self.block.append(py.If(value, *(decided, go_on) if wanted else (go_on, decided)))
            else:
                self.block.append(py.If(value if wanted else make.negation(value), decided, []))
            return
        value = self.emit(node.body)
        if node.kind == "map":
            value = make.tuple_of(make.name(self.locals[-1][node.var]), value)
        self.block.append(py.Expr(make.method(make.name(result), "append", value)))


# What the result of a macro is before the first round, where it is no list; and what makes it of a list.
_STARTS: Final = {"all": True, "exists": False, "exists_one": 0}
_MADE: Final = {"map": "make_map", "entry": "merge_entries"}


def _joined(both: bool, values: list[py.expr]) -> py.expr:
    return values[0] if len(values) == 1 else py.BoolOp(py.And() if both else py.Or(), values)
