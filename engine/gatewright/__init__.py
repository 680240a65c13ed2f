"""gatewright: policy as code for Kubernetes, offline. Gatekeeper and Rego policies compiled to Python functions.

import gatewright

gatewright.query("data.example.allow = x", modules={"example.rego": text}, input={"user": "ann"})
"""

from __future__ import annotations

from gatewright._version import __version__

TYPE_CHECKING = False  # without the typing module, which `--version` does not need
if TYPE_CHECKING:
    from typing import Any

    from gatewright._query import query, term
    from gatewright.errors import GatewrightError
    from gatewright.gatekeeper.host import Host

__all__ = ["GatewrightError", "Host", "__version__", "query", "term"]


_HOMES = {
    "GatewrightError": "gatewright.errors",
    "Host": "gatewright.gatekeeper.host",
    "query": "gatewright._query",
    "term": "gatewright._query",
}


def __getattr__(name: str) -> Any:
    # The host reads manifests, queries need the compiler: each is paid for by those who use it.
    if name not in _HOMES:
        raise AttributeError(f"module 'gatewright' has no attribute {name!r}")
    from gatewright import lazily

    return getattr(lazily.module(_HOMES[name]), name)
