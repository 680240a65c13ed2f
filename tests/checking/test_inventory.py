"""The inventory that several processes read is the one that one would read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from gatewright.checking import survey
from gatewright.checking.survey import add_inventory
from gatewright.checking.units import Part
from gatewright.gatekeeper.host import Host


def pod(name: str, **labels: Any) -> str:
    lines = "".join(f"\n    {key}: {value}" for key, value in labels.items())
    return f"---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: shop\n  labels:{lines or ' {}'}\n"


@pytest.fixture
def parts(tmp_path: Path) -> list[Part]:
    """Files of which some hold what is no object, two the same name, and one is not there."""
    texts = [pod("a", first=1), pod("b"), "--- 3\n--- {kind: X}\n", pod("c"), "a: 'b\n", pod("a", last=12345678.5)]
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    return [Part(str(tmp_path / f"{number}.yaml")) for number in range(len(texts) + 1)]


def inventory(parts: list[Part], jobs: int, **options: Any) -> dict[str, Any]:
    host = Host(**options)
    add_inventory(host, parts, jobs)
    return host.inventory.data


@pytest.mark.parametrize("jobs", [2, 3, 4, 7, 50])
@pytest.mark.parametrize("options", [{}, {"gator_compat": True}])
def test_it_is_the_same_however_many_read_it(parts: list[Part], jobs: int, options: dict[str, Any]) -> None:
    alone = inventory(parts, 1, **options)
    assert alone["namespace"]["shop"]["v1"]["Pod"]["a"]["metadata"]["labels"] == {"last": 12345678.5}
    assert inventory(parts, jobs, **options) == alone


def test_of_nothing_it_is_empty() -> None:
    assert inventory([], 2) == {}


def test_the_share_of_a_process_that_comes_to_grief_is_read_here(
    parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, objects = os.getpid(), survey._objects

    def grieved(share: list[Part]) -> list[dict[str, Any]]:
        if os.getpid() != parent:
            os._exit(7)
        return objects(share)

    alone = inventory(parts, 1)
    monkeypatch.setattr(survey, "_objects", grieved)
    assert inventory(parts, 3) == alone
