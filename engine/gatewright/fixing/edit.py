"""Set one value in YAML text by touching as few characters as possible.

The text is composed to find where things stand; only the place itself is rewritten. The caller gets None when the
place cannot be edited safely: behind an alias, in JSON, or below a value that is no mapping.
"""

from __future__ import annotations

import json
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path = tuple[str | int, ...]


def set_value(text: str, path: Path, value: Any) -> str | None:
    """The text with `value` at `path`, or None."""
    if not path or text.lstrip().startswith(("{", "[")):
        return None
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        return None
    if root is None:
        return None
    node, depth = _deepest(root, path)
    rest = path[depth:]
    edited = _replace(text, node, value) if not rest else _insert(text, node, rest, value)
    return edited if edited is not None and _means(text, edited, path, value) else None


def _deepest(node: yaml.Node, path: Path) -> tuple[yaml.Node, int]:
    for depth, step in enumerate(path):
        child = _child(node, step)
        if child is None:
            return node, depth
        node = child
    return node, len(path)


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((item for key, item in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child: yaml.Node = node.value[step]
        return child
    return None


def _replace(text: str, node: yaml.Node, value: Any) -> str | None:
    plain = isinstance(node, yaml.ScalarNode) and node.style not in ("|", ">")
    if not (plain or getattr(node, "flow_style", False)):
        return None
    start, end = node.start_mark.index, node.end_mark.index
    space = " " if start == end and text[start - 1 : start] == ":" else ""
    return text[:start] + space + _flow(value) + text[end:]


def _insert(text: str, node: yaml.Node, rest: Path, value: Any) -> str | None:
    if not all(isinstance(step, str) for step in rest):
        return None
    if isinstance(node, yaml.MappingNode):
        if node.flow_style:
            return _insert_flow(text, node, rest, value)
        return _insert_block(text, node, rest, value)
    if isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~") and node.style in (None, ""):
        return _replace(text, node, _nested(rest, value))
    return None


def _insert_flow(text: str, node: yaml.MappingNode, rest: Path, value: Any) -> str:
    at: int = node.start_mark.index + 1
    entry = f"{rest[0]}: {_flow(_nested(rest[1:], value))}"
    return text[:at] + entry + (", " if node.value else "") + text[at:]


def _insert_block(text: str, node: yaml.MappingNode, rest: Path, value: Any) -> str:
    """In front of the second key, so that a list's item keeps its first one; else in front of the only one."""
    key = node.value[1 if len(node.value) > 1 else 0][0]
    at: int = key.start_mark.index
    indent = " " * key.start_mark.column
    lines = []
    for depth, step in enumerate(rest[:-1]):
        lines.append(f"{'' if not depth else indent}{'  ' * depth}{step}:")
    depth = len(rest) - 1
    lines.append(f"{indent if depth else ''}{'  ' * depth}{rest[-1]}: {_flow(value)}")
    inserted = "\n".join(lines)
    return f"{text[:at]}{inserted}\n{indent}{text[at:]}"


def _nested(steps: Path, value: Any) -> Any:
    for step in reversed(steps):
        value = {step: value}
    return value


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        plain = yaml.compose(value, Loader=_LOADER) if value and value[0].isalnum() and "\n" not in value else None
        if isinstance(plain, yaml.ScalarNode) and plain.value == value and plain.tag.endswith(":str"):
            return value
    return json.dumps(value)


def _means(before: str, after: str, path: Path, value: Any) -> bool:
    """Whether the edit did what it should and nothing else."""
    try:
        old, new = yaml.load(before, Loader=_LOADER), yaml.load(after, Loader=_LOADER)
    except (yaml.YAMLError, ValueError):
        return False
    wanted = _unshared(old)
    holder = wanted
    for step in path[:-1]:
        if isinstance(holder, dict):
            if holder.get(step) is None:
                holder[step] = {}
            holder = holder[step]
        elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
            holder = holder[step]
        else:
            return False
    holder[path[-1]] = value
    return bool(wanted == new)


def _unshared(value: Any) -> Any:
    """A copy in which what an alias stands for is a copy of its own."""
    if isinstance(value, dict):
        return {key: _unshared(item) for key, item in value.items()}
    return [_unshared(item) for item in value] if isinstance(value, list) else value
