"""Commands as typer has them: help, and what is wrong with a command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Annotated, Any

import typer

from gatewright.cli._quick import Group
from gatewright.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.cli._quick import Function

_NAMES = {"Annotated": Annotated, "Path": Path, "typer": typer}
_TYPERS_INTERRUPT = 130


def run(name: str, target: Function | Group, arguments: list[str]) -> int:
    """Run a command line of a command: its exit code. Mistakes in options are UsageErrors."""
    try:
        result = app_of(target)(args=arguments, prog_name=f"gatewright {name}", standalone_mode=False)
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except SystemExit:
        # What typer makes of a closed pipe.
        raise BrokenPipeError from None
    except Exception as error:
        # Mistakes in options: click's exception, wherever this version of typer keeps it.
        explain = getattr(error, "format_message", None)
        if explain is None:
            raise
        text = explain().rstrip(".")
        hint = f"`gatewright {_command_of(error, name)} --help` explains its options"
        raise UsageError(text[:1].lower() + text[1:], hint=hint) from None
    if result == _TYPERS_INTERRUPT:
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def app_of(target: Function | Group) -> typer.Typer:
    """A typer app in the house style: plain help, errors left to the boundary."""
    group = target if isinstance(target, Group) else None
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=group.help if group is not None else None,
        invoke_without_command=group is not None and group.default is not None,
    )
    if group is None:
        app.command()(resolved(target))
        return app
    app.callback()(_default_of(group))
    for name, command in group.commands.items():
        app.command(name)(resolved(command))
    return app


def _default_of(group: Group) -> Callable[[typer.Context], int | None]:
    def default(context: typer.Context) -> int | None:
        return None if context.invoked_subcommand or group.default is None else group.default()

    default.__annotations__["context"] = typer.Context
    return default


def resolved(function: Any) -> Function:
    """A command's function, its annotations no longer texts."""
    names = function.__globals__ | _NAMES
    copy = FunctionType(function.__code__, names, function.__name__, function.__defaults__)
    copy.__doc__ = function.__doc__
    copy.__annotations__ = {name: eval(text, names) for name, text in function.__annotations__.items()}
    return copy


def _command_of(error: Exception, name: str) -> str:
    """The command that was meant, which may be one of several below `name`."""
    path: str = getattr(getattr(error, "ctx", None), "command_path", "")
    return path.removeprefix("gatewright ") or name
