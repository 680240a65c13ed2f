"""Did-you-mean: advice for errors where OPA gives none. It never changes OPA's own message."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gatewright.analysis._state import Compilation
from gatewright.analysis._terms import ref_text
from gatewright.analysis.program import ModuleUnit


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate most like `name`; '' when none is close."""
    from difflib import get_close_matches

    found = get_close_matches(name, [c for c in candidates if c != name], n=1, cutoff=0.7)
    return found[0] if found else ""


def function_hint(state: Compilation, name: str) -> str:
    """Advice for a call of a function that does not exist."""
    rules = [rule for rule in state.each_rule if not rule.is_else]
    if any(rule.name == name for rule in rules):
        return f"{name} takes no arguments: refer to it without parentheses"
    package = _importable(state, name.rpartition(".")[0])
    if package:
        return f"add `import {package}`"
    if name in _CALLED_OTHERWISE:
        return f"did you mean {_CALLED_OTHERWISE[name]}?"
    if name.startswith("input") and (method := _METHOD.search(name)) and method[1] in state.signatures:
        return f"functions are not called on values: write {method[1]}(x, …)"
    functions = [rule.name for rule in rules if rule.is_function]
    candidates = [c for c in (*state.signatures, *functions) if not c.startswith("internal.")]
    last = _last_part(name)
    namesakes = [c for c in candidates if _last_part(c) == last and c != name]
    close = namesakes[0] if len(namesakes) == 1 else nearest(name, candidates)
    return f"did you mean {close}?" if close else ""


# What functions are called elsewhere.
_CALLED_OTHERWISE = {
    "format": "sprintf",
    "has_key": "object.keys",
    "int": "to_number",
    "join": "concat",
    "len": "count",
    "length": "count",
    "println": "print",
    "printf": "sprintf",
    "range": "numbers.range",
    "size": "count",
    "str": "sprintf",
    "typeof": "type_name",
}
_METHOD = re.compile(r'(?:\."?|\[")(\w+)(?:"\])?\Z')
_CONSTANTS = {"True": "true", "False": "false", "None": "null", "nil": "null", "NULL": "null", "undefined": ""}
# What to write in the place of deprecated functions.
REPLACED = {
    "all": "every",
    "any": "in, or some … in",
    "cast_array": "is_array",
    "cast_boolean": "is_boolean",
    "cast_null": "is_null",
    "cast_object": "is_object",
    "cast_set": "is_set",
    "cast_string": "is_string",
    "net.cidr_overlap": "net.cidr_contains",
    "re_match": "regex.match",
    "set_diff": "-",
}


def unsafe_hint(state: Compilation, unit: ModuleUnit | None, name: str) -> str:
    """Advice for a variable that nothing binds."""
    if name.startswith("$"):
        return (
            "_ stands for any value where one is looked up; it has none of its own. "
            "Under `not`: write `not x in xs`, or name the condition in a rule of its own and negate that"
        )
    if name in state.signatures:
        return f"{name} is a function: call it with its arguments"
    if name in _CONSTANTS:
        constant = _CONSTANTS[name]
        return f"write {constant}" if constant else "write `not x` for what is undefined"
    known = {"input", "data"}
    for other in state.units:
        if unit is None or other.package == unit.package:
            known |= {rule.head.name for rule in other.rules if rule.head.name}
    if unit is not None:
        known |= {node.name for node in unit.imports}
    close = nearest(name, sorted(known))
    if close:
        return f"did you mean {close}?"
    package = _importable(state, name)
    if package:
        return f"add `import {package}`"
    elsewhere = sorted({rule.name for rule in state.each_rule if rule.head.name == name})
    if elsewhere:
        return f"there is {elsewhere[0]}: refer to it by its path, or import it"
    return f"give {name} a value first: {name} := …, some {name} in …, or as a function argument"


def _importable(state: Compilation, name: str) -> str:
    """The package that the parts of `name` end the path of: `lib.helpers` of `data.team.lib.helpers`."""
    if not name or name.startswith("data."):
        return ""
    paths = {ref_text(unit.package) for unit in state.units}
    return min((path for path in paths if path.endswith(f".{name}")), default="")


def key_hint(key: str, known: Iterable[str]) -> str:
    """Advice for a key that a document does not have."""
    close = nearest(key, known)
    return f"did you mean {close}?" if close else ""


def _last_part(name: str) -> str:
    return name.rpartition(".")[2]
