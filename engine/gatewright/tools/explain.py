"""For each constraint whether it applies to an object, and the first thing in its match that the object fails."""

from __future__ import annotations

import json
import sys
from typing import Any

from gatewright.gatekeeper import kube
from gatewright.gatekeeper.host import GATOR_POINT, Host
from gatewright.records import record
from gatewright.tools.inputs import Troubles, attempt, load_policies, read_objects


@record(frozen=True, slots=True)
class ExplainRequest:
    """`with_data` are further objects that matching looks at: Namespaces and CustomResourceDefinitions."""

    paths: tuple[str, ...]
    policies: tuple[str, ...] = ()
    with_data: tuple[str, ...] = ()
    format: str = "text"
    namespace: str = "default"
    enforcement_point: str = ""
    gator_compat: bool = False


def explain(request: ExplainRequest) -> int:
    """2 when something could not be read, else 0."""
    troubles = Troubles()
    host = Host(
        default_namespace=request.namespace,
        enforcement_point=request.enforcement_point or GATOR_POINT,
        gator_compat=request.gator_compat,
    )
    load_policies(host, request.policies, troubles)
    documents = read_objects(request.paths, troubles)
    for document in [*read_objects(request.with_data, troubles), *documents]:
        attempt(host.learn, document.value, document, troubles)
    rows: list[dict[str, Any]] = []
    for document in documents:
        gvk = kube.gvk_of(document.value)
        verdicts = [
            {"kind": c.ref.kind, "name": c.ref.name, "applies": why is None, "reason": why or ""}
            for c, why in host.explain(document.value)
        ]
        ref = {"apiVersion": gvk.api_version, "kind": gvk.kind, "namespace": kube.namespace_of(document.value)}
        ref["name"] = kube.name_of(document.value)
        rows.append({"object": ref, "file": document.file, "constraints": verdicts})
    if request.format == "json":
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(map(_text, rows)))
    return 2 if troubles.count else 0


def _text(row: dict[str, Any]) -> str:
    obj = row["object"]
    place = f"{obj['namespace']}/{obj['name']}" if obj["namespace"] else obj["name"]
    lines = [f"{obj['kind']} {place} ({row['file']})"]
    names = [f"{c['kind']}/{c['name']}" for c in row["constraints"]]
    width = max(map(len, names), default=0)
    for name, verdict in zip(names, row["constraints"], strict=True):
        word = "applies" if verdict["applies"] else f"no: {verdict['reason']}"
        lines.append(f"  {name:<{width}}  {word}")
    if not names:
        lines.append("  no constraints")
    return "".join(f"{line}\n" for line in lines)
