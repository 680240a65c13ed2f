"""What Kubernetes' CEL environment declares beside functions: type names, message types, and the typed variables."""

from __future__ import annotations

from typing import Final

from gatewright.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    Type,
    list_of,
    map_of,
    optional_of,
    read_type,
    type_of,
    wrapper_of,
)  # fmt: skip

TYPE_NAMES: Final[dict[str, Type]] = {
    "bool": type_of(BOOL),
    "bytes": type_of(BYTES),
    "double": type_of(DOUBLE),
    "google.protobuf.Duration": type_of(DURATION),
    "google.protobuf.Timestamp": type_of(TIMESTAMP),
    "int": type_of(INT),
    "list": type_of(list_of(DYN)),
    "map": type_of(map_of(DYN, DYN)),
    "net.CIDR": type_of(read_type("net.CIDR")),
    "net.IP": type_of(read_type("net.IP")),
    "null_type": type_of(NULL),
    "optional_type": type_of(optional_of(DYN)),
    "string": type_of(STRING),
    "type": type_of(type_of(None)),
    "uint": type_of(UINT),
}


def _struct(name: str) -> Type:
    return Type("struct", name)


_LABELS: Final = map_of(STRING, STRING)
_GVK: Final = _struct("kubernetes.GroupVersionKind")
_GVR: Final = _struct("kubernetes.GroupVersionResource")
_STRINGS: Final = list_of(STRING)

REQUEST: Final = _struct("kubernetes.AdmissionRequest")
NAMESPACE: Final = _struct("kubernetes.Namespace")
VARIABLES: Final = _struct("kubernetes.variables")

STRUCTS: Final[dict[str, dict[str, Type]]] = {
    REQUEST.name: {
        "kind": _GVK,
        "resource": _GVR,
        "subResource": STRING,
        "requestKind": _GVK,
        "requestResource": _GVR,
        "requestSubResource": STRING,
        "name": STRING,
        "namespace": STRING,
        "operation": STRING,
        "userInfo": _struct("kubernetes.UserInfo"),
        "dryRun": BOOL,
        "options": DYN,
    },
    _GVK.name: {"group": STRING, "version": STRING, "kind": STRING},
    _GVR.name: {"group": STRING, "version": STRING, "resource": STRING},
    "kubernetes.UserInfo": {
        "username": STRING,
        "uid": STRING,
        "groups": _STRINGS,
        "extra": map_of(STRING, _STRINGS),
    },
    NAMESPACE.name: {
        "metadata": _struct("kubernetes.NamespaceMetadata"),
        "spec": _struct("kubernetes.NamespaceSpec"),
        "status": _struct("kubernetes.NamespaceStatus"),
    },
    "kubernetes.NamespaceMetadata": {
        "name": STRING,
        "generateName": STRING,
        "namespace": STRING,
        "labels": _LABELS,
        "annotations": _LABELS,
        "UID": STRING,
        "creationTimestamp": TIMESTAMP,
        "deletionGracePeriodSeconds": INT,
        "deletionTimestamp": TIMESTAMP,
        "generation": INT,
        "resourceVersion": STRING,
        "finalizers": _STRINGS,
    },
    "kubernetes.NamespaceSpec": {"finalizers": _STRINGS},
    "kubernetes.NamespaceStatus": {
        "conditions": list_of(_struct("kubernetes.NamespaceCondition")),
        "phase": STRING,
    },
    "kubernetes.NamespaceCondition": {
        "status": STRING,
        "type": STRING,
        "lastTransitionTime": TIMESTAMP,
        "message": STRING,
        "reason": STRING,
    },
}

_BOXES: Final = {
    "BoolValue": BOOL,
    "BytesValue": BYTES,
    "DoubleValue": DOUBLE,
    "FloatValue": DOUBLE,
    "Int32Value": INT,
    "Int64Value": INT,
    "StringValue": STRING,
    "UInt32Value": UINT,
    "UInt64Value": UINT,
}
_OBJECT: Final = map_of(STRING, DYN)
_TIME: Final = {"seconds": INT, "nanos": INT}

# Message types that can be written down: the type of the value, and of the fields.
MESSAGES: Final[dict[str, tuple[Type, dict[str, Type]]]] = {
    **{f"google.protobuf.{name}": (wrapper_of(kind), {"value": kind}) for name, kind in _BOXES.items()},
    "google.protobuf.Duration": (DURATION, _TIME),
    "google.protobuf.ListValue": (list_of(DYN), {"values": list_of(DYN)}),
    "google.protobuf.Struct": (_OBJECT, {"fields": _OBJECT}),
    "google.protobuf.Timestamp": (TIMESTAMP, _TIME),
    "google.protobuf.Value": (
        DYN,
        {
            "null_value": INT,
            "number_value": DOUBLE,
            "string_value": STRING,
            "bool_value": BOOL,
            "struct_value": _OBJECT,
            "list_value": list_of(DYN),
        },
    ),
}
