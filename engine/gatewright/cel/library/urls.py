"""URLs as CEL values: what Go's url.ParseRequestURI accepts, taken apart as its url.Parse does."""

from __future__ import annotations

from gatewright.cel.library.strings import go_quote
from gatewright.cel.runtime import no_overload
from gatewright.cel.values import CelEvaluationError, Opaque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_HEX: Final = frozenset("0123456789abcdefABCDEF")
_ALNUM: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_UNRESERVED: Final = _ALNUM | set("-_.~")
_IN_PATH: Final = _UNRESERVED | set("$&+,/:;=@")
_IN_HOST: Final = _UNRESERVED | set("!$&'()*+,;=:[]<>\"")
_IN_RAW_PATH: Final = _IN_PATH | set("!'()*[]%")
_USERINFO: Final = _ALNUM | set("-._:~!$&'()*+,;=%@")


class URL(Opaque):
    """The parts of a URL that the library shows; `parts` is what equality compares."""

    __slots__ = ("host", "parts", "path", "query", "raw_path", "scheme")
    cel_type = "kubernetes.URL"

    def __init__(self, scheme: str, host: str, path: str, raw_path: str, query: str, rest: tuple[str, ...]) -> None:
        self.scheme = scheme
        self.host = host
        self.path = path
        self.raw_path = raw_path
        self.query = query
        self.parts = (scheme, host, path, raw_path, query, *rest)

    def same(self, other: Any) -> bool:
        return bool(self.parts == other.parts)

    def __hash__(self) -> int:
        return hash(self.parts)


class _RefusedError(Exception):
    """Why a text is no URL; Go's words."""


def parse_url(text: str) -> URL:
    """Go's url.ParseRequestURI, then url.Parse, which knows fragments."""
    try:
        _parse(text, request=True)
        address, _, fragment = text.partition("#")
        return _parse(address, request=False, fragment=_unescape(fragment, "fragment"))
    except _RefusedError as error:
        raise CelEvaluationError(f"parse {go_quote(text)}: {error}") from None


def _parse(text: str, *, request: bool, fragment: str = "") -> URL:
    if any(c < " " or c == "\x7f" for c in text):
        raise _RefusedError("net/url: invalid control character in URL")
    if not text:
        raise _RefusedError("empty url")
    if text == "*":
        return URL("", "", "*", "", "", (fragment,))
    scheme, rest = _scheme(text)
    scheme = scheme.lower()
    force = rest.endswith("?") and rest.count("?") == 1
    rest, _, query = (rest[:-1], "", "") if force else rest.partition("?")
    if not rest.startswith("/"):
        if scheme:
            return URL(scheme, "", "", "", query, (fragment, "opaque", rest))
        raise _RefusedError("invalid URI for request")
    user = host = ""
    authority_follows = rest.startswith("//")
    if (scheme or (not request and not rest.startswith("///"))) and authority_follows:
        authority, slash, rest = rest[2:].partition("/")
        rest = slash + rest
        user, host = _authority(scheme, authority)
    path = _unescape(rest, "path")
    raw_path = "" if _escape_path(path) == rest else rest
    kind = "authority" if authority_follows else ""
    return URL(scheme, host, path, raw_path, query, (fragment, user, "?" if force else "", kind))


def _scheme(text: str) -> tuple[str, str]:
    for i, c in enumerate(text):
        if c in _ALNUM and not c.isdigit():
            continue
        if c.isdigit() or c in "+-.":
            if i == 0:
                return "", text
        elif c == ":":
            if i == 0:
                raise _RefusedError("missing protocol scheme")
            return text[:i], text[i + 1 :]
        else:
            return "", text
    return "", text


def _authority(scheme: str, authority: str) -> tuple[str, str]:
    userinfo, at, host = authority.rpartition("@")
    host = _host(scheme, host)
    if not at:
        return "", host
    if not _USERINFO.issuperset(userinfo):
        raise _RefusedError("net/url: invalid userinfo")
    name, colon, password = userinfo.partition(":")
    return f"{_unescape(name, 'user')}{colon}{_unescape(password, 'user')}@", host


def _host(scheme: str, host: str) -> str:
    opening = host.rfind("[")
    if opening > 0:
        raise _RefusedError("invalid IP-literal")
    if opening == 0:
        return _ip_literal(host)
    colon = host.find(":")
    if colon >= 0:
        if scheme not in ("http", "https"):
            colon = host.rfind(":")
        if not _valid_port(host[colon:]):
            raise _RefusedError(f"invalid port {go_quote(host[colon:])} after host")
    return _unescape(host, "host")


