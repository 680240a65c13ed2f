"""Rego text laid out as `opa fmt` lays it out, comments kept, optionally rewritten for a later dialect.

The layout follows the source: what stood on lines of its own stays so. Hence the writer asks each node for the text it
came from (`Span`), and carries the comments not yet written from call to call. Where a comment stands at a place the
layout has none for, the term around it is written as it was (`_Misplaced`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from gatewright.errors import RegoAnalysisError, RegoError, RegoErrors, RegoSyntaxError
from gatewright.source import Location
from gatewright.syntax import _checks
from gatewright.syntax._cursor import Span, make_span
from gatewright.syntax._deep import deeply
from gatewright.syntax._format_imports import DEFAULT_FILE, Target, arranged_imports, is_future_keyword, sorted_imports
from gatewright.syntax._modules import parse_module
from gatewright.syntax._terms import VALUE_NAMES, operator_name
from gatewright.syntax._tokens import KEYWORDS, VERSION_KEYWORDS
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Boolean,
    Call,
    Every,
    Expr,
    Head,
    Import,
    LogicalAnd,
    LogicalOr,
    Module,
    Not,
    Object,
    ObjectComprehension,
    Package,
    Ref,
    Rule,
    Set,
    SetComprehension,
    SomeDecl,
    String,
    TemplateString,
    Term,
    Var,
    With,
)
from gatewright.syntax.text import (
    escape_template_part,
    go_quote,
    leads_with_brace,
    node_text,
    not_needs_parens,
    operand_needs_parens,
)
from gatewright.syntax.walk import is_ground

_TRUE = Boolean(True)
_NO_ROW = -1

# name: the sign, and what OPA's messages say the operands should be
_NUMBERS = ("number", "number")
_ANY = ("any", "any")
_SETS = ("set[any]", "set[any]")
_INFIX: dict[str, tuple[str, tuple[str, ...]]] = {
    "eq": ("=", _ANY),
    "assign": (":=", _ANY),
    "gt": (">", _ANY),
    "gte": (">=", _ANY),
    "lt": ("<", _ANY),
    "lte": ("<=", _ANY),
    "neq": ("!=", _ANY),
    "equal": ("==", _ANY),
    "plus": ("+", _NUMBERS),
    "minus": ("-", ("any<number, set[any]>", "any<number, set[any]>")),
    "mul": ("*", _NUMBERS),
    "div": ("/", _NUMBERS),
    "rem": ("%", _NUMBERS),
    "and": ("&", _SETS),
    "or": ("|", _SETS),
}
_MEMBER = {
    "internal.member_2": ("any", "any"),
    "internal.member_3": ("any", "any", "any"),
    # The operator's sign as a function's name; OPA finds member_3 under it.
    "in": ("any", "any", "any"),
}


def format_module(
    text: str,
    *,
    file: str = "",
    rego_version: str = "v1",
    to: str | None = None,
    drop_imports: bool = False,
    keywords_in_refs: bool = True,
    capabilities: Mapping[str, Any] | None = None,
) -> str:
    """`text` formatted; raises RegoErrors when it is no module, or cannot be written in the dialect asked for.

    `rego_version` is what the text is read as. `to` is what it is to become: None for the same dialect, "v0v1" or
    "v0v2" and "v1v2" for text both dialects take, "v1" or "v2" for the later one alone. `drop_imports` leaves out
    `rego.v1` and `future.keywords` imports where they say nothing.
    """
    return deeply(_format, text, file, rego_version, to, drop_imports, keywords_in_refs, capabilities)


def format_checked(
    text: str, *, file: str = "", rego_version: str = "v1", to: str | None = None, drop_imports: bool = False
) -> str:
    """`format_module`, but the result is parsed: `opa fmt` has layouts that do not read back, and those are errors."""
    formatted = format_module(text, file=file, rego_version=rego_version, to=to, drop_imports=drop_imports)
    if formatted == text:
        return formatted
    for version in dict.fromkeys(((to or rego_version)[:2], (to or rego_version)[-2:])):
        try:
            parse_module(formatted, rego_version=version, annotations=False)
        except RegoErrors as errors:
            first = errors.errors[0]
            where = f" at line {first.location.row}" if first.location else ""
            message = f"cannot be formatted: the result would not parse as Rego {version}{where}: {first.message}"
            raise RegoErrors([RegoSyntaxError(message, Location(file), code="rego_format_error")]) from None
    return formatted


def _format(
    text: str,
    file: str,
    version: str,
    to: str | None,
    drop_imports: bool,
    keywords_in_refs: bool,
    capabilities: Mapping[str, Any] | None,
) -> str:
    module = parse_module(
        text, file=file, rego_version=version, capabilities=capabilities, annotations=False, spans=True
    )
    target = Target.of(to or version)
    if target.newest != "v0":
        errors = _checks.check_module(module, target.newest)
        if errors:
            raise RegoErrors(errors)
    writer = _Writer(module, text, target, keywords_in_refs)
    writer.module(drop_imports)
    if writer.errors:
        raise RegoErrors(writer.errors)
    formatted = "".join(writer.out)
    return formatted.rstrip("\n") + "\n" if formatted.endswith("\n") else formatted


class _Note:
    """A comment on its way to the output: `text` as it will be written, `raw` as it was."""

    __slots__ = ("col", "raw", "row", "text")

    def __init__(self, text: str, place: Location) -> None:
        self.text = "#" + text.rstrip()
        self.raw = "#" + text
        self.row = place.row
        self.col = place.col

    @property
    def metadata(self) -> bool:
        return self.col == 1 and self.text[1:].strip().startswith("METADATA")


class _Misplaced:
    """A comment stands where the layout has no place for one. A value, not an exception, for what is half written
    has to be finished."""

    __slots__ = ()


Notes: TypeAlias = "list[_Note]"
Outcome: TypeAlias = "tuple[list[_Note], _Misplaced | None]"
_Entry: TypeAlias = "Term | tuple[Term, Term] | Expr"


class _Operand:
    """One operand of an `and`/`or` chain; `brace` is where a braced one opens."""

    __slots__ = ("body", "brace", "explicit", "parens")

    def __init__(self, body: Body, explicit: bool, parens: bool, brace: Span | None) -> None:
        self.body = body
        self.explicit = explicit
        self.parens = parens
        self.brace = brace


class _Writer:
    def __init__(self, module: Module, text: str, target: Target, keywords_in_refs: bool) -> None:
        self.source = text
        self.tree = module
        self.target = target
        self.keywords_in_refs = keywords_in_refs
        self.out: list[str] = []
        self.level = 0
        self.inline = False
        self.before_end: _Note | None = None
        self.delay = False
        self.errors: list[RegoError] = []
        self.comment_on_final_line = False
        self.paren_expr: Expr | None = None
        self.paren_term: Term | None = None
        self.style = _Style(module, target)
        self.keywords = self.style.keywords
        self._defaults: dict[int, tuple[Any, Span]] = {}

    # --- places -------------------------------------------------------------------------------------------------

    def place(self, node: Any) -> Span:
        """The node's span; one of its own for a node no one wrote."""
        location = node.location
        if type(location) is Span:
            return location
        known = self._defaults.get(id(node))
        if known is None:
            text = node_text(node)
            known = (node, make_span(DEFAULT_FILE, 1, 1, 0, len(text), text))
            self._defaults[id(node)] = known
        return known[1]

    # --- lines --------------------------------------------------------------------------------------------------

    def put(self, text: str) -> None:
        self.out.append(text)

    def start_line(self) -> None:
        self.inline = True
        if self.level:
            self.out.append("\t" * self.level)

    def end_line(self) -> None:
        self.inline = False
        if self.before_end is not None and not self.delay:
            self.out.append(" " + self.before_end.text)
            self.before_end = None
        self.delay = False
        self.out.append("\n")

    def blank_line(self) -> None:
        if self.inline:
            self.end_line()
        self.out.append("\n")

    def whole_line(self, text: str) -> None:
        if not self.inline:
            self.start_line()
        self.put(text)
        self.end_line()

    # --- comments -----------------------------------------------------------------------------------------------

    def notes(self, notes: Sequence[_Note]) -> None:
        in_metadata = False
        for i, note in enumerate(notes):
            if i:
                before = notes[i - 1]
                rows = note.row - before.row or note.col - before.col
                if rows > 1:
                    self.blank_line()
                    in_metadata = False
                elif rows == 1 and in_metadata and note.metadata:
                    self.blank_line()
            if note.metadata:
                in_metadata = True
            self.whole_line(note.text)

    def insert(self, notes: Notes, row: int) -> Outcome:
        """Writes the comments above `row`, and keeps one on it for the end of the line."""
        if not notes:
            return notes, None
        before, at, after = _parted(notes, row)
        self.notes(before)
        if before and row - before[-1].row > 1:
            self.blank_line()
        return after, self._at_end(at)

    def _at_end(self, note: _Note | None) -> _Misplaced | None:
        if self.before_end is not None:
            if note is None:
                return None
            self.before_end = None
            return _Misplaced()
        self.before_end = note
        return None

    # --- modules ------------------------------------------------------------------------------------------------

    def module(self, drop_imports: bool) -> None:
        module = self.tree
        imports = arranged_imports(module.imports, self.target, self.style, drop_imports)
        notes = sorted((_Note(c.text, c.location) for c in module.comments), key=lambda n: (n.row, n.col))
        others: list[Import | Rule] = sorted((*imports, *module.rules), key=lambda s: (s.location.row, s.location.col))
        added: list[Import] = []
        if _added_after_rule(others):
            added = [s for s in others if _is_added(s) and isinstance(s, Import)]
            others = [s for s in others if not _is_added(s)]
        notes = self.package(module.package, notes)
        notes = self.imports(added, notes)
        while others:
            split = _run_length(others, Import)
            notes = self.imports([s for s in others[:split] if isinstance(s, Import)], notes)
            others = others[split:]
            split = _run_length(others, Rule)
            notes = self.rules([s for s in others[:split] if isinstance(s, Rule)], notes)
            others = others[split:]
        for i, note in enumerate(notes):
            self.whole_line(note.text)
            if i == len(notes) - 1:
                self.put("\n")

    def package(self, package: Package, notes: Notes) -> Notes:
        notes, _ = self.insert(notes, package.location.row)
        self.start_line()
        first, *rest = package.path.terms[1:]
        self.put("package ")
        assert isinstance(first.value, String)
        self.ref(Ref((Term(Var(first.value.value)), *rest)), [])
        self.blank_line()
        return notes

    def imports(self, imports: list[Import], notes: Notes) -> Notes:
        beside: dict[int, _Note] = {}
        left: Notes = []
        for note in notes:
            same_row = next((i for i in imports if i.location.row == note.row), None)
            if same_row is None:
                left.append(note)
            else:
                beside[id(same_row)] = note
        notes = left
        for group in _import_groups(imports):
            notes, _ = self.insert(notes, group[0].location.row)
            for statement in sorted_imports(group):
                self.start_line()
                self._import(statement)
                if id(statement) in beside:
                    self.put(" " + beside[id(statement)].text)
                self.end_line()
            self.blank_line()
        return notes

    def _import(self, statement: Import) -> None:
        self.put("import ")
        assert isinstance(statement.path.value, Ref)
        if is_future_keyword(statement):
            self.put(".".join(_plain(t) for t in statement.path.value.terms))
        else:
            self.ref(statement.path.value, [])
        if statement.alias:
            self.put(" as " + statement.alias)

    # --- rules --------------------------------------------------------------------------------------------------

    def rules(self, rules: list[Rule], notes: Notes) -> Notes:
        for i, rule in enumerate(rules):
            notes, _ = self.insert(notes, rule.location.row)
            notes, _ = self.rule(rule, False, notes)
            if i < len(rules) - 1 and self._groupable(rule):
                following = rules[i + 1]
                if self._groupable(following) and following.location.row == rule.location.row + 1:
                    continue
            self.blank_line()
        return notes

    def _groupable(self, rule: Rule) -> bool:
        """Whether the rule is written on one line, so that it may stand right below another."""
        if len(rule.body) > 1 or rule.default or rule.otherwise is not None:
            return False
        if len(rule.body) == 1 and _is_set_term(rule.body[0]):
            return False
        return self._uses_if(rule)

    def _uses_if(self, rule: Rule) -> bool:
        return self.style.ifs and (self.style.contains or rule.head.value is not None)

    def rule(self, rule: Rule, is_else: bool, notes: Notes) -> Outcome:
        if not is_else:
            self.start_line()
        if rule.default:
            self.put("default ")
        constant = _is_constant(rule)
        self.comment_on_final_line = constant
        notes, misplaced = self.head(rule.head, rule.default, constant, notes)
        if not rule.body or constant:
            self.end_line()
            return notes, None
        self.comment_on_final_line = True
        uses_if = self._uses_if(rule)
        if uses_if:
            self.put(" if")
            if len(rule.body) == 1 and self._body_beside_head(rule):
                self.put(" ")
                notes, _ = self.expr(rule.body[0], notes)
                self.end_line()
                if rule.otherwise is not None:
                    return self.otherwise(rule, notes)
                return notes, None
        if misplaced and notes:
            self.put(" { ")
        else:
            self.put(" {")
            self.end_line()
        if uses_if and not is_else:
            self._mark_union(rule.body[0])
        self.level += 1
        notes, _ = self.body(rule.body, notes)
        notes, misplaced = self.insert(notes, self._closing_row(rule))
        if misplaced:
            return notes, misplaced
        self.level -= 1
        self.start_line()
        self.put("}")
        if rule.otherwise is not None:
            return self.otherwise(rule, notes)
        return notes, None

    def _body_beside_head(self, rule: Rule) -> bool:
        """Whether the only expression of the body starts on the line the head ends on."""
        head = self.place(rule.head)
        end_row = head.row + head.text.count("\n")
        return rule.body[0].location.row == end_row and not _is_set_term(rule.body[0])

    def _closing_row(self, rule: Rule) -> int:
        text, row = self.place(rule).text, rule.location.row
        if rule.head.args:
            return _closing_row(text, row, "{}", skip="()")
        if rule.head.key is not None:
            return _closing_row(text, row, "{}", skip="[]")
        return _closing_row(text, row, "{}")

    def otherwise(self, rule: Rule, notes: Notes) -> Outcome:
        """An `else`, on the line of the closing brace unless it stood on its own."""
        other = rule.otherwise
        assert other is not None
        lines = self.place(rule).text.split("\n")
        row = other.location.row - rule.location.row
        beside = 0 < row < len(lines) and not lines[row].strip().startswith("else")
        head_row = other.head.location.row
        comment_above = bool(notes and notes[0].row < head_row) or self.before_end is not None
        if beside and not comment_above:
            self.put(" ")
        else:
            self.blank_line()
            self.start_line()
        notes, misplaced = self.insert(notes, head_row)
        if misplaced:
            return notes, misplaced
        if comment_above and not beside:
            self.start_line()
        return self.rule(_as_else(other), True, notes)

    def head(self, head: Head, default: bool, constant: bool, notes: Notes) -> Outcome:
        terms = _shown_ref(head)
        if self.style.ref_heads or len(terms) == 1:
            notes, misplaced = self.ref(Ref(terms), notes)
            if misplaced:
                return [], misplaced
        else:
            if notes and terms[1].location.row == notes[0].row:
                return self.unformatted(self.place(head), notes), None
            self.put(f"{node_text(terms[0])}[{self._operand_text(terms[1])}]")
        if head.args:
            self.put("(")
            place = self.place(head)
            close = _closing_row(place.text, place.row, "()")
            notes, misplaced = self.entries(list(head.args), place, close, notes, self._list_entry(False))
            self.put(")")
            if misplaced:
                return notes, misplaced
        if head.key is not None and head.value is None:
            notes, misplaced = self._head_key(head.key, notes)
            if misplaced:
                return notes, misplaced
        return self._head_value(head, default, constant, notes)

    def _operand_text(self, term: Term) -> str:
        if isinstance(term.value, Var):
            return self.variable(term)
        return node_text(term)

    def _head_key(self, key: Term, notes: Notes) -> Outcome:
        if self.style.contains:
            self.put(" contains ")
            return self.term(key, notes)
        self.put("[")
        notes, misplaced = self.term(key, notes)
        if not misplaced:
            self.put("]")
        return notes, misplaced

    def _head_value(self, head: Head, default: bool, constant: bool, notes: Notes) -> Outcome:
        value = head.value
        if value is None:
            return notes, None
        is_true = value.value == _TRUE
        if head.key is None and is_true and not constant and not default:
            return notes, None
        ref_constant = self.style.v1 and constant and head.key is None and not head.args
        if head.location is value.location and head.name != "else" and is_true and not ref_constant:
            # The value was not written: f(1)
            return notes, None
        self.put(" := " if head.assign or self.style.v1 else " = ")
        return self.term(value, notes)

    # --- bodies and expressions ---------------------------------------------------------------------------------

    def body(self, body: Body, notes: Notes) -> Outcome:
        notes, misplaced = self.insert(notes, body[0].location.row)
        if misplaced:
            return notes, misplaced
        for i, expr in enumerate(body):
            if i:
                before = self.place(body[i - 1])
                if expr.location.row > before.row + before.text.count("\n") + 1:
                    self.blank_line()
            self.start_line()
            notes, _ = self.expr(expr, notes)
            self.end_line()
        return notes, None

    def expr(self, expr: Expr, notes: Notes) -> Outcome:
        parens = self.paren_expr is expr
        if parens:
            self.paren_expr = None
        notes, misplaced = self.insert(notes, expr.location.row)
        if misplaced:
            return notes, misplaced
        if not self.inline:
            self.start_line()
        negated_parens = expr.negated and (_is_logical(expr) or (self.style.v2 and _leads_with_brace(expr)))
        if expr.negated:
            self.put("not (" if negated_parens else "not ")
        if parens:
            self.put("(")
        notes, misplaced = self._expr_terms(expr, notes)
        if misplaced:
            return notes, misplaced
        if parens:
            self.put(")")
        if negated_parens:
            self.put(")")
        if not expr.withs:
            return notes, None
        return self._withs(expr, notes)

    def _expr_terms(self, expr: Expr, notes: Notes) -> Outcome:
        terms = expr.terms
        match terms:
            case Term():
                return self.term(terms, notes)
            case tuple():
                return self._function(terms, notes)
            case SomeDecl():
                notes, misplaced = self._some(terms, notes)
            case Every():
                notes, misplaced = self._every(terms, self.place(expr), notes)
            case Not():
                notes, misplaced = self._not(terms, self.place(expr), notes)
            case LogicalAnd() | LogicalOr():
                notes, misplaced = self._logical(expr, notes)
        return ([] if misplaced else notes), misplaced

    def _withs(self, expr: Expr, notes: Notes) -> Outcome:
        withs = expr.withs
        last_row = self._terms_end_row(expr)
        first = 0
        if withs[0].location.row == last_row:
            notes, misplaced = self._with(withs[0], notes, False)
            if misplaced:
                return notes, misplaced
            first = 1
        indented = False
        misplaced = None
        for clause in withs[first:]:
            own_line = clause.location.row > last_row
            if own_line:
                if not indented:
                    self.level += 1
                    indented = True
                self.end_line()
                self.start_line()
                last_row = clause.location.row
            notes, misplaced = self._with(clause, notes, own_line)
            if misplaced:
                break
        if indented:
            self.level -= 1
        return notes, misplaced

    def _terms_end_row(self, expr: Expr) -> int:
        place = self.place(expr)
        text = place.text
        clause = self.place(expr.withs[0])
        offset = clause.start - place.start
        if 0 < offset <= len(text):
            text = text[:offset]
        return place.row + text.rstrip(" \t\r\n").count("\n")

    def _with(self, clause: With, notes: Notes, own_line: bool) -> Outcome:
        notes, misplaced = self.insert(notes, clause.location.row)
        if misplaced:
            return [], misplaced
        self.put("with " if own_line else " with ")
        notes, misplaced = self.term(clause.target, notes)
        if misplaced:
            return [], misplaced
        self.put(" as ")
        notes, _ = self.term(clause.value, notes)
        return notes, None

    def _some(self, declaration: SomeDecl, notes: Notes) -> Outcome:
        row = declaration.location.row
        notes, misplaced = self.insert(notes, row)
        if misplaced:
            return notes, misplaced
        self.put("some ")
        for i, term in enumerate(declaration.symbols):
            value = term.value
            if isinstance(value, Call):
                return self._in(False, value.terms, self.place(declaration), notes)
            if term.location.row > row:
                self.end_line()
                self.start_line()
                self.put("\t")
                row = term.location.row
            elif i:
                self.put(" ")
            notes, misplaced = self.term(term, notes)
            if misplaced:
                return notes, misplaced
            if i < len(declaration.symbols) - 1:
                self.put(",")
        return notes, None

    def _every(self, every: Every, place: Span, notes: Notes) -> Outcome:
        notes, misplaced = self.insert(notes, place.row)
        if misplaced:
            return notes, misplaced
        self.put("every ")
        if every.key is not None:
            notes, misplaced = self.term(every.key, notes)
            if misplaced:
                return notes, misplaced
            self.put(", ")
        notes, misplaced = self.term(every.value, notes)
        if misplaced:
            return notes, misplaced
        self.put(" in ")
        notes, misplaced = self.term(every.domain, notes)
        if misplaced:
            return notes, misplaced
        self.put(" {")
        notes, _ = self._inner_body("{}", every.body, place, place, notes)
        if len(every.body) == 1 and every.body[0].location.row == every.location.row:
            self.put(" ")
        self.put("}")
        return notes, None

    def _not(self, node: Not, place: Span, notes: Notes) -> Outcome:
        notes, misplaced = self.insert(notes, place.row)
        if misplaced:
            return notes, misplaced
        self.put("not ")
        if node.explicit_body or len(node.body) > 1:
            return self._braced(node.body, place, notes), None
        parens = not_needs_parens(node.body) or _leads_with_brace(node.body[0])
        if parens:
            self.put("(")
        notes, _ = self.expr(node.body[0], notes)
        if parens:
            self.put(")")
        return notes, None

    def _braced(self, body: Body, place: Span, notes: Notes) -> Notes:
        """`{ body }` as the operand of `not`, `and` or `or`."""
        if _is_union(body[0]):
            self.paren_expr = body[0]
        self.put("{")
        notes, _ = self._inner_body("{}", body, place, place, notes)
        if body[-1].location.row == place.row:
            self.put(" ")
        self.put("}")
        return notes

    # --- and, or ------------------------------------------------------------------------------------------------

    def _logical(self, expr: Expr, notes: Notes) -> Outcome:
        first, steps = self._chain(expr)
        notes, _ = self._operand(first, notes)
        indented = False
        for name, operand, end_row in steps:
            self.put(" " + name)
            start = operand.brace if operand.explicit else operand.body[0].location
            if start is not None and start.row > end_row:
                if not indented:
                    self.level += 1
                    indented = True
                self.end_line()
                self.start_line()
            else:
                self.put(" ")
            notes, _ = self._operand(operand, notes)
        if indented:
            self.level -= 1
        return notes, None

    def _operand(self, operand: _Operand, notes: Notes) -> Outcome:
        if operand.explicit:
            if not operand.body:
                self.put("{}")
                return notes, None
            assert operand.brace is not None
            return self._braced(operand.body, operand.brace, notes), None
        if operand.parens:
            self.put("(")
        outcome = self.expr(operand.body[0], notes)
        if operand.parens:
            self.put(")")
        return outcome

    def _chain(self, expr: Expr) -> tuple[_Operand, list[tuple[str, _Operand, int]]]:
        """The first operand of a left-nested chain, and each operator with its right operand and the row on which
        everything left of it ends."""
        steps: list[tuple[str, _Operand, int]] = []
        while True:
            node = expr.terms
            assert isinstance(node, (LogicalAnd, LogicalOr))
            name = "and" if isinstance(node, LogicalAnd) else "or"
            place = self.place(expr)
            right = self._new_operand(node.rhs, node.explicit_rhs, name, True, place)
            left = node.lhs
            if (
                not node.explicit_lhs
                and len(left) == 1
                and _is_logical(left[0])
                and not _operand_parens(left, name, False)
            ):
                steps.append((name, right, self._body_end_row(left)))
                expr = left[0]
                continue
            first = self._new_operand(left, node.explicit_lhs, name, False, place)
            steps.append((name, right, self._operand_end_row(first)))
            steps.reverse()
            return first, steps

    def _new_operand(self, body: Body, explicit: bool, parent: str, right: bool, place: Span) -> _Operand:
        if explicit or len(body) != 1:
            return _Operand(body, True, False, self._brace_of(place, body))
        return _Operand(body, False, _operand_parens(body, parent, right), None)

    def _brace_of(self, place: Span, body: Body) -> Span:
        if not body:
            return place
        at = min(self.place(body[0]).start - place.start, len(place.text))
        found = place.text.rfind("{", 0, max(at, 0))
        if found < 0:
            return place
        row = place.row + place.text.count("\n", 0, found)
        return make_span(place.file, row, place.col, place.start + found, place.end, self.source)

    def _operand_end_row(self, operand: _Operand) -> int:
        if operand.explicit and operand.brace is not None:
            row = _closing_row(operand.brace.text, operand.brace.row, "{}")
            if row > 0:
                return row
        return self._body_end_row(operand.body)

    def _body_end_row(self, body: Body) -> int:
        if not body:
            return 0
        place = self.place(body[-1])
        return place.row + place.text.rstrip(" \t\r\n").count("\n")

    def _mark_union(self, expr: Expr) -> None:
        """Has the set union that leads `expr` parenthesized, for `{ x | y` would start a comprehension."""
        if expr.negated:
            return
        if _is_logical(expr):
            first, _ = self._chain(expr)
            if not first.explicit and not first.parens:
                self._mark_union(first.body[0])
            return
        if _is_union(expr):
            self.paren_expr = expr
            return
        lead = _infix_lead(expr)
        if lead is not None and _is_union_call(lead):
            self.paren_term = lead

    # --- calls --------------------------------------------------------------------------------------------------

    def _function(self, terms: tuple[Term, ...], notes: Notes) -> Outcome:
        name = operator_name(terms[0])
        if name in _MEMBER and name != "in":
            return self._in(False, terms, self.place(terms[0]), notes)
        if name not in _INFIX and name != "in":
            return self._plain_call(terms, notes)
        sign, wanted = _INFIX.get(name) or ("in", _MEMBER["in"])
        arity = len(wanted)
        if len(terms) == arity + 1:
            return self._infix(((terms[1], f" {sign} "), (terms[2], "")), notes)
        if len(terms) == arity + 2:
            return self._infix(((terms[3], " = "), (terms[1], f" {sign} "), (terms[2], "")), notes)
        self._arity_error(terms, self.place(terms[0]), wanted)
        return self._plain_call(terms, notes)

    def _infix(self, parts: Iterable[tuple[Term, str]], notes: Notes) -> Outcome:
        for term, sign in parts:
            notes, misplaced = self.term(term, notes)
            if misplaced:
                return (notes if not sign else []), misplaced
            self.put(sign)
        return notes, None

    def _plain_call(self, terms: tuple[Term, ...], notes: Notes) -> Outcome:
        operator = terms[0].value
        if isinstance(operator, Ref):
            notes, misplaced = self.ref(operator, notes)
            if misplaced:
                return notes, misplaced
        else:
            self.put(node_text(operator))
        self.put("(")
        place = self.place(terms[0])
        close = _closing_row(place.text, place.row, "()")
        notes, misplaced = self.entries(list(terms[1:]), place, close, notes, self._list_entry(False))
        self.put(")")
        return ([] if misplaced else notes), misplaced

    def _call(self, parens: bool, call: Call, place: Span, notes: Notes) -> Outcome:
        terms = call.terms
        name = operator_name(terms[0])
        if name in _MEMBER:
            return self._in(True, terms, place, notes)
        if name not in _INFIX:
            return self._plain_call(terms, notes)
        sign, wanted = _INFIX[name]
        if parens:
            self.put("(")
        if len(terms) != 3:
            self._arity_error(terms, place, wanted)
            return notes, None
        notes, misplaced = self.term_in_parens(True, terms[1], notes)
        if misplaced:
            return [], misplaced
        self.put(f" {sign} ")
        notes, misplaced = self.term_in_parens(True, terms[2], notes)
        if misplaced:
            return [], misplaced
        if parens:
            self.put(")")
        return notes, None

    def _in(self, parens: bool, terms: tuple[Term, ...], place: Span, notes: Notes) -> Outcome:
        wanted = _MEMBER[operator_name(terms[0])]
        operands = terms[1:]
        if len(operands) != len(wanted):
            self._arity_error(terms, place, wanted)
            return notes, None
        parens = parens and len(operands) == 3
        if parens:
            self.put("(")
        between = ("", " in ") if len(operands) == 2 else ("", ", ", " in ")
        misplaced = None
        for sign, operand in zip(between, operands, strict=True):
            self.put(sign)
            notes, misplaced = self.term_in_parens(True, operand, notes)
            if misplaced:
                notes = []
                break
        if parens:
            self.put(")")
        return notes, misplaced

    def _arity_error(self, terms: tuple[Term, ...], place: Location, wanted: tuple[str, ...]) -> None:
        have = ",".join(VALUE_NAMES[type(t.value)] for t in terms[1:])
        self.errors.append(
            RegoAnalysisError(
                f"{node_text(terms[0])}: arity mismatch",
                Location(place.file, place.row, place.col),
                details=(f"have: ({have})", f"want: ({','.join(wanted)})"),
                code="rego_type_error",
            )
        )

    # --- terms --------------------------------------------------------------------------------------------------

    def term(self, term: Term, notes: Notes) -> Outcome:
        """Writes a term; one with a comment in an odd place as it was."""
        if not notes:
            return self.term_in_parens(False, term, notes)
        length, level, saved = len(self.out), self.level, list(notes)
        notes, misplaced = self.term_in_parens(False, term, notes)
        if not misplaced:
            return notes, None
        del self.out[length:]
        self.level = level
        place = self.place(term)
        held = self.before_end
        if held is not None and place.row <= held.row <= place.row + place.text.count("\n"):
            self.before_end = None
        return self.unformatted(place, saved), misplaced

    def unformatted(self, place: Span, notes: Notes) -> Notes:
        """Writes the source text of `place`; the comments that are left."""
        self.put(place.text)
        last_row = place.row + place.text.count("\n")
        left: Notes = []
        for note in notes:
            if self.comment_on_final_line and note.row == last_row:
                self.put(" " + note.raw)
            elif note.row >= last_row:
                left.append(note)
        return left

    def term_in_parens(self, parens: bool, term: Term, notes: Notes) -> Outcome:
        if self.paren_term is term:
            self.paren_term = None
            parens = True
        if notes:
            notes, misplaced = self.insert(notes, self.place(term).row)
            if misplaced:
                return [], misplaced
        if not self.inline:
            self.start_line()
        value = term.value
        misplaced = None
        match value:
            case String():
                self._string(term, value)
            case Var():
                self.put(self.variable(term))
            case Ref():
                notes, misplaced = self.ref(value, notes)
            case Call():
                notes, misplaced = self._call(parens, value, self.place(term), notes)
            case Object():
                notes, misplaced = self._collection(
                    "{}", list(value.items), self.place(term), notes, self._object_entry
                )
            case Array():
                notes, misplaced = self._collection(
                    "[]", list(value.items), self.place(term), notes, self._list_entry(True)
                )
            case Set():
                notes, misplaced = self._set(value, self.place(term), notes)
            case ArrayComprehension():
                notes, misplaced = self._comprehension("[]", value.term, value.body, self.place(term), notes)
            case SetComprehension():
                notes, misplaced = self._comprehension("{}", value.term, value.body, self.place(term), notes)
            case ObjectComprehension():
                notes, misplaced = self._object_comprehension(value, self.place(term), notes)
            case TemplateString():
                notes, misplaced = self._template(value, notes)
            case _:
                self.put(node_text(value))
        if misplaced:
            return [], misplaced
        if not self.inline:
            self.start_line()
        return notes, None

    def variable(self, term: Term) -> str:
        assert isinstance(term.value, Var)
        name = self.style.wildcards.get(id(term))
        if name is not None:
            return name
        return "_" if term.value.wildcard else term.value.name

    def _string(self, term: Term, value: String) -> None:
        """The literal as it was written; of an `else := "x"` only the string."""
        text = self.place(term).text
        if text[:1] == "`":
            self.put(text)
            return
        quote = text[-1:]
        if quote in ('"', "`") and quote in text:
            self.put(text[text.index(quote) :])
        else:
            self.put(go_quote(value.value))

    def _template(self, template: TemplateString, notes: Notes) -> Outcome:
        quote = "`" if template.multi_line else '"'
        self.put("$" + quote)
        for i, part in enumerate(template.parts):
            if isinstance(part, Expr):
                following = template.parts[i + 1] if i + 1 < len(template.parts) else None
                notes, misplaced = self._template_expr(part, following, notes)
                if misplaced:
                    return notes, misplaced
            elif isinstance(part.value, String):
                text = part.value.value
                if template.multi_line:
                    self.put(escape_template_part(text))
                else:
                    self.put(escape_template_part(go_quote(text))[1:-1])
            else:
                self.put(node_text(part).removeprefix('"').removesuffix('"'))
        self.put(quote)
        return notes, None

    def _template_expr(self, expr: Expr, following: Term | Expr | None, notes: Notes) -> Outcome:
        self.put("{")
        self.level += 1
        if self.before_end is not None:
            self.end_line()
            self.start_line()
        else:
            before, _, _ = _parted(notes, expr.location.row)
            if before:
                self.put(" ")
                self.inline = True
                self.notes(before)
                notes = notes[len(before) :]
        notes, misplaced = self.expr(expr, notes)
        if misplaced:
            return notes, misplaced
        if following is not None:
            before, _, _ = _parted(notes, self.place(following).row)
            if before:
                self.end_line()
                self.notes(before)
                notes = notes[len(before) :]
                self.start_line()
        self.put("}")
        self.level -= 1
        return notes, None

    def ref(self, ref: Ref, notes: Notes) -> Outcome:
        head = ref.terms[0]
        parens = isinstance(head.value, Call) and self.place(head).text[:1] == "("
        notes, misplaced = self.term_in_parens(parens, head, notes)
        if misplaced:
            return [], misplaced
        for term in ref.terms[1:]:
            value = term.value
            if isinstance(value, String):
                self.put(self._string_operand(term, value.value))
            elif isinstance(value, Var):
                self.put(f"[{self.variable(term)}]")
            else:
                self.put("[")
                notes, misplaced = self.term(term, notes)
                # The bracket must not become part of the comment.
                self.put("\n]" if misplaced else "]")
        return notes, None

    def _string_operand(self, term: Term, text: str) -> str:
        bracket = not _is_name(text)
        if not bracket and text in self.keywords:
            written = self.place(term).text if term.location.row else ""
            bracket = not self.keywords_in_refs or written[:1] == '"'
        return f"[{go_quote(text)}]" if bracket else "." + text

    # --- collections --------------------------------------------------------------------------------------------

    def _collection(
        self, signs: str, entries: list[Any], place: Span, notes: Notes, write: Callable[[Any, Notes], Outcome]
    ) -> Outcome:
        self.put(signs[0])
        close = _closing_row(place.text, place.row, signs)
        outcome = self.entries(entries, place, close, notes, write)
        self.put(signs[1])
        return outcome

    def _set(self, value: Set, place: Span, notes: Notes) -> Outcome:
        if value.items:
            return self._collection("{}", list(value.items), place, notes, self._list_entry(True))
        self.put("set()")
        return self.insert(notes, _closing_row(place.text, place.row, "()"))

    def _list_entry(self, parenthesize: bool) -> Callable[[Any, Notes], Outcome]:
        def write(term: Term, notes: Notes) -> Outcome:
            parens = _is_union_call(term) and (parenthesize or self.place(term).text[:1] == "(")
            if parens:
                self.put("(")
            outcome = self.term(term, notes)
            if parens:
                self.put(")")
            return outcome

        return write

    def _object_entry(self, entry: tuple[Term, Term], notes: Notes) -> Outcome:
        key, value = entry
        parens = _is_union_call(key)
        if parens:
            self.put("(")
        notes, misplaced = self.term(key, notes)
        if misplaced:
            return [], misplaced
        self.put("): " if parens else ": ")
        parens = _is_union_call(value)
        if parens:
            self.put("(")
        outcome = self.term(value, notes)
        if parens:
            self.put(")")
        return outcome

    def entries(
        self, entries: list[Any], last: Span, close: int, notes: Notes, write: Callable[[Any, Notes], Outcome]
    ) -> Outcome:
        """The entries of a collection or the arguments of a call, on as many lines as they had."""
        lines = self._lines(entries, last)
        broken = False
        if len(lines) == 1:
            if any(last.row < note.row < close for note in notes):
                return notes, _Misplaced()
            if entries:
                first = entries[0][0] if isinstance(entries[0], tuple) else entries[0]
                cut = last.text.find(self.place(first).text)
                broken = cut > 0 and last.text.find("\n", 0, cut) > 0
        several = len(lines) > 1 or broken
        if several:
            self.delay = True
            self.end_line()
            self.level += 1
            self.start_line()
        for line in lines[:-1]:
            notes, misplaced = self._line(line, notes, write)
            if misplaced:
                return [], misplaced
            self.put(",")
            self.end_line()
            self.start_line()
        notes, misplaced = self._line(lines[-1], notes, write)
        if misplaced:
            return [], misplaced
        if several:
            self.put(",")
            self.end_line()
            notes, misplaced = self.insert(notes, close)
            if misplaced:
                return [], misplaced
            self.level -= 1
            self.start_line()
        return notes, None

    def _line(self, entries: list[Any], notes: Notes, write: Callable[[Any, Notes], Outcome]) -> Outcome:
        for i, entry in enumerate(entries):
            if i:
                self.put(", ")
            notes, misplaced = write(entry, notes)
            if misplaced:
                return (notes if i == len(entries) - 1 else []), misplaced
        return notes, None

    def _lines(self, entries: list[Any], last: Span) -> list[list[Any]]:
        """The entries in the order and on the lines they were written; all on one when that cannot be told."""
        if self.style.has_generated and any(_is_generated(entry) for entry in entries):
            return [entries]
        entries.sort(key=lambda e: _row_col(self._entry_place(e)))
        lines: list[list[Any]] = []
        current: list[Any] = []
        row = last.row
        for i, entry in enumerate(entries):
            entry_row = self._entry_place(entry).row
            if entry_row > row and i:
                lines.append(current)
                current = []
            row = entry_row
            current.append(entry)
        lines.append(current)
        return lines

    def _entry_place(self, entry: Any) -> Location:
        if isinstance(entry, tuple):
            return self.place(entry[0])
        return self.place(entry)

    # --- comprehensions -----------------------------------------------------------------------------------------

    def _comprehension(self, signs: str, term: Term, body: Body, place: Span, notes: Notes) -> Outcome:
        self.put(signs[0])
        outcome = self._comprehension_inside(signs, term, body, place, notes)
        self.put(signs[1])
        return outcome

    def _object_comprehension(self, value: ObjectComprehension, place: Span, notes: Notes) -> Outcome:
        self.put("{")
        outcome = self._object_comprehension_inside(value, place, notes)
        self.put("}")
        return outcome

    def _object_comprehension_inside(self, value: ObjectComprehension, place: Span, notes: Notes) -> Outcome:
        # The value is never put on a line of its own, so it is taken as standing on the first one.
        old = self.place(value.value)
        moved = Term(value.value.value, make_span(old.file, place.row, old.col, old.start, old.end, self.source))
        if id(value.value) in self.style.wildcards:
            self.style.wildcards[id(moved)] = self.style.wildcards[id(value.value)]
            self._defaults[id(moved)] = (moved, old)
        parens = _is_union_call(value.key)
        if parens:
            self.put("(")
        notes, misplaced = self.term(value.key, notes)
        if misplaced:
            return [], misplaced
        self.put("): " if parens else ": ")
        return self._comprehension_inside("{}", moved, value.body, place, notes)

    def _comprehension_inside(self, signs: str, term: Term, body: Body, place: Span, notes: Notes) -> Outcome:
        term_place = self.place(term)
        if term_place.row > place.row:
            self.end_line()
            self.start_line()
        parens = isinstance(term.value, Call) and (_is_union_call(term) or term_place.text[:1] == "(")
        notes, misplaced = self.term_in_parens(parens, term, notes)
        if misplaced:
            return [], misplaced
        self.put(" |")
        return self._inner_body(signs, body, term_place, place, notes)

    def _inner_body(self, signs: str, body: Body, start: Location, place: Span, notes: Notes) -> Outcome:
        """A body inside brackets: on lines of its own if it was, else joined by semicolons."""
        lines = self._lines(list(body), start)  # type: ignore[arg-type]
        if body[0].location.row > start.row or len(lines) > 1:
            self.end_line()
            self.level += 1
            notes, misplaced = self.body(body, notes)
            if not misplaced:
                notes, misplaced = self.insert(notes, _closing_row(place.text, place.row, signs))
                if misplaced:
                    notes = []
            self.level -= 1
            self.start_line()
            return notes, misplaced
        self.put(" ")
        for i, expr in enumerate(body):
            if i:
                self.put("; ")
            notes, misplaced = self.expr(expr, notes)
            if misplaced:
                return notes, misplaced
        notes, misplaced = self.insert(notes, _closing_row(place.text, place.row, signs))
        return ([] if misplaced else notes), misplaced


