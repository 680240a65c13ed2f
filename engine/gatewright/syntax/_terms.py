"""The parser's part for terms: scalars, template strings, refs, calls and infix operators."""

from __future__ import annotations

from gatewright.source import Location
from gatewright.syntax import _tokens
from gatewright.syntax._collections import CollectionParser
from gatewright.syntax._scalars import number_fault, unescape
from gatewright.syntax._tokens import IDENT, NUMBER, STRING, WHITESPACE, Token
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Boolean,
    Call,
    Every,
    Expr,
    Null,
    Number,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    SomeDecl,
    String,
    TemplateString,
    Term,
    Value,
    Var,
)

# How tightly an operator binds; `in` and `,` are looser still.
_RELATION, _OR, _AND, _SUM, _PRODUCT = range(5)
_LEVELS = {
    "==": _RELATION,
    "!=": _RELATION,
    "<": _RELATION,
    ">": _RELATION,
    "<=": _RELATION,
    ">=": _RELATION,
    "|": _OR,
    "&": _AND,
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "%": _PRODUCT,
}
# OPA's parser descends this many steps from an infix expression to the operand of its tightest operator.
_INFIX_STEPS = 7
_ROOTS = frozenset(("data", "input"))
_HEADS = (Var, Array, Object, Set, ArrayComprehension, ObjectComprehension, SetComprehension, Call)
_SIMPLE = (String, Number, Boolean, Null)

VALUE_NAMES: dict[type, str] = {
    Null: "null",
    Boolean: "boolean",
    Number: "number",
    String: "string",
    Var: "var",
    Ref: "ref",
    Array: "array",
    Object: "object",
    Set: "set",
    ArrayComprehension: "arraycomprehension",
    ObjectComprehension: "objectcomprehension",
    SetComprehension: "setcomprehension",
    Call: "call",
    TemplateString: "templatestring",
}

_MEMBER_NAMES = ("internal", "member_2")
_MEMBER_KEY_NAMES = ("internal", "member_3")


