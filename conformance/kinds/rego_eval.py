"""The evaluation part of `rego-tables`: idiomatic policies, results as sets of bindings, errors by code, text and
place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gatewright
from conformance.kinds.opa_cases import Query
from conformance.suite import Case, Options
from gatewright.runtime.json import loads
from gatewright.runtime.values import to_key


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    path = fixtures / "rego" / "eval.jsonl"
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = loads(line)
            if options.selects(f"eval/{row['class']}"):
                yield Case(f"eval/{row['id']}", partial(judge, row))


def judge(row: dict[str, Any], query: Query = gatewright.query) -> str | None:
    """Evaluate a row, and say what was wrong with the answer; None when nothing was."""
    document = {"input": row["input"]} if "input" in row else {}
    try:
        got = query(
            row["query"],
            modules={f"test-{i}.rego": text for i, text in enumerate(row["modules"])},
            data=row.get("data") or {},
            rego_version=row["rego_version"],
            strict_builtin_errors=bool(row.get("strict_error")),
            **document,
        )
    except gatewright.GatewrightError as error:
        return _judge_error(row, error)
    if "want_error_code" in row:
        return f"wanted {row['want_error_code']}: {row.get('want_error')}, got {got!r}"
    want = row["want_result"]
    if {to_key(r) for r in got} == {to_key(r) for r in want}:
        return None
    return f"wanted {json.dumps(want, default=str)}, got {json.dumps(got, default=str)}"


def _judge_error(row: dict[str, Any], error: gatewright.GatewrightError) -> str | None:
    if "want_error_code" not in row:
        return f"wanted {row.get('want_result')!r}, got an error: {error}"
    if error.code != row["want_error_code"]:
        return f"wanted the code {row['want_error_code']}, got {error.code}: {error}"
    if row.get("want_error") and row["want_error"] != error.message:
        return f"wanted the message {row['want_error']!r}, got {error.message!r}"
    place = row.get("want_error_loc")
    if place is not None:
        at = error.location
        ours = None if at is None else (at.file, at.row, at.col)
        if ours != (place["file"], place["row"], place["col"]):
            return f"wanted the error at {place}, got {ours}"
    return None
