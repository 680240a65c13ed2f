"""What came of a part of the inputs: plain data, small enough to send between processes and to keep on disk."""

from __future__ import annotations

from gatewright.checking.request import Counts
from gatewright.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# A piece of a report: the file it is about ("" where the format does not group), and its text.
Section = tuple[str, str]


@record(slots=True)
class Outcome:
    """Rendered sections (one list a report), errors as plain data, counts, and the rules that fired.

    `used` says which waivers covered something, by their number; `stale` what is to be said of those that objects
    carry; `known` the fingerprints found in the baseline; `entries` what a new baseline would hold.

    `digest` is of the bytes this came of, where results are kept. Not `lasting` is what the same bytes may not bring
    about again: a deadline that passed, a worker that died.
    """

    sections: list[list[Section]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: list[int] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    entries: list[tuple[str, str, str, str]] = field(default_factory=list)
    digest: bytes = b""
    lasting: bool = True

    def add(self, other: Outcome) -> None:
        """Take in what another says, its sections left out."""
        self.errors += other.errors
        self.counts.add(other.counts)
        self.rules |= other.rules
        self.used += other.used
        self.stale += other.stale
        self.known += other.known
        self.entries += other.entries

    def packed(self) -> tuple[Any, ...]:
        """What `unpacked` makes the outcome from, of Python's own types."""
        counts = self.counts
        numbers = counts.objects, counts.pairs, counts.errors, counts.waived, counts.known, counts.actions
        return self.sections, self.errors, numbers, self.rules, self.used, self.stale, self.known, self.entries


def unpacked(packed: tuple[Any, ...]) -> Outcome:
    """The outcome again."""
    sections, errors, numbers, *rest = packed
    return Outcome(sections, errors, Counts(*numbers), *rest)
