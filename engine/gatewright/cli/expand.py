"""`gatewright expand`: the objects that ExpansionTemplates make of workloads."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    import typer


def expand(
    paths: Annotated[
        list[str], typer.Argument(help="Templates, mutators, Namespaces and workloads: files, directories, or -.")
    ],
    format: Annotated[str, typer.Option("--format", "-f", help="yaml or json.")] = "yaml",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
    external_data: Annotated[str, typer.Option(help="A file with the answers of external data providers.")] = "",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="Where objects go that name no namespace.")
    ] = "default",
) -> int:
    """Show what would come of each workload: its Pods, say, mutated as they would be.

    Exit code 0: fine; 2: something could not be read or expanded (the rest is shown).

    \b
        gatewright expand expansion/ deploy/
    """
    from gatewright.tools.expand import ExpandRequest
    from gatewright.tools.expand import expand as run

    return run(ExpandRequest(tuple(paths), format, output, external_data, namespace))
