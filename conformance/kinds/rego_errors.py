"""The rejected part of `rego-tables`: modules that OPA refuses, judged by its whole list of errors.

The modules are parsed in their order and the errors of all collected; only when there are none are they compiled, as
`opa check` does. An error is compared by code, message, file, row, column and detail lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from conformance.suite import Case, Options
from gatewright.analysis import compile_modules
from gatewright.builtins import signatures
from gatewright.errors import RegoError, RegoErrors
from gatewright.syntax import parse_module


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    path = fixtures / "rego" / "errors.jsonl"
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if options.selects(f"errors/{row['class']}"):
                yield Case(f"errors/{row['id']}", partial(_run, row))


def _run(row: dict[str, Any]) -> str | None:
    got = rejection(row["modules"], row["rego_version"], strict=row["strict"])
    want = [_wanted(error) for error in row["want_errors"]]
    if [_comparable(error) for error in got] == want:
        return None
    shown = "; ".join(map(str, got)) or "no error"
    return f"wanted {_texts(row['want_errors'])}, got {shown}"


def rejection(modules: list[str], rego_version: str, *, strict: bool = False, prints: bool = True) -> list[RegoError]:
    """The errors for which a set of modules is refused; empty when it is accepted."""
    parsed = {}
    errors: list[RegoError] = []
    for i, text in enumerate(modules):
        name = f"test-{i}.rego"
        try:
            parsed[name] = parse_module(text, file=name, rego_version=rego_version)
        except RegoErrors as error:
            errors += error.errors
        except RegoError as error:
            errors.append(error)
    if errors:
        return errors
    try:
        compile_modules(parsed, builtins=signatures(), strict=strict, print_enabled=prints)
    except RegoErrors as error:
        return list(error.errors)
    return []


def _comparable(error: RegoError) -> tuple[object, ...]:
    place = error.location
    where = (place.file, place.row, place.col) if place is not None else ("", 0, 0)
    return (error.code, error.message, *where, list(error.details))


def _wanted(error: dict[str, Any]) -> tuple[object, ...]:
    where = (error["file"], error["row"], error["col"])
    return (error["code"], error["message"], *where, error.get("details") or [])


def _texts(errors: list[dict[str, Any]]) -> str:
    return "; ".join(f"{e['file']}:{e['row']}:{e['col']}: {e['code']}: {e['message']}" for e in errors)
