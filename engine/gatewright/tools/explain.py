"""For each constraint whether it applies to an object, and the first thing in its match that the object fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from gatewright.errors import GatewrightError, UsageError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper.constraint import Constraint
from gatewright.gatekeeper.host import GATOR_POINT, Host
from gatewright.gatekeeper.surroundings import in_namespace
from gatewright.manifests import Document
from gatewright.records import record
from gatewright.tools.inputs import Troubles, attempt, load_policies, read_objects
from gatewright.tools.output import require_format

EXPLANATIONS = ("off", "full", "notes", "fails", "debug")


@record(frozen=True, slots=True)
class ExplainRequest:
    """`with_data` are further objects that matching looks at: Namespaces and CustomResourceDefinitions; with `explain`,
    which traces the Rego of constraints that apply, they are the inventory too."""

    paths: tuple[str, ...]
    policies: tuple[str, ...] = ()
    with_data: tuple[str, ...] = ()
    format: str = "text"
    namespace: str = "default"
    enforcement_point: str = ""
    gator_compat: bool = False
    explain: str = "off"


def explain(request: ExplainRequest) -> int:
    """2 when something could not be read, else 0."""
    require_format(request.format, "text", "json")
    if request.explain not in EXPLANATIONS:
        raise UsageError(f"unknown explanation {request.explain!r}", hint=f"there are {', '.join(EXPLANATIONS)}")
    troubles = Troubles()
    host = _host(request)
    load_policies(host, request.policies, troubles)
    documents = read_objects(request.paths, troubles)
    for document in [*read_objects(request.with_data, troubles), *documents]:
        attempt(host.learn if request.explain == "off" else host.add_data, document.value, document, troubles)
    rows = [row for document in documents if (row := _row(host, document, troubles)) is not None]
    if request.format == "json":
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(map(_text, rows)))
    return 2 if troubles.count else 0


def _host(request: ExplainRequest) -> Host:
    options: dict[str, Any] = {
        "default_namespace": request.namespace,
        "enforcement_point": request.enforcement_point or GATOR_POINT,
        "gator_compat": request.gator_compat,
    }
    if request.explain == "off":
        return Host(**options)
    from gatewright.gatekeeper.traced import TracingHost

    return TracingHost(mode=request.explain, locations=True, **options)


def _row(host: Host, document: Document, troubles: Troubles) -> dict[str, Any] | None:
    """What is said of one object; None where it cannot be reviewed, which is told."""
    try:
        found = list(host.explain(document.value))
    except GatewrightError as error:
        troubles.tell(error, document)
        return None
    obj = host.surroundings.placed(_subject(document.value) if host.unwraps(document.value) else document.value)
    gvk = kube.gvk_of(obj)
    verdicts = [
        {
            "kind": constraint.ref.kind,
            "name": constraint.ref.name,
            "applies": why is None,
            "reason": why or "",
            "detail": _detail(why, constraint, obj, host) if why else "",
            **_traced(host, constraint, document.value, why),
        }
        for constraint, why in found
    ]
    ref = {"apiVersion": gvk.api_version, "kind": gvk.kind, "namespace": kube.namespace_of(obj), "name": _name(obj)}
    return {"object": ref, "file": document.file, "constraints": verdicts}


def _traced(host: Host, constraint: Constraint, obj: kube.Object, why: str | None) -> dict[str, str]:
    """The trace of a constraint that applies, if the host makes one."""
    trace_of: Callable[[Constraint, kube.Object], str | None] | None = getattr(host, "trace_of", None)
    if trace_of is None or why is not None:
        return {}
    trace = trace_of(constraint, obj)
    return {} if trace is None else {"trace": trace}


def _subject(value: kube.Object) -> kube.Object:
    """The object that a request is about."""
    request = value.get("request") or {}
    obj = request.get("object") or request.get("oldObject") or {}
    namespace = request.get("namespace") or ""
    return in_namespace(obj, namespace) if not kube.namespace_of(obj) else obj


def _name(obj: kube.Object) -> str:
    generated = kube.metadata_of(obj).get("generateName")
    return kube.name_of(obj) or (generated if isinstance(generated, str) else "")


def _detail(why: str, constraint: Constraint, obj: kube.Object, host: Host) -> str:
    """What a criterion asks, and what the object is instead; "" for a reason that is no criterion."""
    match = (constraint.document.get("spec") or {}).get("match") or {}
    if why not in match:
        return ""
    wanted, namespace = match[why], kube.namespace_of(obj)
    if why == "kinds":
        gvk = kube.gvk_of(obj)
        pairs = [f"{_groups(entry.get('apiGroups'))}/{','.join(entry.get('kinds') or '*')}" for entry in wanted]
        return f"{' '.join(pairs)}; it is {_groups([gvk.group])}/{gvk.kind}"
    if why in ("namespaces", "excludedNamespaces", "scope"):
        asked = wanted if isinstance(wanted, str) else ", ".join(wanted)
        return f"{asked}; it is {f'in {namespace}' if namespace else 'in no namespace'}"
    if why == "labelSelector":
        return f"{_json(wanted)}; its labels are {_json(kube.labels_in(kube.metadata_of(obj)))}"
    if why == "namespaceSelector":
        space = host.surroundings.namespace_of(obj)
        return f"{_json(wanted)}; labels of {namespace or 'no namespace'} are {_json(space.labels if space else {})}"
    return f"{wanted}; it is {'called ' + _name(obj) if why == 'name' else 'written, not generated'}"


def _groups(groups: list[str] | None) -> str:
    return ",".join(group or "core" for group in groups or "*")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _text(row: dict[str, Any]) -> str:
    obj = row["object"]
    place = f"{obj['namespace']}/{obj['name']}" if obj["namespace"] else obj["name"]
    lines = [f"{obj['kind']} {place} ({row['file']})"]
    names = [f"{c['kind']}/{c['name']}" for c in row["constraints"]]
    width = max(map(len, names), default=0)
    for name, verdict in zip(names, row["constraints"], strict=True):
        word = "applies" if verdict["applies"] else f"no: {verdict['reason']}"
        word += f": {verdict['detail']}" if verdict["detail"] else ""
        lines.append(f"  {name:<{width}}  {word}")
        lines += [f"    {line}" for line in verdict.get("trace", "").splitlines()]
    if not names:
        lines.append("  no constraints")
    return "".join(f"{line}\n" for line in lines)
