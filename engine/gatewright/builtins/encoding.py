"""Texts for values and bytes: JSON, YAML, base64, hex, query strings."""

from __future__ import annotations

import base64
import re

from gatewright.builtins._operands import bytes_text, object_, string, text_bytes
from gatewright.builtins._url import UrlError, encode_query, parse_query, query_escape, query_unescape
from gatewright.builtins.registry import BuiltinError, OperandError, builtin, operand_error
from gatewright.runtime import json
from gatewright.runtime.text import go_quote, term_text
from gatewright.runtime.values import RegoSet, from_key, sorted_keys, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@builtin("json.marshal", "(x: any) -> y: string")
def json_marshal(x: Any) -> str:
    """The JSON text, sets as arrays: `json.marshal({"a": [1]}) == "{\\"a\\":[1]}"`."""
    return json.dumps(x)


@builtin(
    "json.marshal_with_options",
    "(x: any, opts: object<indent: string, prefix: string, pretty: boolean>[string: any]) -> y: string",
)
def json_marshal_with_options(x: Any, opts: Any) -> str:
    """The JSON text, laid out: `json.marshal_with_options([1], {"indent": " "}) == "[\\n 1\\n]"`."""
    options = object_(opts, 2)
    indent, prefix, pretty = "\t", "", any(name in options for name in ("prefix", "indent"))
    for index, key in enumerate(sorted_keys(options)):
        name, value = from_key(key), options[key]
        if name.__class__ is not str:
            raise OperandError(
                f"operand 2 failed to stringify key {term_text(name)} at index {index}: "
                + f"operand 0 must be string but got {type_name(name)}"
            )
        if name == "pretty":
            if value.__class__ is not bool:
                raise OperandError('operand 2 key "pretty" failed cast to bool')
            pretty = value
        elif name not in ("indent", "prefix"):
            raise OperandError(f"operand 2 object contained unknown key {go_quote(name)}")
        elif value.__class__ is not str:
            wrong = operand_error(index, value, "string")
            raise OperandError(f"operand 2 key {go_quote(name)} failed cast to string: {wrong.message}")
        elif name == "indent":
            indent = value
        else:
            prefix = value
    text = json.dumps(x)
    return prefix + json.indent(text, prefix, indent) if pretty else text


@builtin("json.unmarshal", "(x: string) -> y: any")
def json_unmarshal(x: Any) -> Any:
    """The value of a JSON text: `json.unmarshal("[1]") == [1]`."""
    try:
        return json.loads(string(x, 1))
    except json.JsonError as error:
        raise BuiltinError(str(error)) from None


@builtin("json.is_valid", "(x: string) -> result: boolean")
def json_is_valid(x: Any) -> bool:
    """Is it JSON? `json.is_valid("{}") == true`."""
    return x.__class__ is str and json.is_valid(x)


@builtin("yaml.marshal", "(x: any) -> y: string")
def yaml_marshal(x: Any) -> str:
    """The YAML text: `yaml.marshal({"a": [1]}) == "a:\\n  - 1\\n"`."""
    from gatewright.builtins._yaml_write import dump_yaml

    # OPA makes YAML of the JSON text, in which these characters stand as they are.
    if _CONTROL.search(json.dumps(x)):
        raise BuiltinError("yaml: control characters are not allowed")
    return dump_yaml(x)


_CONTROL = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")


@builtin("yaml.unmarshal", "(x: string) -> y: any")
def yaml_unmarshal(x: Any) -> Any:
    """The value of a YAML document: `yaml.unmarshal("a: [1]") == {"a": [1]}`."""
    from gatewright.builtins._yaml_read import YamlError, load_yaml

    try:
        return load_yaml(string(x, 1))
    except YamlError as error:
        raise BuiltinError(str(error)) from None


@builtin("yaml.is_valid", "(x: string) -> result: boolean")
def yaml_is_valid(x: Any) -> bool:
    """Is it YAML? `yaml.is_valid("a: b: c") == false`."""
    from gatewright.builtins._yaml_read import YamlError, load_yaml

    if x.__class__ is not str:
        return False
    try:
        load_yaml(x)
    except YamlError:
        return False
    return True


@builtin("base64.encode", "(x: string) -> y: string")
def base64_encode(x: Any) -> str:
    """In base64: `base64.encode("a") == "YQ=="`."""
    return base64.b64encode(text_bytes(string(x, 1))).decode()


@builtin("base64.decode", "(x: string) -> y: string")
def base64_decode(x: Any) -> str:
    """Out of base64: `base64.decode("YQ==") == "a"`."""
    return bytes_text(_decoded(string(x, 1), _STANDARD))


@builtin("base64.is_valid", "(x: string) -> result: boolean")
def base64_is_valid(x: Any) -> bool:
    """Is it base64? `base64.is_valid("YQ") == false`."""
    if x.__class__ is not str:
        return False
    try:
        _decoded(x, _STANDARD)
    except BuiltinError:
        return False
    return True


@builtin("base64url.encode", "(x: string) -> y: string")
def base64url_encode(x: Any) -> str:
    """In the base64 of URLs, padded: `base64url.encode("a") == "YQ=="`."""
    return base64.urlsafe_b64encode(text_bytes(string(x, 1))).decode()


