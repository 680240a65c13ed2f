"""The interpreter's traces against OPA's, recorded for small programs: `trace` by OPA 1.22.2, `gator` by the OPA 1.17.1
in gator where that differs (empty: it does not compile the program)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gatewright.compiler import CompiledPolicy, compile_modules
from gatewright.errors import LimitError, RegoEvaluationError
from gatewright.manifests import read_paths
from gatewright.runtime.context import Context, EvalOptions
from gatewright.runtime.text import term_text
from gatewright.runtime.values import UNDEFINED
from gatewright.syntax import parse_query
from gatewright.tracing.program import OPA_1_17, OPA_1_22, Edition
from gatewright.tracing.session import Traced, trace_policy

CASES = Path(__file__).parent / "cases"
FILES = ("t.rego", "lib.rego")


@cache
def cases() -> dict[str, dict[str, Any]]:
    documents = read_paths([str(path) for path in sorted(CASES.glob("*.yaml"))])
    found = {}
    for path, document in zip(sorted(CASES.glob("*.yaml")), documents, strict=True):
        found |= {f"{path.stem}: {case['note']}": case for case in document.value}
    return found


def policy_of(case: dict[str, Any]) -> CompiledPolicy:
    modules = dict(zip(FILES, case.get("modules", ()), strict=False))
    return compile_modules(modules, rego_version=case.get("rego_version", "v1"), print_enabled=True)


def traced(case: dict[str, Any], edition: Edition = OPA_1_22) -> Traced:
    version = case.get("rego_version", "v1")
    return trace_policy(
        policy_of(case),
        parse_query(case["query"], rego_version=version),
        Context(),
        input=case.get("input", UNDEFINED),
        data=case.get("data", {}),
        mode=case.get("mode", "full"),
        edition=edition,
    )


@pytest.mark.parametrize("name", cases())
def test_trace(name: str) -> None:
    case = cases()[name]
    assert traced(case).pretty(case.get("mode", "full"), locations=True) == case["trace"]


@pytest.mark.parametrize("name", [name for name, case in cases().items() if case.get("gator") != ""])
def test_trace_in_gator(name: str) -> None:
    case = cases()[name]
    wanted = case.get("gator", case["trace"])
    assert traced(case, OPA_1_17).pretty(case.get("mode", "full"), locations=True) == wanted


# Compiled code takes 1 and 1.0 for one key of rules, which OPA's tree keeps apart: docs/fuzzing.md.
DIFFER = {"rules: number keys by their texts"}


@pytest.mark.parametrize("name", sorted(cases().keys() - DIFFER))
def test_same_as_compiled(name: str) -> None:
    """The interpreter is a third opinion: it finds what the compiled code finds, and the same errors."""
    case = cases()[name]
    found = traced(case)
    wanted, error = compiled(case)
    assert str(found.error) == str(error)
    assert error or sorted(map(shown, found.solutions)) == sorted(map(shown, wanted))


def compiled(case: dict[str, Any]) -> tuple[list[dict[str, Any]], RegoEvaluationError | None]:
    query = policy_of(case).query(case["query"], capture=True)
    try:
        return query.evaluate(input=case.get("input", UNDEFINED), data=case.get("data", {})), None
    except RegoEvaluationError as error:
        return [], error


def shown(solution: dict[str, Any]) -> str:
    return term_text(solution)


def test_prints_once() -> None:
    printed: list[str] = []
    options = EvalOptions(print_sink=lambda text, _: printed.append(text))
    policy = compile_modules({"t.rego": 'package t\n\np if print("once")'}, print_enabled=True)
    trace_policy(policy, parse_query("data.t.p"), Context(options))
    assert printed == ["once"]


def test_data_as_a_whole_is_without_the_systems() -> None:
    policy = compile_modules({})
    data = {"system": {"a": 1}, "x": 2}
    solutions = [trace_policy(policy, parse_query(f"y = {ref}"), Context(), data=data).solutions for ref in REFS]
    assert solutions == [[{"y": {"x": 2}}], [{"y": 2}], [{"y": {"a": 1}}]]


REFS = ("data", "data[_]", "data.system")


def test_deep_recursion_of_rules() -> None:
    """A chain of rules as long as policies have them fits on the stack."""
    rules = [f"p{i} := p{i + 1} + 1" for i in range(200)]
    policy = compile_modules({"t.rego": "\n\n".join(["package t", *rules, "p200 := 0"])})
    found = trace_policy(policy, parse_query("x := data.t.p0"), Context())
    assert found.solutions[0]["x"] == 200


def test_values_that_nest_deep() -> None:
    nested: list[Any] = []
    for _ in range(9000):
        nested = [nested]
    query = parse_query('{"a": y} = {"a": input}; y == input; {y} == {input}')
    assert trace_policy(compile_modules({}), query, Context(), input=nested).error is None


def test_bounds_hold() -> None:
    rule = "p if { some a in numbers.range(1, 9999); some b in numbers.range(1, 9999); a + b < 0 }"
    policy = compile_modules({"t.rego": f"package t\n\n{rule}"})
    with pytest.raises(LimitError, match="timed out"):
        trace_policy(policy, parse_query("data.t.p"), Context(EvalOptions(timeout_s=0.2)))