class TermParser(CollectionParser):
    """Each method returns None when it noted a fault and could not go on."""

    templates_allowed = True

    # --- infix --------------------------------------------------------------------------------------------------

    def infix(self, pairs: bool = True) -> Term | None:
        """infix = relation [ ( "in" | "," relation "in" ) relation ]; `pairs` allows the comma."""
        if not self.enter(_INFIX_STEPS):
            return None
        start = self.token[2]
        term = self.term()
        if term is not None:
            kind = self.kind
            if kind in _LEVELS:
                term = self._operators(term, start, _RELATION)
            if term is not None:
                kind = self.kind
                if kind == "in" or (kind == "," and pairs) or kind in self.ref_tokens:
                    term = self._membership(term, pairs, start)
        self.depth -= _INFIX_STEPS
        return term

    def _relation(self, start: int) -> Term | None:
        term = self.term()
        if term is not None and self.kind in _LEVELS:
            return self._operators(term, start, _RELATION)
        return term

    def _operators(self, left: Term, start: int, lowest: int) -> Term | None:
        """Climbs over the binary operators that bind at least as tightly as `lowest`.

        When an operand is missing OPA notes it and goes on with what it has, at the next looser operator; `highest`
        does that here.
        """
        highest = _PRODUCT
        chained = 0
        while True:
            kind = self.kind
            level = _LEVELS.get(kind, -1)
            if level < lowest or level > highest:
                break
            place = self.here()
            name = Ref((Term(Var(_tokens.OPERATOR_NAMES[kind]), place),))
            operator = Term(name, place)
            self.scan()
            right_start = self.token[2]
            right = self.term()
            if right is not None and _LEVELS.get(self.kind, -1) > level:
                right = self._operators(right, right_start, level + 1)
            if right is None:
                highest = level - 1
                continue
            left = Term(Call((operator, left, right)), self.span(left.location, start, self.previous))
            highest = level
            if _LEVELS.get(self.kind) == level:
                # OPA's parser goes one step deeper for each further operator of a chain.
                if not self.enter():
                    self.depth -= chained
                    return None
                chained += 1
            else:
                self.depth -= chained
                chained = 0
        self.depth -= chained
        return left

    def _membership(self, left: Term, pairs: bool, start: int) -> Term | None:
        deeper = 0
        while True:
            found = self._one_membership(left, pairs, start)
            if found is None:
                break
            left = found
            if self.kind != "in":
                break
            if not self.enter():
                self.depth -= deeper
                return None
            deeper += 1
        self.depth -= deeper
        return left

    def _one_membership(self, left: Term, pairs: bool, start: int) -> Term | None:
        if pairs and self.kind == ",":
            mark = self.mark()
            self.scan()
            middle = self._relation(start)
            if middle is not None and self.kind == "in":
                operator = self._member_operator(_MEMBER_KEY_NAMES)
                right = self._relation(self.token.start)
                if right is not None:
                    return Term(Call((operator, left, middle, right)), self.span(left.location, start, self.previous))
            self.back(mark)
        self.see_ref_ahead()
        if self.kind == "in":
            operator = self._member_operator(_MEMBER_NAMES)
            right = self._relation(self.token.start)
            if right is not None:
                return Term(Call((operator, left, right)), self.span(left.location, start, self.previous))
        return None

    def _member_operator(self, names: tuple[str, str]) -> Term:
        place = self.here()
        self.scan()
        return Term(Ref((Term(Var(names[0]), place), Term(String(names[1]), place))), place)

    def see_ref_ahead(self) -> bool:
        """Takes a keyword for a name when a `.` or `[` follows directly."""
        if self.kind in self.ref_tokens and self.next_kind(spaces=True) in (".", "["):
            self.kind = IDENT
            return True
        return False

    # --- one term -----------------------------------------------------------------------------------------------

    def term(self) -> Term | None:
        """term = scalar | var | ref | call | array | object | set | comprehension | template | "(" infix ")"."""
        if not self.enter():
            return None
        start = self.token[2]
        entry = self.cache
        while entry is not None and entry[0] >= start:
            if entry[0] == start:
                self.back(entry[2])
                self.depth -= 1
                return entry[1]
            entry = entry[3]
        kind = self.kind
        if kind in ("and", "or") and self.next_kind(spaces=True) == "(":
            # The set built-ins `&` and `|` called by name.
            self.kind = kind = IDENT
        minus: Token | None = None
        term: Term | None
        if kind == IDENT or kind == "contains":
            term = self.variable()
        elif kind == STRING:
            term = self._string()
        elif kind == NUMBER or kind == ".":
            term = self._number()
        elif kind == "-":
            if self.next_kind() in (IDENT, "contains"):
                minus = self.token
                self.scan()
                term = self.variable()
            else:
                term = self._number()
        else:
            parse = _TERM_STARTS.get(kind)
            if parse is None:
                self.illegal()
                term = None
            else:
                term = parse(self)
        if term is not None:
            term = self._finish(term)
        if minus is not None and term is not None:
            term = self._negative(term, minus)
        entry = self.cache
        while entry is not None and entry[0] >= start:
            entry = entry[3]
        self.cache = (start, term, self.mark(), entry)
        self.depth -= 1
        return term

    def _finish(self, head: Term) -> Term | None:
        start = self.token[2]
        self.step()
        kind = self.kind
        if kind == "." or kind == "[" or kind == "(":
            return self.ref(head, start)
        if kind == WHITESPACE:
            self.scan()
        return _root_ref(head)

    def _negative(self, term: Term, minus: Token) -> Term:
        place = self.place(minus)
        zero = Term(Number("0"), place)
        operator = Term(Ref((Term(Var("minus")),)))
        return Term(Call((operator, zero, term)), self.span(place, minus.start, self.previous))

    # --- scalars ------------------------------------------------------------------------------------------------

    def _null(self) -> Term:
        return Term(Null(), self.here())

    def _true(self) -> Term:
        return Term(Boolean(True), self.here())

    def _false(self) -> Term:
        return Term(Boolean(False), self.here())

    def _number(self) -> Term | None:
        """number = [ "-" ] [ "." ] digits …"""
        first = self.token
        prefix = ""
        if self.kind == "-":
            prefix = "-"
            self.scan()
            if self.kind not in (NUMBER, "."):
                self.illegal("expected number")
                return None
        if self.kind == ".":
            prefix += "."
            self.scan()
            if self.kind != NUMBER:
                self.illegal("expected number")
                return None
        lit = self.token.lit
        if not prefix.endswith(".") and len(lit) > 1 and lit[0] == "0" and lit[1] != ".":
            scientific = len(lit) > 2 and lit[1] in "eE"
            if not scientific:
                self.illegal("expected number without leading zero")
                return None
        text = prefix + lit
        fault = number_fault(text)
        if fault == "number too big":
            self.error(None, fault)
            return None
        if fault:
            self.illegal(fault)
            return None
        # The place is the first token's alone, as in OPA: a minus sign's number is one column wide to it.
        return Term(Number(text), self.place(first))

    def _string(self) -> Term | None:
        lit = self.token[1]
        if lit[0] == "`":
            if len(lit) < 2:
                return None
            return Term(String(lit[1:-1], True), self.here())
        inner = lit[1:-1]
        if "\\" in inner:
            unescaped = unescape(lit)
            if unescaped is None:
                self.error(None, f"illegal string literal: {lit}{_tokens.spilled(self.text, self.token.end)}")
                return None
            inner = unescaped
        return Term(String(inner), self.here())

    # --- template strings ---------------------------------------------------------------------------------------

    def _template(self) -> Term | None:
        """template = part { literal "}" part }"""
        first = self.token
        multi_line = self.kind in (_tokens.RAW_TEMPLATE_PART, _tokens.RAW_TEMPLATE_END)
        if not self.templates_allowed:
            self.error(first, "template strings are not supported by current capabilities")
            return None
        parts: list[Term | Expr] = []
        while True:
            text = self._template_text()
            if text is None:
                return None
            if text:
                parts.append(Term(String(text), self.here()))
            if self.kind in (_tokens.TEMPLATE_END, _tokens.RAW_TEMPLATE_END):
                break
            part = self._template_expression()
            if part is None:
                return None
            parts.append(part)
            if self.kind != "}":
                self.error(None, "expected } to end template string expression")
                return None
            self.scan()
        place = self.span(self.place(first), first.start, self.token)
        return Term(TemplateString(tuple(parts), multi_line), place)

    def _template_text(self) -> str | None:
        kind, lit = self.kind, self.token.lit
        if kind in (_tokens.RAW_TEMPLATE_PART, _tokens.RAW_TEMPLATE_END):
            return lit[1:-1]
        if kind not in (_tokens.TEMPLATE_PART, _tokens.TEMPLATE_END):
            self.error(None, "expected template-string part")
            return None
        inner = lit[1:-1]
        if "\\" not in inner:
            return inner
        text = unescape(f'"{inner}"')
        if text is None:
            self.error(None, f"illegal template-string part: {lit}")
        return text

    def _template_expression(self) -> Term | Expr | None:
        before = self.token.end
        self.scan()
        commented = "#" in self.text[before : self.token.start]
        expr = self.literal(0)
        if expr is None:
            self.error(None, "invalid template-string expression")
            self.leave_template()
            return None
        fault = _template_fault(expr)
        if fault:
            self.error(expr.location, fault)
            self.leave_template()
            return None
        terms = expr.terms
        if not commented and isinstance(terms, Term) and isinstance(terms.value, _SIMPLE):
            return terms
        return expr

    # --- refs and calls -----------------------------------------------------------------------------------------

    def ref(self, head: Term, start: int) -> Term | None:
        """ref = head { "." name | "[" infix "]" } [ "(" arguments ")" [ ref ] ]"""
        if not self.enter():
            return None
        term = self._ref(head, start)
        self.depth -= 1
        return term

    def _ref(self, head: Term, start: int) -> Term | None:
        place = head.location
        if not isinstance(head.value, _HEADS):
            self.error(place, f"illegal ref (head cannot be {VALUE_NAMES[type(head.value)]})")
        terms = [head]
        while True:
            kind = self.kind
            if kind == ".":
                self.step()
                if self.kind != IDENT and self.kind not in self.ref_tokens:
                    self.illegal("expected identifier")
                    return None
                terms.append(Term(String(self.token.lit if not self.at_space else " "), self.here()))
                self.step()
            elif kind == "[":
                self.scan()
                operand = self.infix()
                if operand is None:
                    return None
                if self.kind != "]":
                    self.illegal("expected [")
                    return None
                terms.append(operand)
                self.step()
            elif kind == "(":
                operator = Term(Ref(tuple(terms)), self.span(place, start, self.previous))
                return self._called(operator, place, start)
            elif kind == WHITESPACE:
                last = self.previous
                self.scan()
                return Term(Ref(tuple(terms)), self.span(place, start, last))
            else:
                return Term(Ref(tuple(terms)), self.span(place, start, self.previous))

    def _called(self, operator: Term, place: Location, start: int) -> Term | None:
        term = self._call(operator, start)
        if term is None:
            return None
        if self.kind == WHITESPACE:
            self.scan()
        elif self.kind in (".", "["):
            term = self.ref(term, start)
            if term is None:
                return None
        return Term(term.value, self.span(place, start, self.previous))

    def _call(self, operator: Term, start: int) -> Term | None:
        """call = "(" [ terms ] ")" """
        if not self.enter():
            return None
        self.scan()
        term: Term | None = None
        value: Value
        if self.kind == ")":
            last = self.token
            self.step()
            value = Set(()) if _is_set_constructor(operator) else Call((operator,))
            term = Term(value, self.span(operator.location, start, last))
        else:
            terms = self.terms(")", [operator])
            if terms is not None:
                last = self.token
                self.step()
                term = Term(Call(tuple(terms)), self.span(operator.location, start, last))
        self.depth -= 1
        return term

    def _parenthesized(self) -> Term | None:
        """ "(" infix ")": the parentheses belong to the term's text, not to its row and column."""
        start = self.token.start
        self.scan()
        inner = self.infix()
        if inner is None:
            return None
        if self.kind != ")":
            self.error(None, "non-terminated expression")
            return None
        return Term(inner.value, self.span(inner.location, start, self.token))

    # --- what the parser for literals adds ----------------------------------------------------------------------

    def literal(self, index: int) -> Expr | None:
        raise NotImplementedError


