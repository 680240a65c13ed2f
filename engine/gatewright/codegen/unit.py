"""A unit: the Python module made for one root (a query, or an entrypoint rule) and all rules it can reach.

It keeps what functions share - constants, built-ins, the tree of rules - and decides which rule results are
remembered within an evaluation.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from gatewright.codegen import _py, bodies, calls, closures, memo, rules, terms, trail
from gatewright.codegen._names import Names, identifier
from gatewright.codegen.lone import without_lone_keys
from gatewright.codegen.ordering import indexed_first
from gatewright.codegen.reach import Reach, reach
from gatewright.codegen.trail import Aside, Left
from gatewright.codegen.writer import NOTHING, Sink, Val, Writer
from gatewright.records import field, record, replace
from gatewright.runtime.values import NumberText, RegoSet, from_key, to_key
from gatewright.source import Location
from gatewright.syntax.nodes import Body, Boolean, Expr, Ref, String, Term, Var

if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule, Program, QueryPlan, RuleNode
    from gatewright.codegen.common import Closure

_RUNTIME = (
    "ABSENT",
    "EMPTY",
    "Location",
    "MISSING",
    "NumberText",
    "RegoSet",
    "UNDEFINED",
    "Later",
    "Value",
    "base_value",
    "builtin_rule",
    "compare",
    "cover",
    "differ",
    "bring_reads",
    "document",
    "entered",
    "equal",
    "evidence",
    "extent",
    "failed",
    "filed",
    "get",
    "go_quote",
    "has_member",
    "held",
    "insert",
    "is_collection",
    "items",
    "items_sorted",
    "joined",
    "keep_reads",
    "keyed",
    "led",
    "left",
    "made",
    "member",
    "members",
    "mocked",
    "mocked_holds",
    "put",
    "reached",
    "read_apart",
    "refuse",
    "several",
    "stored",
    "to_key",
    "values_sorted",
)
_BUILTINS = ("BuiltinError", "lookup")


@record(slots=True)
class Group:
    """All definitions of one document or function. `path` holds key forms below `data`; `kind` is complete,
    function, set or object."""

    path: tuple[Any, ...]
    kind: str
    rules: list[CompiledRule]
    default: CompiledRule | None
    arity: int
    text: str
    function: str = ""
    narrowed: str = ""
    uses: int = 0
    fixed: dict[bool, bool] = field(default_factory=dict)
    silent: bool | None = None
    reads_nothing: bool | None = None
    parameters: tuple[str, ...] = ()
    ways: list[Any] = field(default_factory=list)
    closure: Closure | None = None
    callers: dict[int, tuple[Group | None, int]] = field(default_factory=dict)
    calls: int = 0
    asked: dict[str, tuple[str, ...]] | None = None
    size: int | None = None
    cost: int | None = 0

    @property
    def branches(self) -> Iterator[CompiledRule]:
        """The definitions with their else branches, without the default."""
        for rule in self.rules:
            yield from rule.branches

    @property
    def definitions(self) -> Iterator[CompiledRule]:
        """All definitions, else branches and the default included."""
        yield from self.branches
        if self.default is not None:
            yield from self.default.branches

    @property
    def short_name(self) -> str:
        return identifier(str(self.path[-1]))

    @property
    def location(self) -> Location:
        return (self.rules[0] if self.rules else self.default).location  # type: ignore[union-attr]


@record(slots=True)
class Place:
    """A place in the tree of documents: a group of rules, or places below."""

    children: dict[Any, Place] = field(default_factory=dict)
    group: Group | None = None


@record(frozen=True, slots=True)
class Part:
    """The functions that come from one Rego file, as a Python module of their own name."""

    file: str
    module: ast.Module


class Unit:
    """One Python module under construction."""

    def __init__(
        self,
        program: Program,
        *,
        mocked: Iterable[str] = (),
        targets: Iterable[tuple[Any, ...]] = (),
        covering: bool = False,
        recording: bool = False,
        names: dict[str, str] | None = None,
        parameters: str = "",
        lasting: bool = False,
    ) -> None:
        self.program = program
        self.mocked = frozenset(mocked)
        self.targets = tuple(targets)
        self.covering = covering
        self.recording = recording
        self.parameters = parameters
        # A lasting unit serves one query after another; what it has made stays in its module, `loaded`.
        self.lasting = lasting
        self.loaded: dict[str, Any] = {}
        self._imported: set[str] = set()
        self._fixed_keys = 0
        self.watches_order = "internal.print" in program.used_builtins
        self.names = Names([*_RUNTIME, *_BUILTINS, "entry", "query", "trails"])
        self._local: Names | None = None
        self._writing: Group | None = None
        self._entry: Group | None = None
        self.root = places(program.tree)
        self._originals: dict[str, str] = {**program.rewritten, **(names or {})}
        self._constants: list[ast.stmt] = []
        self._constant_names: dict[str, str] = {}
        self._bodies: dict[int, Body] = {}
        self._builtins: dict[str, str] = {}
        self._builtin_rules: dict[str, str] = {}
        self._trees: dict[tuple[Any, ...], str] = {}
        self._closing: list[ast.stmt] = []
        self._queue: list[Group] = []
        self._narrowed: list[Group] = []
        self._functions: list[tuple[str, list[ast.stmt]]] = []
        self._made: list[tuple[Group, ast.FunctionDef]] = []
        # What solutions leave behind, and what the recording twin can be asked for then, by name.
        self.left_behind: list[Left] = []
        self.shared_trails: dict[str, None] = {}
        self.trails: dict[str, Group | Aside] = {}

    # --- what writers ask for ----------------------------------------------------------------------------------

    def _fresh(self, hint: str) -> str:
        """A name of the module that no variable of the function being written hides."""
        return self.names.fresh(hint, self._local)

    def _function_names(self) -> Names:
        self._local = Names(outer=self.names)
        return self._local

    def original(self, name: str) -> str:
        """The name a variable was written with, or a word for it."""
        if name.startswith("$"):
            return "item"
        found = self._originals.get(name, name)
        return "value" if found.startswith(("__local", "__v")) else found

    def call_variables(self, names: dict[str, str]) -> None:
        """Remember the words for renamed variables, until the next definition's."""
        self._originals.update(names)

    @cached_property
    def reach(self) -> Reach:
        """What the root can come to, if it is a group."""
        assert self._entry is not None
        return reach(self, self._entry)

    @cached_property
    def input_is_whole(self) -> bool:
        """Whether the input is what a bound rule makes of it, parameters included, wherever it is read."""
        return bool(self.parameters) and self._entry is not None and not self.reach.replaces_input

    @property
    def entry(self) -> Group | None:
        """The group that is the root, if the root is one."""
        return self._entry

    def is_entry(self, group: Group) -> bool:
        """Whether a group is the root, whose value is asked for once."""
        return group is self._entry

    @property
    def tracks(self) -> bool:
        """Whether members of sets leave behind what led to them (codegen.trail)."""
        return bool(self.parameters) and not (self.recording or self.covering or self.watches_order)

    @cached_property
    def has_sets(self) -> bool:
        """Whether there are partial sets beside the root, whose members carry what led to them."""
        stack = [self.root]
        while stack:
            place = stack.pop()
            stack += place.children.values()
            if place.group is not None and place.group.kind == "set" and place.group is not self._entry:
                return True
        return False

    def called(self, what: Group | Aside) -> str:
        """The name by which the recording twin is asked for the reads of a group, or of something within a rule."""
        name = what.text if isinstance(what, Group) else str(len(self.trails))
        self.trails[name] = what
        return name

    def fixed_key(self, hint: str) -> str:
        """A key for something that is kept for a bound rule."""
        self._fixed_keys += 1
        return f"{hint}_{self._fixed_keys}"

    def constant(self, value: Any, hint: str) -> str:
        """The module's name of a constant that is not written in place."""
        built = _literal(value)
        key = ast.dump(built)
        if key not in self._constant_names:
            name = self._fresh((hint or _KIND_NAMES[value.__class__]).upper())
            self._constant_names[key] = name
            self._constants.append(_py.assign(name, built))
        return self._constant_names[key]

    def builtin(self, name: str) -> str:
        if name not in self._builtins:
            target = self._fresh(name.replace(".", "_"))
            self._builtins[name] = target
            self._constants.append(_py.assign(target, _py.attribute(_py.call("lookup", _py.const(name)), "function")))
        return self._builtins[name]

    def walk_values(self) -> str:
        """The function that walks a document without its paths."""
        if "walk_values" not in self._builtins:
            self._builtins["walk_values"] = target = self._fresh("walk_values")
            alias = ast.alias("walk_values", None if target == "walk_values" else target)
            self._constants.append(ast.ImportFrom("gatewright.builtins.graph", [alias], 0))
        return self._builtins["walk_values"]

    def builtin_as_rule(self, name: str, location: Location) -> str:
        """A built-in that is called like a rule's function, state first: what `with` can put in place of another."""
        if name not in self._builtin_rules:
            target = self._fresh(name.replace(".", "_") + "_rule")
            self._builtin_rules[name] = target
            place = _py.tuple_of(_py.const(location.file), _py.const(location.row), _py.const(location.col))
            made = _py.call(
                "builtin_rule",
                _py.name(self.builtin(name)),
                _py.const(name),
                _py.const(self.takes_context(name)),
                _py.name("BuiltinError"),
                place,
            )
            self._constants.append(_py.assign(target, made))
        return self._builtin_rules[name]

    def takes_context(self, name: str) -> bool:
        from gatewright.builtins import declaration

        declared = declaration(name)
        return declared is not None and declared.context

    def is_relation(self, name: str) -> bool:
        signature = self.program.signatures.get(name)
        return signature is not None and signature.relation

    def builtin_arity(self, name: str, given: int) -> int:
        signature = self.program.signatures.get(name)
        if signature is None or signature.type.variadic is not None:
            return given
        return signature.arity

    def builtin_kind(self, name: str) -> str:
        signature = self.program.signatures.get(name)
        return _kind_of_type(signature.type.result) if signature is not None else "any"

    def is_function(self, name: str) -> bool:
        """Whether a dotted name is a built-in or a function of the policy."""
        if not name.startswith("data."):
            return name in self.program.signatures
        place = self._find(name.split(".")[1:])
        return place is not None and place.group is not None and bool(place.group.arity)

    def function_group(self, term: Term) -> Group | None:
        assert isinstance(term.value, Ref)
        place = self._find([to_key(terms.constant(t.value)) for t in term.value.terms[1:]])
        return place.group if place is not None else None

    def _find(self, path: Iterable[Any]) -> Place | None:
        place: Place | None = self.root
        for key in path:
            place = place.children.get(key) if place is not None else None
        return place

    def names_rules(self, ref: str) -> bool:
        """Whether a ref, as text (`data.a.b`), is where rules are or what holds them."""
        return ref.startswith("data.") and self._find(ref.split(".")[1:]) is not None

    def leads_to_rules(self, operands: Sequence[Term]) -> bool:
        """Whether what stands behind `data` in a ref is where rules are, lies below rules, or holds some."""
        place, way_out = self.come_to(operands)
        return way_out != "base" and (place.group is not None or bool(place.children))

    def come_to(self, operands: Iterable[Term]) -> tuple[Place, Literal["", "base", "range"]]:
        """How far what stands behind `data` in a ref goes along the tree of rules: to a group of them, or as far as the
        ref goes (""), or to where it leaves the tree, by a key of base data or by a variable that ranges."""
        place = self.root
        for operand in operands:
            if place.group is not None:
                break
            key = terms.constant(operand.value)
            if key is NOTHING:
                return place, "range"
            below = place.children.get(to_key(key))
            if below is None:
                return place, "base"
            place = below
        return place, ""

    def need(self, group: Group, w: Writer | None) -> str:
        """The function of a group, which is written if it is not yet."""
        if not group.function:
            group.function = self._fresh(group.short_name)
            self._queue.append(group)
        group.uses += 1 if w is None or not w.repeats else 2
        caller, count = group.callers.get(id(self._writing), (self._writing, 0))
        group.callers[id(self._writing)] = (caller, count + 1)
        return group.function

    def depth(self, group: Group) -> int:
        """How many operands below a partial object its rules' refs reach."""
        return max(len(rule.ref) - len(group.path) - 1 for rule in group.rules)

    def narrowed(self, group: Group) -> str:
        """The function that evaluates a partial object for some keys alone."""
        if not group.narrowed:
            group.narrowed = self._fresh(f"{group.short_name}_at")
            self._narrowed.append(group)
        return group.narrowed

    def rule_value(self, w: Writer, group: Group, hint: str) -> Val:
        """The value of a document that rules define."""
        if group.arity:
            w.never()
            return Val(_py.name(_py.UNDEFINED))
        constant = self._always(group)
        if constant is not NOTHING:
            return terms.constant_val(w, constant, hint or group.short_name)
        key = (w.state, "rule", group.path)
        seen = w.known.get(key)
        if seen is not None:
            trail.reused(w, key, seen)
            return seen
        run = calls.run(w, group, [])
        if group.kind in ("set", "object") and not self.hideable(group):
            val = w.keep(Val(run, {"set": "set", "object": "dict"}[group.kind]), hint or group.short_name)
        else:
            val = w.defined(Val(run, self.result_kind(group)), hint or group.short_name)
        w.known[key] = val
        return val

    def body_of(self, rule: CompiledRule) -> Body:
        """The body of a definition as it is evaluated: what may be moved up, moved up."""
        return indexed_first(self, self.written(rule))

    def written(self, rule: CompiledRule) -> Body:
        """The body of a definition with wildcards for unused keys."""
        known = self._bodies.get(id(rule))
        if known is None:
            known = self._bodies[id(rule)] = without_lone_keys(rule)
        return known

    def _always(self, group: Group) -> Any:
        """The constant that a complete rule is, whatever it meets, else NOTHING."""
        if group.kind != "complete" or len(group.rules) != 1 or self.covering or self.hideable(group):
            return NOTHING
        (rule,) = group.rules
        return rules.constant_of(rule) if rule.body and all(map(_is_true, rule.body)) else NOTHING

    def result_kind(self, group: Group) -> str:
        """The type of a group's value where its definitions show it."""
        if self.hideable(group) or group.kind in ("set", "object"):
            return "any"
        definitions = [*group.branches]
        if group.default is not None:
            definitions.append(group.default)
        kinds = set()
        for definition in definitions:
            value = rules.constant_of(definition)
            kinds.add("any" if value is NOTHING else terms._KINDS[value.__class__])
        return self._inferred_kind(group) if len(kinds) != 1 or "any" in kinds else kinds.pop()

    def _inferred_kind(self, group: Group) -> str:
        """What inference says of a group's value; nothing where annotations or replacements may make it wrong."""
        replaced = self.targets or not self.mocked <= {"input"}
        if replaced or not group.rules or any(unit.annotations for unit in self.program.units):
            return "any"
        tpe = self.program.type_of(group.rules[0].path)
        return _kind_of_type(getattr(tpe, "result", None) if group.arity else tpe)

    def hideable(self, group: Group) -> bool:
        """Whether some `with` puts other data in the group's place."""
        return any(group.path[: len(target)] == target for target in self.targets)

    def tree(self, path: tuple[Any, ...]) -> str:
        """The module's name of the rules below a place, as data."""
        if path not in self._trees:
            name = self._fresh("_".join(["DOCUMENTS", *map(str, path)]).upper())
            self._trees[path] = name
            place = self._find(path)
            assert place is not None
            self._closing.append(_py.assign(name, self._tree_literal(place)))
        return self._trees[path]

    def _tree_literal(self, place: Place) -> ast.expr:
        keys: list[ast.expr | None] = []
        members: list[ast.expr] = []
        for key, below in place.children.items():
            if below.group is not None and below.group.arity:
                continue
            keys.append(key_literal(key))
            if below.group is not None:
                members.append(_py.name(self.need(below.group, None)))
                below.group.uses += 2
            else:
                members.append(self._tree_literal(below))
        return ast.Dict(keys, members)

    # --- putting it together -----------------------------------------------------------------------------------

    def write_query(self, plan: QueryPlan) -> None:
        """The function `query(s, results)`: appends a pair (bindings, values of the expressions) per solution."""
        location = plan.body[0].location if plan.body else Location("")
        w = Writer(self, self._function_names(), location)
        w.names.fresh("results")
        with w.body(Sink(), ordered=True):
            bodies.body(w, plan.body)
            keys: list[ast.expr | None] = []
            found: list[ast.expr] = []
            for name, val in w.bound.items():
                original = plan.names.get(name, name)
                if name.startswith("$") or original.startswith("__local"):
                    continue
                keys.append(_py.const(original))
                found.append(val.expr)
            solution = ast.Dict(keys, found)
            w.add(ast.Expr(_py.call(_py.attribute(_py.name("results"), "append"), solution)))
        self._functions.append(("<query>", [_py.function("query", ["s", "results"], w.stmts)]))

    def write_entry(self, path: tuple[Any, ...]) -> None:
        """The function `entry(s)`: the value of the document at a path of `data`."""
        place = self._find(path)
        self._entry = place.group if place is not None else None
        w = Writer(self, self._function_names(), Location(""))
        if self._entry is not None and not self._entry.arity:
            self._closing.append(_py.assign("entry", _py.name(self.need(self._entry, w))))
            return
        with w.body(Sink(returns=True), ordered=True):
            ref = Ref((Term(Var("data")), *(Term(String(key)) for key in path)))
            w.add(ast.Return(terms.value(w, Term(ref)).expr))
        w.add(ast.Return(_py.name(_py.UNDEFINED)))
        self._functions.append(("<query>", [_py.function("entry", ["s"], w.stmts)]))

    def write_trails(self, trails: dict[str, Group | Aside]) -> None:
        """The functions that tell what is read by what the trails of another unit of the same program say was asked."""
        keys: list[ast.expr | None] = []
        functions: list[ast.expr] = []
        for name, told in trails.items():
            keys.append(_py.const(name))
            if isinstance(told, Aside):
                functions.append(_py.name(self._write_aside(told)))
            else:
                place = self._find(told.path)
                assert place is not None
                assert place.group is not None
                functions.append(_py.name(self.need(place.group, None)))
        self._closing.append(_py.assign("trails", ast.Dict(keys, functions)))

    def _write_aside(self, aside: Aside) -> str:
        w = Writer(self, self._function_names(), Location(""))
        given: list[str] = []

        def named(val: Val, hint: str) -> Val:
            if val.constant:
                return terms.constant_val(w, val.value)
            given.append(w.names.fresh(hint))
            return replace(val, expr=_py.name(given[-1]))

        w.bound = {name: named(val, self.original(name)) for name, val in aside.bound.items()}
        w.known = {key: named(val, "value") for key, val in aside.rules}
        with w.body(Sink(), ordered=aside.ordered):
            if isinstance(aside.node, Expr):
                bodies.holds(w, aside.node)
            else:
                closures.comprehension_here(w, aside.node, "")
            w.add(ast.Pass())
        name = self._fresh("aside")
        self._functions.append(("<asides>", [_py.function(name, ["s", *given], w.stmts)]))
        return name

    def parts(self) -> list[Part]:
        """The finished module: shared names first, then the functions of each Rego file, then trees.

        Of a lasting unit, what has been added since the last time.
        """
        while self._queue or self._narrowed:
            if self._queue:
                self._writing = group = self._queue.pop(0)
                self._made.append((group, rules.write(self, group, self._function_names())))
            else:
                self._writing = group = self._narrowed.pop(0)
                narrowed = rules.write_narrowed(self, group, self._function_names())
                self._functions.append((group.location.file, [narrowed]))
        trail.finish(self)
        by_file: dict[str, list[ast.stmt]] = {}
        for group, made in self._made:
            self._functions.append((group.location.file, memo.remembering(self, group, made)))
        for file, stmts in self._functions:
            by_file.setdefault(file or "<rego>", []).extend(stmts)
        used: set[str] = set()
        found = [Part(file, _module(stmts, used)) for file, stmts in by_file.items()]
        if self._closing:
            found.append(Part("<documents>", _module(self._closing, used)))
        constants = _module(self._constants, used)
        constants.body[:0] = _module(self._imports(used), used).body
        if constants.body:
            found.insert(0, Part("<constants>", constants))
        self._constants, self._functions, self._made, self._closing = [], [], [], []
        self._writing = None
        return found

    def _imports(self, used: set[str]) -> list[ast.stmt]:
        """Imports of those of these names that the unit has not imported yet."""
        statements: list[ast.stmt] = []
        for module, offered in (("gatewright.runtime", _RUNTIME), ("gatewright.builtins", _BUILTINS)):
            wanted = [name for name in offered if name in used and name not in self._imported]
            if wanted:
                statements.append(ast.ImportFrom(module, [ast.alias(name) for name in wanted], 0))
            self._imported.update(wanted)
        return statements


