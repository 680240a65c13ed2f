"""Manifests: files, directories and streams → documents, read exactly as Kubernetes reads them.

A document knows its file, and finds the line and column of any part of itself when asked. One that cannot be
read is a ManifestError in its place; the others go on.
"""

from gatewright.manifests._compose import compose
from gatewright.manifests._compose_v3 import compose_v3
from gatewright.manifests._documents import (
    MAX_DOCUMENT_BYTES,
    Document,
    read_blocks,
    read_text,
    read_verify,
    verify_value,
)
from gatewright.manifests._files import find_files, open_file, read_paths
from gatewright.manifests._shapes import admission_request, is_list, unpacked

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "Document",
    "admission_request",
    "compose",
    "compose_v3",
    "find_files",
    "is_list",
    "open_file",
    "read_blocks",
    "read_paths",
    "read_text",
    "read_verify",
    "unpacked",
    "verify_value",
]
