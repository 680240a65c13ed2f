"""Documents: values read from a manifest, with the means to say where each part of them stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from gatewright.errors import ManifestError
from gatewright.manifests._fast import Origins, read_fast
from gatewright.manifests._lines import NOT_PROVEN
from gatewright.manifests._rows import find
from gatewright.manifests._stream import Chunk, looks_like_json, split_yaml
from gatewright.records import field, record
from gatewright.source import Location
from gatewright.source import excerpt as _excerpt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_DOCUMENT_BYTES = 32 << 20

Path = tuple[str | int, ...]


@record(frozen=True, slots=True)
class Document:
    """One document of a file. `value` is never changed; `index` counts documents of the file from 0.

    `row` is the line its text starts on. `within` is where the value lies in that text: a List's item has
    ("items", 3) there. Positions are not kept but found again in the text when asked for; `origins` says where to look,
    if the fast route has read it.
    """

    value: Any
    file: str = ""
    index: int = 0
    row: int = 1
    text: str = field(default="", repr=False)
    within: Path = ()
    origins: Origins | None = field(default=None, repr=False, compare=False)

    def locate(self, path: Path = ()) -> Location:
        """Where the deepest part of `path` that exists stands: an entry at its key, an item at its value."""
        found = None if self.origins is None else find(self.value, self.origins, path)
        if found is not None:
            row, start, end = found
            row += self.row
            return Location(self.file, row, start + 1, row, end + 1) if end else Location(self.file, row, start + 1)
        from gatewright.manifests._locate import locate

        return locate(self.text, self.within + tuple(path), file=self.file, row=self.row)

    def excerpt(self, location: Location, *, context: int = 0) -> str:
        """The line at `location`, which `locate` gave, with a caret."""
        from gatewright.manifests._locate import lines_of

        first = max(0, location.row - self.row - context)
        lines = lines_of(self.text, first, location.row - self.row - first + 1 + context)
        padding = self.row - 1 + first
        local = Location(
            location.file, location.row - padding, location.col, max(0, location.end_row - padding), location.end_col
        )
        return _renumbered(_excerpt(lines, local, context=context), padding)

    def part(self, *path: str | int) -> Document:
        """The document that is a part of this one."""
        value = self.value
        for step in path:
            value = value[step]
        return Document(value, self.file, self.index, self.row, self.text, self.within + path, self.origins)


def _renumbered(shown: str, padding: int) -> str:
    if not padding or not shown:
        return shown
    rows = [line.partition("|") for line in shown.split("\n")]
    numbers = [str(int(number) + padding) if number.strip() else "" for number, _, _ in rows]
    width = max(map(len, numbers))
    return "\n".join(f"{number:>{width}} |{rest}" for number, (_, _, rest) in zip(numbers, rows, strict=True))


def read_text(
    text: str | bytes, file: str = "", *, limit: int = MAX_DOCUMENT_BYTES
) -> Iterator[Document | ManifestError]:
    """The documents of a text as Kubernetes' decoder reads them; a document that is not YAML becomes an error.

    Empty documents and empty objects are passed over. What is not a mapping is a document all the same.
    """
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return read_blocks([data] if data else [], file, limit=limit)


def read_blocks(
    blocks: Iterable[bytes], file: str = "", *, limit: int = MAX_DOCUMENT_BYTES, row: int = 1
) -> Iterator[Document | ManifestError]:
    """`read_text` for bytes that arrive in blocks, the first of them on line `row`; holds no more than a document at a
    time, unless it is JSON."""
    source = iter(blocks)
    first = next(source, b"")
    while len(first) < 1024 and (more := next(source, b"")):
        first += more
    source = chain([first], source)
    if looks_like_json(first):
        return _not_empty(_read_json_stream(b"".join(source), file, limit, row))
    return _read_yaml(source, file, limit, row=row)


def _not_empty(items: Iterable[Document | ManifestError]) -> Iterator[Document | ManifestError]:
    return (item for item in items if isinstance(item, ManifestError) or item.value != {})


def _read_yaml(
    blocks: Iterable[bytes], file: str, limit: int, *, row: int, index: int = 0
) -> Iterator[Document | ManifestError]:
    for chunk in split_yaml(blocks, limit=limit, row=row):
        try:
            text, value, origins = _read_chunk(chunk, file)
        except ManifestError as error:
            yield error
        else:
            if value is not None and value != {}:
                yield Document(value, file, index, chunk.row, text, (), origins)
                index += 1


_FAULT_HINTS = {
    "invalid document separator": "only a comment may follow '---' on its line",
    "the document is larger": "Kubernetes takes no object beyond 3 MiB; split the file",
}


def _read_chunk(chunk: Chunk, file: str) -> tuple[str, Any, Origins | None]:
    if chunk.fault:
        hint = next((hint for start, hint in _FAULT_HINTS.items() if chunk.fault.startswith(start)), "")
        raise ManifestError(chunk.fault, Location(file, chunk.row, 1), hint=hint)
    text = _decode(chunk.text, file, chunk.row)
    origins: Origins | None = Origins()
    value = read_fast(text, origins)
    if value is NOT_PROVEN:
        origins = None
        from gatewright.manifests._compose import compose

        lead = "---\n" if chunk.led else ""
        value = compose(lead + text, file=file, row=chunk.row - bool(lead))
    return text, value, origins


def _decode(data: bytes, file: str, row: int) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        location = Location(file, row + before.count(b"\n"), len(before.rpartition(b"\n")[2].decode("utf-8")) + 1)
        shown = f"invalid UTF-8: byte 0x{data[error.start]:02x}"
        raise ManifestError(shown, location, hint="save the file as UTF-8") from None


def _read_json_stream(data: bytes, file: str, limit: int, row: int) -> Iterator[Document | ManifestError]:
    if len(data) > limit:
        yield _read_fault(f"the document is larger than {limit // (1 << 20)} MiB", file, row)
        return
    from gatewright.manifests._json import read_json

    try:
        value = read_json(data)
    except ValueError:
        yield from _read_concatenated_json(data, file, limit, row)
    else:
        yield Document(value, file, 0, row, data.decode("utf-8"))


def _read_fault(fault: str, file: str, row: int) -> ManifestError:
    try:
        _read_chunk(Chunk(b"", row, fault), file)
    except ManifestError as error:
        return error
    raise AssertionError("unreachable")


def _read_concatenated_json(data: bytes, file: str, limit: int, row: int) -> Iterator[Document | ManifestError]:
    """JSON values in a row. After a fault the rest is YAML, if no more than one value has come before it."""
    from gatewright.manifests._json import scan_json

    done = 0
    count = 0
    for line in data.splitlines(keepends=True):
        value = _json_line(line)
        if value is None:
            break
        yield Document(value, file, count, row, line.decode("utf-8"))
        count += 1
        row += 1
        done += len(line)
    if done:
        # The newline is not part of the value before it.
        done, row = done - 1, row - 1
    text = data[done:].decode("utf-8", "surrogateescape")
    del data
    done = 0
    try:
        for value, start, end in scan_json(text):
            if not isinstance(value, dict):
                raise ValueError("not an object")
            row += text.count("\n", done, start)
            yield Document(value, file, count, row, _on_own_line(text, start, end))
            row += text.count("\n", start, end)
            count += 1
            done = end
    except ValueError as error:
        yield from _after_json(text, done, count, row, error, file, limit)


def _json_line(line: bytes) -> dict[str, Any] | None:
    """The object that is alone on its line, as in a file of JSON lines."""
    if line[:1] != b"{" or not line.endswith(b"\n"):
        return None
    from gatewright.manifests._json import read_json

    try:
        value = read_json(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _on_own_line(text: str, start: int, end: int) -> str:
    # Blanks stand for what precedes the value on its line, so that columns are the file's.
    return " " * (start - text.rfind("\n", 0, start) - 1) + text[start:end]


def _after_json(
    text: str, done: int, count: int, row: int, error: ValueError, file: str, limit: int
) -> Iterator[Document | ManifestError]:
    fault = _json_fault(error, text, done, file, row)
    if count > 1:
        yield fault
        return
    rest = text[done:]
    blank = len(rest) - len(rest.lstrip())
    newline = rest.find("\n", 0, blank)
    skipped = newline + 1 if newline >= 0 else blank
    # The decoder looks at four bytes when it turns to YAML, and gives up where there are fewer.
    if len(rest[newline if newline >= 0 else blank :].encode("utf-8", "surrogateescape")) < 4:
        yield fault
        return
    row += rest.count("\n", 0, skipped)
    first = True
    for item in _read_yaml([rest[skipped:].encode("utf-8", "surrogateescape")], file, limit, row=row, index=count):
        yield fault if first and isinstance(item, ManifestError) else item
        first = False


def _json_fault(error: ValueError, text: str, done: int, file: str, row: int) -> ManifestError:
    at = getattr(error, "pos", None)
    message = getattr(error, "msg", None) or str(error)
    if at is None:
        at = done + len(text[done:]) - len(text[done:].lstrip())
    row += text.count("\n", done, at)
    column = at - text.rfind("\n", 0, at)
    return ManifestError(f"not JSON: {message[:1].lower()}{message[1:]}", Location(file, row, column))


def read_verify(text: str, file: str = "") -> Iterator[Document | ManifestError]:
    """The objects of a text as `gator verify` reads inventories and cases: go-yaml v3 on texts cut at "\\n---".

    Blank lines and lines that are only a comment are removed first, also from block scalars.
    """
    row = 1
    index = 0
    for part in text.split("\n---"):
        kept = _kept_for_verify(part)
        if kept:
            try:
                yield Document(_kinded(verify_value(part, file, row=row), file, row), file, index, row, part)
            except ManifestError as error:
                yield error
                return
            index += 1
        row += part.count("\n") + 1


def verify_value(text: str, file: str = "", *, row: int = 1) -> Any:
    """The object that go-yaml v3 reads from a text, without lines that are blank or only a comment."""
    from gatewright.manifests._compose_v3 import compose_v3, in_go_words

    kept = _kept_for_verify(text)
    try:
        return compose_v3("".join(f"{line}\n" for _, line in kept), file=file, into_object=True)
    except ManifestError as error:
        location = error.location
        if location is not None and kept:
            at = kept[min(location.row, len(kept)) - 1][0]
            location = Location(file, at + row, location.col)
        raise ManifestError(in_go_words(error), location, hint=error.hint) from None


def read_verify_first(text: str, file: str = "", *, kinded: bool = True) -> Any:
    """The first object of a file, as `gator verify` reads it; `kinded`: it must say what it is."""
    from gatewright.manifests._compose_v3 import compose_v3, in_go_words

    try:
        value = compose_v3(text, file=file, into_object=True)
    except ManifestError as error:
        raise ManifestError(in_go_words(error), error.location, hint=error.hint) from None
    return _kinded(value, file, 1) if kinded else value


def _kinded(value: Any, file: str, row: int) -> Any:
    if not isinstance(value.get("kind"), str) or not value["kind"]:
        import orjson

        shown = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS).decode("utf-8", "replace")
        # Go's JSON is fit for HTML.
        shown = shown.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
        raise ManifestError(f"Object 'Kind' is missing in '{shown}'", Location(file, row, 1))
    return value


def _kept_for_verify(text: str) -> list[tuple[int, str]]:
    numbered = enumerate(text.split("\n"))
    return [(at, line) for at, line in numbered if (bare := line.strip()) and not bare.startswith("#")]
