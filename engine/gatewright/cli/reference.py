"""The command reference: what `--help` says of each command, as a page of the manual.

It is read from the functions behind the commands, which typer builds its help from.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Annotated, Any, get_args, get_origin

from gatewright.cli._quick import Group
from gatewright.cli._typer import resolved
from gatewright.cli.app import COMMANDS

HEADER = """# Commands

What `gatewright COMMAND --help` says, command by command. This page is written by `gatewright docs commands`.
"""
_VALUES = {int: "INTEGER", float: "NUMBER"}


def reference() -> str:
    """The page, as Markdown."""
    return "\n".join([HEADER, *(line for name in COMMANDS for line in _section(name))]).rstrip() + "\n"


def _section(name: str) -> Iterator[str]:
    module, function, summary = COMMANDS[name]
    target: Any = getattr(import_module(f"gatewright.cli.{module}"), function)
    yield f"## gatewright {name}\n"
    if not isinstance(target, Group):
        yield from _described(f"gatewright {name}", target)
        return
    yield f"{summary}\n"
    for below, command in target.commands.items():
        yield f"### gatewright {name} {below}\n"
        yield from _described(f"gatewright {name} {below}", command)


def _described(usage: str, function: Callable[..., Any]) -> Iterator[str]:
    parameters = list(_parameters(function))
    arguments = " ".join(shown for kind, shown, _ in parameters if kind == "argument")
    options = any(kind == "option" for kind, _, _ in parameters)
    yield f"    {usage}{' [OPTIONS]' if options else ''} {arguments}".rstrip() + "\n"
    about, _, examples = inspect.cleandoc(function.__doc__ or "").partition("\b")
    yield f"{about.strip()}\n"
    if examples:
        yield "\n".join(f"    {line.strip()}" for line in examples.strip().splitlines()) + "\n"
    if parameters:
        yield "| | |\n|---|---|"
        yield from (f"| {shown if kind == 'option' else f'`{shown}`'} | {text} |" for kind, shown, text in parameters)
        yield ""


def _parameters(function: Callable[..., Any]) -> Iterator[tuple[str, str, str]]:
    """Kind, names and help of each parameter, arguments first as they come."""
    for name, parameter in inspect.signature(resolved(function)).parameters.items():
        hint = parameter.annotation
        if get_origin(hint) is not Annotated:
            continue  # typer's own context
        wanted, about = get_args(hint)[:2]
        many = any(get_origin(part) is list for part in (wanted, *get_args(wanted)))
        required = parameter.default is inspect.Parameter.empty
        text = " ".join((about.help or "").split()).replace("|", "\\|")
        if type(about).__name__ == "ArgumentInfo":
            shown = name.upper() if required else f"[{name.upper()}]"
            yield "argument", f"{shown}{'...' if many else ''}", text
        else:
            yield "option", _names(name, about, wanted), text + _default(parameter.default)


def _names(name: str, about: Any, wanted: Any) -> str:
    # The first name given in an annotation is where typer keeps a default elsewhere.
    given = [about.default, *(about.param_decls or ())]
    names = [each for each in given if isinstance(each, str)] or [f"--{name.replace('_', '-')}"]
    value = "" if wanted is bool else f" {_VALUES.get(wanted, 'TEXT')}"
    return ", ".join(f"`{each}{value if each.startswith('--') else ''}`" for each in names)


def _default(value: Any) -> str:
    telling = isinstance(value, str | int | float) and not isinstance(value, bool) and value not in ("", 0)
    return f" Default: `{value}`." if telling else ""
