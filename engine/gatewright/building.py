"""`gatewright build`: Rego files and templates → errors, or the Python they are compiled to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from gatewright.checking.placing import placed
from gatewright.errors import GatewrightError, ManifestError, UsageError

if TYPE_CHECKING:
    from gatewright.compiler import CompiledPolicy
    from gatewright.manifests import Document


def build_policies(
    paths: Sequence[Path],
    *,
    report: Callable[[GatewrightError], None],
    python: bool,
    entrypoint: str = "",
    rego_version: str = "v1",
    out: TextIO | None = None,
) -> int:
    """Compile everything under the paths; 0 when all of it compiles, else 2, each error having been reported."""
    out = out or sys.stdout
    rego, templates = _found(paths)
    failed = False
    count = 0
    for document, make in _jobs(rego, templates, entrypoint, rego_version):
        count += 1
        try:
            text = make(python)
        except GatewrightError as error:
            failed = True
            for one in (error,) if document is None else placed(error, document):
                report(one)
            continue
        if text:
            out.write(text)
    if not count:
        raise UsageError(f"no Rego files or ConstraintTemplates under {', '.join(map(str, paths))}")
    if not failed and not python:
        out.write(f"{count} compiled\n")
    return 2 if failed else 0


def _found(paths: Sequence[Path]) -> tuple[list[Path], list[Document]]:
    """The Rego files, and the documents that are templates."""
    from gatewright.manifests import find_files, read_paths, unpacked

    files = [Path(f) for f in find_files(paths, extensions=(".rego", ".yaml", ".yml", ".json"))]
    templates = []
    for item in read_paths([f for f in files if f.suffix != ".rego"]):
        if isinstance(item, ManifestError):
            raise item
        for document in unpacked(item):
            if isinstance(document.value, dict) and document.value.get("kind") == "ConstraintTemplate":
                templates.append(document)
    return [f for f in files if f.suffix == ".rego"], templates


def _jobs(
    rego: list[Path], templates: list[Document], entrypoint: str, rego_version: str
) -> Iterator[tuple[Document | None, Callable[[bool], str]]]:
    """What is compiled together: all Rego files, then each template."""
    if rego:
        yield None, partial(_build_rego, rego, entrypoint, rego_version)
    for template in templates:
        yield template, partial(_build_template, template.value)


def _build_rego(files: list[Path], entrypoint: str, rego_version: str, show: bool) -> str:
    from gatewright.compiler import compile_modules
    from gatewright.loading import read_text

    policy = compile_modules({str(f): read_text(f) for f in files}, rego_version=rego_version)
    if not show:
        return ""
    return _python(policy, [entrypoint] if entrypoint else _entrypoints(policy))


def _entrypoints(policy: CompiledPolicy) -> list[str]:
    """Without one named, every document that no other rule's name extends: the packages' rules, tests left out."""
    from gatewright.syntax.text import node_text

    names = []
    for module in policy.program.modules.values():
        package = node_text(module.package.path)
        for rule in module.rules:
            name = f"{package}.{rule.head.name}"
            if rule.head.name and rule.head.args is None and not rule.head.name.startswith("test_"):
                names.append(name)
    return list(dict.fromkeys(names))


def _python(policy: CompiledPolicy, entrypoints: Sequence[str]) -> str:
    from gatewright.codegen.link import source

    return "".join(f"# {name}\n{source(policy.entrypoint_unit(name).parts())}\n" for name in entrypoints)


def _build_template(document: dict[str, Any], show: bool) -> str:
    from gatewright.compiler import compile_modules
    from gatewright.gatekeeper.host import Host
    from gatewright.gatekeeper.regomodules import read_modules
    from gatewright.gatekeeper.regosource import ENTRYPOINT, read_source
    from gatewright.gatekeeper.template import REGO

    template = Host(cache=False).add_template(document)
    if not show:
        return ""
    if template.code_for(REGO) is None:
        return f"# {template.kind}: CEL only\n"
    rego = read_source(template)
    policy = compile_modules(read_modules(rego), rego_version=rego.dialect)
    return f"# {template.kind}\n{_python(policy, [ENTRYPOINT])}"
