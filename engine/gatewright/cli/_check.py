"""What `gatewright check` makes of its options, and the common command lines read without typer.

Importing typer takes longer than checking an object. `quick` takes command lines that are plainly right; whatever
else there is, `--help` and mistakes above all, is left to typer, which explains it. A test holds the two equal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def run_check(
    *,
    manifests: Sequence[str],
    policy: Sequence[str] | None = None,
    format: str = "text",
    output: Path | None = None,
    exclude: Sequence[str] | None = None,
    type: str = "",
    namespace: str = "default",
    rule: Sequence[str] | None = None,
    exclude_rule: Sequence[str] | None = None,
    min_severity: str = "",
    kubernetes_version: str = "latest",
    deny_only: bool = False,
    fail_on: Sequence[str] | None = None,
    engine: str = "cel",
    enforcement_point: str = "",
    gator_compat: bool = False,
    external_data: str = "",
    jobs: int = 0,
    timeout: float = 5.0,
    no_excerpt: bool = False,
    no_cache: bool = False,
    no_result_cache: bool = False,
) -> int:
    """Check with these options, which are those of the command line: its exit code."""
    from gatewright.checking.request import CheckRequest
    from gatewright.checking.session import check as run

    to_terminal = output is None and sys.stdout.isatty()
    request = CheckRequest(
        policies=tuple(policy or ()),
        manifests=tuple(manifests),
        format=format,
        output=output,
        exclude=tuple(exclude or ()),
        type=type,
        namespace=namespace,
        engine=engine,
        enforcement_point=enforcement_point,
        gator_compat=gator_compat,
        kubernetes_version=kubernetes_version,
        rules=tuple(rule or ()),
        exclude_rules=tuple(exclude_rule or ()),
        min_severity=min_severity,
        actions=("deny",) if deny_only else (),
        fail_on=tuple(fail_on or ("deny",)),
        external_data=external_data,
        jobs=jobs,
        timeout_s=timeout or None,
        cache=not no_cache,
        result_cache=not (no_cache or no_result_cache),
        excerpts=format in ("text", "junit") and not no_excerpt,
        progress=sys.stderr.isatty(),
        colour=to_terminal and not os.environ.get("NO_COLOR"),
    )
    return run(request)


# What quick understands: options with a value, options without one. Values are converted as typer does.
_REPEATED = {
    "--exclude": "exclude",
    "--exclude-rule": "exclude_rule",
    "--fail-on": "fail_on",
    "--policy": "policy",
    "--rule": "rule",
    "-p": "policy",
}
_SINGLE = {
    "--engine": "engine",
    "--enforcement-point": "enforcement_point",
    "--external-data": "external_data",
    "--format": "format",
    "--jobs": "jobs",
    "--kubernetes-version": "kubernetes_version",
    "--min-severity": "min_severity",
    "--namespace": "namespace",
    "--output": "output",
    "--timeout": "timeout",
    "--type": "type",
    "-f": "format",
    "-j": "jobs",
    "-n": "namespace",
    "-o": "output",
}
_SWITCHES = {
    "--deny-only": "deny_only",
    "--gator-compat": "gator_compat",
    "--no-cache": "no_cache",
    "--no-excerpt": "no_excerpt",
    "--no-result-cache": "no_result_cache",
}
_CONVERTED: dict[str, Any] = {"jobs": int, "timeout": float, "output": Path}


def quick(argv: Sequence[str]) -> dict[str, Any] | None:
    """The options of a command line for `run_check`; None for one to be left to typer."""
    options: dict[str, Any] = {}
    manifests: list[str] = []
    rest = iter(argv)
    for word in rest:
        if word == "-" or not word.startswith("-"):
            manifests.append(word)
        elif word in _SWITCHES:
            options[_SWITCHES[word]] = True
        else:
            name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
            if not equals:
                value = next(rest, "-")
            if value.startswith("-") or not _take(options, name, value):
                return None
    if not manifests:
        return None
    return {"manifests": manifests, **options}


def _take(options: dict[str, Any], name: str, value: str) -> bool:
    if name in _REPEATED:
        options.setdefault(_REPEATED[name], []).append(value)
        return True
    if name not in _SINGLE:
        return False
    option = _SINGLE[name]
    try:
        options[option] = _CONVERTED.get(option, str)(value)
    except ValueError:
        return False
    return True
