"""Go's words for a YAML mapping whose key is a collection: `name: {{ .Values.name }}`, most of the time.

go-yaml shows such a key under fmt's verb %#v, with the types it has decoded its parts to. Keys `<<` within are shown
as they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from gatewright.builtins._strconv import format_float
from gatewright.manifests._compose_v3 import GeneralMap
from gatewright.manifests._scalars import resolve
from gatewright.runtime.text import go_quote

_MAP = "map[interface {}]interface {}"
MAP_V3 = "map[string]interface {}"
_LIST = "[]interface {}"


def invalid_key(start: Any, next_event: Callable[[], Any], anchors: Mapping[str, Any]) -> str:
    """go-yaml's message for the key that begins with the event `start`. One within it is met first."""
    try:
        shown = _node(start, next_event, anchors)
    except _InvalidKeyError as inner:
        shown = str(inner)
    return f"invalid map key: {shown}"


def shown(value: Any, kind: str = _MAP) -> str:
    """A value that is decoded already, as %#v shows it; its keys count as texts, its maps are of this kind."""
    if value.__class__ is ScalarEvent:
        return _scalar(value)[1]
    if isinstance(value, dict):
        return _mapping(_entries(value.items(), kind), kind)
    if isinstance(value, GeneralMap):
        return _mapping(_entries(value.entries, kind), _MAP)
    if isinstance(value, list):
        return f"{_LIST}{{{', '.join(shown(item, kind) for item in value)}}}"
    return _plain(value)


def _entries(pairs: Iterable[tuple[Any, Any]], kind: str) -> dict[Any, tuple[Any, str, str]]:
    return {(type(key), key): (_rank(key), shown(key), shown(item, kind)) for key, item in pairs}


class _InvalidKeyError(Exception):
    """A key that is a collection, as text."""


def _node(event: Any, next_event: Callable[[], Any], anchors: Mapping[str, Any]) -> str:
    kind = event.__class__
    if kind is SequenceStartEvent:
        items = []
        while (item := next_event()).__class__ is not SequenceEndEvent:
            items.append(_node(item, next_event, anchors))
        return f"{_LIST}{{{', '.join(items)}}}"
    if kind is MappingStartEvent:
        entries = {}
        while (key := next_event()).__class__ is not MappingEndEvent:
            if key.__class__ is not ScalarEvent:
                raise _InvalidKeyError(_node(key, next_event, anchors))
            value, text = _scalar(key)
            entries[(type(value), value)] = (_rank(value), text, _node(next_event(), next_event, anchors))
        return _mapping(entries)
    return shown(anchors.get(event.anchor)) if kind is AliasEvent else _scalar(event)[1]


def _mapping(entries: Mapping[Any, tuple[Any, str, str]], kind: str = _MAP) -> str:
    ordered = sorted(entries.values(), key=lambda entry: entry[0])
    return f"{kind}{{{', '.join(f'{key}:{value}' for _, key, value in ordered)}}}"


def _scalar(event: Any) -> tuple[Any, str]:
    if event.tag is None and not event.implicit[0]:
        return event.value, go_quote(event.value)
    value = resolve(event.value, event.tag or "")[1]
    return value, _plain(value)


def _plain(value: Any) -> str:
    match value:
        case None:
            return "interface {}(nil)"
        case bool():
            return str(value).lower()
        case int():
            return str(value) if value < 1 << 63 else f"{value:#x}"  # an uint64
        case float():
            return format_float(value, "g", -1)
        case _:
            return go_quote(value)


def _rank(key: Any) -> tuple[Any, ...]:
    """How fmt orders keys; among types it goes by their addresses, which are so in gator."""
    kinds = (type(None), str, int, float, bool)
    unsigned = key.__class__ is int and key >= 1 << 63
    return (kinds.index(type(key)), not unsigned, 0 if key is None else key)
