"""AdmissionReviews: the request in one, as the API server would take it."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.errors import ReviewError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._decode import (
    ANY,
    BOOL,
    STRING,
    DecodeError,
    Type,
    list_of,
    map_of,
    named,
    restore,
    struct,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_GVK: Final = struct("v1.GroupVersionKind", group=STRING, version=STRING, kind=STRING)
_GVR: Final = struct("v1.GroupVersionResource", group=STRING, version=STRING, resource=STRING)
_REQUEST: Final[Type] = struct(
    "v1.AdmissionRequest",
    uid=named("types.UID"),
    kind=_GVK,
    resource=_GVR,
    subResource=STRING,
    requestKind=_GVK,
    requestResource=_GVR,
    requestSubResource=STRING,
    name=STRING,
    namespace=STRING,
    operation=named("v1.Operation"),
    userInfo=struct("v1.UserInfo", username=STRING, uid=STRING, groups=list_of(STRING), extra=map_of(list_of(STRING))),
    object=ANY,
    oldObject=ANY,
    dryRun=BOOL,
    options=ANY,
)
_ADMISSION_REVIEW: Final[Type] = struct(
    "v1.AdmissionReview", kind=STRING, apiVersion=STRING, request=_REQUEST, response=ANY
)


def admission_request(document: kube.Object) -> dict[str, Any]:
    """The request of an AdmissionReview, in the form policies see; ReviewError when it is none.

    Unknown fields are refused, and an object or old object with a kind must be there, as the API server would have it.
    """
    invalid = "not a valid AdmissionReview object: unable to convert to an AdmissionReview object, error"
    try:
        decoded = restore(document, _ADMISSION_REVIEW)
    except DecodeError as error:
        raise ReviewError(f"{invalid}: {error.message}") from error
    if unknown := sorted(_unknown(document, _ADMISSION_REVIEW, "")):
        listed = ", ".join(f'unknown field "{path}"' for path in unknown)
        raise ReviewError(f"{invalid}: strict decoding error: {listed}")
    request = decoded.get("request")
    if request is None:
        message = "missing an AdmissionRequest object: request did not actually pass in an AdmissionRequest"
        raise ReviewError(message)
    if request.get("object") is None and request.get("oldObject") is None:
        where = 'AdmissionRequest does not contain an "object" or "oldObject" to review'
        raise ReviewError(f"no object or oldObject found to review: {where}")
    for name in ("object", "oldObject"):
        _check_object(request.get(name))
    return _complete(request)


def _check_object(obj: Any) -> None:
    if obj is None:
        return
    if not isinstance(obj, dict) or not kube.gvk_of(obj).kind:
        from gatewright.gatekeeper._gotext import json_text

        shown = json_text(obj)
        raise ReviewError(f"object or oldObject cannot be unmarshalled: Object 'Kind' is missing in '{shown}'")


def _unknown(value: Any, target: Type, path: str) -> Iterator[str]:
    """The fields that strict decoding would refuse."""
    if not isinstance(value, dict) or target.kind != "struct":
        return
    for key, child in value.items():
        place = f"{path}.{key}" if path else key
        if key not in target.fields:
            yield place
        elif target.fields[key] is not ANY:
            yield from _unknown(child, target.fields[key], place)


def _complete(request: dict[str, Any]) -> dict[str, Any]:
    """The request as Go would print it: empty fields that have no omitempty are there."""
    out: dict[str, Any] = {
        "uid": request.get("uid", ""),
        "kind": _filled(request.get("kind"), ("group", "version", "kind")),
        "resource": _filled(request.get("resource"), ("group", "version", "resource")),
    }
    for name in ("subResource", "requestKind", "requestResource", "requestSubResource", "name", "namespace"):
        value = request.get(name)
        if isinstance(value, dict):
            out[name] = _filled(value, ("group", "version", "kind" if name == "requestKind" else "resource"))
        elif value:
            out[name] = value
    out["operation"] = request.get("operation", "")
    out["userInfo"] = {k: v for k, v in (request.get("userInfo") or {}).items() if v}
    out["object"], out["oldObject"] = request.get("object"), request.get("oldObject")
    if "dryRun" in request:
        out["dryRun"] = request["dryRun"]
    out["options"] = request.get("options")
    return out


def _filled(value: dict[str, Any] | None, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: (value or {}).get(name, "") for name in names}
