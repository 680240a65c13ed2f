"""The `gator` command line: which command, its flags, and how errors end it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Sequence

from gatewright._version import __version__
from gatewright.gator import usage
from gatewright.gator.console import CobraError, Console, Fatal
from gatewright.gator.flags import Flag, FlagError, parse
from gatewright.gator.usage import Page
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, TextIO

# What gator's own binary calls itself at the version whose behaviour this is.
GATEKEEPER_VERSION: Final = "3.23.1"


def main(
    argv: Sequence[str],
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
    read_stdin: Callable[[], bytes | None] | None = None,
) -> int:
    """Run one gator command; its exit code."""
    console = Console(out or sys.stdout, err or sys.stderr, read_stdin or _piped)
    words = list(argv)
    first = words[0] if words else "--help"
    if first in ("-h", "--help"):
        console.out.write(f"{usage.ROOT}\n\n{usage.root_usage(_SHORT)}")
        return 0
    if first in ("-v", "--version"):
        console.out.write(f"gator version v{GATEKEEPER_VERSION} (gatewright {__version__})\n")
        return 0
    if first == "help":
        return _help(words[1:], console)
    if first.startswith("-"):
        return _unknown_flag(first, console)
    name = "sync test" if words[:2] == ["sync", "test"] else first
    if name not in _COMMANDS:
        return _unknown_command(name, console)
    return _run(name, words[len(name.split()) :], console)


def _help(words: list[str], console: Console) -> int:
    """`gator help NAME`, which takes a topic that it does not know with exit code 0."""
    name = " ".join(words)
    while name and name not in _COMMANDS:
        name = name.rpartition(" ")[0]
    if words and not name:
        topic = "".join(f" `{word}`" for word in words)[1:]
        console.err.write(f"Unknown help topic [{topic}]\n{usage.root_usage(_SHORT, flags=False)}")
        return 0
    return _run(name, ["--help"], console) if name else main(["--help"], out=console.out, err=console.err)


def _unknown_flag(word: str, console: Console) -> int:
    try:
        parse((), [word])
    except FlagError as error:
        console.err.write(f"Error: {error}\n{usage.root_usage(_SHORT)}\n")
    return 1


def _unknown_command(name: str, console: Console) -> int:
    console.err.write(f'Error: unknown command "{name}" for "gator"\n')
    if meant := usage.suggestions(name, list(_SHORT)):
        console.err.write("\nDid you mean this?\n" + "".join(f"\t{m}\n" for m in meant) + "\n")
    console.err.write("Run 'gator --help' for usage.\n")
    return 1


def _piped() -> bytes | None:
    """What is piped into stdin; None when it is a terminal or /dev/null."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return None
    return None if stat.S_ISCHR(mode) else sys.stdin.buffer.read()


def _run(name: str, argv: list[str], console: Console) -> int:
    command = _COMMANDS[name]
    flags, call = command.load()
    below = {"test": usage.SYNC_TEST.short} if name == "sync" else None
    text = usage.usage_text(name, command.page, flags, below)
    try:
        values, rest = parse(flags, argv)
        if values["help"]:
            console.out.write(f"{command.page.long or command.page.short}\n\n{text}")
            return 0
        if command.arguments is not None and len(rest) != command.arguments:
            raise FlagError(_wrong_count(name, rest, command.arguments))
    except FlagError as error:
        console.err.write(f"Error: {error}\n{text}\n")
        return 1
    try:
        return call(values, *rest[: command.arguments or 0], console)
    except Fatal as error:
        console.err.write(f"{error}\n")
    except CobraError as error:
        console.err.write(f"Error: {error}\n")
    return 1


def _wrong_count(name: str, rest: list[str], count: int) -> str:
    if name in ("test", "bench"):
        return f'unknown command "{rest[0]}" for "gator {name}"'
    return f"accepts {count} arg(s), received {len(rest)}"


_Loaded = tuple[Sequence[Flag], Callable[..., int]]


@record(frozen=True, slots=True)
class _Command:
    """`load` gives the flags and the function; `arguments` is how many there must be, None for any number."""

    page: Page
    load: Callable[[], _Loaded]
    arguments: int | None = 0


# Each command is imported when it is asked for.
def _test() -> _Loaded:
    from gatewright.gator import audit

    return audit.FLAGS, audit.run


def _verify() -> _Loaded:
    from gatewright.gator import verify

    return verify.FLAGS, verify.run


def _expand() -> _Loaded:
    from gatewright.gator import expand

    return expand.FLAGS, expand.run


def _sync() -> _Loaded:
    def run(_: dict[str, Any], console: Console) -> int:
        console.out.write("Usage: gator sync test\n")
        return 0

    return (), run


def _sync_test() -> _Loaded:
    from gatewright.gator import sync

    return sync.FLAGS, sync.run


def _bench() -> _Loaded:
    from gatewright.gator import bench

    return bench.FLAGS, bench.run


def _version() -> _Loaded:
    return usage.VERSION_FLAGS, _print_version


def _print_version(flags: dict[str, Any], console: Console) -> int:
    if flags["json"]:
        console.out.write(f'{{\n  "gitVersion": "v{GATEKEEPER_VERSION}"\n}}\n')
    else:
        console.out.write(f"GitVersion:    v{GATEKEEPER_VERSION}\n")
    return 0


# In the order in which gator adds them, which is that of its suggestions.
_COMMANDS: Final = {
    "verify": _Command(usage.VERIFY, _verify, 1),
    "test": _Command(usage.TEST, _test),
    "expand": _Command(usage.EXPAND, _expand),
    "sync": _Command(usage.SYNC, _sync, None),
    "sync test": _Command(usage.SYNC_TEST, _sync_test, None),
    "bench": _Command(usage.BENCH, _bench),
    "version": _Command(usage.VERSION, _version, None),
}

_SHORT: Final = {
    **{name: command.page.short for name, command in _COMMANDS.items() if " " not in name},
    "help": "Help about any command",
}
