"""A chart's Chart.yaml and values files to documents of kind HelmChart and HelmValues.

Its templates are for helm to render: what comes out are manifests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from gatewright.readers import API_VERSION, _lines

_CHART = re.compile(r"(?:.*[.-])?Chart\.ya?ml")
_VALUES = re.compile(r"(?:.*[.-])?values(?:[.-].*)?\.ya?ml")
_CHART_API = re.compile(r"^apiVersion\s*:\s*[\"']?v[12][\"']?\s*(?:#.*)?$", re.MULTILINE)
_MANIFEST = re.compile(r"^(?:apiVersion|kind)\s*:", re.MULTILINE)


def detect(name: str, file: str, text: str | None) -> bool:
    if _CHART.fullmatch(name):
        return text is None or bool(_CHART_API.search(text))
    # What has a kind is a manifest, whatever it is called.
    return bool(_VALUES.fullmatch(name)) and text is not None and not _MANIFEST.search(text)


def read(text: str, file: str) -> list[dict[str, Any]]:
    """One document for the file."""
    chart = _CHART.fullmatch(Path(file).name) is not None
    documents = []
    for node in _lines.compose(text, file):
        if isinstance(node, yaml.MappingNode):
            documents.append(_chart(node, file) if chart else _values(node, file))
    return documents


def _chart(node: yaml.Node, file: str) -> dict[str, Any]:
    path = Path(file)
    dependencies = [
        {**_mapping(item), "line": _lines.line(item), "lines": _lines.key_lines(item)}
        for item in _lines.items(_lines.child(node, "dependencies"))
    ]
    return {
        "apiVersion": API_VERSION,
        "kind": "HelmChart",
        "metadata": {"name": file},
        "chart": _lines.value(node),
        "lines": _lines.key_lines(node),
        "dependencies": dependencies,
        "locked": (path.parent / "Chart.lock").is_file() if path.is_file() else None,
    }


def _values(node: yaml.Node, file: str) -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": "HelmValues",
        "metadata": {"name": file},
        "values": _lines.value(node),
        "texts": list(_texts(node, "", "", 0)),
    }


def _mapping(node: yaml.Node) -> dict[str, Any]:
    value = _lines.value(node)
    return value if isinstance(value, dict) else {}


def _texts(node: yaml.Node, path: str, key: str, depth: int) -> Iterator[dict[str, Any]]:
    """Each text of the values, under the name that `--set` would give it; items of a list go by the list's key."""
    if depth > _lines.DEPTH:
        return
    if isinstance(node, yaml.ScalarNode):
        value = _lines.value(node)
        if isinstance(value, str):
            yield {"path": path, "key": key, "value": value, "line": node.start_mark.line + 1}
    for name, item in _lines.pairs(node):
        yield from _texts(item, f"{path}.{name}" if path else name, name, depth + 1)
    for index, item in enumerate(_lines.items(node)):
        yield from _texts(item, f"{path}[{index}]", key, depth + 1)
