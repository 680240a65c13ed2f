"""`opa-docs`: the examples of OPA's documentation: a policy, its input and data, and the value of a ref."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gatewright
from conformance.suite import Case, Options
from gatewright.runtime.json import loads
from gatewright.runtime.values import equal

_PACKAGE = re.compile(r"^\s*package\s+(\S+)", re.MULTILINE)


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    root = fixtures / "opa" / "doc-examples"
    for policy in sorted(root.rglob("policy.rego")):
        folder = policy.parent
        name = folder.relative_to(root).as_posix()
        if options.selects(name) and (folder / "output.json").exists():
            yield Case(name, partial(_run, folder, policy.read_text(encoding="utf-8")))


def _run(folder: Path, text: str) -> str | None:
    config = _read(folder / "config.json") or {}
    package = _PACKAGE.search(text)
    ref = config.get("command") or f"data.{package[1] if package else ''}"
    document = _read(folder / "input.json")
    given = {} if document is None else {"input": document}
    got = gatewright.query(f"{ref} = x", modules={"policy.rego": text}, data=_read(folder / "data.json") or {}, **given)
    want = _read(folder / "output.json")
    if len(got) == 1 and equal(got[0]["x"], want):
        return None
    return f"wanted {json.dumps(want, default=str)}, got {json.dumps(got, default=str)}"


def _read(path: Path) -> Any:
    return loads(path.read_text(encoding="utf-8")) if path.exists() else None
