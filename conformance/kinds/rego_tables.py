"""`rego-tables`: idiomatic programs, accepted and rejected, with OPA's answers (fixtures `rego/`).

`--category` selects by class, as `eval/with`, `errors/type-*`, `accepts/*`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conformance.kinds import rego_accepts, rego_errors, rego_eval
from conformance.suite import Case, Options


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    for table in (rego_eval, rego_accepts, rego_errors):
        yield from table.cases(fixtures, options)
