"""From a source into a store: the manifest, what it names, and what manifests below it name, each blob once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gatewright.errors import ImageError
from gatewright.oci.content import MAX_BLOB, MAX_MANIFEST, Descriptor, checked, is_manifest, successors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.oci.content import Source
    from gatewright.oci.store import FileStore

# An index may hold indexes; a chain of them this long is made to exhaust its reader.
_DEEPEST = 16


def copy(source: Source, store: FileStore) -> None:
    """Everything of an image, checked; the store keeps what has a name. ImageError in oras' words."""
    with _step("FetchReference", "source"):
        root, data = source.root()
    with _step("Successors", "source"):
        _bounded(root)
        checked(data, root)
        if is_manifest(root):
            successors(data, root)
    _copy(source, store, root, data, {}, 0)


def _copy(
    source: Source,
    store: FileStore,
    blob: Descriptor,
    data: bytes | None,
    known: dict[tuple[str, str, int], bytes],
    depth: int,
) -> None:
    """One blob, after those that it names. The same blob under a second name is kept under that too."""
    if is_manifest(blob):
        if blob.key in known:
            return
        with _step("FindSuccessors", "source"):
            if depth > _DEEPEST:
                raise ImageError("manifests nested too deeply")
            _bounded(blob)
            data = checked(source.fetch(blob), blob) if data is None else data
            below = successors(data, blob)
        known[blob.key] = data
        for successor in below:
            _copy(source, store, successor, None, known, depth + 1)
    elif blob.key in known:
        data = known[blob.key]
    else:
        with _step("Fetch", "source"):
            _bounded(blob)
            data = source.fetch(blob)
        known[blob.key] = data
    with _step("Push", "destination"):
        store.push(blob, data)


def _bounded(blob: Descriptor) -> None:
    limit = MAX_MANIFEST if is_manifest(blob) else MAX_BLOB
    if blob.size > limit:
        raise ImageError(f"content size {blob.size} exceeds push size limit {limit}: size exceeds limit")
    if blob.size < 0:
        raise ImageError("invalid descriptor size")


@contextmanager
def _step(operation: str, side: str) -> Iterator[None]:
    try:
        yield
    except ImageError as error:
        raise ImageError(f'failed to perform "{operation}" on {side}: {error.message}') from error
