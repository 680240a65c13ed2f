"""`opa-parser`: the seeds of OPA's parser fuzzing; each is parsed or refused with a place, in both dialects
(fixtures `opa/parser-accepts.jsonl`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from conformance.suite import Case, Options
from gatewright.errors import RegoErrors
from gatewright.syntax import node_text, parse_statements


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    """Two cases a row; category: the dialect."""
    with (fixtures / "opa" / "parser-accepts.jsonl").open(encoding="utf-8") as rows:
        for line in rows:
            row = json.loads(line)
            text = _seed(row["stmt"])
            for version in ("v0", "v1"):
                if text is not None and options.selects(version):
                    yield Case(f"{row['name']}/{version}", partial(_run, text, version))


def _seed(text: str) -> str | None:
    """The string in Go's corpus format."""
    body = text.split("\n", 1)[1].strip()
    if not body.startswith("string("):
        return None
    found = json.loads(body.removeprefix("string(").removesuffix(")"))
    assert isinstance(found, str)
    return found


def _run(text: str, version: str) -> str | None:
    try:
        statements = parse_statements(text, rego_version=version)
    except RegoErrors as error:
        first = error.errors[0]
        placed = first.location is not None and first.location.row > 0
        return None if placed and first.code == "rego_parse_error" else f"{text}: an error without a place: {error}"
    for statement in statements:
        node_text(statement, rego_version=version)
    return None
