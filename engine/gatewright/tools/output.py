"""Objects as YAML or JSON text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gatewright.errors import UsageError
from gatewright.report.writing import write_whole


def require_format(form: str, *known: str) -> None:
    """Raises UsageError for a format that a command does not have."""
    if form not in known:
        raise UsageError(f"unknown format {form!r}", hint=f"formats are {', '.join(known[:-1])} and {known[-1]}")


def format_objects(objects: Sequence[Any], form: str) -> str:
    """A stream of YAML documents, or a JSON array."""
    if form == "json":
        return _indented(list(objects))
    from gatewright.gator.goyaml import dump_v2

    return "---\n".join(dump_v2(obj) for obj in objects)


def _indented(objects: list[Any]) -> str:
    import orjson

    try:
        return orjson.dumps(objects, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    except TypeError:  # an integer of more than 64 bits, or a text that is no Unicode
        return json.dumps(objects, indent=2, ensure_ascii=False) + "\n"


def write(text: str, output: Path | None) -> None:
    """To a file, or to standard output."""
    if output is None:
        import sys

        sys.stdout.write(text)
        return
    write_whole(output, text)
