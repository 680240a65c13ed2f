"""The formatter's part for terms: calls, refs, collections, comprehensions, template strings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gatewright.errors import RegoAnalysisError
from gatewright.source import Location
from gatewright.syntax._cursor import Span, make_span
from gatewright.syntax._format_lines import LineWriter, Misplaced, Notes, Outcome, closing_row, parted
from gatewright.syntax._format_shape import (
    INFIX,
    MEMBER,
    has_unplaced,
    is_union_call,
)
from gatewright.syntax._terms import VALUE_NAMES, operator_name
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Call,
    Expr,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    String,
    TemplateString,
    Term,
    Var,
)
from gatewright.syntax.text import (
    escape_template_part,
    go_quote,
    node_text,
)


class TermWriter(LineWriter):
    # --- calls --------------------------------------------------------------------------------------------------

    def _function(self, terms: tuple[Term, ...], notes: Notes) -> Outcome:
        name = operator_name(terms[0])
        if name in MEMBER and name != "in":
            return self._in(False, terms, self.place(terms[0]), notes)
        if name not in INFIX and name != "in":
            return self._plain_call(terms, notes)
        sign, wanted = INFIX.get(name) or ("in", MEMBER["in"])
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
            written, misplaced = self.ref(operator, notes)
            if misplaced:
                return written, misplaced
            # OPA forgets here which comments it has written, and writes those between `not` and the call twice.
        else:
            self.put(node_text(operator))
        self.put("(")
        place = self.place(terms[0])
        close = closing_row(place.text, place.row, "()")
        notes, misplaced = self.entries(list(terms[1:]), place, close, notes, self._list_entry(False))
        self.put(")")
        return ([] if misplaced else notes), misplaced

    def _call(self, parens: bool, call: Call, place: Span, notes: Notes) -> Outcome:
        terms = call.terms
        name = operator_name(terms[0])
        if name in MEMBER:
            return self._in(True, terms, place, notes)
        if name not in INFIX:
            return self._plain_call(terms, notes)
        sign, wanted = INFIX[name]
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
        wanted = MEMBER[operator_name(terms[0])]
        operands = terms[1:]
        if len(operands) != len(wanted):
            self._arity_error(terms, place, wanted, name=f"internal.member_{len(wanted)}")
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

    def _arity_error(
        self, terms: tuple[Term, ...], place: Location, wanted: tuple[str, ...], *, name: str = ""
    ) -> None:
        have = ",".join(VALUE_NAMES[type(t.value)] for t in terms[1:])
        self.errors.append(
            RegoAnalysisError(
                f"{name or node_text(terms[0])}: arity mismatch",
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
            before, _, _ = parted(notes, expr.location.row)
            if before:
                self.put(" ")
                self.inline = True
                self.notes(before)
                notes = notes[len(before) :]
        notes, misplaced = self.expr(expr, notes)
        if misplaced:
            return notes, misplaced
        if following is not None:
            before, _, _ = parted(notes, self.place(following).row)
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
        close = closing_row(place.text, place.row, signs)
        outcome = self.entries(entries, place, close, notes, write)
        self.put(signs[1])
        return outcome

    def _set(self, value: Set, place: Span, notes: Notes) -> Outcome:
        if value.items:
            return self._collection("{}", list(value.items), place, notes, self._list_entry(True))
        self.put("set()")
        return self.insert(notes, closing_row(place.text, place.row, "()"))

    def _list_entry(self, parenthesize: bool) -> Callable[[Any, Notes], Outcome]:
        def write(term: Term, notes: Notes) -> Outcome:
            parens = is_union_call(term) and (parenthesize or self.place(term).text[:1] == "(")
            if parens:
                self.put("(")
            outcome = self.term(term, notes)
            if parens:
                self.put(")")
            return outcome

        return write

    def _object_entry(self, entry: tuple[Term, Term], notes: Notes) -> Outcome:
        key, value = entry
        parens = is_union_call(key)
        if parens:
            self.put("(")
        notes, misplaced = self.term(key, notes)
        if misplaced:
            return [], misplaced
        self.put("): " if parens else ": ")
        parens = is_union_call(value)
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
                return notes, Misplaced()
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
        if self.style.has_generated and any(has_unplaced(entry) for entry in entries):
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
        parens = is_union_call(value.key)
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
        parens = isinstance(term.value, Call) and (is_union_call(term) or term_place.text[:1] == "(")
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
                notes, misplaced = self.insert(notes, closing_row(place.text, place.row, signs))
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
        notes, misplaced = self.insert(notes, closing_row(place.text, place.row, signs))
        return ([] if misplaced else notes), misplaced

    # --- what the writer of expressions adds ----------------------------------------------------------------------

    def body(self, body: Body, notes: Notes) -> Outcome:
        raise NotImplementedError

    def expr(self, expr: Expr, notes: Notes) -> Outcome:
        raise NotImplementedError


def _row_col(place: Location) -> tuple[int, int]:
    return place.row, place.col


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier()