def _is_true(expr: Expr) -> bool:
    return isinstance(expr.terms, Term) and expr.terms.value == Boolean(True) and not (expr.negated or expr.withs)


def _module(stmts: list[ast.stmt], names: set[str]) -> ast.Module:
    """A module of statements, each node with a place; the names that stand in it are added to `names`."""
    module = ast.Module(list(stmts), [])
    _locate(module, names)
    return module


def _locate(module: ast.Module, names: set[str]) -> None:
    """Give every node a place: its own, else that of the node it stands in. Iterative, as bodies nest deep."""
    stack: list[tuple[Any, int, int]] = [(module, 1, 0)]
    while stack:
        node, row, col = stack.pop()
        kind = node.__class__
        if kind is ast.Name:
            names.add(node.id)
        if kind in _PLACED:
            if hasattr(node, "lineno"):
                row, col = node.lineno, node.col_offset
            else:
                node.lineno, node.col_offset = row, col
            node.end_lineno, node.end_col_offset = row, col
        for name in _BRANCHES[kind]:
            below = getattr(node, name, None)
            if below.__class__ is list:
                stack += [(item, row, col) for item in below if item is not None]
            elif below is not None:
                stack.append((below, row, col))


_KINDS = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
_PLACED = frozenset(kind for kind in _KINDS if "lineno" in kind._attributes)
# The fields of ast nodes that hold no nodes with a place of their own: texts, operators, contexts.
_LEAVES = frozenset(
    ("arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "level", "module", "name", "names", "op",
     "ops", "type_comment", "type_ignores")
)  # fmt: skip
_BRANCHES = {kind: tuple(name for name in kind._fields if name not in _LEAVES) for kind in _KINDS}
_BRANCHES[ast.Constant] = ()
# The names of an import are nodes, those of `nonlocal` are texts.
_BRANCHES[ast.ImportFrom] = _BRANCHES[ast.Import] = ("names",)