_TERM_STARTS = {
    "null": TermParser._null,
    "true": TermParser._true,
    "false": TermParser._false,
    "[": CollectionParser.array,
    "{": CollectionParser.braces,
    "(": TermParser._parenthesized,
    _tokens.TEMPLATE_PART: TermParser._template,
    _tokens.TEMPLATE_END: TermParser._template,
    _tokens.RAW_TEMPLATE_PART: TermParser._template,
    _tokens.RAW_TEMPLATE_END: TermParser._template,
}


def _root_ref(head: Term) -> Term:
    """`input` and `data` alone are refs of one element."""
    if type(head.value) is Var and head.value.name in _ROOTS:
        return Term(Ref((head,)), head.location)
    return head


root_ref = _root_ref


def _is_set_constructor(operator: Term) -> bool:
    ref = operator.value
    return isinstance(ref, Ref) and len(ref.terms) == 1 and ref.terms[0].value == Var("set")


def operator_name(operator: Term) -> str:
    """The dotted name of a call's operator; "" when it is not a plain path."""
    ref = operator.value
    if not isinstance(ref, Ref) or not isinstance(ref.terms[0].value, Var):
        return ""
    names = [ref.terms[0].value.name]
    for term in ref.terms[1:]:
        if not isinstance(term.value, String):
            return ""
        names.append(term.value.value)
    return ".".join(names)


def _template_fault(expr: Expr) -> str:
    if expr.negated:
        return "unexpected negation ('not') in template-string expression"
    terms = expr.terms
    if isinstance(terms, tuple):
        name = operator_name(terms[0])
        if name == "eq":
            return "unexpected unification ('=') in template-string expression"
        if name == "assign":
            return "unexpected assignment (':=') in template-string expression"
    if isinstance(terms, Every):
        return "unexpected 'every' in template-string expression"
    if isinstance(terms, SomeDecl):
        return "unexpected 'some' in template-string expression"
    return ""
