"""Rules bound to parameters give what a query gives: what they keep for good, and what they record, changes nothing."""

from __future__ import annotations

import random
from typing import Any

import pytest
from conformance.fuzz.programs import Program, program

from gatewright.compiler import CompiledPolicy, Entrypoint, compile_modules
from gatewright.errors import GatewrightError
from gatewright.runtime.context import Context
from gatewright.runtime.json import from_python
from gatewright.runtime.trace import Places
from gatewright.runtime.values import UNDEFINED, to_key

SEEDS = range(0, 900, 15)


def asked(policy: CompiledPolicy, rule: str, input: Any, data: Any) -> object:
    try:
        found = policy.query(f"x = {rule}").evaluate(input=input, data=data)
    except GatewrightError as error:
        return error.code
    return to_key(found[0]["x"]) if found else UNDEFINED


def called(bound: Any, review: Any, base: Any) -> object:
    try:
        value = bound(review, base, Context())
    except GatewrightError as error:
        return error.code
    return UNDEFINED if value is UNDEFINED else to_key(value)


def rules_of(policy: CompiledPolicy) -> list[str]:
    """The documents of the package that rules without operands define."""
    found = set()
    for rule in policy.program.order:
        names = [getattr(term.value, "value", getattr(term.value, "name", None)) for term in rule.ref[:3]]
        if names[:2] == ["data", "fuzz"] and not rule.head.args and isinstance(names[2], str):
            found.add(f"data.fuzz.{names[2]}")
    return sorted(found)


def entrypoint(policy: CompiledPolicy, rule: str, review: str, parameters: str) -> Entrypoint:
    return policy.entrypoint(
        rule, review_input=f"input.{review}", parameters_input=f"input.{parameters}", inventory="data.base"
    )


def evaluations(one: Program) -> list[tuple[CompiledPolicy, str, Any, Any, list[Any], Any]]:
    """For each rule: the bound rule, and the inputs to try it on, which differ in all but the parameters."""
    policy = compile_modules(one.modules, rego_version=one.rego_version)
    review, parameters = random.Random(str(one.modules)).sample(sorted(one.input), 2)
    others = [program(seed).input for seed in (1, 2)]
    values = [one.input[review], *(other[review] for other in others if isinstance(other, dict) and review in other)]
    base = from_python(one.data).get("base", {})
    inputs = [{review: from_python(value), parameters: from_python(one.input[parameters])} for value in values]
    return [
        (policy, rule, entrypoint(policy, rule, review, parameters).bind(inputs[0][parameters]), review, inputs, base)
        for rule in rules_of(policy)[:3]
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bound_rule_gives_what_a_query_gives(seed: int) -> None:
    one = program(seed)
    if not isinstance(one.input, dict) or len(one.input) < 2:
        return
    try:
        cases = evaluations(one)
    except GatewrightError:
        return
    for policy, rule, bound, review, inputs, base in cases:
        for input in (*inputs, *inputs):
            want = asked(policy, rule, input, {"base": base})
            assert called(bound, input[review], base) == want, (rule, input)
            if not isinstance(want, str) and want is not UNDEFINED:
                for _, reads in bound.evidence(input[review], base, Context()):
                    list(Places(input).ends(reads))


def bound_to(rules: str, parameters: Any) -> Any:
    policy = compile_modules({"p.rego": f"package p\nimport rego.v1\n{rules}"})
    return policy.entrypoint("data.p.r").bind(parameters)


@pytest.mark.parametrize("read", ["input.parameters.a", 'object.get(object.get(input, "parameters", {}), "a", "-")'])
def test_what_stands_for_the_parameters_for_one_expression_is_not_kept_for_others(read: str) -> None:
    rule = bound_to(f"r := upper(v) if v := {read} with input.parameters as input.review", {"a": "own"})
    assert [rule({"a": text}, {}, Context()) for text in ("x", "y")] == ["X", "Y"]


def test_a_kept_call_may_have_no_value_whatever_its_type() -> None:
    rule = bound_to("r := 1 if input.parameters.a & input.parameters.a >= input.parameters.a", {"a": 1})
    assert [rule({}, {}, Context()) for _ in range(2)] == [UNDEFINED, UNDEFINED]
