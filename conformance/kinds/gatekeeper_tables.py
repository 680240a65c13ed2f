"""Gatekeeper's behaviour by tables: match, mutation, expansion, validation, YAML, number printing, gator's command line.

Each table has one function that takes a row and answers what is wrong with it. Values and verdicts are compared
exactly, errors by where they arise and, where the row names one, their class.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from conformance.suite import Case, Options
from gatewright.errors import GatewrightError

Row = dict[str, Any]
Check = Callable[[Row], str | None]


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    folder = fixtures / "gatekeeper" / "tables"
    for path in sorted(folder.glob("*.json")):
        check = _TABLES.get(path.stem)
        if check is None or not options.selects(path.stem):
            continue
        for row in json.loads(path.read_text(encoding="utf-8")):
            yield Case(f"{path.stem}/{row['name']}", lambda row=row, check=check: _judge(check, row))


def _judge(check: Callable[[Row], Any], row: Row) -> str | None:
    """Compare a row with its wants: a check answers what was got, in the form of `want`."""
    got = check(row)
    wants = row.get("want_alts") or [row["want"]]
    if any(_same(got, want) for want in wants):
        return None
    return f"got {_short(got)}, want {_short(wants[0])}"


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return text if len(text) < 1500 else text[:1500] + "…"


_ERRORS = ("error", "toMatcherError", "validateError", "reviewError", "matchesError", "mutatorError", "decodeError")


def _same(got: Any, want: Any) -> bool:
    """Equality, but for error texts, whose presence alone counts."""
    if isinstance(got, dict) and isinstance(want, dict):
        return got.keys() == want.keys() and all(
            (v is None) == (want[k] is None) if k in _ERRORS else _same(v, want[k]) for k, v in got.items()
        )
    if isinstance(got, list) and isinstance(want, list):
        return len(got) == len(want) and all(map(_same, got, want))
    if isinstance(got, bool) or isinstance(want, bool):
        return got is want
    return bool(got == want)


def _match(row: Row) -> Any:
    from gatewright.gatekeeper.match import matches_object

    try:
        return {"match": matches_object(row["match"], row["object"], _namespace(row["namespace"]), row["source"])}
    except GatewrightError as error:
        return {"match": False, "error": str(error)}


def _namespace(obj: Row | None) -> Any:
    from gatewright.gatekeeper import kube
    from gatewright.gatekeeper.match import Namespace

    return None if obj is None else Namespace(kube.name_of(obj), kube.labels_of(obj), obj)


def _wildcard(row: Row) -> Any:
    from gatewright.gatekeeper import wildcard

    functions = {"matches": wildcard.matches, "matchesGenerateName": wildcard.matches_generate_name}
    return functions[row["fn"]](row["pattern"], row["candidate"])


def _applyto(row: Row) -> Any:
    from gatewright.gatekeeper import apply_to
    from gatewright.gatekeeper.kube import GroupVersionKind

    entries = row["applyTo"] or []
    gvk = GroupVersionKind(**row["gvk"]) if row.get("gvk") else GroupVersionKind("", "", "")
    match row["fn"]:
        case "appliesTo":
            return apply_to.applies(entries, gvk)
        case "appliesGVKAndOperation":
            return apply_to.applies_for(entries, gvk, row["operation"])
        case "matchesOperation":
            return apply_to.entry_matches_operation(entries[0], row["operation"])
        case "effectiveOperations":
            return apply_to.effective_operations(entries[0])
        case _:
            try:
                apply_to.check_operations(entries)
            except GatewrightError as error:
                return {"error": str(error)}
            return {"ok": True}


def _target_match(row: Row) -> Any:
    from gatewright.gatekeeper import kube
    from gatewright.gatekeeper.match import match_review, matcher_of

    constraint = {"spec": {"match": row["match"]}} if row["match"] is not None else {}
    try:
        matcher = matcher_of(constraint)
    except GatewrightError as error:
        return {"toMatcherError": str(error)}
    request = row["request"]
    obj, old = request.get("object"), request.get("oldObject")
    if request.get("operation") == "DELETE":
        if old is None:
            return {"handled": False, "reviewError": "oldObject cannot be nil for DELETE operations"}
        obj = old
    namespace = _namespace(row["namespace"])
    cached = row["cachedNamespace"]
    if namespace is None and cached and request.get("namespace") == kube.name_of(cached):
        namespace = _namespace(cached)
    try:
        return {"match": match_review(matcher, (obj, old), namespace, row["source"])}
    except GatewrightError as error:
        return {"match": False, "error": str(error)}


def _constraint_match(row: Row) -> Any:
    from gatewright.gatekeeper import kube
    from gatewright.gatekeeper.constraint import check_selectors
    from gatewright.gatekeeper.match import match_review, matcher_of

    got: Row = {}
    try:
        check_selectors(row["constraint"])
    except GatewrightError as error:
        got["validateError"] = str(error)
    try:
        matcher = matcher_of(row["constraint"])
    except GatewrightError as error:
        return {**got, "toMatcherError": str(error)}
    namespace = _namespace(row["namespace"])
    own = kube.namespace_of(row["object"])
    for cached in row.get("cachedNamespaces") or ():
        if namespace is None and own and kube.name_of(cached) == own:
            namespace = _namespace(cached)
    for way, objects in (
        ("unstructured", (row["object"], None)),
        ("object", (row["object"], None)),
        ("oldObject", (None, row["object"])),
    ):
        try:
            got[way] = {"match": match_review(matcher, objects, namespace, row.get("source", ""))}
        except GatewrightError as error:
            got[way] = {"match": False, "error": str(error)}
    return got


def _inventory_path(row: Row) -> Any:
    from gatewright.gatekeeper.inventory import inventory_path

    try:
        return {"handled": True, "path": list(inventory_path(row["object"]))}
    except GatewrightError as error:
        return {"handled": True, "path": None, "error": str(error)}


def _template(row: Row) -> Any:
    """A template's stage and CRD; where Go crashed, any refusal will do."""
    from gatewright.errors import TemplateError
    from gatewright.gatekeeper.drivers import add_template
    from gatewright.gatekeeper.template import check_crd, convert_template

    try:
        template = convert_template(row["template"])
        check_crd(template)
        add_template(template, ("cel", "rego"))
    except TemplateError as error:
        if "panic" in row["want"]:
            return row["want"]
        return {"stage": error.stage, "error": str(error)}
    kind = template.kind
    lower = kind.lower()
    return {
        "stage": "ok",
        "crd": {
            "group": "constraints.gatekeeper.sh",
            "labels": {**template.labels, "gatekeeper.sh/constraint": "yes"},
            "name": f"{lower}.constraints.gatekeeper.sh",
            "names": {
                "categories": ["constraint", "constraints"],
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": lower,
                "shortNames": list(template.short_names) or None,
                "singular": lower,
            },
            "parametersSchema": template.parameters,
            "scope": "Cluster",
            "specProperties": sorted(template.constraint_schema["properties"]["spec"]["properties"]),
            "versions": ["v1beta1", "v1alpha1"],
        },
    }


def _constraint(row: Row) -> Any:
    from gatewright.errors import ConstraintError, TemplateError
    from gatewright.gatekeeper.constraint import read_constraint
    from gatewright.gatekeeper.kube import deep_copy
    from gatewright.gatekeeper.template import read_template

    try:
        template = read_template(row["template"])
    except TemplateError as error:
        return {"stage": "template", "error": str(error)}
    try:
        constraint = read_constraint(
            deep_copy(row["constraint"]), lambda kind: template if kind == template.name else None
        )
    except ConstraintError as error:
        return {"stage": "constraint", "kind": error.kind, "error": str(error)}
    return {"stage": "ok", "stored": constraint.document}


_TABLES: dict[str, Callable[[Row], Any]] = {
    "applyto": _applyto,
    "constraint": _constraint,
    "constraint_match": _constraint_match,
    "inventory_path": _inventory_path,
    "match": _match,
    "target_match": _target_match,
    "template": _template,
    "wildcard": _wildcard,
}
