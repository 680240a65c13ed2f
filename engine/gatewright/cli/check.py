"""`gatewright check`: manifests against policies."""

from __future__ import annotations

from gatewright.cli._check import run_check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    import typer


def check(
    manifests: Annotated[list[str], typer.Argument(help="Files, directories (recursive), or - for standard input.")],
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            "-p",
            help="Policy files, directories, images (oci:PATH, oci://HOST/REPO), or a set's name. Repeatable.",
        ),
    ] = None,
    format: Annotated[
        list[str] | None,
        typer.Option("--format", "-f", help="text (default), json, yaml, junit, sarif, github or gitlab. Repeatable."),
    ] = None,
    output: Annotated[
        list[Path] | None, typer.Option("--output", "-o", help="Write the report to this file. One for each format.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="Leave out paths like this (gitignore patterns). Repeatable.")
    ] = None,
    type: Annotated[
        str,
        typer.Option(help="What the inputs are: kubernetes, dockerfile, workflow, falco, prometheus, kustomization…"),
    ] = "",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="Where objects go that name no namespace (default: default).")
    ] = "",
    rule: Annotated[list[str] | None, typer.Option(help="Only library rules like this (glob). Repeatable.")] = None,
    exclude_rule: Annotated[list[str] | None, typer.Option(help="No library rules like this. Repeatable.")] = None,
    min_severity: Annotated[
        str, typer.Option(help="Only library rules at least this severe: info, low, medium, high, critical.")
    ] = "",
    kubernetes_version: Annotated[
        str, typer.Option(help="The Kubernetes version that library rules assume, such as 1.31 (default: latest).")
    ] = "",
    deny_only: Annotated[bool, typer.Option("--deny-only", help="Show only violations that deny.")] = False,
    fail_on: Annotated[
        list[str] | None, typer.Option(help="Enforcement actions that make the exit code 1 (default: deny).")
    ] = None,
    waivers: Annotated[
        list[str] | None, typer.Option(help="A file of waivers: violations somebody answers for. Repeatable.")
    ] = None,
    no_inline_waivers: Annotated[
        bool, typer.Option("--no-inline-waivers", help="Do not let objects waive rules by annotations.")
    ] = False,
    fail_on_stale: Annotated[
        bool, typer.Option("--fail-on-stale", help="Exit 1 for waivers and baseline entries that cover nothing.")
    ] = False,
    baseline: Annotated[str, typer.Option(help="Findings that were there before, which do not count.")] = "",
    write_baseline: Annotated[
        Path | None, typer.Option(help="Write all findings to this file, as a baseline, and exit 0.")
    ] = None,
    config: Annotated[str, typer.Option(help="The project's options (default: gatewright.yaml, where it lies).")] = "",
    engine: Annotated[
        str,
        typer.Option(
            help="For templates in both languages: cel (as Gatekeeper), rego, or both, to see where they differ."
        ),
    ] = "cel",
    enforcement_point: Annotated[
        str, typer.Option(help="Whose scoped actions apply, such as validation.gatekeeper.sh.")
    ] = "",
    gator_compat: Annotated[
        bool, typer.Option("--gator-compat", help="Answer as gator test does, quirks included, not as a cluster.")
    ] = False,
    no_mutate: Annotated[
        bool, typer.Option("--no-mutate", help="Review objects as written, not as the mutators given leave them.")
    ] = False,
    external_data: Annotated[str, typer.Option(help="A file with the answers of external data providers.")] = "",
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0 chooses by the input's size.")] = 0,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds one review may take; 0: no limit.")] = 5.0,
    now: Annotated[str, typer.Option(help="What the clock says: RFC 3339, or nanoseconds.")] = "",
    seed: Annotated[str, typer.Option(help="Seed for random numbers and UUIDs.")] = "",
    allow_net: Annotated[list[str] | None, typer.Option(help="A host that http.send may reach. Repeatable.")] = None,
    capabilities: Annotated[
        str, typer.Option(help="An OPA capabilities file: of Rego's built-ins only its own exist.")
    ] = "",
    no_excerpt: Annotated[bool, typer.Option("--no-excerpt", help="Do not show the lines in text output.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep nothing: compile and evaluate anew.")] = False,
    no_result_cache: Annotated[
        bool, typer.Option("--no-result-cache", help="Keep compiled policies, but evaluate everything anew.")
    ] = False,
) -> int:
    """Check manifests against policies: Gatekeeper templates and constraints, or shipped sets of rules.

    Templates and constraints met among the manifests are policies too. Without -p the shipped set pss-restricted is
    used. Exit code 0: nothing denied; 1: violations; 2: something could not be read; 3: a bug of ours.

    \b
        gatewright check deploy/
        gatewright check -p policies/ -p pss-baseline deploy/ --exclude 'charts/**'
        kustomize build . | gatewright check -p policies/ - --format sarif --output results.sarif
        gatewright check deploy/ -f text -f junit -o junit.xml --waivers waivers.yaml
    """
    return run_check(**locals())
