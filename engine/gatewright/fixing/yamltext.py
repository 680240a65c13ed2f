"""YAML text edited to mean another value: only what differs is rewritten; comments, order and layout stay.

The text is composed to find where things stand. What cannot be edited so, such as what an alias shares, ends up meaning
something else, which the caller is to notice by reading the result.
"""

from __future__ import annotations

import json
import re

import yaml

from gatewright.fixing.align import align
from gatewright.gatekeeper.kube import same
from gatewright.gator.goyaml import dump_v2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)+")


class _Stuck(Exception):  # noqa: N818 - a way out, not an error
    """A change that this editor does not know how to make."""


def patched_yaml(text: str, old: Any, new: Any) -> str | None:
    """The text of one document, which means `old`, edited to mean `new`; None where that cannot be done."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
        if root is None:
            return None
        patch = _Patch(text)
        patch.change(root, old, new)
    except (yaml.YAMLError, _Stuck, RecursionError):
        return None
    return patch.applied()


class _Patch:
    """Edits of one text, each a stretch and what replaces it; of several at one place, the first comes first."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[tuple[int, int, str]] = []

    def applied(self) -> str:
        out: list[str] = []
        done = 0
        for start, end, replacement in sorted(self._edits, key=lambda edit: edit[0]):
            out += [self._text[done:start], replacement]
            done = max(done, end)
        return "".join([*out, self._text[done:]])

    def change(self, node: yaml.Node, old: Any, new: Any) -> None:
        """Note what makes the text at a node mean another value."""
        if same(old, new):
            return
        if isinstance(node, yaml.MappingNode) and isinstance(new, dict) and new and node.value:
            self._change_mapping(node, old, new)
        elif isinstance(node, yaml.SequenceNode) and isinstance(new, list) and new and node.value:
            self._change_sequence(node, old, new)
        elif isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False):
            self._replace(node, new)
        else:
            self._replace_block(node, new)

    def _change_mapping(self, node: yaml.MappingNode, old: dict[str, Any], new: dict[str, Any]) -> None:
        own = {key.value: item for key, item in node.value}
        if not own.keys() & new.keys():
            self._replace_block(node, new)
            return
        for key, item in own.items():
            if key in old and key in new:
                if _is_empty(item) and isinstance(new[key], dict | list) and new[key] and not node.flow_style:
                    self._fill(node, item, key, new[key])
                else:
                    self.change(item, old[key], new[key])
        for at, (key, item) in enumerate(node.value):
            if key.value in old and key.value not in new:
                self._remove_entry(node, at, item)
        added = {key: value for key, value in new.items() if key not in own and not same(value, old.get(key, _NOTHING))}
        if added and node.flow_style:
            self._insert(_end(node.value[-1][1]), ", " + _flow(added)[1:-1])
        elif added:
            self._append(node, "".join(dump_v2({key: value}) for key, value in added.items()))

    def _change_sequence(self, node: yaml.SequenceNode, old: list[Any], new: list[Any]) -> None:
        known = align(old, new)
        if known is None:
            self._replace_block(node, new)
            return
        for at, to in known.kept:
            self.change(node.value[at], old[at], new[to])
        for at in known.gone:
            self._remove_item(node, at)
        added = [new[at] for at in known.added]
        if added and node.flow_style:
            self._insert(_end(node.value[-1]), "".join(f", {_flow(item)}" for item in added))
        elif added:
            self._append(node, dump_v2(added))

    def _replace(self, node: yaml.Node, new: Any) -> None:
        start, end = node.start_mark.index, node.end_mark.index
        if getattr(node, "style", None) in ("|", ">"):
            self._edits.append((start, end, _flow(new) + "\n" * (self._text[end - 1] == "\n")))
            return
        properties = _PROPERTIES.match(self._text, start, end)
        start = properties.end() if properties else start
        space = " " if start == end and self._text[start - 1 : start] in (":", "-") else ""
        self._edits.append((start, end, space + _scalar(new, getattr(node, "style", None))))

    def _replace_block(self, node: yaml.Node, new: Any) -> None:
        """Something else where a block stood, behind its key or dash."""
        if getattr(node, "flow_style", False):
            self._replace(node, new)
            return
        before = self._text[: node.start_mark.index].rstrip()
        if not before.endswith((":", "-")):
            raise _Stuck
        column = node.start_mark.column
        if not new or not isinstance(new, dict | list):
            text = " " + _flow(new)
        elif before.endswith("-"):
            text = " " + _indented(dump_v2(new), column).strip()
        else:
            deeper = isinstance(node, yaml.SequenceNode) and isinstance(new, dict)
            text = "\n" + _indented(dump_v2(new), column + 2 * deeper).rstrip("\n")
        end = _end(node)
        self._edits.append((len(before), end, text + "\n" * (self._text[end - 1 : end] == "\n")))

    def _fill(self, parent: yaml.MappingNode, item: yaml.Node, key: str, new: Any) -> None:
        """A container where nothing stands behind a key, on the lines below it."""
        place = self._line_end(item.end_mark.index)
        column = next(k.start_mark.column for k, _ in parent.value if k.value == key)
        if item.value:
            self._edits.append((item.start_mark.index, item.end_mark.index, ""))
        block = dump_v2({key: new}).split("\n", 1)[1]
        self._insert(place, "\n" + _indented(block, column).rstrip("\n"))

    def _append(self, node: yaml.Node, block: str) -> None:
        """Lines behind the last line of a block, at its column."""
        place = self._line_end(_end(node))
        lines = _indented(block, node.start_mark.column)
        if self._text[place - 1 : place] == "\n":  # a block scalar has taken its line end with it
            self._insert(place, lines)
        else:
            self._insert(place, "\n" + lines.rstrip("\n"))

    def _remove_entry(self, node: yaml.MappingNode, at: int, item: yaml.Node) -> None:
        key = node.value[at][0]
        if node.flow_style:
            self._remove_flow([k.start_mark.index for k, _ in node.value], [_end(i) for _, i in node.value], at)
        else:
            self._remove_lines(key.start_mark, max(_end(item), key.end_mark.index), _next(node.value, at))

    def _remove_item(self, node: yaml.SequenceNode, at: int) -> None:
        item = node.value[at]
        if node.flow_style:
            self._remove_flow([i.start_mark.index for i in node.value], [_end(i) for i in node.value], at)
            return
        dash = self._text.rfind("-", 0, item.start_mark.index)
        line = self._text.rfind("\n", 0, dash) + 1
        if self._text[line:dash].strip() or self._text[dash + 1 : item.start_mark.index].strip(" \n"):
            raise _Stuck
        self._edits.append((line, self._next_line(max(_end(item), dash + 1)), ""))

    def _remove_flow(self, starts: list[int], ends: list[int], at: int) -> None:
        if at + 1 < len(starts):
            self._edits.append((starts[at], starts[at + 1], ""))
        else:
            self._edits.append((ends[at - 1], ends[at], ""))

    def _remove_lines(self, start: yaml.Mark, end: int, following: int | None) -> None:
        """An entry with its lines; one that stands behind a list's dash makes room for the entry below it."""
        line = start.index - start.column
        if not self._text[line : start.index].strip():
            self._edits.append((line, self._next_line(end), ""))
        elif following is not None and not self._text[self._next_line(end) : following].strip():
            self._edits.append((start.index, following, ""))
        else:
            raise _Stuck

    def _line_end(self, at: int) -> int:
        """The end of a line, its comment included; a place at the start of one is where a block scalar ended."""
        if self._text[at - 1 : at] == "\n":
            return at
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _next_line(self, at: int) -> int:
        end = self._line_end(at)
        return end + 1 if self._text[end : end + 1] == "\n" and self._text[at - 1 : at] != "\n" else end

    def _insert(self, at: int, text: str) -> None:
        self._edits.append((at, at, text))


_NOTHING: Any = object()


def _next(entries: list[tuple[yaml.Node, yaml.Node]], at: int) -> int | None:
    return entries[at + 1][0].start_mark.index if at + 1 < len(entries) else None


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style in (None, "") and node.value in ("", "null", "~")


def _end(node: yaml.Node) -> int:
    """Where a node's own text ends; the mark of a block stands behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(_end(last[1]), last[0].end_mark.index + 1) if isinstance(last, tuple) else _end(last)
    end: int = node.end_mark.index
    return end


def _indented(block: str, column: int) -> str:
    pad = " " * column
    return "".join(f"{pad}{line}" if line.strip() else line for line in block.splitlines(keepends=True))


def _scalar(value: Any, style: str | None) -> str:
    """A value where a scalar or a flow collection stood; a text keeps the quotes that it had."""
    if not isinstance(value, str):
        return _flow(value)
    if style == "'" and "\n" not in value and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style == '"' or "\n" in value:
        return json.dumps(value, ensure_ascii=False)
    return _flow(value)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        text = dump_v2(value).removesuffix("\n")
        return text if "\n" not in text and not set(",[]{}") & set(text) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
