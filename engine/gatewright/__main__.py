"""The `gatewright` command: `--version` without loading anything, all else through the boundary."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from gatewright._version import __version__

        print(f"gatewright {__version__}")
        return
    from gatewright.cli.boundary import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
