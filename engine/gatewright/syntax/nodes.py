"""The Rego AST: immutable, slotted nodes with a location each, one class per construct.

The shapes follow what `opa parse --format json` prints, so that a reader of OPA's documentation knows them:
a `Term` is a location and a value; composite values hold Terms; an `Expr` holds a Term, a call, or a statement.
Equality ignores locations.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from gatewright.records import field, record
from gatewright.source import Location

NOWHERE = Location("", 0, 0)


# --- values -----------------------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class Null:
    pass


@record(frozen=True, slots=True)
class Boolean:
    value: bool


@record(frozen=True, slots=True)
class Number:
    """`text` is the number as written; `gatewright.runtime.numbers` gives it meaning."""

    text: str


@record(frozen=True, slots=True)
class String:
    """`raw` is true for a back-quoted string; it matters to the formatter only."""

    value: str
    raw: bool = field(default=False, compare=False)


@record(frozen=True, slots=True)
class Var:
    name: str

    @property
    def wildcard(self) -> bool:
        return self.name.startswith("$")

    @property
    def generated(self) -> bool:
        return self.name.startswith("__local")


@record(frozen=True, slots=True)
class Ref:
    """`terms[0]` is the head (a Var, or a composite or call being indexed); the rest are the operands."""

    terms: tuple[Term, ...]


@record(frozen=True, slots=True)
class Array:
    items: tuple[Term, ...]


@record(frozen=True, slots=True)
class Object:
    items: tuple[tuple[Term, Term], ...]


@record(frozen=True, slots=True)
class Set:
    items: tuple[Term, ...]


@record(frozen=True, slots=True)
class ArrayComprehension:
    term: Term
    body: Body


@record(frozen=True, slots=True)
class SetComprehension:
    term: Term
    body: Body


@record(frozen=True, slots=True)
class ObjectComprehension:
    key: Term
    value: Term
    body: Body


@record(frozen=True, slots=True)
class Call:
    """`terms[0]` is a Ref naming the function; the rest are the arguments."""

    terms: tuple[Term, ...]


@record(frozen=True, slots=True)
class TemplateString:
    """`$"…{expr}…"`: parts are String Terms and Exprs in order."""

    parts: tuple[Term | Expr, ...]
    multi_line: bool = False


Value: TypeAlias = (
    Null
    | Boolean
    | Number
    | String
    | Var
    | Ref
    | Array
    | Object
    | Set
    | ArrayComprehension
    | SetComprehension
    | ObjectComprehension
    | Call
    | TemplateString
)


@record(frozen=True, slots=True)
class Term:
    value: Value
    location: Location = field(default=NOWHERE, compare=False, repr=False)


# --- expressions ------------------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class With:
    target: Term
    value: Term
    location: Location = field(default=NOWHERE, compare=False, repr=False)


@record(frozen=True, slots=True)
class SomeDecl:
    """`some x, y` (Var Terms) or `some k, v in xs` (one Call Term to internal.member_2 / internal.member_3)."""

    symbols: tuple[Term, ...]
    location: Location = field(default=NOWHERE, compare=False, repr=False)


@record(frozen=True, slots=True)
class Every:
    key: Term | None
    value: Term
    domain: Term
    body: Body
    location: Location = field(default=NOWHERE, compare=False, repr=False)


@record(frozen=True, slots=True)
class LogicalAnd:
    lhs: Body
    rhs: Body
    explicit_lhs: bool = False
    explicit_rhs: bool = False
    location: Location = field(default=NOWHERE, compare=False, repr=False)


@record(frozen=True, slots=True)
class LogicalOr:
    lhs: Body
    rhs: Body
    explicit_lhs: bool = False
    explicit_rhs: bool = False
    location: Location = field(default=NOWHERE, compare=False, repr=False)


@record(frozen=True, slots=True)
class Not:
    """`not x` and `not { … }` where `future.keywords.not` (or Rego v2) is on; elsewhere `Expr.negated` says it.
    `explicit_body` is true for the braced form."""

    body: Body
    explicit_body: bool = False
    location: Location = field(default=NOWHERE, compare=False, repr=False)


@record(frozen=True, slots=True)
class Expr:
    """One line of a body.

    `terms` is a Term (`input.x`), a tuple of Terms (a call: `terms[0]` is the operator's Ref Term, the rest its
    operands, `x == 1` included), or a statement node (SomeDecl, Every, Not, LogicalAnd, LogicalOr).
    `generated` marks expressions no one wrote, such as the `true` body of `p := 1`; `assigned` marks an equality
    that was written `:=` (analysis sets it when it renames the variables).
    """

    terms: Term | tuple[Term, ...] | SomeDecl | Every | Not | LogicalAnd | LogicalOr
    withs: tuple[With, ...] = ()
    negated: bool = False
    generated: bool = False
    index: int = 0
    location: Location = field(default=NOWHERE, compare=False, repr=False)
    assigned: bool = field(default=False, compare=False)


Body: TypeAlias = tuple[Expr, ...]


# --- modules ----------------------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class Comment:
    """`text` is what follows the `#`."""

    text: str
    location: Location = field(default=NOWHERE, compare=False, repr=False)


@record(frozen=True, slots=True)
class Head:
    """`name` is set for heads that are a plain name; `ref` always. `key` is the element of a partial set, or the
    last operand of a partial object; `value` is absent for partial sets. `keywords` are those written between head
    and body: "contains", "if"."""

    ref: Ref
    name: str = ""
    args: tuple[Term, ...] | None = None
    key: Term | None = None
    value: Term | None = None
    assign: bool = False
    generated_value: bool = field(default=False, compare=False)
    location: Location = field(default=NOWHERE, compare=False, repr=False)
    keywords: tuple[str, ...] = field(default=(), compare=False)


@record(frozen=True, slots=True)
class Annotations:
    """A `# METADATA` block: its scope and its parsed YAML, keys as OPA documents them."""

    scope: str
    data: dict[str, Any]
    location: Location = field(default=NOWHERE, compare=False, repr=False)
    end_row: int = field(default=0, compare=False)


@record(frozen=True, slots=True)
class Rule:
    head: Head
    body: Body
    default: bool = False
    otherwise: Rule | None = None
    annotations: tuple[Annotations, ...] = field(default=(), compare=False)
    generated_body: bool = field(default=False, compare=False)
    location: Location = field(default=NOWHERE, compare=False, repr=False)


@record(frozen=True, slots=True)
class Package:
    path: Ref
    location: Location = field(default=NOWHERE, compare=False, repr=False)


@record(frozen=True, slots=True)
class Import:
    path: Term
    alias: str = ""
    location: Location = field(default=NOWHERE, compare=False, repr=False)
    alias_location: Location = field(default=NOWHERE, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The name that it declares."""
        path = self.path.value
        last = path.terms[-1].value if isinstance(path, Ref) else path
        return self.alias or (last.name if isinstance(last, Var) else last.value if isinstance(last, String) else "")


@record(frozen=True, slots=True)
class Module:
    """One parsed file. `rego_version` is "v0", "v1" or "v2" as the parser settled it (`import rego.v1` makes a v0
    file v1 in its rules of syntax; the field keeps the dialect the file was read with)."""

    package: Package
    imports: tuple[Import, ...] = ()
    rules: tuple[Rule, ...] = ()
    comments: tuple[Comment, ...] = field(default=(), compare=False)
    annotations: tuple[Annotations, ...] = field(default=(), compare=False)
    rego_version: str = field(default="v1", compare=False)
    file: str = field(default="", compare=False)
