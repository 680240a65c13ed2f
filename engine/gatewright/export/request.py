"""What to export: names of sets, rules and Rego files → the selections they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gatewright import catalog
from gatewright.errors import ExportError, UsageError
from gatewright.export.bundle import ExportOptions, export, selection_of
from gatewright.export.packages import read_packages
from gatewright.gatekeeper.match_schema import MATCH_SCHEMA
from gatewright.records import record, replace

_NAMESPACES = MATCH_SCHEMA["properties"]["excludedNamespaces"]
_ACTIONS = ("", "deny", "warn", "dryrun")


@record(frozen=True, slots=True)
class ExportRequest:
    """The command line of `gatewright export`."""

    names: tuple[str, ...]
    options: ExportOptions
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    min_severity: str = ""
    kubernetes_version: str = ""


def run(request: ExportRequest) -> tuple[dict[str, str], list[str]]:
    """The files, and notes on what was left out."""
    if request.options.enforcement_action not in _ACTIONS:
        raise UsageError(
            f"no such enforcement action: {request.options.enforcement_action!r}", hint="deny, warn, dryrun"
        )
    for name in request.options.exclude_namespaces:
        if not re.fullmatch(_NAMESPACES["items"]["pattern"], name):
            raise UsageError(f"{name!r} is no namespace", hint="a name, which may begin or end with *")
    selections: list[catalog.Selection] = []
    extra: list[dict[str, Any]] = []
    notes: list[str] = []
    for name in request.names:
        if (catalog.policies_dir() / name / "policy.yaml").is_file() and "/" not in name:
            document = catalog.standard(name)
            selections += _of_set(document, request, notes)
            extra += catalog.plain_documents(catalog.policies_dir() / name)
        elif Path(name).exists():
            selections += [selection_of(rule) for rule in read_packages(Path(name))]
        else:
            selections.append(selection_of(catalog.rule(name)))
    catalog.check_selection((*request.include, *request.exclude), request.min_severity, (s.rule for s in selections))
    chosen = [s for s in selections if catalog.selected(s.rule, request.include, request.exclude, request.min_severity)]
    if not chosen and not extra:
        raise ExportError("nothing is left to export")
    names = [selection.name for selection in chosen]
    for name in {name for name in names if names.count(name) > 1}:
        notes.append(f"{name}: chosen more than once; the last one counts")
    return export(chosen, request.options, extra=extra), notes


def _of_set(document: Mapping[str, Any], request: ExportRequest, notes: list[str]) -> list[catalog.Selection]:
    given = {"kubernetesVersion": request.kubernetes_version} if request.kubernetes_version else {}
    common = catalog.common_parameters(document, given)
    kept = []
    left_out: list[str] = []
    for selection in catalog.selections(document):
        if not selection.rule.in_cluster:
            left_out.append(selection.rule.path)
            continue
        shared = {key: value for key, value in common.items() if key in selection.rule.parameters}
        kept.append(replace(selection, parameters={**shared, **selection.parameters}))
    if left_out:
        notes.append(f"left out, since no API server sees what they are about: {', '.join(left_out)}")
    return kept
