"""YAML with line numbers, for formats that are YAML but not Kubernetes': `on` and `yes` stay text (YAML 1.2).

`compose` gives nodes; `value` turns a node into plain data, `line` and `lines` say where it stood.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from gatewright.errors import ManifestError
from gatewright.source import Location

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
DEPTH = 200


def compose(text: str, file: str) -> list[yaml.Node]:
    """The documents of a stream as nodes; a fault is one ManifestError with its line."""
    try:
        return [node for node in yaml.compose_all(text, Loader=_LOADER) if node is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        raise ManifestError(f"not YAML: {error.problem}", where) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ManifestError(f"not YAML: {error}", Location(file)) from None


def value(node: yaml.Node, depth: int = 0) -> Any:
    """Plain data. Keys are text; what is nested too deeply becomes null."""
    if depth > DEPTH:
        return None
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key, item in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                _merge(result, value(item, depth + 1))
            else:
                result[str(_key(key))] = value(item, depth + 1)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [value(item, depth + 1) for item in node.value]
    return _scalar(node)


def _merge(result: dict[str, Any], merged: Any) -> None:
    for source in merged if isinstance(merged, list) else [merged]:
        if isinstance(source, dict):
            for key, item in source.items():
                result.setdefault(key, item)


def _key(node: yaml.Node) -> Any:
    return node.value if isinstance(node, yaml.ScalarNode) else value(node)


def _scalar(node: Any) -> Any:
    text = node.value
    # Plain scalars have no style; quoted and block text is never anything but text.
    if node.style:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text


def line(node: yaml.Node) -> int:
    """The line of a node; of a block scalar the line of its first text."""
    start: int = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return start + 1
    return start


def key_lines(node: yaml.Node) -> dict[str, int]:
    """The line of each key of a mapping."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(_key(key)): key.start_mark.line + 1 for key, _ in node.value}


def child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """The value below a key of a mapping, None when there is none."""
    if isinstance(node, yaml.MappingNode):
        for name, item in node.value:
            if _key(name) == key:
                return item  # type: ignore[no-any-return]
    return None


def items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def pairs(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    return [(str(_key(key)), item) for key, item in node.value] if isinstance(node, yaml.MappingNode) else []
