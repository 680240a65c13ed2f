"""Anchors, merges, duplicates, depth and faults in the exact readers."""

from __future__ import annotations

import pytest

from gatewright.errors import ManifestError
from gatewright.manifests import compose, compose_v3

BASE = "base: &base {p: 1, q: 2}\n"
BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    + [f"{this}: &{this} [{', '.join([f'*{before}'] * 10)}]" for before, this in zip("abcdefg", "bcdefgh", strict=True)]
)


def test_merge_overrides_what_stands_before_it() -> None:
    assert compose(BASE + "c:\n  q: 3\n  <<: *base\n")["c"] == {"p": 1, "q": 2}
    assert compose(BASE + "c:\n  <<: *base\n  q: 3\n")["c"] == {"p": 1, "q": 3}


def test_explicit_keys_win_everywhere_for_verify() -> None:
    assert compose_v3(BASE + "c:\n  q: 3\n  <<: *base\n")["c"] == {"p": 1, "q": 3}


@pytest.mark.parametrize("read", [compose, compose_v3])
def test_earlier_mappings_of_a_merge_list_win(read: object) -> None:
    text = "a: &a {p: 1}\nb: &b {p: 2, q: 2}\nc:\n  <<: [*a, *b]\n"
    assert read(text)["c"] == {"p": 1, "q": 2}  # type: ignore[operator]


@pytest.mark.parametrize("value", ["5", "", "[5]", "[[]]", "*s", "[*s]", "*l"])
@pytest.mark.parametrize("read", [compose, compose_v3])
def test_merge_wants_mappings(read: object, value: str) -> None:
    with pytest.raises(ManifestError, match="map merge"):
        read(f"s: &s 1\nl: &l [5]\nc:\n  <<: {value}\n")  # type: ignore[operator]


def test_quoted_merge_key_is_a_key() -> None:
    assert compose("c:\n  '<<': {p: 1}\n") == {"c": {"<<": {"p": 1}}}


def test_last_duplicate_wins_but_not_for_verify() -> None:
    assert compose("a: 1\nb: 2\na: 3\n") == {"a": 3, "b": 2}
    with pytest.raises(ManifestError, match="already defined at line 1"):
        compose_v3("a: 1\nb: 2\na: 3\n")


def test_aliases_take_the_latest_anchor() -> None:
    assert compose("a: &x 1\nb: *x\nc: &x [2]\nd: *x\n*x2 : 3\n".replace("*x2 : 3\n", "")) == {
        "a": 1,
        "b": 1,
        "c": [2],
        "d": [2],
    }
    assert compose("a: &x k\n*x : v\n") == {"a": "k", "k": "v"}


@pytest.mark.parametrize("read", [compose, compose_v3])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: *nowhere\n", "unknown anchor 'nowhere'"),
        ("a: &a [*a]\n", "contains itself"),
        (BOMB, "excessive aliasing"),
    ],
    ids=["unknown", "recursive", "bomb"],
)
def test_alias_faults(read: object, text: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read(text)  # type: ignore[operator]


@pytest.mark.parametrize("read", [compose, compose_v3])
def test_depth_costs_nothing(read: object) -> None:
    depth = 5000
    value = read("[" * depth + "]" * depth)  # type: ignore[operator]
    for _ in range(depth - 1):
        (value,) = value
    assert value == []
    with pytest.raises(ManifestError, match="max depth"):
        read("[" * 10_001 + "]" * 10_001)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("a: 1\nb: c: d\n", 2, 5),
        ("a:\n\t- b\n", 2, 1),
        ("a: 'x\n", 2, 1),
        ("a: !!int x\n", 1, 4),
        ("ok: 1\nlist:\n  - a\n - b\n", 4, 2),
    ],
)
def test_faults_know_their_place(text: str, row: int, column: int) -> None:
    with pytest.raises(ManifestError) as caught:
        compose(text, file="f.yaml", row=10)
    location = caught.value.location
    assert location is not None
    assert (location.file, location.row, location.col) == ("f.yaml", row + 9, column)


@pytest.mark.parametrize("text", ['a: "\\/"\n', "%YAML 1.2\n---\na: 1\n", "[a, b ? c]\n", "a: \x7f\n"])
def test_what_newer_readers_accept_is_refused(text: str) -> None:
    with pytest.raises(ManifestError):
        compose(text)


def test_what_newer_readers_refuse_is_read() -> None:
    assert compose("{a: b:}\n") == {"a": "b:"}
    assert compose('a: "\\\\/"\n') == {"a": "\\/"}
    assert compose("a: 1\n\ufeffb: 2\n") == {"a": 1, "\ufeffb": 2}
