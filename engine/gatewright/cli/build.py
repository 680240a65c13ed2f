"""`gatewright build`: compile policies, and show the Python they become."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    import typer


def build(
    paths: Annotated[list[Path], typer.Argument(help="Rego files, or files with ConstraintTemplates.")],
    python: Annotated[bool, typer.Option("--python", help="Show the generated Python.")] = False,
    entrypoint: Annotated[
        str, typer.Option("--entrypoint", "-e", help="The rule to build, such as data.shop.deny (Rego files).")
    ] = "",
    rego_version: Annotated[str, typer.Option(help="v0 or v1, for Rego files.")] = "v1",
) -> int:
    """Compile policies and report every error; with --python, show what a rule is compiled to.

    \b
        gatewright build policies/                       does it compile?
        gatewright build --python template.yaml
        gatewright build --python policy.rego -e data.shop.deny
    """
    from gatewright.building import build_policies
    from gatewright.cli.boundary import print_error

    return build_policies(paths, report=print_error, python=python, entrypoint=entrypoint, rego_version=rego_version)
