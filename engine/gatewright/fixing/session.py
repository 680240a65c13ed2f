"""`gatewright fix` without the command line: check, edit, check again, until nothing is left to repair."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatewright.checking.policy_sets import PolicySet
from gatewright.checking.request import CheckRequest
from gatewright.checking.waivers import Waiver, carries_waivers, inline
from gatewright.errors import GatewrightError, ManifestError
from gatewright.fixing.documents import with_documents, with_line_ends
from gatewright.fixing.edit import set_value
from gatewright.manifests import EXTENSIONS, Document, find_files, read_text, unpacked
from gatewright.records import field, record
from gatewright.source import Location

if TYPE_CHECKING:
    from gatewright.gatekeeper.host import Host

# A repair may bring another rule to speak; more rounds than this mean that two rules disagree.
_ROUNDS = 10


@record(frozen=True, slots=True)
class Fixed:
    """One file: its text before and after, what each edit was for, what only --unsafe repairs, and what stands where
    the text cannot be edited."""

    file: str
    before: str
    after: str
    messages: tuple[str, ...]
    withheld: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def summary(self, *, written: bool) -> str:
        """What became of the violations that a repair is known for; "" for nothing to tell."""
        counts = (
            (len(self.messages) if written else 0, "repaired"),
            (len(self.withheld), "more with --unsafe"),
            (len(self.refused), "where the text cannot be edited"),
        )
        return ", ".join(f"{count} {what}" for count, what in counts if count)

    def diff(self) -> str:
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), self.file, self.file
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def fix_files(request: CheckRequest, *, unsafe: bool = False) -> Iterator[Fixed | GatewrightError]:
    """Each YAML or JSON file with what could be repaired, and what cannot be read. Files are not written here."""
    own = {os.path.realpath(path) for path in request.own_files}
    policies = PolicySet(request)
    host, errors = policies.host()
    for error in errors:
        raise error
    policies.close()
    for found in find_files(request.manifests, exclude=request.exclude):
        file = Path(found)
        if file.suffix not in EXTENSIONS or os.path.realpath(file) in own:
            continue
        try:
            with file.open(encoding="utf-8", newline="") as handle:
                before = handle.read()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            yield ManifestError(f"cannot read: {reason}", Location(found))
            continue
        yield from (item for item in read_text(before, found) if isinstance(item, ManifestError))
        try:
            yield fix_text(host, request, before, found, unsafe=unsafe)
        except GatewrightError as error:
            if error.location is None:
                error.location = Location(found)
            yield error


def fix_text(host: Host, request: CheckRequest, before: str, file: str, *, unsafe: bool = False) -> Fixed:
    """One file's text, repaired until a round changes nothing."""
    # Documents know lines by their line feed alone.
    text = before.replace("\r\n", "\n")
    messages: list[str] = []
    for _ in range(_ROUNDS):
        done = _Round()
        edited = _round(host, request, text, file, done, unsafe=unsafe)
        messages += done.repaired
        if edited == text:
            break
        text = edited
    after = with_line_ends(text, before)
    return Fixed(file, before, after, tuple(messages), tuple(done.withheld), tuple(done.refused))


@record(slots=True)
class _Round:
    """What one look at a file came to: messages of the violations that a repair is known for."""

    repaired: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def _round(host: Host, request: CheckRequest, text: str, file: str, done: _Round, *, unsafe: bool) -> str:
    """The text after every repair that it asks for, once."""
    edits: list[tuple[Document, str]] = []
    for item in read_text(text, file):
        if isinstance(item, ManifestError):
            continue  # said already
        chunk = item.text
        for document in unpacked(item):
            waivers = _waivers(document, request)
            chunk = _repair(host, document, waivers, chunk, done, unsafe=unsafe)
        if chunk != item.text:
            edits.append((item, chunk))
    whole = with_documents(text, edits)
    if whole is not None:
        return whole
    done.refused += done.repaired
    done.repaired.clear()
    return text


def _waivers(document: Document, request: CheckRequest) -> list[Waiver]:
    own = request.inline_waivers and carries_waivers(document.value)
    return [*request.waivers, *(inline(document, request.today) if own else ())]


def _repair(host: Host, document: Document, waivers: list[Waiver], chunk: str, done: _Round, *, unsafe: bool) -> str:
    for violation in host.review(document.value):
        fix = _known_fix(violation.details)
        if fix is None or any(waiver.covers(violation, document.file) for waiver in waivers):
            continue
        if not (unsafe or fix.get("safe") is True):
            done.withheld.append(violation.message)
            continue
        edited = set_value(chunk, document.within + tuple(fix["path"]), fix["value"])
        if edited is None:
            done.refused.append(violation.message)
        elif edited != chunk:
            chunk = edited
            done.repaired.append(violation.message)
    return chunk


def _known_fix(details: Any) -> dict[str, Any] | None:
    fix = details.get("fix") if isinstance(details, dict) else None
    known = isinstance(fix, dict) and isinstance(fix.get("path"), list) and "value" in fix
    return fix if known else None
