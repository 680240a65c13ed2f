"""Reading Kubernetes objects the way Go's unstructured accessors do: wrong types read as absent."""

from __future__ import annotations

from functools import lru_cache

from gatewright.errors import GatewrightError
from gatewright.gatekeeper._gotext import quote, type_text, value_text
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, TypeAlias

Object: TypeAlias = "dict[str, Any]"


class AccessError(GatewrightError):
    """A nested field that is not of the type it must have; the message is Go's accessor error."""


@record(frozen=True, slots=True)
class GroupVersionKind:
    """What an object is."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    def __str__(self) -> str:
        return f"{self.group}/{self.version}, Kind={self.kind}"

    @property
    def empty(self) -> bool:
        return not (self.group or self.version or self.kind)


NO_GVK = GroupVersionKind("", "", "")


@lru_cache(maxsize=4096)
def _gvk(api_version: str, kind: str) -> GroupVersionKind:
    if api_version in ("", "/"):
        return GroupVersionKind("", "", kind)
    parts = api_version.split("/")
    if len(parts) == 1:
        return GroupVersionKind("", api_version, kind)
    if len(parts) == 2:
        return GroupVersionKind(parts[0], parts[1], kind)
    # Go answers the empty GVK, kind included, when the apiVersion has several slashes.
    return NO_GVK


def gvk_of(obj: Object) -> GroupVersionKind:
    """Group, version and kind; all empty when the apiVersion does not parse."""
    api_version, kind = obj.get("apiVersion"), obj.get("kind")
    return _gvk(api_version if isinstance(api_version, str) else "", kind if isinstance(kind, str) else "")


def metadata_of(obj: Object) -> Object:
    metadata = obj.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _metadata_text(obj: Object, key: str) -> str:
    value = metadata_of(obj).get(key)
    return value if isinstance(value, str) else ""


def name_of(obj: Object) -> str:
    return _metadata_text(obj, "name")


def generate_name_of(obj: Object) -> str:
    return _metadata_text(obj, "generateName")


def namespace_of(obj: Object) -> str:
    return _metadata_text(obj, "namespace")


def labels_of(obj: Object) -> dict[str, str]:
    """The labels; none at all when a single value is not a string, as Go's accessor gives up then."""
    return labels_in(metadata_of(obj))


def labels_in(metadata: Object) -> dict[str, str]:
    """As `labels_of`, from the metadata."""
    return _text_map(metadata.get("labels"))


def annotations_of(obj: Object) -> dict[str, str]:
    return _text_map(metadata_of(obj).get("annotations"))


def _text_map(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    for v in value.values():
        if v.__class__ is not str:
            return {}
    return value


def is_namespace(obj: Object) -> bool:
    """Whether the object is a Namespace of the core group, whatever the version."""
    gvk = gvk_of(obj)
    return gvk.kind == "Namespace" and gvk.group == ""


def nested_field(obj: Any, *fields: str) -> tuple[Any, bool]:
    """The value at a path and whether it is there; AccessError when a step is not a map."""
    value = obj
    for i, field in enumerate(fields):
        if value is None:
            return None, False
        if not isinstance(value, dict):
            raise AccessError(_access_message(fields[: i + 1], value, "map[string]interface{}"))
        if field not in value:
            return None, False
        value = value[field]
    return value, True


def nested_map(obj: Any, *fields: str) -> tuple[Object | None, bool]:
    """As `nested_field`, for a value that must be a map; null is an error."""
    value, found = nested_field(obj, *fields)
    if found and not isinstance(value, dict):
        raise AccessError(_access_message(fields, value, "map[string]interface{}"))
    return value, found


def nested_string(obj: Any, *fields: str) -> tuple[str, bool]:
    value, found = nested_field(obj, *fields)
    if not found:
        return "", False
    if not isinstance(value, str):
        raise AccessError(_access_message(fields, value, "string"))
    return value, True


def nested_list(obj: Any, *fields: str) -> tuple[list[Any] | None, bool]:
    value, found = nested_field(obj, *fields)
    if found and not isinstance(value, list):
        raise AccessError(_access_message(fields, value, "[]interface{}"))
    return value, found


def _access_message(fields: tuple[str, ...], value: Any, expected: str) -> str:
    path = "." + ".".join(fields)
    return f"{path} accessor error: {value_text(value)} is of the type {type_text(value)}, expected {expected}"


def deep_copy(value: Any) -> Any:
    """A copy of a decoded JSON value that shares no container with it."""
    if value.__class__ is dict:
        # The test is here once more, since most values are scalars and a call costs more than all else.
        return {k: deep_copy(v) if v.__class__ is dict or v.__class__ is list else v for k, v in value.items()}
    if value.__class__ is list:
        return [deep_copy(v) if v.__class__ is dict or v.__class__ is list else v for v in value]
    return value


def same(a: Any, b: Any) -> bool:
    """Deep equality that tells 1 from true, as Python's does not."""
    if a is b:
        return True
    if a.__class__ is not b.__class__:
        numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
        return numbers and not isinstance(a, bool) and not isinstance(b, bool) and bool(a == b)
    if a.__class__ is dict:
        return a.keys() == b.keys() and all(v is b[k] or same(v, b[k]) for k, v in a.items())
    if a.__class__ is list:
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def as_floats(value: Any) -> Any:
    """A copy in which every number is a float, as encoding/json reads them."""
    if value.__class__ is int:
        return float(value)
    if value.__class__ is dict:
        return {k: as_floats(v) for k, v in value.items()}
    if value.__class__ is list:
        return [as_floats(v) for v in value]
    return value


# From here on Go's %g form of a float64, which is what Rego sees of it, has an exponent.
_LARGE: Final = 1_000_000


def large_as_floats(value: Any) -> Any:
    """A copy in which integers of seven and more digits are floats; the value itself where there are none."""
    return _with_floats(value) if has_large(value) else value


def has_large(value: Any) -> bool:
    """Whether an object or array holds an integer of seven and more digits."""
    for item in value.values() if value.__class__ is dict else value:
        kind = item.__class__
        if kind is str:
            continue
        if kind is int:
            if not -_LARGE < item < _LARGE:
                return True
        elif (kind is dict or kind is list) and has_large(item):
            return True
    return False


def _with_floats(value: Any) -> Any:
    if value.__class__ is dict:
        return {k: _with_floats(v) for k, v in value.items()}
    if value.__class__ is list:
        return [_with_floats(v) for v in value]
    return float(value) if value.__class__ is int and not -_LARGE < value < _LARGE else value


__all__ = [
    "NO_GVK",
    "AccessError",
    "GroupVersionKind",
    "Object",
    "annotations_of",
    "as_floats",
    "deep_copy",
    "generate_name_of",
    "gvk_of",
    "has_large",
    "is_namespace",
    "labels_of",
    "large_as_floats",
    "metadata_of",
    "name_of",
    "namespace_of",
    "nested_field",
    "nested_list",
    "nested_map",
    "nested_string",
    "quote",
    "same",
]
