"""Mutators applied to manifests: shown as a diff or written out, and held to the policies as they then are."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gatewright.errors import GatewrightError, UsageError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper.constraint import is_constraint
from gatewright.gatekeeper.host import Host
from gatewright.gatekeeper.mutation import is_mutator
from gatewright.gatekeeper.providers import load_providers
from gatewright.gatekeeper.template import is_template
from gatewright.manifests import Document
from gatewright.records import record
from gatewright.tools.inputs import Troubles, add_documents, attempt, read_objects, read_policies
from gatewright.tools.output import format_objects, require_format, write


@record(frozen=True, slots=True)
class MutateRequest:
    """`format` is diff, yaml or json. `write`: into the files themselves; `check`: a change makes the exit code 1."""

    paths: tuple[str, ...]
    policies: tuple[str, ...] = ()
    format: str = "diff"
    output: Path | None = None
    external_data: str = ""
    namespace: str = "default"
    username: str = ""
    write: bool = False
    check: bool = False


def mutate(request: MutateRequest) -> int:
    """1 when a mutated object violates a policy that denies, 2 when something could not be read or mutated."""
    require_format(request.format, "diff", "yaml", "json")
    if request.write and (request.output or "-" in request.paths):
        raise UsageError("--write changes the files themselves: it goes with neither --output nor standard input")
    troubles = Troubles()
    given = read_policies(request.policies, troubles) if request.policies else []
    inputs = read_objects(request.paths, troubles)
    documents = [*given, *inputs]
    host, refused = _loaded(request, documents, troubles)
    changed = list(_mutated(request, host, [d for d in inputs if not _is_policy(d)], troubles))
    differing = [(document, after) for document, after in changed if not kube.same(document.value, after)]
    if request.write and refused:
        sys.stderr.write("nothing written: a policy was refused\n")
    elif request.write:
        _write_back(differing, troubles)
    elif request.format == "diff":
        write("".join(_difference(document, after) for document, after in differing), request.output)
    else:
        write(format_objects([after for _, after in changed], request.format), request.output)
    denied = _validate(host, changed, troubles)
    return 2 if troubles.count else 1 if denied or (request.check and differing) else 0


def _loaded(request: MutateRequest, documents: Sequence[Document], troubles: Troubles) -> tuple[Host, int]:
    """A host with the policies among the documents, which knows the others, and how many policies it refused."""
    providers = load_providers(request.external_data)
    host = Host(default_namespace=request.namespace, external_data=providers, mutate=False)
    before = troubles.count
    add_documents(host, filter(_is_policy, documents), troubles)
    refused = troubles.count - before
    for document in documents:
        if not _is_policy(document):
            attempt(host.learn, document.value, document, troubles)
    if not any(is_mutator(document.value) for document in documents):
        sys.stderr.write("note: there are no mutators among the inputs\n")
    return host, refused


def _is_policy(document: Document) -> bool:
    obj = document.value
    return is_mutator(obj) or is_template(obj) or is_constraint(obj) or kube.gvk_of(obj).group == _EXPANSION


_EXPANSION = "expansion.gatekeeper.sh"


def _mutated(
    request: MutateRequest, host: Host, documents: Sequence[Document], troubles: Troubles
) -> Iterator[tuple[Document, kube.Object]]:
    for document in documents:
        try:
            yield document, host.mutated(document.value, username=request.username)
        except GatewrightError as error:
            troubles.tell(error, document)


def _write_back(differing: Sequence[tuple[Document, kube.Object]], troubles: Troubles) -> None:
    """Put changed objects into their files; each is told on standard error."""
    from gatewright.fixing.documents import write_objects

    by_file: dict[str, list[tuple[Document, kube.Object]]] = {}
    for document, after in differing:
        by_file.setdefault(document.file, []).append((document, after))
    for file, objects in by_file.items():
        try:
            anew = write_objects(file, objects)
        except GatewrightError as error:
            troubles.tell(error)
            continue
        note = f", {anew} written anew, without their comments" if anew else ""
        sys.stderr.write(f"{file}: {len(objects)} mutated{note}\n")


def _difference(document: Document, after: kube.Object) -> str:
    name = f"{document.file} {after.get('kind')}/{kube.name_of(after)}"
    lines = difflib.unified_diff(
        format_objects([document.value], "yaml").splitlines(keepends=True),
        format_objects([after], "yaml").splitlines(keepends=True),
        f"a/{name}",
        f"b/{name}",
    )
    return "".join(lines)


def _validate(host: Host, changed: Sequence[tuple[Document, kube.Object]], troubles: Troubles) -> bool:
    """Whether a mutated object is denied; violations are told on standard error."""
    if not host.constraints:
        return False
    for document, after in changed:
        attempt(host.add_data, after, document, troubles)
    denied = False
    for document, after in changed:
        try:
            violations = host.review(after)
        except GatewrightError as error:
            troubles.tell(error, document)
            continue
        for violation in violations:
            actions = violation.scoped_actions or (violation.enforcement_action,)
            denied = denied or "deny" in actions
            who = f"{violation.object.kind}/{violation.object.name}"
            by = f"{violation.constraint.kind}/{violation.constraint.name}"
            sys.stderr.write(f"{document.file}: {who} after mutation: {','.join(actions)} {by}: {violation.message}\n")
    return denied
