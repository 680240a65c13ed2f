"""How many processes work on a check."""

from __future__ import annotations

import os
import sys

# Below this much input, starting workers costs more than they save.
BREAK_EVEN_BYTES = 1 << 20


def choose_jobs(asked: int, total_bytes: int = BREAK_EVEN_BYTES) -> int:
    """How many processes evaluate: as many as asked for, else one for little input and all cores for much."""
    if not hasattr(os, "fork") or sys.platform == "darwin":
        return 1
    if asked:
        return asked
    return 1 if total_bytes < BREAK_EVEN_BYTES else _cores()


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
