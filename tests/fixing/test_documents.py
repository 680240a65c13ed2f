"""Documents edited to mean something else: what differs is rewritten, all else stays byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.errors import ManifestError
from gatewright.fixing.documents import replaced, rewritten, with_documents, write_objects
from gatewright.fixing.jsontext import patched_json
from gatewright.gatekeeper.kube import same
from gatewright.manifests import read_text


def document(text):
    (found,) = read_text(text)
    return found


@pytest.mark.parametrize(
    ("text", "new", "result"),
    [
        ("a: 1 # c\nb: x\n", {"a": 2, "b": "x"}, "a: 2 # c\nb: x\n"),
        ("a: 'x' # c\n", {"a": "it's"}, "a: 'it''s' # c\n"),
        ('a: "x"\n', {"a": "y: z"}, 'a: "y: z"\n'),
        ("a: x\n", {"a": "y: z"}, "a: 'y: z'\n"),
        (
            "a:\n  b: 1 # b\n\n# next\nc: 2\n",
            {"a": {"b": 1, "d": 3}, "c": 2},
            "a:\n  b: 1 # b\n  d: 3\n\n# next\nc: 2\n",
        ),
        ("a:\n- b: 1\n  # of c\n  c: 2\n", {"a": [{"c": 2}]}, None),
        ("a:\n- b: 1\n  c: 2\n", {"a": [{"c": 2}]}, "a:\n- c: 2\n"),
        ("a:\n- b: 1\n  c: 2\n", {"a": [{"b": 1}]}, "a:\n- b: 1\n"),
        ("a:\n  - x # x\n  - w\nb: 1\n", {"a": ["x", "w", "z"], "b": 1}, "a:\n  - x # x\n  - w\n  - z\nb: 1\n"),
        ("a:\n- x # x\n- w # w\n- z\n", {"a": ["x", "z"]}, "a:\n- x # x\n- z\n"),
        ("a:\n- x\nb: 1\n", {"a": [], "b": 1}, "a: []\nb: 1\n"),
        ("a: {b: 1} # c\n", {"a": {"b": 1, "c": [2]}}, "a: {b: 1, c: [2]} # c\n"),
        ("a: {b: 1, c: 2}\n", {"a": {"b": 1}}, "a: {b: 1}\n"),
        ("a: [x, w, z]\n", {"a": ["w", "z"]}, "a: [w, z]\n"),
        ("a: {}\nb: 1\n", {"a": {"c": {"d": 1}}, "b": 1}, "a: {c: {d: 1}}\nb: 1\n"),
        ("a:\nb: 1\n", {"a": {"c": {"d": 1}}, "b": 1}, "a:\n  c:\n    d: 1\nb: 1\n"),
        ("a: |\n  text\nb: 1\n", {"a": "x", "b": 1}, "a: x\nb: 1\n"),
        (
            "a:\n  b: |\n    text\nc: 1\n",
            {"a": {"b": "text\n", "d": 2}, "c": 1},
            "a:\n  b: |\n    text\n  d: 2\nc: 1\n",
        ),
        ("a: &x 1\nb: *x\n", {"a": 1, "b": 2}, None),
        ("a: &x {p: 1}\nb:\n  <<: *x\n  q: 2\n", {"a": {"p": 1}, "b": {"p": 5, "q": 2}}, "keeps: a: &x {p: 1}\n"),
        ("\ufeffa: 1\n", {"a": 2}, "\ufeffa: 2\n"),
        ("a:\n  b: 1\n", {"a": {"c": "x"}}, "a:\n  c: x\n"),
        ("a:\n- b: 1\n- c: 2\n", {"a": {"x": [1]}}, "a:\n  x:\n  - 1\n"),
        ("a: 1", {"a": 1, "b": 2}, "a: 1\nb: 2"),
    ],
)
def test_yaml_is_edited_where_it_differs(text, new, result):
    edited, anew = rewritten(document(text), new)
    assert same(document(edited).value, new)
    if result is None:
        assert anew
    elif result.startswith("keeps: "):
        assert not anew
        assert edited.startswith(result.removeprefix("keeps: "))
    else:
        assert (edited.removesuffix("\n"), anew) == (result.removesuffix("\n"), False)


def test_a_document_written_anew_keeps_the_comments_at_its_top():
    edited, anew = rewritten(document("# about it\n\na: &x 1\nb: *x\n"), {"a": 1, "b": 2})
    assert (edited, anew) == ("# about it\n\na: 1\nb: 2\n", True)


@pytest.mark.parametrize(
    ("text", "new", "result"),
    [
        ('{"a": 1, "b": [1, 2]}', {"a": 1, "b": [1, 2, 3]}, '{"a": 1, "b": [1, 2, 3]}'),
        ('{"a":1,"b":2}', {"b": 2, "c": {"d": "é"}}, '{"b":2,"c":{"d":"é"}}'),
        ('{"a": 1, "b": 2}', {"a": 1}, '{"a": 1}'),
        (
            '{\n  "a": {\n    "b": 1\n  }\n}\n',
            {"a": {"b": 1, "c": 2}},
            '{\n  "a": {\n    "b": 1,\n    "c": 2\n  }\n}\n',
        ),
        ('{\n\t"a": {}\n}\n', {"a": {"b": 1}}, '{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n'),
        ('{"a": 1.0, "b": 1e3}', {"a": 1.0, "b": 2}, '{"a": 1.0, "b": 2}'),
    ],
)
def test_json_is_edited_where_it_differs(text, new, result):
    assert rewritten(document(text), new)[0] == result


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", 'a "q"', "é", "\n"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=3),
    max_leaves=12,
)


@given(_VALUES, _VALUES, st.sampled_from([None, 2, "\t"]))
def test_json_means_what_it_should(old, new, indent):
    assert same(json.loads(patched_json(json.dumps(old, indent=indent), new)), new)


@given(
    st.dictionaries(st.sampled_from("abcde"), _VALUES, min_size=1), st.dictionaries(st.just("a"), _VALUES, min_size=1)
)
def test_yaml_means_what_it_should(old, new):
    from gatewright.gator.goyaml import dump_v2

    edited, _ = rewritten(document(dump_v2(old)), old | new)
    assert same(document(edited).value, old | new)


def test_other_documents_and_line_ends_stay(tmp_path):
    file = tmp_path / "all.yaml"
    file.write_bytes(b"# one\r\na:   1\r\n---\r\na: 2 # two\r\n---\r\na: 3\r\n")
    items = list(read_text(file.read_bytes(), str(file)))
    assert write_objects(str(file), [(items[1], {"a": 5})]) == 0
    assert file.read_bytes() == b"# one\r\na:   1\r\n---\r\na: 5 # two\r\n---\r\na: 3\r\n"


def test_documents_on_one_line_are_not_taken_apart(tmp_path):
    file = tmp_path / "all.json"
    file.write_text('{"a": 1}{"a": 2}\n')
    items = list(read_text(file.read_text(), str(file)))
    with pytest.raises(ManifestError, match="shares its line"):
        write_objects(str(file), [(items[1], {"a": 5})])
    assert file.read_text() == '{"a": 1}{"a": 2}\n'


def test_a_file_that_changes_meanwhile_stays(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")
    (item,) = read_text("a: 1\n", str(file))
    file.write_text("a: 1\nb: 1\n")
    with pytest.raises(ManifestError, match="has changed"):
        write_objects(str(file), [(item, {"a": 5})])


def test_lines_of_several_documents():
    text = '{"a": 1}\n{"a": 2}\n'
    first, second = read_text(text)
    assert with_documents(text, [(first, '{\n"a": 3}'), (second, '{"a": 4}')]) == '{\n"a": 3}\n{"a": 4}\n'


def test_values_replaced_inside():
    value = {"items": [{"a": 1}, {"a": 2}], "kind": "List"}
    assert replaced(value, {("items", 1): {"b": 1}}) == {"items": [{"a": 1}, {"b": 1}], "kind": "List"}
    assert value["items"][1] == {"a": 2}
