"""YAML to Rego values as OPA reads it: go-yaml v3's core schema (`yes` is a string), then JSON.

libyaml's events are composed into values here; of equal keys the last counts, and `<<` merges.
"""

from __future__ import annotations

import base64
import re
from typing import Any, Final

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from gatewright.builtins._operands import bytes_text
from gatewright.builtins._strconv import format_float
from gatewright.runtime.numbers import int_of_text

_CONSTANTS: Final[dict[str, Any]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_BASED: Final = re.compile(r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+))\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = object()


class YamlError(ValueError):
    """Text that is not YAML, or YAML that is not JSON, in go-yaml's words."""


def load_yaml(text: str) -> Any:
    """The value of the first document; the others must still be well formed. Raises YamlError."""
    text = text.removeprefix("\ufeff")
    try:
        return _first(CParser(text.encode("utf-8", "surrogateescape")))
    except yaml.YAMLError as error:
        if getattr(error, "problem", None) != _TOO_DEEP:
            raise YamlError(_message(error)) from None
    try:
        return _first(_DeepParser(text))
    except yaml.YAMLError as error:
        raise YamlError(_message(error)) from None


# libyaml goes a thousand levels down, go-yaml ten thousand.
_TOO_DEEP: Final = "exceeded maximum nesting depth"
_MOST_LEVELS: Final = 10_000
# YAML's: characters of a key without a question mark.
_LONGEST_KEY: Final = 1024


class _DeepParser(Reader, Scanner, Parser):
    """PyYAML's own parser, slower than libyaml by far, for what is too deep for that.

    What might become a key is kept by level, the outermost and oldest first; PyYAML goes through all of it at every
    token, which takes the square of the depth.
    """

    possible_simple_keys: dict[int, Any]

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def next_possible_simple_key(self) -> int | None:
        return next((key.token_number for key in self.possible_simple_keys.values()), None)

    def stale_possible_simple_keys(self) -> None:
        oldest = next(iter(self.possible_simple_keys.values()), None)
        if oldest is not None and (oldest.line != self.line or self.index - oldest.index > _LONGEST_KEY):
            super().stale_possible_simple_keys()


def _first(parser: Any) -> Any:
    composer = _Composer(parser)
    value, found = None, False
    while composer.next_document():
        document = composer.value()
        if not found:
            value, found = document, True
    return value


def _message(error: yaml.YAMLError) -> str:
    """go-yaml's text: the line of the context, or of the problem, and the problem."""
    problem = getattr(error, "problem", None) or str(error)
    line = 0
    for mark in (getattr(error, "context_mark", None), getattr(error, "problem_mark", None)):
        if mark is not None and mark.line:
            line = mark.line + isinstance(error, ScannerError)
            break
    return f"yaml: line {line}: {problem}" if line else f"yaml: {problem}"


class _Composer:
    """Builds values from events without recursion; `anchors` are the values named so far."""

    def __init__(self, parser: Any) -> None:
        self.parser = parser
        self.anchors: dict[str, Any] = {}
        # How many nodes there are with aliases spelt out, how many of them by aliases, and how many at each anchor.
        self.nodes = self.aliased = 0
        self.sizes: dict[str, int] = {}
        self.parser.get_event()  # the start of the stream

    def next_document(self) -> bool:
        """Steps into the next document, over the end of the one before."""
        event = self.parser.get_event()
        while event is not None and type(event).__name__ in ("DocumentEndEvent",):
            event = self.parser.get_event()
        self.anchors = {}
        self.nodes = self.aliased = 0
        return event is not None and type(event).__name__ == "DocumentStartEvent"

    def value(self) -> Any:
        stack: list[_Open] = []
        while True:
            value = self._event(self.parser.get_event(), stack)
            if value is _OPENED:
                continue
            while stack and stack[-1].add(value):
                closed = stack.pop()
                value = closed.finish()
                if closed.anchor:
                    self.anchors[closed.anchor] = value
                    self.sizes[closed.anchor] = self.nodes - closed.nodes_before
            if not stack:
                return value

    def _event(self, event: Any, stack: list[_Open]) -> Any:
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor or "")
        self.nodes += not isinstance(event, MappingEndEvent | SequenceEndEvent)
        if isinstance(event, ScalarEvent):
            value = _scalar(event)
            if event.anchor:
                self.anchors[event.anchor] = value
                self.sizes[event.anchor] = 1
            return value
        if len(stack) >= _MOST_LEVELS and isinstance(event, MappingStartEvent | SequenceStartEvent):
            raise YamlError(f"yaml: exceeded max depth of {_MOST_LEVELS}")
        if isinstance(event, MappingStartEvent):
            stack.append(_OpenMapping(event.anchor, self.nodes - 1))
            return _OPENED
        if isinstance(event, SequenceStartEvent):
            stack.append(_OpenSequence(event.anchor, self.nodes - 1))
            return _OPENED
        assert isinstance(event, MappingEndEvent | SequenceEndEvent)
        return _CLOSED

    def _alias(self, anchor: str) -> Any:
        """The value at an anchor. What is mostly aliases of aliases is refused, by go-yaml's measure."""
        if anchor not in self.anchors:
            raise YamlError(f"yaml: unknown anchor '{anchor}' referenced")
        self.nodes += 1 + self.sizes[anchor]
        self.aliased += self.sizes[anchor]
        if self.aliased > _ALIASES and self.nodes > _NODES and self.aliased / self.nodes > _allowed(self.nodes):
            raise YamlError("yaml: document contains excessive aliasing")
        return self.anchors[anchor]


