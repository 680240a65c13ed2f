"""The port of go-yaml's parser: what it reads that the C parser does not, and that the two agree otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.errors import ManifestError
from gatewright.manifests import _compose, compose, compose_v3, in_go_words
from gatewright.manifests._goparse import go_events


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: [!!str, b]\n", {"a": ["b"]}),  # a tag runs on over the comma
        ("![1]: x\n", "x"),
        ('a: "it\\\'s"\n', {"a": "it's"}),
        ("{a:}\n", {"a:": None}),
        ("{a: b:}\n", {"a": "b:"}),
        ("[a, ? b]\n", ["a", {"b": None}]),
        ("%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 5\n", {"a": "5"}),
        ("a: ! 5\n", {"a": "5"}),
        ("a: !<tag:yaml.org,2002:str> 5\n", {"a": "5"}),
        ("a: !%C3%A9 x\n", {"a": "x"}),
        ("a: b\u2028  c\n", {"a": "b\u2028c"}),
        ("a: >\n  b\n  c\n\n    d\n  e\n%x: 1\n"[:-6], {"a": "b c\n\n  d\ne\n"}),
        ("a: .nan\na: 1\n", {"a": 1}),
        ("\ufeff\ufeff1\n", 1),
    ],
)
def test_reads_what_go_reads(text: str, value: object) -> None:
    assert compose(text) == value


@pytest.mark.parametrize(
    ("text", "message", "row", "column"),
    [
        ('a: "\\/"\n', "found unknown escape character", 1, 5),
        ("%YAML 1.2\n---\na: 1\n", "found incompatible YAML document", 1, 1),
        ("%TAG ! a\n%TAG ! b\n---\na\n", "found duplicate %TAG directive", 2, 1),
        ("%FOO\n---\na\n", "found unknown directive name", 1, 5),
        ("a: !x!y z\n", "found undefined tag handle", 1, 4),
        ("a: !{b} z\n", "did not find expected whitespace or line break", 1, 5),
        ("a: !%zz z\n", "did not find URI escaped octet", 1, 5),
        ("a: !%C3%41 z\n", "found an incorrect trailing UTF-8 octet", 1, 8),
        ("[a, b ? c]\n", "did not find expected ',' or ']'", 1, 7),
        ("{a: 1\n", "did not find expected ',' or '}'", 2, 1),
        ("a: \x7f\n", "control characters are not allowed", 1, 4),
        ("a: |0\n", "found an indentation indicator equal to 0", 1, 5),
        ("a: |\n\tb\n", "found a tab character where an indentation space is expected", 2, 1),
        ("a: b\n\tc: d\n", "found a tab character that violates indentation", 2, 1),
        ("a: &\n", "did not find expected alphabetic or numeric character", 1, 5),
        ('a: "\\ud800"\n', "found invalid Unicode character escape code", 1, 7),
        ('a: "\n---\n"\n', "found unexpected document indicator", 2, 1),
        ("a: .inf\nb: [\n", "did not find expected node content", 3, 1),  # a document is read before it is decoded
        ("- " * 10_001, "exceeded max depth of 10000", 1, 20_001),
    ],
)
def test_refuses_in_the_words_of_go(text: str, message: str, row: int, column: int) -> None:
    with pytest.raises(ManifestError) as caught:
        compose(text)
    location = caught.value.location
    assert location is not None
    assert (caught.value.message, location.row, location.col) == (message, row, column)


def by_port(text: str) -> Any:
    return _compose._Composer(text, iter(list(go_events(text))).__next__).document()


def by_c_parser(text: str) -> Any:
    return _compose._Composer(text, _compose.CParser(text).get_event).document()


# fmt: off
PIECES = st.sampled_from([
    "a", "b: ", "key: ", "- ", "-", "k: v", "k:", "- k: v", "x: ", "", "    text\n", "   t\n", " # c", "# c\n", "'y'",
    '"q"', '"\\n"', '"\\x41\\\n  z"', "'it''s\n  so'", "[a, b]", "[", "]", "{", "}", "{a: 1}", ", ", "&x ",
    "*x", "? ", ": ",
    "a:b", "|\n", "|2-\n", ">+\n", ">\n", "\n", "\n  ", "\n    ", "\n\n", "\t", "---\n", "...\n",
    "\r\n", "é", "<<: *x\n", "~",
])
# fmt: on


@settings(max_examples=600)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_agrees_with_the_c_parser_where_that_is_trusted(text: str) -> None:
    if _compose._DOUBTFUL.search(text):
        return
    try:
        value = by_c_parser(text)
    except Exception:
        return  # the port has the word then
    assert repr(by_port(text)) == repr(value)


@pytest.mark.parametrize("text", ["[" * 5000 + "]" * 5000, "- " * 5000 + "x", "{a: " * 5000 + "x" + "}" * 5000])
def test_depth(text: str) -> None:
    value = by_port(text)
    depth = 0
    while value and isinstance(value, (list, dict)):
        value = value[0] if isinstance(value, list) else value["a"]
        depth += 1
    assert depth >= 4999


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # It scans two tokens further than it parses, also past the end of the document.
        ("  a: b\n(c)\n  - d:\n", "yaml: line 3: mapping values are not allowed in this context"),
        ("a: b\n--- c: d: e\n", "yaml: line 2: mapping values are not allowed in this context"),
        ("} `", "yaml: found character that cannot start any token"),
        ("a:\n{ b\n", "yaml: line 2: could not find expected ':'"),
        ("{{ x }}\n", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!map into string"),
        (
            "!x text of a tag\n",
            "yaml: unmarshal errors:\n  line 1: cannot unmarshal !x `text of...` into map[string]interface {}",
        ),
    ],
)
def test_the_third_yaml_in_its_words(text: str, words: str) -> None:
    with pytest.raises(ManifestError) as raised:
        compose_v3(text, into_object=True)
    assert in_go_words(raised.value) == words
