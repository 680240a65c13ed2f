"""Did-you-mean: advice for errors where OPA gives none. It never changes OPA's own message."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.analysis._state import Compilation


def nearest(name: str, candidates: list[str]) -> str:
    """The candidate most like `name`; '' when none is close."""
    from difflib import get_close_matches

    found = get_close_matches(name, candidates, n=1, cutoff=0.75)
    return found[0] if found else ""


def function_hint(state: Compilation, name: str) -> str:
    """Advice for a call of a function that does not exist."""
    functions = [rule.name for rule in state.each_rule if rule.is_function and not rule.is_else]
    candidates = [*state.signatures, *functions]
    tail = name.rpartition(".")[2]
    same_tail = [c for c in candidates if c.rpartition(".")[2] == tail and c != name]
    if len(same_tail) == 1:
        return f"did you mean {same_tail[0]}?"
    close = nearest(name, [c for c in candidates if not c.startswith("internal.")])
    if close:
        return f"did you mean {close}?"
    if any(rule.name == name for rule in state.each_rule):
        return f"{name} is a rule without arguments; refer to it without parentheses"
    return ""


def unsafe_hint(state: Compilation, name: str) -> str:
    """Advice for a variable that nothing binds."""
    rules = sorted({_own_name(rule.name) for rule in state.each_rule if not rule.is_else})
    if name in state.signatures:
        return f"{name} is a function; call it with its arguments"
    close = nearest(name, [*rules, "input", "data"])
    if close and close != name:
        return f"did you mean {close}?"
    return f"bind {name} before it is used: {name} := …, some {name} in …, or a function argument"


def _own_name(path: str) -> str:
    return path.rpartition(".")[2]
