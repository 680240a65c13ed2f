"""What one review hands to expressions, shared by all policies that meet it."""

from __future__ import annotations

from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


class Inputs:
    """A review (a mapping with the keys of an AdmissionRequest) and its namespace, as expressions see them.

    `request` and `namespace` are made when something first asks.
    """

    __slots__ = ("_namespace", "_review", "any_object", "namespace", "object", "old_object", "request")

    def __init__(self, review: Mapping[str, Any], namespace: Mapping[str, Any] | None = None) -> None:
        deleted = review.get("operation") == "DELETE"
        self.old_object = review.get("oldObject")
        # Gatekeeper shows the old object as the object of a deletion; to CEL there is none.
        self.object = None if deleted else review.get("object")
        self.any_object = self.old_object if deleted else self.object
        self._review = review
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        # Called for what is not there yet.
        if name == "request":
            self.request: dict[str, Any] = _request(self._review)
            return self.request
        if name == "namespace":
            self.namespace: dict[str, Any] | None = _namespace(self._namespace) if self._namespace else None
            return self.namespace
        raise AttributeError(name)


_NO_KIND: Final = {"group": "", "version": "", "kind": ""}
_NO_RESOURCE: Final = {"group": "", "version": "", "resource": ""}


def _request(review: Mapping[str, Any]) -> dict[str, Any]:
    """The `request` that expressions see: an AdmissionRequest without its objects."""
    get = review.get
    kind, resource, user = get("kind"), get("resource"), get("userInfo")
    kind = _gv(kind, "kind") if kind else _NO_KIND
    resource = _gv(resource, "resource") if resource else _NO_RESOURCE
    out: dict[str, Any] = {
        "uid": "",
        "kind": kind,
        "resource": resource,
        "requestKind": kind,
        "requestResource": resource,
        "operation": get("operation") or "",
        "userInfo": {name: value for name, value in user.items() if value} if user else {},
        "object": None,
        "oldObject": None,
        "dryRun": bool(get("dryRun")),
        "options": get("options"),
    }
    if value := get("subResource"):
        out["subResource"] = out["requestSubResource"] = value
    if value := get("name"):
        out["name"] = value
    if value := get("namespace"):
        out["namespace"] = value
    return out


def _gv(given: Any, last: str) -> dict[str, str]:
    return {"group": given.get("group") or "", "version": given.get("version") or "", last: given.get(last) or ""}


_NAMESPACE_METADATA: Final = (
    "name", "generateName", "namespace", "uid", "resourceVersion", "generation", "deletionTimestamp",
    "creationTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "finalizers",
)  # fmt: skip


def _namespace(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The `namespaceObject` that expressions see: metadata without its bookkeeping, spec and status."""
    metadata = namespace.get("metadata") or {}
    kept = {name: metadata[name] for name in _NAMESPACE_METADATA if metadata.get(name)}
    if metadata.get("deletionGracePeriodSeconds") == 0:
        kept["deletionGracePeriodSeconds"] = 0
    spec, status = namespace.get("spec") or {}, namespace.get("status") or {}
    return {
        "metadata": kept,
        "spec": {name: spec[name] for name in ("finalizers",) if spec.get(name)},
        "status": {name: status[name] for name in ("phase", "conditions") if status.get(name)},
    }
