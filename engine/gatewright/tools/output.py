"""Objects as YAML or JSON text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gatewright.errors import UsageError
from gatewright.report.writing import write_whole


def format_objects(objects: Sequence[Any], form: str) -> str:
    """A stream of YAML documents, or a JSON array."""
    if form == "json":
        return json.dumps(list(objects), indent=2, ensure_ascii=False) + "\n"
    if form != "yaml":
        raise UsageError(f"unknown format {form!r}", hint="formats are yaml and json")
    from gatewright.gator.goyaml import dump_v2

    return "---\n".join(dump_v2(obj) for obj in objects)


def write(text: str, output: Path | None) -> None:
    """To a file, or to standard output."""
    if output is None:
        import sys

        sys.stdout.write(text)
        return
    write_whole(output, text)