_KIND_NAMES = {list: "items", dict: "object", RegoSet: "members", NumberText: "number"}


def _literal(value: Any) -> ast.expr:
    """A Python expression that builds a constant."""
    kind = value.__class__
    if kind is list:
        return ast.List([_literal(v) for v in value], ast.Load())
    if kind is dict:
        return ast.Dict([key_literal(k) for k in value], [_literal(v) for v in value.values()])
    if kind is RegoSet:
        return _py.call("RegoSet", ast.List([_literal(v) for v in value], ast.Load()))
    if kind is NumberText:
        return _py.call("NumberText", _py.const(value.text))
    return _py.const(value)


def key_literal(key: Any) -> ast.expr:
    """A Python expression that builds a constant's key form."""
    value = from_key(key)
    built = _literal(value)
    return built if value.__class__ in (str, int, float, NumberText, type(None)) else _py.call("to_key", built)


def _kind_of_type(tpe: Any) -> str:
    from gatewright.analysis import types

    return _TYPE_KINDS.get(types.bare(tpe).__class__.__name__, "any")


_TYPE_KINDS = {
    "ArrayType": "list",
    "BooleanType": "bool",
    "NullType": "null",
    "NumberType": "number",
    "ObjectType": "dict",
    "SetType": "set",
    "StringType": "str",
}


