"""What analysis hands on: the compiled rules, the tree they hang in, their dependencies and types; and query plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gatewright.analysis._terms import TreeKey, ground_prefix, ref_is_ground, ref_text, sort_key, tree_key
from gatewright.analysis._traits import Traits
from gatewright.records import record
from gatewright.syntax.nodes import Annotations, Body, Expr, Module, Package, Ref, Rule, String, Term, Var

if TYPE_CHECKING:
    from gatewright.analysis._state import Compilation
    from gatewright.analysis.annotations import AnnotationSet
    from gatewright.analysis.graph import Graph
    from gatewright.analysis.types import Signature, Type


class ModuleUnit:
    """A module while it is being compiled: the parsed one, and its rules in their present state."""

    __slots__ = ("annotations", "file", "imports", "package", "package_location", "rego_version", "rules", "source")

    def __init__(self, name: str, module: Module) -> None:
        self.file = name
        self.source = module
        self.package = module.package.path.terms
        self.package_location = module.package.location
        self.imports = module.imports
        self.rego_version = module.rego_version
        self.annotations = module.annotations
        self.rules = [_with_branches(rule, self) for rule in module.rules]

    @property
    def each_rule(self) -> Iterator[CompiledRule]:
        """Every rule, else branches after the rule they belong to."""
        for rule in self.rules:
            yield from rule.branches


class CompiledRule:
    """One rule, or one else branch of a rule (`otherwise` is the next branch).

    The head and the body are replaced as the passes go; their nodes never change. The object itself is the rule's
    identity in the tree and in the graph.
    """

    __slots__ = ("body", "default", "head", "is_else", "location", "module", "otherwise", "source", "traits")

    def __init__(self, rule: Rule, module: ModuleUnit, *, is_else: bool = False) -> None:
        self.source = rule
        self.module = module
        self.head = rule.head
        self.body = rule.body
        self.default = rule.default
        self.location = rule.location
        self.is_else = is_else
        # Found once the names are resolved.
        self.traits = Traits()
        self.otherwise: CompiledRule | None = None

    @property
    def ref(self) -> tuple[Term, ...]:
        """The full path of the document, variables of the head included: `data.pkg.p[x]`."""
        head = self.head.ref.terms
        first = head[0]
        name = first.value.name if type(first.value) is Var else str(first.value)
        return (*self.module.package, Term(String(name), first.location), *head[1:])

    @property
    def path(self) -> tuple[Term, ...]:
        """The ground part of `ref`: where the rule hangs in the tree."""
        return ground_prefix(self.ref)

    @property
    def name(self) -> str:
        """The ground part of `ref` as text, `data.pkg.p`."""
        return ref_text(self.path)

    @property
    def branches(self) -> Iterator[CompiledRule]:
        """The rule, or branch, and the else branches after it."""
        branch: CompiledRule | None = self
        while branch is not None:
            yield branch
            branch = branch.otherwise

    @property
    def parts(self) -> list[Expr | Term]:
        """What there is to evaluate: the body, the key and the value, and the operands in the head's ref."""
        head = self.head
        return [*self.body, *(term for term in (head.key, head.value) if term is not None), *head.ref.terms[1:]]

    @property
    def is_ground(self) -> bool:
        return ref_is_ground(self.head.ref.terms)

    @property
    def is_multi_value(self) -> bool:
        """Whether the rule adds members to a set (`p contains x`), at the end of its ref."""
        return self.head.value is None

    @property
    def is_function(self) -> bool:
        return bool(self.head.args)

    @property
    def arity(self) -> int:
        return len(self.head.args or ())

    @property
    def annotations(self) -> tuple[Annotations, ...]:
        return self.source.annotations

    def to_node(self) -> Rule:
        """The rule as an AST node, else branches included."""
        node: Rule | None = None
        for branch in reversed([*self.branches]):
            source = branch.source
            node = Rule(
                branch.head,
                branch.body,
                branch.default,
                node,
                source.annotations,
                source.generated_body,
                branch.location,
            )
        assert node is not None
        return node

    def __repr__(self) -> str:
        return f"<rule {ref_text(self.ref)} at {self.location}>"


def _with_branches(rule: Rule, module: ModuleUnit) -> CompiledRule:
    first = last = CompiledRule(rule, module)
    while rule.otherwise is not None:
        rule = rule.otherwise
        last.otherwise = CompiledRule(rule, module, is_else=True)
        last = last.otherwise
    return first


