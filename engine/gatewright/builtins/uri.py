"""URIs, taken apart."""

from __future__ import annotations

from gatewright.builtins._operands import string
from gatewright.builtins._url import UrlError, parse_url
from gatewright.builtins.registry import BuiltinError, builtin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@builtin("uri.parse", "(uri: string) -> output: object[string: string]")
def uri_parse(uri: Any) -> dict[str, str]:
    """The parts that are there: `uri.parse("https://a.example/b").hostname == "a.example"`."""
    try:
        url = parse_url(string(uri, 1))
    except UrlError as error:
        raise BuiltinError(str(error)) from None
    hostname, port = url.hostname_and_port()
    parts = {
        "scheme": url.scheme,
        "hostname": hostname,
        "port": port,
        "path": url.path,
        "raw_path": url.raw_path,
        "raw_query": url.raw_query,
        "fragment": url.fragment,
    }
    return {name: part for name, part in parts.items() if part}


@builtin("uri.is_valid", "(uri: string) -> result: boolean")
def uri_is_valid(uri: Any) -> bool:
    """Is it a URI (and not empty)? `uri.is_valid("https://a b") == false`."""
    if uri.__class__ is not str or not uri:
        return False
    try:
        parse_url(uri)
    except UrlError:
        return False
    return True
