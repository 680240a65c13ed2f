"""Room for deep nesting in an expression."""

from __future__ import annotations

import sys
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DEEP = 20_000


def deeply(action: Callable[[], Any]) -> Any:
    """`action()`, again with room for deep nesting if Python's recursion bound stops it.

    CEL bounds an expression at 250 levels, each of which costs the parser and the generated code several frames.
    """
    try:
        return action()
    except RecursionError:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _DEEP))
        try:
            return action()
        finally:
            sys.setrecursionlimit(limit)
