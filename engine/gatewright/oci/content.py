"""What images are made of: descriptors of blobs, checked blobs, and the blobs that a manifest names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from gatewright.errors import ImageError
from gatewright.oci.reference import digest_fault
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, Protocol

    class Source(Protocol):
        """Where an image comes from. Both verbs answer with what they found before it is checked."""

        def root(self) -> tuple[Descriptor, bytes]:
            """The manifest that the image's reference names."""
            ...

        def fetch(self, wanted: Descriptor) -> bytes: ...


# Manifests are read into memory by oras up to this size; policies are text, and no blob of them needs to be larger
# than the second.
MAX_MANIFEST: Final = 4 << 20
MAX_BLOB: Final = 256 << 20

_IMAGE: Final = "application/vnd.oci.image.manifest.v1+json"
_INDEX: Final = "application/vnd.oci.image.index.v1+json"
_DOCKER_IMAGE: Final = "application/vnd.docker.distribution.manifest.v2+json"
_DOCKER_INDEX: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
_ARTIFACT: Final = "application/vnd.oci.artifact.manifest.v1+json"

# In the order in which oras asks for them.
MANIFESTS: Final = (_DOCKER_IMAGE, _DOCKER_INDEX, _IMAGE, _INDEX, _ARTIFACT)

# The fields of each kind of manifest that name further blobs.
_SUCCESSORS: Final[Mapping[str, tuple[str, ...]]] = {
    _IMAGE: ("subject", "config", "layers"),
    _INDEX: ("subject", "manifests"),
    _DOCKER_IMAGE: ("config", "layers"),
    _DOCKER_INDEX: ("manifests",),
    _ARTIFACT: ("subject", "blobs"),
}

# Layers that may not be distributed stay where they are.
_FOREIGN: Final = (
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
)


@record(frozen=True, slots=True)
class Descriptor:
    """What a blob is said to be."""

    media_type: str
    digest: str
    size: int
    annotations: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str, int]:
        """What makes two descriptors mean the same blob."""
        return self.media_type, self.digest, self.size


def descriptor(value: Any) -> Descriptor:
    """The descriptor that a field of a manifest holds."""
    if not isinstance(value, dict):
        raise ImageError("a descriptor must be an object")
    size, notes = value.get("size", 0), value.get("annotations") or {}
    if not isinstance(size, int) or not isinstance(notes, dict):
        raise ImageError("a descriptor needs an integer as its size and an object as its annotations")
    texts = {str(name): str(text) for name, text in notes.items()}
    return Descriptor(str(value.get("mediaType", "")), str(value.get("digest", "")), size, texts)


def checked(data: bytes, wanted: Descriptor) -> bytes:
    """The content of a blob, if it has the size and the digest that its descriptor says."""
    if fault := digest_fault(wanted.digest):
        raise ImageError(f"failed to validate {wanted.digest}: {fault}")
    if len(data) > wanted.size:
        raise ImageError("trailing data")
    if len(data) < wanted.size:
        raise ImageError("unexpected EOF")
    algorithm, _, value = wanted.digest.partition(":")
    if hashlib.new(algorithm, data).hexdigest() != value:
        raise ImageError("mismatched digest")
    return data


def is_manifest(blob: Descriptor) -> bool:
    return blob.media_type in _SUCCESSORS


def successors(data: bytes, manifest: Descriptor) -> list[Descriptor]:
    """The blobs that a manifest names, in order."""
    content = manifest_content(data)
    found: list[Descriptor] = []
    for field in _SUCCESSORS[manifest.media_type]:
        value = content.get(field)
        if value is not None:
            found += map(descriptor, value if isinstance(value, list) else [value])
    return [blob for blob in found if blob.media_type not in _FOREIGN]


def manifest_content(data: bytes) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except ValueError as error:
        raise ImageError(f"a manifest that is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ImageError("a manifest that is no object")
    return content
