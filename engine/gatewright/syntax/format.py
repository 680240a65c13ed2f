"""Rego text laid out as `opa fmt` lays it out, comments kept, optionally rewritten for a later dialect.

The layout follows the source: what stood on lines of its own stays so. Hence the writer asks each node for the text it
came from (`Span`), and carries the comments not yet written from call to call. Where a comment stands at a place the
layout has none for, the term around it is written as it was (`Misplaced`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.collector import collector_paused
from gatewright.errors import RegoErrors, RegoSyntaxError
from gatewright.source import Location
from gatewright.syntax import _checks
from gatewright.syntax._deep import deeply
from gatewright.syntax._format_exprs import ExprWriter
from gatewright.syntax._format_imports import DEFAULT_FILE, Target, arranged_imports, is_future_keyword, sorted_imports
from gatewright.syntax._format_lines import Note, Notes, Outcome, closing_row
from gatewright.syntax._format_shape import (
    is_set_term,
)
from gatewright.syntax._modules import parse_module
from gatewright.syntax.nodes import (
    Boolean,
    Head,
    Import,
    Package,
    Ref,
    Rule,
    String,
    Term,
    Var,
)
from gatewright.syntax.text import (
    node_text,
)

_TRUE = Boolean(True)


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
    with collector_paused():
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
    writer = _ModuleWriter(module, text, target, keywords_in_refs)
    writer.module(drop_imports)
    if writer.errors:
        raise RegoErrors(writer.errors)
    formatted = "".join(writer.out)
    return formatted.rstrip("\n") + "\n" if formatted.endswith("\n") else formatted


class _ModuleWriter(ExprWriter):
    # --- modules ------------------------------------------------------------------------------------------------

    def module(self, drop_imports: bool) -> None:
        module = self.tree
        imports = arranged_imports(module.imports, self.target, self.style, drop_imports)
        lines = self.source.split("\n")
        notes = [Note(c.text, c.location, lines[c.location.row - 1]) for c in module.comments]
        notes.sort(key=lambda n: (n.row, n.col))
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
        beside: dict[int, Note] = {}
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
        if len(rule.body) == 1 and is_set_term(rule.body[0]):
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
        return rule.body[0].location.row == end_row and not is_set_term(rule.body[0])

    def _closing_row(self, rule: Rule) -> int:
        text, row = self.place(rule).text, rule.location.row
        if rule.head.args:
            return closing_row(text, row, "{}", skip="()")
        if rule.head.key is not None:
            return closing_row(text, row, "{}", skip="[]")
        return closing_row(text, row, "{}")

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
        terms = head.ref.terms
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
            close = closing_row(place.text, place.row, "()")
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
