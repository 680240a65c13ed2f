"""The command line: which commands there are, each loaded when it is asked for."""

from __future__ import annotations

import sys

from gatewright import lazily
from gatewright.cli._quick import quick
from gatewright.errors import UsageError

# Command → (module below gatewright.cli, its function or Group, one line of help). A command's module is imported
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
    if name == "gator":  # whose flags are not typer's
        from gatewright.cli.gator import gator

        return gator(*rest)
    module, function, _ = COMMANDS[name]
    target = getattr(lazily.module(f"gatewright.cli.{module}"), function)
    if (plain := quick(target, rest)) is not None:
        command, options = plain
        return command(**options)
    from gatewright.cli import _typer

    return _typer.run(name, target, rest)
