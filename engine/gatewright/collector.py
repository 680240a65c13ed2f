"""Python's cycle collector, paused where very many objects and hardly a cycle are made."""

from __future__ import annotations

import gc


class collector_paused:  # noqa: N801 - read as the verb of a with statement
    """No collections within: while a syntax tree grows, each would walk all of it and find nothing. Nests."""

    __slots__ = ("_was_on",)

    def __enter__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was_on:
            gc.enable()


def relax_collector() -> None:
    """Collections are rare from now on: what a command line loads at its start stays, and holds no cycles to free."""
    gc.set_threshold(_RARELY, 20, 100)


class collector_relaxed:  # noqa: N801 - as above
    """Collections are rare within, and pass over what is there already: documents come and go without cycles."""

    __slots__ = ("_thresholds",)

    def __enter__(self) -> None:
        self._thresholds = gc.get_threshold()
        gc.freeze()
        relax_collector()

    def __exit__(self, *_: object) -> None:
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()


_RARELY = 100_000
