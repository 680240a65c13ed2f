"""Rego as conftest runs it → Gatekeeper documents: `deny`, `warn` and `violation` rules whose `input` is the object.

Rules called `deny_…`, `warn_…` and `violation_…` count too; a result is a text, or an object with `msg`. The modules
travel as libraries below `lib.conftest`, and a template calls each package's rules with the object as input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gatewright.errors import ExportError, RegoErrors
from gatewright.records import record
from gatewright.syntax import parse_module
from gatewright.syntax.nodes import Module
from gatewright.syntax.text import node_text

# conftest's own default namespace.
MAIN = "main"

_RULE = re.compile(r"(deny|warn|violation)(_[A-Za-z0-9]+)*")
_ROOT = re.compile(r"""("(?:\\.|[^"\\\n])*"|`[^`]*`|\#[^\n]*)|\bdata\.([A-Za-z_]\w*)""")
# Gatekeeper refuses it, and v1 needs it not.
_IMPORT_V1 = re.compile(r"^[ \t]*import[ \t]+rego\.v1[ \t]*$", re.MULTILINE)
_PACKAGE = re.compile(r"^(\s*package\s+)", re.MULTILINE)
_ACTIONS = {"deny": "deny", "violation": "deny", "warn": "warn"}


@record(frozen=True, slots=True)
class _Policy:
    """A module, its package as text, its dialect, and its rules that conftest would ask."""

    file: Path
    text: str
    package: str
    version: str
    rules: tuple[str, ...]


def documents(files: Sequence[Path], *, only: str = "") -> list[dict[str, Any]]:
    """A template and a constraint for each package and action; none where no module of `only` has such rules.

    Raises ExportError for a file that cannot be read, RegoErrors for one that cannot be parsed.
    """
    policies = [_read(file) for file in files if not file.stem.endswith("_test")]
    asked = [policy for policy in policies if policy.rules and only in ("", policy.package)]
    roots = {policy.package.split(".")[0] for policy in policies}
    result: list[dict[str, Any]] = []
    for version in ("v0", "v1"):
        libs = [_as_library(policy, roots) for policy in policies if policy.version == version]
        own = [policy for policy in asked if policy.version == version]
        for package in dict.fromkeys(policy.package for policy in own):
            rules = sorted({rule for policy in own if policy.package == package for rule in policy.rules})
            result += _pairs(package, rules, libs, version)
    return result


def _read(file: Path) -> _Policy:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError(f"cannot read {file}: {error}") from None
    module, version = _parsed(text, file)
    names = dict.fromkeys(name for rule in module.rules if _RULE.fullmatch(name := rule.head.name))
    package = node_text(module.package.path).removeprefix("data.")
    return _Policy(file, text, package, version, tuple(names))


def _parsed(text: str, file: Path) -> tuple[Module, str]:
    """v1 first, as conftest does; what only v0 reads is v0."""
    try:
        return parse_module(text, file=str(file), rego_version="v1"), "v1"
    except RegoErrors as error:
        try:
            return parse_module(text, file=str(file), rego_version="v0"), "v0"
        except RegoErrors:
            raise error from None


def _as_library(policy: _Policy, roots: set[str]) -> str:
    """The module below `lib.conftest`, with its references to the others' packages."""

    def moved(match: re.Match[str]) -> str:
        text, root = match.group(1, 2)
        return text if text is not None else f"data.{'lib.conftest.' if root in roots else ''}{root}"

    text = _IMPORT_V1.sub("", _ROOT.sub(moved, policy.text))
    return _PACKAGE.sub(r"\1lib.conftest.", text, count=1)


def _pairs(package: str, rules: Sequence[str], libs: Sequence[str], version: str) -> Iterator[dict[str, Any]]:
    for action in dict.fromkeys(_ACTIONS[rule.split("_")[0]] for rule in rules):
        chosen = [rule for rule in rules if _ACTIONS[rule.split("_")[0]] == action]
        kind = "Conftest" + "".join(word.capitalize() for word in re.split(r"[._]", package)) + action.capitalize()
        source = {"version": version, "rego": _asking(package, chosen), "libs": list(libs)}
        yield {
            "apiVersion": "templates.gatekeeper.sh/v1",
            "kind": "ConstraintTemplate",
            "metadata": {"name": kind.lower()},
            "spec": {
                "crd": {"spec": {"names": {"kind": kind}}},
                "targets": [{"target": "admission.k8s.gatekeeper.sh", "code": [{"engine": "Rego", "source": source}]}],
            },
        }
        yield {
            "apiVersion": "constraints.gatekeeper.sh/v1beta1",
            "kind": kind,
            "metadata": {"name": package.replace(".", "-").replace("_", "-").lower()},
            "spec": {"enforcementAction": action, "match": {"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}]}},
        }


# Rego that both dialects read.
_ASKING = """\
package conftest

import future.keywords.contains
import future.keywords.if

{calls}
result(found) = {{"msg": found}} if is_string(found)

result(found) = {{"msg": found.msg, "details": object.remove(found, ["msg"])}} if is_object(found)
"""
_CALL = """\
violation contains result(found) if {{
	data.lib.conftest.{package}.{rule}[found] with input as input.review.object
}}
"""


def _asking(package: str, rules: Sequence[str]) -> str:
    return _ASKING.format(calls="\n".join(_CALL.format(package=package, rule=rule) for rule in rules))
