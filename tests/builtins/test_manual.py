"""The manual's pages of built-ins are what the sources say now, and leave none out."""

from __future__ import annotations

from pathlib import Path

from gatewright.builtins import signatures
from gatewright.builtins.manual import pages

FOLDER = Path(__file__).parents[2] / "docs" / "builtins"


def test_pages_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), "run python -m gatewright.builtins.manual docs/builtins"


def test_every_built_in_has_a_section() -> None:
    text = "".join(pages().values())
    missing = [name for name in signatures() if f"## `{name}`\n\n    {name}(" not in text]
    assert not missing
    assert len(signatures()) == 206
