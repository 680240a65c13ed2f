"""The compiled modules in the form the interpreter walks: what analysis leaves, with terms that can be unified.

Everything is converted when it is first reached. Each expression keeps its AST node, which is what a trace shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from gatewright.analysis._terms import equality, sorted_items, sorted_pairs
from gatewright.analysis.types import NumberKey
from gatewright.codegen.terms import constant
from gatewright.codegen.writer import NOTHING
from gatewright.records import record, replace
from gatewright.runtime.numbers import is_number, number_text, parse_number
from gatewright.runtime.values import equal
from gatewright.source import Location
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
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
    Var,
)
from gatewright.tracing.shown import shown
from gatewright.tracing.terms import (
    ArrayPattern,
    Bindings,
    Comprehension,
    ObjectPattern,
    Reference,
    SetPattern,
    Variable,
    is_ground,
    ref_text,
    text_of,
)

if TYPE_CHECKING:
    from gatewright.analysis import Program
    from gatewright.analysis.program import CompiledRule, RuleNode
    from gatewright.tracing.frame import Frame
    from gatewright.tracing.index import Candidates, RuleIndex


@record(frozen=True, slots=True)
class Edition:
    """An OPA whose traces are followed: Gatekeeper's is older than the one that gatewright follows otherwise.

    The newer one has an index that knows prefixes, suffixes and collections and gives rules in their order, names
    rules without the variables in their heads, redoes what gave a member twice, looks known members of sets up, and
    lists the values of conflicts. In the older one a query within another starts out as defined as that one.
    """

    newer: bool


OPA_1_22: Final = Edition(newer=True)
OPA_1_17: Final = Edition(newer=False)


class Shown:
    """Something a trace can be about."""

    __slots__ = ("_text", "location", "node")

    def __init__(self, node: Any, location: Location | None) -> None:
        self.node = node
        self.location = location if location is not None and location.row else None
        self._text: str | None = None

    def text(self, names: Mapping[str, str]) -> str:
        if self._text is None:
            self._text = shown(self.node, names)
        return self._text


class TracedBody(Shown):
    """A body, or the whole query."""

    __slots__ = ("exprs",)

    def __init__(self, node: Body, exprs: list[Expression] | None = None) -> None:
        super().__init__(node, node[0].location if node else None)
        self.exprs = [Expression(expr) for expr in node] if exprs is None else exprs

    def text_of(self, node: Any, names: Mapping[str, str]) -> str:
        return shown(node, names)

    @property
    def expressions(self) -> Iterator[Expression]:
        """The expressions, those in the bodies of others after them; comprehensions are left out."""
        for expr in self.exprs:
            yield expr
            for body in expr.bodies:
                yield from body.expressions


class Expression(Shown):
    """One expression. `kind` is unify, call, term, every, not, and, or; what `terms` holds depends on it."""

    __slots__ = ("_complement", "_keyless", "bodies", "kind", "name", "negated", "terms", "withs")

    def __init__(self, node: Expr) -> None:
        super().__init__(node, node.location)
        self.negated = node.negated
        self.withs = [(_reference(w.target), term_of(w.target), term_of(w.value)) for w in node.withs]
        self._complement: TracedBody | None = None
        self._keyless: Expression | None = None
        self.bodies: tuple[TracedBody, ...] = ()
        self.name = ""
        self.kind, self.terms = self._read(node)

    def _read(self, node: Expr) -> tuple[str, tuple[Any, ...]]:
        match node.terms:
            case Term() as term:
                return "term", (term_of(term),)
            case tuple() as call:
                self.name = function_name(call[0])
                operands = tuple(map(term_of, call[1:]))
                return ("unify", operands) if self.name == "eq" else ("call", (_reference(call[0]), *operands))
            case Every(key, value, domain, body):
                self.bodies = (TracedBody(body),)
                return "every", (term_of(key) if key is not None else None, term_of(value), term_of(domain))
            case Not(body):
                self.bodies = (TracedBody(body),)
                return "not", ()
            case LogicalAnd(lhs, rhs):
                self.bodies = (TracedBody(lhs), TracedBody(rhs))
                return "and", ()
            case LogicalOr(lhs, rhs):
                self.bodies = (TracedBody(lhs), TracedBody(rhs))
                return "or", ()
        raise AssertionError(f"no expression: {node!r}")

    def as_seen_by(self, bindings: Bindings) -> Expression:
        """The expression as a trace shows it: OPA hides the key of `every` that is a wildcard while it has no value."""
        if self.kind != "every" or not isinstance(self.terms[0], Variable):
            return self
        name = self.terms[0].name
        if not name.startswith("$") or name in bindings.values:
            return self
        if self._keyless is None:
            self._keyless = Expression(replace(self.node, terms=replace(self.node.terms, key=None)))
        return self._keyless

    @property
    def complement(self) -> TracedBody:
        """What `not` negates."""
        if self._complement is None:
            self._complement = TracedBody((replace(self.node, negated=False, withs=()),))
        return self._complement


class TracedRule(Shown):
    """One rule, or one else branch."""

    __slots__ = ("_body", "args", "compiled", "default", "key", "multi_value", "otherwise", "path", "ref", "value")

    def __init__(self, compiled: CompiledRule) -> None:
        super().__init__(compiled, compiled.location)
        head = compiled.head
        self.compiled = compiled
        self._body: TracedBody | None = None
        self.default = compiled.default
        self.args = tuple(map(term_of, head.args or ()))
        self.key = None if head.key is None else term_of(head.key)
        self.value = None if head.value is None else term_of(head.value)
        self.multi_value = head.value is None
        self.ref = tuple(map(term_of, compiled.ref))
        self.otherwise = TracedRule(compiled.otherwise) if compiled.otherwise is not None else None

    @property
    def body(self) -> TracedBody:
        if self._body is None:
            self._body = TracedBody(self.compiled.body)
        return self._body

    @property
    def branches(self) -> Iterator[TracedRule]:
        branch: TracedRule | None = self
        while branch is not None:
            yield branch
            branch = branch.otherwise

    @property
    def ground_ref(self) -> bool:
        """Whether the head's ref holds no variable."""
        return all(map(is_ground, self.ref[1:]))

    @property
    def complete(self) -> bool:
        """Whether it defines one value: no member of a set or object."""
        return self.compiled.head.key is None and self.ground_ref

    @property
    def set_key(self) -> Any:
        """What a rule that makes a set adds to it."""
        return self.ref[-1] if self.compiled.head.key is None else self.key

    @property
    def name(self) -> str:
        """The ground part of its path, as text."""
        return self.compiled.name

    def title(self, edition: Edition, names: Mapping[str, str]) -> str:
        """The rule as a trace names it."""
        if not edition.newer:
            return ref_text(self.ref, {})
        prefix = 1
        while prefix < len(self.ref) and is_constant_step(self.ref[prefix]):
            prefix += 1
        return ref_text(self.ref[:prefix], names)