# --- the tree of rules ------------------------------------------------------------------------------------------


def places(tree: RuleNode) -> Place:
    """The places below `data`."""
    root = tree.children.get(("v", "data"))
    return _place(root, ()) if root is not None else Place()


def _place(node: RuleNode, path: tuple[Any, ...]) -> Place:
    if node.rules:
        return Place(group=_group(node, path))
    below = {}
    for child in node.children.values():
        key = _key(child, len(path))
        below[key] = _place(child, (*path, key))
    return Place(below)


def _key(node: RuleNode, depth: int) -> Any:
    """The key form of a place's own key, a number's as the rules below it write it."""
    if isinstance(node.key, str):
        return node.key
    rule = next(rule for below in node.walk() for rule in below.rules)
    return to_key(terms.constant(rule.ref[depth + 1].value))


def _group(node: RuleNode, path: tuple[Any, ...]) -> Group:
    found = list(node.rules)
    if any(not rule.is_ground for rule in found):
        # Rules below a ref with variables build the same document with it.
        found = [rule for below in node.walk() for rule in below.rules]
        kind = "object"
    elif found[0].is_function:
        kind = "function"
    else:
        kind = "set" if found[0].is_multi_value else "complete"
    default = next((rule for rule in found if rule.default), None)
    text = found[0].name if kind != "object" else ".".join(["data", *map(str, path)])
    return Group(path, kind, [r for r in found if not r.default], default, found[0].arity, text)


def find_replacements(exprs: Iterable[Any]) -> tuple[set[str], set[tuple[Any, ...]]]:
    """The functions and the paths of `data` that `with` replaces anywhere in these bodies or rules."""
    from gatewright.syntax.nodes import With
    from gatewright.syntax.walk import children

    functions: set[str] = set()
    targets: set[tuple[Any, ...]] = set()
    stack = list(exprs)
    while stack:
        node = stack.pop()
        stack.extend(children(node))
        if isinstance(node, With):
            name = calls.operator(node.target)
            functions.add(name)
            path = bodies.path_names(node.target)
            if (name.startswith("data.") or name == "data") and path is not None:
                targets.add(path)
    return functions, targets


__all__ = ["Group", "Part", "Place", "String", "Unit", "Var", "find_replacements", "places"]
