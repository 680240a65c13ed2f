"""METADATA comments: what they hold, what they stand on, and what is wrong with them."""

from __future__ import annotations

import pytest

from gatewright.errors import RegoErrors
from gatewright.syntax import node_text, parse_module


def annotated(block: str, below: str = "p := 1"):
    lines = "".join(f"# {line}\n" for line in block.split("\n"))
    return parse_module(f"package a\n\n# METADATA\n{lines}{below}\n")


ALL_KEYS = """\
title: T
description: |
  D
entrypoint: true
organizations: [O]
authors:
- Ann Other <a@example.com>
- name: B
related_resources:
- https://example.com
- {ref: https://example.com/x, description: X}
schemas:
- input: schema.pod
- data.x: {type: string}
custom: {n: 1, d: 2020-01-02, y: yes}
labels: {l: m}"""


def test_all_keys() -> None:
    found = annotated(ALL_KEYS).rules[0].annotations[0]
    assert found.scope == "document"
    schemas = found.data.pop("schemas")
    assert [node_text(s["path"]) for s in schemas] == ["input", "data.x"]
    assert node_text(schemas[0]["schema"]) == "schema.pod"
    assert schemas[1]["definition"] == {"type": "string"}
    assert found.data == {
        "title": "T",
        "description": "D\n",
        "entrypoint": True,
        "organizations": ["O"],
        "authors": [{"name": "Ann Other", "email": "a@example.com"}, {"name": "B"}],
        "related_resources": [{"ref": "https://example.com"}, {"description": "X", "ref": "https://example.com/x"}],
        "custom": {"n": 1, "d": "2020-01-02T00:00:00Z", "y": "yes"},
        "labels": {"l": "m"},
    }


def test_scopes() -> None:
    module = parse_module(
        "# METADATA\n# title: pkg\npackage a\n\n# METADATA\n# title: doc\n# scope: document\n\n# METADATA\n"
        "# title: one\np := 1 if input.x\n\n# METADATA\n# title: two\np := 2 if input.y\n"
    )
    assert [(a.scope, a.data["title"]) for a in module.annotations] == [
        ("package", "pkg"), ("document", "doc"), ("rule", "one"), ("rule", "two"),
    ]  # fmt: skip
    assert [[a.data["title"] for a in r.annotations] for r in module.rules] == [["doc", "one"], ["doc", "two"]]


FAULTS = [
    ("nothing below", "title: x", "", "invalid annotation scope ''"),
    ("an unknown scope", "scope: file", "p := 1", "invalid annotation scope 'file'"),
    ("a package's on a rule", "scope: package", "p := 1", "must be applied to package (have rule)"),
    ("on an import", "title: x", "import data.b\np := 1", "invalid annotation scope 'import'"),
    ("no YAML", "title: [x", "p := 1", "yaml: line 1: did not find expected ',' or ']'"),
    ("the wrong type", "custom: x", "p := 1", "cannot unmarshal !!str `x` into map[string]interface {}"),
    ("a key twice", "title: x\ntitle: y", "p := 1", 'mapping key "title" already defined at line 1'),
    ("an author without a name", "authors:\n- {}", "p := 1", "'name' and/or 'email' values required in object"),
    ("a schema that is none", "schemas:\n- input: foo", "p := 1", "invalid schema reference"),
    ("an entrypoint that is a rule", "entrypoint: true\nscope: rule", "p := 1", "entrypoint applied to non-document"),
    ("a URL that is none", 'related_resources:\n- "::x"', "p := 1", "missing protocol scheme"),
]


@pytest.mark.parametrize(("block", "below", "wanted"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_faults(block: str, below: str, wanted: str) -> None:
    with pytest.raises(RegoErrors) as raised:
        annotated(block, below)
    assert wanted in raised.value.errors[0].message


def test_annotations_can_be_left_unread() -> None:
    assert parse_module("package a\n# METADATA\n# title: [\np := 1", annotations=False).annotations == ()
