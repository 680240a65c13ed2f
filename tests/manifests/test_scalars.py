"""What plain scalars, tags and keys mean to the cluster, and to `gator verify`."""

from __future__ import annotations

import pytest

from gatewright.errors import ManifestError
from gatewright.manifests import compose, compose_v3

STRINGS = [
    "t",
    "f",
    "nil",
    "tRue",
    "none",
    "1:30",
    "10:20:30",
    "0x",
    "0o",
    "0b",
    "0o9",
    "0b2",
    "1.2.3",
    "10Mi",
    "100m",
    "1e",
    "1e+",
    ".e3",
    ".",
    "+",
    "2024-05-06",
    "80/tcp",
    "1L",
]


@pytest.mark.parametrize(
    "text", [*STRINGS, "=", "-.nan", "inf", "+inf", "1e999", "１", "_1", "a: b".replace(": ", ":")]
)
def test_stays_text(text: str) -> None:
    assert compose(f"a: {text}\n") == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("007", 7),
        ("020", 16),
        ("-020", -16),
        ("0o20", 16),
        ("0x1_F", 31),
        ("0B11", 3),
        ("0b-11", -3),
        ("09", 9),
        ("+5", 5),
        ("1_000_", 1000),
        ("2.50", 2.5),
        ("3.0", 3),
        ("-0.0", 0),
        (".25", 0.25),
        ("7.", 7),
        ("1e2", 100),
        ("12E-1", 1.2),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775808", float(2**63)),
        ("18446744073709551616", float(2**64)),
        ("1e20", 1e20),
        ("4611686018427387905.0", 4611686018427388000),
    ],
)
def test_numbers(text: str, value: float) -> None:
    got = compose(f"a: {text}\n")["a"]
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("On", True), ("Y", True), ("NO", False), ("off", False)])
def test_words_are_booleans_in_the_cluster_only(text: str, value: bool) -> None:
    assert compose(f"a: {text}\n") == {"a": value}
    assert compose_v3(f"a: {text}\n") == {"a": text}


@pytest.mark.parametrize(
    ("tagged", "value"),
    [
        ("!!str 5", "5"),
        ("!!str", ""),
        ('!!int "5"', 5),
        ("!!float 5", 5),
        ("!!binary aGVsbG8=", "hello"),
        ("!!binary gGE=", "\ufffda"),
        ("!note x", "x"),
        ("! 5", "5"),
        ("!!timestamp 2024-05-06", "2024-05-06"),
    ],
)
def test_tags(tagged: str, value: object) -> None:
    assert compose(f"a: {tagged}\n") == {"a": value}


@pytest.mark.parametrize(
    "tagged", ["!!int x", "!!int 5.5", "!!bool maybe", "!!null x", "!!float x", "!!binary %%%", "!!timestamp x"]
)
def test_tags_that_do_not_fit(tagged: str) -> None:
    with pytest.raises(ManifestError):
        compose(f"a: {tagged}\n".replace("%%%", "'***'"))


@pytest.mark.parametrize(
    ("text", "rfc3339"),
    [
        ("2024-05-06", "2024-05-06T00:00:00Z"),
        ("2024-5-6", "2024-05-06T00:00:00Z"),
        ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"),
        ("2024-05-06t07:08:09.50+02:00", "2024-05-06T07:08:09.5+02:00"),
        ("2024-05-06 07:08:09", "2024-05-06T07:08:09Z"),
        ("2024-02-30", "2024-02-30"),
        ("2024-05-06T07:08:09", "2024-05-06T07:08:09"),
        ("2024-05-06T24:00:00Z", "2024-05-06T24:00:00Z"),
    ],
)
def test_dates_become_rfc3339_for_verify(text: str, rfc3339: str) -> None:
    assert compose_v3(f"a: {text}\n") == {"a": rfc3339}
    assert compose(f"a: {text}\n") == {"a": text}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("1", "1"),
        ("0x10", "16"),
        ("1.50", "1.5"),
        ("0.1", "0.1"),
        ("1e6", "1e+06"),
        ("123456.0", "123456"),
        ("1e-5", "1e-05"),
        ("16777217.0", "1.6777216e+07"),
        ("yes", "true"),
        ("false", "false"),
        (".inf", ".inf"),
        ("'1'", "1"),
        ("2024-05-06", "2024-05-06"),
        ("1e39", ".inf"),
        ("-1e39", "-.inf"),
        ("5e-324", "0"),
    ],
)
def test_keys_become_strings(key: str, text: str) -> None:
    assert compose(f"{key}: v\n") == {text: "v"}


@pytest.mark.parametrize(
    "document", ["~: v\n", "? [a]\n: v\n", "{a: b}: v\n", "18446744073709551615: v\n", "a: .nan\n", "a: -.inf\n"]
)
def test_what_json_cannot_hold(document: str) -> None:
    with pytest.raises(ManifestError):
        compose(document)


def test_only_text_keys_for_verify() -> None:
    with pytest.raises(ManifestError):
        compose_v3("a: {1: b}\n")
    assert compose_v3("1: b\ntrue: c\n", into_object=True) == {"1": "b", "true": "c"}


def test_base64_is_strict() -> None:
    assert compose("a: !!binary aGk=\n") == {"a": "hi"}
    for text in ("aGk", "aGk==", "yaGk=", "a Gk=", "aG%k"):
        with pytest.raises(ManifestError, match="base64"):
            compose(f"a: !!binary {text}\n")
