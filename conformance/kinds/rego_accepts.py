"""The accepted modules of the Rego tables: their AST and their formatted text (fixtures `rego/accepts.jsonl`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from difflib import unified_diff
from functools import partial
from pathlib import Path
from typing import Any

from conformance.suite import Case, Options
from gatewright.errors import RegoErrors
from gatewright.syntax import nodes_to_json, parse_module
from gatewright.syntax.format import format_module
from gatewright.syntax.to_json import JsonNumber


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    """Up to three cases a row: `/ast`, `/format` and `/format-v1`; category `accepts/CLASS`."""
    with (fixtures / "rego" / "accepts.jsonl").open(encoding="utf-8") as rows:
        for line in rows:
            row = json.loads(line, parse_float=Decimal, parse_int=Decimal)
            if not options.selects(f"accepts/{row['class']}"):
                continue
            text, version = row["modules"][0], row["rego_version"]
            yield Case(f"{row['id']}/ast", partial(_parses, text, version, row["want_ast"]))
            if "want_formatted" in row:
                yield Case(f"{row['id']}/format", partial(_formats, text, version, None, row["want_formatted"]))
            if "want_formatted_v1" in row:
                yield Case(f"{row['id']}/format-v1", partial(_formats, text, version, "v0v1", row["want_formatted_v1"]))


def _parses(text: str, version: str, want: Any) -> str | None:
    try:
        got = _plain(nodes_to_json(parse_module(text, rego_version=version)))
    except RegoErrors as error:
        return f"refused: {error}\n{text}"
    return None if got == want else f"{text}\nwanted {want}\ngot    {got}"


def _plain(value: Any) -> Any:
    """Numbers as Decimal, to compare by value."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, JsonNumber) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return Decimal(str(value))
    return value


def _formats(text: str, version: str, to: str | None, want: str) -> str | None:
    try:
        got = format_module(text, rego_version=version, to=to)
    except RegoErrors as error:
        return f"refused: {error}\n{text}"
    return None if got == want else "\n".join(unified_diff(want.split("\n"), got.split("\n"), "wanted", "got"))
