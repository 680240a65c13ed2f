"""The compiled form of rules and queries: what code generation reads."""

from __future__ import annotations

import pytest

from gatewright.errors import RegoErrors
from gatewright.syntax import node_text, parse_module


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("input.x == 1", "input.x = 1", id="== unifies once the body is safe"),
        pytest.param("x := 1; x > 0", "__local0__ = 1; gt(__local0__, 0)", id="assignment renames"),
        pytest.param("some i; input.a[i] == 1", "input.a[__local0__] = 1", id="some disappears"),
        pytest.param("some x in input.a; x", "__local2__ = input.a[__local1__]; __local2__", id="some in iterates"),
        pytest.param(
            "count(split(input.s, input.t)) > 1",
            "__local2__ = input.s; __local3__ = input.t; split(__local2__, __local3__, __local0__); "
            "count(__local0__, __local1__); gt(__local1__, 1)",
            id="nested calls and refs come first",
        ),
        pytest.param("x = y; y = 1", "y = 1; x = y", id="ordered for safety"),
        pytest.param("not x == 1; x = 2", "x = 2; not x = 1", id="negation waits for its variables"),
        pytest.param(
            "xs := [y | y := input.a[_]]; xs",
            "__local1__ = [__local0__ | __local0__ = input.a[_]]; __local1__",
            id="a comprehension has a scope of its own",
        ),
        pytest.param(
            "every x in input.a { x > 0 }",
            "__local2__ = input.a; every __local0__, __local1__ in __local2__ { gt(__local1__, 0) }",
            id="every has a key and a named domain",
        ),
        pytest.param(
            "input.x with input.x as input.y",
            "__local0__ = input.y; input.x with input.x as __local0__",
            id="values of with come first",
        ),
        pytest.param('print("here"); input.x', "input.x", id="print is erased"),
        pytest.param("print(1)", "true", id="a body of prints is true"),
    ],
)
def test_body(body, text: str, want: str) -> None:
    assert body(text) == want


def test_template_string(body) -> None:
    got = body('$"a {input.b}" == "a 1"')
    assert got == (
        "__local2__ = {__local0__ | __local0__ = input.b}; "
        'internal.template_string(["a ", __local2__], __local1__); __local1__ = "a 1"'
    )


def test_print_enabled(body) -> None:
    got = body("print(input.x)", print_enabled=True)
    assert got == "__local1__ = {__local0__ | __local0__ = input.x}; internal.print([__local1__])"


def test_names_are_resolved(program) -> None:
    compiled = program(
        "package a\nimport data.lib.f as g\nimport input.user\np := q\nq := g(user.name)",
        "package lib\nf(x) := x",
    )
    assert node_text(compiled.find("data.a.p").rules[0].body) == "__local2__ = data.a.q"
    assert "data.lib.f(" in node_text(compiled.find("data.a.q").rules[0].body)


def test_declared_names_hide_rules(body) -> None:
    assert body("q := 1; q", before="q := 2") == "__local0__ = 1; __local0__"


def test_head_operands_move_to_the_body(program) -> None:
    (rule,) = program("package t\np[input.x] := input.y").rules
    assert node_text(rule.head.ref) == "p[__local0__]"
    assert node_text(rule.body) == "__local0__ = input.x; __local1__ = input.y"


def test_else_branches_share_the_arguments(program) -> None:
    rule = program("package t\nf(x) := 1 if { x > 1 } else := 2 if { x > 0 } else := 3").find("data.t.f").rules[0]
    names = []
    while rule is not None:
        names.append(node_text(rule.head.args[0]))
        rule = rule.otherwise
    assert names == ["__local0__"] * 3


def test_metadata_calls_become_their_values(program) -> None:
    text = "package t\n# METADATA\n# title: T\np := rego.metadata.rule().title"
    assert '{"scope": "rule", "title": "T"}' in node_text(program(text).rules[0].body)


def test_modules_share_nothing_with_their_source(program) -> None:
    text = "package t\np := [x | x := input.a[_]]"
    module = parse_module(text, file="a.rego", rego_version="v1")
    before = node_text(module)
    compiled = program(text)
    assert node_text(module) == before
    assert node_text(compiled.modules["a.rego"].rules[0].body) == (
        "__local1__ = [__local0__ | __local0__ = input.a[_]]"
    )


def test_order_puts_dependencies_first(program) -> None:
    compiled = program("package t\np := q\nq := r\nr := 1")
    assert [rule.name for rule in compiled.order] == ["data.t.r", "data.t.q", "data.t.p"]
    assert [rule.name for rule in compiled.dependencies(compiled.find("data.t.p").rules[0])] == ["data.t.q"]


class TestTree:
    def test_ground_prefix(self, program) -> None:
        node = program("package t\np.q[x].r := 1 if { some x in input.a }").find("data.t.p.q")
        assert [rule.is_ground for rule in node.rules] == [False]

    def test_children_are_in_order(self, program) -> None:
        node = program("package t\nc := 1\na := 1\nb := 1").find("data.t")
        assert [child.key for child in node.ordered_children] == ["a", "b", "c"]

    def test_system_is_hidden(self, program) -> None:
        assert program("package system.x\np := 1").find("data.system").hidden

    def test_a_package_without_rules_has_a_place(self, program) -> None:
        assert program("package a.b").find("data.a.b") is not None


class TestQuery:
    def test_names_are_kept(self, query) -> None:
        text, names = query("x := input.a; y = x")
        assert text == "__localq0__ = input.a; y = __localq0__"
        assert names == {"__localq0__": "x"}

    def test_equality_stays_a_call(self, query) -> None:
        assert query("input.x == 1")[0] == "__localq0__ = input.x; equal(__localq0__, 1)"

    def test_package(self, query) -> None:
        package = parse_module("package t", file="q", rego_version="v1").package
        assert query("p", "package t\np := 1", package=package)[0] == "data.t.p"

    def test_imports(self, query) -> None:
        imports = parse_module("package q\nimport data.t.p", file="q", rego_version="v1").imports
        assert query("p.x", imports=imports)[0] == "data.t.p.x"

    def test_unsafe(self, query) -> None:
        with pytest.raises(RegoErrors, match="var x is unsafe"):
            query("x > 1")

    def test_types(self, query) -> None:
        with pytest.raises(RegoErrors, match=r"undefined ref: data\.t\.p\.b"):
            query("data.t.p.b", 'package t\np := {"a": 1}')


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("p := " + "[" * 1000 + "input.x" + "]" * 1000, id="nested arrays"),
        pytest.param("p := " + "f(" * 500 + "1" + ")" * 500 + "\nf(x) := x", id="nested calls"),
        pytest.param(
            "p := " + "".join(f"[x{i} | x{i} := " for i in range(60)) + "1" + "]" * 60, id="nested comprehensions"
        ),
        pytest.param("p := {" + ", ".join(f'"{i}"' for i in range(10_000)) + "}", id="a large set"),
        pytest.param(
            "p if {\n" + "\n".join(f"x{i} := input.a{i}; x{i} > {i}" for i in range(500)) + "\n}", id="a long rule"
        ),
        pytest.param("\n".join(f"p{i} := p{i + 1}" for i in range(500)) + "\np500 := 1", id="a long chain of rules"),
    ],
)
def test_large(program, text: str) -> None:
    assert program("package t\n" + text).rules