def is_constant_step(term: Any) -> bool:
    return not isinstance(term, Variable | Reference | Comprehension) and is_ground(term)


class TracedProgram:
    """The rules of a program by their place, with their indexes."""

    def __init__(self, program: Program, edition: Edition) -> None:
        self.program = program
        self.edition = edition
        self._rules: dict[int, TracedRule] = {}
        self._indexes: dict[int, RuleIndex | None] = {}

    @property
    def root(self) -> RuleNode | None:
        return self.program.tree.child(("v", "data"))

    def rule(self, compiled: CompiledRule) -> TracedRule:
        found = self._rules.get(id(compiled))
        if found is None:
            from gatewright.tracing.comprehensions import file_comprehensions

            found = self._rules[id(compiled)] = TracedRule(compiled)
            for branch in found.branches:
                file_comprehensions(self.program, branch)
        return found

    def index(self, node: RuleNode) -> RuleIndex:
        """The index of the rules at a place, and below it where a head's ref holds variables."""
        from gatewright.tracing.index import RuleIndex

        found = self._indexes.get(id(node))
        if found is None:
            compiled = node.rules
            if not all(rule.is_ground for rule in compiled):
                compiled = [rule for below in node.walk() for rule in below.rules]
            found = RuleIndex([self.rule(rule) for rule in compiled], self.is_virtual, self.edition)
            self._indexes[id(node)] = found
        return found

    def candidates(self, path: tuple[Any, ...], frame: Frame, args: tuple[Any, ...] | None) -> Candidates | None:
        """The rules at a path that may hold, as far as their index can tell; None where there are none."""
        node = self.find(path)
        if node is None or not node.rules:
            return None
        return self.index(node).lookup(frame, args)

    def find(self, path: Iterable[Any]) -> RuleNode | None:
        """The place of the rules at a ground path, whose first step is `data`."""
        node: RuleNode | None = self.root
        for step in list(path)[1:]:
            if node is None:
                return None
            node = child_of(node, step)
        return node

    def is_virtual(self, ref: tuple[Any, ...]) -> bool:
        """Whether rules stand at a ground ref, above it or below it."""
        head = ref[0]
        if not (head.__class__ is Variable and head.name == "data"):
            return False
        node = self.root
        for step in ref[1:]:
            if node is None:
                return False
            if node.rules:
                return True
            node = child_of(node, step)
        return node is not None

    # --- functions ---

    def is_function(self, ref: Reference) -> bool:
        """Whether a ref names a function: a built-in, or the policy's own."""
        if text_of(ref, {}) in self.program.signatures:
            return True
        node = self.find(ref.terms) if text_of(ref.terms[0], {}) == "data" else None
        return node is not None and bool(node.rules) and node.rules[0].is_function

    def arity(self, ref: Reference) -> int:
        """How many operands one of the policy's functions takes."""
        node = self.find(ref.terms)
        return node.rules[0].arity if node is not None and node.rules else 0

    def builtin_arity(self, name: str) -> int:
        return self.program.signatures[name].arity

    def is_void(self, name: str) -> bool:
        """Whether a built-in has no result."""
        return self.program.signatures[name].is_void


