"""gatewright: policy as code for Kubernetes, offline. Gatekeeper and Rego policies compiled to Python functions.

import gatewright

gatewright.query("data.example.allow = x", modules={"example.rego": text}, input={"user": "ann"})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatewright._version import __version__
from gatewright.errors import GatewrightError

if TYPE_CHECKING:
    from gatewright._query import query, term
    from gatewright.gatekeeper.host import Host

__all__ = ["GatewrightError", "Host", "__version__", "query", "term"]


def __getattr__(name: str) -> Any:
    # The host reads manifests, queries need the compiler: each is paid for by those who use it.
    if name == "Host":
        from gatewright.gatekeeper.host import Host

        return Host
    if name in ("query", "term"):
        from gatewright import _query

        return getattr(_query, name)
    raise AttributeError(f"module 'gatewright' has no attribute {name!r}")
