"""Python's cycle collector, paused where very many objects and hardly a cycle are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No collections within: while a syntax tree grows, each would walk all of it and find nothing. Nests."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def relax_collector() -> None:
    """Collections are rare from now on: what a command line loads at its start stays, and holds no cycles to free."""
    gc.set_threshold(_RARELY, 20, 100)


@contextmanager
def collector_relaxed() -> Iterator[None]:
    """Collections are rare within, and pass over what is there already: documents come and go without cycles."""
    thresholds = gc.get_threshold()
    gc.freeze()
    relax_collector()
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


_RARELY = 100_000
