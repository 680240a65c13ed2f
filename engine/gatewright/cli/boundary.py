"""The one place where exceptions become exit codes: 2 for what the user can mend, 3 for our bug, and as shells have it
130 for Ctrl-C and 141 for output that nobody reads on."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from gatewright.errors import GatewrightError, LoadErrors, RegoErrors
from gatewright.source import file_excerpt

BAD_INPUT, BUG, INTERRUPTED, CLOSED = 2, 3, 130, 141


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing is raised."""
    try:
        return _command(argv)
    except GatewrightError as error:
        print_error(error)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does. Say nothing.
        _give_up_output()
        return CLOSED
    except OSError as error:
        # Files are read where their errors are caught; what is left is a disk that is full, or a file taken away.
        _give_up_output()
        print(f"error: {error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        return BAD_INPUT
    except Exception as error:
        if os.environ.get("GATEWRIGHT_DEBUG"):
            raise
        print(f"gatewright has a bug: {type(error).__name__}: {error}", file=sys.stderr)
        print("run it again with GATEWRIGHT_DEBUG=1 for the traceback, and please report it", file=sys.stderr)
        return BUG


def _give_up_output() -> None:
    """Keep Python from failing once more when it flushes standard output at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _command(argv: Sequence[str]) -> int:
    from gatewright.cli.app import invoke

    code = invoke(list(argv))
    sys.stdout.flush()
    return code


def print_error(error: GatewrightError) -> None:
    """What, where and a way out, on standard error."""
    errors = error.errors if isinstance(error, RegoErrors | LoadErrors) else (error,)
    for one in errors:
        where = one.location
        place = f"{where.file}:{where.row}:{where.col}: " if where and where.row else f"{where}: " if where else ""
        code = f"{one.code}: " if one.code else ""
        print(f"error: {place}{code}{one.message}", file=sys.stderr)
        excerpt = one.excerpt or "\n".join(getattr(one, "details", ())) or (file_excerpt(where) if where else "")
        for line in excerpt.splitlines():
            print(f"  {line}", file=sys.stderr)
        if one.hint:
            print(f"  hint: {one.hint}", file=sys.stderr)
            about = getattr(one, "hint_location", None)
            for line in file_excerpt(about).splitlines() if about else ():
                print(f"  {line}", file=sys.stderr)
