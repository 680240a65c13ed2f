"""A unit → its outcome: the documents are read, reviewed, located and rendered; nothing here knows of other units."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import compress, count, islice

from gatewright.checking.fingerprint import digest_of
from gatewright.checking.outcome import Outcome
from gatewright.checking.request import CheckRequest
from gatewright.checking.units import Part, Unit
from gatewright.checking.waivers import Waiver, carries_waivers, complaint, inline
from gatewright.errors import GatewrightError, LimitError, ManifestError
from gatewright.manifests import Document, is_list, read_blocks, unpacked
from gatewright.records import record
from gatewright.report.data import fingerprint
from gatewright.report.found import Found, is_from_text, place, states_place
from gatewright.source import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.gatekeeper.host import Host, Seen
    from gatewright.gatekeeper.result import Violation
    from gatewright.report import Renderer


# So many documents are reviewed together; more would only need more memory.
_TOGETHER = 128


@record(frozen=True, slots=True)
class _Item:
    """A document or an error, in the order of reading; `ordinal` is the number of a document in the unit."""

    outcome: Outcome
    read: Document | GatewrightError
    ordinal: int = -1


@record(frozen=True, slots=True)
class _Reviewed:
    """A document with violations, or with waivers that may turn out to be stale."""

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

        Documents are reviewed and located many together, unless `at` is given, which is told the ordinal in the unit of
        each before it is worked on. Documents whose ordinal is in `skip` are not reviewed.
        """
        outcomes: list[Outcome] = []
        reviewed: list[_Reviewed] = []
        items = (item for item in self._items(unit, outcomes) if item.ordinal not in skip)
        together = 1 if at is not None or self._request.engine == "both" else _TOGETHER
        while batch := list(islice(items, together)):
            if at is not None and batch[0].ordinal >= 0:
                at(batch[0].ordinal)
            reviewed += self._review(batch)
        self._render(outcomes, self._locate(reviewed, at))
        return outcomes

    def _items(self, unit: Unit, outcomes: list[Outcome]) -> Iterator[_Item]:
        """What is in a unit; the outcome of each of its parts is added to `outcomes` when the part is reached."""
        ordinals = count()
        for part in unit.parts:
            outcome = Outcome()
            outcomes.append(outcome)
            for read in self._documents(part, outcome):
                yield _Item(outcome, read, next(ordinals) if isinstance(read, Document) else -1)

    def _review(self, items: Sequence[_Item]) -> Iterator[_Reviewed]:
        """The documents with something to report, all of them counted and the errors noted."""
        answers = self._look([item.read for item in items if isinstance(item.read, Document)])
        for item in items:
            read, outcome = item.read, item.outcome
            if isinstance(read, GatewrightError):
                self._error(outcome, read)
                continue
            seen = next(answers)
            if isinstance(seen, GatewrightError):
                self._error(outcome, _at(seen, read))
                continue
            outcome.counts.objects += 1
            outcome.counts.pairs += seen.pairs
            if seen.violations or (self._waiving and carries_waivers(read.value)):
                yield _Reviewed(read, item.ordinal, seen, outcome)

    def _look(self, documents: Sequence[Document]) -> Iterator[Seen | GatewrightError]:
        """What the host sees of each, or why it cannot be reviewed."""
        fit = [self._is_object(document.value) for document in documents]
        reviewable = list(compress(documents, fit))
        objects = [document.value for document in reviewable]
        answers = iter(self._host.look_all(objects, (d.origins for d in reviewable), locating=True))
        for document, is_object in zip(documents, fit, strict=True):
            if not is_object:
                yield not_an_object(document.value)
                continue
            seen = next(answers)
            if self._request.engine == "both":
                found = self._host.take_disagreements()
                if not isinstance(seen, GatewrightError):
                    seen.violations.extend(one.violation() for one in found)
            yield seen

    def _is_object(self, value: Any) -> bool:
        if self._request.gator_compat:
            return True
        return isinstance(value, dict) and bool(value.get("kind")) and bool(value.get("apiVersion"))

    def _locate(self, reviewed: list[_Reviewed], at: Callable[[int], None] | None) -> dict[int, list[Found]]:
        """What was found, by outcome. Apart from the reviews, as each of the two runs faster by itself."""
        found: dict[int, list[Found]] = {}
        wanted = [(one, violations) for one in reviewed if (violations := self._wanted(one))]
        if at is None:
            self._host.trace_all((one.seen, _unplaced(one.document, violations)) for one, violations in wanted)
        for one, violations in wanted:
            if at is not None:
                at(one.ordinal)
            try:
                found.setdefault(id(one.outcome), []).extend(self._found(one, violations))
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

    def _wanted(self, one: _Reviewed) -> Sequence[Violation]:
        """The violations of a document that are asked for and that nothing waives."""
        violations: Sequence[Violation] = one.seen.violations
        if self._shown:
            violations = [v for v in violations if self._shown.intersection(actions_of(v))]
        if self._waiving:
            try:
                violations = self._unwaived(violations, one)
            except GatewrightError as error:
                self._error(one.outcome, _at(error, one.document))
                return ()
        return violations

    def _found(self, one: _Reviewed, violations: Sequence[Violation]) -> Iterator[Found]:
        for violation in violations:
            path_of = partial(self._host.path_of, violation, one.seen)
            found = place(one.document, violation, path_of, excerpts=self._request.excerpts)
            if self._counts(found.violation, one.outcome):
                yield found

    def _counts(self, violation: Violation, outcome: Outcome) -> bool:
        """Whether a violation counts, having counted it: one of the baseline does not."""
        if self._request.recording:
            from gatewright.checking.baseline import entry

            outcome.entries.append(entry(violation))
        if self._baseline and (known := fingerprint(violation)) in self._baseline:
            outcome.known.append(known)
            outcome.counts.known += 1
            return False
        for action in actions_of(violation):
            outcome.counts.act(action)
        return True

    def _unwaived(self, violations: Sequence[Violation], one: _Reviewed) -> Sequence[Violation]:
        """The violations that no waiver covers, neither one of the files nor one that the object carries."""
        document, outcome = one.document, one.outcome
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


def _unplaced(document: Document, violations: Sequence[Violation]) -> list[Violation]:
    """The violations that do not say themselves where they stand."""
    return [violation for violation in violations if not states_place(document, violation)]


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
    for item in read_blocks([data] if data else [], name, row=part.row):
        if isinstance(item, ManifestError):
            yield _hinted(item, data, part.row)
        elif is_list(item.value):
            yield from unpacked(item)
        else:
            yield item


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


def not_an_object(value: Any) -> ManifestError:
    """What is wrong with a document that is no object of Kubernetes."""
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


def _hinted(error: ManifestError, data: bytes, first: int) -> ManifestError:
    """With a hint where the fault is in a template's braces, of which YAML's own messages say nothing.

    The data begin on line `first`.
    """
    row = error.location.row - first + 1 if error.location is not None and error.location.row else 0
    if any(b"{{" in line for line in data.split(b"\n", row)[max(row - 2, 0) : row]):
        error.hint = _TEMPLATE
    return error


_TEMPLATE = "this looks like a template: render it first (helm template CHART | gatewright check -)"


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
