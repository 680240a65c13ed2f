"""Partial sets that make only the members they are asked for: the same results, and OPA's conflicts."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.codegen.link import source
from gatewright.compiler import BoundRule, CompiledPolicy, compile_modules
from gatewright.runtime.conflicts import ConflictError
from gatewright.runtime.context import Context
from gatewright.runtime.values import RegoSet, to_key

ENTRY = "data.p.violation"


def compiled(rules: str) -> CompiledPolicy:
    return compile_modules({"p.rego": f"package p\nimport rego.v1\n{rules}"})


def bound(policy: CompiledPolicy) -> BoundRule:
    return policy.entrypoint(ENTRY, parameters_input="input.parameters").bind({})


def queried(policy: CompiledPolicy, review: Any) -> Any:
    """The same by a query, which narrows nothing."""
    found = policy.query(f"x = {ENTRY}").evaluate(input={"review": review, "parameters": {}})
    return to_key(found[0]["x"])


def is_narrowed(policy: CompiledPolicy, *, recording: bool = False) -> bool:
    return "for field in ITEMS" in source(policy.entrypoint_unit(ENTRY, recording=recording).parts())


GENERAL = """
general contains {"msg": msg, "field": field} if { some c in input.review[field]; c.bad; msg := c.name }
general contains {"msg": msg, "field": field} if { some c in input.review[field]; c.worse; msg := c.name }
"""
TWO = """
violation contains {"msg": msg} if general[{"msg": msg, "field": "a"}]
violation contains {"msg": msg} if general[{"msg": msg, "field": "b"}]
"""
REVIEW = {
    "a": [{"name": "a1", "bad": True}, {"name": "a2"}],
    "b": {"k": {"name": "b1", "worse": 1, "bad": 0}},
    "c": [{"name": "c1", "bad": True}],
    "d": "text",
}
NARROWED = {
    "by constants": GENERAL + TWO,
    "by another ref too": GENERAL + TWO + 'violation contains "c" if general[{"msg": _, "field": "c"}]',
    "under another input": GENERAL
    + TWO
    + 'violation contains "with" if general[{"msg": _, "field": "a"}] with input.review.a as input.review.c',
    "by a rule that is not asked": GENERAL + TWO + "also contains m if some m in general",
    "by a whole member": GENERAL + TWO + 'violation contains "x" if general[{"msg": "c1", "field": "c"}]',
    "where a body says the field too": GENERAL
    + TWO
    + 'general contains {"msg": "b", "field": field} if { field := "b"; input.review[field] }',
}
ALL_MADE = {
    "asked for all": GENERAL + TWO + "violation contains count(general)",
    "asked by a variable": GENERAL + TWO + 'violation contains f if some {"msg": "c1", "field": f} in general',
    "asked from elsewhere": GENERAL
    + TWO
    + 'also contains m if some m in general\nviolation contains "all" if count(also) > 2',
    "asked with a field that is computed": GENERAL
    + TWO
    + 'violation contains m if general[{"msg": m, "field": lower("C")}]',
    "a definition without the field": GENERAL + TWO + 'general contains {"msg": "none"} if input.review.a',
    "data in its place": GENERAL
    + TWO
    + 'violation contains m if general[{"msg": m, "field": "c"}] '
    + 'with data.p.general as {{"msg": "m", "field": "c"}}',
}


@pytest.mark.parametrize("rules", [pytest.param(rules, id=name) for name, rules in NARROWED.items()])
@pytest.mark.parametrize("review", [REVIEW, {}, {"a": [], "b": [{"name": 1, "bad": 2}]}])
def test_narrowed_sets_give_the_same(rules: str, review: Any) -> None:
    policy = compiled(rules)
    assert is_narrowed(policy)
    assert to_key(bound(policy)(review)) == queried(policy, review)
    recorded = RegoSet(result for result, _ in bound(policy).evidence(review))
    assert to_key(recorded) == queried(policy, review)


@pytest.mark.parametrize("rules", [pytest.param(rules, id=name) for name, rules in ALL_MADE.items()])
def test_sets_that_are_asked_for_more_make_all(rules: str) -> None:
    policy = compiled(rules)
    assert not is_narrowed(policy)
    assert to_key(bound(policy)(REVIEW)) == queried(policy, REVIEW)


def test_a_ref_that_ranges_over_a_package_asks_for_all() -> None:
    lib = f"package p.lib\nimport rego.v1\n{GENERAL}"
    rules = """package p
    import rego.v1
    violation contains msg if data.p.lib.general[{"msg": msg, "field": "a"}]
    violation contains rule if { some rule, members in data.p.lib; count(members) == 3 }"""
    policy = compile_modules({"lib.rego": lib, "p.rego": rules})
    assert list(bound(policy)(REVIEW)) == ["a1", "general"]


def test_one_value_asked_for_is_a_constant() -> None:
    policy = compiled(GENERAL + 'violation contains msg if general[{"msg": msg, "field": "b"}]')
    assert "input['review'][field]" not in source(policy.entrypoint_unit(ENTRY).parts())
    assert list(bound(policy)(REVIEW)) == ["b1"]


def test_conflicts_of_members_not_asked_for_are_not_met() -> None:
    """As OPA, which binds the head before it evaluates the body."""
    rules = GENERAL.replace("c.bad", "twice(c)") + TWO + "twice(c) := c.one\ntwice(c) := c.two"
    clash = [{"name": "n", "one": 1, "two": 2}]
    assert list(bound(compiled(rules))({"c": clash, "a": [{"name": "a1", "one": 1}]})) == [{"msg": "a1"}]
    with pytest.raises(ConflictError):
        bound(compiled(rules))({"a": clash})


def test_values_kept_for_all_policies_are_told_apart_by_what_is_asked() -> None:
    other = TWO.replace('"b"', '"c"')
    context = Context()
    assert len(bound(compiled(GENERAL + TWO))(REVIEW, context=context)) == 2
    assert [v["msg"] for v in bound(compiled(GENERAL + other))(REVIEW, context=context)] == ["a1", "c1"]
