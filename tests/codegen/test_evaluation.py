"""What generated code gives for small policies: a table of the constructs whose meaning is easy to get wrong."""

from __future__ import annotations

from typing import Any

import pytest

import gatewright
from gatewright.errors import RegoEvaluationError

CASES: list[tuple[str, str, Any, Any]] = [
    # id, rules of package p, input, value of data.p.r (None: undefined)
    ("an absent member is undefined", "r := input.a.b.c", {"a": {}}, None),
    ("a negative index is no member", "r := input.a[-1]", {"a": [1]}, None),
    ("a string has no members", 'r := input.a["0"]', {"a": "xyz"}, None),
    ("true is not one", "r if input.a == 1", {"a": True}, None),
    ("one point nought is one", "r if input.a == 1.0", {"a": 1}, True),
    ("false is a value", "r := input.a", {"a": False}, False),
    ("false does not hold", "r if input.a", {"a": False}, None),
    ("null holds", "r if input.a", {"a": None}, True),
    ("zero holds", "r if input.a", {"a": 0}, True),
    ("negation of undefined", "r if not input.a", {}, True),
    ("a default stands in", "default r := 7\nr := input.a", {}, 7),
    ("else is tried in order", "r := 1 if input.a else := 2 if input.b else := 3", {"b": 1}, 2),
    ("members of a set stand for themselves", 'r := {"a", "b"}["a"]', {}, "a"),
    ("unification both ways", "r := [a, b] if [a, 2] = [1, b]", {}, [1, 2]),
    ("a pattern as long as the value", "r := y if [_, y] = input.a", {"a": [1, 2, 3]}, None),
    ("objects must have the same keys", 'r := y if {"k": y} = input.a', {"a": {"k": 1, "l": 2}}, None),
    ("nested patterns", 'r := x if [{"k": [_, x]}] = input.a', {"a": [{"k": [1, 9]}]}, 9),
    ("arrays keep the order of their sources", "r := [x | some x in {3, 1, 2}]", {}, [1, 2, 3]),
    ("object keys are iterated in order", "r := [k | some k, _ in input.a]", {"a": {"b": 1, "a": 2}}, ["a", "b"]),
    ("one value for a key from several solutions", "r := {k: 1 | some k in input.a}", {"a": ["x", "x"]}, {"x": 1}),
    ("every over nothing holds", "r if { every x in input.a { x > 1 } }", {"a": []}, True),
    ("every over a scalar does not", "r if { every x in input.a { x > 1 } }", {"a": 1}, None),
    ("every stops at what fails", "r if { every k, v in input.a { k < v } }", {"a": [1, 1]}, None),
    (
        "with replaces input below a path",
        "r := x if x := s with input.a.b as 2\ns := input.a",
        {"a": {"c": 1}},
        {"b": 2, "c": 1},
    ),
    ("with replaces a function", 'r := y if y := f("x") with f as 5\nf(x) := x', {}, 5),
    ("with replaces a built-in by a function", "r := y if y := count([1]) with count as g\ng(x) := x", {}, [1]),
    (
        "a replacement is not replaced in itself",
        "r := y if y := count([1]) with count as g\ng(x) := count(x) + 10",
        {},
        11,
    ),
    ("with replaces a rule", "r := y if y := s with s as 5\ns := 1", {}, 5),
    ("sets are built from all bodies", "s contains 1\ns contains x if x := input.a\nr := count(s)", {"a": 2}, 2),
    (
        "refs in heads nest",
        "q[x].y[z] := 1 if { x := input.a; z := input.b }\nr := q",
        {"a": "k", "b": "l"},
        {"k": {"y": {"l": 1}}},
    ),
    ("heads that build sets below keys", "q[x] contains y if { some x, y in input.a }\nr := q.a", {"a": {"a": 1}}, [1]),
    (
        "a conflict at another key does not matter",
        "q[k] := v if { some k, vs in input.a; some v in vs }\nr := q.one",
        {"a": {"one": [1], "two": [1, 2]}},
        1,
    ),
    ("both or neither", "r := [a, b] if { a := input.x[i]; b := input.y[i] }", {"x": [1], "y": [2]}, [1, 2]),
    (
        "a body that begins like another",
        "s contains 1 if { input.a; input.b }\ns contains 2 if { input.a; input.c }\nr := s",
        {"a": 1, "c": 1},
        [2],
    ),
    ("functions match constants", 'f("a") := 1\nf("b") := 2\nr := f(input.a)', {"a": "b"}, 2),
    ("functions take patterns apart", "f([x, _]) := x\nr := f(input.a)", {"a": [4, 5]}, 4),
    ("undefined in a template string", 'r := $"<{input.a}>"', {}, "<<undefined>>"),
    ("set difference", "r := {1, 2} - {2}", {}, [1]),
    ("comparison across types", 'r := [1 < "a", "a" < [], [] < {}, null < false]', {}, [True, True, True, True]),
]