class _Style:
    """What the whole module decides about the layout of each part."""

    def __init__(self, module: Module, target: Target) -> None:
        self.v1 = target.newest != "v0"
        self.v2 = target.newest == "v2"
        self.ifs = self.contains = self.v1
        self.ref_heads = False
        self.has_generated = False
        self.imported: list[str] = []
        self.needed: set[str] = set()
        self.v2_imported = False
        self.wildcards: dict[int, str] = {}
        self._first_wildcard: dict[str, Term | None] = {}
        for node in _visited(module):
            self._see(node)
        if self.v2 or self.v2_imported:
            self.keywords = VERSION_KEYWORDS["v2"]
        elif self.v1:
            self.keywords = VERSION_KEYWORDS["v1"] | frozenset(self.imported)
        else:
            self.keywords = KEYWORDS | frozenset(self.imported)

    def _see(self, node: Any) -> None:
        match node:
            case Term():
                if not node.location.row:
                    self.has_generated = True
                if isinstance(node.value, Var):
                    self.has_generated = self.has_generated or node.value.generated
                    if node.value.wildcard:
                        self._see_wildcard(node, node.value.name)
            case Expr():
                self._see_expr(node)
            case Rule():
                head = node.head
                size = len(head.ref.terms)
                if size > 2 or (size == 2 and head.key is not None and head.value is None):
                    self.ref_heads = True
            case Import():
                self._see_import(node)

    def _see_wildcard(self, term: Term, name: str) -> None:
        """A wildcard met twice is given a name."""
        if name not in self._first_wildcard:
            self._first_wildcard[name] = term
            return
        first = self._first_wildcard[name]
        shown = "_" + name[1:]
        if first is not None:
            self.wildcards[id(first)] = shown
            self._first_wildcard[name] = None
        self.wildcards[id(term)] = shown

    def _see_expr(self, expr: Expr) -> None:
        match expr.terms:
            case tuple() as terms:
                if operator_name(terms[0]) in ("internal.member_2", "internal.member_3"):
                    self.needed.add("in")
            case Every():
                self.needed.add("every")
            case Not():
                self.needed.add("not")
            case LogicalAnd():
                self.needed.add("and")
            case LogicalOr():
                self.needed.add("or")
        if expr.negated and _is_logical(expr):
            self.needed.add("not")

    def _see_import(self, statement: Import) -> None:
        path = node_text(statement.path)
        if is_future_keyword(statement):
            self.imported.append(path.rsplit(".", 1)[-1] if "[" not in path else path.split('"')[1])
        name = _plain_path(statement)
        if name in ("rego.v1", "rego.v2", "future.keywords"):
            self.ifs = self.contains = True
            self.v2_imported = self.v2_imported or name == "rego.v2"
        elif name == "future.keywords.contains":
            self.contains = True
        elif name == "future.keywords.if":
            self.ifs = True


