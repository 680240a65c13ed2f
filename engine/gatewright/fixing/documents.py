"""Documents put back into the text of their file, everything else byte for byte as it was."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

from gatewright.errors import ManifestError
from gatewright.fixing.jsontext import patched_json
from gatewright.fixing.yamltext import patched_yaml
from gatewright.gatekeeper.kube import same
from gatewright.gator.goyaml import dump_v2
from gatewright.manifests import Document, read_text
from gatewright.report.writing import write_whole
from gatewright.source import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MARK = "\ufeff"


def rewritten(document: Document, new: Any) -> tuple[str, bool]:
    """The text of a document that means `new`, and whether it had to be written anew, which costs its comments."""
    text, mark = document.text.removeprefix(_MARK), document.text.startswith(_MARK)
    as_json = text.lstrip().startswith("{")
    edited = patched_json(text, new) if as_json else None
    if edited is None:
        edited = patched_yaml(text, document.value, new)
    anew = edited is None or not _means(edited, new)
    if anew or edited is None:
        edited = _head(text) + dump_v2(new)
    return _MARK * mark + edited, anew


def write_objects(file: str, objects: Sequence[tuple[Document, Any]]) -> int:
    """Write objects into the file that they were read from; how many documents had to be written anew.

    Raises ManifestError for a file that cannot be read, that has changed, or whose text cannot be taken apart.
    """
    before = _text_of(file)
    parts: dict[int, dict[tuple[str | int, ...], Any]] = {}
    for document, new in objects:
        parts.setdefault(document.index, {})[document.within] = new
    texts = {document.index: document.text for document, _ in objects}
    edits, anew = [], 0
    for item in read_text(before, file):
        if isinstance(item, Document) and item.index in parts:
            if item.text != texts[item.index]:
                raise ManifestError("the file has changed while it was mutated", Location(file))
            chunk, is_new = rewritten(item, replaced(item.value, parts[item.index]))
            edits.append((item, chunk))
            anew += is_new
    after = with_documents(before.replace("\r\n", "\n"), edits)
    if after is None:
        raise ManifestError("a document shares its line with another; put each on lines of its own", Location(file))
    write_whole(Path(file), with_line_ends(after, before))
    return anew


def _text_of(file: str) -> str:
    try:
        with open(file, encoding="utf-8", newline="") as handle:
            return handle.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ManifestError(f"cannot read: {reason}", Location(file)) from error


def _means(text: str, wanted: Any) -> bool:
    found = list(read_text(text))
    return len(found) == 1 and isinstance(found[0], Document) and same(found[0].value, wanted)


def _head(text: str) -> str:
    """The comments and empty lines at the start."""
    lines = text.splitlines(keepends=True)
    count = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    return "".join(lines[:count])


def with_documents(text: str, edits: Sequence[tuple[Document, str]]) -> str | None:
    """A file's text with the texts of some of its documents replaced; None if one shares its lines with another.

    The lines of the text end in line feeds alone.
    """
    lines = text.split("\n")
    for document, chunk in sorted(edits, key=lambda edit: edit[0].row, reverse=True):
        start = document.row - 1
        end = start + document.text.removesuffix("\n").count("\n") + 1
        if "\n".join(lines[start:end]).strip() != document.text.strip():
            return None
        lines[start:end] = chunk.removesuffix("\n").split("\n")
    return "\n".join(lines)


def replaced(value: Any, parts: Mapping[tuple[str | int, ...], Any]) -> Any:
    """A copy of a document's value with other values at some places."""
    if () in parts:
        return parts[()]
    below: dict[str | int, dict[tuple[str | int, ...], Any]] = {}
    for (step, *rest), part in parts.items():
        below.setdefault(step, {})[tuple(rest)] = part
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    for step, inner in below.items():
        copy[step] = replaced(copy[step], inner)
    return copy


def with_line_ends(text: str, before: str) -> str:
    """The text with the line ends it had; where they differ, a line that stays keeps its own."""
    crlf = before.count("\r\n")
    if not crlf or text == before:
        return text
    if crlf == before.count("\n"):
        return text.replace("\n", "\r\n")
    old, new = before.split("\n"), text.split("\n")
    matcher = difflib.SequenceMatcher(None, [line.removesuffix("\r") for line in old], new, autojunk=False)
    for at, to, size in matcher.get_matching_blocks():
        new[to : to + size] = old[at : at + size]
    return "\n".join(new)
