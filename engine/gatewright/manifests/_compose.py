"""The exact reader: one YAML document to the value Kubernetes sees, from the events of PyYAML's C parser.

`compose` gives what sigs.k8s.io/yaml's YAMLToJSON and Kubernetes' decoder give: keys become strings, later duplicates
win, `<<` merges where it stands (what follows it overrides, what precedes it is overridden). Containers are built
while the events arrive, without recursion, so depth costs nothing.

The C parser is libyaml 0.2.5, Go's is a port of an older one; the few texts on which they part are refused here as Go
refuses them (`_refuse_newer_yaml`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.scanner import ScannerError

from gatewright.errors import ManifestError
from gatewright.manifests._deep import DeepParser, NextEvent, is_too_deep
from gatewright.manifests._scalars import MERGE, key_text, resolve, settled
from gatewright.source import Location

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 10_000
_MAX_CACHED = 1 << 16

# A backslash that no other backslash escapes, before a slash.
_SLASH_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\/")

_plain_values: dict[str, Any] = {}


def compose(text: str, *, file: str = "", row: int = 1) -> Any:
    """The value of the first document in `text`, None if there is none; `row` is where `text` starts in `file`."""
    return parse_as_go(text, lambda source, events: _Composer(source, events).document(), file, row)


def parse_as_go(text: str, build: Callable[[str, NextEvent], Any], file: str, row: int) -> Any:
    """`build(text, its events)` where libyaml may see stand-ins for characters that only Go takes as content.

    Those are byte order marks past the start, and a colon before a flow indicator, as in `[a:]`.
    """
    stand_ins: dict[str, str] = {}
    if "\ufeff" in text and text.rfind("\ufeff") > 0:
        text = text[0] + text[1:].replace("\ufeff", _stand_in(text, "\ufeff", stand_ins))
    try:
        while True:
            try:
                value = _build(text, build)
            except ScannerError as error:
                if error.problem != "found unexpected ':'" or error.problem_mark is None:
                    raise
                at = text.index(":", error.problem_mark.index)
                text = text[:at] + _stand_in(text, ":", stand_ins) + text[at + 1 :]
            else:
                return _restore(value, stand_ins) if stand_ins else value
    except yaml.YAMLError as error:
        raise _manifest_error(error, file, row) from None
    except At as error:
        raise error.located(file, row) from None


def _build(text: str, build: Callable[[str, NextEvent], Any]) -> Any:
    try:
        return build(text, CParser(text).get_event)
    except ScannerError as error:
        if not is_too_deep(error):
            raise
    return build(text, DeepParser(text).get_event)


def _stand_in(text: str, character: str, stand_ins: dict[str, str]) -> str:
    for known, original in stand_ins.items():
        if original == character:
            return known
    free = next(c for c in map(chr, range(0xE000, 0xF8FF)) if c not in text and c not in stand_ins)
    stand_ins[free] = character
    return free


def _restore(value: Any, stand_ins: dict[str, str]) -> Any:
    table = str.maketrans(stand_ins)

    def restored(item: Any) -> Any:
        if item.__class__ is str:
            return item.translate(table)
        todo.append(item)
        return item

    todo: list[Any] = []
    root = restored(value)
    for item in todo:
        if item.__class__ is dict:
            fresh = {restored(key): restored(part) for key, part in item.items()}
            item.clear()
            item.update(fresh)
        elif item.__class__ is list:
            item[:] = [restored(part) for part in item]
    return root


class At(Exception):  # noqa: N818 - a place, on its way to becoming an error
    """A fault found while composing, with the event it was found at."""

    def __init__(self, message: str, event: Any, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mark = event.start_mark
        self.hint = hint

    def located(self, file: str, row: int) -> ManifestError:
        return ManifestError(self.message, Location(file, self.mark.line + row, self.mark.column + 1), hint=self.hint)


class _Composer:
    """The containers still open while the events of one document arrive.

    A frame is [container, key, flow]: the key of a mapping that waits for its value (None while a key is due; the
    _MERGE marker for `<<`), and whether the container is in flow style.
    """

    def __init__(self, text: str, next_event: NextEvent) -> None:
        self.next_event = next_event
        self.text = text
        self.anchors: dict[str, Any] = {}
        self.aliases: AliasBudget | None = AliasBudget() if "*" in text and "&" in text else None

    def document(self) -> Any:
        self.next_event()
        start = self.next_event()
        if start.__class__ is StreamEndEvent:
            return None
        assert start.__class__ is DocumentStartEvent
        if start.version is not None and start.version != (1, 1):
            raise At("found incompatible YAML document", start, "only %YAML 1.1 is understood")
        return self.root()

    def root(self) -> Any:
        root: list[Any] = []
        stack: list[list[Any]] = []
        frame: list[Any] = [root, None, False]
        budget = self.aliases
        next_event = self.next_event
        slashes, marks = "\\/" in self.text, "?" in self.text
        while True:
            event = next_event()
            kind = event.__class__
            if kind is ScalarEvent:
                if slashes and event.style == '"' and has_slash_escape(self.text, event):
                    raise At("found unknown escape character", event, r"write / instead of \\/")
                container, key, flow = frame
                if marks and flow and not event.style and "?" in event.value:
                    raise At("did not find expected ',' or a closing bracket", event, "quote text that contains ?")
                if budget is not None:
                    budget.step(event)
                if container.__class__ is list:
                    value = scalar_value(event)
                    container.append(value)
                elif container.__class__ is _MergeList:
                    _refuse_merge(event)
                elif key is None:
                    if event.value == "<<" and (event.implicit[0] or event.tag == MERGE):
                        frame[1] = _MERGE
                        if budget is not None:
                            budget.unstep()
                    else:
                        frame[1] = scalar_key(event)
                elif key is _MERGE:
                    _refuse_merge(event)
                else:
                    value = scalar_value(event)
                    container[key] = value
                    frame[1] = None
                if event.anchor is not None:
                    self.anchors[event.anchor] = event
                    if budget is not None:
                        budget.scalar_anchor(event.anchor)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if len(stack) >= MAX_DEPTH:
                    raise At(f"exceeded max depth of {MAX_DEPTH}", event)
                stack.append(frame)
                frame = self._open(kind, event, frame)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                if kind is MappingEndEvent and frame[1] is _MERGE:
                    _refuse_merge(event)
                done = frame[0]
                if budget is not None:
                    budget.close(done)
                frame = stack.pop()
                self._attach(frame, done, event)
            elif kind is AliasEvent:
                self._alias(event, frame)
            elif kind is DocumentEndEvent:
                return root[0]
            else:
                raise AssertionError(f"unexpected event {event}")

    def _open(self, kind: type, event: Any, parent: list[Any]) -> list[Any]:
        container: Any = {} if kind is MappingStartEvent else []
        if parent[1] is None and parent[0].__class__ is dict:
            shown = "mapping" if kind is MappingStartEvent else "sequence"
            raise At(f"invalid map key: a {shown} cannot be a key", event)
        if parent[1] is _MERGE and kind is SequenceStartEvent:
            container = _MergeList()
        elif parent[0].__class__ is _MergeList and kind is SequenceStartEvent:
            _refuse_merge(event)
        if self.aliases is not None:
            self.aliases.open(event, merged=container.__class__ is _MergeList)
        if event.anchor is not None:
            self.anchors[event.anchor] = container
            if self.aliases is not None:
                self.aliases.opened_anchor(event.anchor)
        return [container, None, event.flow_style]

    def _attach(self, frame: list[Any], value: Any, event: Any) -> None:
        container, key, _ = frame
        if container.__class__ is dict:
            if key is _MERGE:
                _merge(container, value, event)
            else:
                container[key] = value
            frame[1] = None
        else:
            container.append(value)

    def _alias(self, event: Any, frame: list[Any]) -> None:
        target = self.anchors.get(event.anchor, _MISSING)
        if target is _MISSING:
            raise At(f"unknown anchor '{event.anchor}' referenced", event)
        assert self.aliases is not None
        self.aliases.expand(event)
        scalar = target.__class__ is ScalarEvent
        container, key, _ = frame
        if container.__class__ is dict and key is None:
            if not scalar:
                raise At("invalid map key: an alias of a collection cannot be a key", event)
            frame[1] = scalar_key(target)
            return
        if scalar and (key is _MERGE or container.__class__ is _MergeList):
            _refuse_merge(event)
        if container.__class__ is _MergeList and target.__class__ is not dict:
            _refuse_merge(event)
        self._attach(frame, scalar_value(target) if scalar else target, event)


def has_slash_escape(text: str, event: Any) -> bool:
    r"""Whether a double-quoted scalar writes `\/`, which libyaml reads and Go's YAML refuses."""
    source = text[event.start_mark.index : event.end_mark.index]
    return "\\/" in source and _SLASH_ESCAPE.search(source) is not None


