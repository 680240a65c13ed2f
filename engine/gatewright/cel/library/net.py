"""IP addresses and CIDR blocks as CEL values, read as strictly as Go's netip reads them."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from gatewright.cel.library.strings import go_quote
from gatewright.cel.runtime import no_overload
from gatewright.cel.values import CelEvaluationError, Opaque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class IP(Opaque):
    """One address."""

    __slots__ = ("address",)
    cel_type = "net.IP"

    def __init__(self, address: IPv4Address | IPv6Address) -> None:
        self.address = address

    def same(self, other: Any) -> bool:
        return bool(self.address == other.address)

    def __hash__(self) -> int:
        return hash(self.address)

    def __str__(self) -> str:
        return str(self.address)


class CIDR(Opaque):
    """An address with a prefix length; its host bits may be set."""

    __slots__ = ("address", "bits")
    cel_type = "net.CIDR"

    def __init__(self, address: IPv4Address | IPv6Address, bits: int) -> None:
        self.address = address
        self.bits = bits

    def same(self, other: Any) -> bool:
        return bool(self.address == other.address and self.bits == other.bits)

    def __hash__(self) -> int:
        return hash((self.address, self.bits))

    def __str__(self) -> str:
        return f"{self.address}/{self.bits}"

    @property
    def network(self) -> IPv4Network | IPv6Network:
        return ip_network((self.address, self.bits), strict=False)


class _AddressError(Exception):
    """Why a text is no address; Go's words."""


def _parse(text: str) -> tuple[IPv4Address | IPv6Address, str]:
    """netip.ParseAddr: the address and its zone."""
    for c in text:
        if c == ".":
            return _parse_v4(text), ""
        if c == ":":
            return _parse_v6(text)
        if c == "%":
            raise _AddressError(f"ParseAddr({go_quote(text)}): missing IPv6 address")
    raise _AddressError(f"ParseAddr({go_quote(text)}): unable to parse IP")


def _parse_v4(text: str, whole: str = "") -> IPv4Address:
    whole = whole or text

    def bad(why: str, at: str = "") -> _AddressError:
        where = f" (at {go_quote(at)})" if at else ""
        return _AddressError(f"ParseAddr({go_quote(whole)}): {why}{where}")

    fields: list[int] = []
    value = digits = 0
    for i, c in enumerate(text):
        if c in "0123456789":
            if digits == 1 and value == 0:
                raise bad("IPv4 field has octet with leading zero")
            value = value * 10 + int(c)
            digits += 1
            if value > 255:
                raise bad("IPv4 field has value >255")
        elif c == ".":
            if i == 0 or i == len(text) - 1 or text[i - 1] == ".":
                raise bad("IPv4 field must have at least one digit", text[i:])
            if len(fields) == 3:
                raise bad("IPv4 address too long")
            fields.append(value)
            value = digits = 0
        else:
            raise bad("unexpected character", text[i:])
    if len(fields) < 3:
        raise bad("IPv4 address too short")
    return IPv4Address(bytes([*fields, value]))


