"""What ExpansionTemplates make of the workloads among the inputs."""

from __future__ import annotations

from pathlib import Path

from gatewright.errors import GatewrightError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper.expander import Expander
from gatewright.gatekeeper.match import Namespace, gator_namespace
from gatewright.gatekeeper.providers import Provider, load_providers
from gatewright.gatekeeper.reading.match import read_namespace
from gatewright.manifests import Document
from gatewright.records import record
from gatewright.tools.inputs import Troubles, read_objects
from gatewright.tools.output import format_objects, write


@record(frozen=True, slots=True)
class ExpandRequest:
    """What to expand: templates, mutators and workloads together."""

    paths: tuple[str, ...]
    format: str = "yaml"
    output: Path | None = None
    external_data: str = ""


def expand(request: ExpandRequest) -> int:
    """Write the resultants; 2 when something could not be read or expanded, else 0."""
    troubles = Troubles()
    documents = read_objects(request.paths, troubles)
    expander, namespaces = load_expander(documents, load_providers(request.external_data), troubles)
    found = []
    for document in documents:
        try:
            obj = document.value
            found += [r.object for r in expander.expand(obj, gator_namespace(obj, namespaces))]
        except GatewrightError as error:
            troubles.tell(error, document)
    write(format_objects(found, request.format), request.output)
    return 2 if troubles.count else 0


def load_expander(
    documents: list[Document], provider: Provider | None, troubles: Troubles
) -> tuple[Expander, dict[str, Namespace]]:
    """The templates and mutators among documents, and the Namespaces by name."""
    expander = Expander(provider=provider)
    namespaces = {}
    for document in documents:
        obj = document.value
        try:
            if kube.is_namespace(obj):
                namespace = read_namespace(obj)
                namespaces[namespace.name] = namespace
            expander.add(obj)
        except GatewrightError as error:
            troubles.tell(error, document)
    return expander, namespaces