class RuleNode:
    """A place in the tree of rules: the rules whose path ends here, and the places below."""

    __slots__ = ("_ordered", "children", "hidden", "key", "rules")

    def __init__(self, key: TreeKey = None) -> None:
        self.key = key
        self.rules: list[CompiledRule] = []
        self.children: dict[TreeKey, RuleNode] = {}
        self.hidden = False
        self._ordered: list[RuleNode] | None = None

    def child(self, key: TreeKey) -> RuleNode | None:
        return self.children.get(key)

    def find(self, path: Sequence[Term]) -> RuleNode | None:
        node: RuleNode | None = self
        for term in path:
            node = node.children.get(tree_key(term.value))  # type: ignore[union-attr]
            if node is None:
                return None
        return node

    def ensure(self, path: Sequence[Term]) -> RuleNode:
        node = self
        for term in path:
            key = tree_key(term.value)
            child = node.children.get(key)
            if child is None:
                child = node.children[key] = RuleNode(key)
                node._ordered = None
            node = child
        return node

    @property
    def ordered_children(self) -> list[RuleNode]:
        """The places below, in the order of their keys."""
        if self._ordered is None:
            self._ordered = [self.children[key] for key in sorted(self.children, key=key_order)]
        return self._ordered

    def walk(self) -> Iterator[RuleNode]:
        """This node and everything below, in the order of keys."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.ordered_children))


def key_order(key: TreeKey) -> tuple[Any, ...]:
    match key:
        case str():
            return (3, key)
        case (kind, value):
            return ({"b": 1, "n": 2, "v": 5}[kind], value)
    return sort_key(key)


@record(slots=True)
class Program:
    """The compiled modules. `order` lists every rule, else branches included, after the rules it depends on."""

    units: tuple[ModuleUnit, ...]
    tree: RuleNode
    graph: Graph
    state: Compilation

    @property
    def signatures(self) -> Mapping[str, Signature]:
        return self.state.signatures

    @property
    def rewritten(self) -> Mapping[str, str]:
        """The names that generated variables were written with."""
        return self.state.rewritten

    @property
    def used_builtins(self) -> set[str]:
        """The names of the built-ins that the modules call."""
        return self.state.used_builtins

    @property
    def print_enabled(self) -> bool:
        return self.state.print_enabled

    @property
    def annotations(self) -> AnnotationSet:
        return self.state.annotations

    @property
    def modules(self) -> dict[str, Module]:
        """The compiled modules as AST nodes, by name."""
        return {
            unit.file: Module(
                Package(Ref(unit.package), unit.package_location),
                (),
                tuple(rule.to_node() for rule in unit.rules),
                unit.source.comments,
                unit.source.annotations,
                unit.rego_version,
                unit.source.file,
            )
            for unit in self.units
        }

    @property
    def rules(self) -> list[CompiledRule]:
        """Every rule in the order of modules and lines; else branches are reached through `otherwise`."""
        return [rule for unit in self.units for rule in unit.rules]

    @property
    def order(self) -> list[CompiledRule]:
        return self.graph.sorted_rules()

    def dependencies(self, rule: CompiledRule) -> list[CompiledRule]:
        """The rules that `rule` may refer to directly."""
        return list(self.graph.edges(rule))

    def find(self, path: str | Sequence[Term]) -> RuleNode | None:
        """The place in the tree at a path such as `data.pkg.p`, dotted or as the terms of a ref."""
        if isinstance(path, str):
            head, *rest = path.split(".")
            path = [Term(Var(head)), *(Term(String(part)) for part in rest)]
        return self.tree.find(path)

    def type_of(self, path: str | Ref | Sequence[Term]) -> Type | None:
        """The inferred type of a rule's document or of any ref; None when nothing is known."""
        if isinstance(path, str):
            head, *rest = path.split(".")
            path = [Term(Var(head)), *(Term(String(part)) for part in rest)]
        return self.state.types.ref_type(path.terms if isinstance(path, Ref) else tuple(path))

    def variable_types(self, rule: CompiledRule) -> Mapping[str, Type | None]:
        """The inferred types of the variables of a rule's body, computed on demand."""
        from gatewright.analysis.check import infer_variables

        return infer_variables(self, rule)


@record(frozen=True, slots=True)
class QueryPlan:
    """A compiled query. `names` maps the generated variables to those that the query was written with."""

    body: Body
    names: Mapping[str, str]
    program: Program
    source: tuple[Expr, ...] = ()
