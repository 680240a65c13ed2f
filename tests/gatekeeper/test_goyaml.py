"""YAML in the form of Go's two libraries: quoting, indentation, folding, the order of keys."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from gatewright.gator.goyaml import Flow, Ordered, dump_v2, dump_v3

NESTED = {"b": [{"x": 1, "y": [2]}, [3], []], "a": {"c": {}}, "d": None}


def test_v3():
    assert dump_v3(NESTED) == ('a:\n    c: {}\nb:\n    - x: 1\n      "y":\n        - 2\n    - - 3\n    - []\nd: null\n')


def test_v2():
    assert dump_v2(NESTED) == 'a:\n  c: {}\nb:\n- x: 1\n  "y":\n  - 2\n- - 3\n- []\nd: null\n'


def test_flow():
    value = [Ordered(z=1), Flow(Ordered(z=[1, "a, b"], y={"k": "two\nlines"}, x="a:b"))]
    assert dump_v3(value) == "- z: 1\n- {z: [1, 'a, b'], \"y\": {k: \"two\\nlines\"}, x: 'a:b'}\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", '""'),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("- x", "'- x'"),
        ("-", "'-'"),
        ("#c", "'#c'"),
        ("a #", "'a #'"),
        ("a#", "a#"),
        ("it's", "it's"),
        ("'q'", "'''q'''"),
        ("null", '"null"'),
        ("yes", '"yes"'),
        ("0o12", '"0o12"'),
        ("2020-01-01", '"2020-01-01"'),
        ("1:30", '"1:30"'),
        ("<<", "<<"),
        (" lead", "' lead'"),
        ("a\nb", "|-\n    a\n    b"),
        ("a\nb\n", "|\n    a\n    b"),
        ("\na", "|4-\n\n    a"),
        ("trail \nx", '"trail \\nx"'),
        ("x\ty", '"x\\ty"'),
        ("\x01", '"\\x01"'),
        ("\U0001f642", '"\\U0001F642"'),
        ("é", "é"),
    ],
)
def test_scalars(text, written):
    assert dump_v3({"a": text}) == f"a: {written}\n"


@pytest.mark.parametrize(("number", "written"), [(1.0, "1"), (1e6, "1e+06"), (1000000, "1000000"), (1e-5, "1e-05")])
def test_numbers(number, written):
    assert dump_v3([number]) == f"- {written}\n"


def test_keys_are_in_gos_order():
    keys = ["a10", "a2", "b", "1", "A", "a-1", "10", "2", "a1b"]
    assert [line.split(":")[0].strip('"') for line in dump_v3(dict.fromkeys(keys, 0)).splitlines()] == [
        "1",
        "2",
        "10",
        "A",
        "a-1",
        "a1b",
        "a2",
        "a10",
        "b",
    ]


def test_long_keys_are_marked():
    key = "k" * 129
    assert dump_v3({key: 1}) == f"? {key}\n: 1\n"


def test_v2_breaks_long_lines():
    assert dump_v2({"a": "word " * 20 + "end"}) == f"a: {'word ' * 15}word\n  word word word word end\n"
    assert "\n" not in dump_v3({"a": "word " * 20 + "end"}).rstrip("\n")


# What begins a block with white space reads back otherwise below a list: yaml.v3 hints at an indentation of its own.
TEXTS = st.text(st.characters(codec="ascii", exclude_characters="\r\n"), max_size=12)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)


@given(st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), DATA, min_size=1))
def test_it_reads_back(value):
    # To PyYAML some words are values that are none to Go.
    assume(not any(word in str(value) for word in ("=", "<<")))
    assert yaml.safe_load(dump_v3(value)) == value
    assert yaml.safe_load(dump_v2(value)) == value
