"""JSON text edited to mean another value: only what differs is rewritten, in the layout of what stands around it."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]

from gatewright.fixing.align import align
from gatewright.gatekeeper.kube import same
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"[-+.\w]+", re.ASCII)


def patched_json(text: str, new: Any) -> str | None:
    """The text of one JSON value edited to mean `new`; None when it is no JSON."""
    try:
        root = _node(text, _after_space(text, 0))
        old = json.loads(text)
    except (ValueError, IndexError, RecursionError):
        return None
    patch = _Patch(text)
    patch.change(root, old, new)
    return patch.applied()


@record(frozen=True, slots=True)
class _Node:
    """A value's place. A member of an object has its key's place too; `parts` are the members or items, in order."""

    start: int
    end: int
    key: str = ""
    key_start: int = 0
    parts: tuple[_Node, ...] = ()

    @property
    def first(self) -> int:
        return self.key_start or self.start


def _node(text: str, at: int, key: str = "", key_start: int = 0) -> _Node:
    if text[at] in "{[":
        parts = []
        inside = _after_space(text, at + 1)
        while text[inside] not in "}]":
            part = _member(text, inside) if text[at] == "{" else _node(text, inside)
            parts.append(part)
            inside = _after_space(text, part.end)
            if text[inside] == ",":
                inside = _after_space(text, inside + 1)
        return _Node(at, inside + 1, key, key_start, tuple(parts))
    if text[at] == '"':
        return _Node(at, scanstring(text, at + 1, True)[1], key, key_start)
    scalar = _SCALAR.match(text, at)
    if scalar is None:
        raise ValueError("not JSON")
    return _Node(at, scalar.end(), key, key_start)


def _member(text: str, at: int) -> _Node:
    key, end = scanstring(text, at + 1, True)
    return _node(text, _after_space(text, _after_space(text, end) + 1), key, at)


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()


class _Patch:
    """Edits of one text, each a stretch and what replaces it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[tuple[int, int, str]] = []
        step = re.search(r"[{\[]\r?\n([ \t]+)\S", text)
        self._step = step[1] if step else ""
        colon = re.search(r'"(\s*:\s*)', text)
        self._colon = colon[1] if colon and "\n" not in colon[1] else ": "
        self._comma = ", " if colon and colon[1].endswith(" ") else ","

    def applied(self) -> str:
        text = self._text
        for start, end, replacement in sorted(self._edits, key=lambda edit: edit[0], reverse=True):
            text = text[:start] + replacement + text[end:]
        return text

    def change(self, node: _Node, old: Any, new: Any) -> None:
        """Note what makes the text at a node mean another value."""
        if same(old, new):
            return
        if isinstance(old, dict) and isinstance(new, dict) and old.keys() & new.keys():
            self._change_members(node, old, new)
        elif isinstance(old, list) and isinstance(new, list) and old and new and (known := align(old, new)):
            for at, to in known.kept:
                self.change(node.parts[at], old[at], new[to])
            self._remove(node, known.gone)
            self._add(node, [("", new[at]) for at in known.added])
        else:
            self._edits.append((node.start, node.end, self._written(new, self._indent_of(node.first))))

    def _change_members(self, node: _Node, old: dict[str, Any], new: dict[str, Any]) -> None:
        last = {part.key: at for at, part in enumerate(node.parts)}  # of equal keys, the last one counts
        for key, at in last.items():
            if key in new:
                self.change(node.parts[at], old[key], new[key])
        self._remove(node, tuple(at for at, part in enumerate(node.parts) if part.key not in new))
        self._add(node, [(key, value) for key, value in new.items() if key not in old])

    def _remove(self, node: _Node, gone: tuple[int, ...]) -> None:
        """Parts with the comma behind them, or in front of those at the end."""
        parts = node.parts
        kept = [at for at in range(len(parts)) if at not in gone]
        for at in gone:
            if kept and at > kept[-1]:
                self._edits.append((parts[at - 1].end, parts[at].end, ""))
            elif at + 1 < len(parts):
                self._edits.append((parts[at].first, parts[at + 1].first, ""))
            else:
                self._edits.append((parts[at].first, parts[at].end, ""))

    def _add(self, node: _Node, added: list[tuple[str, Any]]) -> None:
        """Behind the last part, as far from it as that is from what is in front of it."""
        if not added:
            return
        last = node.parts[-1]
        before = self._text[: last.first]
        gap = before[len(before.rstrip()) :]
        if "\n" not in gap:
            gap = self._comma[1:]
        indent = gap.rpartition("\n")[2] if "\n" in gap else None
        texts = [f",{gap}{self._entry(key, value, indent)}" for key, value in added]
        self._edits.append((last.end, last.end, "".join(texts)))

    def _entry(self, key: str, value: Any, indent: str | None) -> str:
        written = self._written(value, indent)
        return f"{_string(key)}{self._colon}{written}" if key else written

    def _indent_of(self, at: int) -> str | None:
        """How far a value is indented that begins its line; None for one that stands on the line of another."""
        line = self._text[self._text.rfind("\n", 0, at) + 1 : at]
        return line if not line.strip() and self._step else None

    def _written(self, value: Any, indent: str | None) -> str:
        if indent is None:
            return json.dumps(value, ensure_ascii=False, separators=(self._comma, self._colon))
        text = json.dumps(value, ensure_ascii=False, indent=self._step or 2, separators=(",", self._colon))
        return text.replace("\n", f"\n{indent}")


def _string(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)
