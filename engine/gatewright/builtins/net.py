"""IP addresses and networks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from gatewright.builtins._operands import string
from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.errors import LimitError
from gatewright.records import record
from gatewright.runtime.values import RegoSet, from_key, sorted_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.runtime.context import Context

_V4_BITS, _V6_BITS = 32, 128
# Where the IPv4 addresses lie among those of IPv6.
_MAPPED = 0xFFFF << 32
# Beyond this an expansion would not finish within any reasonable deadline.
_MAX_EXPANDED = 1 << 20


@record(frozen=True, slots=True)
class _Network:
    """A prefix of an address; `bits` tells the family, `address` has the host bits where they were given."""

    address: int
    bits: int
    prefix: int

    @property
    def first(self) -> int:
        return self.address >> self._host_bits << self._host_bits

    @property
    def last(self) -> int:
        return self.first | ((1 << self._host_bits) - 1)

    @property
    def _host_bits(self) -> int:
        return self.bits - self.prefix

    def contains(self, address: int, bits: int) -> bool:
        return bits == self.bits and self.first <= address <= self.last

    def __str__(self) -> str:
        return f"{_address_text(self.address, self.bits)}/{self.prefix}"


def _address_text(address: int, bits: int) -> str:
    return str(ipaddress.IPv4Address(address) if bits == _V4_BITS else ipaddress.IPv6Address(address))


def _parse_address(text: str) -> tuple[int, int] | None:
    """An address and its family, as Go's ParseIP reads it; IPv4 addresses mapped into IPv6 count as IPv4."""
    try:
        if ":" not in text:
            return int(ipaddress.IPv4Address(text)), _V4_BITS
        address = int(ipaddress.IPv6Address(text)) if "%" not in text else -1
    except ValueError:
        return None
    if address < 0:
        return None
    return (address - _MAPPED, _V4_BITS) if address >> 32 == 0xFFFF else (address, _V6_BITS)


def _parse_network(text: str) -> _Network | None:
    """A network in CIDR notation; an IPv4 network mapped into IPv6 counts as IPv4."""
    address_text, slash, prefix_text = text.partition("/")
    parsed = _parse_address(address_text)
    if not slash or parsed is None or not (prefix_text.isascii() and prefix_text.isdigit()) or len(prefix_text) > 7:
        return None
    address, bits = parsed
    prefix = int(prefix_text)
    if ":" not in address_text:
        return _Network(address, bits, prefix) if prefix <= _V4_BITS else None
    if prefix > _V6_BITS:
        return None
    if bits == _V4_BITS:
        if prefix >= _V6_BITS - _V4_BITS:
            return _Network(address, bits, prefix - (_V6_BITS - _V4_BITS))
        address += _MAPPED
    return _Network(address, _V6_BITS, prefix)


def _network(text: str) -> _Network:
    """The network, its host bits cleared."""
    network = _parse_network(text)
    if network is None:
        raise BuiltinError(f"invalid CIDR address: {text}")
    return _Network(network.first, network.bits, network.prefix)


@builtin("net.cidr_is_valid", "(cidr: string) -> result: boolean")
def net_cidr_is_valid(cidr: Any) -> bool:
    """Is it a network in CIDR notation? `net.cidr_is_valid("10.0.0.0/8") == true`."""
    return cidr.__class__ is str and _parse_network(cidr) is not None


@builtin("net.cidr_intersects", "(cidr1: string, cidr2: string) -> result: boolean")
def net_cidr_intersects(cidr1: Any, cidr2: Any) -> bool:
    """Do the networks share addresses? `net.cidr_intersects("10.0.0.0/8", "10.1.0.0/16") == true`."""
    a, b = _network(string(cidr1, 1)), _network(string(cidr2, 1))
    return a.contains(b.first, b.bits) or b.contains(a.first, a.bits)


@builtin("net.cidr_contains", "(cidr: string, cidr_or_ip: string) -> result: boolean")
def net_cidr_contains(cidr: Any, cidr_or_ip: Any) -> bool:
    """Is the network or address within the network? `net.cidr_contains("10.0.0.0/8", "10.1.2.3") == true`."""
    outer, text = _network(string(cidr, 1)), string(cidr_or_ip, 1)
    address = _parse_address(text)
    if address is not None:
        return outer.contains(*address)
    try:
        inner = _network(text)
    except BuiltinError:
        message = f"not a valid textual representation of an IP address or CIDR: {text}"
        raise BuiltinError(message) from None
    return outer.contains(inner.first, inner.bits) and outer.contains(inner.last, inner.bits)


@builtin("net.cidr_overlap", "(string, string) -> boolean", deprecated=True)
def net_cidr_overlap(cidr: Any, cidr_or_ip: Any) -> bool:
    """The old name of net.cidr_contains: `net.cidr_overlap("10.0.0.0/8", "10.1.2.3") == true`."""
    return net_cidr_contains(cidr, cidr_or_ip)


@builtin(
    "net.cidr_contains_matches",
    "(cidrs: any<string, array[any<string, array[any]>], object[string: any<string, array[any]>], "
    "set[any<string, array[any]>]>, cidrs_or_ips: any<string, array[any<string, array[any]>], object[string: "
    "any<string, array[any]>], set[any<string, array[any]>]>) -> output: set[array<any, any>]",
)
def net_cidr_contains_matches(cidrs: Any, cidrs_or_ips: Any) -> RegoSet:
    """The pairs of keys of which the first's network contains the second:
    `net.cidr_contains_matches("10.0.0.0/8", ["10.1.2.3"]) == {["10.0.0.0/8", 0]}`."""
    pairs = []
    for outer, outer_key in _entries(cidrs, 1):
        for inner, inner_key in _entries(cidrs_or_ips, 2):
            if net_cidr_contains(outer, inner):
                pairs.append([outer_key, inner_key])
    return RegoSet(pairs)


