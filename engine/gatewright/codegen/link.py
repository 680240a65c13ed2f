"""Parts of a unit to code objects, and code objects to the functions they define."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from types import CodeType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.codegen.unit import Part


def compile_parts(parts: Iterable[Part]) -> list[CodeType]:
    """The code objects of a unit, one for each Rego file and two around them."""
    return [compile(part.module, part.file, "exec", dont_inherit=True, optimize=1) for part in parts]


def load(codes: Iterable[CodeType], into: dict[str, Any] | None = None) -> dict[str, Any]:
    """The module that the code objects make, as its names; `into` is one that they add to."""
    names: dict[str, Any] = {} if into is None else into
    names.setdefault("__builtins__", builtins)
    names.setdefault("__name__", "gatewright.generated")
    for code in codes:
        exec(code, names)
    return names


def source(parts: Iterable[Part]) -> str:
    """The generated module as Python text, for people."""
    import ast

    return "\n\n".join(ast.unparse(part.module) for part in parts) + "\n"
