"""What `gatewright check` makes of its options, and the common command lines read without typer.

Importing typer takes longer than checking an object. `quick` takes command lines that are plainly right; whatever
else there is, `--help` and mistakes above all, is left to typer, which explains it. A test holds the two equal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from gatewright.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from gatewright.checking.config import Config
    from gatewright.checking.waivers import Waiver


def run_check(
    *,
    manifests: Sequence[str],
    policy: Sequence[str] | None = None,
    format: Sequence[str] | None = None,
    output: Sequence[Path] | None = None,
    exclude: Sequence[str] | None = None,
    type: str = "",
    namespace: str = "",
    rule: Sequence[str] | None = None,
    exclude_rule: Sequence[str] | None = None,
    min_severity: str = "",
    kubernetes_version: str = "",
    deny_only: bool = False,
    fail_on: Sequence[str] | None = None,
    waivers: Sequence[str] | None = None,
    no_inline_waivers: bool = False,
    fail_on_stale: bool = False,
    baseline: str = "",
    write_baseline: Path | None = None,
    config: str = "",
    engine: str = "cel",
    enforcement_point: str = "",
    gator_compat: bool = False,
    no_mutate: bool = False,
    external_data: str = "",
    jobs: int = 0,
    timeout: float = 5.0,
    now: str = "",
    seed: str = "",
    allow_net: Sequence[str] | None = None,
    capabilities: str = "",
    no_excerpt: bool = False,
    no_cache: bool = False,
    no_result_cache: bool = False,
) -> int:
    """Check with these options, which are those of the command line: its exit code."""
    from gatewright.checking.request import CheckRequest
    from gatewright.checking.session import check as run

    kept = configured(config)
    formats, outputs = paired(tuple(format or kept.formats or ("text",)), tuple(output or ()))
    to_terminal = outputs[0] is None and sys.stdout.isatty()
    failing = tuple(fail_on or kept.fail_on or ("deny",))
    _refuse_mistyped(failing)
    waiver_files = (*kept.waivers, *(waivers or ()))
    baseline = baseline or kept.baseline
    request = CheckRequest(
        policies=tuple(policy or kept.policies),
        manifests=tuple(manifests),
        format=formats[0],
        output=outputs[0],
        also=formats[1:],
        also_outputs=tuple(path for path in outputs[1:] if path is not None),
        exclude=(*kept.exclude, *(exclude or ())),
        type=type,
        namespace=namespace or kept.namespace or "default",
        engine=engine,
        enforcement_point=enforcement_point,
        gator_compat=gator_compat,
        mutate=not no_mutate,
        kubernetes_version=kubernetes_version or kept.kubernetes_version or "latest",
        rules=tuple(rule or kept.rules),
        exclude_rules=(*kept.exclude_rules, *(exclude_rule or ())),
        min_severity=min_severity or kept.min_severity,
        actions=("deny",) if deny_only else (),
        fail_on=failing,
        fail_on_stale=fail_on_stale,
        waivers=read_waivers(waiver_files),
        inline_waivers=kept.inline_waivers and not no_inline_waivers,
        baseline=_baseline(baseline) if write_baseline is None else (),
        baseline_out=write_baseline,
        recording=write_baseline is not None,
        own_files=tuple(filter(None, (kept.file, *waiver_files, baseline, str(write_baseline or "")))),
        external_data=external_data,
        jobs=jobs,
        timeout_s=timeout or None,
        now=now,
        seed=seed,
        allow_net=tuple(allow_net or ()),
        capabilities=capabilities,
        cache=not no_cache,
        result_cache=not (no_cache or no_result_cache),
        excerpts=not no_excerpt and any(each in ("text", "junit") for each in formats),
        progress=sys.stderr.isatty(),
        colour=to_terminal and not os.environ.get("NO_COLOR"),
        parameters=dict(kept.parameters),
    )
    return run(request)


def paired(formats: tuple[str, ...], outputs: tuple[Path, ...]) -> tuple[tuple[str, ...], tuple[Path | None, ...]]:
    """Each format with where it goes: the first without an output, if there is one, goes to standard output."""
    for path in outputs:
        refuse_format(path)
    free = len(formats) - len(outputs)
    if free not in (0, 1):
        many = f"--format is given {len(formats)} times, --output {len(outputs)} times"
        hint = "with several, -f and -o come in pairs; the first format may go without one, to standard output"
        raise UsageError(many, hint=hint)
    return formats, (*(None for _ in range(free)), *outputs)


def refuse_format(output: Path) -> None:
    """`-o json` asks elsewhere for a format. Raises UsageError rather than write a file of that name."""
    from gatewright.report import FORMATS

    name = str(output)
    if name in FORMATS:
        raise UsageError(f"-o {name}: that is a format, not a file", hint=f"-f {name} is the format, -o FILE its place")


def _refuse_mistyped(actions: Sequence[str]) -> None:
    """A constraint may have actions of its own, but one that is nearly Gatekeeper's would never make a check fail."""
    for name in actions:
        if name not in _ACTIONS:
            from difflib import get_close_matches

            if close := get_close_matches(name, _ACTIONS, n=1):
                raise UsageError(f"no such enforcement action: {name!r}", hint=f"did you mean {close[0]}?")


_ACTIONS = ("deny", "warn", "dryrun")


def configured(path: str) -> Config:
    """The project's options: those of a file, or of gatewright.yaml where it lies."""
    from gatewright.checking.config import DEFAULT_FILE, Config, read_config

    # Most projects have none, and need not wait until YAML can be read.
    return read_config(path or DEFAULT_FILE) if path or os.path.isfile(DEFAULT_FILE) else Config()


def read_waivers(paths: Sequence[str]) -> tuple[Waiver, ...]:
    """The waivers of files; without any, nothing is imported."""
    if not paths:
        return ()
    from gatewright.checking import waivers

    return waivers.read_waivers(paths)


def _baseline(path: str) -> tuple[str, ...]:
    if not path:
        return ()
    from pathlib import Path

    from gatewright.checking.baseline import read_baseline

    return read_baseline(Path(path))
