"""The parser's part for expressions and what joins them: `with`, `not` with a body, the operators `and` and `or`."""

from __future__ import annotations

from gatewright.source import Location
from gatewright.syntax._terms import VALUE_NAMES, TermParser, operator_name
from gatewright.syntax._tokens import IDENT, OPERATOR_NAMES, Token
from gatewright.syntax.nodes import (
    NOWHERE,
    Body,
    Call,
    Expr,
    LogicalAnd,
    LogicalOr,
    Not,
    Object,
    Ref,
    Term,
    Value,
    Var,
    With,
)

Terms = Term | tuple[Term, ...]

MEMBER = "internal.member_2"
MEMBER_KEY = "internal.member_3"
# Built-ins that yield no value.
_VOID = frozenset(("print", "internal.print"))
_INFIX_NAMES = frozenset(OPERATOR_NAMES.values()) - {"assign", "eq"} | {MEMBER, MEMBER_KEY}


class Operand:
    """One side of `and`/`or`: its body, whether braces were written, and where it stands."""

    __slots__ = ("body", "explicit", "place")

    def __init__(self, body: Body, explicit: bool, place: Location) -> None:
        self.body = body
        self.explicit = explicit
        self.place = place


class OperandParser(TermParser):
    # --- expressions --------------------------------------------------------------------------------------------

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

    # --- not ----------------------------------------------------------------------------------------------------

    def _implicit_not(self, inner: Expr, not_token: Token | None, withs: tuple[With, ...]) -> Expr:
        place = self.from_token(not_token) if not_token is not None else NOWHERE
        return Expr(Not((inner,), False, place), withs, location=place)

    def _leads_chain(self, expr: Expr, start: Token, not_token: Token | None) -> Expr | None:
        """`expr` is the left operand of the `and` or `or` at the cursor."""
        if expr.location is NOWHERE:
            expr = moved(expr, self.from_token(start), 0)
        if not_token is None and start.kind == "{":
            if _is_empty_object(expr):
                self.error(expr.location, "found empty body")
            else:
                text = self.text[start.start : self.previous.end]
                self._error_braces(expr.location, text, OPERATOR_NAMES.get(self.kind, self.kind))
            return None
        chain = self._or_chain(Operand((expr,), False, expr.location))
        return None if chain is None else self._attach_with(chain)

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


def moved(expr: Expr, place: Location, index: int) -> Expr:
    return Expr(expr.terms, expr.withs, expr.negated, expr.generated, index, place)


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
