"""Modules by name, when they are first asked for."""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def module(name: str) -> Any:
    """What `importlib.import_module` gives, without importlib: that is read more slowly than most modules of ours."""
    __import__(name)
    found: ModuleType = sys.modules[name]
    return found