def scalar_value(event: Any) -> Any:
    """What a scalar event means as a value."""
    text: str = event.value
    tag = event.tag
    if tag is None:
        if not event.implicit[0]:
            return text
        value = _plain_values.get(text, _MISSING)
        if value is not _MISSING:
            return value
        value = _settle(resolve(text, "")[1], event)
        if len(_plain_values) < _MAX_CACHED:
            _plain_values[text] = value
        return value
    try:
        return _settle(resolve(text, tag)[1], event)
    except ManifestError as error:
        raise At(error.message, event, error.hint) from None


def scalar_key(event: Any) -> str:
    """What a scalar event means as a mapping key."""
    text: str = event.value
    if event.tag is None and not event.implicit[0]:
        return text
    try:
        return key_text(*resolve(text, event.tag or ""))
    except ManifestError as error:
        raise At(error.message, event, error.hint) from None


def _settle(value: Any, event: Any) -> Any:
    if value.__class__ is float or value.__class__ is int:
        try:
            return settled(value)
        except ManifestError as error:
            raise At(error.message, event, error.hint) from None
    return value


class _MergeList(list[Any]):
    """The sequence after `<<:`, whose earlier mappings take precedence."""


_MISSING = object()
_MERGE = object()


def _merge(into: dict[str, Any], value: Any, event: Any) -> None:
    if value.__class__ is dict:
        into.update(value)
    elif value.__class__ is _MergeList:
        for mapping in reversed(value):
            into.update(mapping)
    else:
        _refuse_merge(event)


