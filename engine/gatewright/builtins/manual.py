"""Writes the manual's pages of built-ins from their declarations: `python -m gatewright.builtins.manual FOLDER`.

A page a category: of each built-in its signature, what it gives with an example (its docstring), and what it says of
an operand that it cannot take. A test holds the pages of the checkout to what this writes, another runs the examples.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import groupby
from pathlib import Path

from gatewright.builtins import lookup, signatures
from gatewright.builtins.declared import Declaration
from gatewright.builtins.registry import Builtin, BuiltinError
from gatewright.errors import RegoEvaluationError
from gatewright.runtime.context import Context, EvalOptions

_INTRODUCTION = """# Built-in functions

Written from the sources by `python -m gatewright.builtins.manual docs/builtins`; do not edit.

These are the functions of OPA 1.22.2, with its results and its errors. A call whose operands are of the wrong type is
refused when the policy is compiled, where types show it. At run time a function that fails makes its call undefined;
with `--strict-builtin-errors` the first failure is the evaluation's error, with the code `eval_type_error` for an
operand of the wrong type and `eval_builtin_error` for anything else.

*Fixed by default* marks functions that would give other results another time: clock, random numbers, the network. They
are off or fixed until a flag opens them (`--now`, `--seed`, `--allow-net HOST`), and `with` always replaces them.
*Deprecated* functions exist in Rego v0 alone.

"""


def pages() -> dict[str, str]:
    """The pages by file name: an index, and one a module of built-ins."""
    declared = sorted(signatures().values(), key=lambda d: (d.module, d.name))
    modules = {module: list(entries) for module, entries in groupby(declared, key=lambda d: d.module)}
    index = [f"| [{m}]({m}.md) | {', '.join(f'`{d.name}`' for d in found)} |\n" for m, found in modules.items()]
    made = {"index.md": _INTRODUCTION + "| page | functions |\n|---|---|\n" + "".join(index)}
    for module, found in modules.items():
        about = (import_module(f"gatewright.builtins.{module}").__doc__ or "").strip()
        made[f"{module}.md"] = "\n".join([f"# {module}\n", f"{about}\n", *map(_section, found)])
    return made


def _section(declared: Declaration) -> str:
    builtin = lookup(declared.name)
    lines = [f"## `{declared.name}`\n", *_written(declared)]
    lines.append(" ".join(builtin.description.split()) + "\n")
    lines += [f"{line}\n" for line in (*_flags(declared), *_refusal(declared, builtin))]
    return "\n".join(lines)


def _written(declared: Declaration) -> Iterator[str]:
    yield f"    {declared.name}{declared.signature}\n"
    if declared.infix:
        yield f"Written `{declared.infix}` between its operands.\n"


def _flags(declared: Declaration) -> Iterator[str]:
    if declared.deprecated:
        yield "*Deprecated*: in Rego v0 alone."
    if declared.nondeterministic:
        yield "*Fixed by default.*"
    if declared.relation:
        yield "A relation: it has several results."


def _refusal(declared: Declaration, builtin: Builtin) -> Iterator[str]:
    """What null operands are told, for functions that do not take them."""
    operands = [None] * max(declared.arity, 0)
    context = (Context(EvalOptions(now_ns=0, seed=0)),) if builtin.context else ()
    try:
        builtin.function(*context, *operands)
    except (BuiltinError, RegoEvaluationError) as error:
        yield f"Given null: `{error.code}: {declared.name}: {error.message}`."


def main(folder: str) -> None:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (target / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
