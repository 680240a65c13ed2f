"""Streams: where documents begin and end, and what one bad document costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.errors import ManifestError
from gatewright.manifests import Document, read_blocks, read_text, read_verify, unpacked


def shown(items: object) -> list[object]:
    return [item.value if isinstance(item, Document) else "fault" for item in items]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("\n\n# nothing\n---\n---\n", []),
        ("a: 1", [{"a": 1}]),
        ("{}\n---\na: {}\n", [{"a": {}}]),
        ("---\na: 1\n---\nb: 2\n---\n", [{"a": 1}, {"b": 2}]),
        ("a: 1\r\n---\r\nb: |\r\n  x\r\n", [{"a": 1}, {"b": "x\n"}]),
        ("\ufeffa: 1\n---\n\ufeffb: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: 1\n--- # the next\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: 1\n...\nb: 2\n", [{"a": 1}]),
        ("a: |\n  x\n  ---\n  y\n", [{"a": "x\n---\ny\n"}]),
        ("- 1\n---\njust text\n", [[1], "just text"]),
        ("a: [\n---\nb: 2\n", ["fault", {"b": 2}]),
        ("a: 1\n---b: 2\n---\nc: 3\n", [{"a": 1}, "fault", {"c": 3}]),
        ("a: 1\n--- b\n", [{"a": 1}, "fault"]),
        ("---\n# nothing\n...\n", []),
        ("---\n---\n...\n", []),
        ("a: 1\n---\n...\n", [{"a": 1}, "fault"]),
    ],
)
def test_documents_of_a_text(text: str, values: list[object]) -> None:
    assert shown(read_text(text)) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{}\n  ---\na: 1\n", ["fault"]),
        ('{"a": 1}', [{"a": 1}]),
        ('{"a": 1}{"b": [2.0, 1e2]}\n\n{"c": "\\/"}', [{"a": 1}, {"b": [2, 100]}, {"c": "/"}]),
        ('{"a": 1}\n{"b": 2}\n', [{"a": 1}, {"b": 2}]),
        ('{"a": 1}\n---\nb: yes\n', [{"a": 1}, {"b": True}]),
        ('{"a": 12345678901234567890, "b": 9007199254740993}', [{"a": 12345678901234567890.0, "b": 9007199254740993}]),
        ('{"a": 1, a: 1}', [{"a": 1}]),
        ('{"a": "\\ud83d\\ude00 \\ud83d"}', [{"a": "😀 \ufffd"}]),
        ('{"a": 1}{"b": 2}{"c": }{"d": 4}', [{"a": 1}, {"b": 2}, "fault"]),
        ('{"a": ]', ["fault"]),
        ('{"\\ud800": ["\\udc00", {"b": 1}]}', [{"\ufffd": ["\ufffd", {"b": 1}]}]),
        ('[{"a": 1}]', [[{"a": 1}]]),
    ],
)
def test_json(text: str, values: list[object]) -> None:
    assert shown(read_text(text)) == values


def test_bytes_that_are_not_utf8() -> None:
    bad, good = read_text(b"a: 1\nb: \xff\n---\nc: 3\n", "f.yaml")
    assert isinstance(bad, ManifestError)
    assert bad.location is not None
    assert (bad.location.row, bad.location.col) == (2, 4)
    assert "0xff" in bad.message
    assert isinstance(good, Document)
    assert shown(read_text(b'{"a": "\xff"}')) == [{"a": "\ufffd"}]


def test_rows_count_through_the_file() -> None:
    first, second, third = read_text("\n---\na: 1\n---\nb: [\n---\nc:\n  d: 1\n", "f.yaml")
    assert isinstance(first, Document)
    assert (first.row, first.index) == (3, 0)
    assert isinstance(second, ManifestError)
    assert str(second).startswith("f.yaml:")
    assert isinstance(third, Document)
    assert str(third.locate(("c", "d"))) == "f.yaml:8"


def test_a_document_beyond_the_limit_is_passed_over() -> None:
    text = "a: 1\n---\nb: " + "x" * 5000 + "\n" * 50 + "---\nc: [\n---\nd: 4\n"
    blocks = [text.encode()[at : at + 700] for at in range(0, len(text), 700)]
    items = list(read_blocks(blocks, "f.yaml", limit=2000))
    assert shown(items) == [{"a": 1}, "fault", "fault", {"d": 4}]
    assert "larger than" in str(items[1])
    assert items[3].row == 56


@given(
    st.lists(st.sampled_from(["a: 1\n", "---\n", "--- # x\n", "---x\n", "\r\n", "b: [\n", "---", "{}", "# c\n", "\n"])),
    st.integers(1, 9),
)
def test_blocks_do_not_matter(parts: list[str], size: int) -> None:
    data = "".join(parts).encode()
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    whole, cut = ([str(item) for item in read] for read in (read_text(data), read_blocks(blocks)))
    assert whole == cut


def test_verify_drops_blank_lines_and_comments_first() -> None:
    text = "kind: A\ndata: |\n  # gone\n\n  kept\n---\nkind: B\nat: 2024-05-06\n"
    assert shown(read_verify(text)) == [{"kind": "A", "data": "kept\n"}, {"kind": "B", "at": "2024-05-06T00:00:00Z"}]


def test_verify_faults_have_the_line_of_the_file() -> None:
    (fault,) = read_verify("# one\n\nkind: A\n\n# two\nb: c: d\n", "f.yaml")
    assert isinstance(fault, ManifestError)
    assert str(fault).startswith("f.yaml:6")


def test_items_of_typed_lists_are_what_the_list_says() -> None:
    text = "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n- {kind: Pod, metadata: {name: b}}\n- 1\n"
    (document,) = read_text(text)
    assert isinstance(document, Document)
    first, second, third = unpacked(document)
    assert first.value == {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    assert first.locate(("metadata", "name")).row == 4
    assert second.value == {"kind": "Pod", "metadata": {"name": "b"}}
    assert third.value == 1


def test_lists_are_unpacked_to_any_depth() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n- kind: A\n- apiVersion: v1\n  kind: List\n  items:\n  - kind: B\n"
    (document,) = read_text(text, "f.yaml")
    assert isinstance(document, Document)
    items = list(unpacked(document))
    assert [item.value for item in items] == [{"kind": "A"}, {"kind": "B"}]
    assert [item.locate(("kind",)).row for item in items] == [4, 8]
