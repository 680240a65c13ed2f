"""`gatewright rules`: what the library knows."""

from __future__ import annotations

import sys

from gatewright.cli._quick import Group

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    import typer


def list_rules(
    family: Annotated[str, typer.Option(help="Only this family, such as rbac.")] = "",
    standard: Annotated[str, typer.Option(help="Only the rules of this policy set, such as cis-1.12.")] = "",
    min_severity: Annotated[
        str, typer.Option("--min-severity", help="At least this: info, low, medium, high, critical.")
    ] = "",
    format: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
) -> int:
    """Every rule: its name, id, severity and what it forbids."""
    from gatewright.export.listing import chosen, listing

    sys.stdout.write(listing(chosen(family, standard, min_severity), format))
    return 0


def search(
    words: Annotated[list[str], typer.Argument(help="Words that all must occur, in the text, an id or a reference.")],
    format: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
) -> int:
    """The rules whose text has all the words; exit code 1 when there is none."""
    from gatewright.export.listing import listing, matching

    found = matching(words)
    sys.stdout.write(listing(found, format))
    return 0 if found else 1


def show(name: Annotated[str, typer.Argument(help="A rule's name, id or constraint kind.")]) -> int:
    """A rule's text: what, why, how to repair it, a bad and a good example."""
    from gatewright import catalog
    from gatewright.export.pages import rule_page

    sys.stdout.write(rule_page(catalog.rule(name)))
    return 0


def sets(format: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text") -> int:
    """The policy sets that `gatewright check -p NAME` takes, and what they leave to people."""
    from gatewright.export.listing import set_listing

    sys.stdout.write(set_listing(format))
    return 0


rules = Group(
    "List, search and show the rules of the library.",
    {"list": list_rules, "search": search, "show": show, "sets": sets},
    default=list_rules,
)
