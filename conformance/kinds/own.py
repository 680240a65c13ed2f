"""`own`: the project's own evaluation cases, always run; they need no fixtures.

`conformance/cases/<feature>/*.yaml` hold lists of cases with the keys of OPA's own (see `opa_cases`), of which `note`,
`query` and a wanted result or error are needed. Each was an engine's disagreement with OPA, or a corner that no other
table reaches; `rego_version` is v1 unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from conformance.kinds.opa_cases import judge
from conformance.suite import HERE, Case, Options
from gatewright.errors import ManifestError
from gatewright.manifests import read_paths

FOLDER = HERE / "cases"
KEYS = frozenset(
    [
        "note",
        "rego_version",
        "query",
        "modules",
        "data",
        "input",
        "input_term",
        "want_result",
        "want_error",
        "want_error_code",
        "sort_bindings",
        "strict_error",
    ]
)


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    """The cases of the checkout; `fixtures` is not looked at."""
    for path in sorted(FOLDER.glob("*/*.yaml")):
        if not options.selects(path.parent.name):
            continue
        for case in _read(path):
            name = f"{path.relative_to(FOLDER).with_suffix('')}/{case['note']}"
            yield Case(name, partial(judge, {"rego_version": "v1", **case}))


def _read(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for document in read_paths([str(path)]):
        if isinstance(document, ManifestError):
            raise document
        found += document.value
    for case in found:
        unknown = case.keys() - KEYS
        if unknown or not ({"want_result", "want_error", "want_error_code"} & case.keys()):
            raise ValueError(f"{path}: {case.get('note')}: unknown keys {sorted(unknown)}, or nothing wanted")
    return found
