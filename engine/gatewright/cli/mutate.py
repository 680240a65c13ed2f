"""`gatewright mutate`: mutators applied to manifests."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    import typer


def mutate(
    manifests: Annotated[list[str], typer.Argument(help="The objects to mutate: files, directories, or -.")],
    policy: Annotated[
        list[str] | None, typer.Option("--policy", "-p", help="Mutators, and policies to check afterwards. Repeatable.")
    ] = None,
    format: Annotated[
        str, typer.Option("--format", "-f", help="diff, or the mutated objects as yaml or json.")
    ] = "diff",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
    write: Annotated[
        bool, typer.Option("--write", "-w", help="Change the files themselves, as the smallest edit that will do.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 if a mutator would change something.")] = False,
    external_data: Annotated[str, typer.Option(help="A file with the answers of external data providers.")] = "",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="Where objects go that name no namespace.")
    ] = "default",
    username: Annotated[str, typer.Option(help="Who creates the objects, for mutators that ask.")] = "",
) -> int:
    """Show what the mutators change, or write the objects as they would be stored.

    Where there are constraints among the inputs, the mutated objects are checked, with violations on standard error.
    Files keep their comments and layout with --write. Exit code 0: fine; 1: a mutated object is denied, or with
    --check one would be changed; 2: something could not be read or mutated.

    \b
        gatewright mutate -p mutators/ deploy/
        gatewright mutate -p mutators/ -p constraints/ deploy/ --format yaml -o mutated.yaml
        gatewright mutate -p mutators/ deploy/ --write
    """
    from gatewright.tools.mutate import MutateRequest
    from gatewright.tools.mutate import mutate as run

    request = MutateRequest(
        tuple(manifests), tuple(policy or ()), format, output, external_data, namespace, username, write, check
    )
    return run(request)
