"""Small functions are written where they are called, others are called; members are looked up once for several."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.codegen.link import source
from gatewright.compiler import CompiledPolicy, compile_modules
from gatewright.runtime.values import RegoSet, to_key

ENTRY = "data.p.violation"


def compiled(rules: str) -> CompiledPolicy:
    return compile_modules({"p.rego": f"package p\nimport rego.v1\n{rules}"})


def python(rules: str) -> str:
    return source(compiled(rules).entrypoint_unit(ENTRY).parts())


WRITTEN_IN_PLACE = {
    "a condition": "f(x) if x.a",
    "two conditions": "f(x) if x.a\nf(x) if not x.b",
    "a value": "f(x) := x.a",
    "what goes through something": "f(x) if x.list[_] == 1",
}
CALLED = {
    "what may give several values": "f(x) := 1 if x.a\nf(x) := 2 if x.b",
    "what may find a value several times": "f(x) := y if y := x.list[_]",
    "what has a default": "default f(_) := false\nf(x) if x.a",
    "what has an else": "f(x) if x.a else := false",
    "what sees something else in a place": "f(x) if data.p.also with input as x\nalso if input.a",
    "what does much": "f(x) if { x.a; x.b; x.c; x.d; x.e; x.f; x.g; x.h; x.i }",
}


@pytest.mark.parametrize("function", [pytest.param(rule, id=name) for name, rule in WRITTEN_IN_PLACE.items()])
def test_small_functions_are_written_in_place(function: str) -> None:
    assert "def f(" not in python(f"violation contains 1 if f(input.review)\n{function}")


@pytest.mark.parametrize("function", [pytest.param(rule, id=name) for name, rule in CALLED.items()])
def test_others_are_called(function: str) -> None:
    assert "def f(" in python(f"violation contains 1 if f(input.review)\n{function}")


def test_functions_that_others_may_take_the_place_of_are_called() -> None:
    rules = "violation contains 1 if f(input.review)\nf(x) if x.a\ng(_) := false\n"
    assert "def f(" in python(f"{rules} violation contains 2 if f(1) with f as g")


def test_a_statement_stands_in_the_line_of_the_call() -> None:
    policy = compile_modules({"p.rego": "package p\n\n\nr := f(input)\n\n\n\n\nf(x) := x.a.b.c"}, rego_version="v0")
    (code,) = (part for part in policy.entrypoint_unit("data.p.r").parts() if part.file == "p.rego")
    rows = {node.lineno for statement in code.module.body for node in statement.body}  # type: ignore[attr-defined]
    assert rows == {4}


SEVERAL = """
violation contains "no a" if { some c in input.review.items; not c.a }
violation contains "no b" if { some c in input.review.items; not c.a.b }
violation contains c.a.b if { some c in input.review.items; c.a.b > 1 }
"""


@pytest.mark.parametrize("a", [{}, {"b": 1}, {"b": 2}, {"b": False}, None, False, ["b"], "b"])
def test_members_that_several_definitions_look_at_are_looked_up_once(a: Any) -> None:
    policy = compiled(SEVERAL)
    text = source(policy.entrypoint_unit(ENTRY).parts())
    assert text.count(".get('a', UNDEFINED)") == text.count(".get('b', UNDEFINED)") == 1
    review = {"items": [{"a": a}, {}]}
    want = policy.query(f"x = {ENTRY}").evaluate(input={"review": review})[0]["x"]
    bound = policy.entrypoint(ENTRY).bind({})
    recorded = RegoSet(result for result, _ in bound.evidence(review))
    assert to_key(bound(review)) == to_key(recorded) == to_key(want)


def test_what_a_definition_reaches_after_a_condition_is_not_looked_up_ahead() -> None:
    several = """
    violation contains c.name if { some c in input.review.items; not c.a }
    violation contains c.name if { some c in input.review.items; not c.b }
    """
    assert python(several).count(".get('name', UNDEFINED)") == 2


CALLED_ALIKE = """
violation contains "none" if { some c in input.review.items; not size(c.a) }
violation contains "many" if { some c in input.review.items; size(c.a) > 10 }
size(x) := n if n := x.size
size(x) := y if { some y in x; y == 20 }
"""


def test_a_call_that_several_definitions_make_is_made_once() -> None:
    policy = compiled(CALLED_ALIKE)
    assert source(policy.entrypoint_unit(ENTRY).parts()).count("= size(s, a)") == 2
    calls: list[Any] = []
    bound = policy.entrypoint(ENTRY).bind({})
    names = bound._entry.__globals__
    names["size"] = lambda _, x, size=names["size"]: calls.append(x) or size(_, x)
    assert sorted(bound({"items": [{"a": {"size": 11}}, {"a": {}}]})) == ["many", "none"]
    assert calls == [{"size": 11}, {}]


def test_the_first_of_definitions_that_exclude_each_other_decides() -> None:
    assert "differ(" not in python(
        "violation contains f(input.review)\nf(1) := 2\nf(2) := 3\nf(x) := x if { x != 1; x != 2 }"
    )
    assert "differ(" in python("violation contains f(input.review)\nf(1) := 2\nf(2) := 3\nf(x) := x if x != 1")


def test_what_a_condition_has_looked_up_is_there_for_what_comes_after() -> None:
    text = python("violation contains c.name if { some c in input.review.items; not c.a.b; c.a.d }")
    assert text.count(".get('a', UNDEFINED)") == 1


def test_a_set_is_gone_through_without_pairs() -> None:
    text = python(
        'violation contains x if some [x, "a"] in data.p.pairs\npairs contains [y, z] if some y, z in input.review'
    )
    assert "items(" in text
    assert "in pairs_2.several()" in text


def test_a_call_is_made_once_where_loops_are_split_into_functions() -> None:
    loops = "; ".join(f"x{i} := x{i - 1}[_]" for i in range(1, 17))
    start = "y := input.review.y; input.review.p != {}; x0 := input.review.x; " + loops
    policy = compiled(f"""
    violation contains "none" if {{ {start.format(1)}; not f(y); x16 }}
    violation contains v if {{ {start.format(2)}; v := f(y); x16 }}
    f(y) := v if v := y.a
    f(y) := v if v := y.b
    """)
    assert "nonlocal given" in source(policy.entrypoint_unit(ENTRY).parts())
    nested: Any = True
    for _ in range(16):
        nested = [nested]
    bound = policy.entrypoint(ENTRY).bind({})
    assert list(bound({"p": 0, "x": nested, "y": {"b": 3}})) == [3]
    assert list(bound({"p": 0, "x": nested, "y": {}})) == ["none"]