def _visited(module: Module) -> Iterator[Any]:
    """The module's nodes in OPA's order; the refs of heads are not among them."""
    from gatewright.syntax.walk import children

    stack: list[Any] = [module]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Head):
            below: list[Any] = [*(node.args or ()), node.key, node.value]
            stack.extend(n for n in reversed(below) if n is not None)
        elif isinstance(node, Rule):
            below = [node.head, *node.body, node.otherwise]
            stack.extend(n for n in reversed(below) if n is not None)
        elif isinstance(node, Module):
            stack.extend(reversed((node.package, *node.imports, *node.rules)))
        else:
            stack.extend(reversed(children(node)))


# --- small questions ------------------------------------------------------------------------------------------------


def _parted(notes: Notes, row: int) -> tuple[Notes, _Note | None, Notes]:
    """The comments above the row, the last one on it, and those below."""
    before: Notes = []
    after: Notes = []
    at: _Note | None = None
    for note in notes:
        if note.row < row:
            before.append(note)
        elif note.row > row:
            after.append(note)
        else:
            at = note
    return before, at, after


def _closing_row(text: str, row: int, signs: str, skip: str = "") -> int:
    """The row of the bracket that closes the first one in `text`; -1 when there is none.

    With `skip`, a first pair of those brackets is passed. Brackets in strings count too, as in OPA."""
    at = 0
    if skip:
        at, row = _past(text, row, skip)
    at = text.find(signs[0], at)
    if at < 0:
        return _NO_ROW
    depth = 1
    while depth > 0:
        at += 1
        if at >= len(text):
            return _NO_ROW
        char = text[at]
        if char == signs[0]:
            depth += 1
        elif char == signs[1]:
            depth -= 1
        elif char == "\n":
            row += 1
    return row


