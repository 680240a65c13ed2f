"""The Go types that documents of many kinds share: their metadata, Namespaces, and what controllers write as status."""

from __future__ import annotations

import re

from gatewright.gatekeeper._decode import (
    BOOL,
    INT64,
    STRING,
    DecodeError,
    Type,
    choice,
    list_of,
    map_of,
    named,
    struct,
)
from gatewright.gatekeeper._gotext import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)")
_KINDS: Final = {bool: "bool", list: "array", dict: "object"}


def _time(value: Any) -> Type:
    if not isinstance(value, str):
        kind = _KINDS.get(value.__class__, "number")
        raise DecodeError(f"json: cannot unmarshal {kind} into Go value of type string")
    if not _RFC3339.fullmatch(value):
        form = '"2006-01-02T15:04:05Z07:00"'
        raise DecodeError(f"parsing time {quote(value)} as {form}: cannot parse {quote(value)} as {form}")
    return STRING


_TIME: Final = choice("v1.Time", _time)
_OWNER: Final = struct(
    "v1.OwnerReference",
    apiVersion=STRING,
    kind=STRING,
    name=STRING,
    uid=named("types.UID"),
    controller=BOOL,
    blockOwnerDeletion=BOOL,
)
OBJECT_META: Final[Type] = struct(
    "v1.ObjectMeta",
    name=STRING,
    generateName=STRING,
    namespace=STRING,
    selfLink=STRING,
    uid=named("types.UID"),
    resourceVersion=STRING,
    generation=INT64,
    creationTimestamp=_TIME,
    deletionTimestamp=_TIME,
    deletionGracePeriodSeconds=INT64,
    labels=map_of(STRING),
    annotations=map_of(STRING),
    ownerReferences=list_of(_OWNER),
    finalizers=list_of(STRING),
)


def document(name: str, /, **fields: Type) -> Type:
    """A kind's type: its own fields after kind, apiVersion and metadata."""
    return struct(name, kind=STRING, apiVersion=STRING, metadata=OBJECT_META, **fields)


_CONDITION: Final = struct(
    "v1.NamespaceCondition",
    type=named("v1.NamespaceConditionType"),
    status=named("v1.ConditionStatus"),
    lastTransitionTime=_TIME,
    reason=STRING,
    message=STRING,
)
NAMESPACE: Final[Type] = document(
    "v1.Namespace",
    spec=struct("v1.NamespaceSpec", finalizers=list_of(named("v1.FinalizerName"))),
    status=struct("v1.NamespaceStatus", phase=named("v1.NamespacePhase"), conditions=list_of(_CONDITION)),
)


def pod_status(name: str, uid: str) -> Type:
    """What each of Gatekeeper's pods says of a mutator or an expansion template."""
    error = struct(f"v1beta1.{name}Error", type=STRING, message=STRING)
    pod = struct(
        f"v1beta1.{name}PodStatusStatus",
        id=STRING,
        **{uid: named("types.UID")},
        operations=list_of(STRING),
        enforced=BOOL,
        errors=list_of(error),
        observedGeneration=INT64,
    )
    return struct(f"unversioned.{name}Status", byPod=list_of(pod))
