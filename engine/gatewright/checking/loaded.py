"""What a run does that cannot remember everything: load the policies, survey the inputs, evaluate the parts left."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from gatewright.checking.cores import choose_jobs
from gatewright.checking.evaluate import Evaluator, error_data
from gatewright.checking.fingerprint import REGO
from gatewright.checking.outcome import Outcome
from gatewright.checking.policies import DEFAULT_SET
from gatewright.checking.policy_sets import PolicySet
from gatewright.checking.progress import Progress
from gatewright.checking.recall import Facts, File, parts_in
from gatewright.checking.request import CheckRequest
from gatewright.checking.survey import add_inventory, is_policy, special_documents
from gatewright.checking.units import Part, Unit, units_of
from gatewright.collector import collector_relaxed
from gatewright.errors import GatewrightError, UsageError
from gatewright.gatekeeper import snapshot
from gatewright.manifests import find_files
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.gatekeeper.host import Host
    from gatewright.gatekeeper.kube import Object
    from gatewright.gatekeeper.snapshot import Told
    from gatewright.manifests import Document
    from gatewright.report import Renderer


@record(frozen=True, slots=True)
class Loaded:
    """The host with its policies, and with what the inputs say about each other.

    Also whether its answers may be kept, and what the inputs `told`, if that is new and may be kept.
    """

    host: Host
    facts: Facts
    repeatable: bool
    told: Told | None


def loaded(
    request: CheckRequest, files: Sequence[File], policies: PolicySet, *, keeping: bool, told: Told | None
) -> Loaded:
    """What a run evaluates with; `told` is what the inputs say about each other where that is known.

    With `keeping`, answers may be kept if the policies will say the same of the same objects the next time.
    """
    special = list(_special(files)) if told is None else []
    more = [document for document in special if is_policy(document.value)]
    host, errors = policies.host(more)
    others = [document.value for document in special] if told is None else snapshot.tell(host, told)
    _learn(host, others)
    if not host.rules and not errors:
        raise _nothing_to_check(request)
    if host.reads_inventory:
        parts = parts_in(files)
        add_inventory(host, parts, choose_jobs(request.jobs, sum(part.size() for part in parts)))
    facts = Facts(
        constraints=host.rules,
        failures=[error_data(error) for error in errors],
        notices=[*policies.notices, *host.notices],
        reads_inventory=host.reads_inventory,
        uses_catalog=policies.uses_catalog,
    )
    fresh = None if told is not None or more else snapshot.told(host, others)
    return Loaded(host, facts, keeping and policies.is_repeatable(more), fresh)


def _special(files: Sequence[File]) -> Iterator[Document]:
    """The documents that others are reviewed by; those that the survey came by are handed over."""
    for file in files:
        if file.special is not None:
            yield from file.special
            file.special = None
        elif file.telling:
            yield from special_documents(parts_in([file]))


def _nothing_to_check(request: CheckRequest) -> UsageError:
    hint = (
        "a ConstraintTemplate does nothing until a constraint of its kind says where it applies, "
        "nor a ValidatingAdmissionPolicy without a binding"
    )
    if any(_is_folder_of_rego(path) for path in request.policies):
        hint = "of the Rego in a directory only `package main` is asked, as conftest does; a file named itself is asked"
    if request.rules or request.exclude_rules or request.min_severity:
        hint = "--rule, --exclude-rule and --min-severity leave out all of them"
    return UsageError(f"no constraints in {', '.join(request.policies or (DEFAULT_SET,))}", hint=hint)


def _is_folder_of_rego(path: str) -> bool:
    return os.path.isdir(path) and any(True for _ in find_files([path], extensions=(REGO,)))


def _learn(host: Host, objects: Iterable[Object]) -> None:
    for each in objects:
        if not is_policy(each):
            try:
                host.learn(each)
            except GatewrightError:
                continue  # its own review reports it


def evaluated(
    host: Host, request: CheckRequest, renderers: Sequence[Renderer], parts: Sequence[Part], *, keeping: bool
) -> Iterator[Outcome]:
    """The outcome of each part in order; `keeping` ones say which bytes they came of."""
    sizes = [part.size() for part in parts]
    total = sum(sizes)
    progress = Progress(total, enabled=request.progress)
    evaluator = Evaluator(host, request, renderers, keeping=keeping)
    jobs = choose_jobs(request.jobs, total)
    outcomes = _evaluate(evaluator, units_of(list(zip(parts, sizes, strict=True)), jobs), jobs)
    with collector_relaxed():
        for outcome, size in zip(outcomes, sizes, strict=True):
            yield outcome
            progress.advance(size)
    progress.close()


def _evaluate(evaluator: Evaluator, units: Iterable[Unit], jobs: int) -> Iterator[Outcome]:
    if jobs > 1:
        from gatewright.checking.pool import evaluate_in_workers

        yield from evaluate_in_workers(evaluator, units, jobs)
        return
    for unit in units:
        yield from evaluator.unit(unit)
