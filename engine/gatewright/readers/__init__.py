"""Text that is no Kubernetes manifest, read into documents that rules can review: one module a format.

`detect` says which reader a file is for, `read` gives the documents (apiVersion gatewright.dev/v1). Their shapes are in
docs/readers.md. A reader that cannot make sense of its text raises ManifestError with the line.
"""

from __future__ import annotations

import importlib
from typing import Any

API_VERSION = "gatewright.dev/v1"

# Kind of reader -> module of this package; each has `detect(name, text) -> bool` and `read(text, file) -> list[dict]`.
# The order is the order of detection.
READERS = {
    "dockerfile": "dockerfile",
    "kustomization": "kustomization",
    "helm": "helm",
    "workflow": "workflow",
    "falco": "falco",
    "prometheus": "prometheus",
    "typescript": "typescript",
}


def detect(file: str, text: str | None = None) -> str | None:
    """Which reader a file is for, None for Kubernetes manifests and all else. Without `text` the name alone decides."""
    name = file.replace("\\", "/").rsplit("/", 1)[-1]
    for kind, module in READERS.items():
        if _module(module).detect(name, file, text):
            return kind
    return None


def read(kind: str, text: str, file: str) -> list[dict[str, Any]]:
    """The documents of a text. `kind` is one of READERS."""
    documents: list[dict[str, Any]] = _module(READERS[kind]).read(text, file)
    return documents


def _module(name: str) -> Any:
    return importlib.import_module(f"gatewright.readers.{name}")
