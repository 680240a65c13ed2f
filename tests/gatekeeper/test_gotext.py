"""Values in Go's words: what messages and reports contain."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.gatekeeper._gotext import float_text, json_indented, json_text, quote, value_text


@pytest.mark.parametrize(
    ("value", "shown", "as_json"),
    [
        (0.0, "0", "0"),
        (-0.0, "-0", "-0"),
        (1.5, "1.5", "1.5"),
        (100000.0, "100000", "100000"),
        (1e6, "1e+06", "1000000"),
        (1234567.5, "1.2345675e+06", "1234567.5"),
        (1e20, "1e+20", "100000000000000000000"),
        (1e21, "1e+21", "1e+21"),
        (0.0001, "0.0001", "0.0001"),
        (0.00001, "1e-05", "0.00001"),
        (1e-7, "1e-07", "1e-7"),
        (1.5e-10, "1.5e-10", "1.5e-10"),
    ],
)
def test_floats(value, shown, as_json):
    assert float_text(value) == shown
    assert json_text(value) == as_json


def test_values_are_printed_as_go_prints_them():
    assert value_text({"b": [1, None, True], "a": 1e7}) == "map[a:1e+07 b:[1 <nil> true]]"
    assert quote('a"\n\x01é') == '"a\\"\\n\\x01é"'


def test_json_is_that_of_go():
    value = {"b": [], "a": {"x": "<&>", "c": {}}}
    assert json_text(value) == '{"a":{"c":{},"x":"\\u003c\\u0026\\u003e"},"b":[]}'
    assert json_indented([1, {"b": 1, "a": [2]}], "  ", sort_keys=False) == (
        '[\n  1,\n  {\n    "b": 1,\n    "a": [\n      2\n    ]\n  }\n]'
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-(2.0**53), 2.0**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_json_reads_back(value):
    assert json.loads(json_text(value)) == value
    assert json.loads(json_indented(value, "    ")) == value