@pytest.mark.parametrize(("rules", "input", "want"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_value_of_a_rule(rules: str, input: Any, want: Any) -> None:
    got = gatewright.query("data.p.r = x", modules={"p.rego": f"package p\n{rules}"}, input=input)
    assert got == ([] if want is None else [{"x": want}])


def test_bindings_of_a_query() -> None:
    modules = {"p.rego": "package p\nq contains [1, 2]\nq contains [3, 4]"}
    got = gatewright.query("data.p.q[[x, y]]; z = x + y", modules=modules)
    assert sorted(got, key=lambda row: row["x"]) == [{"x": 1, "y": 2, "z": 3}, {"x": 3, "y": 4, "z": 7}]


def test_packages_and_base_data_mix() -> None:
    got = gatewright.query(
        "data.a[x].v = y",
        modules={"b.rego": "package a.b\nv := 1", "c.rego": "package a.c\nv := input.q"},
        data={"a": {"d": {"v": 4}}},
    )
    assert sorted((row["x"], row["y"]) for row in got) == [("b", 1), ("d", 4)]


def test_dispatch_by_a_name_from_the_input() -> None:
    modules = {"q.rego": "package q\na := 1\nb := 2", "p.rego": "package p\nr := data.q[input.k]"}
    assert gatewright.query("data.p.r = x", modules=modules, input={"k": "b"}) == [{"x": 2}]


def test_no_input_is_not_null() -> None:
    assert gatewright.query("x = input") == []
    assert gatewright.query("x = input", input=None) == [{"x": None}]


def test_input_as_a_term() -> None:
    assert gatewright.query("x = input.s", input_term='{"s": {2, 1}}') == [{"x": [1, 2]}]


CONFLICTS = [
    (
        "complete rules",
        "r := 1\nr := 2",
        "rule data.p.r produced conflicting values:\n  1 at p.rego:2\n  2 at p.rego:3",
    ),
    (
        "functions",
        "f(x) := x\nf(x) := 0 if x\nr := f(3)",
        "function data.p.f produced conflicting values for the same inputs:\n  3 at p.rego:2\n  0 at p.rego:3",
    ),
    ("partial objects", "r[k] := v if { some k in [1]; some v in [1, 2] }", "object keys must be unique"),
    (
        "one rule over a loop",
        "r := x if some x in [5, 6]",
        "rule data.p.r produced conflicting values:\n  5 at p.rego:2\n  6 at p.rego:2",
    ),
]


@pytest.mark.parametrize(("rules", "message"), [c[1:] for c in CONFLICTS], ids=[c[0] for c in CONFLICTS])
def test_conflicts_are_errors(rules: str, message: str) -> None:
    with pytest.raises(RegoEvaluationError) as caught:
        gatewright.query("data.p.r = x", modules={"p.rego": f"package p\n{rules}"})
    assert caught.value.code == "eval_conflict_error"
    assert caught.value.message == message


def test_builtin_errors_are_undefined_unless_strict() -> None:
    modules = {"p.rego": "package p\nr := 1 / input.n"}
    assert gatewright.query("data.p.r = x", modules=modules, input={"n": 0}) == []
    with pytest.raises(RegoEvaluationError, match="div: divide by zero") as caught:
        gatewright.query("data.p.r = x", modules=modules, input={"n": 0}, strict_builtin_errors=True)
    assert caught.value.code == "eval_builtin_error"
    assert str(caught.value.location) == "p.rego:2"


def test_a_call_that_is_undefined_is_no_value() -> None:
    modules = {"p.rego": 'package p\nr contains startswith(x, "a") if some x in input.a'}
    assert gatewright.query("data.p.r = x", modules=modules, input={"a": [1, "ab"]}) == [{"x": [True]}]


def test_python_has_nothing_to_warn_of() -> None:
    assert gatewright.query("x := [is_null(1), is_null(null)]") == [{"x": [False, True]}]


def test_a_number_in_a_head_keeps_its_text() -> None:
    assert gatewright.query("data.p.r = x", modules={"p.rego": "package p\nr[3.0] := 1"}) == [{"x": {"3.0": 1}}]


def test_names_of_a_policy_do_not_meet_those_of_the_generated_code() -> None:
    rules = """package p
    query contains results if { results := entry(input.s); error := lower(results); error == "a" }
    entry(s) := state if { state := upper(s); found := state; found != "" }
    values contains lookup if some lookup in [1]
    r := [query, values, def(1)]
    def(self) := UNDEFINED if UNDEFINED := self
    """
    got = gatewright.query("data.p.r = x", modules={"p.rego": rules}, input={"s": "a"})
    assert got == [{"x": [["A"], [1], 1]}]
    names = 'results = "q"; query = results; error = 1 / 0'
    assert gatewright.query(names) == []
    assert gatewright.query('results = "q"; query = results') == [{"results": "q", "query": "q"}]
