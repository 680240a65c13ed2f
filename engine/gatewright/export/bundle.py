"""Rules as a folder that can be applied: templates, constraints, SyncSet, a Kustomize base, a page of docs.

The result is text by file name and depends on nothing but its input, so that a repository can hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from gatewright import catalog
from gatewright.errors import ExportError
from gatewright.export import pages, template
from gatewright.export.yamltext import dump
from gatewright.records import record


@record(frozen=True, slots=True)
class ExportOptions:
    """How to write it. `enforcement_action` "" keeps what the set says."""

    legacy: bool = False
    enforcement_action: str = ""
    exclude_namespaces: tuple[str, ...] = ()
    suites: bool = False
    docs: bool = True


def export(
    selections: Iterable[catalog.Selection], options: ExportOptions, *, extra: Sequence[Any] = ()
) -> dict[str, str]:
    """File name → text. Raises ExportError for a rule that no cluster can run."""
    selections = list(selections)
    files: dict[str, str] = {}
    rules: dict[str, catalog.Rule] = {}
    for selection in selections:
        _require_cluster(selection.rule)
        rules[selection.rule.path] = selection.rule
    for rule in rules.values():
        files[f"templates/{rule.name}.yaml"] = dump(template.assemble(rule, legacy=options.legacy))
        if options.suites:
            files.update(_suite(rule, options))
    for selection in selections:
        files[f"constraints/{selection.name}.yaml"] = dump(_constraint(selection, options))
    for document in extra:
        folder = "templates" if document["kind"] == "ConstraintTemplate" else "constraints"
        files[f"{folder}/{document['metadata']['name']}.yaml"] = dump(document)
    synced = _sync_set(rules.values())
    if synced:
        files["syncset.yaml"] = dump(synced)
    files["kustomization.yaml"] = dump(_kustomization(files))
    if options.docs:
        files["README.md"] = "# Policies\n\n" + "\n".join(
            pages.rule_page(rule, level=2, brief=True) for rule in rules.values()
        )
    return dict(sorted(files.items()))


def write(files: dict[str, str], directory: Path) -> None:
    """Write the files; an ExportError when one lies in the way as something else."""
    for name, text in files.items():
        path = directory / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ExportError(f"cannot write {path}: {error.strerror}") from None


def selection_of(rule: catalog.Rule) -> catalog.Selection:
    """A rule on its own, with its defaults."""
    if rule.required:
        needed = ", ".join(rule.required)
        raise ExportError(f"{rule.path} needs the parameter {needed}", hint="name it in a PolicySet and export that")
    return catalog.Selection(rule=rule, control="", parameters={}, match=None, action="deny", name=rule.name)


def _require_cluster(rule: catalog.Rule) -> None:
    if not rule.in_cluster:
        kinds = ", ".join(target.partition(".")[0] for target in rule.targets)
        raise ExportError(f"{rule.path} cannot run in a cluster: it is about {kinds}, which no API server sees")


def _constraint(selection: catalog.Selection, options: ExportOptions) -> dict[str, Any]:
    document = template.constraint(
        selection.rule,
        name=selection.name,
        parameters=selection.parameters,
        match=selection.match,
        enforcement_action=options.enforcement_action or selection.action,
        control=selection.control,
    )
    if options.exclude_namespaces:
        document["spec"]["match"]["excludedNamespaces"] = list(options.exclude_namespaces)
    return document


def _sync_set(rules: Iterable[catalog.Rule]) -> dict[str, Any] | None:
    kinds = {tuple(gvk.values()): gvk for rule in rules for gvk in template.synced_kinds(rule)}
    if not kinds:
        return None
    return {
        "apiVersion": "syncset.gatekeeper.sh/v1alpha1",
        "kind": "SyncSet",
        "metadata": {"name": "gatewright"},
        "spec": {"gvks": [kinds[key] for key in sorted(kinds)]},
    }


def _kustomization(files: dict[str, str]) -> dict[str, Any]:
    listed = [
        name for name in sorted(files) if name.startswith(("templates/", "constraints/")) or name == "syncset.yaml"
    ]
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        # Templates first: a constraint's kind exists only once its template does.
        "resources": sorted(listed, key=lambda name: (not name.startswith("templates/"), name)),
    }


def _suite(rule: catalog.Rule, options: ExportOptions) -> dict[str, str]:
    """The rule's suite and samples as gator verify reads them."""
    import yaml

    folder = f"suites/{rule.name}"
    suite = yaml.safe_load((rule.directory / "suite.yaml").read_text(encoding="utf-8"))
    files = {
        f"{folder}/template.yaml": dump(template.assemble(rule, legacy=options.legacy)),
        f"{folder}/constraint.yaml": dump(template.constraint(rule)),
    }
    for test in suite["tests"]:
        test["template"] = "template.yaml"
        test.setdefault("constraint", "constraint.yaml")
    for sample in sorted((rule.directory / "samples").rglob("*.yaml")):
        name = sample.relative_to(rule.directory).as_posix()
        files[f"{folder}/{name}"] = sample.read_text(encoding="utf-8")
    files[f"{folder}/suite.yaml"] = dump(suite)
    return files
