"""Reading DER: enough of it for certificates."""

from __future__ import annotations

from gatewright.records import record

SEQUENCE, SET, OID, INTEGER, BIT_STRING, OCTET_STRING, BOOLEAN = 0x30, 0x31, 0x06, 0x02, 0x03, 0x04, 0x01


class DerError(ValueError):
    """Bytes that are not DER, or not what was expected there."""


@record(frozen=True, slots=True)
class Element:
    """One element: its tag byte, its content, and itself with tag and length."""

    tag: int
    content: bytes
    raw: bytes

    def children(self) -> list[Element]:
        """The elements inside."""
        return elements(self.content)

    def expect(self, tag: int) -> Element:
        if self.tag != tag:
            raise DerError(f"expected tag {tag:#x}, found {self.tag:#x}")
        return self

    def integer(self) -> int:
        return int.from_bytes(self.expect(INTEGER).content, "big", signed=True)

    def bits(self) -> bytes:
        """The bytes of a bit string, its count of unused bits left out."""
        if not self.expect(BIT_STRING).content:
            raise DerError("empty bit string")
        return self.content[1:]

    def text(self) -> str:
        if self.tag == 0x1E:  # BMPString
            return self.content.decode("utf-16-be", "replace")
        return self.content.decode("latin-1" if self.tag in (0x14, 0x13, 0x16) else "utf-8", "replace")

    def oid(self) -> tuple[int, ...]:
        numbers: list[int] = []
        value = 0
        for byte in self.expect(OID).content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(value)
                value = 0
        if not numbers:
            raise DerError("empty object identifier")
        first = min(numbers[0] // 40, 2)
        return (first, numbers[0] - 40 * first, *numbers[1:])


def elements(data: bytes) -> list[Element]:
    """The elements of a run of bytes, one after the other. Raises DerError."""
    found = []
    at = 0
    while at < len(data):
        element = element_at(data, at)
        found.append(element)
        at += len(element.raw)
    return found


def element_at(data: bytes, at: int = 0) -> Element:
    """The element at a position."""
    if at + 2 > len(data):
        raise DerError("truncated")
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[start : start + count], "big")
        start += count
        if not count or count > 4:
            raise DerError("bad length")
    end = start + length
    if end > len(data):
        raise DerError("truncated")
    return Element(tag, data[start:end], data[at:end])
