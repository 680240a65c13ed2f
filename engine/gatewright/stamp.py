"""What compiled code and kept results belong to: this Python, and this state of gatewright."""

from __future__ import annotations

import os
import sys
from functools import cache

from gatewright._version import __version__

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


@cache
def engine_stamp() -> str:
    """Changes with Python, with every release and installation, and in a checkout with every change of a module."""
    state = installation() or _worked_on(_PACKAGE)
    return f"{sys.implementation.cache_tag}:{sys.hexversion}:{__version__}:{state}"


@cache
def installation() -> str:
    """Changes with every installation; "" for a checkout."""
    record = os.path.join(os.path.dirname(_PACKAGE), f"gatewright-{__version__}.dist-info", "RECORD")
    try:
        status = os.stat(record)
    except OSError:
        return ""
    return f"{status.st_mtime_ns}:{status.st_ino}"


def _worked_on(package: str) -> str:
    """How many modules there are, and when one was last changed."""
    count, latest = 0, 0
    folders = [package]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    count += 1
                    latest = max(latest, entry.stat().st_mtime_ns)
                elif not entry.name.startswith(("_", ".")) and entry.is_dir():
                    folders.append(entry.path)
    return f"{count}:{latest}"