def child_of(node: RuleNode, key: Any) -> RuleNode | None:
    """The place below under a value."""
    if key.__class__ is str:
        return node.children.get(key)
    for child in node.children.values():
        if child.key.__class__ is not str and _is_same_key(key_of(child), key):
            return child
    return None


def _is_same_key(a: Any, b: Any) -> bool:
    """OPA's tree of rules takes numbers for the same whose texts are: `p[1.0]` stands beside `p[1]`."""
    return equal(a, b) and (not is_number(a) or number_text(a) == number_text(b))


def key_of(node: RuleNode) -> Any:
    """The value under which a place stands."""
    key = node.key
    if not isinstance(key, tuple):
        return key if isinstance(key, str) else constant(key)
    value = key[1]
    return parse_number(value.text) if isinstance(value, NumberKey) else value


def domain_body(expr: Expression) -> TracedBody:
    """The members of the domain of `every`, as a body: `domain[key] = value`."""
    every = expr.node.terms
    place = every.domain.location
    return TracedBody((equality(Term(Ref((every.domain, every.key)), place), every.value, place),))


# --- terms --------------------------------------------------------------------------------------------------------


def function_name(operator: Term) -> str:
    value = operator.value
    if isinstance(value, Var):
        return value.name
    assert isinstance(value, Ref)
    return ref_text(tuple(map(term_of, value.terms)), {})


def _reference(term: Term) -> Reference:
    found = term_of(term)
    return found if isinstance(found, Reference) else Reference((found,))


def term_of(term: Term) -> Any:
    """A term of the AST as the interpreter's."""
    node = term.value
    if isinstance(node, Var):
        return Variable(node.name)
    found = constant(node)
    if found is not NOTHING:
        return found
    match node:
        case Ref(terms):
            return Reference(tuple(map(term_of, terms)), terms[0].location)
        case Array(items):
            return ArrayPattern(tuple(map(term_of, items)))
        case Object(pairs):
            return ObjectPattern(tuple((term_of(k), term_of(v)) for k, v in sorted_pairs(pairs)))
        case Set(items):
            return SetPattern(tuple(map(term_of, sorted_items(items))))
        case ArrayComprehension(inner, body):
            return Comprehension("array", (term_of(inner),), TracedBody(body), node)
        case SetComprehension(inner, body):
            return Comprehension("set", (term_of(inner),), TracedBody(body), node)
        case ObjectComprehension(key, item, body):
            return Comprehension("object", (term_of(key), term_of(item)), TracedBody(body), node)
    raise AssertionError(f"no term: {node!r}")
