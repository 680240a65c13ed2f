"""What a registry asks for before it answers: the `WWW-Authenticate` header, and the scopes of a token."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from gatewright.gatekeeper._gotext import quote
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_TOKEN: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_SCHEME: Final = re.compile(rf"({_TOKEN})\s*", re.ASCII)
_PARAMETER: Final = re.compile(rf'\s*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|({_TOKEN}))\s*(?:,|$)', re.ASCII)


@record(frozen=True, slots=True)
class Challenge:
    """A scheme, `basic` or `bearer`, and its parameters."""

    scheme: str
    parameters: Mapping[str, str]


def parse_challenge(header: str) -> Challenge | None:
    """The challenge of a header (RFC 7235, section 2.1); None for a scheme that is not known here."""
    found = _SCHEME.match(header)
    scheme = found[1].lower() if found else ""
    if found is None or scheme not in ("basic", "bearer"):
        return None
    parameters: dict[str, str] = {}
    end = found.end()
    while parameter := _PARAMETER.match(header, end):
        quoted = parameter[2]
        parameters[parameter[1]] = parameter[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        end = parameter.end()
    return Challenge(scheme, parameters)


def joined_scopes(scopes: Iterable[str]) -> list[str]:
    """Scopes (`TYPE:NAME:ACTION,…`) without repetition, the actions on one thing together, in order."""
    others: set[str] = set()
    actions: dict[str, set[str]] = {}
    for scope in scopes:
        thing, _, names = scope.rpartition(":")
        if ":" in thing:
            actions.setdefault(thing, set()).update(filter(None, names.split(",")))
        elif scope:
            others.add(scope)
    joined = {
        f"{thing}:{'*' if '*' in names else ','.join(sorted(names))}" for thing, names in actions.items() if names
    }
    return sorted(others | joined)


def realm_fault(realm: str, registry: str) -> str:
    """Why a token may not be asked for there: a registry must not aim its clients at other machines' insides."""
    if not realm:
        return 'bearer realm "" is missing'
    parts, origin = urlsplit(realm), urlsplit(registry)
    if parts.scheme == "http" and origin.scheme == "https":
        return f"bearer realm {quote(realm)} uses http but registry was contacted over https"
    if parts.scheme not in ("http", "https"):
        return f"bearer realm {quote(realm)} uses unsupported scheme {quote(parts.scheme)}"
    try:
        address = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return ""
    inside = address.is_loopback or address.is_link_local or address.is_private or address.is_unspecified
    if inside and parts.hostname != origin.hostname:
        what = "a loopback, link-local, private, or unspecified address"
        return f"bearer realm host {quote(parts.hostname or '')} is {what}"
    return ""
