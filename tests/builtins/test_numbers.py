"""Reading, printing, ordering and computing with numbers, as OPA does."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.runtime import numbers
from gatewright.runtime.numbers import number_text, parse_number
from gatewright.runtime.values import NumberText, compare, equal, sort_values

INTEGERS = st.integers(-(10**30), 10**30)
DECIMALS = st.builds(
    lambda whole, digits, exponent: f"{whole}.{digits}{exponent}",
    st.integers(-(10**9), 10**9),
    st.text("0123456789", min_size=1, max_size=12),
    st.sampled_from(["", "e3", "e-7", "E+12", "e0"]),
)
TEXTS = st.one_of(INTEGERS.map(str), DECIMALS)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", int),
        ("-7", int),
        ("0.5", float),
        ("1.0", NumberText),
        ("1e3", NumberText),
        ("-0", NumberText),
        ("0.10", NumberText),
        ("9007199254740993.0", NumberText),
        ("1e400", NumberText),
        ("1234567.5", NumberText),
    ],
)
def test_text_is_kept_where_it_says_more(text: str, kind: type) -> None:
    number = parse_number(text)
    assert type(number) is kind
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (1e6, "1e+06"),
        (1e-5, "1e-05"),
        (123456789.5, "1.234567895e+08"),
        (3.0, "3"),
        (100000.25, "100000.25"),
    ],
)
def test_doubles_print_as_go_prints_them(number: float, text: str) -> None:
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("operation", "operands", "text"),
    [
        ("add", ("0.1", "0.2"), "0.3"),
        ("add", ("1.0", "2"), "3"),
        ("sub", ("1", "1.5"), "-0.5"),
        ("mul", ("1e300", "1e300"), str(10**600)),
        ("div", ("1", "3"), "0.33333333333333333334"),
        ("div", ("0", "-5"), "-0"),
        ("div", ("1e20", "3"), "33333333333333333334"),
        ("rem", ("-7", "3"), "-1"),
        ("rem", ("7.0", "-3"), "1"),
        ("absolute", ("-1.5",), "1.5"),
        ("absolute", ("1180591620717411303425",), "1180591620717411303400"),
        ("round_", ("2.5",), "3"),
        ("round_", ("-0.5",), "-1"),
        ("ceil", ("-0.5",), "1"),
        ("floor", ("-0.5",), "0"),
        ("ceil", ("1.2",), "2"),
        ("floor", ("-1.2",), "-2"),
    ],
)
def test_arithmetic(operation: str, operands: tuple[str, ...], text: str) -> None:
    assert number_text(getattr(numbers, operation)(*map(parse_number, operands))) == text


@pytest.mark.parametrize(
    ("operation", "a", "b", "message"),
    [
        ("div", "1", "0", "divide by zero"),
        ("div", "1.5", "0.0", "divide by zero"),
        ("rem", "1", "0", "modulo by zero"),
        ("rem", "1.5", "2", "modulo on floating-point number"),
    ],
)
def test_impossible_divisions(operation: str, a: str, b: str, message: str) -> None:
    with pytest.raises(numbers.DivisionByZeroError, match=message):
        getattr(numbers, operation)(parse_number(a), parse_number(b))


@pytest.mark.parametrize(
    ("text", "fits"), [("1e999999", False), ("1e30102", True), ("1e30104", False), ("0e999999999", True)]
)
def test_range_of_exponents(text: str, fits: bool) -> None:
    if fits:
        numbers.check_range(text)
        return
    with pytest.raises(numbers.NumberError):
        numbers.check_range(text)


def test_integers_of_any_length() -> None:
    text = "-" + "123456789" * 2000
    assert number_text(parse_number(text)) == text


@given(INTEGERS, INTEGERS)
def test_integers_are_exact(a: int, b: int) -> None:
    assert numbers.add(a, b) == a + b
    assert numbers.mul(a, b) == a * b
    if b:
        quotient = numbers.div(a, b)
        assert abs(Fraction(number_text(quotient)) - Fraction(a, b)) <= abs(Fraction(a, b)) / 2**63
        assert numbers.rem(a, b) == a - b * int(Fraction(a, b))


@given(TEXTS)
def test_a_number_prints_as_it_was_read(text: str) -> None:
    assert number_text(parse_number(text)) == text


@given(TEXTS, TEXTS)
def test_order_is_that_of_the_decimals(a: str, b: str) -> None:
    x, y = parse_number(a), parse_number(b)
    expected = (Decimal(a) > Decimal(b)) - (Decimal(a) < Decimal(b))
    assert numbers.compare_exact(x, y) == expected
    assert compare(x, y) == expected or _differ_beyond_doubles(x, y)
    assert equal(x, x)


def _differ_beyond_doubles(x: Any, y: Any) -> bool:
    """A plain double and an integer are compared by Python, which takes the double's binary value."""
    return float not in (type(x), type(y)) or float(x) == float(y)


@given(TEXTS, TEXTS)
def test_sums_commute_and_can_be_read_back(a: str, b: str) -> None:
    x, y = parse_number(a), parse_number(b)
    total = numbers.add(x, y)
    assert number_text(total) == number_text(numbers.add(y, x))
    assert numbers.compare_exact(parse_number(number_text(total)), total) == 0


@given(st.lists(TEXTS, max_size=6))
def test_sorting_is_by_value(texts: list[str]) -> None:
    ordered = sort_values(map(parse_number, texts))
    assert all(numbers.compare_exact(a, b) <= 0 for a, b in itertools.pairwise(ordered))