def _parse_v6(text: str) -> tuple[IPv6Address, str]:
    whole = text

    def bad(why: str, at: str = "") -> _AddressError:
        where = f" (at {go_quote(at)})" if at else ""
        return _AddressError(f"ParseAddr({go_quote(whole)}): {why}{where}")

    zone = ""
    rest, percent, after = text.partition("%")
    if percent:
        zone = after
        if not zone:
            raise bad("zone must be a non-empty string")
    ip = bytearray()
    ellipsis = -1
    if rest.startswith("::"):
        ellipsis = 0
        rest = rest[2:]
        if not rest:
            return IPv6Address(0), zone
    while len(ip) < 16:
        match = re.match(r"[0-9a-fA-F]*", rest)
        assert match is not None
        group = match.group()
        if len(group) > 4:
            raise bad("each group must have 4 or less digits", rest)
        if not group:
            raise bad("each colon-separated field must have at least one digit", rest)
        if rest[len(group) : len(group) + 1] == ".":
            if ellipsis < 0 and len(ip) != 12:
                raise bad("embedded IPv4 address must replace the final 2 fields of the address", rest)
            if len(ip) + 4 > 16:
                raise bad("too many hex fields to fit an embedded IPv4 at the end of the address", rest)
            ip += _parse_v4(rest, whole).packed
            rest = ""
            break
        ip += int(group, 16).to_bytes(2, "big")
        rest = rest[len(group) :]
        if not rest:
            break
        if rest[0] != ":":
            raise bad("unexpected character, want colon", rest)
        if len(rest) == 1:
            raise bad("colon must be followed by more characters", rest)
        rest = rest[1:]
        if rest[0] == ":":
            if ellipsis >= 0:
                raise bad("multiple :: in address", rest)
            ellipsis = len(ip)
            rest = rest[1:]
            if not rest:
                break
    if rest:
        raise bad("trailing garbage after address", rest)
    if len(ip) < 16:
        if ellipsis < 0:
            raise bad("address string too short")
        ip[ellipsis:ellipsis] = bytes(16 - len(ip))
    elif ellipsis >= 0:
        raise bad("the :: must expand to at least one field of zeros")
    return IPv6Address(bytes(ip)), zone


def _is_mapped(address: IPv4Address | IPv6Address) -> bool:
    return isinstance(address, IPv6Address) and address.ipv4_mapped is not None


def parse_ip(text: str) -> IP:
    """An address without a zone, not IPv4-mapped."""
    try:
        address, zone = _parse(text)
    except _AddressError as error:
        message = f"IP Address {go_quote(text)} parse error during conversion from string: {error}"
        raise CelEvaluationError(message) from None
    if zone:
        raise CelEvaluationError(f"IP address {go_quote(text)} with zone value is not allowed")
    if _is_mapped(address):
        raise CelEvaluationError(f"IPv4-mapped IPv6 address {go_quote(text)} is not allowed")
    return IP(address)


def parse_cidr(text: str) -> CIDR:
    """An address and a prefix length, not IPv4-mapped."""
    prefix = "network address parse error during conversion from string: "

    def bad(why: str) -> CelEvaluationError:
        return CelEvaluationError(f"{prefix}{prefix}netip.ParsePrefix({go_quote(text)}): {why}")

    if "/" not in text:
        raise bad("no '/'")
    head, bits = text.rsplit("/", 1)
    try:
        address, zone = _parse(head)
    except _AddressError as error:
        raise bad(str(error)) from None
    if zone:
        raise bad("IPv6 zones cannot be present in a prefix")
    if not re.match(r"[0-9]+\Z", bits) or (len(bits) > 1 and bits[0] == "0"):
        raise bad(f"bad bits after slash: {go_quote(bits)}")
    length = int(bits)
    if length > (32 if isinstance(address, IPv4Address) else 128):
        raise bad("prefix length out of range")
    if _is_mapped(address):
        raise CelEvaluationError(f"{prefix}IPv4-mapped IPv6 address {go_quote(text)} is not allowed")
    return CIDR(address, length)


def cidr_ip(*args: Any) -> IP:
    """cidr('10.0.0.0/8').ip() == ip('10.0.0.0')"""
    return IP(_cidr("ip", args).address)


def ip(*args: Any) -> IP:
    """ip('10.0.0.1')"""
    if args[0].__class__ is not str:
        raise no_overload("ip", *args)
    return parse_ip(args[0])


def cidr(*args: Any) -> CIDR:
    """cidr('10.0.0.0/8')"""
    if args[0].__class__ is not str:
        raise no_overload("cidr", *args)
    return parse_cidr(args[0])


def is_ip(*args: Any) -> bool:
    """isIP('10.0.0.1')"""
    return _succeeds("isIP", parse_ip, args)


