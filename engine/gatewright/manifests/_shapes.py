"""Documents that hold other documents: Lists, and the requests inside AdmissionReviews."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.manifests._documents import Document

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
    """The document, or the items of a List, Lists within Lists included."""
    if not is_list(document.value):
        yield document
        return
    for index in range(len(document.value["items"])):
        yield from unpacked(document.part("items", index))


def admission_request(value: Any) -> dict[str, Any] | None:
    """The request of an AdmissionReview (admission.k8s.io); None for any other document."""
    if not isinstance(value, dict) or value.get("kind") != "AdmissionReview":
        return None
    if not str(value.get("apiVersion") or "").startswith("admission.k8s.io/"):
        return None
    request = value.get("request")
    return request if isinstance(request, dict) else None
