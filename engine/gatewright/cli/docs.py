"""`gatewright docs`: recipes, and the manual's pages."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    import typer


def docs(
    topic: Annotated[
        str, typer.Argument(help="A recipe, `rules` or `commands` for pages of the manual; nothing: the list.")
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="With `rules`: write the pages here; with `commands`: to this file."),
    ] = None,
) -> int:
    """Recipes: what a familiar command looks for, and the gatewright command that answers it offline.

    \b
        gatewright docs                 the recipes
        gatewright docs rbac            one of them
        gatewright docs rules -o docs/rules
        gatewright docs commands -o docs/commands.md
    """
    from gatewright.export.recipes import page

    if topic == "rules":
        return _manual(output)
    if topic == "commands":
        return _reference(output)
    sys.stdout.write(page(topic))
    return 0


def _reference(output: Path | None) -> int:
    from gatewright.cli.reference import reference
    from gatewright.tools.output import write

    write(reference(), output)
    return 0


def _manual(output: Path | None) -> int:
    from gatewright import catalog
    from gatewright.export.bundle import write
    from gatewright.export.pages import manual

    pages = manual(catalog.rules().values())
    if output is None:
        sys.stdout.write(pages["index.md"])
    else:
        write(pages, output)
        print(f"{len(pages)} pages in {output}", file=sys.stderr)
    return 0
