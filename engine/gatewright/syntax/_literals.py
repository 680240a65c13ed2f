"""The parser's part for bodies: literals, `with`, `some`, `every`, `not`, and the operators `and` and `or`."""

from __future__ import annotations

from gatewright.source import Location
from gatewright.syntax._terms import VALUE_NAMES, TermParser, operator_name
from gatewright.syntax._tokens import FUTURE_V0, FUTURE_V1, IDENT, OPERATOR_NAMES, Token
from gatewright.syntax.nodes import (
    NOWHERE,
    Body,
    Call,
    Every,
    Expr,
    LogicalAnd,
    LogicalOr,
    Not,
    Object,
    Ref,
    SomeDecl,
    Term,
    Value,
    Var,
    With,
)

Terms = Term | tuple[Term, ...]

_MEMBER = "internal.member_2"
_MEMBER_KEY = "internal.member_3"
# Built-ins that yield no value.
_VOID = frozenset(("print", "internal.print"))
_INFIX_EXAMPLES = {"in": "x in xs", "and": "x and y", "or": "x or y"}
_INFIX_NAMES = frozenset(OPERATOR_NAMES.values()) - {"assign", "eq"} | {_MEMBER, _MEMBER_KEY}


class Operand:
    """One side of `and`/`or`: its body, whether braces were written, and where it stands."""

    __slots__ = ("body", "explicit", "place")

    def __init__(self, body: Body, explicit: bool, place: Location) -> None:
        self.body = body
        self.explicit = explicit
        self.place = place


