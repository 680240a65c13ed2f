"""Notes in traces."""

from __future__ import annotations

from gatewright.builtins._operands import string
from gatewright.builtins.registry import builtin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.runtime.context import Context


@builtin("trace", "(note: string) -> result: boolean", context=True)
def trace(context: Context, note: Any) -> bool:
    """Leaves a note in the evaluation's trace and holds always: `trace("here")`."""
    text = string(note, 1)
    tracer = context.options.tracer
    if tracer is not None and hasattr(tracer, "note"):
        tracer.note(text)
    return True