def _entries(value: Any, position: int) -> Iterator[tuple[Any, Any]]:
    """Networks with the key they are reported under: index, member, key, or the string itself."""
    kind = value.__class__
    if kind is str:
        yield value, value
    elif kind is list:
        for index, item in enumerate(value):
            yield _entry(item, position), index
    elif kind is RegoSet:
        for item in value:
            yield _entry(item, position), item
    elif kind is dict:
        for key in sorted_keys(value):
            yield _entry(value[key], position), from_key(key)


def _entry(item: Any, position: int) -> Any:
    if item.__class__ is str:
        return item
    if item.__class__ is list and item:
        return item[0]
    raise BuiltinError(f"operand {position}: element must be string or non-empty array")


@builtin("net.cidr_expand", "(cidr: string) -> hosts: set[string]")
def net_cidr_expand(cidr: Any) -> RegoSet:
    """All addresses of a network: `net.cidr_expand("10.0.0.0/31") == {"10.0.0.0", "10.0.0.1"}`."""
    network = _network(string(cidr, 1))
    if network.last - network.first >= _MAX_EXPANDED:
        raise LimitError("net.cidr_expand: timed out before generating all IP addresses")
    addresses = range(network.first, network.last + 1)
    return RegoSet.of_keys({_address_text(address, network.bits): None for address in addresses})


@builtin("net.cidr_merge", "(addrs: any<array[any<string>], set[string]>) -> output: set[string]")
def net_cidr_merge(addrs: Any) -> RegoSet:
    """The fewest networks that cover the same addresses:
    `net.cidr_merge(["10.0.0.0/25", "10.0.0.128/25"]) == {"10.0.0.0/24"}`."""
    if addrs.__class__ not in (list, RegoSet):
        raise BuiltinError("operand must be an array")
    ranges = [_range_of(_mergeable(item)) for item in addrs]
    return RegoSet.of_keys({str(network): None for network in _merged(ranges)})


def _mergeable(item: Any) -> _Network:
    """A network, or an IPv4 address with the prefix of its historic class."""
    if item.__class__ is not str:
        raise BuiltinError("element must be string")
    parsed = _parse_address(item)
    if parsed is None:
        return _network(item)
    address, bits = parsed
    if bits != _V4_BITS:
        raise BuiltinError("IPv6 invalid: needs prefix length")
    top = address >> 24
    return _Network(address, bits, 8 if top < 0x80 else 16 if top < 0xC0 else 24)


@record(slots=True)
class _Range:
    """Addresses from first to last; `network` while nothing has been merged into it."""

    bits: int
    first: int
    last: int
    network: _Network | None


def _range_of(network: _Network) -> _Range:
    return _Range(network.bits, network.first, network.last, network)


def _merged(ranges: list[_Range]) -> list[_Network]:
    # In 128 bits the IPv4 ranges stand where they are mapped to.
    ranges = sorted(ranges, key=lambda r: (r.last + _offset(r), r.first + _offset(r)))
    for i in range(len(ranges) - 1, 0, -1):
        this, before = ranges[i], ranges[i - 1]
        previous = max(this.first - 1, 0) + _offset(this)
        if previous <= before.last + _offset(before):
            ranges[i - 1 : i + 1] = [_joined(before, this)]
    networks: list[_Network] = []
    for joined in ranges:
        networks += [joined.network] if joined.network is not None else _covering(joined)
    return networks


def _joined(before: _Range, this: _Range) -> _Range:
    """Both as one range; of two families, among IPv6 addresses."""
    if this.bits == before.bits:
        return _Range(this.bits, min(before.first, this.first), this.last, None)
    first = min(before.first + _offset(before), this.first + _offset(this))
    return _Range(_V6_BITS, first, this.last + _offset(this), None)


def _offset(part: _Range) -> int:
    return _MAPPED if part.bits == _V4_BITS else 0


def _covering(part: _Range) -> list[_Network]:
    kind = ipaddress.IPv4Address if part.bits == _V4_BITS else ipaddress.IPv6Address
    networks = ipaddress.summarize_address_range(kind(part.first), kind(part.last))
    return [_Network(int(n.network_address), part.bits, n.prefixlen) for n in networks]


@builtin("net.lookup_ip_addr", "(name: string) -> addrs: set[string]", context=True, nondeterministic=True)
def net_lookup_ip_addr(context: Context, name: Any) -> RegoSet:
    """The addresses of a host; other names than localhost need permission: `net.lookup_ip_addr("::1") == {"::1"}`."""
    host = string(name, 1)
    address = _parse_address(host)
    if address is not None:
        return RegoSet([_address_text(*address)])
    if host == "localhost":
        return RegoSet(["127.0.0.1"])
    allowed = context.allow_net
    if allowed is None or not (host in allowed or "*" in allowed):
        raise BuiltinError(f"unallowed host: {host}")
    place = ("net.lookup_ip_addr", host)
    if place not in context.cache:
        context.cache[place] = _looked_up(host)
    return context.cache[place]  # type: ignore[no-any-return]


def _looked_up(host: str) -> RegoSet:
    import socket

    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        raise BuiltinError(f"lookup {host}: no such host") from None
    return RegoSet(str(entry[4][0]).partition("%")[0] for entry in found)
