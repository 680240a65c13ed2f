"""The string formats that CRD schemas may name."""

from __future__ import annotations

import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import date
from typing import Final

import re2


def _regex(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None  # few schemas name a format


def _sloppy(address: str) -> str:
    """Leading zeros of IPv4 octets are tolerated, as Go did before 1.17."""
    return re.sub(r"(?<![0-9a-fA-F:])0+(?=\d)", "", address) if "." in address else address


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(_sloppy(text)) if "%" not in text else None
    except ValueError:
        return None


def _ipv4(text: str) -> bool:
    return "." in text and _ip(text) is not None


def _ipv6(text: str) -> bool:
    return ":" in text and _ip(text) is not None


def _cidr(text: str) -> bool:
    address, slash, bits = text.partition("/")
    if not slash or not bits.isascii() or not bits.isdigit() or "%" in text:
        return False
    found = _ip(address)
    return found is not None and int(bits) <= found.max_prefixlen


_MAC = re.compile(
    r"([0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}(\2[0-9a-fA-F]{2}){4}((\2[0-9a-fA-F]{2}){2}|(\2[0-9a-fA-F]{2}){14})?"
    r"|[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4}){0,6})?)"
)


def _base64(text: str) -> bool:
    return (
        re.fullmatch(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})", text)
        is not None
    )


def _email(text: str) -> bool:
    address = text
    if named := re.fullmatch(r"\s*[^<>@]*<([^<>]+)>\s*", text):
        address = named[1]
    atom = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
    return re.fullmatch(rf"\s*({atom}(\.{atom})*|\"[^\"]*\")@({atom}(\.{atom})*|\[[^\]]*\])\s*", address) is not None


_HOSTNAME: Final = (
    r"^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}]"
    r"(([a-zA-Z0-9-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$"
)


def _hostname(text: str) -> bool:
    if re2.search(_HOSTNAME, text) is None or len(text.encode()) > 255:
        return False
    return all(len(part.encode()) <= 63 for part in text.split("."))


def _uri(text: str) -> bool:
    """An absolute URI or an absolute path, as a request line takes."""
    if not text or any(ord(c) < 0x21 or ord(c) == 0x7F for c in text):
        return False
    if re.search(r"%(?![0-9A-Fa-f]{2})", text.partition("?")[0]):
        return False
    return text.startswith("/") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text) is not None


def _date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return False
    try:
        date(int(text[:4]) or 4, int(text[5:7]), int(text[8:]))
    except ValueError:
        return False
    return True


_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2}|[+-]\d{4}|)")


def _datetime(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None or not _date(found[1]):
        return False
    return int(found[2]) < 24 and int(found[3]) < 60 and int(found[4]) < 60


_UNITS: Final = (
    "ns|nano|nanos|nanosecond|nanoseconds|us|µs|μs|micro|micros|microsecond|microseconds|ms|milli|millis|millisecond"
    "|milliseconds|s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hr|hour|hours|d|day|days|w|wk|week|weeks"
)


def _duration(text: str) -> bool:
    go = r"[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)"
    return re.fullmatch(go, text) is not None or re.fullmatch(rf"((\d+)\s*({_UNITS}))", text) is not None


def _isbn10(text: str) -> bool:
    digits = re.sub(r"[\s-]+", "", text)
    if not re.fullmatch(r"\d{9}[\dX]", digits):
        return False
    total = sum((i + 1) * (10 if c == "X" else int(c)) for i, c in enumerate(digits))
    return total % 11 == 0


def _isbn13(text: str) -> bool:
    digits = re.sub(r"[\s-]+", "", text)
    if not re.fullmatch(r"\d{13}", digits):
        return False
    total = sum((1 if i % 2 == 0 else 3) * int(c) for i, c in enumerate(digits[:12]))
    return int(digits[12]) == (10 - total % 10) % 10


_CARD: Final = re.compile(
    r"(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|(222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11}"
    r"|6[27][0-9]{14})"
)


def _credit_card(text: str) -> bool:
    digits = re.sub(r"[^0-9]+", "", text)
    if not _CARD.fullmatch(digits):
        return False
    total = 0
    for i, c in enumerate(reversed(digits)):
        doubled = int(c) * (2 if i % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _name(limit: int, pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: len(text.encode("utf-8", "replace")) <= limit and compiled.fullmatch(text) is not None


def _rgb(text: str) -> bool:
    n = r"(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])"
    return re.fullmatch(rf"rgb\(\s*{n}\s*,\s*{n}\s*,\s*{n}\s*\)", text) is not None


def _object_id(text: str) -> bool:
    try:
        return len(binascii.unhexlify(text)) == 12
    except (binascii.Error, ValueError):
        return False


_HEX: Final = "[0-9a-fA-F]"
_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"


def _uuid(third: str = f"{_HEX}{{4}}", fourth: str = f"{_HEX}{{4}}") -> Callable[[str], bool]:
    return _regex(f"{_HEX}{{8}}-?{_HEX}{{4}}-?{third}-?{fourth}-?{_HEX}{{12}}")


# Names without dashes, as the registry normalises them.
FORMATS: Final[dict[str, Callable[[str], bool]]] = {
    "bsonobjectid": _object_id,
    "byte": _base64,
    "cidr": _cidr,
    "creditcard": _credit_card,
    "date": _date,
    "datetime": _datetime,
    "duration": _duration,
    "email": _email,
    "hexcolor": _regex(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"),
    "hostname": _hostname,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "isbn": lambda text: _isbn10(text) or _isbn13(text),
    "isbn10": _isbn10,
    "isbn13": _isbn13,
    "k8slongname": _name(253, rf"{_LABEL}(\.{_LABEL})*"),
    "k8sshortname": _name(63, _LABEL),
    "mac": lambda text: _MAC.fullmatch(text) is not None,
    "password": lambda _: True,
    "rgbcolor": _rgb,
    "ssn": _regex(r"\d{3}[- ]?\d{2}[- ]?\d{4}"),
    "uri": _uri,
    "uuid": _uuid(),
    "uuid3": _uuid(f"3{_HEX}{{3}}"),
    "uuid4": _uuid(f"4{_HEX}{{3}}", f"[89abAB]{_HEX}{{3}}"),
    "uuid5": _uuid(f"5{_HEX}{{3}}", f"[89abAB]{_HEX}{{3}}"),
}


def checker(name: str) -> Callable[[str], bool] | None:
    """The test of a format; None when Kubernetes ignores it."""
    return FORMATS.get(name.replace("-", ""))
