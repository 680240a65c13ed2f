"""The pages of the manual say what the library holds: written by `gatewright docs rules -o docs/rules`."""

from __future__ import annotations

import re
from pathlib import Path

from gatewright import catalog
from gatewright.export.pages import manual

DOCS = Path(__file__).parents[2] / "docs"
RULES = catalog.rules()
_ROW = re.compile(r"^\| ([A-Z]{2,4}-\S+) \| (.*?) \|(?: (.*?) ?\|)?$", re.MULTILINE)
_LINK = re.compile(r"\[(\w+/\w+)\]\(rules/(\w+)\.md\)")


def test_pages_are_current() -> None:
    pages = manual(RULES.values())
    assert {file.name for file in (DOCS / "rules").iterdir()} == set(pages)
    old = [name for name, text in pages.items() if (DOCS / "rules" / name).read_text(encoding="utf-8") != text]
    assert old == [], "run gatewright docs rules -o docs/rules"


def test_catalogue_names_every_rule_once_by_its_id() -> None:
    rows = _rows()
    own = [path for identity, paths, _ in rows for path in paths if path in RULES and RULES[path].id == identity]
    assert sorted(own) == sorted(RULES)


def test_catalogue_rows_have_a_rule_or_a_reason() -> None:
    rows = _rows()
    assert len({identity for identity, _, _ in rows}) >= 404
    for identity, paths, remark in rows:
        assert set(paths) <= set(RULES), identity
        assert remark or any(RULES[path].id == identity for path in paths), (
            f"{identity} has neither a rule nor a reason"
        )


def _rows() -> list[tuple[str, list[str], str]]:
    text = (DOCS / "catalogue.md").read_text(encoding="utf-8")
    return [
        (identity, [path for path, _ in _LINK.findall(cell)], remark) for identity, cell, remark in _ROW.findall(text)
    ]
