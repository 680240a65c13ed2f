"""The formatter: layout, comments, rewriting, and that formatting changes no meaning."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.errors import RegoErrors
from gatewright.syntax import node_text, parse_module
from gatewright.syntax.format import format_checked, format_module

CASES = [
    ("spaces and tabs", "package  a\np:={ 1,2 }\n", "package a\n\np := {1, 2}\n"),
    ("bodies are indented", "package a\np if {\n  x := 1\n     x>0\n}", "package a\n\np if {\n\tx := 1\n\tx > 0\n}\n"),
    ("one line stays one line", "package a\np if input.x\nq if input.y", "package a\n\np if input.x\nq if input.y\n"),
    ("lists keep their lines", "package a\np := [1,\n 2, 3]", "package a\n\np := [\n\t1,\n\t2, 3,\n]\n"),
    (
        "imports are sorted in their group",
        "package a\nimport data.b\nimport data.a\n\nimport input.z",
        "package a\n\nimport data.a\nimport data.b\n\nimport input.z\n",
    ),
    (
        "comments stay beside and above",
        "package a\n# above\np := 1 # beside\n# end",
        "package a\n\n# above\np := 1 # beside\n\n# end\n",
    ),
    (
        "a comment inside a call keeps the call as it was",
        "package a\np if f(1, # why\n 2)",
        "package a\n\np if f(\n\t1, # why\n\t2,\n)\n",
    ),
    (
        "else stays where it stood",
        "package a\np := 1 if {\n input.x\n} else := 2 if {\n input.y\n}\nelse := 3",
        "package a\n\np := 1 if {\n\tinput.x\n} else := 2 if {\n\tinput.y\n}\n\nelse := 3\n",
    ),
    (
        "raw strings and escapes as written",
        'package a\np := `a\nb`\nq := "\\u00e9"',
        'package a\n\np := `a\nb`\n\nq := "\\u00e9"\n',
    ),
    ("brackets where a name needs them", 'package a\np := input["a b"]["c"]', 'package a\n\np := input["a b"].c\n'),
    (
        "every and some",
        "package a\np if { some k,v in xs; every x in xs { x>v } }",
        "package a\n\np if {\n\tsome k, v in xs\n\tevery x in xs { x > v }\n}\n",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_layout(text: str, wanted: str) -> None:
    found = format_module(text)
    assert found == wanted
    assert format_module(found) == found
    assert len(parse_module(found).rules) == len(parse_module(text).rules)


def test_v0_keeps_its_style() -> None:
    assert format_module("package a\np[x] { x=1 }", rego_version="v0") == "package a\n\np[x] {\n\tx = 1\n}\n"


def test_v0_to_v1() -> None:
    text = "package a\nimport future.keywords.in\np[x] { x=1 }\nq = 2 { 1 in [1] }\n"
    assert format_module(text, rego_version="v0", to="v1", drop_imports=True) == (
        "package a\n\np contains x if x = 1\nq := 2 if 1 in [1]\n"
    )
    both = format_module(text, rego_version="v0", to="v0v1")
    assert "import rego.v1\n" in both
    parse_module(both, rego_version="v0")
    parse_module(both, rego_version="v1")


def test_v1_to_v2() -> None:
    text = "package a\nimport future.keywords.and\np if { input.x and input.y }\n"
    assert format_module(text, to="v1v2") == "package a\n\nimport rego.v2\n\np if input.x and input.y\n"


REFUSED = [
    ("a deprecated built-in", "package a\np = any([true])", "deprecated built-in function calls in expression: any"),
    ("an import twice", "package a\nimport data.x\nimport data.y.x\np = 1", "import must not shadow import data.x"),
    ("input overridden", "package a\ninput = 1", "rules must not shadow input"),
    ("a keyword as a name", "package a\nif = 1", "if keyword cannot be used for rule name"),
]


@pytest.mark.parametrize(("text", "wanted"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_v1_forbids_is_said(text: str, wanted: str) -> None:
    with pytest.raises(RegoErrors) as raised:
        format_module(text, rego_version="v0", to="v0v1")
    assert raised.value.errors[0].message.startswith(wanted)


def test_wrong_arity_of_an_operator() -> None:
    with pytest.raises(RegoErrors) as raised:
        format_module("package a\np if x == plus(1, 2, 3)")
    error = raised.value.errors[0]
    assert (error.code, error.details[0]) == ("rego_type_error", "have: (number,number,number)")


def test_wrong_arity_of_in() -> None:
    """As a value it goes by the name that OPA's parser has given it."""
    with pytest.raises(RegoErrors) as raised:
        format_module("package a\np = in(1)\nq { in(1) }", rego_version="v0")
    assert [e.message for e in raised.value.errors] == ["internal.member_3: arity mismatch", "in: arity mismatch"]