@builtin("base64url.encode_no_pad", "(x: string) -> y: string")
def base64url_encode_no_pad(x: Any) -> str:
    """In the base64 of URLs, not padded: `base64url.encode_no_pad("a") == "YQ"`."""
    return base64url_encode(x).rstrip("=")


@builtin("base64url.decode", "(x: string) -> y: string")
def base64url_decode(x: Any) -> str:
    """Out of the base64 of URLs, padded or not: `base64url.decode("YQ") == "a"`."""
    return bytes_text(decode_base64url(string(x, 1)))


def decode_base64url(text: str) -> bytes:
    """The bytes of base64url with or without padding. Raises BuiltinError."""
    if not text.endswith("="):
        surplus = len(text_bytes(text)) % 4
        if surplus == 1:
            raise BuiltinError(f"illegal base64url string: {text}")
        text += "=" * (-surplus % 4)
    return _decoded(text, _URL)


_STANDARD = re.compile(rb"[A-Za-z0-9+/]*")
_URL = re.compile(rb"[A-Za-z0-9_-]*")


def _decoded(text: str, alphabet: re.Pattern[bytes]) -> bytes:
    """Strict base64 but for line breaks, which Go passes over; faults are reported where Go sees them."""
    data = text_bytes(text)
    bare = data.translate(None, b"\r\n")
    digits = alphabet.match(bare)
    count = digits.end() if digits else 0
    padding = -count % 4
    if padding == 3 or bare[count:] != b"=" * padding:
        raise BuiltinError(f"illegal base64 data at input byte {_fault(data, bare, count)}")
    return base64.b64decode(bare, altchars=b"-_" if alphabet is _URL else None)


def _fault(data: bytes, bare: bytes, count: int) -> int:
    """The position of the first fault in the text, line breaks counted."""
    rest = bare[count:]
    place = count
    if not rest:
        place = count - count % 4  # the text stops within a group
    elif rest[:1] == b"=":
        place = _padding_fault(rest, count)
    breaks, seen = 0, 0
    for byte in data:
        if byte in b"\r\n":
            breaks += 1
            continue
        if seen == place:
            break
        seen += 1
    return place + breaks


def _padding_fault(rest: bytes, count: int) -> int:
    if count % 4 in (0, 1):
        return count
    if count % 4 == 2:
        if len(rest) == 1:
            return count + 1
        return count if rest[1:2] != b"=" else count + 2
    return count + 1


@builtin("hex.encode", "(x: string) -> y: string")
def hex_encode(x: Any) -> str:
    """In hexadecimal digits: `hex.encode("a") == "61"`."""
    return text_bytes(string(x, 1)).hex()


@builtin("hex.decode", "(x: string) -> y: string")
def hex_decode(x: Any) -> str:
    """Out of hexadecimal digits: `hex.decode("61") == "a"`."""
    data = text_bytes(string(x, 1))
    for byte in data[: len(data) // 2 * 2]:
        if chr(byte) not in "0123456789abcdefABCDEF":
            raise BuiltinError(_hex_fault(byte))
    if len(data) % 2:
        if chr(data[-1]) not in "0123456789abcdefABCDEF":
            raise BuiltinError(_hex_fault(data[-1]))
        raise BuiltinError("encoding/hex: odd length hex string")
    return bytes_text(bytes.fromhex(data.decode()))


def _hex_fault(byte: int) -> str:
    return f"encoding/hex: invalid byte: U+{byte:04X}" + (f" '{chr(byte)}'" if chr(byte).isprintable() else "")


@builtin("urlquery.encode", "(x: string) -> y: string")
def urlquery_encode(x: Any) -> str:
    """Escaped for a query string: `urlquery.encode("a b") == "a+b"`."""
    return query_escape(string(x, 1))


@builtin("urlquery.decode", "(x: string) -> y: string")
def urlquery_decode(x: Any) -> str:
    """Unescaped: `urlquery.decode("a+b") == "a b"`."""
    try:
        return query_unescape(string(x, 1))
    except UrlError as error:
        raise BuiltinError(str(error)) from None


@builtin("urlquery.encode_object", "(object: object[string: any<string, array[string], set[string]>]) -> y: string")
def urlquery_encode_object(object: Any) -> str:
    """An object as a query string: `urlquery.encode_object({"a": ["1", "2"]}) == "a=1&a=2"`."""
    values = {}
    for key, value in object_(object, 1).items():
        items = [value] if value.__class__ is str else list(value) if value.__class__ in (list, RegoSet) else None
        if items is None or any(item.__class__ is not str for item in items):
            raise OperandError("operand 1 values must be string, array[string], or set[string]")
        values[json.json_key(key)] = items
    return encode_query(values)


@builtin("urlquery.decode_object", "(x: string) -> object: object[string: array[string]]")
def urlquery_decode_object(x: Any) -> dict[str, list[str]]:
    """A query string as an object: `urlquery.decode_object("a=1&a=2") == {"a": ["1", "2"]}`."""
    try:
        return parse_query(string(x, 1))
    except UrlError as error:
        raise BuiltinError(str(error)) from None
