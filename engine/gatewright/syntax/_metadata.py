"""The YAML of METADATA comments, decoded as Go's yaml.v3 decodes it into OPA's annotation struct, with its messages."""

from __future__ import annotations

import re
from typing import Any

from gatewright.records import field, record

# What each known key must hold; a list type is written [element].
_FIELDS: dict[str, str] = {
    "scope": "string",
    "title": "string",
    "entrypoint": "bool",
    "description": "string",
    "organizations": "[]string",
    "related_resources": "[]interface {}",
    "authors": "[]interface {}",
    "schemas": "[]map[string]interface {}",
    "compile": "map[string]interface {}",
    "custom": "map[string]interface {}",
    "labels": "map[string]interface {}",
}
_STRUCT = "ast.rawAnnotation"
_ANY = "interface {}"


class MetadataError(Exception):
    """A YAML document that is none, or not an annotation; `str()` is Go's message."""


class GeneralMap(dict[Any, Any]):
    """A mapping with a key that is no string; OPA refuses those later, and says where."""


@record(slots=True)
class _Decoder:
    faults: list[str] = field(default_factory=list)
    open_aliases: set[int] = field(default_factory=set)


_MISSING = object()


def decode(text: str) -> dict[str, Any]:
    """The known keys of the YAML document in `text`; raises MetadataError."""
    node = _compose(text)
    if node is None:
        return {}
    decoder = _Decoder()
    found = _decode(decoder, node, _STRUCT)
    if decoder.faults:
        raise MetadataError("yaml: unmarshal errors:\n  " + "\n  ".join(decoder.faults))
    return found if isinstance(found, dict) else {}


def _compose(text: str) -> Any:
    import yaml

    loader_type = getattr(yaml, "CLoader", yaml.Loader)
    try:
        loader = loader_type(text)
        try:
            return loader.get_node() if loader.check_node() else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        raise MetadataError("yaml: " + _syntax_message(error, yaml, text)) from None
    except yaml.reader.ReaderError as error:
        raise MetadataError(f"yaml: {error.reason}") from None


def _syntax_message(error: Any, yaml: Any, text: str) -> str:
    line = 0
    if error.context_mark is not None and error.context is not None:
        line = error.context_mark.line
    if not line and error.problem_mark is not None:
        line = error.problem_mark.line
    if line and isinstance(error, yaml.scanner.ScannerError):
        line += 1
    if (error.problem or "").startswith("found undefined alias"):
        mark = error.problem_mark
        name = re.match(r"\*([\w-]*)", text.split("\n")[mark.line][mark.column :])
        return f"unknown anchor '{name[1] if name else ''}' referenced"
    return (f"line {line}: " if line else "") + (error.problem or "unknown problem parsing YAML content")


def _decode(decoder: _Decoder, node: Any, wanted: str) -> Any:
    kind = node.id
    if kind == "scalar":
        return _scalar(decoder, node, wanted)
    if id(node) in decoder.open_aliases:
        raise MetadataError(f"yaml: anchor '{node.value}' value contains itself")
    decoder.open_aliases.add(id(node))
    try:
        if kind == "sequence":
            return _sequence(decoder, node, wanted)
        return _mapping(decoder, node, wanted)
    finally:
        decoder.open_aliases.discard(id(node))


def _fault(decoder: _Decoder, node: Any, tag: str, wanted: str) -> Any:
    value = ""
    if tag not in ("!!seq", "!!map"):
        text = node.value
        # Go cuts by bytes.
        if len(text.encode()) > 10:
            text = text.encode()[:7].decode("utf-8", "replace") + "..."
        value = f" `{text}`"
    decoder.faults.append(f"line {node.start_mark.line + 1}: cannot unmarshal {tag}{value} into {wanted}")
    return _MISSING


def _scalar(decoder: _Decoder, node: Any, wanted: str) -> Any:
    tag, value = _resolve(node)
    if value is None:
        return None if wanted == _ANY or wanted.startswith(("[]", "map")) else _MISSING
    if wanted == _ANY:
        return value
    if wanted == "string":
        return node.value
    if wanted == "bool":
        if isinstance(value, bool):
            return value
        if value in ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"):
            return True
        if value in ("n", "N", "no", "No", "NO", "off", "Off", "OFF"):
            return False
    return _fault(decoder, node, tag, wanted)


def _sequence(decoder: _Decoder, node: Any, wanted: str) -> Any:
    if wanted == _ANY:
        element = _ANY
    elif wanted.startswith("[]"):
        element = wanted[2:]
    else:
        return _fault(decoder, node, "!!seq", wanted)
    items = [_decode(decoder, item, element) for item in node.value]
    return [item for item in items if item is not _MISSING]


