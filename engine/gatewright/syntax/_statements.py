"""The parser's part for statements: packages, imports, rules; and the loop over them."""

from __future__ import annotations

from gatewright.records import replace
from gatewright.source import Location
from gatewright.syntax import _tokens
from gatewright.syntax._literals import LiteralParser
from gatewright.syntax._terms import VALUE_NAMES, root_ref
from gatewright.syntax._tokens import (
    EOF,
    FUTURE,
    FUTURE_V0,
    FUTURE_V1,
    IDENT,
    VERSION_KEYWORDS,
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
    String,
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
_ROOTS = ("data", "input")


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


class StatementParser(LiteralParser):
    skip_rules = False
    # Which imports of `rego.v1` and `rego.v2`, and of single keywords, are allowed.
    rego_imports: frozenset[str] = frozenset(("v1", "v2"))
    future_allowed: frozenset[str] = FUTURE

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
                        self._heed(statement)
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

    # --- package and import -------------------------------------------------------------------------------------

    def _path_ahead(self) -> bool:
        """Passes the statement's keyword; false when it is the start of a ref."""
        self.step()
        if self.kind in (".", "["):
            return False
        if self.kind == WHITESPACE:
            self.scan()
        if self.kind == IDENT:
            return True
        if self.kind in self.ref_tokens:
            self.kind = IDENT
            return True
        self.illegal()
        return False

    def package(self) -> Package | None:
        """package = "package" ref"""
        place = self.here()
        if not self._path_ahead():
            return None
        term = self.term()
        path: tuple[Term, ...] | None = None
        if term is not None:
            value = term.value
            if isinstance(value, Var):
                path = (Term(Var("data"), term.location), Term(String(value.name), term.location))
            elif isinstance(value, Ref):
                path = self._package_path(value)
            else:
                self.illegal()
            if path is None:
                return None
        if path is None:
            if not self.faults:
                self.error(None, "expected path")
            return None
        return Package(Ref(path), place)

    def _package_path(self, ref: Ref) -> tuple[Term, ...] | None:
        head = ref.terms[0]
        if not isinstance(head.value, Var):
            self.error(head.location, f"unexpected {VALUE_NAMES[type(head.value)]} token: expecting var")
            return None
        if not self._only_strings(ref):
            return None
        first = Term(String(head.value.name), head.location)
        return (Term(Var("data"), head.location), first, *ref.terms[1:])

    def _only_strings(self, ref: Ref) -> bool:
        for term in ref.terms[1:]:
            if not isinstance(term.value, String):
                self.error(term.location, f"unexpected {VALUE_NAMES[type(term.value)]} token: expecting string")
                return False
        return True

    def import_(self) -> Import | None:
        """import = "import" ref [ "as" var ]"""
        place = self.here()
        if not self._path_ahead():
            return None
        # The path is read as if no future keyword were on, and so is the token after it.
        before = self.mark()
        cache, self.cache, self.tense = self.cache, None, "present"
        term = self.term()
        self.cache, self.tense = cache, ""
        path: Term | None = None
        if term is not None:
            value = term.value
            if isinstance(value, Var):
                path = Term(Ref((term,)), term.location)
            elif isinstance(value, Ref):
                if not all(isinstance(t.value, String) for t in value.terms[1:]):
                    # OPA forgets what else was wrong with the path.
                    self.back(before)
                    self._only_strings(value)
                    return None
                path = term
        if path is None:
            self.error(None, "expected path")
            return None
        assert isinstance(path.value, Ref)
        if not self._known_root(path):
            return None
        if self.kind == "as":
            return self._alias(path, place)
        self._check_import_end(path.value)
        return Import(path, "", place)

    def _known_root(self, path: Term) -> bool:
        assert isinstance(path.value, Ref)
        root = path.value.terms[0]
        if isinstance(root.value, Var) and root.value.name in (*_ROOTS, "future", "rego"):
            return True
        self.hint("if this is unexpected, try updating OPA")
        self.error(
            path.location,
            "unexpected import path, must begin with one of: {data, future, input, rego}, got: " + node_text(root),
        )
        return False

    def _alias(self, path: Term, place: Location) -> Import | None:
        self.scan()
        if self.kind != IDENT:
            self.illegal("expected var")
            return None
        alias = self.term()
        if alias is not None:
            value = alias.value
            if isinstance(value, Var):
                return Import(path, value.name, place, alias.location)
            if isinstance(value, Ref) and len(value.terms) == 1 and node_text(value) in _ROOTS:
                self.error(
                    alias.location,
                    f"unexpected import alias, must not be a reserved name, got: {node_text(value)}",
                )
                return None
        self.illegal("expected var")
        return None

    def _check_import_end(self, path: Ref) -> None:
        last = path.terms[-1]
        root = path.terms[0].value
        if len(path.terms) > 1 and isinstance(root, Var) and root.name == "future":
            return
        name = last.value.name if isinstance(last.value, Var) else getattr(last.value, "value", "")
        if name in VERSION_KEYWORDS[self.version]:
            self.hint("import a different path or use an alias")
            self.error(last.location, f"unexpected import path, must not end with a keyword, got: {name}")

    def _heed(self, statement: Import) -> None:
        """Turns on what `import rego.v1` and `import future.keywords` turn on."""
        assert isinstance(statement.path.value, Ref)
        path = statement.path.value
        root = path.terms[0].value
        if root == Var("rego"):
            self._rego_import(statement, path)
        elif root == Var("future"):
            self._future_import(statement, path)
        else:
            return
        self.reclassify()

    def _rego_import(self, statement: Import, path: Ref) -> None:
        version = path.terms[1].value.value if len(path.terms) == 2 else None  # type: ignore[union-attr]
        if version not in ("v1", "v2"):
            self.error(
                statement.path.location,
                f"invalid import `{node_text(path)}`, must be one of: `rego.v1`, `rego.v2`",
            )
            return
        if version not in self.rego_imports:
            self.error(
                statement.path.location,
                f"invalid import, `rego.{version}` is not supported by current capabilities",
            )
            return
        if statement.alias:
            self.error(statement.alias_location, "`rego` imports cannot be aliased")
            return
        if version == self.version:
            return
        self.add_keywords(FUTURE_V0)
        if version == "v2":
            self.add_keywords(FUTURE_V1)
            self.not_bodies = True

    def _future_import(self, statement: Import, path: Ref) -> None:
        terms = path.terms
        if len(terms) == 1 or terms[1].value != String("keywords"):
            self.error(statement.path.location, "invalid import, must be `future.keywords`")
            return
        if statement.alias:
            self.error(statement.alias_location, "`future` imports cannot be aliased")
            return
        names = self.future_allowed
        if len(terms) == 3:
            name = terms[2].value.value  # type: ignore[union-attr]
            if name not in names:
                known = " ".join(sorted(names))
                self.error(statement.path.location, f"unexpected keyword, must be one of [{known}]")
                return
            names = frozenset((name,))
        if "not" in names:
            self.not_bodies = True
        self.add_keywords(names)

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
