"""go-yaml's parser: tokens to the events of one document, one function for each state of parserc.go.

The events are PyYAML's, so that what composes them need not know where they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from gatewright.manifests._goscan import GoYamlError, Mark, Scanner, Token

_DEFAULT_TAGS = {"!": "!", "!!": "tag:yaml.org,2002:"}
_STARTS_DOCUMENT = frozenset(("YAML", "TAG", "document start", "document end", "stream end"))
_NO_BLOCK_VALUE = frozenset(("key", "value", "block end"))
_COLLECTIONS: dict[str, tuple[type[Event], bool]] = {
    "flow sequence start": (SequenceStartEvent, True),
    "flow mapping start": (MappingStartEvent, True),
    "block sequence start": (SequenceStartEvent, False),
    "block mapping start": (MappingStartEvent, False),
}

_State = Callable[[], Any]


def go_events(text: str, *, v3: bool = False) -> Iterator[Any]:
    """The events of the first document; GoYamlError where go-yaml would give up, before anything is decoded."""
    parser = _Parser(Scanner(text, ahead=2 if v3 else 0))
    start = Mark(0, 0, 0)
    yield StreamStartEvent(start, start)
    yield from parser.document()


class _Parser:
    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._states: list[_State] = []
        self._state: _State | None = None
        self._tags: dict[str, str] = {}
        self._marks: list[Mark] = []  # where the open collections begin

    def document(self) -> Iterator[Any]:
        """The events from a document's start to its end, or the end of the stream alone."""
        token = self._peek()
        if token.kind == "stream end":
            yield StreamEndEvent(token.start, token.end)
            return
        start = token.start
        explicit = token.kind in ("YAML", "TAG", "document start")
        self._directives()
        if explicit:
            token = self._peek()
            if token.kind != "document start":
                raise GoYamlError("did not find expected <document start>", token.start)
            self._take()
        yield DocumentStartEvent(start, token.end, explicit=explicit)
        self._state = self._content if explicit else self._block_node
        while self._state is not None:
            yield self._state()
        token = self._peek()
        yield DocumentEndEvent(token.start, token.start)

    def _peek(self) -> Token:
        return self._scanner.peek()

    def _take(self) -> Token:
        return self._scanner.take()

    def _pop(self) -> None:
        self._state = self._states.pop() if self._states else None

    def _close(self) -> None:
        """Past the token that ends a collection."""
        self._pop()
        self._marks.pop()
        self._take()

    def _directives(self) -> None:
        versioned = False
        while (token := self._peek()).kind in ("YAML", "TAG"):
            if token.kind == "YAML":
                if versioned:
                    raise GoYamlError("found duplicate %YAML directive", token.start)
                if token.value != "1.1":
                    raise GoYamlError("found incompatible YAML document", token.start)
                versioned = True
            elif token.value in self._tags:
                raise GoYamlError("found duplicate %TAG directive", token.start)
            else:
                self._tags[token.value] = token.rest
            self._take()
        self._tags = {**_DEFAULT_TAGS, **self._tags}

    # --- nodes ---

    def _empty(self, mark: Mark) -> Any:
        return ScalarEvent(None, None, (True, False), "", mark, mark, style=None)

    def _content(self) -> Any:
        token = self._peek()
        if token.kind in _STARTS_DOCUMENT:
            self._pop()
            return self._empty(token.start)
        return self._block_node()

    def _block_node(self) -> Any:
        return self._node(block=True)

    def _node(self, *, block: bool, indentless: bool = False) -> Any:
        token = self._peek()
        if token.kind == "alias":
            self._pop()
            self._take()
            return AliasEvent(token.value, token.start, token.end)
        start = token.start
        anchor, tag = self._properties()
        token = self._peek()
        implicit = tag is None
        if indentless and token.kind == "block entry":
            self._state = self._indentless_entry
            return SequenceStartEvent(anchor, tag, implicit, start, token.end, flow_style=False)
        if token.kind == "scalar":
            self._pop()
            self._take()
            plain = (implicit and not token.rest) or tag == "!"
            return ScalarEvent(
                anchor,
                tag,
                (plain, implicit and not plain),
                token.value,
                start,
                token.end,
                style=token.rest or None,
            )
        if token.kind in _COLLECTIONS and (block or token.kind.startswith("flow")):
            event, flow = _COLLECTIONS[token.kind]
            self._state = self._opened(token.kind)
            return event(anchor, tag, implicit, start, token.end, flow_style=flow)  # type: ignore[call-arg,arg-type]
        if anchor is not None or tag is not None:
            self._pop()
            return ScalarEvent(anchor, tag, (implicit, False), "", start, start, style=None)
        raise GoYamlError("did not find expected node content", token.start, start)

    def _properties(self) -> tuple[str | None, str | None]:
        anchor: str | None = None
        tag: Token | None = None
        first = self._peek()
        if first.kind in ("anchor", "tag"):
            self._take()
            second = self._peek()
            both = {first.kind, second.kind} == {"anchor", "tag"}
            if both:
                self._take()
            for token in (first, second) if both else (first,):
                if token.kind == "anchor":
                    anchor = token.value
                else:
                    tag = token
        return anchor, None if tag is None else self._resolved(tag)

    def _resolved(self, token: Token) -> str | None:
        if not token.value:
            return token.rest or None
        tag = self._tags.get(token.value, "")
        if token.value in self._tags:
            tag += token.rest
        if not tag:
            raise GoYamlError("found undefined tag handle", token.start)
        return tag

    def _opened(self, kind: str) -> _State:
        first: _State = {
            "flow sequence start": lambda: self._flow_sequence_entry(first=True),
            "flow mapping start": lambda: self._flow_mapping_key(first=True),
            "block sequence start": self._block_entry,
            "block mapping start": self._block_key,
        }[kind]

        def enter() -> Any:
            self._marks.append(self._take().start)
            return first()

        return enter

    # --- block collections ---

    def _block_entry(self) -> Any:
        token = self._peek()
        if token.kind == "block entry":
            mark = self._take().end
            if self._peek().kind not in ("block entry", "block end"):
                self._states.append(self._block_entry)
                return self._node(block=True)
            self._state = self._block_entry
            return self._empty(mark)
        if token.kind != "block end":
            raise GoYamlError("did not find expected '-' indicator", token.start, self._marks[-1])
        self._close()
        return SequenceEndEvent(token.start, token.end)

    def _indentless_entry(self) -> Any:
        token = self._peek()
        if token.kind == "block entry":
            mark = self._take().end
            if self._peek().kind not in _NO_BLOCK_VALUE | {"block entry"}:
                self._states.append(self._indentless_entry)
                return self._node(block=True)
            self._state = self._indentless_entry
            return self._empty(mark)
        self._pop()
        return SequenceEndEvent(token.start, token.start)

    def _block_key(self) -> Any:
        token = self._peek()
        if token.kind == "key":
            mark = self._take().end
            if self._peek().kind not in _NO_BLOCK_VALUE:
                self._states.append(self._block_value)
                return self._node(block=True, indentless=True)
            self._state = self._block_value
            return self._empty(mark)
        if token.kind != "block end":
            raise GoYamlError("did not find expected key", token.start, self._marks[-1])
        self._close()
        return MappingEndEvent(token.start, token.end)

    def _block_value(self) -> Any:
        token = self._peek()
        self._state = self._block_key
        if token.kind != "value":
            return self._empty(token.start)
        mark = self._take().end
        if self._peek().kind not in _NO_BLOCK_VALUE:
            self._states.append(self._block_key)
            return self._node(block=True, indentless=True)
        return self._empty(mark)

    # --- flow collections ---

    def _flow_sequence_entry(self, *, first: bool = False) -> Any:
        token = self._peek()
        if token.kind != "flow sequence end":
            if not first:
                token = self._past_comma("]")
            if token.kind == "key":
                self._take()
                self._state = self._pair_key
                return MappingStartEvent(None, None, True, token.start, token.end, flow_style=True)
            if token.kind != "flow sequence end":
                self._states.append(self._flow_sequence_entry)
                return self._node(block=False)
        self._close()
        return SequenceEndEvent(token.start, token.end)

    def _past_comma(self, closing: str) -> Token:
        token = self._peek()
        if token.kind != "flow entry":
            raise GoYamlError(f"did not find expected ',' or '{closing}'", token.start, self._marks[-1])
        self._take()
        return self._peek()

    def _pair_key(self) -> Any:
        token = self._peek()
        if token.kind not in ("value", "flow entry", "flow sequence end"):
            self._states.append(self._pair_value)
            return self._node(block=False)
        self._take()  # as go-yaml has it: a comma or bracket here is gone
        self._state = self._pair_value
        return self._empty(token.end)

    def _pair_value(self) -> Any:
        token = self._peek()
        if token.kind == "value":
            self._take()
            token = self._peek()
            if token.kind not in ("flow entry", "flow sequence end"):
                self._states.append(self._pair_end)
                return self._node(block=False)
        self._state = self._pair_end
        return self._empty(token.start)

    def _pair_end(self) -> Any:
        token = self._peek()
        self._state = self._flow_sequence_entry
        return MappingEndEvent(token.start, token.start)

    def _flow_mapping_key(self, *, first: bool = False) -> Any:
        token = self._peek()
        if token.kind != "flow mapping end":
            if not first:
                token = self._past_comma("}")
            if token.kind == "key":
                self._take()
                token = self._peek()
                if token.kind not in ("value", "flow entry", "flow mapping end"):
                    self._states.append(self._flow_mapping_value)
                    return self._node(block=False)
                self._state = self._flow_mapping_value
                return self._empty(token.start)
            if token.kind != "flow mapping end":
                self._states.append(self._flow_mapping_no_value)
                return self._node(block=False)
        self._close()
        return MappingEndEvent(token.start, token.end)

    def _flow_mapping_no_value(self) -> Any:
        self._state = self._flow_mapping_key
        return self._empty(self._peek().start)

    def _flow_mapping_value(self) -> Any:
        token = self._peek()
        self._state = self._flow_mapping_key
        if token.kind == "value":
            self._take()
            token = self._peek()
            if token.kind not in ("flow entry", "flow mapping end"):
                self._states.append(self._flow_mapping_key)
                return self._node(block=False)
        return self._empty(token.start)
