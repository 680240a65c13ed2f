"""From text to a module, a query or a term: runs the parser and checks what only the whole can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gatewright.collector import collector_paused
from gatewright.errors import RegoError, RegoErrors, RegoSyntaxError
from gatewright.source import Location
from gatewright.syntax import _annotations, _hints
from gatewright.syntax._builtin_names import BUILTIN_NAMES
from gatewright.syntax._cursor import to_errors
from gatewright.syntax._deep import deeply
from gatewright.syntax._statements import Statement, StatementParser
from gatewright.syntax._terms import VALUE_NAMES, operator_name
from gatewright.syntax._tokens import FUTURE, FUTURE_V0, FUTURE_V1, VERSION_KEYWORDS
from gatewright.syntax.nodes import (
    Annotations,
    Body,
    Boolean,
    Call,
    Comment,
    Expr,
    Head,
    Import,
    Module,
    Package,
    Ref,
    Rule,
    SomeDecl,
    Term,
    Var,
)
from gatewright.syntax.text import node_text

_LEVELS = {"v0": 0, "v0v1": 1, "v1": 1, "v2": 2}
_HEAD_KEYWORDS = {"if": "p if { ... }", "contains": "p contains x"}


def parse_module(
    text: str,
    *,
    file: str = "",
    rego_version: str = "v1",
    capabilities: Mapping[str, Any] | None = None,
    annotations: bool = True,
    spans: bool = False,
) -> Module:
    """The module in `text`; raises RegoErrors with all that OPA reports.

    `rego_version` is "v0", "v1", "v2" or "v0v1" (both dialects at once). `capabilities` is OPA's JSON. With
    `annotations` the METADATA comments are parsed and attached.
    """
    with collector_paused():
        return deeply(_parse_module, text, file, rego_version, capabilities, annotations, spans)


def parse_query(
    text: str,
    *,
    file: str = "",
    rego_version: str = "v1",
    future_keywords: Iterable[str] = (),
    capabilities: Mapping[str, Any] | None = None,
) -> Body:
    """The query in `text`, one or more expressions; `future_keywords` are on as if imported."""
    return deeply(_parse_query, text, file, rego_version, frozenset(future_keywords), capabilities)


def parse_statements(text: str, *, file: str = "", rego_version: str = "v1") -> list[Statement]:
    """The statements in `text`, which need not be a module: packages, imports, rules and queries in any order."""

    def run() -> list[Statement]:
        parser = _parser(text, file, rego_version, None, frozenset(), False)
        found = parser.statements()
        if parser.faults:
            raise RegoErrors(_hints.explained(to_errors(text, file, parser.faults), parser))
        return found

    return deeply(run)


def parse_term(text: str, *, rego_version: str = "v1") -> Term:
    """The single term in `text`."""
    body = parse_query(text, rego_version=rego_version)
    if len(body) != 1:
        raise RegoErrors([RegoSyntaxError(f"expected exactly one term but got: {node_text(body)}")])
    terms = body[0].terms
    if isinstance(terms, tuple):
        terms = Term(Call(terms), body[0].location)
    if not isinstance(terms, Term):
        raise RegoErrors([RegoSyntaxError(f"expected term but got {node_text(terms)}")])
    return terms


def parse_ref(text: str) -> Ref:
    """The single ref in `text`."""
    term = parse_term(text)
    if not isinstance(term.value, Ref):
        raise RegoErrors([RegoSyntaxError(f"expected ref but got {node_text(term)}")])
    return term.value


# --- setting the parser up ------------------------------------------------------------------------------------------


def _parser(
    text: str, file: str, version: str, capabilities: Mapping[str, Any] | None, extra: frozenset[str], spans: bool
) -> StatementParser:
    keywords = {"v1": FUTURE_V0, "v2": FUTURE}.get(version, frozenset())
    parser = StatementParser(text, file=file, version=version, keywords=keywords | extra, spans=spans)
    features = _features(capabilities)
    if capabilities is None:
        parser.future_allowed = FUTURE
    else:
        parser.future_allowed = _allowed_keywords(capabilities, version, features)
        parser.keywords_in_refs = "keywords_in_refs" in features or (version == "v2" and "rego_v2" in features)
        parser.rego_imports = frozenset(
            v for v in ("v1", "v2") if {f"rego_{v}", f"rego_{v}_import", "rego_v2"} & features
        )
        parser._know_ref_tokens()
    if capabilities is None:
        parser.templates_allowed = version in ("v1", "v2")
    else:
        parser.templates_allowed = "template_strings" in features or (version == "v2" and "rego_v2" in features)
    return parser


def _features(capabilities: Mapping[str, Any] | None) -> frozenset[str]:
    return frozenset(capabilities.get("features") or ()) if capabilities else frozenset()


def _allowed_keywords(capabilities: Mapping[str, Any], version: str, features: frozenset[str]) -> frozenset[str]:
    """The keywords a module may import. Raises when the capabilities cannot serve the dialect."""
    known = frozenset(capabilities.get("future_keywords") or ())
    for name in sorted(known - FUTURE):
        raise RegoErrors([RegoSyntaxError(f"illegal capabilities: unknown keyword: {name}")])
    if version in ("v1", "v2"):
        feature = f"rego_{version}"
        if feature not in features:
            raise RegoErrors(
                [RegoSyntaxError(f"illegal capabilities: {feature} feature required for parsing {version} Rego")]
            )
        return FUTURE_V0 | (known & FUTURE_V1) | (FUTURE_V1 if version == "v2" else frozenset())
    return known | FUTURE_V0 if "rego_v1" in features else known


def _parse_query(
    text: str, file: str, version: str, future: frozenset[str], capabilities: Mapping[str, Any] | None
) -> Body:
    parser = _parser(text, file, version, capabilities, future, False)
    parser.skip_rules = True
    statements = parser.statements()
    if parser.faults:
        raise RegoErrors(_hints.explained(to_errors(text, file, parser.faults), parser))
    body: list[Expr] = []
    for statement in statements:
        if not isinstance(statement, tuple):
            kind = type(statement).__name__
            raise RegoErrors([RegoSyntaxError(f"expected body but got *ast.{kind}", statement.location)])
        body.extend(statement)
    return tuple(
        e if e.index == i else Expr(e.terms, e.withs, e.negated, e.generated, i, e.location) for i, e in enumerate(body)
    )


def _parse_module(
    text: str,
    file: str,
    version: str,
    capabilities: Mapping[str, Any] | None,
    annotations: bool,
    spans: bool,
) -> Module:
    parser = _parser(text, file, version, capabilities, frozenset(), spans)
    found = _run(parser, annotations)
    if isinstance(found, Module):
        return found

    def parses_as(other: str) -> bool:
        return isinstance(_run(_parser(text, file, other, None, frozenset(), False), False), Module)

    raise RegoErrors(_hints.explained(found, parser, parses_as))


def _run(parser: StatementParser, annotations: bool) -> Module | list[RegoError]:
    text, file = parser.text, parser.file
    statements = parser.statements()
    comments = _comments(parser)
    blocks: list[Annotations] = []
    faults = parser.faults
    if annotations and "METADATA" in text:
        blocks, more = _annotations.parse_blocks(comments, parser.line_starts)
        faults = (*faults, *parser.with_pending_hints(more))
    if faults:
        return list(to_errors(text, file, faults))
    return _Assembly(file, parser.version).module(statements, comments, blocks)


def _comments(parser: StatementParser) -> tuple[Comment, ...]:
    """The comments up to where the parser came."""
    end = parser.token.start if parser.at >= 0 else 0
    if parser.at_space:
        end = parser.space_at()[2]
    return tuple(
        Comment(c.text, Location(parser.file, c.row, c.col, c.row, c.col + 1 + len(c.text)))
        for c in parser.comments
        if c.start < end
    )


# --- from statements to a module ------------------------------------------------------------------------------------


class _Assembly:
    def __init__(self, file: str, version: str) -> None:
        self.file = file
        self.version = version
        self.level = _LEVELS[version]
        self.errors: list[RegoError] = []

    def module(
        self, statements: list[Statement], comments: tuple[Comment, ...], blocks: list[Annotations]
    ) -> Module | list[RegoError]:
        if not statements:
            if blocks:
                return [RegoSyntaxError("package expected", blocks[0].location)]
            return [RegoSyntaxError("empty module", Location(self.file))]
        first = statements[0]
        if not isinstance(first, Package):
            self.error(_place(first), "package expected")
        imports, rules = self._sorted_out(statements)
        if self.level >= 1:
            self._check_rules(rules)
        if self.errors:
            return self.errors
        assert isinstance(first, Package)
        module = Module(first, tuple(imports), tuple(rules), comments, (), self.version, self.file)
        if not blocks:
            return module
        return _annotations.attach(module, blocks)

    def error(self, place: Location, message: str) -> None:
        self.errors.append(RegoSyntaxError(message, place))

    def _sorted_out(self, statements: list[Statement]) -> tuple[list[Import], list[Rule]]:
        imports: list[Import] = []
        rules: list[Rule] = []
        for i, statement in enumerate(statements[1:], 1):
            if isinstance(statement, Import):
                imports.append(statement)
                self._raise_level(statement)
            elif isinstance(statement, Rule):
                rules.append(statement)
            elif isinstance(statement, Package):
                self.error(statement.location, "unexpected package")
            else:
                rule = self._rule_of(statement, statements, i)
                if rule is not None:
                    rules.append(rule)
        return imports, rules

    def _raise_level(self, statement: Import) -> None:
        text = node_text(statement.path)
        if text in ("rego.v1", "rego.v2"):
            self.level = max(self.level, int(text[-1]))

    def _rule_of(self, body: Body, statements: list[Statement], index: int) -> Rule | None:
        """A body among the rules is a rule without a body of its own: `p = 1`, `p["x"]`."""
        found = _body_rule(body)
        if isinstance(found, Rule):
            return found
        keyword = self._missing_keyword(body, statements, index)
        if keyword:
            found = f"{found} (hint: `import future.keywords.{keyword}` for `{_HEAD_KEYWORDS[keyword]}` rules)"
        self.error(body[0].location, found)
        return None

    def _missing_keyword(self, body: Body, statements: list[Statement], index: int) -> str:
        """In v0, the head keyword that was read as a variable or a rule's name."""
        if self.level > 0:
            return ""
        keyword = _head_keyword(body)
        if keyword or index + 1 >= len(statements):
            return keyword
        following = statements[index + 1]
        if _place(following).row != body[0].location.row:
            return ""
        return _head_keyword(following)

    def _check_rules(self, rules: list[Rule]) -> None:
        for rule in rules:
            current: Rule | None = rule
            while current is not None:
                self._check_rule(current)
                current = current.otherwise

    def _check_rule(self, rule: Rule) -> None:
        head = rule.head
        kind = "function" if head.args else "rule"
        if len(head.ref.terms) < 2 and head.name in VERSION_KEYWORDS["v1"]:
            self.error(rule.location, f"{head.name} keyword cannot be used for rule name")
        if rule.generated_body and head.generated_value:
            self.error(rule.location, f"{kind} must have value assignment and/or body declaration")
        if not rule.generated_body and not rule.default and "if" not in head.keywords:
            self.error(rule.location, f"`if` keyword is required before {kind} body")
        if head.value is None and "contains" not in head.keywords:
            self.error(rule.location, "`contains` keyword is required for partial set rules")


