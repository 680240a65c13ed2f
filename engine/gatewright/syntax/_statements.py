"""The parser's part for rules, and the loop over a module's statements."""

from __future__ import annotations

from gatewright.records import replace
from gatewright.source import Location
from gatewright.syntax import _tokens
from gatewright.syntax._headers import HeaderParser
from gatewright.syntax._terms import VALUE_NAMES, root_ref
from gatewright.syntax._tokens import (
    EOF,
    IDENT,
    WHITESPACE,
)
from gatewright.syntax.nodes import (
    NOWHERE,
    ArrayComprehension,
    Body,
    Boolean,
    Call,
    Expr,
    Head,
    Import,
    ObjectComprehension,
    Package,
    Ref,
    Rule,
    SetComprehension,
    Term,
    Var,
)
from gatewright.syntax.text import node_text
from gatewright.syntax.walk import children, is_ground, relocated

Statement = Package | Import | Rule | Body

_NAME_FOLLOWERS = (":=", "=", "if", "contains", "(")
_OPERATOR_FOLLOWERS = (":=", "=", "if", "contains")
_PATH_FOLLOWERS = (":=", "=", "(")
# What, after a keyword at the start of a statement, shows that it was meant as a rule's name.
_KEYWORD_NAME_FOLLOWERS = {
    "every": _NAME_FOLLOWERS,
    "if": _NAME_FOLLOWERS,
    "in": _NAME_FOLLOWERS,
    "some": _NAME_FOLLOWERS,
    "as": _NAME_FOLLOWERS,
    "package": _PATH_FOLLOWERS,
    "import": _PATH_FOLLOWERS,
    "not": _OPERATOR_FOLLOWERS,
    "and": _OPERATOR_FOLLOWERS,
    "or": _OPERATOR_FOLLOWERS,
    "contains": ("if", "contains"),
}
_HEAD_OPERATORS = frozenset(("+", "-", "*", "/", "%", "&", "|", "==", "!=", ">", ">=", "<", "<="))


class _Draft:
    """A rule head while it is being read."""

    __slots__ = ("args", "assign", "generated_value", "key", "keywords", "location", "name", "ref", "value")

    def __init__(self, ref: tuple[Term, ...], name: str = "", args: tuple[Term, ...] | None = None) -> None:
        self.ref = ref
        self.name = name
        self.args = args
        self.key: Term | None = None
        self.value: Term | None = None
        self.assign = False
        self.generated_value = False
        self.location: Location = NOWHERE
        self.keywords: tuple[str, ...] = ()

    def head(self) -> Head:
        return Head(
            Ref(self.ref),
            self.name,
            self.args,
            self.key,
            self.value,
            self.assign,
            self.generated_value,
            self.location,
            self.keywords,
        )


