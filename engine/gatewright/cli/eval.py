"""`gatewright eval`: a Rego query, answered as `opa eval` answers it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    import typer


def eval_query(
    query: Annotated[str, typer.Argument(help="The query, such as 'data.policy.deny'.")] = "",
    data: Annotated[
        list[str] | None,
        typer.Option("--data", "-d", help="Rego, JSON, YAML, directories; a.b:PATH loads below data.a.b. Repeatable."),
    ] = None,
    bundle: Annotated[
        list[str] | None, typer.Option("--bundle", "-b", help="A bundle: a directory or .tar.gz. Repeatable.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="Leave out files and directories with such names. Repeatable.")
    ] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the query from standard input.")] = False,
    input: Annotated[str, typer.Option("--input", "-i", help="The input document, JSON or YAML.")] = "",
    stdin_input: Annotated[bool, typer.Option("--stdin-input", "-I", help="Read input from standard input.")] = False,
    format: Annotated[
        str, typer.Option("--format", "-f", help="json, pretty, raw, bindings, values or discard.")
    ] = "json",
    package: Annotated[str, typer.Option("--package", help="The package the query is evaluated in.")] = "",
    imports: Annotated[list[str] | None, typer.Option("--import", help="An import for the query. Repeatable.")] = None,
    rego_version: Annotated[str, typer.Option(help="v0 or v1.")] = "v1",
    v0_compatible: Annotated[bool, typer.Option("--v0-compatible", help="As --rego-version v0.")] = False,
    strict: Annotated[bool, typer.Option("--strict", "-S", help="The compiler's strict mode.")] = False,
    strict_builtin_errors: Annotated[
        bool, typer.Option("--strict-builtin-errors", help="Errors of built-ins are errors, not undefined.")
    ] = False,
    show_builtin_errors: Annotated[
        bool, typer.Option("--show-builtin-errors", help="Show the errors of built-ins beside the result.")
    ] = False,
    fail: Annotated[bool, typer.Option("--fail", help="Exit 1 when the result is undefined or empty.")] = False,
    fail_defined: Annotated[bool, typer.Option("--fail-defined", help="Exit 1 when there is a result.")] = False,
    capabilities: Annotated[str, typer.Option(help="An OPA capabilities file: only its built-ins exist.")] = "",
    now: Annotated[str, typer.Option(help="What the clock says: RFC 3339, or nanoseconds.")] = "",
    seed: Annotated[str, typer.Option(help="Seed for random numbers and UUIDs.")] = "",
    allow_net: Annotated[list[str] | None, typer.Option(help="A host that http.send may reach. Repeatable.")] = None,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds the evaluation may take; 0: no limit.")] = 0.0,
    engine: Annotated[str, typer.Option(help="gatewright, or regopy for the second opinion.")] = "gatewright",
    explain: Annotated[
        str, typer.Option(help="Show how the query is evaluated: full, notes, fails, debug or off.")
    ] = "off",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compile everything anew.")] = False,
) -> int:
    """Evaluate a Rego query against policies, data and an input; the output is opa eval's.

    Exit code 0: evaluated; 1: as --fail or --fail-defined say; 2: an error.

    \b
        gatewright eval 'data.shop.deny' -d policy/ -i pod.json
        gatewright eval '[x | some x in [1, 2, 3]; x > 1]' --format pretty
        gatewright eval 'data.shop.deny' -d policy/ -i pod.json --explain fails --format pretty
    """
    import sys

    from gatewright.errors import UsageError
    from gatewright.querying import QueryRequest, run_query

    if stdin == bool(query) and (stdin or query):
        raise UsageError("specify a query or --stdin but not both")
    if stdin and stdin_input:
        raise UsageError("--stdin and --stdin-input exclude each other")
    request = QueryRequest(
        query=sys.stdin.read() if stdin else query,
        data=tuple(data or ()),
        bundles=tuple(bundle or ()),
        ignore=tuple(ignore or ()),
        input=input,
        stdin_input=stdin_input,
        format=format,
        package=package,
        imports=tuple(imports or ()),
        rego_version="v0" if v0_compatible else rego_version,
        strict=strict,
        strict_builtin_errors=strict_builtin_errors,
        show_builtin_errors=show_builtin_errors,
        fail=fail,
        fail_defined=fail_defined,
        capabilities=capabilities,
        now=now,
        seed=seed or None,
        allow_net=tuple(allow_net or ()),
        timeout_s=timeout or None,
        engine=engine,
        cache=not no_cache,
        explain=explain,
    )
    return run_query(request)
