"""The formatter's part for bodies: expressions, statements, and the operators `and`, `or` and `not`."""

from __future__ import annotations

from gatewright.syntax._cursor import Span, make_span
from gatewright.syntax._format_lines import Notes, Outcome, closing_row
from gatewright.syntax._format_shape import (
    infix_lead,
    is_logical,
    is_union,
    is_union_call,
    leads_with_brace,
    operand_parens,
)
from gatewright.syntax._format_terms import TermWriter
from gatewright.syntax.nodes import (
    Body,
    Call,
    Every,
    Expr,
    LogicalAnd,
    LogicalOr,
    Not,
    SomeDecl,
    Term,
    With,
)
from gatewright.syntax.text import (
    not_needs_parens,
)


class _Operand:
    """One operand of an `and`/`or` chain; `brace` is where a braced one opens."""

    __slots__ = ("body", "brace", "explicit", "parens")

    def __init__(self, body: Body, explicit: bool, parens: bool, brace: Span | None) -> None:
        self.body = body
        self.explicit = explicit
        self.parens = parens
        self.brace = brace


class ExprWriter(TermWriter):
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
        negated_parens = expr.negated and (is_logical(expr) or (self.style.v2 and leads_with_brace(expr)))
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
        parens = not_needs_parens(node.body) or leads_with_brace(node.body[0])
        if parens:
            self.put("(")
        notes, _ = self.expr(node.body[0], notes)
        if parens:
            self.put(")")
        return notes, None

    def _braced(self, body: Body, place: Span, notes: Notes) -> Notes:
        """`{ body }` as the operand of `not`, `and` or `or`."""
        if is_union(body[0]):
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
                and is_logical(left[0])
                and not operand_parens(left, name, False)
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
        return _Operand(body, False, operand_parens(body, parent, right), None)

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
            row = closing_row(operand.brace.text, operand.brace.row, "{}")
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
        if is_logical(expr):
            first, _ = self._chain(expr)
            if not first.explicit and not first.parens:
                self._mark_union(first.body[0])
            return
        if is_union(expr):
            self.paren_expr = expr
            return
        lead = infix_lead(expr)
        if lead is not None and is_union_call(lead):
            self.paren_term = lead
