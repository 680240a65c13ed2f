"""A unit → its outcome: the documents are read, reviewed, located and rendered; nothing here knows of other units."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gatewright.checking.request import CheckRequest, Counts
from gatewright.checking.units import Part, Unit
from gatewright.errors import GatewrightError, ManifestError
from gatewright.manifests import Document, read_blocks, unpacked
from gatewright.report.found import Found, place
from gatewright.source import Location

if TYPE_CHECKING:
    from gatewright.gatekeeper.host import Host
    from gatewright.gatekeeper.result import Violation
    from gatewright.report import Renderer

# A piece of a report: the file it is about ("" where the format does not group), and its text.
Section = tuple[str, str]


@dataclass(slots=True)
class Outcome:
    """What came of a unit: rendered sections, errors as plain data, and counts. Small enough to send and to keep."""

    sections: list[Section] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)


class Evaluator:
    """Evaluates units against one host. `at` is told the ordinal of each document before it is reviewed."""

    def __init__(self, host: Host, request: CheckRequest, renderer: Renderer) -> None:
        self._host = host
        self._request = request
        self._renderer = renderer
        self._shown = frozenset(request.actions)

    def unit(
        self, unit: Unit, *, at: Callable[[int], None] | None = None, skip: frozenset[int] = frozenset()
    ) -> Outcome:
        """Everything the report will say of a unit. Documents whose ordinal is in `skip` are not reviewed."""
        outcome = Outcome()
        found: list[Found] = []
        ordinal = 0
        for item in self.documents(unit):
            if isinstance(item, GatewrightError):
                self._error(outcome, item)
                continue
            if at is not None:
                at(ordinal)
            if ordinal not in skip:
                try:
                    found += self._review(item, outcome.counts)
                except GatewrightError as error:
                    self._error(outcome, _at(error, item))
            ordinal += 1
        outcome.sections = self._renderer.fragment(found)
        outcome.rules = self._renderer.rules(found)
        return outcome

    def documents(self, unit: Unit) -> Iterator[Document | GatewrightError]:
        """The objects of a unit, and an error in the place of each that cannot be read."""
        for part in unit.parts:
            yield from read_part(part, self._request.type)

    def _review(self, document: Document, counts: Counts) -> list[Found]:
        obj = document.value
        named = isinstance(obj, dict) and obj.get("kind") and obj.get("apiVersion")
        if not named and not self._request.gator_compat:
            raise _not_an_object(obj)
        host = self._host
        before = host.pairs
        violations = host.review(obj)
        counts.objects += 1
        counts.pairs += host.pairs - before
        if not violations:
            return []
        if self._shown:
            violations = [v for v in violations if self._shown.intersection(actions_of(v))]
        found = []
        for violation, path in host.evidence(obj, violations):
            counts.actions.update(actions_of(violation))
            found.append(place(document, violation, path, excerpts=self._request.excerpts))
        return found

    @staticmethod
    def _error(outcome: Outcome, error: GatewrightError) -> None:
        outcome.errors.append(error_data(error))
        outcome.counts.errors += 1


def actions_of(violation: Violation) -> Sequence[str]:
    """The actions in force: the scoped ones where the constraint is scoped."""
    return violation.scoped_actions or (violation.enforcement_action,)


def read_part(part: Part, kind: str = "") -> Iterator[Document | GatewrightError]:
    """The objects in a part of a file; Lists are unpacked, and files of other formats read by their readers."""
    name = "stdin" if part.file == "-" else part.file
    try:
        data = part.read()
    except OSError as error:
        yield ManifestError(f"cannot read: {error.strerror or error}", Location(name))
        return
    reader = kind if kind and kind != "kubernetes" else _reader(name, data, part, kind)
    if reader is not None:
        yield from _read_foreign(reader, data, name)
        return
    padding = part.row - 1
    for item in read_blocks([data] if data else [], name):
        if isinstance(item, ManifestError):
            yield _moved(item, padding)
            continue
        if padding:
            item = Document(item.value, item.file, item.index, item.row + padding, item.text, item.within)
        yield from unpacked(item)


_READABLE = (".yaml", ".yml", ".json")


def _reader(name: str, data: bytes, part: Part, kind: str) -> str | None:
    """Which reader of another format a file is for, if any: decided by its name, then by telltale words."""
    if kind == "kubernetes" or part.offset or part.length >= 0:
        return None
    base = os.path.basename(name)
    suspicious = not base.endswith(_READABLE) or any(word in data for word in _TELLTALES)
    if not suspicious:
        return None
    from gatewright.readers import detect

    return detect(name, data.decode("utf-8", "replace"))


# Words that stand in files of the other formats that are YAML too.
_TELLTALES = (b"jobs:", b"kustomize.config.k8s.io", b"- rule:", b"- macro:", b"- list:", b"groups:", b"resources:")


def _read_foreign(reader: str, data: bytes, name: str) -> Iterator[Document | GatewrightError]:
    from gatewright.readers import read

    text = data.decode("utf-8", "replace")
    try:
        documents = read(reader, text, name)
    except ManifestError as error:
        yield error
        return
    for index, value in enumerate(documents):
        yield Document(value, name, index, 1, text)


def _not_an_object(value: Any) -> ManifestError:
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a scalar"
        return ManifestError(f"not a Kubernetes object: the document is {kind}", hint=_NOT_OURS)
    missing = " and ".join(name for name in ("apiVersion", "kind") if not value.get(name))
    return ManifestError(f"not a Kubernetes object: it has no {missing}", hint=_NOT_OURS)


_NOT_OURS = "leave other files out with --exclude GLOB or a .gatewrightignore file, or say what they are with --type"


def _at(error: GatewrightError, document: Document) -> GatewrightError:
    if error.location is None:
        error.location = Location(document.file, document.row, 1)
    return error


def _moved(error: ManifestError, rows: int) -> ManifestError:
    if rows and error.location is not None and error.location.row:
        error.location = error.location.shifted(file=error.location.file, rows=rows)
    return error


def error_data(error: GatewrightError) -> dict[str, Any]:
    """An error as reports carry it: message, file, line, column, hint."""
    where = error.location
    message = f"{error.code}: {error.message}" if error.code else error.message
    return {
        "message": message,
        "file": where.file if where else "",
        "line": where.row if where else 0,
        "column": where.col if where else 0,
        "hint": error.hint,
    }
