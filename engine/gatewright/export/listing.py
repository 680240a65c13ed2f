"""The library as lists: rules and sets, as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gatewright import catalog
from gatewright.errors import UsageError


def chosen(family: str, standard: str, min_severity: str) -> list[catalog.Rule]:
    """The rules that fit. Raises UsageError for a family, set or severity that does not exist."""
    catalog.check_selection((), min_severity)
    if standard:
        selections = catalog.selections(catalog.standard(standard))
        rules = list({s.rule.path: s.rule for s in selections}.values())
    else:
        rules = list(catalog.rules().values())
    if family and family not in {rule.family for rule in rules}:
        raise UsageError(f"no such family: {family!r}", hint=f"there are {', '.join(_families())}")
    return [rule for rule in rules if family in ("", rule.family) and catalog.selected(rule, (), (), min_severity)]


def matching(words: Sequence[str]) -> list[catalog.Rule]:
    """The rules in whose text every word occurs."""
    return [rule for rule in catalog.rules().values() if all(word.lower() in _text(rule) for word in words)]


def listing(rules: Sequence[catalog.Rule], format: str) -> str:
    if format == "json":
        return json.dumps([_data(rule) for rule in rules], indent=2) + "\n"
    if format != "text":
        raise UsageError(f"no such format: {format!r}", hint="there are text and json")
    width = max((len(rule.path) for rule in rules), default=0)
    return "".join(f"{r.path:<{width}}  {r.id:<10}  {r.severity:<8}  {r.title}\n" for r in rules)


def set_listing(format: str) -> str:
    sets = catalog.standards()
    if format == "json":
        data = {
            name: {
                "title": document["spec"]["title"],
                "rules": [s.rule.path for s in catalog.selections(document)],
                "manual": catalog.manual_controls(document),
            }
            for name, document in sets.items()
        }
        return json.dumps(data, indent=2) + "\n"
    width = max(map(len, sets))
    lines = []
    for name, document in sets.items():
        manual = catalog.manual_controls(document)
        left = f", {len(manual)} controls MANUAL" if manual else ""
        count = len({s.rule.path for s in catalog.selections(document)})
        lines.append(f"{name:<{width}}  {document['spec']['title']} ({count} rules{left})\n")
    return "".join(lines)


def _families() -> list[str]:
    return sorted({rule.family for rule in catalog.rules().values()})


def _text(rule: catalog.Rule) -> str:
    """Everything that the rule's own file says, and its names."""
    return f"{rule.path} {rule.kind} {rule.source.read_text(encoding='utf-8')}".lower()


def _data(rule: catalog.Rule) -> dict[str, Any]:
    return {
        "rule": rule.path,
        "id": rule.id,
        "kind": rule.kind,
        "title": rule.title,
        "severity": rule.severity,
        "targets": list(rule.targets),
        "controls": [{"standard": c.standard, "id": c.id, "versions": c.versions} for c in rule.controls],
        "references": list(rule.references),
        "why": rule.why,
        "fix": rule.fix,
        "inCluster": rule.in_cluster,
    }
