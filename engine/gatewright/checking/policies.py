"""Policies from the command line → a Host: files, directories and names of shipped sets, each error with its place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from gatewright.checking.fingerprint import REGO, is_path
from gatewright.checking.request import CheckRequest
from gatewright.errors import GatewrightError, ManifestError, UsageError
from gatewright.gatekeeper import kube
from gatewright.manifests import Document, find_files, read_paths, unpacked
from gatewright.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.codegen.cache import CodeCache
    from gatewright.gatekeeper.host import Host

DEFAULT_SET = "pss-restricted"
_POLICY_GROUPS = ("constraints.gatekeeper.sh", "templates.gatekeeper.sh")


@record(slots=True)
class Policies:
    """The documents that make up the policies, and what could not be read; `notices` are said once to the user.

    `uses_catalog`: rules that are shipped with gatewright are among them.
    """

    documents: list[Document] = field(default_factory=list)
    errors: list[GatewrightError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    uses_catalog: bool = False


def read_policies(request: CheckRequest) -> Policies:
    """Read what `-p` names. Raises UsageError for a name that is neither a path nor a set, and for rules left out or
    asked for that are not there."""
    if request.rules or request.exclude_rules or request.min_severity:
        from gatewright import catalog

        catalog.check_selection((*request.rules, *request.exclude_rules), request.min_severity)
    policies = Policies()
    policies.notices += _unknown_parameters(request)
    names = request.policies
    if not names:
        names = (DEFAULT_SET,)
        policies.notices.append(f"no policy given: checking against the set {DEFAULT_SET} (see gatewright rules)")
    for name in names:
        if is_path(name):
            _read_files(name, request, policies)
        else:
            policies.uses_catalog = True
            policies.documents += [Document(value, f"set {name}") for value in _shipped(name, request)]
            policies.notices += _manual(name)
    policies.notices += _replaced(policies.documents)
    return policies


def _replaced(documents: Iterable[Document]) -> list[str]:
    """What is said of templates and constraints that others of their name take the place of, and that differ.

    The last one counts, as it does for who applies them to a cluster one after the other.
    """
    last: dict[tuple[str, str, str], Document] = {}
    replaced: dict[tuple[str, str], list[str]] = {}
    for document in documents:
        gvk = kube.gvk_of(document.value)
        if gvk.group not in _POLICY_GROUPS:
            continue
        name = kube.name_of(document.value)
        before = last.get((gvk.group, gvk.kind, name))
        last[gvk.group, gvk.kind, name] = document
        if before is not None and not kube.same(before.value.get("spec"), document.value.get("spec")):
            replaced.setdefault((before.file, document.file), []).append(f"{gvk.kind}/{name}")
    return [_told_of(names, *files) for files, names in replaced.items()]


def _told_of(names: list[str], before: str, after: str) -> str:
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    one = "is" if len(names) == 1 else "are"
    where = f"by another of the same name in {after}" if len(names) == 1 else f"by others of the same names in {after}"
    return f"warning: {shown} of {before} {one} replaced {where}"


# How many names a notice tells before it counts.
_SHOWN = 3


def _read_files(path: str, request: CheckRequest, policies: Policies) -> None:
    if os.path.isdir(path) or path.endswith(REGO):
        _read_rego(path, policies)
    if path.endswith(REGO):
        return
    for item in read_paths([path]):
        if isinstance(item, ManifestError):
            policies.errors.append(item)
            continue
        for document in unpacked(item):
            if _is_set(document.value):
                policies.uses_catalog = True
                policies.documents += [Document(v, document.file) for v in _expanded(document.value, request)]
            elif not (_is_object(document.value) or request.gator_compat):
                policies.errors.append(_stray(document))
            else:
                policies.documents.append(document)


def _read_rego(path: str, policies: Policies) -> None:
    """Rego as conftest runs it: any package of a file that is named, of a directory those that hold `package main`.

    Directories of templates hold Rego too, of which the templates are made; it belongs to other packages.
    """
    is_dir = os.path.isdir(path)
    files = list(find_files([path], extensions=(REGO,)))
    if not files or (is_dir and not any(_is_main(file) for file in files)):
        return
    from pathlib import Path

    from gatewright.export import conftest

    policies.uses_catalog = True  # Rego may import the modules of the library

    try:
        found = conftest.documents([Path(file) for file in files], only=conftest.MAIN if is_dir else "")
    except GatewrightError as error:
        policies.errors.append(error)
        return
    if not found and not is_dir:
        hint = "conftest asks rules called deny, warn and violation; Gatekeeper's Rego stands in a ConstraintTemplate"
        raise UsageError(f"{path}: no rule called deny, warn or violation", hint=hint)
    policies.documents += [Document(value, path) for value in found]


def _is_main(file: str) -> bool:
    with open(file, "rb") as text:
        return re.search(rb"^[ \t]*package[ \t]+main\b", text.read(), re.MULTILINE) is not None


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and bool(value.get("kind") and value.get("apiVersion"))


def _stray(document: Document) -> ManifestError:
    from gatewright.checking.evaluate import not_an_object

    error = not_an_object(document.value)
    error.location = document.locate()
    error.hint = "of a directory named with -p every .yaml, .yml and .json is read; name others, or move this one"
    return error


def _is_set(value: Any) -> bool:
    return isinstance(value, dict) and value.get("kind") == "PolicySet"


def _expanded(document: dict[str, Any], request: CheckRequest) -> list[dict[str, Any]]:
    from gatewright import catalog

    return catalog.expand(document, **_selection(request))


def _shipped(name: str, request: CheckRequest) -> list[dict[str, Any]]:
    from gatewright import catalog

    try:
        catalog.standard(name)
    except UsageError as error:
        raise UsageError(f"{name}: no such file or directory, nor a policy set", hint=error.hint) from None
    return catalog.policy_set(name, **_selection(request))


def _unknown_parameters(request: CheckRequest) -> list[str]:
    """What is said of parameters that reach no rule: whatever they were to change stays as it is."""
    if not request.parameters:
        return []
    from gatewright import catalog

    unknown = catalog.unknown_parameters(request.parameters)
    return [f"warning: no rule of the library has a parameter {name!r}" for name in unknown]


def _manual(name: str) -> list[str]:
    """The set's controls that no manifest can decide: said, so that silence is not taken for a pass."""
    from gatewright import catalog

    controls = catalog.manual_controls(catalog.standard(name))
    return [f"MANUAL {name} {row['control']}: {row['title']} ({row['reason']})" for row in controls]


