"""A first look over the inputs: what the review of one object must know of the others.

Policies among the manifests, Namespaces (for selectors), CustomResourceDefinitions (for the scope of kinds) and
Gatekeeper's Config are found by telltale words in the bytes, so that nothing else is parsed twice; only policies that
read data.inventory need every object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from gatewright.checking.aside import begun_aside
from gatewright.checking.evaluate import read_part
from gatewright.checking.units import Part
from gatewright.errors import GatewrightError
from gatewright.manifests import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.gatekeeper.host import Host

# Each is found as fast as the word it begins with, which is faster than looking for the words within.
_TELLTALES = tuple(
    map(
        re.compile,
        (
            rb"\.gatekeeper\.sh/",
            rb"kind[\"']?:[ \t]*[\"']?"
            rb"(?:Namespace|CustomResourceDefinition|ValidatingAdmissionPolicy(?:Binding)?|[A-Za-z]*List)\b",
        ),
    )
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


def special_documents(parts: Iterable[Part]) -> Iterator[Document]:
    """The documents that others are reviewed by; ones that cannot be read are left for the review to report."""
    for part in parts:
        try:
            data = part.read()
        except OSError:
            continue
        for narrowed in telling_parts(part, data):
            yield from special_in(narrowed)


def special_in(narrowed: Part) -> Iterator[Document]:
    """The same in one of the telling parts."""
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
    """Whether a document is policy wherever it is met: a template, a constraint, an admission policy or a binding."""
    group = str(value.get("apiVersion") or "").partition("/")[0]
    if group == "admissionregistration.k8s.io":
        return value.get("kind") in ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
    return group in _POLICY_GROUPS


def telling_parts(part: Part, data: bytes) -> Iterator[Part]:
    """The documents that hold a telltale, as parts of their own with their bytes; JSON is taken whole."""
    hits = [match.span() for telltale in _TELLTALES for match in telltale.finditer(data)]
    if not hits:
        return
    if data[:1024].lstrip()[:1] == b"{":
        yield Part(part.file, row=part.row, data=data)
        return
    end, row = 0, part.row
    for first, last in sorted(hits):
        if last <= end:
            continue
        start = max(data.rfind(b"\n---", 0, first) + 1, end)
        row += data.count(b"\n", end, start)
        end = data.find(b"\n---", last) + 1 or len(data)
        yield Part(part.file, row=row, data=data[start:end])
        row += data.count(b"\n", start, end)


def add_inventory(host: Host, parts: Sequence[Part], jobs: int) -> None:
    """Give the host every object as data; what cannot be read or cannot be data is reported when it is reviewed.

    So many processes read a share each. The shares follow each other as the parts do: the last object of a name counts.
    """
    length = -(-len(parts) // jobs)
    first, *rest = (parts[start : start + length] for start in range(0, max(len(parts), 1), length or 1))
    others = [(share, begun_aside(partial(_objects, share))) for share in rest]
    _remember(host, _objects(first))
    for share, received in others:
        found = received()
        _remember(host, _objects(share) if found is None else found)


def _objects(parts: Iterable[Part]) -> list[dict[str, Any]]:
    items = (item for part in parts for item in read_part(part) if not isinstance(item, GatewrightError))
    return [item.value for item in items if isinstance(item.value, dict)]


def _remember(host: Host, objects: Iterable[dict[str, Any]]) -> None:
    for each in objects:
        try:
            host.remember(each)
        except GatewrightError:
            continue


def may_change(documents: Iterable[Document]) -> bool:
    """Whether policies name a built-in that may answer differently the next time: the clock, chance, the network."""
    from gatewright.builtins.declared import DECLARED

    names = [name.split(".") for name, declared in DECLARED.items() if declared.nondeterministic]
    called = re.compile("|".join(r"\W{1,8}".join(map(re.escape, name)) for name in names))
    last = {name[-1] for name in names}
    texts = (text for document in documents for text in _texts(document.value))
    return any(any(word in text for word in last) and called.search(text) for text in texts)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
