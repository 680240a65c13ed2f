"""`gatewright eval`: a Rego query, answered as `opa eval` answers it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def eval_query(
    query: Annotated[str, typer.Argument(help="The query, such as 'data.policy.deny'.")],
    data: Annotated[
        list[Path] | None, typer.Option("--data", "-d", help="Rego files, JSON or YAML data, directories. Repeatable.")
    ] = None,
    input: Annotated[Path | None, typer.Option("--input", "-i", help="The input document, JSON or YAML.")] = None,
    stdin_input: Annotated[bool, typer.Option("--stdin-input", "-I", help="Read input from standard input.")] = False,
    format: Annotated[
        str, typer.Option("--format", "-f", help="json, pretty, raw, bindings, values or discard.")
    ] = "json",
    package: Annotated[str, typer.Option("--package", help="The package the query is evaluated in.")] = "",
    imports: Annotated[list[str] | None, typer.Option("--import", help="An import for the query. Repeatable.")] = None,
    rego_version: Annotated[str, typer.Option(help="v0 or v1.")] = "v1",
    strict_builtin_errors: Annotated[
        bool, typer.Option("--strict-builtin-errors", help="Errors of built-ins are errors, not undefined.")
    ] = False,
    fail: Annotated[bool, typer.Option("--fail", help="Exit 1 when the result is undefined or empty.")] = False,
    fail_defined: Annotated[bool, typer.Option("--fail-defined", help="Exit 1 when there is a result.")] = False,
    capabilities: Annotated[
        Path | None, typer.Option(help="An OPA capabilities file: only its built-ins exist.")
    ] = None,
    now: Annotated[str, typer.Option(help="What the clock says: RFC 3339, or nanoseconds.")] = "",
    seed: Annotated[str, typer.Option(help="Seed for random numbers and UUIDs.")] = "",
    allow_net: Annotated[list[str] | None, typer.Option(help="A host that http.send may reach. Repeatable.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds the evaluation may take; 0: no limit.")] = 0.0,
    engine: Annotated[str, typer.Option(help="gatewright, or regopy for the second opinion.")] = "gatewright",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compile everything anew.")] = False,
) -> int:
    """Evaluate a Rego query against policies, data and an input; the output is opa eval's.

    \b
        gatewright eval 'data.shop.deny' -d policy/ -i pod.json
        gatewright eval '[x | some x in [1, 2, 3]; x > 1]' --format pretty
    """
    from gatewright.querying import QueryRequest, run_query

    request = QueryRequest(
        query=query,
        data=tuple(data or ()),
        input=input,
        stdin_input=stdin_input,
        format=format,
        package=package,
        imports=tuple(imports or ()),
        rego_version=rego_version,
        strict_builtin_errors=strict_builtin_errors,
        fail=fail,
        fail_defined=fail_defined,
        capabilities=capabilities,
        now=now,
        seed=seed or None,
        allow_net=tuple(allow_net or ()),
        timeout_s=timeout or None,
        engine=engine,
        cache=not no_cache,
    )
    return run_query(request)
