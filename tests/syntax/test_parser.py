"""Rego text to AST: shapes, locations, and the limits that must not show."""

from __future__ import annotations

import pytest

from gatewright.errors import RegoErrors
from gatewright.syntax import (
    node_text,
    nodes_to_json,
    parse_module,
    parse_query,
    parse_ref,
    parse_statements,
    parse_term,
)
from gatewright.syntax.nodes import Boolean, Call, Every, LogicalAnd, LogicalOr, Not, Number, Ref, Set, SomeDecl, Var


def module(body: str, **options: str):
    return parse_module("package test\n" + body, **options)


TERMS = [
    ("scalars", "[null, true, -1.5e3, .5, `raw\\n`]", '[null, true, -1.5e3, .5, "raw\\\\n"]'),
    ("an empty set is not an empty object", "[set(), {}]", "[set(), {}]"),
    ("sets are sorted, each element once", "{3, 1, 1.0, 2, 1}", "{1, 2, 3}"),
    ("objects are sorted by key", '{"b": 1, "a": 2}', '{"a": 2, "b": 1}'),
    ("strings come before vars before refs", '{input.x, v, "s"}', '{"s", v, input.x}'),
    ("products bind tighter than sums", "1 + 2 * 3", "plus(1, mul(2, 3))"),
    ("operators of one level go left to right", "1 - 2 - 3", "minus(minus(1, 2), 3)"),
    ("comparison is loosest, in looser still", "1 + 1 == 2 in xs", "internal.member_2(equal(plus(1, 1), 2), xs)"),
    ("a pair before in", "k, v in xs", "internal.member_3(k, v, xs)"),
    ("a minus before a name subtracts from zero", "-input.x", "minus(0, input.x)"),
    ("a comprehension comes before a union", "{x | y}", "{x | y}"),
    ("a union in parentheses is one", "{(x | y)}", "{or(x, y)}"),
    ("keywords as names in refs", "input.if.not.default", 'input["if"]["not"]["default"]'),
    ("a trailing comma", "[1, 2,]", "[1, 2]"),
    ("escapes", '"\\u00e9\\n\\/"', '"é\\n/"'),
    ("a lone surrogate is replaced", '"\\ud800"', '"\ufffd"'),
]


@pytest.mark.parametrize(("text", "wanted"), [t[1:] for t in TERMS], ids=[t[0] for t in TERMS])
def test_terms(text: str, wanted: str) -> None:
    assert node_text(parse_term(text)) == wanted


def test_input_alone_is_a_ref() -> None:
    assert parse_term("input").value == Ref((parse_ref("input").terms[0],))


def test_wildcards_are_variables_of_their_own() -> None:
    body = module("p if { input[_][_] }").rules[0].body
    assert [t.value for t in body[0].terms.value.terms[1:]] == [Var("$0"), Var("$1")]


def test_a_template_string_keeps_constants_as_parts() -> None:
    term = parse_term('$"a{1}b{x + 1}\\{"')
    assert node_text(term) == '$"a1b{plus(x, 1)}\\{"'
    assert term.value.parts[1].value == Number("1")


RULES = [
    ("a plain name", "p := 1", "v1", ("p", None, "1")),
    ("a partial set", "p contains x if { x := 1 }", "v1", ("p", "x", None)),
    ("a partial set in v0", "p[x] { x = 1 }", "v0", ("p", "x", None)),
    ("a partial object", "p[x] := 1 if { x := 1 }", "v1", ("p[x]", "x", "1")),
    ("a partial object under a template", 'p[$"{{}}"] := 1 if { true }', "v1", ('p[$"{{}}"]', '$"{{}}"', "1")),
    ("a ref as head", "p.q.r := 1", "v1", ("p.q.r", None, "1")),
    ("a function", "f(x) := x if { true }", "v1", ("f", None, "x")),
    ("a default", "default p := false", "v1", ("p", None, "false")),
    ("a bare equation in v0", "p = 1", "v0", ("p", None, "1")),
    ("a bare ref in v0", 'p["a"]', "v0", ("p", '"a"', None)),
]


@pytest.mark.parametrize(("text", "version", "wanted"), [r[1:] for r in RULES], ids=[r[0] for r in RULES])
def test_heads(text: str, version: str, wanted: tuple[str, str | None, str | None]) -> None:
    head = module(text, rego_version=version).rules[0].head
    key = None if head.key is None else node_text(head.key)
    value = None if head.value is None else node_text(head.value)
    assert (node_text(head.ref), key, value) == wanted


def test_else_is_a_chain() -> None:
    rule = module("p := 1 if { false } else := 2 if { false } else := 3").rules[0]
    assert node_text(rule.otherwise.otherwise.head.value) == "3"
    assert rule.otherwise.otherwise.otherwise is None


def test_bodies_after_a_body_are_rules() -> None:
    rules = module("p { 1 } { 2 }", rego_version="v0").rules
    assert [node_text(r.body) for r in rules] == ["1", "2"]


