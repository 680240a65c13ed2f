"""Set one value in YAML or JSON text by touching as few characters as possible.

The text is composed to find where things stand; only the place itself is rewritten. The caller gets None when the
place cannot be edited safely: behind an alias, or below a value that is no mapping.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from gatewright.fixing.jsontext import patched_json

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARK = "\ufeff"
Path = tuple[str | int, ...]


def set_value(text: str, path: Path, value: Any) -> str | None:
    """The text with `value` at `path`, or None."""
    if text.startswith(_MARK):
        # The parser does not count it.
        edited = set_value(text[1:], path, value)
        return edited and _MARK + edited
    if not path:
        return None
    if text.lstrip().startswith("{") and (edited := _set_in_json(text, path, value)) is not None:
        return edited
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        return None
    if root is None:
        return None
    node, depth = _deepest(root, path)
    rest = path[depth:]
    edited = _insert(text, node, rest, value, _step_of(root)) if rest else _replace(text, node, value)
    return edited if edited is not None and _means(text, edited, path, value) else None


def _set_in_json(text: str, path: Path, value: Any) -> str | None:
    """The text with `value` at `path`, or None if it is no JSON, or cannot hold the value there."""
    try:
        wanted = json.loads(text)
    except ValueError:
        return None
    return patched_json(text, wanted) if _put(wanted, path, value) else None


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


def _step_of(root: yaml.Node) -> int:
    """By how many columns the document indents a mapping within its outermost one."""
    if not isinstance(root, yaml.MappingNode):
        return 2
    columns = [item.value[0][0].start_mark.column for _, item in root.value if _is_block(item, yaml.MappingNode)]
    return next((column for column in columns if column), 2)


def _is_block(node: yaml.Node, kind: type[yaml.CollectionNode]) -> bool:
    return isinstance(node, kind) and not node.flow_style and bool(node.value)


def _replace(text: str, node: yaml.Node, value: Any) -> str | None:
    if _is_block(node, yaml.SequenceNode):
        return _replace_items(text, node, value)
    plain = isinstance(node, yaml.ScalarNode) and node.style not in ("|", ">")
    if not (plain or getattr(node, "flow_style", False)):
        return None
    start, end = node.start_mark.index, node.end_mark.index
    anchor = _ANCHOR.match(text, start, end)
    start = anchor.end() if anchor else start
    space = " " if start == end and text[start - 1 : start] == ":" else ""
    return text[:start] + space + _flow(value) + text[end:]


_ANCHOR = re.compile(r"&\S+[ \t]+")


def _replace_items(text: str, node: yaml.Node, value: Any) -> str | None:
    """A block list's items, unless a comment stands between them that would go with them."""
    last = node.value[-1]
    start, end = node.value[0].start_mark.index, last.end_mark.index
    scalars = all(isinstance(item, yaml.ScalarNode) and item.style not in ("|", ">") for item in node.value)
    if not (scalars and value and isinstance(value, list)) or "#" in text[start:end]:
        return None
    dash = f"\n{' ' * node.start_mark.column}- "
    return text[:start] + dash.join(map(_flow, value)) + text[end:]


def _insert(text: str, node: yaml.Node, rest: Path, value: Any, step: int) -> str | None:
    if not all(isinstance(name, str) for name in rest):
        return None
    if isinstance(node, yaml.MappingNode):
        if node.flow_style:
            return _insert_flow(text, node, rest, value)
        return _insert_block(text, node, rest, value, step)
    if isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~") and node.style in (None, ""):
        return _replace(text, node, _nested(rest, value))
    return None


def _insert_flow(text: str, node: yaml.MappingNode, rest: Path, value: Any) -> str:
    entry = _flow(_nested(rest, value))[1:-1]
    at: int = node.value[-1][1].end_mark.index if node.value else node.start_mark.index + 1
    return f"{text[:at]}{', ' if node.value else ''}{entry}{text[at:]}"


def _insert_block(text: str, node: yaml.MappingNode, rest: Path, value: Any, step: int) -> str:
    """In front of the second key, so that a list's item keeps its first one; else in front of the only one."""
    key = node.value[1 if len(node.value) > 1 else 0][0]
    column: int = key.start_mark.column
    names = [*map(_flow, rest)]
    lines = [f"{' ' * (column + step * depth)}{name}:" for depth, name in enumerate(names)]
    inserted = "\n".join(lines) + f" {_flow(value)}\n"
    line = key.start_mark.index - column
    if not text[line : line + column].strip(" "):
        at = _above_comments(text, line, column)
        return text[:at] + inserted + text[at:]
    at = line + column
    return text[:at] + inserted[column:] + " " * column + text[at:]


def _above_comments(text: str, line: int, column: int) -> int:
    """Where the comments begin that stand right above a key's line; a deeper one belongs to what comes before."""
    while line:
        start = text.rfind("\n", 0, line - 1) + 1
        comment = text[start:line].lstrip(" ")
        if not comment.startswith("#") or line - start - len(comment) > column:
            break
        line = start
    return line


def _nested(steps: Path, value: Any) -> Any:
    for step in reversed(steps):
        value = {step: value}
    return value


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        plain = yaml.compose(value, Loader=_LOADER)
        if isinstance(plain, yaml.ScalarNode) and plain.tag.endswith(":str"):
            return value
    return json.dumps(value)


_PLAIN = re.compile(r"[A-Za-z0-9][\w./-]*", re.ASCII)


def _means(before: str, after: str, path: Path, value: Any) -> bool:
    """Whether the edit did what it should and nothing else."""
    try:
        old, new = yaml.load(before, Loader=_LOADER), yaml.load(after, Loader=_LOADER)
    except (yaml.YAMLError, ValueError):
        return False
    wanted = _unshared(old)
    return _put(wanted, path, value) and bool(wanted == new)


def _put(holder: Any, path: Path, value: Any) -> bool:
    """Put a value into containers, with mappings made on the way to it; whether there is such a place."""
    *way, last = path
    for step in way:
        if isinstance(holder, dict):
            if holder.get(step) is None:
                holder[step] = {}
        elif not _has_item(holder, step):
            return False
        holder = holder[step]
    if not (isinstance(holder, dict) or _has_item(holder, last)):
        return False
    holder[last] = value
    return True


def _has_item(holder: Any, step: str | int) -> bool:
    return isinstance(holder, list) and isinstance(step, int) and step < len(holder)


def _unshared(value: Any) -> Any:
    """A copy in which what an alias stands for is a copy of its own."""
    if isinstance(value, dict):
        return {key: _unshared(item) for key, item in value.items()}
    return [_unshared(item) for item in value] if isinstance(value, list) else value