class StatementParser(HeaderParser):
    skip_rules = False

    def statements(self) -> list[Statement]:
        """module = { package | import | rules | query }; stops at the first fault."""
        found: list[Statement] = []
        self.scan()
        while self.kind != EOF:
            if not self.skip_rules and self._keyword_as_name(False):
                break
            kind = self.kind
            if kind == "package" or kind == "import":
                mark = self.mark()
                statement = self.package() if kind == "package" else self.import_()
                if statement is not None:
                    if self.kind == "-":
                        # Else it would be read as the sign of the next statement.
                        self.illegal()
                        break
                    if isinstance(statement, Import):
                        self.heed(statement)
                    found.append(statement)
                    continue
                if self.faults:
                    break
                self.back(mark)
            if not self.skip_rules:
                mark = self.mark()
                rules = self.rules()
                if rules is not None:
                    found.extend(rules)
                    continue
                if self.faults:
                    break
                self.back(mark)
            body = self.query(True, EOF)
            if body is None:
                break
            found.append(body)
        return found

    # --- rules --------------------------------------------------------------------------------------------------

    def _keyword_as_name(self, default: bool) -> bool:
        """Notes a keyword that stands where a rule's name should, as in `every := 1`."""
        followers = _KEYWORD_NAME_FOLLOWERS.get(self.kind)
        if followers is None:
            return False
        if not default and self.next_kind() not in followers:
            return False
        self.error(self.token, f"{self.kind} keyword cannot be used for rule name")
        return True

    def rules(self) -> list[Rule] | None:
        """rules = [ "default" ] head [ [ "if" ] body ] { else } { body }"""
        first = self.token
        place = self.here()
        self.see_ref_ahead()
        default = False
        if self.kind == "default":
            self.scan()
            default = True
            self.see_ref_ahead()
        if self.kind != IDENT:
            if default:
                self._keyword_as_name(True)
            return None
        draft, contains = self._head(default)
        if draft is None:
            return None
        if contains:
            draft.keywords = ("contains",)
        if default:
            return self._default_rule(draft, place)
        has_if = self.kind == "if"
        if not self._settle(draft, has_if, contains):
            return None
        return self._rule_rest(draft, place, first, has_if, contains)

    def _default_rule(self, draft: _Draft, place: Location) -> list[Rule] | None:
        if not self._check_default_value(draft, place):
            return None
        if draft.args and not self._check_default_args(draft.args, place):
            return None
        return [Rule(draft.head(), _true_body(place), default=True, location=place)]

    def _settle(self, draft: _Draft, has_if: bool, contains: bool) -> bool:
        """Decides what a head like `p[x]` means: a partial set's, a partial object's or a single value's."""
        if contains or len(draft.ref) != 2:
            return True
        head = draft.ref[0].value
        if has_if:
            last = draft.ref[1]
            if (not is_ground(last) or isinstance(last.value, Ref)) and not draft.args:
                draft.key = last
            if draft.value is None:
                draft.generated_value = True
                draft.value = Term(Boolean(True), draft.location)
                return True
        elif draft.args:
            return True
        if not isinstance(head, Var):
            return False
        draft.name = head.name
        if not has_if:
            draft.key = draft.ref[1]
            if draft.value is None:
                draft.ref = draft.ref[:1]
        return True

    def _rule_rest(
        self, draft: _Draft, place: Location, first: _tokens.Token, has_if: bool, contains: bool
    ) -> list[Rule] | None:
        body: Body | None = None
        if has_if:
            draft.keywords = (*draft.keywords, "if")
            self.scan()
            mark = self.mark()
            braces = self.kind == "{"
            body = self._if_literal(braces)
            if body is None:
                if not braces:
                    return None
                self.back(mark)
        if body is None:
            if has_if or self.kind == "{":
                self.scan()
                body = self.body("}")
                if body is None:
                    return None
                self.scan()
            elif contains:
                return [Rule(draft.head(), _true_body(place), generated_body=True, location=draft.location)]
            else:
                return None
        otherwise: Rule | None = None
        if self.kind == "else" and not self.see_ref_ahead():
            otherwise = self._checked_else(draft)
            if otherwise is None:
                return None
        rule = Rule(draft.head(), body, otherwise=otherwise, location=self.from_token(first))
        return self._chained(rule)

    def _if_literal(self, braces: bool) -> Body | None:
        """The one literal after `if`; a set in braces can only be meant as a body."""
        expr = self.literal(0)
        if expr is None:
            return None
        terms = expr.terms
        if braces and isinstance(terms, Term) and VALUE_NAMES[type(terms.value)] == "set":
            return None
        return (expr,)

    def _checked_else(self, draft: _Draft) -> Rule | None:
        if len(draft.ref) > 1 and not all(is_ground(t) for t in draft.ref[1:]):
            self.error(None, "else keyword cannot be used on rules with variables in head")
            return None
        if draft.key is not None:
            self.error(None, "else keyword cannot be used on multi-value rules")
            return None
        return self._else(draft)

    def _chained(self, rule: Rule) -> list[Rule] | None:
        """Further bodies after a rule, `p { … } { … }`: each is a rule with the same head."""
        rules = [rule]
        while self.kind == "{":
            if rule.otherwise is not None:
                self.error(None, "expected else keyword")
                return None
            first = self.token
            self.scan()
            body = self.body("}")
            if body is None:
                return None
            self.scan()
            place = self.from_token(first)
            head = rule.head
            head = Head(
                head.ref,
                head.name,
                self._fresh_wildcards(head.args),
                head.key,
                head.value,
                head.assign,
                head.generated_value,
                head.location,
                head.keywords,
            )
            # As in OPA, the ref alone keeps the place where it was written.
            rules.append(Rule(replace(relocated(head, place), ref=head.ref), body, location=place))
        return rules

    def _fresh_wildcards(self, args: tuple[Term, ...] | None) -> tuple[Term, ...] | None:
        if args is None:
            return None
        return tuple(
            Term(self.wildcard(), a.location) if isinstance(a.value, Var) and a.value.wildcard else a for a in args
        )

    def _else(self, draft: _Draft) -> Rule | None:
        """else = "else" [ ( ":=" | "=" ) infix ] [ [ "if" ] body ] [ else ]"""
        if not self.enter():
            return None
        rule = self._else_rule(draft)
        self.depth -= 1
        return rule

    def _else_rule(self, draft: _Draft) -> Rule | None:
        first = self.token
        place = self.here()
        mine = _Draft(draft.ref, draft.name, self._fresh_wildcards(draft.args))
        mine.key = draft.key
        mine.assign = draft.assign
        mine.location = place
        self.scan()
        kind = self.kind
        if kind == "{" or kind == "if":
            mine.generated_value = True
            mine.value = Term(Boolean(True))
        elif kind == ":=" or kind == "=":
            mine.assign = kind == ":="
            self.scan()
            mine.value = self.infix()
            if mine.value is None:
                return None
            mine.location = self.from_token(first)
        else:
            self.illegal("expected else value term or rule body")
            return None
        has_if = self.kind == "if"
        if not has_if and self.kind != "{":
            place = self.from_token(first)
            return Rule(mine.head(), _true_body(place), generated_body=True, location=place)
        if has_if:
            mine.keywords = ("if",)
            self.scan()
        body: Body | None
        inline = False
        if self.kind == "{":
            self.scan()
            body = self.body("}")
            if body is None:
                return None
            self.scan()
        elif self.kind != EOF:
            expr = self.literal(0)
            if expr is None:
                return None
            body = (expr,)
            inline = True
        else:
            self.illegal("rule body expected")
            return None
        otherwise: Rule | None = None
        if self.kind == "else":
            otherwise = self._else(draft)
            if otherwise is None:
                return None
        place = self.from_token(first)
        if inline:
            body = tuple(relocated(expr, place) for expr in body)
        return Rule(mine.head(), body, otherwise=otherwise, location=place)

    # --- heads --------------------------------------------------------------------------------------------------

    def _head(self, default: bool) -> tuple[_Draft | None, bool]:
        """head = name { operand } [ "(" args ")" ] [ "contains" infix | ( ":=" | "=" ) infix ]"""
        first = self.token
        term = self._head_finish(self.variable())
        if term is None:
            self.illegal("expected rule head name")
            return None, False
        draft = self._head_draft(term)
        if draft is None:
            return None, False
        contains = self._head_value(draft, default)
        draft.location = self.from_token(first)
        return draft, contains

    def _head_finish(self, head: Term) -> Term | None:
        start = self.token.start
        self.step()
        if self.kind in _HEAD_OPERATORS:
            self.illegal()
        elif self.kind == WHITESPACE:
            # Unlike elsewhere, spaces may stand between a head's name and its operands.
            self.scan()
        if self.kind in (".", "[", "("):
            return self.ref(head, start)
        return root_ref(head)

    def _head_draft(self, term: Term) -> _Draft | None:
        value = term.value
        if isinstance(value, Var):
            return _Draft((Term(value, term.location),), value.name)
        if isinstance(value, Ref):
            return self._ref_draft(value, None)
        if isinstance(value, Call):
            operator = value.terms[0].value
            assert isinstance(operator, Ref)
            if not isinstance(operator.terms[0].value, Var):
                self.illegal(f"rule head ref {node_text(operator)} invalid")
                return None
            return self._ref_draft(operator, value.terms[1:])
        return None

    def _ref_draft(self, ref: Ref, args: tuple[Term, ...] | None) -> _Draft:
        head = ref.terms[0].value
        name = head.name if len(ref.terms) < 2 and isinstance(head, Var) else ""
        return _Draft(ref.terms, name, args)

    def _head_value(self, draft: _Draft, default: bool) -> bool:
        kind = self.kind
        if kind == "contains":
            name = node_text(Ref(draft.ref))
            if draft.args is not None:
                self.illegal(
                    "the contains keyword can only be used with multi-value rule definitions "
                    f"(e.g., {name} contains <VALUE> {{ ... }})"
                )
            self.scan()
            draft.key = self.infix()
            if draft.key is None:
                self.illegal(f"expected rule key term (e.g., {name} contains <VALUE> {{ ... }})")
            return True
        if kind == "=" or kind == ":=":
            self.scan()
            draft.assign = kind == ":="
            draft.value = self.infix()
            if draft.value is None:
                self._error_no_value(draft, default)
        if draft.value is None and draft.key is None and (len(draft.ref) != 2 or draft.args):
            draft.generated_value = True
            draft.value = Term(Boolean(True))
        return False

    def _error_no_value(self, draft: _Draft, default: bool) -> None:
        name = node_text(Ref(draft.ref))
        if not draft.assign:
            self.illegal(f"expected rule value term (e.g., {name}[<nil>] = <VALUE> {{ ... }})")
        elif draft.args:
            self.illegal(f"expected function value term (e.g., {name}(...) := <VALUE> {{ ... }})")
        elif default:
            self.illegal(f"expected default rule value term (e.g., default {name} := <VALUE>)")
        else:
            self.illegal(f"expected rule value term (e.g., {name} := <VALUE> {{ ... }})")

    # --- default rules ------------------------------------------------------------------------------------------

    def _check_default_value(self, draft: _Draft, place: Location) -> bool:
        if draft.value is None:
            self.error(place, "illegal default rule (must have a value)")
            return False
        valid = True
        stack: list[object] = [draft.value]
        while stack:
            node = stack.pop()
            if isinstance(node, (ArrayComprehension, ObjectComprehension, SetComprehension)):
                continue
            if isinstance(node, (Ref, Var, Call)):
                self.error(place, f"illegal default rule (value cannot contain {VALUE_NAMES[type(node)]})")
                valid = False
                continue
            stack.extend(reversed(children(node)))
        return valid

    def _check_default_args(self, args: tuple[Term, ...], place: Location) -> bool:
        valid = True
        seen: set[str] = set()
        for term in args:
            value = term.value
            if not isinstance(value, Var):
                self.error(place, f"illegal default rule (arguments cannot contain {VALUE_NAMES[type(value)]})")
                valid = False
            elif value.name in seen:
                self.error(place, f"illegal default rule (arguments cannot be repeated {value.name})")
                valid = False
            else:
                seen.add(value.name)
        return valid


def _true_body(place: Location) -> Body:
    return (Expr(Term(Boolean(True), place), generated=True, location=place),)
