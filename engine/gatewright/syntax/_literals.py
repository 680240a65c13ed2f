"""The parser's part for bodies: their literals, `some` and `every`, and hints about keywords that are not on."""

from __future__ import annotations

from gatewright.source import Location
from gatewright.syntax._operands import MEMBER, MEMBER_KEY, Operand, OperandParser, moved
from gatewright.syntax._terms import operator_name
from gatewright.syntax._tokens import FUTURE_V0, FUTURE_V1, IDENT, Token
from gatewright.syntax.nodes import (
    Body,
    Call,
    Every,
    Expr,
    Not,
    SomeDecl,
    Term,
    Var,
    With,
)

_INFIX_EXAMPLES = {"in": "x in xs", "and": "x and y", "or": "x or y"}


class LiteralParser(OperandParser):
    # --- bodies -------------------------------------------------------------------------------------------------

    def body(self, end: str) -> Body | None:
        if not self.enter():
            return None
        body = self.query(False, end)
        self.depth -= 1
        return body

    def query(self, one_line: bool, end: str) -> Body | None:
        """query = literal { ( ";" | newline ) literal }; with `one_line` only `;` goes on."""
        if self.kind == end:
            self.error(None, "found empty body")
            return None
        exprs: list[Expr] = []
        while True:
            expr = self.literal(len(exprs))
            if expr is None:
                return None
            exprs.append(expr)
            kind = self.kind
            if kind == ";":
                self.scan()
                continue
            if kind == end or one_line:
                return tuple(exprs)
            if not self.skipped_line:
                if not self.faults:
                    self._hint_infix_keyword()
                    self.illegal(f"expected \\n or ; or {end}")
                return None

    # --- literals -----------------------------------------------------------------------------------------------

    def literal(self, index: int) -> Expr | None:
        """literal = [ "not" ] ( some | every | expr [ withs ] ) | group, joined by `and` and `or`."""
        first = self.token
        kind = self.kind
        if kind == "{" and self._logical_active():
            found, expr = self._leading_braces()
            if found:
                return self._finish_literal(expr, first, index)
        if kind == "(" and self._logical_active():
            committed, operand = self._group(False, "")
            if committed:
                expr = None if operand is None else self._fold(operand)
                return self._finish_literal(expr, first, index)
        if kind in self.ref_tokens:
            if self.next_kind(spaces=True) in (".", "["):
                self.kind = IDENT
                return self._expression(False, None, first, index)
            kind = self.kind
        not_token: Token | None = None
        if kind == "not":
            not_token = first
            self.scan()
            kind = self.kind
            if self.not_bodies and kind == "{":
                negation = self._not_body(not_token)
                expr = None if negation is None else self._fold(Operand((negation,), False, negation.location))
                return self._finish_literal(expr, first, index)
        if kind == "some" or kind == "every":
            if not_token is not None:
                self.illegal(f"illegal negation of '{kind}'")
                return None
            expr = self.some() if kind == "some" else self.every()
            return self._finish_literal(expr, first, index)
        return self._expression(not_token is not None, not_token, first, index)

    def _finish_literal(self, expr: Expr | None, first: Token, index: int) -> Expr | None:
        """The literal covers all its tokens, and so does what an unbraced `not` holds."""
        if expr is None:
            return None
        place = self.from_token(first)
        terms = expr.terms
        if isinstance(terms, Not) and not terms.explicit_body:
            inner = tuple(moved(e, place, e.index) for e in terms.body)
            terms = Not(inner, False, terms.location)
        return Expr(terms, expr.withs, expr.negated, expr.generated, index, place)

    def _expression(self, negated: bool, not_token: Token | None, first: Token, index: int) -> Expr | None:
        """expr [ withs ], after an optional `not`."""
        mark = self.mark()
        if negated and self.not_bodies and self.kind == "(":
            committed, operand = self._group(True, "not ")
            if committed:
                if operand is None or not_token is None:
                    return None
                folded = self._fold(self._negated_group(operand, not_token))
                return self._finish_literal(folded, first, index)
        start = self.token
        terms = self.expr()
        if terms is None:
            return None
        withs: tuple[With, ...] = ()
        with_place: Location | None = None
        if self.kind == "with":
            with_place = self.here()
            found = self.withs()
            if found is None:
                return None
            withs = found
        if isinstance(terms, Term) and isinstance(terms.value, Var) and terms.value.name == "every":
            self._hint_every(mark)
        if self.kind != "and" and self.kind != "or" and not (negated and self.not_bodies):
            return Expr(terms, withs, negated, False, index, self.from_token(first))
        expr: Expr | None
        if negated and self.not_bodies:
            expr = self._implicit_not(Expr(terms), not_token, withs)
        else:
            expr = Expr(terms, withs, negated)
        if self.kind == "and" or self.kind == "or":
            if with_place is not None:
                self._error_with_on_operand(with_place)
                return None
            expr = self._leads_chain(expr, start, not_token)
        return self._finish_literal(expr, first, index)

    # --- some and every -----------------------------------------------------------------------------------------

    def some(self) -> Expr | None:
        """some = "some" ( var { "," var } | term [ "," term ] "in" term )"""
        place = self.here()
        mark = self.mark()
        self.scan()
        term = self.infix()
        if term is not None and isinstance(term.value, Call):
            return self._some_in(term, place)
        self.back(mark)
        if self.version in ("v0", "v0v1"):
            self._hint_some_in(mark)
        symbols: list[Term] = []
        while True:
            self.scan()
            if self.kind != IDENT:
                self.illegal("expected var")
                return None
            symbols.append(self.variable())
            self.scan()
            if self.kind != ",":
                break
        return Expr(SomeDecl(tuple(symbols), place), location=place)

    def _some_in(self, term: Term, place: Location) -> Expr | None:
        assert isinstance(term.value, Call)
        terms = term.value.terms
        wanted = {MEMBER: 3, MEMBER_KEY: 4}.get(operator_name(terms[0]))
        if wanted is None:
            self.illegal("expected `x in xs` or `x, y in xs` expression")
            return None
        if len(terms) != wanted:
            self.illegal("illegal domain")
            return None
        expr = Expr(SomeDecl((term,), place), location=place)
        return self._attach_with(expr)

    def every(self) -> Expr | None:
        """every = "every" var [ "," var ] "in" term "{" body "}" [ withs ]"""
        place = self.here()
        self.scan()
        term = self.infix()
        if term is None:
            return None
        terms = term.value.terms if isinstance(term.value, Call) else ()
        name = operator_name(terms[0]) if terms else ""
        if name not in (MEMBER, MEMBER_KEY):
            self.illegal("expected `x[, y] in xs { ... }` expression")
            return None
        if len(terms) != (3 if name == MEMBER else 4):
            self.illegal("illegal domain")
            return None
        key = terms[1] if name == MEMBER_KEY else None
        value, domain = terms[-2], terms[-1]
        if key is not None and not isinstance(key.value, Var):
            self.illegal("expected key to be a variable")
            return None
        if not isinstance(value.value, Var):
            self.illegal("expected value to be a variable")
            return None
        if self.kind != "{":
            self.illegal("missing body")
            return None
        self.scan()
        body = self.body("}")
        if body is None:
            return None
        self.scan()
        return self._attach_with(Expr(Every(key, value, domain, body, place), location=place))

    # --- hints about keywords that are not on -------------------------------------------------------------------

    def _in_future(self, parse: str) -> object:
        """What the method named `parse` would find here if all future keywords were on. Leaves no trace."""
        mark, cache, tense = self.mark(), self.cache, self.tense
        self.tense, self.cache = "future", None
        self._know_tense()
        found = getattr(self, parse)()
        self.tense, self.cache = tense, cache
        self._know_tense()
        self.back(mark)
        return found

    def _know_tense(self) -> None:
        self._know_ref_tokens()
        if self.tense == "future":
            self.ref_tokens = self.ref_tokens | FUTURE_V0 | FUTURE_V1 if self.ref_tokens else self.ref_tokens

    def _hint_every(self, mark: object) -> None:
        if self.version not in ("v0", "v0v1"):
            return
        now = self.mark()
        self.back(mark)  # type: ignore[arg-type]
        found = self._in_future("every")
        self.back(now)
        if found is not None:
            self.hint("`import future.keywords.every` for `every x in xs { ... }` expressions")

    def _hint_some_in(self, mark: object) -> None:
        self.scan()
        found = self._in_future("infix")
        self.back(mark)  # type: ignore[arg-type]
        if _is_membership(found):
            self.hint("`import future.keywords.in` for `some x in xs` expressions")

    def _hint_infix_keyword(self) -> None:
        if self.hints:
            return
        keyword = "in"
        if self.kind == IDENT:
            keyword = self.token.lit
            if keyword not in _INFIX_EXAMPLES:
                return
        elif self.kind == ",":
            mark = self.mark()
            self.scan()
            found = self._in_future("infix")
            self.back(mark)
            if not _is_membership(found):
                return
        else:
            return
        self.hint(f"`import future.keywords.{keyword}` for `{_INFIX_EXAMPLES[keyword]}` expressions")


def _is_membership(found: object) -> bool:
    if not isinstance(found, Term) or not isinstance(found.value, Call):
        return False
    return operator_name(found.value.terms[0]) in (MEMBER, MEMBER_KEY)
