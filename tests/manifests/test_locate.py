"""Positions on demand: the same place by lines, by the parser and in JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.manifests import Document, read_text, unpacked
from gatewright.manifests._locate import _node_region, _nodes, _read, _region

POD = """\
# A Pod.
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: a
    image: "x"
    args: [one, two]
  - # the second
    name: b
  'quoted key': |
    text
    more
  tolerations:
    - plain word   # note
"""


def document(text: str) -> Document:
    (only,) = read_text(text, "pod.yaml")
    assert isinstance(only, Document)
    return only


@pytest.mark.parametrize("text", [POD, POD.replace("web", "&n web")], ids=["by lines", "by the parser"])
@pytest.mark.parametrize(
    ("path", "row", "columns"),
    [
        ((), 2, (1, 0)),
        (("metadata", "name"), 5, (3, 7)),
        (("metadata", "labels", "app"), 4, (1, 9)),
        (("spec", "containers", 0), 8, (5, 0)),
        (("spec", "containers", 0, "image"), 9, (5, 10)),
        (("spec", "containers", 0, "args", 1), 10, (17, 20)),
        (("spec", "containers", 0, "args", 5), 10, (5, 9)),
        (("spec", "containers", 7), 7, (3, 13)),
        (("spec", "quoted key"), 13, (3, 15)),
        (("spec", "tolerations", 0), 17, (7, 17)),
        ((0, "x"), 2, (1, 0)),
    ],
)
def test_deepest_part_that_exists(text: str, path: tuple[str | int, ...], row: int, columns: tuple[int, int]) -> None:
    text = text.replace("  - # the second\n    name: b\n", "  - name: b\n\n") if "&n" not in text else text
    found = document(text).locate(path)
    assert (found.file, found.row, (found.col, found.end_col)) == ("pod.yaml", row, columns)


def test_both_ways_were_meant() -> None:
    assert _read(POD.replace("  - # the second\n    name: b\n", "  - name: b\n\n")) is not None
    assert _read(POD.replace("web", "&n web")) is None


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3\n", "a: &x 1\nb: 2\na: 3\n", '{"a": 1,\n"b": 2,\n"a": 3}'])
def test_the_last_of_equal_keys(text: str) -> None:
    assert document(text).locate(("a",)).row == 3


def test_json() -> None:
    value = {"metadata": {"name": "web"}, "spec": {"containers": [{"image": "x\\y"}, {"image": "z"}]}}
    text = json.dumps(value, indent=2)
    found = document(text)
    assert found.locate(("spec", "containers", 1, "image")).row == text[: text.rindex('"image"')].count("\n") + 1
    assert found.excerpt(found.locate(("metadata", "name"))) == '3 |     "name": "web"\n  |     ^^^^^^'


def test_second_json_value_on_a_line() -> None:
    _, second = read_text('{"a": 1}  {"b": {"c": 2}}', "two.json")
    assert isinstance(second, Document)
    found = second.locate(("b", "c"))
    assert (found.row, found.col) == (1, 18)


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_long_lists(form: str) -> None:
    count = 2000
    names = [f"pod-{number:04}" for number in range(count)]
    if form == "yaml":
        items = "".join(
            f"- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: {name}\n    note: |\n      - x\n" for name in names
        )
        text = f"apiVersion: v1\nitems:\n{items}kind: List\n"
    else:
        pods = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "note": "n" * 40}} for name in names]
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": pods}, indent=1)
    lines = text.split("\n")
    found = list(unpacked(document(text)))
    assert len(found) == count
    for item, name in zip(found, names, strict=True):
        place = item.locate(("metadata", "name"))
        assert name in lines[place.row - 1]
        assert name in item.excerpt(place)


def test_excerpt_with_lines_around() -> None:
    _, second = read_text("a: 1\n---\n" + POD, "pod.yaml")
    assert isinstance(second, Document)
    assert second.excerpt(second.locate(("metadata", "name")), context=1) == (
        "6 | metadata:\n7 |   name: web\n  |   ^^^^\n8 | spec:"
    )


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    out = [path, (*path, "missing")]
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in parts:
        out += paths(part, (*path, step))
    return out


WORDS = st.sampled_from(["word", "two words", "'q'", '"d"', "[a, b]", "{}", "|\n{indent}text", "x # c"])


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from("abc"), WORDS), min_size=1, max_size=10))
def test_lines_and_parser_agree(rows: list[tuple[int, bool, str, str]]) -> None:
    text = "".join(
        f"{'  ' * depth}{'- ' if dash else ''}{key}: {word.replace('{indent}', '  ' * (depth + 3))}\n"
        for depth, dash, key, word in rows
    )
    if _read(text) is None:
        return
    for path in paths(document(text).value):
        by_lines, by_parser = _region(text, path), _node_region(_nodes(text), path)
        assert by_lines[:2] == by_parser[:2]
        assert by_lines[3] == by_parser[3] or not by_lines[3] or not by_parser[3]
        by_rows = document(text).locate(path)
        assert (by_rows.row - 1, by_rows.col - 1) == by_parser[:2]