# go-yaml's: small documents may be all aliases, large ones less and less.
_ALIASES: Final = 100
_NODES: Final = 1_000
_SMALL: Final = 400_000
_LARGE: Final = 4_000_000


def _allowed(nodes: int) -> float:
    if nodes <= _SMALL:
        return 0.99
    if nodes >= _LARGE:
        return 0.10
    return 0.99 - 0.89 * (nodes - _SMALL) / (_LARGE - _SMALL)


class _Open:
    """A container that is still being read; `nodes_before` stood before it."""

    def __init__(self, anchor: str | None, nodes_before: int) -> None:
        self.anchor = anchor
        self.nodes_before = nodes_before

    def add(self, value: Any) -> bool:
        """Takes the next value; True when it was the end."""
        raise NotImplementedError

    def finish(self) -> Any:
        raise NotImplementedError


class _OpenSequence(_Open):
    def __init__(self, anchor: str | None, nodes_before: int) -> None:
        super().__init__(anchor, nodes_before)
        self.items: list[Any] = []

    def add(self, value: Any) -> bool:
        if value is _CLOSED:
            return True
        self.items.append("<<" if value is _MERGE else value)
        return False

    def finish(self) -> Any:
        return self.items


class _OpenMapping(_Open):
    """Keys come before values; `merged` keeps the order in which `<<` named mappings."""

    def __init__(self, anchor: str | None, nodes_before: int) -> None:
        super().__init__(anchor, nodes_before)
        self.own: dict[str, Any] = {}
        self.merged: list[Any] = []
        self.key: Any = _NO_KEY

    def add(self, value: Any) -> bool:
        if self.key is _NO_KEY:
            if value is _CLOSED:
                return True
            self.key = value if value is _MERGE else _key(value)
            return False
        if self.key is _MERGE:
            self.merged += value if isinstance(value, list) else [value]
        else:
            self.own[self.key] = "<<" if value is _MERGE else value
        self.key = _NO_KEY
        return False

    def finish(self) -> Any:
        if not self.merged:
            return self.own
        result: dict[str, Any] = {}
        for mapping in reversed(self.merged):
            if not isinstance(mapping, dict):
                raise YamlError("yaml: map merge requires map or sequence of maps as the value")
            result.update(mapping)
        result.update(self.own)
        return result


_OPENED: Final = object()
_CLOSED: Final = object()
_NO_KEY: Final = object()


def _key(value: Any) -> str:
    """The text of a key in JSON."""
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float:
        return {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}.get(text := format_float(value, "g", -1), text)
    raise YamlError(f"unsupported map key of type: {_GO_TYPES.get(kind, 'invalid')}")


_GO_TYPES: Final = {list: "[]interface {}", dict: "map[string]interface {}", type(None): "<nil>"}


def _scalar(event: ScalarEvent) -> Any:
    tag, text = event.tag, event.value
    if tag is None or tag == "!":
        plain = event.implicit[0] and tag is None
        return _number_checked(_resolved(text)) if plain else text
    short = tag.removeprefix(_TAG)
    if short == tag or short == "str":
        return text
    if short == "binary":
        try:
            return bytes_text(base64.b64decode(text, validate=False))
        except ValueError:
            raise YamlError("yaml: !!binary value contains invalid base64 data") from None
    return _tagged(_resolved(text), short, text)


def _tagged(value: Any, tag: str, text: str) -> Any:
    """A value with an explicit !!int, !!float, !!bool or !!null."""
    kinds = {"int": int, "float": float, "bool": bool, "null": type(None), "timestamp": str}
    wanted = kinds.get(tag)
    if wanted is None or value.__class__ is wanted:
        return _number_checked(value)
    if wanted is float and value.__class__ is int:
        return _json_float(float(value))
    actual = next((name for name, kind in kinds.items() if value.__class__ is kind), "str")
    actual = "str" if actual == "timestamp" else actual
    raise YamlError(f"yaml: cannot decode !!{actual} `{text}` as a !!{tag}")


def _resolved(text: str) -> Any:
    """A plain scalar by the core schema, with YAML 1.1's octals and underscores."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text == "<<":
        return _MERGE
    first = text[0]
    if first not in "0123456789+-.":
        return text
    plain = text.replace("_", "") if first != "." else text
    if _INTEGER.match(plain):
        number = int_of_text(plain)
        return number if -(2**63) <= number < 2**64 else float(plain)
    based = _BASED.match(plain)
    if based and first != ".":
        digits, base = next((d, b) for d, b in ((based["hex"], 16), (based["bin"], 2), (based["oct"], 8)) if d)
        number = int(based["sign"] + digits, base)
        if -(2**63) <= number < 2**64:
            return number
    if _FLOAT.match(plain):
        number_ = float(plain)
        if abs(number_) != float("inf"):
            return number_
    return text


def _number_checked(value: Any) -> Any:
    return _json_float(value) if value.__class__ is float else value


def _json_float(number: float) -> int | float:
    """A double as it comes back from JSON, which has no infinities."""
    if number != number or number in (float("inf"), float("-inf")):
        raise YamlError(f"json: unsupported value: {format_float(number, 'g', -1)}")
    if number.is_integer() and abs(number) < 1e21:
        return int_of_text(format_float(number, "f", -1))
    return number
