"""One value set in YAML text: what is edited, where, and what is left alone."""

from __future__ import annotations

import pytest

from gatewright.fixing.edit import set_value


@pytest.mark.parametrize(
    ("text", "path", "value", "result"),
    [
        ("a: 1 # c\n", ("a",), 2, "a: 2 # c\n"),
        ("a: &x 1\n", ("a",), 2, "a: &x 2\n"),
        ("\ufeffa: {b: 1}\n", ("a", "b"), 2, "\ufeffa: {b: 2}\n"),
        ("a:\n- b: x # first\n  c: y\n", ("a", 0, "d"), True, "a:\n- b: x # first\n  d: true\n  c: y\n"),
        ("a:\n  b: 1\n", ("a", "c"), "x", "a:\n  c: x\n  b: 1\n"),
        ("a:\n    b: 1\n", ("a", "c", "d"), "x", "a:\n    c:\n        d: x\n    b: 1\n"),
        ("a:\n- b: 1\n", ("a", 0, "c", "d"), "x", "a:\n- c:\n    d: x\n  b: 1\n"),
        ("a: {b: 1}\n", ("a", "c"), ["ALL"], "a: {b: 1, c: [ALL]}\n"),
        ("a: {b: 1, # c\n}\n", ("a", "c"), 2, "a: {b: 1, c: 2, # c\n}\n"),
        ("a: {}\n", ("a", "b", "c"), False, "a: {b: {c: false}}\n"),
        ("a:\n", ("a", "b"), "x", "a: {b: x}\n"),
        ("a: ~ # c\n", ("a", "b"), "x", "a: {b: x} # c\n"),
        ("a: 'yes'\n", ("a",), "no", 'a: "no"\n'),
        ("a: {b: 1}\n", ("a", "c"), "x, y", 'a: {b: 1, c: "x, y"}\n'),
        ("a:\n- x # c\n- y\n", ("a",), ["ALL"], None),
        ("a:\n# c\n- x\n- y # d\nb: 1\n", ("a",), ["ALL"], "a:\n# c\n- ALL # d\nb: 1\n"),
        ("a: |\n  text\n", ("a",), "x", None),
        ('{"a": 1}\n', ("a",), 2, '{"a": 2}\n'),
        ('{"a": {"b": 1}}', ("a", "c"), "x", '{"a": {"b": 1, "c": "x"}}'),
        ('{"a":{"b":1}}', ("a", "c", "d"), ["é"], '{"a":{"b":1,"c":{"d":["é"]}}}'),
        ('{\n\t"a": [\n\t\t{"b": 1}\n\t]\n}\n', ("a", 0, "c"), 2, '{\n\t"a": [\n\t\t{"b": 1, "c": 2}\n\t]\n}\n'),
        (
            '{\n  "a": {}\n}\n',
            ("a", "b"),
            {"c": [1]},
            '{\n  "a": {\n    "b": {\n      "c": [\n        1\n      ]\n    }\n  }\n}\n',
        ),
        ('{"a": null}', ("a", "b"), 1, '{"a": {"b": 1}}'),
        ('{"a": 1, "a": 2}', ("a",), 3, '{"a": 1, "a": 3}'),
        ('{"a": "x"}', ("a", "b"), 1, None),
        ("{a: 1} # c\n", ("a",), 2, "{a: 2} # c\n"),
        ("a: &x {b: 1}\nc: *x\n", ("c", "b"), 2, None),
        ("a: [1]\n", ("a", 3), 2, None),
    ],
)
def test_edits_are_minimal(text: str, path: tuple[str | int, ...], value: object, result: str | None) -> None:
    assert set_value(text, path, value) == result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\n# about b\nb: 2\n", "a: 1\nc: 3\n# about b\nb: 2\n"),
        ("a:\n  x: 1\n  # the end of a\nb: 2\n", "a:\n  x: 1\n  # the end of a\nc: 3\nb: 2\n"),
        ("a: 1\n# of its own\n\nb: 2\n", "a: 1\n# of its own\n\nc: 3\nb: 2\n"),
        ("# about a\na: 1\n", "c: 3\n# about a\na: 1\n"),
    ],
    ids=["stays with its key", "deeper", "set off", "of the only key"],
)
def test_a_comment_keeps_its_place(before: str, after: str) -> None:
    assert set_value(before, ("c",), 3) == after
