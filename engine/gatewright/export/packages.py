"""Any Rego file with a METADATA block as a rule that can be exported; what the library demands is optional here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gatewright import catalog
from gatewright.errors import ExportError
from gatewright.loading import read_text

_PACKAGE = re.compile(r"^package\s+([\w.]+)", re.MULTILINE)
_VIOLATION = re.compile(r"^violation\b", re.MULTILINE)


def read_packages(path: Path) -> list[catalog.Rule]:
    """The rules of a file or, recursively, of a directory: every module that defines `violation`."""
    files = [path] if path.is_file() else sorted(path.rglob("*.rego"))
    rules = [rule for file in files if (rule := _read(file, path)) is not None]
    if not rules:
        raise ExportError(f"{path}: no Rego module here defines a rule called violation")
    return rules


def _read(file: Path, root: Path) -> catalog.Rule | None:
    text = read_text(file)
    package = _PACKAGE.search(text)
    if package is None or not _VIOLATION.search(text) or file.stem.endswith("_test"):
        return None
    if file.name == "rule.rego" and (file.parent / "suite.yaml").is_file():
        return catalog.read_rule(file.resolve())
    block = catalog.metadata(text)
    custom: dict[str, Any] = block.get("custom") or {}
    name = "/".join(package.group(1).split(".")[-2:])
    targets = custom.get("targets") or _matched(custom)
    if not targets:
        raise ExportError(
            f"{file}: its METADATA does not say which kinds it is about",
            hint="add custom.targets, such as [workload] or [Secret, Ingress.networking.k8s.io]",
        )
    title = block.get("title") or name
    return catalog.Rule(
        path=name if "/" in name else f"policy/{name}",
        directory=file.parent,
        file=file.name,
        id=custom.get("id") or name,
        title=title,
        description=(block.get("description") or "").strip(),
        severity=custom.get("severity") or "medium",
        why=custom.get("why") or (block.get("description") or title),
        fix=custom.get("fix") or "",
        targets=tuple(targets),
        parameters=custom.get("parameters") or {},
        required=tuple(custom.get("required") or ()),
        sync=tuple(custom.get("sync") or ()),
        library=_library(file, root),
    )


def _matched(custom: dict[str, Any]) -> list[str]:
    """konstraint's way to name kinds: custom.matchers.kinds[].{apiGroups, kinds}."""
    matchers = custom.get("matchers")
    entries = matchers.get("kinds") if isinstance(matchers, dict) else None
    return [
        f"{kind}.{group}" if group else kind
        for entry in entries or ()
        for group in entry.get("apiGroups", [""])
        for kind in entry.get("kinds", [])
    ]


def _library(file: Path, root: Path) -> Path:
    """The nearest directory above that has a lib/."""
    for directory in file.resolve().parents:
        if (directory / "lib").is_dir():
            return directory
        if directory == root.resolve():
            break
    return file.parent
