"""Where a gator command reads and writes, and how it gives up."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


class Fatal(Exception):  # noqa: N818 - an end, not an error
    """The end of a command: a message for stderr, and exit code 1."""


class CobraError(Exception):
    """The end of a command whose message is printed after `Error: `."""


@record(frozen=True, slots=True)
class Console:
    """The streams of one run. `read_stdin` answers None when nothing is piped in."""

    out: TextIO
    err: TextIO
    read_stdin: Callable[[], bytes | None]
