"""`gatewright fix`: apply the safe repairs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fix(
    manifests: Annotated[list[str], typer.Argument(help="Files and directories (recursive).")],
    policy: Annotated[
        list[str] | None, typer.Option("--policy", "-p", help="Policies, or the name of a shipped set. Repeatable.")
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change; write nothing.")] = False,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Also repairs that take rights away which a program may need.")
    ] = False,
    exclude: Annotated[list[str] | None, typer.Option(help="Leave out paths like this. Repeatable.")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Only rules like this (glob). Repeatable.")] = None,
    exclude_rule: Annotated[list[str] | None, typer.Option(help="No rules like this. Repeatable.")] = None,
    kubernetes_version: Annotated[str, typer.Option(help="The version that rules assume.")] = "latest",
) -> int:
    """Apply the repairs that no program can mind, as the smallest edit that keeps comments and layout.

    What was edited is checked again. With --diff the exit code is 1 when there is something to repair.
    """
    from gatewright.checking.request import CheckRequest
    from gatewright.fixing.session import fix_files

    request = CheckRequest(
        policies=tuple(policy or ()),
        manifests=tuple(manifests),
        exclude=tuple(exclude or ()),
        rules=tuple(rule or ()),
        exclude_rules=tuple(exclude_rule or ()),
        kubernetes_version=kubernetes_version,
    )
    changed = 0
    for fixed in fix_files(request, unsafe=unsafe):
        if not fixed.changed:
            continue
        changed += 1
        if diff:
            typer.echo(fixed.diff(), nl=False)
            continue
        with Path(fixed.file).open("w", encoding="utf-8", newline="") as handle:
            handle.write(fixed.after)
        typer.echo(f"{fixed.file}: {len(fixed.messages)} repaired", err=True)
    return 1 if diff and changed else 0
