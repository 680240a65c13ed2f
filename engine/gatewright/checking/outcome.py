"""What came of a part of the inputs: plain data, small enough to send between processes and to keep on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gatewright.checking.request import Counts

# A piece of a report: the file it is about ("" where the format does not group), and its text.
Section = tuple[str, str]


@dataclass(slots=True)
class Outcome:
    """Rendered sections, errors as plain data, counts, and the rules that fired.

    `digest` is of the bytes this came of, where results are kept. Not `lasting` is what the same bytes may not bring
    about again: a deadline that passed, a worker that died.
    """

    sections: list[Section] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    digest: bytes = b""
    lasting: bool = True

    def packed(self) -> tuple[Any, ...]:
        """What `unpacked` makes the outcome from, of Python's own types."""
        counts = self.counts
        numbers = counts.objects, counts.pairs, counts.errors, counts.actions
        return self.sections, self.errors, numbers, self.rules


def unpacked(packed: tuple[Any, ...]) -> Outcome:
    """The outcome again."""
    sections, errors, (objects, pairs, faults, actions), rules = packed
    return Outcome(sections, errors, Counts(objects, pairs, faults, actions), rules)