class LiteralParser(TermParser):
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
            inner = tuple(_moved(e, place, e.index) for e in terms.body)
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

    def _implicit_not(self, inner: Expr, not_token: Token | None, withs: tuple[With, ...]) -> Expr:
        place = self.from_token(not_token) if not_token is not None else NOWHERE
        return Expr(Not((inner,), False, place), withs, location=place)

    def _leads_chain(self, expr: Expr, start: Token, not_token: Token | None) -> Expr | None:
        """`expr` is the left operand of the `and` or `or` at the cursor."""
        if expr.location is NOWHERE:
            expr = _moved(expr, self.from_token(start), 0)
        if not_token is None and start.kind == "{":
            if _is_empty_object(expr):
                self.error(expr.location, "found empty body")
            else:
                text = self.text[start.start : self.previous.end]
                self._error_braces(expr.location, text, OPERATOR_NAMES.get(self.kind, self.kind))
            return None
        chain = self._or_chain(Operand((expr,), False, expr.location))
        return None if chain is None else self._attach_with(chain)

    def expr(self) -> Terms | None:
        """expr = infix [ ( ":=" | "=" ) infix ]"""
        left = self.infix()
        if left is None:
            return None
        kind = self.kind
        if kind == ":=" or kind == "=":
            place = self.here()
            operator = Term(Ref((Term(Var(OPERATOR_NAMES[kind]), place),)), place)
            self.scan()
            right = self.infix()
            if right is None:
                return None
            return (operator, left, right)
        if type(left.value) is Call:
            return left.value.terms
        return left

    def withs(self) -> tuple[With, ...] | None:
        """withs = { "with" path "as" infix }"""
        found: list[With] = []
        while True:
            first = self.token
            self.scan()
            if self.kind != IDENT:
                self.illegal("expected ident")
                return None
            target = self.term()
            if target is None:
                return None
            if not isinstance(target.value, (Ref, Var)):
                self.illegal("expected with target path")
            if self.kind != "as":
                self.illegal("expected as keyword")
                return None
            self.scan()
            value = self.infix()
            if value is None:
                return None
            found.append(With(target, value, self.from_token(first)))
            if self.kind != "with":
                return tuple(found)

    def _attach_with(self, expr: Expr) -> Expr | None:
        if self.kind != "with":
            return expr
        withs = self.withs()
        if withs is None:
            return None
        return Expr(expr.terms, withs, expr.negated, expr.generated, expr.index, expr.location)

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
        wanted = {_MEMBER: 3, _MEMBER_KEY: 4}.get(operator_name(terms[0]))
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
        if name not in (_MEMBER, _MEMBER_KEY):
            self.illegal("expected `x[, y] in xs { ... }` expression")
            return None
        if len(terms) != (3 if name == _MEMBER else 4):
            self.illegal("illegal domain")
            return None
        key = terms[1] if name == _MEMBER_KEY else None
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

    # --- not ----------------------------------------------------------------------------------------------------

    def _negation_ahead(self) -> Token | None:
        """Passes a `not` that is no name; the token, or None."""
        if self.kind != "not" or self.next_kind(spaces=True) in (".", "["):
            return None
        token = self.token
        self.scan()
        return token

    def _not_body(self, not_token: Token) -> Expr | None:
        """ "{" body "}" after a `not`"""
        brace = self.token
        mark = self.mark()
        self.scan()
        empty = self.kind == "}"
        body = self.body("}")
        if body is None:
            if empty:
                return None
            # The braces may hold a value: then say what is wanted here, rather than what no body is.
            failed = self.mark()
            self.back(mark)
            term = self.infix()
            if term is not None:
                text = self.text[brace.start : self.previous.end]
                self.hint(f"write `not ({text})` to negate the value, or `not {{{text}}}` for a body holding it")
                name = VALUE_NAMES[type(_brace_led_value(term))]
                self.error(brace, f"`{{...}}` in an operand position must contain expression(s), got: {name}")
                return None
            self.back(failed)
            return None
        self.scan()
        if self._is_ambiguous_union(body):
            self._error_ambiguous_union(brace, body, "not ")
            return None
        place = self.from_token(not_token)
        return Expr(Not(body, True, place), location=place)

    # --- and, or and their groups -------------------------------------------------------------------------------

    def _logical_active(self) -> bool:
        return self.is_keyword("and") or self.is_keyword("or")

    def _leading_braces(self) -> tuple[bool, Expr | None]:
        """`{ body }` at the start of a literal, when `and` or `or` follows."""
        mark, cache = self.mark(), self.cache
        brace = self.token
        place = self.here()
        self.scan()
        body = self.body("}")
        if body is not None:
            self.scan()
            if self.kind in ("and", "or"):
                if self._is_ambiguous_union(body):
                    self._error_ambiguous_union(brace, body, "")
                    return True, None
                chain = self._or_chain(Operand(body, True, place))
                return True, None if chain is None else self._attach_with(chain)
        self.back(mark)
        self.cache = cache
        return False, None

    def _fold(self, operand: Operand) -> Expr | None:
        """Goes on after a whole operand: an `and`/`or` chain, or its `with`."""
        if self.kind in ("and", "or"):
            chain = self._or_chain(operand)
            return None if chain is None else self._attach_with(chain)
        return self._attach_with(operand.body[0])

    def _or_chain(self, left: Operand) -> Expr | None:
        """or_chain = and_chain { "or" and_chain }, its first operand given."""
        if not self.enter():
            return None
        expr = self._or_chain_rest(left)
        self.depth -= 1
        return expr

    def _or_chain_rest(self, left: Operand) -> Expr | None:
        if self.kind == "and":
            chain = self._and_chain(left)
            if chain is None:
                return None
            left = Operand((chain,), False, chain.location)
        while self.kind == "or":
            self.scan()
            right = self._operand("or")
            if right is None:
                return None
            if self.kind == "and":
                chain = self._and_chain(right)
                if chain is None:
                    return None
                right = Operand((chain,), False, right.place)
            left = self._joined(left, right, "or")
        return left.body[0]

    def _and_chain(self, left: Operand) -> Expr | None:
        if not self.enter():
            return None
        while self.kind == "and":
            self.scan()
            right = self._operand("and")
            if right is None:
                self.depth -= 1
                return None
            left = self._joined(left, right, "and")
        self.depth -= 1
        return left.body[0]

    def _joined(self, left: Operand, right: Operand, operator: str) -> Operand:
        for body in (left.body, right.body):
            self._check_void(body, operator)
        place = self._extended(left.place)
        join = LogicalAnd if operator == "and" else LogicalOr
        node = join(left.body, right.body, left.explicit, right.explicit, place)
        return Operand((Expr(node, location=place),), False, place)

    def _extended(self, place: Location) -> Location:
        return self.span(place, self.offset(place), self.previous)

    def _operand(self, operator: str) -> Operand | None:
        """operand = "{" body "}" | [ "not" ] ( group | expr ); `operator` is "" when the caller only tries."""
        if self.kind == "{":
            return self._braced_operand(operator)
        not_token = self._negation_ahead()
        negated = not_token is not None
        if not_token is not None and self.not_bodies and self.kind == "{":
            negation = self._not_body(not_token)
            return None if negation is None else Operand((negation,), False, negation.location)
        if self.kind == "(" and self._logical_active() and (not negated or self.not_bodies):
            committed, operand = self._group(True, "not " if negated else "")
            if committed:
                if operand is None:
                    return None
                return operand if not_token is None else self._negated_group(operand, not_token)
        first = self.token
        terms = self.expr()
        if terms is None:
            return None
        place = self.from_token(first)
        if not_token is not None and self.not_bodies:
            expr = self._implicit_not(Expr(terms, location=place), not_token, ())
        else:
            expr = Expr(terms, (), negated, location=place)
        return Operand((expr,), False, expr.location)

    def _negated_group(self, operand: Operand, not_token: Token) -> Operand:
        place = self.from_token(not_token)
        expr = Expr(Not(operand.body, operand.explicit, place), location=place)
        return Operand((expr,), False, place)

    def _braced_operand(self, operator: str) -> Operand | None:
        brace = self.token
        place = self.here()
        mark = self.mark()
        self.scan()
        empty = self.kind == "}"
        body = self.body("}")
        if body is None:
            if empty or not operator:
                return None
            failed = self.mark()
            self.back(mark)
            if self.infix() is not None:
                self._error_braces(place, self.text[brace.start : self.previous.end], operator)
                return None
            self.back(failed)
            return None
        self.scan()
        if self._is_ambiguous_union(body):
            # The body is handed back all the same: a group that goes back takes the fault with it.
            self._error_ambiguous_union(brace, body, "")
        return Operand(body, True, place)

    def _group(self, operand_context: bool, prefix: str) -> tuple[bool, Operand | None]:
        """A parenthesized group of operands; (False, None), the cursor where it was, when the parentheses hold or
        precede no `and`, `or` or `not` and are a term's."""
        if not self.enter():
            return True, None
        found = self._group_inside(operand_context, prefix)
        self.depth -= 1
        return found

    def _group_inside(self, operand_context: bool, prefix: str) -> tuple[bool, Operand | None]:
        mark = self.mark()
        open_place = self.here()
        self.scan()
        if self.kind == ")":
            if operand_context:
                self.error(open_place, "empty parenthesized group")
                return True, None
            self.back(mark)
            return False, None
        left = self._operand("")
        if left is None:
            self.back(mark)
            return False, None
        if self.kind in ("and", "or"):
            chain = self._or_chain(left)
            expr = None if chain is None else self._attach_with(chain)
            if expr is None or not self._close_group():
                return True, None
            return True, Operand((expr,), False, self._extended(open_place))
        if self.kind == "with" and not left.explicit and len(left.body) == 1:
            return self._group_with(left, mark, open_place, operand_context)
        if left.explicit:
            return self._group_of_braces(left, mark, open_place, prefix)
        if _is_logical(left.body) or _is_negated(left.body):
            if not self._close_group():
                return True, None
            return True, Operand(left.body, False, self._extended(open_place))
        self.back(mark)
        return False, None

    def _group_with(
        self, left: Operand, mark: object, open_place: Location, operand_context: bool
    ) -> tuple[bool, Operand | None]:
        with_place = self.here()
        expr = self._attach_with(left.body[0])
        if expr is None:
            return True, None
        if self.kind in ("and", "or"):
            self._error_with_on_operand(with_place)
            return True, None
        if not self._close_group():
            return True, None
        if operand_context or self.kind in ("and", "or"):
            return True, Operand((expr,), False, self._extended(open_place))
        self.back(mark)  # type: ignore[arg-type]
        return False, None

    def _group_of_braces(
        self, left: Operand, mark: object, open_place: Location, prefix: str
    ) -> tuple[bool, Operand | None]:
        braces = self.text[self.offset(left.place) : self.previous.end]
        self.back(mark)  # type: ignore[arg-type]
        probe = self.mark()
        self.scan()
        term = self.term()
        self.back(probe)
        if term is None:
            self.hint(f"drop the parens to keep the body: `{prefix}{braces}`")
            self.error(open_place, "`(...)` in an operand position cannot contain a body")
            return True, None
        return False, None

    def _close_group(self) -> bool:
        if self.kind != ")":
            self.error(None, "expected ) to close parenthesized group")
            return False
        self.scan()
        return True

    # --- faults of operands -------------------------------------------------------------------------------------

    def _error_with_on_operand(self, place: Location) -> None:
        keyword = OPERATOR_NAMES.get(self.kind, self.kind)
        self.hint(
            "Wrap the operand in `(...)` or `{...}` to scope, or move `with` after the "
            f"`{keyword}` expression to apply it to the whole expression"
        )
        self.error(place, f"`with` modifier is not allowed on operand of `{keyword}`")

    def _error_braces(self, place: Location, text: str, operator: str) -> None:
        self.hint(f"wrap the operand to keep the value: `({text}) {operator} ...`")
        self.error(place, f"operand of `{operator}` cannot begin with `{{` unless the braces hold a body")

    def _check_void(self, body: Body, operator: str) -> None:
        name = ""
        place = NOWHERE
        for expr in body:
            if expr.negated or not isinstance(expr.terms, tuple):
                return
            called = operator_name(expr.terms[0])
            if called not in _VOID:
                return
            if not name:
                name, place = called, expr.location
        if name:
            self.hint(
                f"`{name}` produces no value and always succeeds, so the operand can never fail; "
                "move it out of the operand, or add an expression that can fail"
            )
            self.error(place, f"operand of `{operator}` cannot consist only of calls to `{name}`")

    def _is_ambiguous_union(self, body: Body) -> bool:
        """Whether the body starts with a bare `a | b`, which reads like a comprehension."""
        terms = body[0].terms
        if not isinstance(terms, tuple) or operator_name(terms[0]) != "or":
            return False
        at = self.offset(terms[0].location)
        if not terms[0].location.row or self.text[at : at + 1] != "|":
            return False
        return self.text[self.offset(body[0].location)] != "("

    def _error_ambiguous_union(self, brace: Token, body: Body, prefix: str) -> None:
        end = self.previous.end
        braces = self.text[brace.start : end]
        start = self.offset(body[0].location)
        stop = start + self._width(body[0].location, start)
        union = braces
        if start > brace.start and stop <= end:
            text = self.text
            union = f"{text[brace.start : start]}({text[start:stop]}){text[stop:end]}"
        self.hint(f"write `{prefix}({braces})` for the comprehension, or `{prefix}{union}` for the set union")
        self.error(
            brace,
            "ambiguous `{ ... | ... }` operand: read as a body holding a set-union expression, not as a comprehension",
        )

    def _width(self, place: Location, start: int) -> int:
        end = getattr(place, "end", None)
        if end is None:
            end = self.line_starts[place.end_row - 1] + place.end_col - 1
        return int(end) - start


def _moved(expr: Expr, place: Location, index: int) -> Expr:
    return Expr(expr.terms, expr.withs, expr.negated, expr.generated, index, place)


def _is_membership(found: object) -> bool:
    if not isinstance(found, Term) or not isinstance(found.value, Call):
        return False
    return operator_name(found.value.terms[0]) in (_MEMBER, _MEMBER_KEY)


def _is_empty_object(expr: Expr) -> bool:
    terms = expr.terms
    return not expr.withs and isinstance(terms, Term) and isinstance(terms.value, Object) and not terms.value.items


def _is_logical(body: Body) -> bool:
    return len(body) == 1 and isinstance(body[0].terms, (LogicalAnd, LogicalOr))


def _is_negated(body: Body) -> bool:
    return len(body) == 1 and (body[0].negated or isinstance(body[0].terms, Not))


def _brace_led_value(term: Term) -> Value:
    value = term.value
    while isinstance(value, Call) and len(value.terms) > 1 and operator_name(value.terms[0]) in _INFIX_NAMES:
        value = value.terms[1].value
    return value
