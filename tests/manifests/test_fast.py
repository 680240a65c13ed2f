"""The fast route answers only what the exact reader answers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.errors import ManifestError
from gatewright.manifests import compose
from gatewright.manifests._fast import Origins, read_fast
from gatewright.manifests._lines import NOT_PROVEN

MANIFEST = """\
# A workload as they are written.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout   # the shop's
  labels: {}
  annotations:
    "example.com/note": 'it''s "fine"'
    checksum: "0123"
spec:
  replicas: 0x2
  paused: no
  template:
    spec:
      containers:
      - name: main
        image: registry.example/shop/checkout:1.2.3
        args: ["--port=80", 'x', 8080, on]
        command:
          - sh
          - -c
          - |
            set -e

              indented
            exec "$0"
        env:
        - name: EMPTY
          value: ""
        - name: NULL
          value:
        resources:
          limits: {cpu: 1}
        securityContext:
          runAsUser: 010
          capabilities:
            drop: [ALL]
      volumes: []
data: |-
  last
"""


def exact(text: str) -> object:
    try:
        return compose(text)
    except ManifestError as error:
        return f"refused: {error}"


def test_reads_manifests() -> None:
    text = MANIFEST.replace("{cpu: 1}", "{}")
    assert read_fast(text) == compose(text)


@pytest.mark.parametrize(
    "line",
    [
        "{cpu: 1}",
        "&a x",
        "*a",
        "!!str 5",
        ">-\n            folded",
        "|+\n            x",
        "a\n            b",
        '"\\u00e9"',
    ],
)
def test_leaves_the_rest_to_the_exact_reader(line: str) -> None:
    assert read_fast(MANIFEST.replace("{cpu: 1}", line)) is NOT_PROVEN


@pytest.mark.parametrize(
    "text",
    [
        "a:\tb\n",
        "a: b\r\n",
        "a: \ufeffb\n",
        "a: |\n  b\x07\n",
        "a: 1 # \x07\n",
        "a: b\u2028c\n",
        "a: b",
        "- - a\n",
        "<<: a\n",
        "a: b: c\n",
        "? a\n",
    ],
)
def test_odd_texts(text: str) -> None:
    assert read_fast(text) is NOT_PROVEN


@pytest.mark.parametrize(
    ("line", "large"),
    [
        ("a: 999999", False),
        ("a: 1000000", True),
        ("- -1234567", True),
        ("- a: 1_000_000", True),
        ("a: 1e6", True),
        ("a: [1, 2000000]", True),
        ("a: [1, 2]", False),
        ('a: "1234567"', False),
        ("a: 1234567.5", False),
    ],
)
def test_large_integers_are_noted(line: str, large: bool) -> None:
    for _ in range(2):  # the key of the second one is known
        origins = Origins()
        assert read_fast(line + "\n", origins) is not NOT_PROVEN
        assert origins.large is large


# fmt: off
PIECES = st.sampled_from([
    "a", "b: ", "key: ", "- ", "-", "k: v", "k:", "- k: v", "- k:", "x: ", "", "-\n", "    text\n", "   t\n", " # c",
    "# c\n", "'y'", '"q"', '"\\n"', "[a, b]", "[]", "{}", "yes", "~", "010", "1.0", "é", "---", "...", "y: ",
    '"q": ', ": ", "a:b", "a: b: c", "--a", "?", "!", "&", "*", "%", "@", "`", "<<: ", "1_0", "2024-01-02", ".", "=",
    " ", "  ", "''", "|", "x: |\n", "x: |-\n", "\n", "\n  ", "\n    ", "\n\n", "x: 1234567",
])
# fmt: on
LINES = st.tuples(
    st.integers(0, 3).map(lambda n: "  " * n),
    st.sampled_from(["", "", "- ", "-   ", "# "]),
    st.sampled_from(["", "name: ", "k:", "y: ", "'q': ", "data: |", "text: |-", "1: "]),
    st.sampled_from(
        ["", "", "word", "0x1f", "no", '"q"', "'s'", "[a, 1]", "{}", "a b", "x # c", "|", "-1", "- x", "1.50", "~"]
    ),
).map("".join)


@settings(max_examples=400)
@given(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.lists(LINES, max_size=8).map("\n".join)))
def test_agrees_with_the_exact_reader(text: str) -> None:
    value = read_fast(text + "\n")
    if value is not NOT_PROVEN:
        assert repr(value) == repr(exact(text + "\n"))


def plain(value: object) -> list[str]:
    """A value as lines of block YAML with every string quoted by what it holds."""
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in entry(f"{key}:", item)] or ["{}"]
    if isinstance(value, list):
        return [line for item in value for line in entry("-", item)] or ["[]"]
    return [str(value)]


def entry(head: str, value: object) -> list[str]:
    lines = plain(value)
    if len(lines) == 1 and not (isinstance(value, (dict, list)) and value):
        return [f"{head} {lines[0]}".rstrip()]
    if head == "-" and isinstance(value, dict):
        return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]
    return [head, *(f"  {line}" for line in lines)]


SCALARS = st.sampled_from(
    ["app", "nginx:1.2", "yes", "010", "1e3", '"x: y"', "'#'", "0.5", "null", "a b c", "-5", "80/tcp", '"tab\\t"']
)
KEYS = st.sampled_from(["name", "spec", "app.kubernetes.io/name", "on", "1", '"quoted key"', "x-y"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.dictionaries(KEYS, inner, max_size=4), st.lists(inner, max_size=3)),
    max_leaves=15,
)


@settings(max_examples=200)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_proves_what_is_written_plainly(value: dict[str, object]) -> None:
    text = "\n".join(plain(value)) + "\n"
    fast = read_fast(text)
    assert fast is not NOT_PROVEN or "- -" in text or any(line.strip() == "-" for line in text.split("\n"))
    if fast is not NOT_PROVEN:
        assert repr(fast) == repr(exact(text))
