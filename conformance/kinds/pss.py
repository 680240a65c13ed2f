"""Pod Security fixtures: every Pod of pod-security-admission against our pss-baseline and pss-restricted.

`pass` files must pass the whole level at their version; `fail` files must fail for the control in their name. Where a
restricted check replaces the baseline one of that name, the replacement's verdict counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from conformance.suite import Case, Options
from gatewright import catalog
from gatewright.gatekeeper.host import Host
from gatewright.manifests import read_text

# Baseline control -> the restricted one that overrides it.
_REPLACED = {
    "capabilities_baseline": "capabilities_restricted",
    "hostpathvolumes": "restrictedvolumes",
    "procmount": "procmount_restricted",
    "seccompprofile_baseline": "seccompprofile_restricted",
}


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    """One case a file; the category is the level."""
    root = fixtures / "pod-security-admission"
    for file in sorted(root.glob("*/v*/*/*.yaml")):
        level, version, verdict = file.parts[-4:-1]
        if options.selects(level):
            yield Case(str(file.relative_to(root)), partial(_run, file, level, version, verdict))


def _run(file: Path, level: str, version: str, verdict: str) -> str | None:
    failed = _failed_controls(file, level, version)
    if verdict == "pass":
        return f"passes the level, but {', '.join(sorted(failed))} spoke" if failed else None
    control = re.sub(r"\d+$", "", file.stem)
    wanted = {control} | ({_REPLACED[control]} if level == "restricted" and control in _REPLACED else set())
    return None if failed & wanted else f"{control} is silent; spoke: {', '.join(sorted(failed)) or 'nothing'}"


def _failed_controls(file: Path, level: str, version: str) -> set[str]:
    host, controls = _host(level, version)
    found: set[str] = set()
    for document in read_text(file.read_bytes(), str(file)):
        if isinstance(document, Exception):
            raise document
        found |= {controls[violation.constraint.kind] for violation in host.review(document.value)}
    return found


@cache
def _host(level: str, version: str) -> tuple[Host, dict[str, str]]:
    """The level's policies at a version, and which control each constraint kind stands for."""
    name = f"pss-{level}"
    host = Host()
    for document in catalog.policy_set(name, parameters={"kubernetesVersion": version}):
        host.add(document)
    chosen = catalog.selections(catalog.standard(name))
    return host, {selection.rule.kind: selection.control.lower() for selection in chosen}
