"""The reader of `gator verify`: go-yaml v3 decoded without a target type, then passed through JSON.

It differs from the cluster's reader: `yes` and `on` are strings, dates become RFC 3339, duplicate keys are errors,
explicit keys win over merged ones wherever `<<` stands, and a mapping with any key that is not a string cannot
become JSON. The outermost mapping is the exception when it is decoded `into_object`: its keys are taken as text.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

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
from gatewright.manifests._compose import (
    AliasBudget,
    At,
    NextEvent,
    not_json,
    parse_as_go,
)
from gatewright.manifests._goscan import MAX_DEPTH
from gatewright.manifests._scalars import MERGE, NULL, STR, resolve, settled, short_tag
from gatewright.records import field, record


def compose_v3(text: str, *, file: str = "", row: int = 1, into_object: bool = False) -> Any:
    """The value of the first document in `text` as `gator verify` reads it."""
    return parse_as_go(text, lambda events: _plain_maps(_document(text, events, into_object)), file, row, v3=True)


@record(slots=True)
class _Node:
    """A composed node: `text` is a scalar's own, `tag` its resolved tag, `pairs` a mapping's children."""

    event: Any
    tag: str
    text: str = ""
    value: Any = None
    pairs: list[tuple[_Node, _Node]] | None = None
    items: list[_Node] | None = None
    anchor: str = ""
    children: list[_Node] = field(default_factory=list)


_NOT_JSON: Final = "a mapping with keys that are not strings cannot become JSON"


class GeneralMap:
    """A mapping with a key that is not a string: decodable, but never JSON. `entries` leave out what is merged."""

    def __init__(self, event: Any, entries: list[tuple[Any, Any]]) -> None:
        self.event = event
        self.entries = entries


def _document(text: str, next_event: NextEvent, into_object: bool) -> Any:
    next_event()
    start = next_event()
    if start.__class__ is StreamEndEvent:
        return {} if into_object else None
    assert start.__class__ is DocumentStartEvent
    root = _Builder(text, next_event, into_object).root()
    if into_object and root.pairs is None:
        if root.tag == NULL:
            return {}
        raise At(f"cannot unmarshal {_go_value(root)} into map[string]interface {{}}", root.event)
    return _json_value(root)


def _go_value(node: _Node) -> str:
    """A node as Go tells of it: the tag, and of a scalar the text, cut short."""
    if node.items is not None:
        return "!!seq"
    data = node.text.encode("utf-8", "surrogateescape")
    text = node.text if len(data) <= 10 else f"{data[:7].decode('utf-8', 'replace')}..."
    return f"{short_tag(node.tag)} `{text}`"


_DECODER_ERRORS: Final = ("cannot unmarshal ", "mapping key ")


def in_go_words(error: ManifestError) -> str:
    """What go-yaml v3 says of a text that `compose_v3` refuses."""
    if error.message.startswith(_DECODER_ERRORS):
        row = error.location.row if error.location is not None else 0
        return f"yaml: unmarshal errors:\n  line {row}: {error.message}"
    return error.go_words or f"yaml: {error.message}"


class _Builder:
    def __init__(self, text: str, next_event: Any, into_object: bool) -> None:
        self.text = text
        self.next_event = next_event
        self.into_object = into_object
        self.anchors: dict[str, _Node] = {}
        self.budget = AliasBudget() if "*" in text and "&" in text else None

    def root(self) -> _Node:
        top = _Node(None, "")
        stack = [top]
        while True:
            event = self.next_event()
            kind = event.__class__
            if kind is ScalarEvent:
                stack[-1].children.append(
                    self._scalar(event, stack[-1].event is not None and stack[-1].event.flow_style)
                )
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if len(stack) > MAX_DEPTH:
                    raise At(f"exceeded max depth of {MAX_DEPTH}", event)
                stack.append(self._start(event))
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                node = stack.pop()
                if self.budget is not None:
                    self.budget.close(node)
                as_text = self.into_object and len(stack) == 1
                _finish(node, mapping=kind is MappingEndEvent, as_text=as_text)
                stack[-1].children.append(node)
            elif kind is AliasEvent:
                stack[-1].children.append(self._alias(event))
            else:
                assert kind is DocumentEndEvent
                return top.children[0]

    def _scalar(self, event: Any, flow: bool) -> _Node:
        if flow and not event.style and "?" in event.value:
            raise At("an indicator within a plain scalar", event)  # go-yaml ends the scalar there
        node = _scalar_node(event)
        if self.budget is not None:
            self.budget.step(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
            if self.budget is not None:
                self.budget.scalar_anchor(event.anchor)
        return node

    def _start(self, event: Any) -> _Node:
        node = _Node(event, "")
        if self.budget is not None:
            self.budget.open(event, merged=False)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
            if self.budget is not None:
                self.budget.opened_anchor(event.anchor)
        return node

    def _alias(self, event: Any) -> _Node:
        target = self.anchors.get(event.anchor)
        if target is None:
            raise At(f"unknown anchor '{event.anchor}' referenced", event)
        assert self.budget is not None
        self.budget.expand(event)
        return _Node(event, target.tag, target.text, target.value, target.pairs, target.items, anchor=event.anchor)


def _scalar_node(event: Any) -> _Node:
    text, tag = event.value, event.tag
    if tag in (None, "!"):
        if event.style:
            return _Node(event, STR, text, text)
        if text == "<<":
            return _Node(event, MERGE, text, text)
        tag = ""
    try:
        resolved, value = resolve(text, tag, v3=True)
    except ManifestError as error:
        raise At(error.message, event, error.hint) from None
    return _Node(event, tag or resolved, text, value)


def _finish(node: _Node, *, mapping: bool, as_text: bool) -> None:
    children = node.children
    if not mapping:
        node.items = children
        node.value = [_json_value(child) for child in children]
        return
    node.pairs = list(zip(children[::2], children[1::2], strict=True))
    node.children = []
    _refuse_duplicates(node.pairs)
    if as_text or all(key.tag in (STR, MERGE) and key.items is None and key.pairs is None for key, _ in node.pairs):
        node.value = _text_map(node, as_text)
    else:
        node.value = _general_map(node)


def _refuse_duplicates(pairs: list[tuple[_Node, _Node]]) -> None:
    seen: dict[tuple[str, str], _Node] = {}
    for key, _ in pairs:
        kind = (
            "alias" if key.anchor else "mapping" if key.pairs is not None else "list" if key.items is not None else ""
        )
        shown = key.anchor or key.text
        first = seen.setdefault((kind, shown), key)
        if first is not key:
            line = first.event.start_mark.line + 1
            raise At(f'mapping key "{shown}" already defined at line {line}', key.event)


def _text_map(node: _Node, as_text: bool) -> dict[str, Any]:
    out: dict[str, Any] = {}
    merged: _Node | None = None
    assert node.pairs is not None
    for key, value in node.pairs:
        if _is_merge(key):
            merged = value
            continue
        _refuse_collection_key(key, as_text)
        text = _key_as_text(key)
        if text is not None:
            out[text] = _json_value(value)
    if merged is not None:
        _merge(out, merged, {key.value if key.value.__hash__ else None for key, _ in node.pairs})
    return out


def _general_map(node: _Node) -> GeneralMap:
    assert node.pairs is not None
    entries = []
    for key, value in node.pairs:
        if _is_merge(key):
            _merge({}, value, set())
        else:
            _refuse_collection_key(key)
            entries.append((key.value, value.value))
    return GeneralMap(node.event, entries)


def _merge(out: dict[str, Any], merged: _Node, taken: set[Any]) -> None:
    """Adds what `merged` has and `taken` has not, the first source of a key winning."""
    sources = [merged] if merged.pairs is not None else merged.items if not merged.anchor else None
    if sources is None:
        _refuse_merge(merged)
    for source in sources:
        if source.pairs is None:
            _refuse_merge(source)
        nested: _Node | None = None
        for key, value in source.pairs:
            if _is_merge(key):
                nested = value
                continue
            text = _key_as_text(key)
            if text is not None and text not in taken:
                taken.add(text)
                out[text] = _json_value(value)
        if nested is not None:
            _merge(out, nested, taken)


def _refuse_merge(node: _Node) -> NoReturn:
    raise At("map merge requires map or sequence of maps as the value", node.event)


def _refuse_collection_key(key: _Node, as_text: bool = False) -> None:
    if key.pairs is not None or key.items is not None:
        if as_text:
            raise At(f"cannot unmarshal {'!!map' if key.pairs is not None else '!!seq'} into string", key.event)
        from gatewright.manifests._gokey import MAP_V3, shown

        words = f"yaml: invalid map key: {shown(key.value, MAP_V3)}"
        raise At("invalid map key: a collection cannot be a key", key.event, go_words=words)


def _is_merge(key: _Node) -> bool:
    return not key.anchor and key.text == "<<" and key.tag == MERGE


def _key_as_text(key: _Node) -> str | None:
    """A scalar key decoded into a string; None for null, which leaves no entry."""
    if key.value is None:
        return None
    return key.value if key.tag.endswith(":binary") else key.text


def _json_value(node: _Node) -> Any:
    value = node.value
    if value.__class__ is float or value.__class__ is int:
        try:
            return settled(value)
        except ManifestError as error:
            raise At(error.message, node.event, error.hint, go_words=not_json(value)) from None
    return value


def _plain_maps(value: Any) -> Any:
    """`value`, unless a mapping that JSON cannot hold is still in it."""
    todo = [value]
    while todo:
        item = todo.pop()
        if item.__class__ is GeneralMap:
            words = "json: unsupported type: map[interface {}]interface {}"
            raise At(_NOT_JSON, item.event, "quote the keys", go_words=words)
        if item.__class__ is dict:
            todo.extend(item.values())
        elif item.__class__ is list:
            todo.extend(item)
    return value