def test_deep_terms() -> None:
    text = "package a\n\np := " + "[" * 1500 + "]" * 1500 + "\n"
    assert format_module(text) == text


# --- well-formed modules of all shapes ------------------------------------------------------------------------------
# Operators stand in brackets: OPA's layout drops parentheses that matter.

names = st.sampled_from(("a", "b", "cc", "x1", "_y"))
strings = st.sampled_from(('"s"', '"a\\nb"', "`raw`", '"é"'))
scalars = st.one_of(st.sampled_from(("null", "true", "1", "-2.5", "1e3", "set()")), strings, names)


def collections(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.lists(inner, min_size=1, max_size=3)
    space = st.sampled_from((", ", ",\n  ", " ,"))
    return st.one_of(
        st.builds(lambda xs, s: "[" + s.join(xs) + "]", some, space),
        st.builds(lambda xs, s: "{" + s.join(xs) + "}", some, space),
        st.builds(lambda k, v: f'{{"{k}": {v}, 1: 2}}', names, inner),
        st.builds(lambda n, x: f"{n}.f({x})", names, inner),
        st.builds(lambda n, m, x: f"{n}.{m}[{x}]", names, names, inner),
        st.builds(lambda x, op, y: f"[{x} {op} {y}]", inner, st.sampled_from(("+", "-", "*", "&", "==")), inner),
        st.builds(lambda x, y: f"[{x} | {x} := {y}]", names, inner),
        st.builds(lambda x, y: f"{{{x} | some {x} in {y}}}", names, inner),
        st.builds(lambda x, y: f'$"t{{{x}}}u{{{y}}}"', names, names),
    )


terms = st.recursive(scalars, collections, max_leaves=8)
exprs = st.one_of(
    terms,
    st.builds(lambda x, y: f"{x} := {y}", names, terms),
    st.builds(lambda x, y: f"{x} == {y} with input as {x}", terms, terms),
    st.builds(lambda x: f"not {x}", terms),
    st.builds(lambda x, y: f"some {x} in {y}", names, terms),
    st.builds(lambda x, y, z: f"every {x} in {y} {{ {z} }}", names, terms, terms),
)
bodies = st.builds(
    lambda xs, s, c: "{" + c + s.join(xs) + "\n}",
    st.lists(exprs, min_size=1, max_size=3),
    st.sampled_from(("\n", "\n\n  ", " # note\n")),
    st.sampled_from(("", "\n", " # first\n")),
)
rules = st.one_of(
    st.builds(lambda n, x: f"{n} := {x}", names, terms),
    st.builds(lambda n, b: f"{n} if {b}", names, bodies),
    st.builds(lambda n, x, b: f"{n} contains {x} if {b}", names, terms, bodies),
    st.builds(lambda n, a, x, b: f"{n}({a}) := {x} if {b} else := {a}", names, names, terms, bodies),
    st.builds(lambda n, m, x, b: f"{n}.{m}[{m}] := {x} if {b}", names, names, terms, bodies),
)
modules = st.builds(
    lambda rs, s: "package t\n" + s.join(rs) + "\n",
    st.lists(rules, min_size=1, max_size=4),
    st.sampled_from(("\n", "\n\n", "\n# between\n")),
)


def _parsed(text: str):
    try:
        return parse_module(text)
    except RegoErrors:
        return None


@settings(max_examples=150)
@given(modules)
def test_formatting_keeps_the_meaning(text: str) -> None:
    module = _parsed(text)
    if module is None:
        return
    try:
        formatted = format_checked(text)
    except RegoErrors as refused:
        # OPA's layout of some terms with comments inside does not read back; then we say so.
        codes = {e.code for e in refused.errors}
        if codes <= {"rego_format_error", "rego_type_error", "rego_compile_error"}:
            return
        raise
    # `p := true if …` is written `p if …`, which OPA does not call an assignment.
    assert node_text(parse_module(formatted)).replace(":=", "=") == node_text(module).replace(":=", "=")


@settings(max_examples=150)
@given(st.text(alphabet='pq{}[]()|:=,.;"`$#\n x1éifnot', max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse_module("package t\n" + text)
    except RegoErrors as errors:
        if {e.code for e in errors.errors} != {"rego_parse_error"}:
            raise