def _refuse_merge(event: Any) -> NoReturn:
    raise At("map merge requires map or sequence of maps as the value", event)


class AliasBudget:
    """go-yaml's guard against alias bombs: how much of the decoding may come from aliases.

    Counts are those of go-yaml's decoder: every node is a step, everything below an alias is an alias step too.
    """

    def __init__(self) -> None:
        self.steps = 1
        self.alias_steps = 0
        self.sizes: dict[str, int] = {}
        self.open_nodes: list[tuple[list[str], int]] = []

    def step(self, event: Any, count: int = 1) -> None:
        self.steps += count
        self._check(event)

    def unstep(self) -> None:
        self.steps -= 1

    def open(self, event: Any, *, merged: bool) -> None:
        if not merged:
            self.step(event)
        self.open_nodes.append(([], self.steps))

    def opened_anchor(self, anchor: str) -> None:
        self.open_nodes[-1][0].append(anchor)
        self.sizes[anchor] = -1

    def close(self, container: Any) -> None:
        anchors, before = self.open_nodes.pop()
        for anchor in anchors:
            if self.sizes[anchor] == -1:
                self.sizes[anchor] = self.steps - before + 1

    def scalar_anchor(self, anchor: str) -> None:
        self.sizes[anchor] = 1

    def expand(self, event: Any) -> None:
        size = self.sizes[event.anchor]
        if size < 0:
            raise At(f"anchor '{event.anchor}' value contains itself", event)
        self.steps += 1 + size
        self.alias_steps += size
        self._check(event)

    def _check(self, event: Any) -> None:
        if self.alias_steps > 100 and self.steps > 1000 and self.alias_steps / self.steps > _allowed(self.steps):
            raise At("document contains excessive aliasing", event, "this is how alias bombs look; write it out")


def _allowed(steps: int) -> float:
    if steps <= 400_000:
        return 0.99
    if steps >= 4_000_000:
        return 0.10
    return 0.99 - 0.89 * ((steps - 400_000) / 3_600_000)


def _manifest_error(error: yaml.YAMLError, file: str, row: int) -> ManifestError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        problem = getattr(error, "problem", None) or getattr(error, "context", None) or "not YAML"
        return ManifestError(problem, Location(file, mark.line + row, mark.column + 1), hint=_hint(problem))
    return ManifestError(getattr(error, "reason", None) or str(error), Location(file, row))


_HINTS = {
    "found character that cannot start any token": "tabs cannot indent; @, ` and % must be quoted at the start",
    "mapping values are not allowed in this context": "quote a value that contains ': '",
    "could not find expected ':'": "a key without ':', or a line that is indented too little",
    "did not find expected key": "check the indentation of this line and the one before",
    "found unknown escape character": "use single quotes, or double the backslash",
}


def _hint(problem: str) -> str:
    return _HINTS.get(problem, "")
