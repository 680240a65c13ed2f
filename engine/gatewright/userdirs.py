"""Where gatewright keeps what it can make again."""

from __future__ import annotations

import os
import sys


def cache_directory() -> str:
    """The user's cache directory for gatewright; it need not exist yet."""
    base = os.environ.get("XDG_CACHE_HOME")
    if not base:
        home = os.path.expanduser("~")
        base = os.path.join(home, "Library", "Caches") if sys.platform == "darwin" else os.path.join(home, ".cache")
    return os.path.join(base, "gatewright")
