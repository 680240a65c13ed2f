"""Policies and documents that meet CPython's limits: they must not show."""

from __future__ import annotations

from typing import Any

import pytest

import gatewright
from gatewright.compiler import EvalOptions, compile_modules
from gatewright.errors import LimitError


def run(rules: str, input: Any) -> list[dict[str, Any]]:
    return gatewright.query("data.p.r = x", modules={"p.rego": f"package p\n{rules}"}, input=input)


LOOPS = "\n".join(f"input.a[i{n}] == 1" for n in range(60))


@pytest.mark.parametrize(
    ("rules", "want"),
    [
        (f"r contains [i0, i59] if {{\n{LOOPS}\n}}", [[0, 0]]),
        (f"r := i0 + i59 if {{\n{LOOPS}\n}}", 0),
        (f"r if {{ not q }}\nq if {{ input.none\n{LOOPS}\n}}", True),
        (f"r := [i7 | {LOOPS.replace(chr(10), '; ')}]", [0]),
    ],
    ids=["set", "complete", "negated", "comprehension"],
)
def test_sixty_nested_iterations(rules: str, want: Any) -> None:
    assert run(rules, {"a": [1, 2]}) == [{"x": want}]


def test_bodies_of_five_hundred_lines() -> None:
    body = "\n".join(f"input.x{n} == {n}" for n in range(500))
    assert run(f"r if {{\n{body}\n}}", {f"x{n}": n for n in range(500)}) == [{"x": True}]


def test_terms_of_ten_thousand_elements() -> None:
    elements = ", ".join(f"[y, {n}]" for n in range(10_000))
    assert len(gatewright.query(f"y = 1; x = [{elements}]")[0]["x"]) == 10_000


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


def test_documents_nested_a_thousand_deep() -> None:
    assert run("r if input.a == input.b", {"a": nested(500), "b": nested(500)}) == [{"x": True}]
    assert run("r := count({input.a, input.b})", {"a": nested(500), "b": nested(499)}) == [{"x": 2}]


def test_functions_that_double_their_calls() -> None:
    rules = "\n".join(f"f{n}(x) := f{n + 1}(x) + f{n + 1}(x)" for n in range(40))
    assert run(f"{rules}\nf40(x) := x\nr := f0(1)", {}) == [{"x": 2**40}]


RUNAWAY = compile_modules(
    {"p.rego": "package p\nr := count([1 | n[_]; n[_]; n[_]; n[_]])\nn := numbers.range(1, 1000)"}
)


def test_a_deadline_stops_a_policy() -> None:
    query = RUNAWAY.query("data.p.r = x")
    with pytest.raises(LimitError, match="timed out"):
        query.evaluate(options=EvalOptions(timeout_s=0.2))
    assert compile_modules({}).query("x = 1").evaluate(options=EvalOptions(timeout_s=60)) == [{"x": 1}]


def test_a_bound_on_memory_stops_a_policy() -> None:
    with pytest.raises(LimitError, match="memory"):
        RUNAWAY.query("data.p.r = x").evaluate(options=EvalOptions(timeout_s=600, max_memory=30_000_000))
