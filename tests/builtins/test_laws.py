"""Laws that built-ins keep for whatever operands: of sets, of order, of parts and wholes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gatewright.builtins import lookup
from gatewright.runtime.values import RegoSet, compare, equal

SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=4)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3)
        | st.lists(inner, max_size=3).map(RegoSet)
    ),
    max_leaves=6,
)
SETS = st.lists(VALUES, max_size=5).map(RegoSet)
ARRAYS = st.lists(VALUES, max_size=6)
OBJECTS = st.dictionaries(st.text("abc", max_size=2), VALUES, max_size=4)
INTEGERS = st.integers(-(2**80), 2**80)
VERSIONS = st.tuples(*[st.integers(0, 12)] * 3, st.sampled_from(["", "-1", "-a", "-a.1", "-a.b", "-2"])).map(
    lambda v: f"{v[0]}.{v[1]}.{v[2]}{v[3]}"
)


def call(name: str, *operands: Any) -> Any:
    function: Callable[..., Any] = lookup(name).function
    return function(*operands)


@given(SETS, SETS)
def test_a_set_is_its_part_within_another_and_its_part_without(a: RegoSet, b: RegoSet) -> None:
    within, without = call("and", a, b), call("minus", a, b)
    assert call("or", within, without) == a
    assert len(call("and", within, without)) == 0
    assert call("or", a, b) == call("or", b, a)


@given(VALUES, VALUES, VALUES)
def test_values_have_one_order(a: Any, b: Any, c: Any) -> None:
    assert compare(a, b) == -compare(b, a)
    assert (compare(a, b) == 0) == equal(a, b)
    x, y, z = call("sort", [a, b, c])
    assert call("lte", x, y)
    assert call("lte", y, z)
    assert call("lte", x, z)


@given(ARRAYS, st.integers(-2, 8), st.integers(-2, 8))
def test_an_array_is_its_slices_joined(array: list[Any], a: int, b: int) -> None:
    cut = min(max(a, 0), len(array))
    joined = call("array.concat", call("array.slice", array, 0, cut), call("array.slice", array, cut, len(array)))
    assert equal(joined, array)
    assert equal(call("array.slice", array, a, b), array[max(a, 0) : max(b, 0)])
    assert equal(call("array.reverse", call("array.reverse", array)), array)


@given(OBJECTS, st.lists(st.text("abc", max_size=2), max_size=3))
def test_an_object_is_what_is_filtered_and_what_is_removed(obj: dict[str, Any], keys: list[str]) -> None:
    kept, rest = call("object.filter", obj, keys), call("object.remove", obj, keys)
    assert equal(call("object.union", kept, rest), obj)
    assert call("object.keys", obj) == RegoSet(obj)
    assert call("object.subset", obj, kept)


@given(OBJECTS, st.text("abc", min_size=1, max_size=2), VALUES)
def test_what_a_patch_adds_a_patch_removes(obj: dict[str, Any], key: str, value: Any) -> None:
    added = call("json.patch", obj, [{"op": "add", "path": [key], "value": value}])
    assert equal(call("object.get", added, key, None), value)
    removed = call("json.patch", added, [{"op": "remove", "path": [key]}])
    assert equal(removed, call("object.remove", obj, [key]))


@given(INTEGERS, INTEGERS)
def test_integers_of_any_size(a: int, b: int) -> None:
    assert call("plus", a, b) == a + b
    assert call("minus", a, b) == a - b
    assert call("mul", a, b) == a * b
    assert call("bits.xor", call("bits.xor", a, b), b) == a
    assert call("bits.negate", call("bits.negate", a)) == a
    if b:
        assert call("rem", a, b) == (abs(a) % abs(b)) * (-1 if a < 0 else 1)


@given(st.integers(-50, 50), st.integers(-50, 50))
def test_a_range_holds_both_ends(a: int, b: int) -> None:
    numbers = call("numbers.range", a, b)
    assert (numbers[0], numbers[-1], len(numbers)) == (a, b, abs(a - b) + 1)


@given(st.text(max_size=8), st.text(max_size=8))
def test_parts_of_texts(a: str, b: str) -> None:
    assert call("startswith", a + b, a)
    assert call("endswith", a + b, b)
    assert call("trim_prefix", a + b, a) == b
    assert call("substring", a + b, len(a), len(b)) == b
    assert call("strings.reverse", call("strings.reverse", a)) == a
    assert call("upper", call("upper", a)) == call("upper", a)


@given(VERSIONS, VERSIONS, VERSIONS)
def test_versions_have_one_order(a: str, b: str, c: str) -> None:
    assert call("semver.compare", a, b) == -call("semver.compare", b, a)
    if call("semver.compare", a, b) <= 0 and call("semver.compare", b, c) <= 0:
        assert call("semver.compare", a, c) <= 0


@given(st.integers(0, 2**32 - 1), st.integers(22, 32))
def test_a_network_holds_its_addresses(address: int, prefix: int) -> None:
    text = ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))
    expanded = call("net.cidr_expand", f"{text}/{prefix}")
    assert len(expanded) == 2 ** (32 - prefix)
    assert all(call("net.cidr_contains", f"{text}/{prefix}", one) for one in expanded)
    merged = call("net.cidr_merge", RegoSet(f"{one}/32" for one in expanded))
    assert len(merged) == 1


@given(st.integers(0, 2**62), st.integers(-3000, 3000))
def test_days_there_and_back(moment: int, days: int) -> None:
    assert call("time.add_date", call("time.add_date", moment, 0, 0, days), 0, 0, -days) == moment


@given(VALUES)
def test_a_value_walked_holds_itself(value: Any) -> None:
    (first, *_) = call("walk", value)
    assert equal(first, [[], value])
    assert call("is_string", call("type_name", value))
