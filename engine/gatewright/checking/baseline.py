"""Baselines: the findings that were there before, by fingerprint, so that only new ones count.

A fingerprint is of the constraint, the object, its file and the message, and so survives that lines move.
"""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.errors import UsageError
from gatewright.report.data import fingerprint, title

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from gatewright.gatekeeper.result import Violation

# A finding as it is kept: its fingerprint, constraint, file and what it says.
Entry = tuple[str, str, str, str]


def entry(violation: Violation) -> Entry:
    """What a baseline keeps of a violation that has its place."""
    constraint, where = violation.constraint, violation.location
    name = f"{constraint.kind}/{constraint.name}"
    return fingerprint(violation), name, where.file if where else "", title(violation)


def as_text(entries: Iterable[Entry]) -> str:
    """The baseline's file: JSON, a finding a line, in an order that makes for small differences."""
    import json

    rows = [
        json.dumps(dict(zip(("fingerprint", "constraint", "file", "finding"), each, strict=True)), ensure_ascii=False)
        for each in sorted(set(entries), key=lambda e: (e[2], e[1], e[3]))
    ]
    shown = "".join(f"\n    {row}," for row in rows).removesuffix(",")
    return f'{{\n  "version": 1,\n  "findings": [{shown}]\n}}\n'


def read_baseline(path: Path) -> tuple[str, ...]:
    """The fingerprints of a baseline, sorted. Raises UsageError for a file that is none."""
    import json

    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        return tuple(sorted({found["fingerprint"] for found in document["findings"]}))
    except OSError as error:
        raise UsageError(f"{path}: cannot read: {error.strerror}", hint="--write-baseline makes one") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path}: not a baseline", hint="--write-baseline makes one") from None
