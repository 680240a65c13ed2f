"""gator's own commands, flag for flag, so that a pipeline can swap the binary."""

from gatewright.gator.main import main

__all__ = ["main"]
