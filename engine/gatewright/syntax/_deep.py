"""Recursion without CPython's limit: deep input is no error here, so the limit is raised when it is met."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

# Enough for what MAX_DEPTH parse steps allow. Calls from Python to Python take no C stack, so this is only memory.
_LIMIT = 400_000


def deeply(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """`function(*args)`; if that runs into the recursion limit, once more with room for any text the parser takes.

    `function` must be free of side effects and recurse through Python calls alone.
    """
    try:
        return function(*args, **kwargs)
    except RecursionError:
        pass
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _LIMIT))
    try:
        return function(*args, **kwargs)
    finally:
        sys.setrecursionlimit(limit)
