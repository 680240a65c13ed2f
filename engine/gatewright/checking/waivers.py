"""Waivers: violations that somebody answers for, with a reason and, where it is for a time, an end.

A file of them is `waivers: [{rule, object, path, message, owner, reason, expires}]`. An object may also carry its own:
an annotation `waive.gatewright.dev/RULE` whose value is the reason, `owner=…` and `expires=…` after semicolons. One
that has expired covers nothing any more, and one that covers nothing is said to be stale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from gatewright.errors import ManifestError, UsageError
from gatewright.records import record
from gatewright.source import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    from typing import Any

    from gatewright.gatekeeper.result import Violation
    from gatewright.manifests import Document

ANNOTATION = "waive.gatewright.dev/"
_FIELDS = ("rule", "object", "path", "message", "owner", "reason", "expires")


@record(frozen=True, slots=True)
class Waiver:
    """What it covers: `rule`, `object` and `path` are globs, `message` a regular expression (RE2), "" covers all.

    `rule` is held against the constraint's kind, name and kind/name and the rule's id and path; `object` is a name,
    kind/name or kind/namespace/name. `place` is where it is written. `expired` says that its last day is over.
    """

    rule: str
    object: str = ""
    path: str = ""
    message: str = ""
    owner: str = ""
    reason: str = ""
    expires: str = ""
    place: str = ""
    expired: bool = False

    def covers(self, violation: Violation, file: str) -> bool:
        if self.expired or not _is_of(self.rule, violation):
            return False
        if self.path and not _fits(file, self.path):
            return False
        if self.object and not _names(self.object, violation):
            return False
        return not self.message or bool(_pattern(self.message).search(violation.message))

    def __str__(self) -> str:
        on = f" on {self.object or self.path}" if self.object or self.path else ""
        return f"{self.place}: waiver of {self.rule}{on} (owner {self.owner or 'unknown'})"


def read_waivers(paths: Sequence[str], today: datetime.date | None = None) -> tuple[Waiver, ...]:
    """The waivers of files. Raises UsageError for one that is not as it must be, with its place."""
    return tuple(waiver for path in paths for waiver in _in_file(path, today))


def _in_file(path: str, today: datetime.date | None) -> Iterator[Waiver]:
    from gatewright.manifests import read_paths

    for document in read_paths([path]):
        if isinstance(document, ManifestError):
            raise document
        entries = document.value.get("waivers") if isinstance(document.value, dict) else None
        if not isinstance(entries, list):
            raise UsageError("no waivers in it", document.locate(), hint="write waivers: [{rule, object, reason, …}]")
        for index, entry in enumerate(entries):
            yield _read(entry, document, index, today)


def _read(entry: Any, document: Document, index: int, today: datetime.date | None) -> Waiver:
    place = document.locate(("waivers", index))
    if not isinstance(entry, dict):
        raise UsageError(f"a waiver is an object, not {entry!r}", place)
    for name, value in entry.items():
        if name not in _FIELDS:
            raise UsageError(f"a waiver has no field {name!r}", place, hint=f"there are {', '.join(_FIELDS)}")
        if not isinstance(value, str):
            raise UsageError(f"{name} of a waiver is a text, not {value!r}", place)
    missing = [name for name in ("rule", "owner", "reason") if not entry.get(name)]
    if missing:
        raise UsageError(f"a waiver without {' and '.join(missing)}", place, hint="who answers for it, and why?")
    if not entry.get("object") and not entry.get("path"):
        hint = "name an object or a path; to switch a rule off altogether use --exclude-rule"
        raise UsageError("a waiver for everything", place, hint=hint)
    if entry.get("message"):
        _checked_pattern(entry["message"], place)
    return Waiver(**entry, place=f"{place.file}:{place.row}", expired=_is_over(entry.get("expires", ""), today, place))


def _is_over(expires: str, today: datetime.date | None, place: Location) -> bool:
    if not expires:
        return False
    from datetime import date

    try:
        return date.fromisoformat(expires) < (today or date.today())
    except ValueError:
        raise UsageError(f"expires of a waiver is a date, not {expires!r}", place, hint="write 2030-12-31") from None


def complaint(waiver: Waiver) -> str:
    """What is to be said of a waiver that covers nothing."""
    if waiver.expired:
        return f"expired: {waiver}, its last day was {waiver.expires}: renew it or mend the object"
    return f"stale: {waiver} covers nothing: remove it"


def carries_waivers(value: Any) -> bool:
    """Whether an object has annotations that are waivers."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return isinstance(annotations, dict) and any(str(key).startswith(ANNOTATION) for key in annotations)


def inline(document: Document, today: datetime.date | None) -> list[Waiver]:
    """The waivers of an object that carries some. Raises UsageError for one that gives no reason."""
    annotations = document.value["metadata"]["annotations"]
    return [
        _annotated(key, text, document, today)
        for key, text in annotations.items()
        if isinstance(key, str) and key.startswith(ANNOTATION)
    ]


def _annotated(key: str, text: Any, document: Document, today: datetime.date | None) -> Waiver:
    place = document.locate(("metadata", "annotations", key))
    known: dict[str, str] = {}
    reasons = []
    for part in str(text).split(";"):
        name, equals, value = part.strip().partition("=")
        if equals and name in ("owner", "expires"):
            known[name] = value.strip()
        elif part.strip():
            reasons.append(part.strip())
    if not reasons:
        hint = f'write {key}: "why; owner=who; expires=2030-12-31"'
        raise UsageError("a waiver without reason", place, hint=hint)
    expired = _is_over(known.get("expires", ""), today, place)
    rule = key.removeprefix(ANNOTATION)
    return Waiver(rule, reason="; ".join(reasons), place=f"{place.file}:{place.row}", expired=expired, **known)


def _is_of(rule: str, violation: Violation) -> bool:
    constraint = violation.constraint
    names = [constraint.kind, constraint.name, f"{constraint.kind}/{constraint.name}", violation.metadata.get("id", "")]
    # A rule of the library is known by its path as well: pod/host_ports is the constraint pod-host-ports.
    patterns = (rule.lower(), rule.lower().replace("/", "-").replace("_", "-"))
    return any(_fits(str(name).lower(), pattern) for name in names for pattern in patterns)


def _names(pattern: str, violation: Violation) -> bool:
    obj = violation.object
    parts = pattern.split("/")
    known = ([obj.name], [obj.kind, obj.name], [obj.kind, obj.namespace, obj.name])
    if len(parts) > len(known):
        return False
    return all(_fits(a, b) for a, b in zip(known[len(parts) - 1], parts, strict=True))


def _fits(text: str, glob: str) -> bool:
    from fnmatch import fnmatchcase

    return fnmatchcase(text, glob)


@cache
def _pattern(text: str) -> Any:
    import re2

    return re2.compile(text)


def _checked_pattern(text: str, place: Location) -> None:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options=options)
    except re2.error:
        raise UsageError(f"message of a waiver is no regular expression: {text!r}", place) from None
