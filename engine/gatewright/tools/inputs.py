"""The inputs of a tool: documents read, the unreadable ones told on stderr while the others go on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from gatewright.errors import GatewrightError, ManifestError
from gatewright.gatekeeper import kube
from gatewright.manifests import Document, read_paths, unpacked
from gatewright.records import field, record

if TYPE_CHECKING:
    from gatewright.gatekeeper.host import Host


@record(slots=True)
class Troubles:
    """What went wrong so far, each told once."""

    err: TextIO = field(default_factory=lambda: sys.stderr)
    count: int = 0

    def tell(self, error: GatewrightError, document: Document | None = None) -> None:
        where = error.location
        if document is not None and (where is None or not where.file):
            where = document.locate(("metadata", "name"))
        place = f"{where.file}:{where.row}:{where.col}: " if where and where.row else f"{where}: " if where else ""
        self.err.write(f"error: {place}{error.message}\n")
        if error.hint:
            self.err.write(f"  hint: {error.hint}\n")
        self.count += 1


def attempt(action: Callable[[kube.Object], object], obj: kube.Object, document: Document, troubles: Troubles) -> None:
    """Do something with an object; what is wrong with it is told at its document."""
    try:
        action(obj)
    except GatewrightError as error:
        troubles.tell(error, document)


def read_objects(paths: Sequence[str], troubles: Troubles) -> list[Document]:
    """The objects of files and directories, Lists unpacked."""
    found = []
    for item in read_paths(paths):
        if isinstance(item, ManifestError):
            troubles.tell(item)
            continue
        for document in unpacked(item):
            if isinstance(document.value, dict) and document.value.get("kind"):
                found.append(document)
            else:
                troubles.tell(ManifestError("not a Kubernetes object", document.locate()))
    return found


def load_policies(host: Host, names: Sequence[str], troubles: Troubles) -> list[Document]:
    """Add the policies of files, directories and shipped sets to a host; what was read."""
    documents = read_policies(names, troubles)
    add_documents(host, documents, troubles)
    return documents


def read_policies(names: Sequence[str], troubles: Troubles) -> list[Document]:
    """The documents of files, directories and shipped sets; without names those of the set that is the default."""
    from gatewright.checking import policies
    from gatewright.checking.request import CheckRequest

    found = policies.read_policies(CheckRequest(policies=tuple(names), manifests=()))
    for notice in found.notices:
        troubles.err.write(f"{notice}\n")
    for error in found.errors:
        troubles.tell(error)
    return found.documents


def add_documents(host: Host, documents: Iterable[Document], troubles: Troubles) -> None:
    """Add documents to a host in the order they need each other."""
    places = {id(document.value): document for document in documents}
    for value, error in host.add_all([document.value for document in places.values()]):
        troubles.tell(error, places[id(value)])
