"""Whatever is done to a file, a reader gives documents or one error that says where."""

from __future__ import annotations

import random
from typing import Any

import pytest

from gatewright import catalog, readers
from gatewright.errors import ManifestError

FAMILIES = {
    "dockerfile": "dockerfile",
    "falco": "falco",
    "github_actions": "workflow",
    "helm": "helm",
    "kustomize": "kustomization",
    "metrics": "typescript",
    "prometheus": "prometheus",
}
_SNIPPETS = [
    "\x00",
    "\t",
    "{{",
    "${{",
    "<<EOF\n",
    "- ",
    ": ",
    "[",
    "}",
    '"',
    "'",
    "\\\n",
    "#",
    "\n\n",
    "&a ",
    "*a",
    "!!x ",
    "é",
    "null",
]


def _damaged(text: str, chance: random.Random) -> str:
    """A text cut off, with a piece left out, moved or put in."""
    for _ in range(chance.randint(1, 3)):
        at, length = chance.randrange(len(text) + 1), chance.randint(1, 40)
        match chance.randrange(4):
            case 0:
                text = text[:at]
            case 1:
                text = text[:at] + text[at + length :]
            case 2:
                text = text[:at] + chance.choice(_SNIPPETS) + text[at:]
            case _:
                text = text[:at] + text[at : at + length] * 2 + text[at + length :]
    return text


@pytest.mark.parametrize("family", FAMILIES)
def test_damaged_files(family: str) -> None:
    chance = random.Random(family)
    samples = sorted(file for file in catalog.library_dir().glob(f"{family}/*/samples/*/*") if file.is_file())
    for _ in range(300):
        file = chance.choice(samples)
        text = _damaged(file.read_text(encoding="utf-8"), chance)
        result = _read(FAMILIES[family], text, file.name)
        if isinstance(result, ManifestError):
            assert result.location is not None
            assert result.location.file == file.name
        else:
            assert all(document["kind"] and document["metadata"]["name"] for document in result)


def _read(kind: str, text: str, name: str) -> list[dict[str, Any]] | ManifestError:
    try:
        return readers.read(kind, text, name)
    except ManifestError as error:
        return error
