"""Solutions of queries whose expressions have variables to hold their values: see `capture`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PREFIX = "captured__"


def split(solution: dict[str, Any], expressions: int) -> tuple[dict[str, Any], list[Any]]:
    """A solution's own bindings, and the value of each expression (True for one that has none)."""
    bindings = {name: value for name, value in solution.items() if not name.startswith(PREFIX)}
    return bindings, [solution.get(f"{PREFIX}{position}", True) for position in range(expressions)]