def _place(statement: Statement) -> Location:
    return statement[0].location if isinstance(statement, tuple) else statement.location


def _head_keyword(statement: Statement) -> str:
    name = ""
    if isinstance(statement, Rule):
        name = statement.head.name
    elif isinstance(statement, tuple) and len(statement) == 1:
        terms = statement[0].terms
        if isinstance(terms, Term) and isinstance(terms.value, Var):
            name = terms.value.name
    return name if name in _HEAD_KEYWORDS else ""


def _true(place: Location) -> Body:
    return (Expr(Term(Boolean(True), place), generated=True, location=place),)


def _body_rule(body: Body) -> Rule | str:
    """The rule a body stands for, or why it stands for none."""
    if len(body) != 1:
        return "multiple expressions cannot be used for rule head"
    expr = body[0]
    if expr.withs:
        return "expressions using with keyword cannot be used for rule head"
    if expr.negated:
        return "negated expressions cannot be used for rule head"
    terms = expr.terms
    if isinstance(terms, SomeDecl):
        return "'some' declarations cannot be used for rule head"
    if isinstance(terms, Term):
        return _ref_rule(terms)
    if not isinstance(terms, tuple):
        return "expression cannot be used for rule head"
    name = operator_name(terms[0])
    if name in ("eq", "assign"):
        if len(terms) < 3:
            return "assignment requires two operands"
        return _equation_rule(expr, terms[1], terms[2], name == "assign")
    # OPA's table holds the operators' signs too; of these only `in` can be a name.
    if name in BUILTIN_NAMES or name == "in":
        return "rule name conflicts with built-in function"
    return _call_rule(terms)


