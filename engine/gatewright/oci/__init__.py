"""OCI artifacts of policies: pulled from a registry, or read from an image layout on disk, into a directory of files.

What is pulled, checked and written follows Gatekeeper's pkg/oci and the oras library beneath it, their words included.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from gatewright.errors import ImageError
from gatewright.gatekeeper._gotext import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.oci.content import Source

_PREFIX = "gator-bundle-"
_REGISTRY = "oci://"


@contextmanager
def pulled(image: str, tempdir: str = "") -> Iterator[str]:
    """The files of an image in a new directory below `tempdir`, which is gone afterwards.

    `image` is HOST/REPOSITORY[:TAG][@DIGEST], with or without `oci://` before it, or an image layout:
    `oci:PATH[:TAG][@DIGEST]` or just its path.
    """
    from gatewright.oci.copying import copy
    from gatewright.oci.store import FileStore

    path = _directory(tempdir)
    try:
        source = _source(image)
        try:
            copy(source, FileStore(path))
        except ImageError as error:
            raise ImageError(f"pulling artifact {quote(image)}: {error.message}") from error
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _directory(tempdir: str) -> str:
    try:
        return tempfile.mkdtemp(prefix=_PREFIX, dir=tempdir or None)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        what = f"creating temporary policy directory under path {quote(tempdir)}: stat {tempdir}: {reason}"
        raise ImageError(what) from error


def _source(image: str) -> Source:
    from gatewright.oci.layout import as_layout

    image = image.removeprefix(_REGISTRY)
    layout = as_layout(image)
    if layout is not None:
        return layout
    from gatewright.oci.credentials import docker_config
    from gatewright.oci.reference import parse_reference
    from gatewright.oci.registry import Registry

    config = docker_config()
    try:
        reference = parse_reference(image)
    except ImageError as error:
        raise ImageError(f"parsing OCI reference {quote(image)}: {error.message}") from error
    return Registry(reference, config)
