"""PEM blocks, found in a text as Go's encoding/pem finds them."""

from __future__ import annotations

import base64
import re

from gatewright.records import record

_BLOCK = re.compile(
    rb"(?:\A|\n)-----BEGIN (?P<kind>[^\n]*?)-----[ \t\r]*\n(?P<headers>(?:[^\n:]+:[^\n]*\n)*)\s*"
    rb"(?P<body>[A-Za-z0-9+/=\s]*?)-----END (?P=kind)-----[ \t\r]*(?:\n|\Z)"
)


@record(frozen=True, slots=True)
class Block:
    """What stands between BEGIN and END, decoded, and the word after BEGIN."""

    kind: str
    data: bytes


def decode(text: bytes) -> tuple[Block | None, bytes]:
    """The first block and what follows it; (None, text) where there is none."""
    for match in _BLOCK.finditer(text):
        try:
            data = base64.b64decode(re.sub(rb"\s", b"", match["body"]), validate=True)
        except ValueError:
            continue
        return Block(match["kind"].decode("utf-8", "replace"), data), text[match.end() :]
    return None, text
