"""Properties over wide inputs: checked arithmetic, text functions, quantities, parsing that never breaks."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.cel.checker import Environment
from gatewright.cel.expression import compile_expression
from gatewright.cel.library.numbers import double_text, parse_double
from gatewright.cel.library.quantity import parse_quantity
from gatewright.cel.library.times import duration_text, parse_duration, parse_timestamp, timestamp_text
from gatewright.cel.parser import CelCompileError, parse
from gatewright.cel.types import DYN
from gatewright.cel.values import INT_MAX, INT_MIN, CelEvaluationError, Duration, Timestamp, equal

INTS = st.one_of(st.integers(INT_MIN, INT_MAX), st.sampled_from([INT_MIN, INT_MIN + 1, -1, 0, 1, INT_MAX - 1, INT_MAX]))
_PROGRAMS: dict[str, Any] = {}


def evaluate(text: str, **variables: Any) -> Any:
    if text not in _PROGRAMS:
        _PROGRAMS[text] = compile_expression(text, Environment(dict.fromkeys(variables, DYN)))
    try:
        return _PROGRAMS[text].evaluate(variables)
    except CelEvaluationError as failure:
        return failure.message


@given(INTS, INTS)
def test_arithmetic_is_exact_or_overflows(a: int, b: int) -> None:
    for operator, exact in (("+", a + b), ("-", a - b), ("*", a * b)):
        wanted = exact if INT_MIN <= exact <= INT_MAX else "integer overflow"
        assert evaluate(f"a {operator} b", a=a, b=b) == wanted


@given(INTS, INTS.filter(bool))
def test_division_truncates_and_the_rest_has_the_dividends_sign(a: int, b: int) -> None:
    if (a, b) == (INT_MIN, -1):
        assert evaluate("a / b", a=a, b=b) == "integer overflow"
        return
    quotient, rest = evaluate("a / b", a=a, b=b), evaluate("a % b", a=a, b=b)
    assert quotient * b + rest == a
    assert abs(rest) < abs(b)
    assert rest == 0 or (rest < 0) == (a < 0)


@given(st.text(max_size=12), st.text(max_size=3))
def test_text_functions_agree_with_python(text: str, part: str) -> None:
    assert evaluate("t.contains(p)", t=text, p=part) == (part in text)
    assert evaluate("t.startsWith(p)", t=text, p=part) == text.startswith(part)
    assert evaluate("t.replace(p, '-')", t=text, p=part) == text.replace(part, "-")
    assert evaluate("t.split(p).join(p)", t=text, p=part) == text
    assert evaluate("t.size()", t=text) == len(text)
    if part:
        assert evaluate("t.indexOf(p)", t=text, p=part) == text.find(part)
        assert evaluate("t.lastIndexOf(p)", t=text, p=part) == text.rfind(part)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_survive_their_text(value: float) -> None:
    assert parse_double(double_text(value)) == value


SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E-2"]


@given(st.integers(0, 10**12), st.integers(0, 9), st.sampled_from(SUFFIXES))
def test_quantities_are_exact_to_a_nano(whole: int, fraction: int, suffix: str) -> None:
    scale = {
        "": 1, "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000), "k": 10**3, "M": 10**6,
        "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "e3": 10**3, "E-2": Fraction(1, 100),
    }[suffix]  # fmt: skip
    exact = (whole + Fraction(fraction, 10)) * scale
    if suffix.endswith("i"):
        exact = min(exact, Fraction(INT_MAX)) if fraction or exact > INT_MAX else exact
    off = parse_quantity(f"{whole}.{fraction}{suffix}").amount - exact
    assert 0 <= off < Fraction(1, 10**9)


@given(st.integers(-(10**15), 10**15))
def test_durations_and_timestamps_survive_their_text(millis: int) -> None:
    assert abs(parse_duration(duration_text(Duration(millis * 10**3))).nanos - millis * 10**3) <= 1000
    stamp = Timestamp(millis * 10**3)
    assert parse_timestamp(timestamp_text(stamp)) == stamp


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), INTS, st.floats(allow_nan=False), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=2), inner, max_size=3)),
    max_leaves=6,
)


@given(JSON, JSON)
def test_equality_is_reflexive_symmetric_and_strict_about_booleans(a: Any, b: Any) -> None:
    assert equal(a, a)
    assert equal(a, b) == equal(b, a) == evaluate("a == b", a=a, b=b)
    if isinstance(a, bool) != isinstance(b, bool):
        assert not equal(a, b)


@settings(max_examples=200)
@given(st.text(alphabet="ab.?:[](){}'\"!&|=<>+-*/%,01u \n\\", max_size=14))
def test_any_text_parses_or_has_an_error_with_a_place(text: str) -> None:
    assert _parse_error(text).startswith("ERROR: <input>:")


def _parse_error(text: str) -> str:
    """What is wrong with a text; the beginning of any error where nothing is."""
    try:
        parse(text)
    except CelCompileError as error:
        return error.message
    return "ERROR: <input>:"
