"""A library rule as the documents Gatekeeper takes: ConstraintTemplate and constraint, assembled, never stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from gatewright import catalog
from gatewright.errors import ExportError

TARGET = "admission.k8s.gatekeeper.sh"

_IMPORT = re.compile(r"^import data\.(lib|library)\.([\w.]+)[ \t]*(?:as \w+)?[ \t]*$", re.MULTILINE)
_LIBRARY_IMPORT = re.compile(r"^import data\.library\.", re.MULTILINE)
_PACKAGE = re.compile(r"^package .*$", re.MULTILINE)
_FUTURE_KEYWORDS = "\n".join(f"import future.keywords.{word}" for word in ("contains", "every", "if", "in"))


def assemble(rule: catalog.Rule, *, legacy: bool = False) -> dict[str, Any]:
    """The rule's ConstraintTemplate with the library modules it needs, and no others.

    `legacy` writes the fields `rego` and `libs`, which Gatekeeper reads as Rego v0, in place of `code`.
    """
    source, libs = modules(rule)
    if legacy:
        engine: dict[str, Any] = {"rego": _as_v0(source), "libs": [_as_v0(text) for text in libs]}
    else:
        engine = {"code": [{"engine": "Rego", "source": {"version": "v1", "rego": source, "libs": libs}}]}
    for holder in (engine, *(entry["source"] for entry in engine.get("code", ()))):
        if holder.get("libs") == []:
            del holder["libs"]
    return {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": rule.kind.lower(), "annotations": _annotations(rule)},
        "spec": {
            "crd": {"spec": {"names": {"kind": rule.kind}, "validation": {"openAPIV3Schema": schema(rule)}}},
            "targets": [{"target": TARGET, **engine}],
        },
    }


def schema(rule: catalog.Rule) -> dict[str, Any]:
    """The structural schema of the rule's parameters."""
    result: dict[str, Any] = {"type": "object"}
    if rule.parameters:
        result["properties"] = {name: dict(body) for name, body in rule.parameters.items()}
    if rule.required:
        result["required"] = list(rule.required)
    return result


def constraint(
    rule: catalog.Rule,
    *,
    name: str = "",
    parameters: Mapping[str, Any] | None = None,
    match: Mapping[str, Any] | None = None,
    enforcement_action: str = "deny",
    control: str = "",
) -> dict[str, Any]:
    """A constraint of the rule's kind; without `match` it takes the kinds that the rule is about."""
    metadata: dict[str, Any] = {"name": name or rule.name}
    if control:
        metadata["annotations"] = {"gatewright.dev/control": control}
    spec: dict[str, Any] = {
        "enforcementAction": enforcement_action,
        "match": {"kinds": catalog.kinds(rule.targets), **(match or {})},
    }
    if parameters:
        spec["parameters"] = dict(parameters)
    return {
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": rule.kind,
        "metadata": metadata,
        "spec": spec,
    }


def modules(rule: catalog.Rule) -> tuple[str, list[str]]:
    """The rule's module and, in a stable order, the shared ones it reaches."""
    library = rule.library or catalog.library_dir()
    source = _module(rule.source)
    needed: dict[str, str] = {}
    _collect(source, library, needed)
    return source, [needed[name] for name in sorted(needed)]


def _collect(source: str, library: Path, needed: dict[str, str]) -> None:
    for name in _imports(source):
        if name in needed:
            continue
        file = _file_of(name, library)
        text = _module(file)
        needed[name] = text
        _collect(text, library, needed)


def _imports(source: str) -> Iterator[str]:
    for match in _IMPORT.finditer(source):
        room, name = match.group(1), match.group(2)
        # A rule that another rule builds on travels as a module below `lib`, the only place Gatekeeper allows.
        yield name if room == "lib" else f"library.{name}"


def _file_of(name: str, library: Path) -> Path:
    # A library of the user's own may build on the modules of ours.
    for root in (library, catalog.library_dir()):
        parts = name.removeprefix("library.").split(".")
        if name.startswith("library."):
            # data.lib.library.pod.privileged is library/pod/privileged/rule.rego
            file = root.joinpath(*parts, "rule.rego")
        else:
            file = root.joinpath("lib", *parts).with_suffix(".rego")
        if file.is_file():
            return file
    raise ExportError(f"the module data.lib.{name} is neither in {library} nor in ours")


@cache
def _module(file: Path) -> str:
    """A module's text without its METADATA, named as Gatekeeper wants modules named."""
    lines = file.read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("package "))
    text = "\n".join(lines[start:]).strip() + "\n"
    if text.startswith("package library."):
        text = "package lib." + text.removeprefix("package ")
    return _spaced(_LIBRARY_IMPORT.sub("import data.lib.library.", text))


def _spaced(text: str) -> str:
    """Spaces in place of the tabs that indent, which YAML's block text does not hold well; not within raw strings."""
    if any("\n\t" in match.group(0) for match in _STRING_OR_COMMENT.finditer(text)):
        return text
    return _INDENT.sub(lambda match: "  " * len(match.group(0)), text)


_INDENT = re.compile(r"^\t+", re.MULTILINE)
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`]*`|#[^\n]*')


def _as_v0(text: str) -> str:
    """The same module for a Rego v0 parser: the keywords come from future.keywords."""
    return _PACKAGE.sub(lambda match: f"{match.group(0)}\n\n{_FUTURE_KEYWORDS}", text, count=1)


def _annotations(rule: catalog.Rule) -> dict[str, str]:
    annotations = {
        "description": rule.description or rule.title,
        "gatewright.dev/fix": rule.fix,
        "gatewright.dev/id": rule.id,
        "gatewright.dev/rule": rule.path,
        "gatewright.dev/severity": rule.severity,
        "metadata.gatekeeper.sh/title": rule.title,
        "metadata.gatekeeper.sh/version": "1.0.0",
    }
    if rule.sync:
        annotations["metadata.gatekeeper.sh/requires-sync-data"] = sync_annotation(rule)
    return annotations


def sync_annotation(rule: catalog.Rule) -> str:
    """Gatekeeper's requires-sync-data: every kind is needed, so each is a list of one."""
    import json

    needs = [
        [{"groups": [gvk["group"]], "versions": [gvk["version"]], "kinds": [gvk["kind"]]}] for gvk in synced_kinds(rule)
    ]
    return f'"{json.dumps(needs)}"'


def synced_kinds(rule: catalog.Rule) -> list[dict[str, str]]:
    """`sync: [v1/Service, apps/v1/Deployment]` as group, version and kind."""
    result = []
    for entry in rule.sync:
        *group, version, kind = entry.split("/")
        result.append({"group": "/".join(group), "version": version, "kind": kind})
    return result
