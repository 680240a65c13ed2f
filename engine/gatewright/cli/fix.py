"""`gatewright fix`: apply the safe repairs."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
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
    min_severity: Annotated[str, typer.Option(help="Only library rules at least this severe.")] = "",
    kubernetes_version: Annotated[str, typer.Option(help="The version that rules assume.")] = "",
    waivers: Annotated[
        list[str] | None, typer.Option(help="A file of waivers: what they cover stays as it is. Repeatable.")
    ] = None,
    config: Annotated[str, typer.Option(help="The project's options (default: gatewright.yaml, where it lies).")] = "",
) -> int:
    """Apply the repairs that no program can mind, as the smallest edit that keeps comments and layout.

    Policies, rules and waivers are those of gatewright check. What was edited is checked again. Exit code 0: done;
    1: with --diff, there is something to repair; 2: something could not be read (the rest is repaired).
    """
    from pathlib import Path

    from gatewright.checking.request import CheckRequest
    from gatewright.cli._check import configured, read_waivers
    from gatewright.cli.boundary import print_error
    from gatewright.errors import GatewrightError
    from gatewright.fixing.session import fix_files
    from gatewright.report.writing import write_whole

    kept = configured(config)
    waiver_files = (*kept.waivers, *(waivers or ()))
    request = CheckRequest(
        policies=tuple(policy or kept.policies),
        manifests=tuple(manifests),
        exclude=(*kept.exclude, *(exclude or ())),
        rules=tuple(rule or kept.rules),
        exclude_rules=(*kept.exclude_rules, *(exclude_rule or ())),
        min_severity=min_severity or kept.min_severity,
        kubernetes_version=kubernetes_version or kept.kubernetes_version or "latest",
        waivers=read_waivers(waiver_files),
        inline_waivers=kept.inline_waivers,
        own_files=tuple(filter(None, (kept.file, *waiver_files))),
        parameters=dict(kept.parameters),
    )
    changed = failed = 0
    for fixed in fix_files(request, unsafe=unsafe):
        if isinstance(fixed, GatewrightError):
            failed += 1
            print_error(fixed)
            continue
        changed += fixed.changed
        if fixed.changed and diff:
            sys.stdout.write(fixed.diff())
        elif fixed.changed:
            write_whole(Path(fixed.file), fixed.after)
        if told := fixed.summary(written=not diff):
            print(f"{fixed.file}: {told}", file=sys.stderr)
    return 2 if failed else 1 if diff and changed else 0
