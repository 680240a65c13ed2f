"""What ExpansionTemplates make of the workloads among the inputs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gatewright.errors import GatewrightError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper.expansion import is_expansion_template
from gatewright.gatekeeper.host import Host
from gatewright.gatekeeper.providers import load_providers
from gatewright.tools.inputs import Troubles, attempt, read_objects
from gatewright.tools.output import format_objects, require_format, write


@dataclass(frozen=True, slots=True)
class ExpandRequest:
    """What to expand: templates, mutators and workloads together."""

    paths: tuple[str, ...]
    format: str = "yaml"
    output: Path | None = None
    external_data: str = ""
    namespace: str = "default"


def expand(request: ExpandRequest) -> int:
    """Write the resultants; 2 when something could not be read or expanded, else 0."""
    require_format(request.format, "yaml", "json")
    troubles = Troubles()
    documents = read_objects(request.paths, troubles)
    host = Host(default_namespace=request.namespace, external_data=load_providers(request.external_data))
    for document in documents:
        attempt(host.learn, document.value, document, troubles)
    if not any(is_expansion_template(document.value) for document in documents):
        troubles.err.write("note: there are no ExpansionTemplates among the inputs\n")
    found: list[kube.Object] = []
    for document in documents:
        try:
            found += host.expanded(document.value)
        except GatewrightError as error:
            troubles.tell(error, document)
    write(format_objects(found, request.format), request.output)
    return 2 if troubles.count else 0
