"""Writes declared.py from the decorators: `python -m gatewright.builtins.declare`."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from gatewright.builtins.registry import Builtin, all_registered

# One module a category of OPA's list; the deprecated built-ins are with their successors.
MODULES = (
    "aggregates",
    "array",
    "bits",
    "casts",
    "comparison",
    "crypto",
    "encoding",
    "glob",
    "graph",
    "graphql",
    "http",
    "internal",
    "json",
    "net",
    "numbers",
    "object",
    "opa",
    "providers_aws",
    "regex",
    "rego",
    "schema",
    "semver",
    "sets",
    "strings",
    "time",
    "tokens",
    "tokensign",
    "tracing",
    "types",
    "units",
    "uri",
    "uuid",
)

_HEADER = '''"""Every built-in's module, signature and flags, so that nobody imports implementations to know them.

Written by `python -m gatewright.builtins.declare` from the decorators; a test holds the two together.
"""

# ruff: noqa: E501 - a signature is one line, however long

from __future__ import annotations

from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


@record(frozen=True, slots=True)
class Declaration:
    """What is known of a built-in before it is imported; the flags are those of registry.Builtin.

    `arity` is -1 for `print`, which takes any number of arguments.
    """

    name: str
    module: str
    signature: str
    arity: int
    infix: str = ""
    context: bool = False
    relation: bool = False
    nondeterministic: bool = False
    deprecated: bool = False


'''


def arity(signature: str) -> int:
    """How many parameters a signature names; -1 when any number goes."""
    depth, count = 0, 0
    for char in signature:
        if char in "([<":
            depth += 1
            count += depth == 1
        elif char in ")]>":
            depth -= 1
            if depth == 0:
                break
        elif char == "," and depth == 1:
            count += 1
    parameters = signature[1 : signature.index(")")]
    if "..." in parameters:
        return -1
    return count if parameters else 0


def declaration(builtin: Builtin) -> str:
    """One entry of the table, as Python."""
    module = builtin.function.__module__.rpartition(".")[2]
    signature = builtin.signature
    arguments = [json.dumps(builtin.name), json.dumps(module), json.dumps(signature), str(arity(signature))]
    if builtin.infix:
        arguments.append(f"infix={json.dumps(builtin.infix)}")
    flags = ("context", "relation", "nondeterministic", "deprecated")
    arguments += [f"{flag}=True" for flag in flags if getattr(builtin, flag)]
    return f"    Declaration({', '.join(arguments)}),\n"


def text() -> str:
    """What declared.py should hold (before it is formatted)."""
    for module in MODULES:
        import_module(f"gatewright.builtins.{module}")
    entries = [declaration(builtin) for _, builtin in sorted(all_registered().items())]
    table = "_ALL: Final = (\n" + "".join(entries) + ")\n\n"
    return _HEADER + table + "DECLARED: Final[dict[str, Declaration]] = {entry.name: entry for entry in _ALL}\n"


if __name__ == "__main__":
    Path(__file__).with_name("declared.py").write_text(text(), encoding="utf-8")
