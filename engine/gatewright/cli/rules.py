"""`gatewright rules`: what the library knows."""

from __future__ import annotations

from typing import Annotated

import typer

from gatewright.cli.app import new_app

rules: typer.Typer = new_app(invoke_without_command=True, help="List, search and show the rules of the library.")

Family = Annotated[str, typer.Option(help="Only this family, such as rbac.")]
Standard = Annotated[str, typer.Option(help="Only the rules of this policy set, such as cis-1.12.")]
Severity = Annotated[str, typer.Option("--min-severity", help="At least this: info, low, medium, high, critical.")]
Format = Annotated[str, typer.Option("--format", "-f", help="text or json.")]


@rules.callback()
def default(context: typer.Context) -> int | None:
    """Without a command: the list."""
    return None if context.invoked_subcommand else list_rules()


@rules.command("list")
def list_rules(
    family: Family = "", standard: Standard = "", min_severity: Severity = "", format: Format = "text"
) -> int:
    """Every rule: its name, id, severity and what it forbids."""
    from gatewright.export.listing import chosen, listing

    typer.echo(listing(chosen(family, standard, min_severity), format), nl=False)
    return 0


@rules.command("search")
def search(
    words: Annotated[list[str], typer.Argument(help="Words that all must occur, in the text, an id or a reference.")],
    format: Format = "text",
) -> int:
    """The rules whose text has all the words; exit code 1 when there is none."""
    from gatewright.export.listing import listing, matching

    found = matching(words)
    typer.echo(listing(found, format), nl=False)
    return 0 if found else 1


@rules.command("show")
def show(name: Annotated[str, typer.Argument(help="A rule's name, id or constraint kind.")]) -> int:
    """A rule's text: what, why, how to repair it, a bad and a good example."""
    from gatewright import catalog
    from gatewright.export.pages import rule_page

    typer.echo(rule_page(catalog.rule(name)), nl=False)
    return 0


@rules.command("sets")
def sets(format: Format = "text") -> int:
    """The policy sets that `gatewright check -p NAME` takes, and what they leave to people."""
    from gatewright.export.listing import set_listing

    typer.echo(set_listing(format), nl=False)
    return 0
