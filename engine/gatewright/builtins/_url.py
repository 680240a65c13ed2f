"""Go's net/url: escaping, unescaping, query strings and parsing of URLs."""

from __future__ import annotations

import ipaddress
import re

from gatewright.builtins._operands import bytes_text, text_bytes
from gatewright.records import record
from gatewright.runtime.text import go_quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_PATH: Final = _UNRESERVED | frozenset(b"$&+,/:;=@")
_HOST: Final = _UNRESERVED | frozenset(b"!$&'()*+,;=:[]<>\"")
_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})?")
_USER_INFO: Final = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*\Z")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PORT: Final = re.compile(r"(?::[0-9]*)?\Z")


class UrlError(ValueError):
    """A URL or a query that Go refuses, in its words."""


@record(frozen=True, slots=True)
class Url:
    """The parts of a URL; `raw_path` is as written, `path` unescaped."""

    scheme: str = ""
    host: str = ""
    path: str = ""
    raw_path: str = ""
    raw_query: str = ""
    fragment: str = ""

    def hostname_and_port(self) -> tuple[str, str]:
        host, port = self.host, ""
        colon = host.rfind(":")
        if colon >= 0 and _PORT.match(host[colon:]):
            host, port = host[:colon], host[colon + 1 :]
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        return host, port


def query_escape(text: str) -> str:
    """url.QueryEscape: a space is `+`."""
    return _escaped(text, _UNRESERVED).replace("%20", "+")


def _escaped(text: str, kept: frozenset[int]) -> str:
    return "".join([chr(byte) if byte in kept else f"%{byte:02X}" for byte in text_bytes(text)])


def query_unescape(text: str) -> str:
    """url.QueryUnescape."""
    return _unescaped(text.replace("+", " "), text)


def _unescaped(text: str, shown: str | None = None) -> str:
    if "%" not in text:
        return text
    data = text_bytes(text)
    for match in _ESCAPE.finditer(data):
        if match[1] is None:
            original = text_bytes(shown) if shown is not None else data
            raise UrlError(f"invalid URL escape {go_quote(bytes_text(original[match.start() : match.start() + 3]))}")
    return bytes_text(_ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), data))


def encode_query(values: dict[str, list[str]]) -> str:
    """url.Values.Encode: keys in order."""
    pairs = [f"{query_escape(key)}={query_escape(value)}" for key in sorted(values) for value in values[key]]
    return "&".join(pairs)


def parse_query(query: str) -> dict[str, list[str]]:
    """url.ParseQuery: the first fault counts."""
    values: dict[str, list[str]] = {}
    fault: UrlError | None = None
    for part in query.split("&"):
        if not part:
            continue
        try:
            if ";" in part:
                raise UrlError("invalid semicolon separator in query")
            key, _, value = part.partition("=")
            name = query_unescape(key)
            values.setdefault(name, []).append(query_unescape(value))
        except UrlError as error:
            fault = fault or error
    if fault is not None:
        raise fault
    return values


def parse_url(text: str) -> Url:
    """url.Parse. Raises UrlError."""
    front, _, raw_fragment = text.partition("#")
    try:
        url = _parse(front)
    except UrlError as error:
        raise UrlError(f"parse {go_quote(front)}: {error}") from None
    if not raw_fragment:
        return url
    try:
        fragment = _unescaped(raw_fragment)
    except UrlError as error:
        raise UrlError(f"parse {go_quote(text)}: {error}") from None
    return Url(url.scheme, url.host, url.path, url.raw_path, url.raw_query, fragment)


def _parse(text: str) -> Url:
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise UrlError("net/url: invalid control character in URL")
    if text == "*":
        return Url(path="*", raw_path="*")
    if text.startswith(":"):
        raise UrlError("missing protocol scheme")
    match = _SCHEME.match(text)
    scheme = match[1].lower() if match else ""
    rest = text[match.end() :] if match else text
    rest, _, query = rest.partition("?")
    if not rest.startswith("/"):
        if scheme:
            return Url(scheme, raw_query=query)
        if ":" in rest.partition("/")[0]:
            raise UrlError("first path segment in URL cannot contain colon")
    host = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        host, rest = _authority(scheme, authority), slash + path
    path = _unescaped(rest)
    raw = path if _escaped(path, _PATH) == rest else rest
    return Url(scheme, host, path, raw, query)


def _authority(scheme: str, authority: str) -> str:
    user, at, host = authority.rpartition("@")
    parsed = _host(scheme, host)
    if at:
        if not _USER_INFO.match(user):
            raise UrlError("net/url: invalid userinfo")
        for part in user.split(":", 1):
            _unescaped(part)
    return parsed


def _host(scheme: str, host: str) -> str:
    opening = host.rfind("[")
    if opening > 0:
        raise UrlError("invalid IP-literal")
    if opening == 0:
        return _ip_literal(host)
    colon = host.find(":")
    if colon >= 0:
        if scheme not in ("http", "https"):
            colon = host.rfind(":")
        _check_port(host[colon:])
    return _unescaped_host(host)


def _check_port(port: str) -> None:
    if not _PORT.match(port):
        raise UrlError(f"invalid port {go_quote(port)} after host")


def _ip_literal(host: str) -> str:
    closing = host.rfind("]")
    if closing < 0:
        raise UrlError("missing ']' in host")
    port = host[closing + 1 :]
    _check_port(port)
    address, zone, zone_name = host[1:closing].partition("%25")
    unescaped = _unescaped_host(address) + (("%" + _unescaped(zone_name)) if zone else "")
    bare = unescaped.partition("%")[0]
    try:
        if isinstance(ipaddress.ip_address(bare), ipaddress.IPv4Address):
            raise UrlError("invalid IP-literal")
    except UrlError:
        raise
    except ValueError:
        raise UrlError(f"invalid host: ParseAddr({go_quote(unescaped)}): unable to parse IP") from None
    return f"[{unescaped}]{port}"


def _unescaped_host(host: str) -> str:
    data = text_bytes(host)
    for match in _ESCAPE.finditer(data):
        escape = bytes_text(data[match.start() : match.start() + 3])
        if match[1] is None or (int(match[1][:1], 16) < 8 and escape != "%25"):
            raise UrlError(f"invalid URL escape {go_quote(escape)}")
    for byte in data:
        if byte < 0x80 and byte not in _HOST and byte != ord("%"):
            raise UrlError(f"invalid character {go_quote(chr(byte))} in host name")
    return _unescaped(host)


_WELL_FORMED_PATH: Final = re.compile(r"[A-Za-z0-9\-_.~!$&'()*+,;=:@\[\]%/]*\Z")


def escaped_path(url: Url) -> str:
    """The path as it is sent: as it was written where that is well-formed."""
    return url.raw_path if _WELL_FORMED_PATH.match(url.raw_path) else _escaped(url.path, _PATH)
