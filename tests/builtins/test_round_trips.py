"""Encodings give back what they were given, whatever it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewright.builtins import lookup
from gatewright.builtins._operands import bytes_text, text_bytes
from gatewright.runtime.values import equal

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc1-", max_size=3), inner, max_size=3),
    max_leaves=8,
)


def _function(name: str) -> Callable[..., Any]:
    return lookup(name).function


@pytest.mark.parametrize("codec", ["base64", "base64url", "hex", "urlquery"])
@given(st.binary())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes(codec: str, data: bytes) -> None:
    text = bytes_text(data)
    assert text_bytes(text) == data
    assert _function(f"{codec}.decode")(_function(f"{codec}.encode")(text)) == text


@given(VALUES)
def test_yaml(value: Any) -> None:
    assert equal(_function("yaml.unmarshal")(_function("yaml.marshal")(value)), value)


@given(st.integers(-(2**63), 2**63 - 1))
def test_moments(nanoseconds: int) -> None:
    text = _function("time.format")(nanoseconds)
    assert _function("time.parse_rfc3339_ns")(text) == nanoseconds


@given(st.text(), st.text(min_size=1))
def test_split_and_concat(text: str, delimiter: str) -> None:
    assert _function("concat")(delimiter, _function("split")(text, delimiter)) == text


@given(st.text(st.characters(codec="utf-8")))
def test_quoted_globs_match_themselves(text: str) -> None:
    assert _function("glob.match")(_function("glob.quote_meta")(text), None, text) is True


@given(st.integers(), st.sampled_from([2, 8, 10, 16]))
def test_formatted_integers_are_read_back(number: int, base: int) -> None:
    assert int(_function("format_int")(number, base), base) == number
