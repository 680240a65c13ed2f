"""What is held of how our own figures grow: two rows compared with each other, not with a peer."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.record import Row


@dataclass(frozen=True, slots=True)
class Claim:
    """The figure `of` one row ÷ that of another, and the most it may be."""

    name: str
    of: str
    over: str
    field: str
    most: float

    def value(self, rows: dict[str, Row]) -> float | None:
        """None unless both rows are recorded."""
        if self.of not in rows or self.over not in rows:
            return None
        upper: float = getattr(rows[self.of].ours, self.field)
        lower: float = getattr(rows[self.over].ours, self.field)
        return upper / lower


CLAIMS = (
    Claim("ten times the objects: wall time", "100,000 x 44 rego-only", "10,000 x 44 rego-only", "wall", 11),
    Claim("ten times the objects: peak memory", "100,000 x 44 rego-only", "10,000 x 44 rego-only", "peak_mb", 1.2),
    Claim("one file changed, over nothing changed: wall time", "10,000 x 44, one file changed",
          "10,000 x 44, second run, a file each", "wall", 1.2),
    Claim("twice the objects under referential policies: wall time", "20,000 x referential", "10,000 x referential",
          "wall", 2.2),
    Claim("our whole library over the 44 policies: CPU time", "1,000 x our whole library, one core",
          "1,000 x our whole library, the 44 in turn with it", "cpu", 3),
)  # fmt: skip