def test_statements_of_bodies() -> None:
    body = (
        module(
            "p if {\n some x, y\n some k, v in xs\n every e in xs { e > 1 }\n not f(1) with input as 2 with f as g\n}"
        )
        .rules[0]
        .body
    )
    assert isinstance(body[0].terms, SomeDecl)
    assert isinstance(body[1].terms.symbols[0].value, Call)
    assert isinstance(body[2].terms, Every)
    assert body[3].negated
    assert [node_text(w) for w in body[3].withs] == ["with input as 2", "with f as g"]
    assert [e.index for e in body] == [0, 1, 2, 3]


def test_and_or_not_when_imported() -> None:
    expr = parse_query("not {x; y} or a and b", rego_version="v2")[0]
    assert isinstance(expr.terms, LogicalOr)
    assert isinstance(expr.terms.lhs[0].terms, Not)
    assert isinstance(expr.terms.rhs[0].terms, LogicalAnd)


def test_generated_parts_are_marked() -> None:
    rule = module("f(1)", rego_version="v0").rules[0]
    assert rule.generated_body
    assert rule.body[0].generated
    assert rule.head.value.value == Boolean(True)


LOCATIONS = [
    ("a term in a call", 'p if { f(1, "é") }', lambda r: r.body[0].terms[2], (2, 13, 2, 16)),
    ("the operator of an infix call", "p if { x == 1 }", lambda r: r.body[0].terms[0], (2, 10, 2, 12)),
    (
        "a parenthesized term stands at its first inner token",
        "p if { (x + 1) == 2 }",
        lambda r: r.body[0].terms[1],
        (2, 9, 2, 15),
    ),
    ("an expression ends with its with", "p if { q with input as 1 }", lambda r: r.body[0], (2, 8, 2, 25)),
    ("a rule ends with its body", "p if {\n\ttrue\n}", lambda r: r, (2, 1, 4, 2)),
    ("an else", "p if { true } else := 2", lambda r: r.otherwise, (2, 15, 2, 24)),
    ("the head", "p contains 1 if { true }", lambda r: r.head, (2, 1, 2, 13)),
]


@pytest.mark.parametrize(("text", "pick", "wanted"), [x[1:] for x in LOCATIONS], ids=[x[0] for x in LOCATIONS])
def test_locations(text: str, pick, wanted: tuple[int, int, int, int]) -> None:
    place = pick(module(text, file="f.rego").rules[0]).location
    assert (place.row, place.col, place.end_row, place.end_col) == wanted
    assert place.file == "f.rego"


def test_comments_are_kept_with_their_place() -> None:
    comments = module("# one\np := 1 # two\r\n").comments
    assert [(c.text, c.location.row, c.location.col) for c in comments] == [(" one", 2, 1), (" two", 3, 8)]


def test_json_is_opas() -> None:
    assert nodes_to_json(module("p contains {1} if null")) == {
        "package": {"path": [{"type": "var", "value": "data"}, {"type": "string", "value": "test"}]},
        "rules": [
            {
                "head": {
                    "ref": [{"type": "var", "value": "p"}],
                    "name": "p",
                    "key": {"type": "set", "value": [{"type": "number", "value": "1"}]},
                },
                "body": [{"index": 0, "terms": {"type": "null", "value": {}}}],
            }
        ],
    }


def test_statements_outside_a_module() -> None:
    assert len(parse_statements("p := 1\nq { true }\nx = 2", rego_version="v0")) == 3


DEEP = [
    ("arrays", "[" * 3000 + "]" * 3000),
    ("objects", '{"a":' * 3000 + "1" + "}" * 3000),
    ("parentheses", "(" * 3000 + "1" + ")" * 3000),
    ("a sum", "+".join(["1"] * 5000)),
    ("a ref", "input" + ".x" * 10_000),
    ("ten thousand elements", "[" + ",".join(map(str, range(10_000))) + "]"),
    ("ten thousand members", "{" + ",".join(f'"{i}"' for i in range(10_000)) + "}"),
]


@pytest.mark.parametrize("text", [d[1] for d in DEEP], ids=[d[0] for d in DEEP])
def test_deep_and_long_terms(text: str) -> None:
    rule = module("p := " + text).rules[0]
    assert node_text(rule.head.value)
    assert nodes_to_json(rule)


def test_too_deep_is_opas_error() -> None:
    with pytest.raises(RegoErrors) as raised:
        module("p := " + "[" * 120_000)
    assert raised.value.errors[0].message == "max parsing recursion depth exceeded"


def test_capabilities_are_heeded() -> None:
    old = {"features": ["rego_v1"], "future_keywords": []}
    with pytest.raises(RegoErrors, match="template strings are not supported"):
        module('p := $"{1}"', capabilities=old)
    with pytest.raises(RegoErrors, match="rego_v1 feature required"):
        module("p := 1", capabilities={"features": []})


def test_sets_compare_by_value() -> None:
    assert parse_term("{1, 2}").value == parse_term("{2, 1}").value
    assert isinstance(parse_term("{1.0, 1}").value, Set)
    assert len(parse_term("{1.0, 1}").value.items) == 1
