"""UUIDs: making and reading them."""

from __future__ import annotations

import re

from gatewright.builtins._operands import string
from gatewright.builtins.registry import builtin
from gatewright.runtime.values import UNDEFINED, to_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.runtime.context import Context

_HEX = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\Z", re.IGNORECASE)
_BARE = re.compile(r"[0-9a-f]{32}\Z", re.IGNORECASE)
# 100 ns steps from 15 October 1582 to 1970.
_EPOCH = 0x01B21DD213814000
_DOMAINS = {0: "Person", 1: "Group", 2: "Org"}


@builtin("uuid.rfc4122", "(k: string) -> output: string", context=True, nondeterministic=True)
def uuid_rfc4122(context: Context, k: Any) -> str:
    """A random UUID, the same for equal keys in an evaluation: `count(uuid.rfc4122("a")) == 36`."""
    place = ("uuid.rfc4122", to_key(k))
    if place not in context.cache:
        data = bytearray(context.random.randbytes(16))
        data[6] = data[6] & 0x0F | 0x40
        data[8] = data[8] & 0x3F | 0x80
        text = data.hex()
        context.cache[place] = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return context.cache[place]  # type: ignore[no-any-return]


@builtin("uuid.parse", "(uuid: string) -> result: object[string: any]")
def uuid_parse(uuid: Any) -> Any:
    """What a UUID says, undefined for none: `uuid.parse("00000000-0000-4000-8000-000000000000").version == 4`."""
    data = _bytes(string(uuid, 1))
    if data is None:
        return UNDEFINED
    version = data[6] >> 4
    result: dict[str, Any] = {"version": version, "variant": _variant(data[8])}
    if version in (1, 2):
        result |= {
            "clocksequence": int.from_bytes(data[8:10], "big") & 0x3FFF,
            "macvariables": _mac_variables(data[10]),
            "nodeid": data[10:].hex("-"),
            "time": _time(data),
        }
    if version == 2:
        result |= {"domain": _DOMAINS.get(data[9], f"Domain{data[9]}"), "id": int.from_bytes(data[:4], "big")}
    return result


def _bytes(text: str) -> bytes | None:
    """The bytes of the standard form, `urn:uuid:…`, `{…}` or 32 digits."""
    if len(text) == 45 and text[:9].lower() == "urn:uuid:":
        text = text[9:]
    elif len(text) == 38:
        text = text[1:-1]
    elif len(text) == 32:
        return bytes.fromhex(text) if _BARE.match(text) else None
    return bytes.fromhex(text.replace("-", "")) if _HEX.match(text) else None


def _variant(byte: int) -> str:
    if byte & 0xC0 == 0x80:
        return "RFC4122"
    if byte & 0xE0 == 0xC0:
        return "Microsoft"
    return "Future" if byte & 0xE0 == 0xE0 else "Reserved"


def _time(data: bytes) -> int:
    """Nanoseconds since 1970, in 64 bits: times long before wrap round, as OPA's do."""
    low, mid = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:6], "big")
    high = int.from_bytes(data[6:8], "big") & 0x0FFF
    nanoseconds = ((high << 48 | mid << 32 | low) - _EPOCH) * 100
    return (nanoseconds + 2**63) % 2**64 - 2**63


def _mac_variables(byte: int) -> str:
    return f"{'local' if byte & 2 else 'global'}:{'multicast' if byte & 1 else 'unicast'}"