def _ref_rule(term: Term) -> Rule | str:
    """`p.q.r` is a complete rule, `p["x"]` a partial set."""
    ref = term.value
    if not isinstance(ref, Ref):
        return f"{VALUE_NAMES[type(ref)]} cannot be used for rule name"
    place = term.location
    if len(ref.terms) == 1:
        return "refs cannot be used for rule head"
    head_var = ref.terms[0].value
    if not isinstance(head_var, Var):
        return f"invalid rule head: {node_text(ref)}"
    if len(ref.terms) > 2:
        head = Head(ref, value=Term(Boolean(True), place), generated_value=True, location=place)
    else:
        head = Head(Ref(ref.terms[:1]), head_var.name, key=ref.terms[1], location=place)
    return Rule(head, _true(place), generated_body=True, location=place)


def _equation_rule(expr: Expr, left: Term, right: Term, assign: bool) -> Rule | str:
    """`f(x) = y`, `p[x] = y` and `p = y`."""
    value = left.value
    if isinstance(value, Call):
        found = _function_head(value, right)
        if isinstance(found, Head):
            return _placed(found, expr, right.location, assign)
    if isinstance(value, Ref) and isinstance(value.terms[0].value, Var):
        name, key = "", None
        if len(value.terms) <= 2:
            name = value.terms[0].value.name
        if len(value.terms) == 2:
            key = value.terms[1]
        return _placed(Head(value, name, key=key, value=right), expr, right.location, assign)
    if isinstance(value, Var):
        head = Head(Ref((Term(value, left.location),)), value.name, value=right)
        return _placed(head, expr, right.location, assign)
    if isinstance(value, Ref):
        return f"invalid rule head: {node_text(value)}"
    return f"{VALUE_NAMES[type(value)]} cannot be used for rule name"


def _function_head(call: Call, value: Term) -> Head | str:
    ref = call.terms[0].value
    if not isinstance(ref, Ref):
        return f"{VALUE_NAMES[type(ref)]}s cannot be used in function signature"
    if not isinstance(ref.terms[0].value, Var):
        return f"invalid rule head: {node_text(ref)}"
    name = ref.terms[0].value.name if len(ref.terms) < 2 else ""
    return Head(ref, name, args=call.terms[1:], value=value)


def _placed(head: Head, expr: Expr, body_place: Location, assign: bool) -> Rule:
    place = expr.location
    head = Head(head.ref, head.name, head.args, head.key, head.value, assign, location=place)
    return Rule(head, _true(body_place), generated_body=True, location=place)


def _call_rule(terms: tuple[Term, ...]) -> Rule | str:
    """`f(x)` is a function that yields true."""
    if len(terms) <= 1:
        return "rule argument list must take at least one argument"
    place = terms[0].location
    found = _function_head(Call(terms), Term(Boolean(True), place))
    if isinstance(found, str):
        return found
    head = Head(found.ref, found.name, found.args, value=found.value, location=place)
    return Rule(head, _true(place), generated_body=True, location=place)
