"""The security guide, block by block: what our policy set security-guide finds there.

The table is conformance/seed.yaml: for each block the findings that must be there (rule, object, line); nothing else of
medium severity or higher may be. A block that the table does not know must only be read and reviewed without errors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from conformance.suite import Case, Options
from gatewright import catalog, readers
from gatewright.gatekeeper.host import Host
from gatewright.gatekeeper.result import Violation
from gatewright.manifests import Document, read_text

_TABLE = Path(__file__).parents[1] / "seed.yaml"
_LEAST = catalog.SEVERITIES.index("medium")


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    """One case a block; the category is the file's name."""
    table = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    for file in sorted((fixtures / "seed").glob("[0-9]*")):
        if options.selects(file.name):
            yield Case(file.name, partial(_run, file, table.get(file.name)))


def _run(file: Path, wanted: list[dict[str, Any]] | None) -> str | None:
    found = findings(file)
    if wanted is None:
        return None
    want = Counter((row["rule"], row["object"], row["line"]) for row in wanted for _ in range(row.get("times", 1)))
    missing = want - Counter(finding[:3] for finding in found)
    extra = Counter(f[:3] for f in found if catalog.SEVERITIES.index(f[3]) >= _LEAST) - want
    if not missing and not extra:
        return None
    return f"missing {sorted(missing)}, unexpected {sorted(extra)}"


def findings(file: Path) -> list[tuple[str, str, int, str]]:
    """Rule id, object, line and severity of each finding."""
    host, severities = _host()
    documents = list(_documents(file))
    for document in documents:
        host.add_data(document.value)
    found = []
    for document in documents:
        for violation in host.review(document.value):
            identity, severity = severities.get(violation.constraint.kind, (violation.constraint.kind, "medium"))
            name = f"{violation.object.kind}/{violation.object.name}"
            found.append((identity, name, _line(document, violation), severity))
    for document in documents:
        host.forget(document.value)
    return found


def _documents(file: Path) -> Iterator[Document]:
    text = file.read_text(encoding="utf-8")
    kind = readers.detect(file.name, text)
    if kind:
        for index, value in enumerate(readers.read(kind, text, file.name)):
            yield Document(value, file.name, index)
        return
    if file.suffix not in (".yaml", ".yml", ".json"):
        return
    for document in read_text(text, file.name):
        if isinstance(document, Exception):
            raise document
        yield document


def _line(document: Document, violation: Violation) -> int:
    details = violation.details or {}
    if "line" in details:
        return int(details["line"])
    return document.locate(tuple(details.get("path", ()))).row


@cache
def _host() -> tuple[Host, dict[str, tuple[str, str]]]:
    host = Host()
    for document in catalog.policy_set("security-guide"):
        host.add(document)
    return host, {rule.kind: (rule.id, rule.severity) for rule in catalog.rules().values()}