def _selection(request: CheckRequest) -> dict[str, Any]:
    parameters = {"kubernetesVersion": request.kubernetes_version, **request.parameters}
    return {
        "parameters": parameters,
        "include": request.rules,
        "exclude": request.exclude_rules,
        "min_severity": request.min_severity,
    }


def make_host(request: CheckRequest, codes: CodeCache | None) -> Host:
    """An empty Host with the semantics the request asks for, which keeps its code in a cache."""
    from gatewright.gatekeeper.host import GATOR_POINT, Host
    from gatewright.runtime.context import MOST_MEMORY, EvalOptions, read_moment

    capabilities, reachable, provider = None, frozenset(request.allow_net), None
    if request.capabilities:
        from gatewright import loading

        capabilities = loading.read_capabilities(request.capabilities)
        reachable = loading.reachable(request.allow_net, capabilities) or frozenset()
    if request.external_data:
        from gatewright.gatekeeper.providers import load_providers

        provider = load_providers(request.external_data)
    options = EvalOptions(
        timeout_s=request.timeout_s,
        max_memory=MOST_MEMORY,
        now_ns=read_moment(request.now),
        seed=request.seed or None,
        allow_net=reachable or None,
    )
    return Host(
        engine=request.engine,
        default_namespace=request.namespace,
        enforcement_point=request.enforcement_point or GATOR_POINT,
        gator_compat=request.gator_compat,
        mutate=request.mutate,
        cache=codes,
        eval_options=options,
        external_data=provider,
        capabilities=capabilities,
    )


def load(host: Host, documents: Iterable[Document]) -> list[GatewrightError]:
    """Add the documents to the host in the order they need each other; the errors carry their document's place."""
    place = {id(document.value): document for document in documents}
    errors: list[GatewrightError] = []
    for value, error in host.add_all([document.value for document in place.values()]):
        from gatewright.checking.placing import placed

        errors += placed(error, place[id(value)])
    return errors
