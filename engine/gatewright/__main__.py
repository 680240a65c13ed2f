"""The `gatewright` command: `version` without loading anything, all else through the boundary."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and end the process with its code."""
    code = _run(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or 2
    # What is left is the system's to free: taking it all apart first would be a tenth of a short run.
    os._exit(code)


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"], ["version"]):
        from gatewright._version import __version__

        print(f"gatewright {__version__}")
        return 0
    from gatewright.collector import relax_collector

    relax_collector()
    from gatewright.cli.boundary import run

    return run(arguments)


if __name__ == "__main__":
    # Profilers, which run the module, have their say after it.
    sys.exit(_run(sys.argv[1:]))
