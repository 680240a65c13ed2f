"""An OCI image layout, as a directory or a tar of it: what `oras copy --to-oci-layout` or `docker save` writes."""

from __future__ import annotations

import os
import tarfile

from gatewright.errors import ImageError
from gatewright.gatekeeper._gotext import quote
from gatewright.oci.content import MAX_BLOB, MAX_MANIFEST, Descriptor, descriptor, manifest_content
from gatewright.oci.reference import digest_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

_SCHEME: Final = "oci:"
_MARK: Final = "oci-layout"
_INDEX: Final = "index.json"
_NAME: Final = "org.opencontainers.image.ref.name"


def as_layout(image: str) -> Layout | None:
    """The layout that an image is, when it starts with `oci:` or is the path of one; else None."""
    if image.startswith(_SCHEME):
        return _found(image.removeprefix(_SCHEME))
    return Layout(image, _reader(image), "") if _is_layout(image) else None


def _found(text: str) -> Layout:
    """A path, or one with a tag or digest behind it; a path that exists is taken whole."""
    path, name = text, ""
    if not os.path.exists(path):
        path, _, name = text.rpartition("@") if "@" in text else text.rpartition(":")
    if not os.path.exists(path):
        raise ImageError(f"OCI image layout {quote(text)}: no such file or directory")
    if not _is_layout(path):
        raise ImageError(f"OCI image layout {quote(path)}: no file {_MARK} in it")
    return Layout(path, _reader(path), name)


def _is_layout(path: str) -> bool:
    if os.path.isdir(path):
        return os.path.isfile(os.path.join(path, _MARK))
    if not os.path.isfile(path):
        return False
    try:
        return _read_entry(path, _MARK, MAX_MANIFEST) is not None
    except (tarfile.TarError, OSError, EOFError):
        return False


def _reader(path: str) -> Callable[[str, int], bytes | None]:
    read = _read_file if os.path.isdir(path) else _read_entry
    return lambda name, limit: read(path, name, limit)


def _read_file(directory: str, name: str, limit: int) -> bytes | None:
    try:
        with open(os.path.join(directory, name), "rb") as file:
            return file.read(limit)
    except FileNotFoundError:
        return None


def _read_entry(archive: str, name: str, limit: int) -> bytes | None:
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isreg() and member.name.removeprefix("./") == name:
                file = tar.extractfile(member)
                return file.read(limit) if file else None
    return None


class Layout:
    """A source of blobs on disk. `name` is a tag or a digest, or empty for the one image that there is."""

    def __init__(self, path: str, read: Callable[[str, int], bytes | None], name: str) -> None:
        self._path = path
        self._reads = read
        self._name = name

    def root(self) -> tuple[Descriptor, bytes]:
        manifests = map(descriptor, manifest_content(self._read(_INDEX, MAX_MANIFEST)).get("manifests") or ())
        known = list(manifests)
        chosen = [blob for blob in known if self._name in ("", blob.digest, _tag(blob))]
        if len({blob.digest for blob in chosen}) != 1:
            tags = ", ".join(filter(None, map(_tag, known))) or "none"
            if not chosen:
                raise ImageError(f"{self._path}{_shown(self._name)}: not found; tags: {tags}")
            raise ImageError(f"{self._path}: holds {len(chosen)} images; say which, with :TAG or @DIGEST; tags: {tags}")
        return chosen[0], self.fetch(chosen[0])

    def fetch(self, wanted: Descriptor) -> bytes:
        if fault := digest_fault(wanted.digest):
            raise ImageError(f"failed to validate {wanted.digest}: {fault}")
        algorithm, _, value = wanted.digest.partition(":")
        try:
            return self._read(f"blobs/{algorithm}/{value}", min(wanted.size, MAX_BLOB) + 1)
        except _MissingError as error:
            raise ImageError(f"{wanted.digest}: not found") from error

    def _read(self, name: str, limit: int) -> bytes:
        try:
            data = self._reads(name, limit)
        except (OSError, tarfile.TarError, EOFError) as error:
            raise ImageError(f"{self._path}: {name}: {error}") from error
        if data is None:
            raise _MissingError(f"{self._path}: no file {name} in it")
        return data


class _MissingError(ImageError):
    """A file that a layout should have."""


def _tag(blob: Descriptor) -> str:
    return blob.annotations.get(_NAME, "")


def _shown(name: str) -> str:
    return f"{'@' if ':' in name else ':'}{name}" if name else ""
