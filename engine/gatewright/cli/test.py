"""`gatewright test`: Gatekeeper suites and Rego `test_` rules."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    import typer


def test(
    paths: Annotated[
        list[Path], typer.Argument(help="Suite files, Rego files, or directories (searched recursively).")
    ],
    run: Annotated[
        str, typer.Option("--run", "-r", help="Only tests and cases whose name matches, or test//case (RE2).")
    ] = "",
    format: Annotated[str, typer.Option("--format", "-f", help="text, json or junit.")] = "text",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the report to this file.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every test, and what policies print.")] = False,
    engine: Annotated[str, typer.Option(help="cel, rego or both, for templates that have both engines.")] = "cel",
    rego_version: Annotated[str, typer.Option(help="v0 or v1, for Rego files.")] = "v1",
    data: Annotated[
        list[str] | None, typer.Option("--data", "-d", help="More data for Rego tests, as for eval. Repeatable.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="Leave out files and directories with such names. Repeatable.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds one Rego test or review may take; 0: no limit.")] = 5.0,
    now: Annotated[str, typer.Option(help="What the clock says: RFC 3339, or nanoseconds.")] = "",
    seed: Annotated[str, typer.Option(help="Seed for random numbers and UUIDs.")] = "",
    allow_net: Annotated[list[str] | None, typer.Option(help="A host that http.send may reach. Repeatable.")] = None,
    capabilities: Annotated[
        str, typer.Option(help="An OPA capabilities file: of Rego's built-ins only its own exist.")
    ] = "",
    coverage: Annotated[bool, typer.Option(help="Say which lines of Rego the Rego tests reached.")] = False,
    coverage_file: Annotated[
        Path | None, typer.Option(help="Write coverage here: LCOV, or JSON when the name ends in .json.")
    ] = None,
    threshold: Annotated[float, typer.Option(help="Fail when coverage is below this many per cent.")] = 0.0,
    explain: Annotated[
        str, typer.Option(help="Show how what fails is evaluated: full, notes, fails, debug or off.")
    ] = "off",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compile everything anew.")] = False,
) -> int:
    """Run policy tests: Gatekeeper suites (as gator verify does) and Rego unit tests (as opa test does).

    JSON and YAML that is neither a suite nor an object of Kubernetes is data for the Rego tests.
    Exit code 0: all passed; 1: a test failed, or coverage is too low; 2: nothing ran, or a file cannot be read.

    \b
        gatewright test policies/
        gatewright test policies/required-labels/suite.yaml --run 'missing//owner' -v
        gatewright test policies/ --coverage --threshold 80 --format junit --output tests.xml
    """
    from gatewright.cli._check import refuse_format
    from gatewright.harness.session import TestRequest, run_tests

    if output is not None:
        refuse_format(output)
    request = TestRequest(
        paths=tuple(paths),
        run=run,
        format=format,
        output=output,
        verbose=verbose,
        engine=engine,
        rego_version=rego_version,
        data=tuple(data or ()),
        ignore=tuple(ignore or ()),
        timeout_s=timeout or None,
        now=now,
        seed=seed,
        allow_net=tuple(allow_net or ()),
        capabilities=capabilities,
        coverage=coverage or coverage_file is not None or threshold > 0,
        coverage_file=coverage_file,
        threshold=threshold,
        cache=not no_cache,
        explain=explain,
    )
    return run_tests(request)
