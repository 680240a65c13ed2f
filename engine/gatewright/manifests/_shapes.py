"""Documents that hold other documents: Lists, and the requests inside AdmissionReviews."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.manifests._documents import Document
from gatewright.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def is_list(value: Any) -> bool:
    """Whether a document is a List of objects, as `kubectl get -o yaml` prints them."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("items"), list)
        and str(value.get("kind") or "").endswith("List")
        and str(value.get("apiVersion") or "") != ""
        and "spec" not in value
    )


def unpacked(document: Document) -> Iterator[Document]:
    """The document, or the items of a List, Lists within Lists included.

    The API server leaves out in a PodList what all its items are, which they are given.
    """
    if not is_list(document.value):
        yield document
        return
    for index in range(len(document.value["items"])):
        yield from unpacked(_typed(document.part("items", index), document.value))


def _typed(item: Document, parent: dict[str, Any]) -> Document:
    kind = parent["kind"].removesuffix("List")
    if not kind or not isinstance(item.value, dict) or "kind" in item.value or "apiVersion" in item.value:
        return item
    value = {"apiVersion": parent["apiVersion"], "kind": kind, **item.value}
    return replace(item, value=value, origins=None)


def admission_request(value: Any) -> dict[str, Any] | None:
    """The request of an AdmissionReview (admission.k8s.io); None for any other document."""
    if not isinstance(value, dict) or value.get("kind") != "AdmissionReview":
        return None
    if not str(value.get("apiVersion") or "").startswith("admission.k8s.io/"):
        return None
    request = value.get("request")
    return request if isinstance(request, dict) else None
