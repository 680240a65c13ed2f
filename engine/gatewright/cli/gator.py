"""`gatewright gator`: gator's command line, so that a pipeline can swap the binary."""

from __future__ import annotations

import typer

# Everything after the command belongs to gator's own flags, `--help` included.
gator = typer.Typer(add_completion=False, add_help_option=False, rich_markup_mode=None)


@gator.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def run(context: typer.Context) -> int:
    """gator's test, verify, expand, sync test and bench: its flags, its output, its exit codes."""
    from gatewright.gator import main

    return main(context.args)