def _ip_literal(host: str) -> str:
    closing = host.rfind("]")
    if closing < 0:
        raise _RefusedError("missing ']' in host")
    port = host[closing + 1 :]
    if not _valid_port(port):
        raise _RefusedError(f"invalid port {go_quote(port)} after host")
    name = host[1:closing]
    zone = name.find("%25")
    if zone >= 0:
        name = _unescape(name[:zone], "host") + _unescape(name[zone:], "zone")
    else:
        name = _unescape(name, "host")
    from gatewright.cel.library.net import _AddressError, _parse

    try:
        address, _ = _parse(name)
    except _AddressError as error:
        raise _RefusedError(f"invalid host: {error}") from None
    if address.version == 4:
        raise _RefusedError("invalid IP-literal")
    return f"[{name}]{port}"


def _valid_port(port: str) -> bool:
    return not port or (port[0] == ":" and all(c in "0123456789" for c in port[1:]))


def _unescape(text: str, mode: str) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    out = bytearray()
    i = 0
    while i < len(raw):
        c = chr(raw[i])
        if c == "%":
            pair = raw[i + 1 : i + 3].decode("latin-1")
            shown = "%" + pair
            if len(pair) < 2 or not _HEX.issuperset(pair):
                raise _RefusedError(f"invalid URL escape {go_quote(raw[i : i + 3].decode('utf-8', 'replace'))}")
            if mode == "host" and int(pair[0], 16) < 8 and shown != "%25":
                raise _RefusedError(f"invalid URL escape {go_quote(shown)}")
            code = int(pair, 16)
            if mode == "zone" and shown != "%25" and chr(code) != " " and chr(code) not in _IN_HOST:
                raise _RefusedError(f"invalid URL escape {go_quote(shown)}")
            out.append(code)
            i += 3
            continue
        if mode in ("host", "zone") and raw[i] < 0x80 and c not in _IN_HOST:
            raise _RefusedError(f"invalid character {go_quote(c)} in host name")
        out.append(0x20 if c == "+" and mode == "query" else raw[i])
        i += 1
    return out.decode("utf-8", "surrogateescape")


def _escape_path(path: str) -> str:
    raw = path.encode("utf-8", "surrogateescape")
    return "".join(chr(b) if b < 0x80 and chr(b) in _IN_PATH else f"%{b:02X}" for b in raw)


def url(*args: Any) -> URL:
    """url('https://example.com:80/path?a=1')"""
    if args[0].__class__ is not str:
        raise no_overload("url", *args)
    try:
        return parse_url(args[0])
    except CelEvaluationError as error:
        raise CelEvaluationError(f"URL parse error during conversion from string: {error.message}") from None


def is_url(*args: Any) -> bool:
    """isURL('https://example.com')"""
    if args[0].__class__ is not str:
        raise no_overload("isURL", *args)
    try:
        parse_url(args[0])
    except CelEvaluationError:
        return False
    return True


def _url(name: str, args: tuple[Any, ...]) -> URL:
    if not isinstance(args[0], URL):
        raise no_overload(name, *args)
    return args[0]


def get_scheme(*args: Any) -> str:
    """url('https://a').getScheme() == 'https'"""
    return _url("getScheme", args).scheme


def get_host(*args: Any) -> str:
    """url('https://a:80').getHost() == 'a:80'"""
    return _url("getHost", args).host


def _split_port(host: str) -> tuple[str, str]:
    colon = host.rfind(":")
    port = ""
    if colon != -1 and _valid_port(host[colon:]):
        host, port = host[:colon], host[colon + 1 :]
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    return host, port


def get_hostname(*args: Any) -> str:
    """url('https://a:80').getHostname() == 'a'"""
    return _split_port(_url("getHostname", args).host)[0]


def get_port(*args: Any) -> str:
    """url('https://a:80').getPort() == '80'"""
    return _split_port(_url("getPort", args).host)[1]


def get_escaped_path(*args: Any) -> str:
    """url('https://a/with space').getEscapedPath() == '/with%20space'"""
    given = _url("getEscapedPath", args)
    if given.raw_path and all(c in _IN_RAW_PATH for c in given.raw_path):
        return given.raw_path
    return "*" if given.path == "*" else _escape_path(given.path)


def get_query(*args: Any) -> dict[str, list[str]]:
    """url('https://a?k=1&k=2').getQuery() == {'k': ['1', '2']}"""
    out: dict[str, list[str]] = {}
    for pair in _url("getQuery", args).query.split("&"):
        if not pair or ";" in pair:
            continue
        key, _, value = pair.partition("=")
        try:
            key, value = _unescape(key, "query"), _unescape(value, "query")
        except _RefusedError:
            continue
        out.setdefault(key, []).append(value)
    return out
