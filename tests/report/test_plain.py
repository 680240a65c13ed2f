"""JSON written by hand is orjson's, byte for byte."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.gatekeeper.result import ConstraintRef, ObjectRef, Violation
from gatewright.report._plain import NotPlainError, json_text
from gatewright.report.data import violation_data
from gatewright.report.found import Found
from gatewright.report.json import dump, dump_by_hand, make
from gatewright.source import Location

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner))


@given(VALUES)
def test_it_is_orjsons(value: Any) -> None:
    try:
        text = json_text(value)
    except NotPlainError:
        return
    assert text == orjson.dumps(value).decode()


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        2**63,
        2**64 - 1,
        -(2**63),
        1.5,
        0.0,
        -0.0,
        0.001,
        999999999999999.0,
        'a"\\\n\x00\x1f\x7f\u2028é😀',
        [],
        {},
    ],
)
def test_what_reports_hold_is_written(value: Any) -> None:
    assert json_text({"a": [value]}) == orjson.dumps({"a": [value]}).decode()


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, 1e16, 1e-7, float("nan"), {1: 2}, {1, 2}, b""])
def test_the_rest_is_left_alone(value: Any) -> None:
    with pytest.raises(NotPlainError):
        json_text([value])


@pytest.mark.parametrize("value", [2**70, 1e300, float("inf"), "\ud800", {"a": 1e16}, {1: 2}])
def test_either_way_the_report_is_the_same(value: Any) -> None:
    assert dump_by_hand(value) == dump(value)


def test_nests_deep() -> None:
    value: Any = "x"
    for _ in range(200):
        value = [value]
    assert dump_by_hand(value) == dump(value)


def test_long_reports_are_written_by_orjson() -> None:
    renderer = make()
    for _ in range(100):
        renderer._dump({"a": 1})
    assert renderer._by_hand == 0


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
CONSTRAINTS = [ConstraintRef("v1", kind, name) for kind in "AB" for name in ("é", 'a"')]
VIOLATIONS = st.builds(
    Violation,
    message=WORDS,
    details=st.sampled_from([{}, None, {"path": ["a", 0]}, [], {"n": 1.5}]),
    enforcement_action=st.sampled_from(["deny", "warn", "scoped"]),
    constraint=st.sampled_from(CONSTRAINTS),
    object=st.sampled_from([ObjectRef("v1", "Pod", name, "shop") for name in ("a", "b\n")]),
    scoped_actions=st.sampled_from([(), (), ("deny", "warn")]),
    location=st.none() | st.builds(Location, WORDS, st.integers(0, 9), st.integers(0, 9)),
    expanded_by=st.sampled_from(["", "", "template"]),
    metadata=st.sampled_from([{}, {"id": "PSS-1", "references": ["é"]}]),
)


@given(st.lists(VIOLATIONS, max_size=8))
def test_lines_are_put_together_as_they_are_written_whole(violations: list[Violation]) -> None:
    sections = make().fragment([Found(violation) for violation in violations])
    assert "".join(text for _, text in sections) == ",\n".join(dump(violation_data(each)) for each in violations)


def test_a_name_that_is_no_text_stays_json() -> None:
    violation = Violation(
        "\ud800", {}, "deny", CONSTRAINTS[0], ObjectRef("v1", "Pod", "a"), location=Location("\udc80", 1, 1)
    )
    ((_, text),) = make().fragment([Found(violation)])
    assert json.loads(text) == violation_data(violation)
