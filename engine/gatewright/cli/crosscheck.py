"""`gatewright crosscheck`: two engines asked the same."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    import typer


def crosscheck(
    manifests: Annotated[list[str] | None, typer.Argument(help="The objects: files, directories, or -.")] = None,
    policy: Annotated[
        list[str] | None, typer.Option("--policy", "-p", help="Policies or the name of a set. Repeatable.")
    ] = None,
    engines: Annotated[
        str,
        typer.Option(help="regopy: Rego here and in rego-cpp; languages: a template's CEL and Rego."),
    ] = "regopy",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="Where objects go that name no namespace.")
    ] = "default",
    query: Annotated[str, typer.Option("--query", "-q", help="Compare the value of a Rego query instead.")] = "",
    data: Annotated[list[str] | None, typer.Option("--data", "-d", help="With --query: as for eval.")] = None,
    input: Annotated[Path | None, typer.Option("--input", "-i", help="With --query: the input document.")] = None,
    rego_version: Annotated[str, typer.Option(help="With --query: v0 or v1.")] = "v1",
) -> int:
    """Evaluate with two engines and show where their answers differ.

    regopy is measured to be wrong, or to crash, on common idioms: a difference is a question, not a verdict.
    Exit code 0: they agree; 1: they differ; 2: something could not be read, or a query was not answered.

    \b
        gatewright crosscheck -p policies/ deploy/
        gatewright crosscheck -p policies/ deploy/ --engines languages
        gatewright crosscheck --query data.shop.deny -d policy.rego -i pod.json
    """
    from gatewright.tools.crosscheck import CrosscheckRequest
    from gatewright.tools.crosscheck import crosscheck as run

    return run(
        CrosscheckRequest(
            tuple(manifests or ()),
            tuple(policy or ()),
            engines,
            namespace,
            query,
            tuple(data or ()),
            input,
            rego_version,
        )
    )
