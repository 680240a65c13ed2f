"""JSON text in and out: encoding/json's values, texts and complaints."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.errors import RegoEvaluationError
from gatewright.runtime import json
from gatewright.runtime.json import JsonError, dumps, indent, loads
from gatewright.runtime.plain import to_python
from gatewright.runtime.text import term_text
from gatewright.runtime.values import Key, NumberText, RegoSet, equal

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
DEEP = 5000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "EOF"),
        ("{", "unexpected EOF"),
        ("nul", "unexpected EOF"),
        ("[1 2]", "invalid character '2' after array element"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
        ('"\\x"', "invalid character 'x' in string escape code"),
        ("trux", "invalid character 'x' in literal true (expecting 'e')"),
        ("01", "error: invalid character '1' after top-level value"),
        ("[1] x", "invalid character 'x' looking for beginning of value"),
        ("NaN", "invalid character 'N' looking for beginning of value"),
        ("1e999999", "invalid number: number too big"),
        ("[" * 10_001, "exceeded max depth"),
    ],
)
def test_faults_are_told_as_go_tells_them(text: str, message: str) -> None:
    with pytest.raises(JsonError) as caught:
        loads(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":1,"a":2}', {"a": 2}),
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\ud800x"', "\ufffdx"),
        ("1 null", 1),
        (" [true , false] ", [True, False]),
        ("12345678901234567890123", 12345678901234567890123),
    ],
)
def test_values_read(text: str, value: Any) -> None:
    assert loads(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": RegoSet([2, 1])}, '{"a":[1,2],"b":1}'),
        ("<&>\u2028\x01\x7f", '"\\u003c\\u0026\\u003e\\u2028\\u0001\x7f"'),
        ({Key([1]): 1, 2: 3}, '{"2":3,"[1]":1}'),
        (NumberText("1.10"), "1.10"),
        ("\udc80", '"\\ufffd"'),
    ],
)
def test_texts_written(value: Any, text: str) -> None:
    assert dumps(value) == text


def test_nesting_costs_no_stack() -> None:
    text = "[" * DEEP + "]" * DEEP
    value = loads(text)
    assert dumps(value) == text == term_text(value)
    assert to_python(value) is not None


def test_indented() -> None:
    assert indent('{"a":[],"b":[1,"x,{"]}', "", "  ") == '{\n  "a": [],\n  "b": [\n    1,\n    "x,{"\n  ]\n}'


def test_results_are_plain_python() -> None:
    assert to_python({Key(RegoSet([1])): RegoSet(["b", "a"]), "s": "\udcff"}) == {"[1]": ["a", "b"], "s": "\ufffd"}


def test_a_number_that_is_no_json_is_not_printed() -> None:
    with pytest.raises(RegoEvaluationError, match="invalid number literal"):
        to_python([NumberText("+5")])


def test_terms_are_quoted_as_go_quotes() -> None:
    assert term_text({"a": [RegoSet(), "é\u200b\x01"]}) == '{"a": [set(), "é\\u200b\\x01"]}'


@given(VALUES)
def test_round_trip(value: Any) -> None:
    assert equal(loads(dumps(value)), value)
    assert json.is_valid(dumps(value))
