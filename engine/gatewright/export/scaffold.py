"""The folder of a new rule, complete and green from the start: there is only text to change."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from gatewright import catalog
from gatewright.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")

_RULE = Template("""\
# METADATA
# title: $title
# custom:
#   id: $id
#   severity: $severity
#   targets:
#   - $target
#   why: Say what goes wrong when an object does this.
#   fix: Say what to write instead.
package library.$family.$thing

import data.lib.finding

violation contains finding.at(["metadata", "annotations", "example.com/forbidden"], [], msg) if {
	input.review.object.metadata.annotations["example.com/forbidden"]
	msg := sprintf("%s %q does what it should not", [input.review.object.kind, input.review.object.metadata.name])
}
""")

_SUITE = Template("""\
apiVersion: test.gatekeeper.sh/v1alpha1
kind: Suite
metadata:
  name: $dashed
tests:
- name: default
  template: rule.rego
  cases:
  - name: plain
    object: samples/pass/plain.yaml
    assertions:
    - violations: no
  - name: forbidden
    object: samples/fail/forbidden.yaml
    assertions:
    - violations: 1
""")

_SAMPLE = Template("""\
apiVersion: $api_version
kind: $kind
metadata:
  name: shop
  namespace: shop
""")

_WORKLOAD = """\
spec:
  containers:
  - name: app
    image: registry.example.com/shop/app:1.2.3
"""


def new_rule(what: str, name: str, directory: Path | None, target: str, severity: str) -> list[Path]:
    """Write the folder; the files written. Raises UsageError for a name that is taken or does not fit."""
    if what != "rule":
        raise UsageError(f"cannot make a new {what!r}", hint="gatewright new rule family/name")
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no rule name", hint="family/thing_forbidden, in lower case with _")
    if severity not in catalog.SEVERITIES:
        raise UsageError(f"no such severity: {severity!r}", hint=f"there are {', '.join(catalog.SEVERITIES)}")
    root = directory or catalog.library_dir()
    folder = root / name
    if folder.exists():
        raise UsageError(f"{folder} exists already")
    files = _files(name, target, severity)
    written = []
    for relative, text in files.items():
        path = folder / relative
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from None
        written.append(path)
    return written


def _files(name: str, target: str, severity: str) -> dict[str, str]:
    family, thing = name.split("/")
    sample = _sample(target)
    names = {
        "title": thing.replace("_", " ").capitalize(),
        "id": f"{family.upper()}-{thing.upper()}".replace("_", "-"),
        "severity": severity,
        "target": target,
        "family": family,
        "thing": thing,
        "dashed": name.replace("/", "-").replace("_", "-"),
    }
    forbidden = sample.replace(
        "  namespace: shop\n", '  namespace: shop\n  annotations:\n    example.com/forbidden: "yes"\n'
    )
    return {
        "rule.rego": _RULE.substitute(names),
        "suite.yaml": _SUITE.substitute(names),
        "samples/pass/plain.yaml": sample,
        "samples/fail/forbidden.yaml": forbidden,
    }


def _sample(target: str) -> str:
    if target == "workload":
        return _SAMPLE.substitute(api_version="v1", kind="Pod") + _WORKLOAD
    kind, _, group = target.partition(".")
    return _SAMPLE.substitute(api_version=f"{group}/v1" if group else "v1", kind=kind)
