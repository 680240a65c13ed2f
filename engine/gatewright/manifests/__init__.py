"""Manifests: files, directories and streams → documents, read exactly as Kubernetes reads them.

A document knows its file, and finds the line and column of any part of itself when asked. One that cannot be
read is a ManifestError in its place; the others go on.

What is here is imported when it is asked for: who only looks for files needs no YAML.
"""

from __future__ import annotations

from gatewright import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.manifests._compose import compose
    from gatewright.manifests._compose_v3 import compose_v3, in_go_words
    from gatewright.manifests._documents import (
        MAX_DOCUMENT_BYTES,
        Document,
        read_blocks,
        read_text,
        read_verify,
        read_verify_first,
        verify_value,
    )
    from gatewright.manifests._fast import Origins
    from gatewright.manifests._files import open_file, read_paths
    from gatewright.manifests._find import EXTENSIONS, find_files
    from gatewright.manifests._shapes import admission_request, is_list, unpacked

__all__ = [
    "EXTENSIONS",
    "MAX_DOCUMENT_BYTES",
    "Document",
    "Origins",
    "admission_request",
    "compose",
    "compose_v3",
    "find_files",
    "in_go_words",
    "is_list",
    "open_file",
    "read_blocks",
    "read_paths",
    "read_text",
    "read_verify",
    "read_verify_first",
    "unpacked",
    "verify_value",
]

_MODULES = {
    "_compose": ("compose",),
    "_compose_v3": ("compose_v3", "in_go_words"),
    "_documents": (
        *("MAX_DOCUMENT_BYTES", "Document", "read_blocks", "read_text"),
        *("read_verify", "read_verify_first", "verify_value"),
    ),
    "_fast": ("Origins",),
    "_files": ("open_file", "read_paths"),
    "_find": ("EXTENSIONS", "find_files"),
    "_shapes": ("admission_request", "is_list", "unpacked"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(lazily.module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
