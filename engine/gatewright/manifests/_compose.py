"""The exact reader: one YAML document to the value Kubernetes sees, from the events of PyYAML's C parser.

`compose` gives what sigs.k8s.io/yaml's YAMLToJSON and Kubernetes' decoder give: keys become strings, later duplicates
win, `<<` merges where it stands (what follows it overrides, what precedes it is overridden). Containers are built
while the events arrive, without recursion, so depth costs nothing.

The C parser is a newer libyaml than the one Go's YAML was made from. Where the two may part, and for every error, the
events come from a port of Go's parser (_goscan, _goparse).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

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

from gatewright.errors import ManifestError
from gatewright.manifests._goparse import go_events
from gatewright.manifests._goscan import MAX_DEPTH, GoYamlError
from gatewright.manifests._scalars import MERGE, key_text, resolve, settled
from gatewright.source import Location

_MAX_CACHED = 1 << 16

# What the two parsers read differently, or may: tags, escaped slashes, directives, rare line breaks, byte order marks.
_DOUBTFUL = re.compile(r"(?:^|[\s\[{,:?-])!\S*[,\[\]{}%<]|\\/|^%|[\x85\u2028\u2029]|(?<!\A)\ufeff", re.M)

NextEvent = Callable[[], Any]

_plain_values: dict[str, Any] = {}


def compose(text: str, *, file: str = "", row: int = 1) -> Any:
    """The value of the first document in `text`, None if there is none; `row` is where `text` starts in `file`."""
    return parse_as_go(text, lambda events: _Composer(text, events).document(), file, row)


def parse_as_go(text: str, build: Callable[[NextEvent], Any], file: str, row: int, *, v3: bool = False) -> Any:
    """`build(events)` with the C parser's events where they are sure to be go-yaml's, else with our port of its parser.

    Errors are always the port's, for go-yaml reads a whole document before it decodes any of it.
    """
    if _DOUBTFUL.search(text) is None:
        try:
            parser = CParser(text)
            value = build(parser.get_event)
            # Go's third YAML looks a little way into what follows the document.
            if not v3 or parser.get_event().__class__ is StreamEndEvent:
                return value
        except (yaml.YAMLError, At):
            pass
    try:
        return build(iter(list(_anchored(go_events(text, v3=v3)))).__next__)
    except GoYamlError as error:
        mark = error.problem_mark
        where = Location(file, mark.line + row, mark.column + 1)
        fault = ManifestError(error.problem, where, hint=_HINTS.get(error.problem, ""))
        fault.go_words = error.words(v3=v3)
        raise fault from None
    except At as error:
        raise error.located(file, row) from None


def _anchored(events: Iterator[Any]) -> Iterator[Any]:
    """The events, of which aliases are looked up at once: go-yaml's parser does it, before it reads on."""
    anchors = set()
    for event in events:
        if event.__class__ is AliasEvent:
            if event.anchor not in anchors:
                raise At(f"unknown anchor '{event.anchor}' referenced", event)
        elif (anchor := getattr(event, "anchor", None)) is not None:
            anchors.add(anchor)
        yield event


class At(Exception):  # noqa: N818 - a place, on its way to becoming an error
    """A fault found while composing, with the event it was found at. `go_words`: what Go says instead of the message;
    its decoder names no line."""

    def __init__(self, message: str, event: Any, hint: str = "", *, go_words: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mark = event.start_mark
        self.hint = hint
        self.go_words = go_words or f"yaml: {message}"

    def located(self, file: str, row: int) -> ManifestError:
        where = Location(file, self.mark.line + row, self.mark.column + 1)
        fault = ManifestError(self.message, where, hint=self.hint)
        fault.go_words = self.go_words
        return fault


class _NotJson(At):
    """A number that YAML has and JSON has not."""


def _holds_no_json(root: Any) -> bool:
    todo = [root]
    while todo:
        item = todo.pop()
        if item.__class__ is dict:
            todo.extend(item.values())
        elif item.__class__ is list:
            todo.extend(item)
        elif item is math.nan:
            return True
    return False


class _Composer:
    """The containers still open while the events of one document arrive.

    A frame is [container, key, flow]: the key of a mapping that waits for its value (None while a key is due; the
    _MERGE marker for `<<`), and whether the container is in flow style.
    """

    def __init__(self, text: str, next_event: NextEvent) -> None:
        self.next_event = next_event
        self.text = text
        self.anchors: dict[str, Any] = {}
        self.not_json: list[_NotJson] = []
        self.aliases: AliasBudget | None = AliasBudget() if "*" in text and "&" in text else None

    def document(self) -> Any:
        self.next_event()
        start = self.next_event()
        if start.__class__ is StreamEndEvent:
            return None
        assert start.__class__ is DocumentStartEvent
        return self.root()

    def root(self) -> Any:
        root: list[Any] = []
        stack: list[list[Any]] = []
        frame: list[Any] = [root, None, False]
        budget = self.aliases
        next_event = self.next_event
        marks = "?" in self.text
        while True:
            event = next_event()
            kind = event.__class__
            if kind is ScalarEvent:
                container, key, flow = frame
                if marks and flow and not event.style and "?" in event.value:
                    raise At("an indicator within a plain scalar", event)  # go-yaml ends the scalar there
                if budget is not None:
                    budget.step(event)
                if container.__class__ is list:
                    container.append(self._value(event))
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
                    container[key] = self._value(event)
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
                if self.not_json and _holds_no_json(root):
                    raise self.not_json[0]
                return root[0]
            else:
                raise AssertionError(f"unexpected event {event}")

    def _value(self, event: Any) -> Any:
        try:
            return scalar_value(event)
        except _NotJson as fault:
            # A later duplicate of its key may yet take its place.
            self.not_json.append(fault)
            return math.nan

    def _open(self, kind: type, event: Any, parent: list[Any]) -> list[Any]:
        container: Any = {} if kind is MappingStartEvent else []
        if parent[1] is None and parent[0].__class__ is dict:
            from gatewright.manifests._gokey import invalid_key

            shown = "mapping" if kind is MappingStartEvent else "sequence"
            words = f"yaml: {invalid_key(event, self.next_event, self.anchors)}"
            raise At(f"invalid map key: a {shown} cannot be a key", event, go_words=words)
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
                from gatewright.manifests._gokey import invalid_key

                words = f"yaml: {invalid_key(event, self.next_event, self.anchors)}"
                raise At("invalid map key: an alias of a collection cannot be a key", event, go_words=words)
            frame[1] = scalar_key(target)
            return
        if scalar and (key is _MERGE or container.__class__ is _MergeList):
            _refuse_merge(event)
        if container.__class__ is _MergeList and target.__class__ is not dict:
            _refuse_merge(event)
        self._attach(frame, self._value(target) if scalar else target, event)


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
            raise _NotJson(error.message, event, error.hint, go_words=not_json(value)) from None
    return value


def not_json(value: float) -> str:
    """What Go's JSON writer says of a number that JSON has not."""
    shown = "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
    return f"json: unsupported value: {shown}"


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


_HINTS = {
    "found character that cannot start any token": "tabs cannot indent; @, ` and % must be quoted at the start",
    "mapping values are not allowed in this context": "quote a value that contains ': '",
    "could not find expected ':'": "a key without ':', or a line that is indented too little",
    "did not find expected key": "check the indentation of this line and the one before",
    "found unknown escape character": "use single quotes, or double the backslash",
}