def _past(text: str, row: int, signs: str) -> tuple[int, int]:
    at = text.find(signs[0])
    if at < 0:
        at = len(text)
    depth = 1
    while depth > 0:
        at += 1
        if at >= len(text):
            break
        char = text[at]
        if char == signs[0]:
            depth += 1
        elif char == signs[1]:
            depth -= 1
        elif char == "\n":
            row += 1
    return at, row


def _row_col(place: Location) -> tuple[int, int]:
    return place.row, place.col


def _run_length(statements: list[Import | Rule], kind: type) -> int:
    for i, statement in enumerate(statements):
        if not isinstance(statement, kind):
            return i
    return len(statements)


def _is_added(statement: Import | Rule) -> bool:
    return statement.location.file == DEFAULT_FILE


def _added_after_rule(statements: list[Import | Rule]) -> bool:
    """Whether an import we add would be written at or below the first rule."""
    first = min((s.location.row for s in statements if isinstance(s, Rule)), default=0)
    return any(_is_added(s) and s.location.row >= first for s in statements) if first else False


def _import_groups(imports: list[Import]) -> list[list[Import]]:
    groups: list[list[Import]] = []
    for statement in imports:
        if groups and statement.location.row - groups[-1][-1].location.row <= 1:
            groups[-1].append(statement)
        else:
            groups.append([statement])
    return groups


