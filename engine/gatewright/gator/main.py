"""The `gator` command line: which command, its flags, and how errors end it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Sequence
from typing import Final, TextIO

from gatewright.gator.console import CobraError, Console, Fatal
from gatewright.gator.flags import Flag, FlagError, parse

# What gator's own binary calls itself at the version whose behaviour this is.
GATEKEEPER_VERSION: Final = "3.23.1"

_USAGE: Final = """gator is a suite of authorship tools for Gatekeeper

Usage:
  gator [command]

Available Commands:
  bench       bench measures how long policies take to evaluate resources
  expand      expand shows the resources that generators would make
  help        Help about any command
  sync        sync checks the data that policies need
  test        test evaluates resources against policies as defined by constraint templates and constraints.
  verify      verify suites of tests on Gatekeeper Constraints
  version     Prints the version

Flags:
  -h, --help      help for gator
  -v, --version   version for gator

Use "gator [command] --help" for more information about a command.
"""


def main(
    argv: Sequence[str],
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
    read_stdin: Callable[[], bytes | None] | None = None,
) -> int:
    """Run one gator command; its exit code."""
    console = Console(out or sys.stdout, err or sys.stderr, read_stdin or _piped)
    name, rest = _command(list(argv))
    if name == "":
        console.out.write(_USAGE)
        return 0
    if name == "version":
        console.out.write(f"GitVersion:    v{GATEKEEPER_VERSION}\n")
        return 0
    if name not in _COMMANDS:
        console.err.write(f'Error: unknown command "{name}" for "gator"\nRun \'gator --help\' for usage.\n')
        return 1
    return _run(name, rest, console)


def _command(argv: list[str]) -> tuple[str, list[str]]:
    if not argv or argv[0] in ("-h", "--help", "help"):
        return "", []
    if argv[0] in ("-v", "--version"):
        return "version", []
    if argv[0] == "sync":
        if len(argv) < 2 or argv[1] != "test":
            return "", []
        return "sync test", argv[2:]
    return argv[0], argv[1:]


def _piped() -> bytes | None:
    """What is piped into stdin; None when it is a terminal or /dev/null."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return None
    return None if stat.S_ISCHR(mode) else sys.stdin.buffer.read()


def _run(name: str, argv: list[str], console: Console) -> int:
    flags, call, count = _COMMANDS[name]()
    try:
        values, rest = parse(flags, argv)
        if values["help"]:
            console.out.write(_usage(name, flags))
            return 0
        if len(rest) != count:
            raise FlagError(_wrong_count(name, rest, count))
    except FlagError as error:
        console.err.write(f"Error: {error}\n{_usage(name, flags)}\n")
        return 1
    try:
        return call(values, *rest, console)
    except Fatal as error:
        console.err.write(f"{error}\n")
    except CobraError as error:
        console.err.write(f"Error: {error}\n")
    return 1


def _wrong_count(name: str, rest: list[str], count: int) -> str:
    if name in ("test", "sync test", "bench"):
        return f'unknown command "{rest[0]}" for "gator {name}"'
    return f"accepts {count} arg(s), received {len(rest)}"


def _usage(name: str, flags: Sequence[Flag]) -> str:
    arguments = " path [--run=name]" if name == "verify" else ""
    lines = ["Usage:", f"  gator {name}{arguments} [flags]", "", "Flags:"]
    for flag in sorted(flags, key=lambda f: f.name):
        short = f"-{flag.short}, " if flag.short else "    "
        kind = "" if flag.kind == "bool" else f" {_KINDS[flag.kind]}"
        lines.append(f"  {short}--{flag.name}{kind}")
    return "\n".join(lines) + "\n"


_KINDS: Final = {"text": "string", "list": "stringArray", "int": "int", "float": "float", "duration": "duration"}

_Loaded = tuple[Sequence[Flag], Callable[..., int], int]


# Each command is imported when it is asked for.
def _test() -> _Loaded:
    from gatewright.gator import audit

    return audit.FLAGS, audit.run, 0


def _verify() -> _Loaded:
    from gatewright.gator import verify

    return verify.FLAGS, verify.run, 1


def _expand() -> _Loaded:
    from gatewright.gator import expand

    return expand.FLAGS, expand.run, 0


def _sync() -> _Loaded:
    from gatewright.gator import sync

    return sync.FLAGS, sync.run, 0


def _bench() -> _Loaded:
    from gatewright.gator import bench

    return bench.FLAGS, bench.run, 0


_COMMANDS: Final[dict[str, Callable[[], _Loaded]]] = {
    "bench": _bench,
    "expand": _expand,
    "sync test": _sync,
    "test": _test,
    "verify": _verify,
}
