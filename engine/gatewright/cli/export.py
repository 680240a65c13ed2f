"""`gatewright export`: rules as Gatekeeper documents."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    import typer


def export(
    names: Annotated[list[str], typer.Argument(help="Policy sets, rules, or files and directories of Rego.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The directory; else standard output.")] = None,
    legacy: Annotated[bool, typer.Option(help="Write the old fields rego and libs in place of code.")] = False,
    enforcement_action: Annotated[str, typer.Option(help="deny, warn or dryrun, for every constraint.")] = "",
    exclude_namespace: Annotated[
        list[str] | None, typer.Option(help="A namespace that no constraint looks at. Repeatable.")
    ] = None,
    suites: Annotated[bool, typer.Option(help="Add each rule's suite, for gator verify.")] = False,
    rule: Annotated[list[str] | None, typer.Option(help="Only rules like this (glob). Repeatable.")] = None,
    exclude_rule: Annotated[list[str] | None, typer.Option(help="No rules like this. Repeatable.")] = None,
    min_severity: Annotated[str, typer.Option(help="At least this severe.")] = "",
    kubernetes_version: Annotated[str, typer.Option(help="The version that rules assume.")] = "",
) -> int:
    """Export policy sets, single rules, or any Rego packages with METADATA to Gatekeeper.

    A rule that no cluster can run (one about Dockerfiles, say) is refused when it is named, and left out, with a note,
    when a set brings it.

    \b
        gatewright export pss-restricted -o gatekeeper/
        gatewright export pod/privileged > privileged.yaml
    """
    from gatewright.export.bundle import ExportOptions, write
    from gatewright.export.request import ExportRequest, run

    request = ExportRequest(
        names=tuple(names),
        options=ExportOptions(legacy, enforcement_action, tuple(exclude_namespace or ()), suites),
        include=tuple(rule or ()),
        exclude=tuple(exclude_rule or ()),
        min_severity=min_severity,
        kubernetes_version=kubernetes_version,
    )
    files, notes = run(request)
    for note in notes:
        print(note, file=sys.stderr)
    if output is None:
        documents = [text for name, text in files.items() if name.endswith(".yaml") and not name.startswith("suites/")]
        sys.stdout.write("---\n".join(text for text in documents if "kind: Kustomization" not in text))
    else:
        write(files, output)
        print(f"{len(files)} files in {output}", file=sys.stderr)
    return 0
