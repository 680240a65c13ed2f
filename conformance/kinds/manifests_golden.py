"""Real manifests under the golden policies: the same (object, constraint, message) triples as gator's, as sets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.suite import Case, Options

Triple = tuple[str, ...]


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    """One case a recorded run: `corpus.policies`; the engine is the one that the recording was made with."""
    for path in sorted((fixtures / "gatekeeper" / "manifests-golden").glob("*.json")):
        if options.selects(path.stem):
            yield Case(path.stem, lambda path=path: _run(fixtures, path))


def _run(fixtures: Path, path: Path) -> str | None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    root = fixtures / "manifests" / golden["corpus"]
    files = [root / name for name in golden["files"]]
    missing = [str(f) for f in files if not f.is_file()]
    if missing:
        return f"files not found: {missing[:3]}"
    got = Counter(_violations(fixtures, golden["policies"], files))
    want = Counter(_triple(v) for v in golden["violations"])
    if got == want:
        return None
    extra, lacking = list((got - want).elements()), list((want - got).elements())
    return f"{len(extra)} too many: {extra[:3]}; {len(lacking)} missing: {lacking[:3]}"


def _triple(violation: dict[str, Any]) -> Triple:
    obj, constraint = violation["object"], violation["constraint"]
    return (
        obj.get("kind", ""),
        obj.get("namespace") or "",
        obj.get("name", ""),
        constraint["kind"],
        constraint["name"],
        violation["enforcementAction"],
        violation["msg"],
    )


def _violations(fixtures: Path, policies: str, files: list[Path]) -> Iterator[Triple]:
    from gatewright.gatekeeper.host import Host
    from gatewright.gatekeeper.template import CONSTRAINT_GROUP, TEMPLATE_GROUP

    folders = [fixtures / "gatekeeper" / "golden-policies" / name for name in policies.split("+")]
    loaded = _read([p for folder in folders for p in sorted(folder.glob("*.yaml"))])
    objects = _read(files)
    host = Host(gator_compat=True)
    for document, error in host.add_all([*loaded, *objects]):
        raise AssertionError(f"{document.get('kind')} {document.get('metadata')}: {error}")
    for obj in objects:
        group = str(obj.get("apiVersion", "")).partition("/")[0]
        if group in (CONSTRAINT_GROUP, TEMPLATE_GROUP):
            continue
        for v in host.review(obj):
            obj_ref, by = v.object, v.constraint
            yield obj_ref.kind, obj_ref.namespace, obj_ref.name, by.kind, by.name, v.enforcement_action, v.message


def _read(paths: list[Path]) -> list[dict[str, Any]]:
    from gatewright.manifests import read_text

    found = []
    for path in paths:
        for document in read_text(path.read_bytes(), str(path)):
            if isinstance(document, Exception):
                raise document
            found.append(document.value)
    return found
