"""The globals of generated code, from the words that `codegen.Links` keeps of them."""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.cel.values import Uint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


_BUILTINS: Final = {
    "dict": dict, "enumerate": enumerate, "Exception": Exception, "len": len, "list": list, "str": str,
}  # fmt: skip


def link(names: Mapping[str, str]) -> dict[str, Any]:
    """The globals that `Links.names` describes."""
    from gatewright.cel import folds, runtime
    from gatewright.cel.library import function
    from gatewright.cel.values import TypeValue

    out: dict[str, Any] = {"__builtins__": _BUILTINS}
    for name, meaning in names.items():
        kind, _, what = meaning.partition(":")
        match kind:
            case "runtime":
                out[name] = getattr(folds if hasattr(folds, what) else runtime, what)
            case "function":
                out[name] = function(what)
            case "uint":
                out[name] = Uint(int(what))
            case "type":
                out[name] = TypeValue(what)
    return out
