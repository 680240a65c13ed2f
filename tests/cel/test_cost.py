"""The API server's budgets: what is counted, and what happens when it is spent."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.cel.checker import Environment, check
from gatewright.cel.cost import Meter
from gatewright.cel.driver import compile_template
from gatewright.cel.expression import compile_expression
from gatewright.cel.inputs import Inputs
from gatewright.cel.parser import parse
from gatewright.cel.types import DYN
from gatewright.cel.values import CostLimitError

OBJECT = {"a": 1, "s": "x", "l": [1, 2, 3], "m": {"k": "v"}, "b": True}
SPENT = "validation failed due to running out of cost budget, no further validation rules will be run"

COSTS = [
    ("1 + 2 == 3", 2),
    ("object.a == 1", 3),
    ("object.l[0]", 3),
    ("has(object.m.k)", 2),
    ("object.l.all(x, x > 0)", 18),
    ("object.l.map(x, x)", 42),
    ("object.l.filter(x, x > 9)", 9),
    ("[object.a]", 12),
    ("{'a': object.a}", 32),
    ("int('1')", 0),
    ("'a' in ['a', 'b']", 0),
    ("lists.range(3)", 14),
    ("optional.of(1).optMap(y, y + 1).value()", 8),
    ("object.l.sortBy(x, -x)", 48),
    ("[3, 1, 2, 0].sortBy(x, x)", 98),
    ("[3, 1, 2, 0].sortBy(x, 1)", 54),
    ("['b', 'a'].sort()", 19),
    ("['a'].distinct()", 13),
    ("[1, 2].map(x, 3)", 5),
    ("[[1, 2], [3]].flatten()", 13),
    ("[[1, 2], [3]].flatten(0)", 11),
    ("cidr('::/0').containsIP(ip('2001:db8::1'))", 3),
    ("cidr('fe80::1/64').containsIP('10.0.0.1')", 4),
    ("cidr('::/0').containsCIDR('10.0.0.0/24')", 4),
    ("object.b ? object.a : 1", 3),
    ("object.b ? object.l[0] : 1", 4),
    ("type(string) == type", 1),
    ("optional.of({'a': object.a}).optMap(y, 1).value()", 36),
    ("optional.of({'a': object.a}).optMap(y, y.a + y.a).value()", 75),
    ("optional.none().optMap(y, 1).hasValue()", 4),
    ("'abc'.matches('a.*')", 1),
    ("object.nope || true", 2),
]


@pytest.mark.parametrize(("text", "cost"), COSTS, ids=[text for text, _ in COSTS])
def test_costs(text: str, cost: int) -> None:
    meter = Meter(check(text, parse(text), Environment({"object": DYN})), {"object": OBJECT}, _no_variables)
    assert meter.run() == compile_expression(text, Environment({"object": DYN})).evaluate({"object": OBJECT})
    assert meter.cost == cost


def _no_variables(name: str) -> Any:
    raise AssertionError(name)


def run(*expressions: str, **source: Any) -> list[str]:
    rules = [{"expression": text, "message": text[:4]} for text in expressions]
    return compile_template({"validations": rules, **source}).bind({})(Inputs({"object": OBJECT, "operation": ""}))


DEAR = "lists.range(1001).map(x, lists.range(1001).map(y, x + y)).size() > 0"
FAIR = "lists.range(290).all(x, lists.range(290).all(y, x + y >= 0))"


def test_a_dear_expression_ends_the_review() -> None:
    assert run("1 == 2", DEAR) == [SPENT]
    assert run("1 == 2", DEAR, failurePolicy="Ignore") == []


def test_the_budget_is_for_all_expressions_together() -> None:
    assert run(FAIR) == []
    assert run(FAIR, FAIR) == [SPENT]


@pytest.mark.parametrize("call", ["distinct().size()", "filter(x, sets.contains(object.many, object.many)).size()"])
def test_what_is_dear_there_and_quick_here(call: str) -> None:
    many = {"object": {"many": list(range(1001))}}
    rule = {"expression": f"object.many.{call} == 1001", "message": "no"}
    assert compile_template({"validations": [rule]}).bind({})(Inputs(many)) == [SPENT]
    few = {"object": {"many": list(range(11))}}
    assert compile_template({"validations": [rule]}).bind({})(Inputs(few)) == ["no"]


def test_what_never_ends_is_stopped() -> None:
    ranges = "lists.range(900000)"
    assert run(f"{ranges}.all(x, {ranges}.all(y, {ranges}.all(z, true)))") == [SPENT]
    assert run(f"object.nope == 1 || {ranges}.all(x, {ranges}.all(y, x == y || true))") == [SPENT]
    with pytest.raises(CostLimitError):
        compile_expression("lists.range(1000).all(x, lists.range(1000).all(y, true))", Environment({})).evaluate({})
