"""A progress line on a terminal, once a check has taken a second; nothing anywhere else."""

from __future__ import annotations

import sys
import time

_PATIENCE = 1.0
_EVERY = 0.1
_WIDTH = 30


class Progress:
    """Redraws one line on standard error; silent unless `enabled`, which says that it is a terminal."""

    def __init__(self, total: int, *, enabled: bool) -> None:
        self._total = max(1, total)
        self._enabled = enabled
        self._done = 0
        self._started = time.monotonic()
        self._drawn = 0.0

    def advance(self, amount: int) -> None:
        self._done += amount
        if not self._enabled:
            return
        now = time.monotonic()
        if now - self._started > _PATIENCE and now - self._drawn > _EVERY:
            self._drawn = now
            share = min(1.0, self._done / self._total)
            filled = int(share * _WIDTH)
            bar = "#" * filled + "." * (_WIDTH - filled)
            sys.stderr.write(f"\r[{bar}] {share:4.0%}  {self._done / 1e6:.1f} MB")
            sys.stderr.flush()

    def close(self) -> None:
        """Take the line away again."""
        if self._drawn:
            sys.stderr.write("\r" + " " * (_WIDTH + 24) + "\r")
            sys.stderr.flush()
