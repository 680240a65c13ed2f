"""A file's bytes to the texts of its documents, split where Kubernetes' decoder splits them.

A line that starts with `---` separates, wherever it stands; only blanks and a comment may follow on it. A stream whose
first character is `{` is read as concatenated JSON until that fails, then as YAML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gatewright.records import record

_LOOK_AHEAD = 1024
_BLOCK = 1 << 18


@record(frozen=True, slots=True)
class Chunk:
    """The text of one YAML document: `row` is where it starts; `fault` says why it cannot be read, if so.

    `led`: the separator before it is part of what the decoder hands on, for nothing stood before that.
    """

    text: bytes
    row: int
    fault: str = ""
    led: bool = False


def looks_like_json(start: bytes) -> bool:
    """Whether the first visible character is `{`, within the bytes Kubernetes' decoder looks at."""
    return start[:_LOOK_AHEAD].decode("utf-8", "ignore").lstrip().startswith("{")


def split_yaml(blocks: Iterable[bytes], *, limit: int, row: int = 1) -> Iterator[Chunk]:
    """The chunks between separators, each no longer than `limit`; a longer one is passed over with a fault."""
    # The newline in front makes the separator on the very first line look like any other; it is not counted.
    buffer = b"\n"
    begin = 0  # the newline before the current document
    searched = 0
    fault = ""
    dropped, cut, led = 0, False, False
    source = iter(blocks)
    more = True
    while more:
        block = next(source, b"")
        more = bool(block)
        if len(buffer) - begin > limit:
            # Forget what was read but for its last bytes, which may begin a separator; a blank holds the front's place.
            dropped += buffer.count(b"\n", begin + 1, len(buffer) - 4)
            buffer, begin, searched, cut = b" " + buffer[-4:], 0, 0, True
        buffer = buffer[begin:] + block
        searched -= begin
        begin = 0
        while (start := buffer.find(b"\n---", searched)) >= 0:
            stop = buffer.find(b"\n", start + 4)
            if stop < 0:
                if more:
                    break
                stop = len(buffer)
            if start == begin and not fault and not cut and buffer[start + 4 : start + 5] == b"#":
                # With nothing before it, the decoder leaves the separator in the text, where `---#` is a word.
                searched = start + 4
                continue
            text = buffer[begin + 1 : start + 1]
            if fault or text or cut:
                yield _chunk(text, row, fault, cut, limit, led)
            led = not (fault or text or cut)
            row += dropped + text.count(b"\n") + 1
            dropped, cut = 0, False
            fault = "" if stop == start + 4 else _separator_fault(buffer[start + 1 : stop])
            # The newline that ends the separator's line stands in front of the next document.
            begin = searched = stop
        searched = max(searched, start if start >= 0 else len(buffer) - 4, begin)
    text = buffer[begin + 1 :]
    if text or fault or cut:
        yield _chunk(text, row, fault, cut, limit, led)


def _separator_fault(line: bytes) -> str:
    rest = line[3:].strip().decode("utf-8", "replace")
    rest = rest if len(rest) <= 60 else f"{rest[:60]}…"
    return f"invalid document separator: {rest}" if rest and not rest.startswith("#") else ""


def _chunk(text: bytes, row: int, fault: str, cut: bool, limit: int, led: bool) -> Chunk:
    if fault:
        return Chunk(b"", row - 1, fault)
    if cut or len(text) > limit:
        return Chunk(b"", row, f"the document is larger than {limit // (1 << 20)} MiB")
    if b"\r" in text:  # a single byte is found far sooner than two
        text = text.replace(b"\r\n", b"\n")
    return Chunk(text if text.endswith(b"\n") else text + b"\n", row, led=led)


def blocks_of(file: object) -> Iterator[bytes]:
    """What a binary file still holds, in blocks."""
    read = file.read  # type: ignore[attr-defined]
    while block := read(_BLOCK):
        yield block
