"""Files of a check → documents: which of them are read by a reader of another format."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.checking.evaluate import read_part
from gatewright.checking.units import Part
from gatewright.manifests import Document

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, resources: {}}]}\n"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("pod.yaml", POD, "Pod"),
        ("kustomization.yaml", "patches: []\n", "Kustomization"),
        ("dependabot.yml", "version: 2\nupdates: []\n", "Dependabot"),
        ("action.yml", "name: a\nruns: {using: composite, steps: []}\n", "Action"),
        ("chart.yaml", POD, "Pod"),
        ("values.yaml", "replicas: 1\n", "HelmValues"),
    ],
)
def test_other_formats_are_known_by_their_names(tmp_path: Path, name: str, text: str, kind: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    (document,) = read_part(Part(str(file)))
    assert isinstance(document, Document)
    assert document.value["kind"] == kind