def _plain(term: Term) -> str:
    value = term.value
    return value.name if isinstance(value, Var) else str(getattr(value, "value", ""))


def _plain_path(statement: Import) -> str:
    assert isinstance(statement.path.value, Ref)
    return ".".join(_plain(t) for t in statement.path.value.terms)


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier()


def _is_constant(rule: Rule) -> bool:
    """Whether the body is only `true`: the rule is written without one."""
    if rule.otherwise is not None or len(rule.body) != 1:
        return False
    expr = rule.body[0]
    return isinstance(expr.terms, Term) and expr.terms.value == _TRUE and not expr.negated and not expr.withs


def _as_else(rule: Rule) -> Rule:
    """The rule with a head that is just `else`."""
    head = rule.head
    place = head.location
    value = Term(head.value.value, place) if head.value is not None else None
    head = Head(
        Ref((Term(Var("else"), place),)), "else", None, head.key, value, head.assign, False, place, head.keywords
    )
    return Rule(head, rule.body, rule.default, rule.otherwise, (), rule.generated_body, rule.location)


def _shown_ref(head: Head) -> tuple[Term, ...]:
    terms = head.ref.terms
    if head.key is not None and head.value is None and all(is_ground(t) for t in terms[1:]):
        return terms
    if head.key is not None and head.value is None and not _has_dynamic_ref(terms):
        return terms[:1]
    return terms


