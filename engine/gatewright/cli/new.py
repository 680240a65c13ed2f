"""`gatewright new`: the folder of a new rule."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    import typer


def new(
    what: Annotated[str, typer.Argument(help="rule")],
    name: Annotated[str, typer.Argument(help="family/name: the thing forbidden, such as pod/host_ports.")],
    directory: Annotated[Path | None, typer.Option("--directory", "-d", help="A library; default: ours.")] = None,
    target: Annotated[
        str, typer.Option(help="What it is about: workload, Secret, Ingress.networking.k8s.io …")
    ] = "workload",
    severity: Annotated[str, typer.Option(help="info, low, medium, high or critical.")] = "medium",
) -> int:
    """Write the folder of a new rule: rule, suite and samples that already pass.

    \b
        gatewright new rule pod/forbidden_label
    """
    from gatewright.export.scaffold import new_rule

    for path in new_rule(what, name, directory, target, severity):
        print(path)
    return 0
