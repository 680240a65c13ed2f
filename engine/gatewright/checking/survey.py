"""A first look over the inputs: what the review of one object must know of the others.

Policies among the manifests, Namespaces (for selectors), CustomResourceDefinitions (for the scope of kinds) and
Gatekeeper's Config are found by telltale words in the bytes, so that nothing else is parsed twice; only policies that
read data.inventory need every object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from gatewright.checking.evaluate import read_part
from gatewright.checking.units import Part, Unit
from gatewright.errors import GatewrightError
from gatewright.manifests import Document

if TYPE_CHECKING:
    from gatewright.gatekeeper.host import Host

_TELLTALE = re.compile(
    rb"(?:templates|constraints|expansion|mutations|config)\.gatekeeper\.sh/"
    rb"|kind[\"']?:[ \t]*[\"']?"
    rb"(?:Namespace|CustomResourceDefinition|ValidatingAdmissionPolicy(?:Binding)?|[A-Za-z]*List)\b"
)
_GROUPS = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "config.gatekeeper.sh",
        "constraints.gatekeeper.sh",
        "expansion.gatekeeper.sh",
        "mutations.gatekeeper.sh",
        "templates.gatekeeper.sh",
    }
)
_POLICY_GROUPS = frozenset({"constraints.gatekeeper.sh", "templates.gatekeeper.sh"})


def special_documents(units: Iterable[Unit]) -> Iterator[Document]:
    """The documents that others are reviewed by; ones that cannot be read are left for the review to report."""
    for unit in units:
        for part in unit.parts:
            for narrowed in _telling(part):
                for item in read_part(narrowed, "kubernetes"):
                    if not isinstance(item, GatewrightError) and is_special(item.value):
                        yield item


def is_special(value: Any) -> bool:
    """Whether a document changes how others are reviewed."""
    if not isinstance(value, dict):
        return False
    group, slash, _ = str(value.get("apiVersion") or "").partition("/")
    return (slash and group in _GROUPS) or (not slash and value.get("kind") == "Namespace")


def is_policy(value: Any) -> bool:
    """Whether a document is a template or constraint: policy wherever it is met."""
    group = str(value.get("apiVersion") or "").partition("/")[0]
    return group in _POLICY_GROUPS


def _telling(part: Part) -> Iterator[Part]:
    """The documents of a part that hold a telltale, as parts of their own; JSON is taken whole."""
    try:
        data = part.read()
    except OSError:
        return
    match = _TELLTALE.search(data)
    if match is None:
        return
    if data[:1024].lstrip()[:1] == b"{":
        yield part
        return
    while match is not None:
        start = data.rfind(b"\n---", 0, match.start()) + 1
        end = data.find(b"\n---", match.end())
        end = len(data) if end < 0 else end + 1
        row = part.row + data.count(b"\n", 0, start)
        yield Part(part.file, row=row, data=data[start:end])
        match = _TELLTALE.search(data, end)


def add_inventory(host: Host, units: Iterable[Unit], errors: list[GatewrightError]) -> None:
    """Give the host every object as data; one that cannot be data is an error with its place."""
    for unit in units:
        for part in unit.parts:
            for item in read_part(part):
                if isinstance(item, GatewrightError) or not isinstance(item.value, dict):
                    continue  # reported when it is reviewed
                try:
                    host.inventory.add(item.value)
                except GatewrightError:
                    continue
