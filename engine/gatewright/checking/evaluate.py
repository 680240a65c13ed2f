"""A unit → its outcome: the documents are read, reviewed, located and rendered; nothing here knows of other units."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gatewright.checking.baseline import entry
from gatewright.checking.fingerprint import digest_of
from gatewright.checking.outcome import Outcome
from gatewright.checking.request import CheckRequest
from gatewright.checking.units import Part, Unit
from gatewright.checking.waivers import Waiver, carries_waivers, complaint, inline
from gatewright.errors import GatewrightError, LimitError, ManifestError
from gatewright.manifests import Document, read_blocks, unpacked
from gatewright.records import record, replace
from gatewright.report.data import fingerprint
from gatewright.report.found import Found, is_from_text, place, states_place
from gatewright.source import Location

if TYPE_CHECKING:
    from gatewright.gatekeeper.host import Host, Seen
    from gatewright.gatekeeper.result import Violation
    from gatewright.report import Renderer


@record(frozen=True, slots=True)
class _Reviewed:
    """A document with violations; `ordinal` is its number in the unit."""

    document: Document
    ordinal: int
    seen: Seen
    outcome: Outcome


class Evaluator:
    """Evaluates units against one host. `keeping`: outcomes say which bytes they came of."""

    def __init__(
        self, host: Host, request: CheckRequest, renderers: Sequence[Renderer], *, keeping: bool = False
    ) -> None:
        self._host = host
        self._request = request
        self._renderers = renderers
        self._keeping = keeping
        self._shown = frozenset(request.actions)
        self._baseline = frozenset(request.baseline)
        self._waiving = bool(request.waivers) or (request.inline_waivers and not request.gator_compat)

    def unit(
        self, unit: Unit, *, at: Callable[[int], None] | None = None, skip: frozenset[int] = frozenset()
    ) -> list[Outcome]:
        """Everything the report will say of each part of a unit.

        `at` is told the ordinal in the unit of each document before it is reviewed; documents whose ordinal is in
        `skip` are not reviewed.
        """
        outcomes: list[Outcome] = []
        seen: list[_Reviewed] = []
        ordinal = 0
        for part in unit.parts:
            outcome = Outcome()
            outcomes.append(outcome)
            for item in self._documents(part, outcome):
                if isinstance(item, GatewrightError):
                    self._error(outcome, item)
                    continue
                if at is not None:
                    at(ordinal)
                if ordinal not in skip:
                    try:
                        one = self._review(item, outcome)
                    except GatewrightError as error:
                        self._error(outcome, _at(error, item))
                    else:
                        if one.violations or (self._waiving and carries_waivers(item.value)):
                            seen.append(_Reviewed(item, ordinal, one, outcome))
                ordinal += 1
        self._render(outcomes, self._locate(seen, at))
        return outcomes

    def _locate(self, seen: list[_Reviewed], at: Callable[[int], None] | None) -> dict[int, list[Found]]:
        """What was found, by outcome. Apart from the reviews, as each of the two runs faster by itself."""
        found: dict[int, list[Found]] = {}
        for one in seen:
            if at is not None:
                at(one.ordinal)
            try:
                found.setdefault(id(one.outcome), []).extend(self._found(one))
            except GatewrightError as error:
                self._error(one.outcome, _at(error, one.document))
        return found

    def _render(self, outcomes: list[Outcome], found: dict[int, list[Found]]) -> None:
        for outcome in outcomes:
            here = found.get(id(outcome), [])
            for renderer in self._renderers:
                outcome.sections.append(renderer.fragment(here))
                outcome.rules |= renderer.rules(here)

    def _documents(self, part: Part, outcome: Outcome) -> Iterator[Document | GatewrightError]:
        data = _read(part)
        if isinstance(data, GatewrightError):
            outcome.lasting = False
            yield data
            return
        documents = _documents_in(data, part, self._request.type)
        if not self._keeping:
            yield from documents
            return
        outcome.digest = digest_of(data)
        for item in documents:
            if isinstance(item, Document) and is_from_text(item):
                outcome.lasting = False  # readers of other formats may look at what lies beside the file
            yield item

    def documents(self, unit: Unit) -> Iterator[Document | GatewrightError]:
        """The objects of a unit, and an error in the place of each that cannot be read."""
        for part in unit.parts:
            yield from read_part(part, self._request.type)

    def _review(self, document: Document, outcome: Outcome) -> Seen:
        obj = document.value
        named = isinstance(obj, dict) and obj.get("kind") and obj.get("apiVersion")
        if not named and not self._request.gator_compat:
            raise _not_an_object(obj)
        host = self._host
        before = host.pairs
        seen = host.look(obj)
        if self._request.engine == "both":
            seen.violations.extend(found.violation() for found in host.take_disagreements())
        outcome.counts.objects += 1
        outcome.counts.pairs += host.pairs - before
        return seen

    def _found(self, one: _Reviewed) -> Iterator[Found]:
        violations: Sequence[Violation] = one.seen.violations
        if self._shown:
            violations = [v for v in violations if self._shown.intersection(actions_of(v))]
        if self._waiving:
            violations = self._unwaived(violations, one.document, one.outcome)
        for violation, path in self._placed(one, violations):
            found = place(one.document, violation, path, excerpts=self._request.excerpts)
            if self._counts(found.violation, one.outcome):
                yield found

    def _placed(self, one: _Reviewed, violations: Sequence[Violation]) -> Iterator[tuple[Violation, tuple[Any, ...]]]:
        """The violations with what their policies read on the way to those that do not say where they stand."""
        stated = [states_place(one.document, violation) for violation in violations]
        paths = self._host.places(one.seen, [v for v, known in zip(violations, stated, strict=True) if not known])
        for violation, known in zip(violations, stated, strict=True):
            yield violation, () if known else next(paths)[1]

    def _counts(self, violation: Violation, outcome: Outcome) -> bool:
        """Whether a violation counts, having counted it: one of the baseline does not."""
        if self._request.recording:
            outcome.entries.append(entry(violation))
        if self._baseline and (known := fingerprint(violation)) in self._baseline:
            outcome.known.append(known)
            outcome.counts.known += 1
            return False
        for action in actions_of(violation):
            outcome.counts.act(action)
        return True

    def _unwaived(self, violations: Sequence[Violation], document: Document, outcome: Outcome) -> Sequence[Violation]:
        """The violations that no waiver covers, neither one of the files nor one that the object carries."""
        own = self._own_waivers(document, outcome)
        if not (own or self._request.waivers):
            return violations
        waivers = [*self._request.waivers, *own]
        used: set[int] = set()
        left = []
        for violation in violations:
            number = next((n for n, waiver in enumerate(waivers) if waiver.covers(violation, document.file)), None)
            if number is None:
                left.append(violation)
            else:
                used.add(number)
                outcome.counts.waived += 1
        of_files = len(self._request.waivers)
        outcome.used += sorted(number for number in used if number < of_files)
        outcome.stale += [complaint(waiver) for n, waiver in enumerate(own, of_files) if n not in used]
        return left

    def _own_waivers(self, document: Document, outcome: Outcome) -> list[Waiver]:
        if not self._request.inline_waivers or not carries_waivers(document.value):
            return []
        own = inline(document, self._request.today)
        if any(waiver.expires for waiver in own):
            outcome.lasting = False  # tomorrow it may be otherwise
        return own

    @staticmethod
    def _error(outcome: Outcome, error: GatewrightError) -> None:
        if isinstance(error, LimitError):
            outcome.lasting = False
            error.hint = error.hint or "--timeout SECONDS allows a review more, or 0 any time"
        outcome.errors.append(error_data(error))
        outcome.counts.errors += 1


def actions_of(violation: Violation) -> Sequence[str]:
    """The actions in force: the scoped ones where the constraint is scoped."""
    return violation.scoped_actions or (violation.enforcement_action,)


def read_part(part: Part, kind: str = "") -> Iterator[Document | GatewrightError]:
    """The objects in a part of a file; Lists are unpacked, and files of other formats read by their readers."""
    data = _read(part)
    if isinstance(data, GatewrightError):
        yield data
    else:
        yield from _documents_in(data, part, kind)


def _read(part: Part) -> bytes | ManifestError:
    try:
        return part.read()
    except OSError as error:
        return ManifestError(f"cannot read: {error.strerror or error}", Location(_name(part)))


def _name(part: Part) -> str:
    return "stdin" if part.file == "-" else part.file


def _documents_in(data: bytes, part: Part, kind: str) -> Iterator[Document | GatewrightError]:
    name = _name(part)
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
            item = replace(item, row=item.row + padding)
        yield from unpacked(item)


_READABLE = (".yaml", ".yml", ".json")


def _reader(name: str, data: bytes, part: Part, kind: str) -> str | None:
    """Which reader of another format a file is for, if any: decided by its name, then by telltale words."""
    if kind == "kubernetes" or part.offset or part.length >= 0:
        return None
    base = os.path.basename(name)
    suspicious = not base.endswith(_READABLE) or any(word in data for word in _TELLTALES)
    suspicious = suspicious or any(word in base.lower() for word in _TELLING_NAMES)
    if not suspicious:
        return None
    from gatewright.readers import detect

    return detect(name, data.decode("utf-8", "replace"))


# Words that stand in files of the other formats that are YAML too.
_TELLTALES = (
    b"jobs:",
    b"kustomize.config.k8s.io",
    b"- rule:",
    b"- macro:",
    b"- list:",
    b"groups:",
)
# And in their names, where the content says nothing: `resources:` stands in every Pod.
_TELLING_NAMES = ("chart.", "values", "kustomization", "dependabot.", "action.")


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
