"""Reading and replacing parts of documents, by every kind of operand."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.runtime.documents import ABSENT, at, get, items_sorted, replace_paths, several, stored, values_sorted
from gatewright.runtime.values import UNDEFINED, NumberText, RegoSet, compare, equal, to_key

scalars = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, 1.0, "a", "b", ""]))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(inner.map(to_key), inner, max_size=3),
        st.lists(inner, max_size=3).map(RegoSet),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "key", "want"),
    [
        ({"a": 1}, "b", UNDEFINED),
        ({"a": 1}, "a", 1),
        ({to_key(True): 1}, True, 1),
        ({1: "x"}, True, UNDEFINED),
        ({to_key([1]): 2}, [1], 2),
        ([5, 6], 1, 6),
        ([5, 6], -1, UNDEFINED),
        ([5, 6], 2, UNDEFINED),
        ([5, 6], "1", UNDEFINED),
        ([5, 6], True, UNDEFINED),
        ([5, 6], NumberText("1.0"), 6),
        ("text", 0, UNDEFINED),
        (RegoSet([1, [2]]), [2], [2]),
        (RegoSet([1]), True, UNDEFINED),
        (None, "a", UNDEFINED),
        (UNDEFINED, "a", UNDEFINED),
    ],
)
def test_one_operand(value: Any, key: Any, want: Any) -> None:
    assert get(value, key) == want


@given(values, values)
def test_at_and_get_agree(value: Any, key: Any) -> None:
    found = get(value, key)
    try:
        assert equal(at(value, key), found)
    except ABSENT:
        assert found is UNDEFINED


@pytest.mark.parametrize(("key", "want"), [(2, "x"), ("2", "x"), (NumberText("2.0"), None), (True, None)])
def test_base_data_is_keyed_by_text(key: Any, want: Any) -> None:
    if want is None:
        with pytest.raises(ABSENT):
            stored({"2": "x"}, key)
    else:
        assert stored({"2": "x"}, key) == want
        assert stored([0, 0, "x"], key) == want


def test_replacing_makes_objects_on_the_way() -> None:
    before = {"a": {"b": 1}, "c": 2}
    after = replace_paths(before, [(("a", "x"), 5), (("c", "d"), 6)])
    assert after == {"a": {"b": 1, "x": 5}, "c": {"d": 6}}
    assert before == {"a": {"b": 1}, "c": 2}


@given(st.lists(values, max_size=5))
def test_a_set_over_members_is_the_set_of_them(members: list[Any]) -> None:
    plain = RegoSet(members)
    assert RegoSet.of_members(list(members)) == plain
    assert len(RegoSet.of_members(list(members))) == len(plain)
    assert list(RegoSet.of_members(list(members))) == list(plain)
    assert all(member in plain for member in several(RegoSet.of_members(list(members))))
    assert bool(RegoSet.of_members(list(members))) == bool(members)


@given(values)
def test_sorted_iteration_is_in_order(value: Any) -> None:
    keys = [key for key, _ in items_sorted(value)]
    assert all(compare(a, b) < 0 for a, b in itertools.pairwise(keys))
    assert len(list(values_sorted(value))) == len(keys)


@given(values, values, values)
def test_order_is_total_and_agrees_with_equality(a: Any, b: Any, c: Any) -> None:
    assert (compare(a, b) == 0) == equal(a, b)
    assert compare(a, b) == -compare(b, a)
    if compare(a, b) <= 0 and compare(b, c) <= 0:
        assert compare(a, c) <= 0
    if equal(a, b):
        assert hash(to_key(a)) == hash(to_key(b))
        assert to_key(a) == to_key(b)
