"""`opa-errors`: OPA's own cases of modules that its compiler refuses (fixtures `opa/compile-errors`)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from conformance.kinds.rego_errors import rejection
from conformance.suite import Case, Options
from gatewright.errors import RegoError


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    root = fixtures / "opa" / "compile-errors"
    for path in sorted(root.glob("v*/**/*.yaml")):
        version = path.relative_to(root).parts[0]
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]:
            if options.selects(case["note"]):
                yield Case(f"{version}/{case['note']}", partial(_run, case, version))


def _run(case: dict[str, Any], version: str) -> str | None:
    prints = bool(case.get("print_statements"))
    got = rejection(case["modules"], version, strict=bool(case.get("strict")), prints=prints)
    want = case.get("want_errors") or []
    missing = [w for w in want if not any(_matches(error, w) for error in got)]
    surplus = len(got) - len(want) if case.get("exhaustive") else 0
    if not missing and surplus <= 0:
        return None
    return f"wanted {want}, got {'; '.join(map(str, got)) or 'no error'}"


def _matches(error: RegoError, want: dict[str, Any]) -> bool:
    row, col = (error.location.row, error.location.col) if error.location is not None else (0, 0)
    have = {"code": error.code, "message": error.message, "row": row, "col": col}
    return all(have[key] == value for key, value in want.items() if key in have)
