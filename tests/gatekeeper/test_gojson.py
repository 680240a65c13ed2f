"""encoding/json's complaints."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.gator.gojson import json_fault


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", None),
        ('{"a": [1, -0.5e+3, true, null, "x\\u00e9"]} {}', None),
        ("[", "unexpected EOF"),
        ('{"a"', "unexpected EOF"),
        ("}", "invalid character '}' looking for beginning of value"),
        ("{a: 1}", "invalid character 'a' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a": 1 "b"}', "invalid character '\"' after object key:value pair"),
        ('{"a": 1,}', "invalid character '}' looking for beginning of object key string"),
        ("[1 2]", "invalid character '2' after array element"),
        ('"\t"', "invalid character '\\t' in string literal"),
        ('"\\x"', "invalid character 'x' in string escape code"),
        ('"\\u12g"', "invalid character 'g' in \\u hexadecimal character escape"),
        ("-a", "invalid character 'a' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1ex", "invalid character 'x' in exponent of numeric literal"),
        ("tru ", "invalid character ' ' in literal true (expecting 'e')"),
        ("'", "invalid character '\\'' looking for beginning of value"),
        ("é", "invalid character 'Ã' looking for beginning of value"),
    ],
)
def test_messages(text, message):
    fault = json_fault(text)
    assert (fault and fault.message) == message


def test_where_it_is_wrong():
    fault = json_fault('{"é": 1}\n\n:')
    assert fault is not None
    assert (fault.offset, fault.values) == (12, 1)


@given(st.text(alphabet='{}[]:,"\\ ae1-.tnu0', max_size=12))
def test_it_refuses_what_python_refuses(text):
    try:
        json.loads(text)
    except ValueError:
        # Several values in a row, or none, are no fault.
        return
    assert json_fault(text) is None
