"""The command line: which commands there are, each loaded when it is asked for."""

from __future__ import annotations

import sys

from gatewright import lazily
from gatewright.cli._check import quick, run_check
from gatewright.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Command → (module below gatewright.cli, its function or typer app, one line of help). A command's module is imported
# when it runs; `gatewright --help` needs none of them.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "check": ("check", "check", "Check manifests against policies."),
    "test": ("test", "test", "Run policy tests: Gatekeeper suites and Rego unit tests."),
    "eval": ("eval", "eval_query", "Evaluate a Rego query, as opa eval does."),
    "fmt": ("fmt", "fmt", "Format Rego files, and the Rego inside templates, as opa fmt does."),
    "build": ("build", "build", "Compile policies, and show the Python they become."),
    "rules": ("rules", "rules", "List, search and show the rules of the library."),
    "new": ("new", "new", "Write the folder of a new rule."),
    "export": ("export", "export", "Export rules to Gatekeeper."),
    "fix": ("fix", "fix", "Apply the safe fixes to manifests."),
    "docs": ("docs", "docs", "Recipes for common questions, and the manual's pages."),
    "expand": ("expand", "expand", "Show the objects that ExpansionTemplates make of workloads."),
    "mutate": ("mutate", "mutate", "Apply mutators to manifests."),
    "explain-match": (
        "explain_match",
        "explain_match",
        "Say for each constraint whether it applies to an object, and why not.",
    ),
    "sync": ("sync", "sync", "Check that the data that referential policies need is synced."),
    "bench": ("bench", "bench", "Measure what each policy costs."),
    "crosscheck": ("crosscheck", "crosscheck", "Evaluate with two engines and show where they differ."),
    "gator": ("gator", "gator", "Speak gator's command line: flags, output and exit codes."),
}


HELP = """Usage: gatewright COMMAND [OPTIONS] [ARGUMENTS]

Policy as code for Kubernetes, offline: Gatekeeper policies and plain Rego, compiled.

    gatewright check deploy/                     the Pod Security Standards, restricted
    gatewright check -p policies/ deploy/        your own policies
    gatewright test policies/                    their tests
    gatewright rules                             what the library knows

Commands:
{commands}

`gatewright COMMAND --help` explains a command.
Exit codes: 0 clean, 1 violations, 2 bad input or usage, 3 a bug of ours, 130 interrupted, 141 output closed.
"""


def help_text() -> str:
    """What `gatewright --help` prints."""
    width = max(map(len, COMMANDS))
    return HELP.format(commands="\n".join(f"  {name:<{width}}  {line}" for name, (_, _, line) in COMMANDS.items()))


def invoke(argv: list[str]) -> int:
    """Run a command line: its exit code. Mistakes in options are UsageErrors."""
    if argv[:1] == ["help"]:
        argv = [*argv[1:2], "--help"]
    if not argv or argv[0] in ("--help", "-h"):
        sys.stdout.write(help_text())
        return 0
    name, *rest = argv
    if name.startswith("-"):
        raise UsageError(f"no such option: {name}", hint="options follow a command: gatewright COMMAND --help")
    if name not in COMMANDS:
        from difflib import get_close_matches

        close = get_close_matches(name, COMMANDS, n=1)
        raise UsageError(
            f"no such command: {name!r}",
            hint=f"did you mean {close[0]!r}?" if close else f"there are {', '.join(COMMANDS)}",
        )
    if name == "check" and (options := quick(rest)) is not None:
        return run_check(**options)
    if name == "gator":  # whose flags are not typer's
        from gatewright.cli.gator import gator

        return gator(*rest)
    return _run(name, rest)


def _run(name: str, arguments: list[str]) -> int:
    import typer

    module, function, _ = COMMANDS[name]
    target: Any = getattr(lazily.module(f"gatewright.cli.{module}"), function)
    if not isinstance(target, typer.Typer):
        command, target = target, new_app()
        target.command()(command)
    try:
        result = target(args=arguments, prog_name=f"gatewright {name}", standalone_mode=False)
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


def _command_of(error: Exception, name: str) -> str:
    """The command that was meant, which may be one of several below `name`."""
    path: str = getattr(getattr(error, "ctx", None), "command_path", "")
    return path.removeprefix("gatewright ") or name


_TYPERS_INTERRUPT = 130


def new_app(**options: Any) -> Any:
    """A typer app in the house style: plain help, errors left to the boundary."""
    import typer

    settings = {"help_option_names": ["-h", "--help"]}
    return typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings=settings,
        **options,
    )
