"""`gatewright explain-match`: why a constraint does not apply."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    import typer


def explain_match(
    objects: Annotated[list[str], typer.Argument(help="The objects: files, directories, or -.")],
    policy: Annotated[
        list[str] | None, typer.Option("--policy", "-p", help="Policies or the name of a set. Repeatable.")
    ] = None,
    data: Annotated[
        list[str] | None, typer.Option("--data", "-d", help="Namespaces and CRDs that matching looks at. Repeatable.")
    ] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="Where objects go that name no namespace.")
    ] = "default",
    enforcement_point: Annotated[str, typer.Option(help="Whose scoped actions apply.")] = "",
    gator_compat: Annotated[bool, typer.Option("--gator-compat", help="Match as gator test does.")] = False,
    explain: Annotated[
        str,
        typer.Option(help="Show how the Rego of those that apply is evaluated: full, notes, fails, debug or off."),
    ] = "off",
) -> int:
    """Say for each constraint whether it applies to an object, and the first criterion of its match that fails.

    Exit code 0: fine; 2: something could not be read.

    \b
        gatewright explain-match -p policies/ deploy/web.yaml
        gatewright explain-match -p policies/ deploy/web.yaml --explain fails
    """
    from gatewright.tools import explain as explaining

    return explaining.explain(
        explaining.ExplainRequest(
            tuple(objects),
            tuple(policy or ()),
            tuple(data or ()),
            format,
            namespace,
            enforcement_point,
            gator_compat,
            explain,
        )
    )
