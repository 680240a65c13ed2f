"""Kustomization files to documents of kind Kustomization, with their patches parsed and their files looked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from gatewright.readers import API_VERSION, _lines

_NAME = re.compile(r"(?i)^kustomization(\.ya?ml)?$")
_KIND = re.compile(r"^kind\s*:\s*Kustomization\s*$", re.MULTILINE)
_API = re.compile(r"^apiVersion\s*:\s*[\"']?kustomize\.config\.k8s\.io/", re.MULTILINE)


def detect(name: str, file: str, text: str | None) -> bool:
    if _NAME.match(name):
        return True
    # Flux has a Kustomization of its own, which is an ordinary manifest.
    return text is not None and bool(_KIND.search(text)) and bool(_API.search(text))


def read(text: str, file: str) -> list[dict[str, Any]]:
    """One document for the file."""
    nodes = _lines.compose(text, file)
    documents = []
    for node in nodes:
        value = _lines.value(node)
        if not isinstance(value, dict):
            continue
        documents.append(
            {
                "apiVersion": API_VERSION,
                "kind": "Kustomization",
                "metadata": {"name": file},
                "kustomization": value,
                "lines": _lines.key_lines(node),
                "itemLines": {
                    name: [_lines.line(item) for item in _lines.items(child)] for name, child in _lines.pairs(node)
                },
                "patches": _patches(node),
                "files": _files(value, file),
            }
        )
    return documents


def _patches(root: yaml.Node) -> list[dict[str, Any]]:
    """JSON patches as operations with their lines; strategic merge patches as objects."""
    found = []
    for field in ("patches", "patchesJson6902"):
        for index, item in enumerate(_lines.items(_lines.child(root, field))):
            text = _lines.child(item, "patch")
            target = _lines.child(item, "target")
            entry: dict[str, Any] = {
                "field": field,
                "index": index,
                "line": _lines.line(item),
                "target": _lines.value(target) if target is not None else {},
                "operations": [],
                "object": None,
            }
            if isinstance(text, yaml.ScalarNode):
                _parse_patch(entry, text)
            found.append(entry)
    return found


def _parse_patch(entry: dict[str, Any], text: yaml.ScalarNode) -> None:
    try:
        nodes = _lines.compose(text.value, "patch")
    except Exception:
        entry["error"] = "the patch is not YAML"
        return
    if not nodes:
        return
    value = _lines.value(nodes[0])
    if isinstance(value, list):
        first = _lines.line(text)
        entry["operations"] = [
            {**operation, "line": first + _lines.line(node) - 1}
            for operation, node in zip(value, _lines.items(nodes[0]), strict=False)
            if isinstance(operation, dict)
        ]
    elif isinstance(value, dict):
        entry["object"] = value


_FILE_FIELDS = ("resources", "bases", "components", "patchesStrategicMerge", "crds", "configurations", "transformers")


def _files(value: dict[str, Any], file: str) -> list[dict[str, Any]]:
    """Each local file that is named, and whether it is there (null when that cannot be known)."""
    base = Path(file)
    on_disk = base.is_file()
    found: list[dict[str, Any]] = []
    for field in _FILE_FIELDS:
        entries = value.get(field)
        for index, name in enumerate(entries if isinstance(entries, list) else []):
            if not isinstance(name, str) or "\n" in name or "://" in name or name.startswith("git@") or "?ref=" in name:
                continue
            exists = (base.parent / name).exists() if on_disk else None
            found.append({"field": field, "index": index, "name": name, "exists": exists})
    return found