def is_cidr(*args: Any) -> bool:
    """isCIDR('10.0.0.0/8')"""
    return _succeeds("isCIDR", parse_cidr, args)


def _succeeds(name: str, parse: Any, args: tuple[Any, ...]) -> bool:
    if args[0].__class__ is not str:
        raise no_overload(name, *args)
    try:
        parse(args[0])
    except CelEvaluationError:
        return False
    return True


def is_canonical(*args: Any) -> bool:
    """ip.isCanonical('2001:db8::abcd')"""
    if args[0].__class__ is not str:
        raise no_overload("ip.isCanonical", *args)
    return str(parse_ip(args[0])) == args[0]


def _ip(name: str, args: tuple[Any, ...]) -> IPv4Address | IPv6Address:
    if not isinstance(args[0], IP):
        raise no_overload(name, *args)
    return args[0].address


def family(*args: Any) -> int:
    """ip('::1').family() == 6"""
    return _ip("family", args).version


def is_unspecified(*args: Any) -> bool:
    """ip('0.0.0.0').isUnspecified()"""
    return _ip("isUnspecified", args).is_unspecified


def is_loopback(*args: Any) -> bool:
    """ip('127.0.0.1').isLoopback()"""
    return _ip("isLoopback", args).is_loopback


def is_link_local_multicast(*args: Any) -> bool:
    """ip('224.0.0.1').isLinkLocalMulticast()"""
    address = _ip("isLinkLocalMulticast", args)
    if isinstance(address, IPv4Address):
        return address.packed[:3] == b"\xe0\x00\x00"
    return address.packed[0] == 0xFF and address.packed[1] & 0x0F == 0x02


def is_link_local_unicast(*args: Any) -> bool:
    """ip('169.254.169.254').isLinkLocalUnicast()"""
    return _ip("isLinkLocalUnicast", args).is_link_local


def is_global_unicast(*args: Any) -> bool:
    """ip('8.8.8.8').isGlobalUnicast(); private addresses count, as in Go"""
    address = _ip("isGlobalUnicast", args)
    if isinstance(address, IPv4Address) and int(address) == 0xFFFFFFFF:
        return False
    return not (
        address.is_unspecified
        or address.is_loopback
        or address.is_link_local
        or (address.packed[0] == 0xFF if address.version == 6 else address.packed[0] & 0xF0 == 0xE0)
    )


def _cidr(name: str, args: tuple[Any, ...]) -> CIDR:
    if not isinstance(args[0], CIDR):
        raise no_overload(name, *args)
    return args[0]


def contains_ip(*args: Any) -> bool:
    """cidr('10.0.0.0/8').containsIP('10.1.1.1')"""
    block = _cidr("containsIP", args)
    try:
        other = parse_ip(args[1]) if args[1].__class__ is str else args[1]
    except CelEvaluationError:
        # Kubernetes hands on the error as the argument, which no overload takes.
        raise no_overload() from None
    if not isinstance(other, IP):
        raise no_overload("containsIP", *args)
    return block.address.version == other.address.version and other.address in block.network


def contains_cidr(*args: Any) -> bool:
    """cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')"""
    block = _cidr("containsCIDR", args)
    other = parse_cidr(args[1]) if args[1].__class__ is str else args[1]
    if not isinstance(other, CIDR):
        raise no_overload("containsCIDR", *args)
    if block.address.version != other.address.version or block.bits > other.bits:
        return False
    return block.network.overlaps(other.network)


def prefix_length(*args: Any) -> int:
    """cidr('10.0.0.0/8').prefixLength() == 8"""
    return _cidr("prefixLength", args).bits


def masked(*args: Any) -> CIDR:
    """cidr('10.1.0.0/8').masked() == cidr('10.0.0.0/8')"""
    block = _cidr("masked", args)
    return CIDR(block.network.network_address, block.bits)
