"""Rego about Rego: parsing a module, and the annotations of the rule at hand (which the compiler fills in)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gatewright.builtins._operands import string
from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.errors import RegoError, RegoErrors

ParseModule = Callable[[str, str], Any]
_parse_module: ParseModule | None = None


def install_parser(parse: ParseModule) -> None:
    """Give `rego.parse_module` its parser: file name and text to the module as JSON. Syntax lies above this room."""
    global _parse_module
    _parse_module = parse


@builtin("rego.parse_module", "(filename: string, rego: string) -> output: object[string: any]")
def rego_parse_module(filename: Any, rego: Any) -> Any:
    """The syntax tree of a module: `rego.parse_module("a.rego", "package a").package`."""
    name, text = string(filename, 1), string(rego, 1)
    if _parse_module is None:
        raise BuiltinError("no parser is installed")
    try:
        return _parse_module(name, text)
    except RegoErrors as error:
        raise BuiltinError(_listed(error.errors)) from None


def _listed(errors: Sequence[RegoError]) -> str:
    """OPA's text of a list of errors, the lines that show where included."""
    texts = [_shown(error) for error in errors]
    return f"1 error occurred: {texts[0]}" if len(texts) == 1 else f"{len(texts)} errors occurred:\n" + "\n".join(texts)


def _shown(error: RegoError) -> str:
    at = error.location
    where = "" if at is None else f"{at.file}:{at.row}: " if at.file else f"{at.row}:{at.col}: "
    return f"{where}{error.code}: {error.message}" + "".join(f"\n\t{line}" for line in error.details)


@builtin("rego.metadata.chain", "() -> chain: array[any]")
def rego_metadata_chain() -> Any:
    """The annotations of the rule and of what it lies in, innermost first: `rego.metadata.chain()[0].path`."""
    raise BuiltinError("the rego.metadata.chain function must only be called within the scope of a rule")


@builtin("rego.metadata.rule", "() -> output: any")
def rego_metadata_rule() -> Any:
    """The annotations of the rule: `rego.metadata.rule().title`."""
    raise BuiltinError("the rego.metadata.rule function must only be called within the scope of a rule")