def _mapping(decoder: _Decoder, node: Any, wanted: str) -> Any:
    if not _check_unique(decoder, node):
        return _MISSING
    if wanted == _STRUCT:
        return _struct(decoder, node)
    if wanted == _ANY:
        strings = all(_key_tag(key) in ("!!str", "!!merge") for key, _ in node.value)
        found: dict[Any, Any] = {} if strings else GeneralMap()
        key_type = "string" if strings else _ANY
    elif wanted.startswith("map"):
        found = {}
        key_type = "string"
    else:
        return _fault(decoder, node, "!!map", wanted)
    merged: Any = None
    for key_node, value_node in node.value:
        if _key_tag(key_node) == "!!merge":
            merged = value_node
            continue
        key = _decode(decoder, key_node, key_type)
        if key is _MISSING:
            continue
        if isinstance(key, (dict, list)):
            raise MetadataError(f"yaml: invalid map key: {_go_syntax(key)}")
        value = _decode(decoder, value_node, _ANY)
        if value is not _MISSING:
            found[key] = value
    if merged is not None:
        _merge(decoder, merged, found)
    return found


def _merge(decoder: _Decoder, node: Any, found: dict[Any, Any]) -> None:
    """`<<: *other`: keys not given here are taken from there."""
    others = node.value if node.id == "sequence" else [node]
    for other in others:
        value = _decode(decoder, other, _ANY)
        if not isinstance(value, dict):
            raise MetadataError("yaml: map merge requires map or sequence of maps as the value")
        for key, item in value.items():
            found.setdefault(key, item)


def _struct(decoder: _Decoder, node: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        name = _decode(decoder, key_node, "string")
        if name not in _FIELDS:
            continue
        value = _decode(decoder, value_node, _FIELDS[name])
        if value is not _MISSING and value is not None:
            found[name] = value
    return found


def _check_unique(decoder: _Decoder, node: Any) -> bool:
    faults = len(decoder.faults)
    keys = [key for key, _ in node.value]
    for i, first in enumerate(keys):
        for other in keys[i + 1 :]:
            if first.id == "scalar" == other.id and first.value == other.value:
                decoder.faults.append(
                    f'line {other.start_mark.line + 1}: mapping key "{other.value}" already defined '
                    f"at line {first.start_mark.line + 1}"
                )
    return len(decoder.faults) == faults


def _key_tag(node: Any) -> str:
    if node.id != "scalar":
        return "!!seq" if node.id == "sequence" else "!!map"
    if node.value == "<<" and not node.style:
        return "!!merge"
    return _resolve(node)[0]


# --- scalars --------------------------------------------------------------------------------------------------------

_WORDS: dict[str, tuple[str, Any]] = {
    **dict.fromkeys(("true", "True", "TRUE"), ("!!bool", True)),
    **dict.fromkeys(("false", "False", "FALSE"), ("!!bool", False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), ("!!null", None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), ("!!float", float("nan"))),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), ("!!float", float("inf"))),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), ("!!float", float("-inf"))),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_INT = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)\Z")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?)?\Z")


def _resolve(node: Any) -> tuple[str, Any]:
    """The short tag and the value of a scalar node; a timestamp's value is its RFC 3339 text."""
    text = node.value
    if node.style:
        return "!!str", text
    if text in _WORDS:
        return _WORDS[text]
    if text and text[0] in "0123456789+-.":
        found = _number_or_time(text)
        if found is not None:
            return found
    return "!!str", text


def _number_or_time(text: str) -> tuple[str, Any] | None:
    date = _DATE.match(text)
    if date:
        moment = _timestamp(date)
        if moment:
            return "!!timestamp", moment
    plain = text.replace("_", "")
    if _INT.match(plain):
        sign = -1 if plain.startswith("-") else 1
        digits = plain.lstrip("+-").lower()
        if digits.startswith(("0x", "0b", "0o")):
            value = int(digits, 0)
        elif len(digits) > 1 and digits[0] == "0":
            value = int(digits, 8)
        else:
            value = int(digits)
        value *= sign
        if -(2**63) <= value < 2**64:
            return "!!int", value
    if _FLOAT.match(plain):
        return "!!float", float(plain)
    return None


def _timestamp(date: re.Match[str]) -> str | None:
    import datetime

    year, month, day, hour, minute, second, fraction, zone = date.groups()
    try:
        moment = datetime.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    tail = (fraction or "").rstrip("0").rstrip(".")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + tail + (zone or "Z")


# --- Go's way of printing values ------------------------------------------------------------------------------------


def go_string(value: Any, *, nested: bool = False) -> str:
    """`value` under Go's %s verb."""
    match value:
        case str():
            return value
        case None:
            return "<nil>" if nested else "%!s(<nil>)"
        case bool():
            return f"%!s(bool={str(value).lower()})"
        case int():
            return f"%!s(int={value})"
        case float():
            return f"%!s(float64={value:g})"
        case list():
            return "[" + " ".join(go_string(item, nested=True) for item in value) + "]"
        case dict():
            keys = sorted(value, key=str)
            return "map[" + " ".join(f"{go_string(k)}:{go_string(value[k], nested=True)}" for k in keys) + "]"
    return str(value)


def _go_syntax(value: Any) -> str:
    """`value` under Go's %#v verb."""
    match value:
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case None:
            return "interface {}(nil)"
        case bool():
            return str(value).lower()
        case list():
            return "[]interface {}{" + ", ".join(_go_syntax(item) for item in value) + "}"
        case dict():
            name = "interface {}" if isinstance(value, GeneralMap) else "string"
            items = ", ".join(f"{_go_syntax(k)}:{_go_syntax(v)}" for k, v in sorted(value.items(), key=str))
            return f"map[{name}]interface {{}}{{{items}}}"
    return str(value)
