"""`gatewright fmt`: Rego laid out as `opa fmt` does, in files and inside ConstraintTemplates."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    import typer


def fmt(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Rego files, template YAML files, or directories; none or - reads standard input."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", "--fail", help="Change nothing; exit 1 when a file would change.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", "-l", help="Only name the files that would change.")] = False,
    diff: Annotated[bool, typer.Option("--diff", "-d", help="Show what would change.")] = False,
    write: Annotated[bool, typer.Option("--write", "-w", help="Write the result to the files.")] = False,
    rego_version: Annotated[str, typer.Option(help="What Rego files are read as: v0, v1 or v2.")] = "v1",
    to: Annotated[
        str | None,
        typer.Option(help="Rewrite Rego files for this dialect: v1, v2, or v0v1, v0v2, v1v2 for text that is both."),
    ] = None,
    drop_imports: Annotated[
        bool,
        typer.Option(
            "--drop-imports",
            "--drop-v0-imports",
            help="Drop rego.v1 and future.keywords imports that say nothing.",
        ),
    ] = False,
    v0_compatible: Annotated[bool, typer.Option(help="As in opa fmt: read Rego v0.")] = False,
    v1_compatible: Annotated[bool, typer.Option(help="As in opa fmt: read Rego v1.")] = False,
    v0_v1: Annotated[
        bool, typer.Option("--v0-v1", help="As in opa fmt: read v0, write what is both v0 and v1.")
    ] = False,
) -> int:
    """Format Rego, comments kept. In templates only the lines of Rego change, and keep their dialect.

    Exit code 0: fine; 1: a file would change (with --check); 2: a file that cannot be read or parsed.

    \b
        gatewright fmt policies/ --check --diff
        gatewright fmt policies/ --write
        gatewright fmt old.rego --rego-version v0 --to v1 --drop-imports
        gatewright fmt old.rego --v0-v1 --write
    """
    from pathlib import Path

    from gatewright.cli.boundary import print_error
    from gatewright.errors import UsageError
    from gatewright.syntax.files import FormatOptions, difference, format_files, format_text, opa_dialects
    from gatewright.syntax.files import write as write_file

    if v0_compatible or v1_compatible or v0_v1:
        if to is not None or rego_version != "v1":
            raise UsageError("--v0-compatible, --v1-compatible and --v0-v1 exclude --rego-version and --to")
        rego_version, to = opa_dialects(v0_compatible, v1_compatible, v0_v1)
    options = FormatOptions(rego_version, to, drop_imports)
    stdin = not paths or paths == [Path("-")]
    if stdin:
        results = iter((format_text(sys.stdin.read(), "stdin", options),))
    else:
        results = format_files(paths or (), options)
    changed = failed = False
    for result in results:
        if result.error is not None:
            failed = True
            print_error(result.error)
            continue
        changed = changed or result.changed
        if diff:
            sys.stdout.write(difference(result))
        elif (check or list_) and result.changed:
            sys.stdout.write(f"{result.path}\n")
        if write and not stdin and not (check or list_) and result.changed:
            write_file(result)
        elif not (diff or check or list_ or write) or (stdin and write):
            sys.stdout.write(result.after)
    if failed:
        return 2
    return 1 if check and changed else 0