def _has_dynamic_ref(terms: tuple[Term, ...]) -> bool:
    return any(not is_ground(t) for t in terms[1:])


def _is_set_term(expr: Expr) -> bool:
    if expr.negated or not isinstance(expr.terms, Term):
        return False
    return isinstance(expr.terms.value, Set)


def _is_logical(expr: Expr) -> bool:
    return isinstance(expr.terms, (LogicalAnd, LogicalOr))


def _is_union(expr: Expr) -> bool:
    return isinstance(expr.terms, tuple) and len(expr.terms) == 3 and operator_name(expr.terms[0]) == "or"


def _is_union_call(term: Term) -> bool:
    return isinstance(term.value, Call) and operator_name(term.value.terms[0]) == "or"


def _infix_lead(expr: Expr) -> Term | None:
    """The term an infix expression's text starts with."""
    terms = expr.terms
    if not isinstance(terms, tuple):
        return None
    name = operator_name(terms[0])
    arity = 2 if name in _INFIX else len(_MEMBER.get(name, ()))
    if not arity:
        return None
    if len(terms) == arity + 1:
        return terms[1]
    return terms[-1] if len(terms) == arity + 2 else None


def _leads_with_brace(expr: Expr) -> bool:
    if isinstance(expr.terms, Term):
        return _term_leads_with_brace(expr.terms)
    lead = _infix_lead(expr)
    return lead is not None and _term_leads_with_brace(lead)


def _term_leads_with_brace(term: Term) -> bool:
    value = term.value
    while True:
        if isinstance(value, Ref):
            value = value.terms[0].value
        elif isinstance(value, Call):
            lead = _infix_lead(Expr(value.terms)) if _is_infix_call(value) else None
            if lead is None:
                return False
            value = lead.value
        else:
            return leads_with_brace(value)


def _is_infix_call(call: Call) -> bool:
    name = operator_name(call.terms[0])
    return len(call.terms) == (3 if name in _INFIX else len(_MEMBER.get(name, ())) + 1)


def _operand_parens(body: Body, parent: str, right: bool) -> bool:
    if operand_needs_parens(body, parent, right):
        return True
    return not _is_logical(body[0]) and _leads_with_brace(body[0])


def _is_generated(entry: Any) -> bool:
    """Whether a part of the entry was not written by anyone, so that rows tell nothing. OPA does not look into the
    pairs of objects."""
    from gatewright.syntax.walk import walk

    if isinstance(entry, tuple):
        return False
    for node in walk(entry):
        if isinstance(node, Term) and not node.location.row:
            return True
        if isinstance(node, Var) and node.generated:
            return True
    return False
