"""`gatewright gator`: gator's command line, so that a pipeline can swap the binary."""

from __future__ import annotations


def gator(*arguments: str) -> int:
    """gator's test, verify, expand, sync test and bench: its flags, its output, its exit codes.

    What follows the command is read as gator reads it, `--help` included.

    \b
        gatewright gator test -f policies/ -f manifests/
        gatewright gator verify policies/...
    """
    from gatewright.gator import main

    return main(arguments)
