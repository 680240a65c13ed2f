"""One check from request to exit code."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from gatewright.checking.evaluate import Evaluator, Outcome, error_data
from gatewright.checking.policies import Policies, load, make_host, read_policies
from gatewright.checking.pool import choose_jobs, evaluate
from gatewright.checking.progress import Progress
from gatewright.checking.request import CheckRequest, Counts
from gatewright.checking.survey import add_inventory, is_policy, special_documents
from gatewright.checking.units import Unit, plan
from gatewright.errors import GatewrightError, UsageError
from gatewright.manifests import Document, find_files
from gatewright.report import Renderer, Summary, make_renderer

if TYPE_CHECKING:
    from gatewright.gatekeeper.host import Host

CLEAN, VIOLATIONS, BAD_INPUT = 0, 1, 2


def check(request: CheckRequest, out: TextIO | None = None) -> int:
    """Check, write the report, and return 0 (clean), 1 (violations that count) or 2 (something could not be read).

    Raises UsageError for a request that makes no sense. The report goes to `out`, or to `request.output`, which is
    written whole or not at all.
    """
    renderer = make_renderer(request.format, colour=request.colour)
    policies = read_policies(request)
    inputs = _Inputs.find(request)
    if request.output is None:
        return _run(request, policies, inputs, renderer, out or sys.stdout)
    with _Replacing(request.output) as file:
        return _run(request, policies, inputs, renderer, file)


@dataclass(slots=True)
class _Inputs:
    """The files to check, and what standard input holds if it is one of them."""

    files: list[str]
    stdin: bytes | None

    @classmethod
    def find(cls, request: CheckRequest) -> _Inputs:
        if not request.manifests:
            raise UsageError("no manifests given", hint="name files or directories, or - for standard input")
        files = list(find_files(request.manifests, exclude=request.exclude, extensions=_extensions(request)))
        if not files:
            hint = "looked for .yaml, .yml and .json; a file named directly is read whatever its ending"
            raise UsageError(f"no manifests under {', '.join(request.manifests)}", hint=hint)
        return cls(files, sys.stdin.buffer.read() if "-" in files else None)

    def units(self) -> Iterator[Unit]:
        return plan(self.files, self.stdin)


# Files of the other formats that rules read, found below directories as manifests are.
_FOREIGN = ("Dockerfile", ".dockerfile", ".Dockerfile", "Containerfile")


def _extensions(request: CheckRequest) -> tuple[str, ...]:
    if request.type == "kubernetes" or request.gator_compat:
        return (".yaml", ".yml", ".json")
    return (".yaml", ".yml", ".json", *_FOREIGN)


def _run(request: CheckRequest, policies: Policies, inputs: _Inputs, renderer: Renderer, out: TextIO) -> int:
    started = time.perf_counter()
    host, errors = _loaded(request, policies, inputs)
    units = list(inputs.units())
    total = sum(unit.bytes for unit in units)
    counts = Counts(errors=len(errors))
    rules: dict[str, dict[str, Any]] = {}
    failures = [error_data(error) for error in errors]
    report = _Report(renderer, out)
    report.start()
    progress = Progress(total, enabled=request.progress)
    evaluator = Evaluator(host, request, renderer)
    for unit, outcome in _outcomes(evaluator, units, choose_jobs(request.jobs, total), request):
        report.sections(outcome.sections)
        failures += outcome.errors
        counts.add(outcome.counts)
        rules |= outcome.rules
        progress.advance(unit.bytes)
    progress.close()
    summary = Summary(
        objects=counts.objects,
        constraints=len(host.constraints),
        pairs=counts.pairs,
        actions=dict(counts.actions),
        errors=counts.errors,
        seconds=time.perf_counter() - started,
        notices=tuple(policies.notices),
    )
    out.write(renderer.finish(summary, failures, rules))
    out.flush()
    return _exit_code(request, summary)


def _outcomes(
    evaluator: Evaluator, units: Sequence[Unit], jobs: int, request: CheckRequest
) -> Iterator[tuple[Unit, Outcome]]:
    return evaluate(evaluator, units, jobs)


def _exit_code(request: CheckRequest, summary: Summary) -> int:
    if summary.errors:
        return BAD_INPUT
    return VIOLATIONS if any(summary.actions.get(action) for action in request.fail_on) else CLEAN


def _loaded(request: CheckRequest, policies: Policies, inputs: _Inputs) -> tuple[Host, list[GatewrightError]]:
    """The host with its policies, and with what the inputs say about each other."""
    host = make_host(request)
    special = list(special_documents(inputs.units()))
    errors = [*policies.errors, *load(host, [*policies.documents, *_policies_of(special)])]
    _learn(host, special)
    if not host.constraints and not errors:
        raise UsageError(
            f"no constraints in {', '.join(request.policies)}",
            hint="a ConstraintTemplate does nothing until a constraint of its kind says where it applies",
        )
    if host.reads_inventory:
        add_inventory(host, inputs.units(), errors)
    return host, errors


def _policies_of(documents: Iterable[Document]) -> Iterator[Document]:
    return (document for document in documents if is_policy(document.value))


def _learn(host: Host, documents: Iterable[Document]) -> None:
    for document in documents:
        if not is_policy(document.value):
            try:
                host.learn(document.value)
            except GatewrightError:
                continue  # its own review reports it


class _Report:
    """Puts sections in a row, with a heading where the file changes."""

    def __init__(self, renderer: Renderer, out: TextIO) -> None:
        self._renderer = renderer
        self._out = out
        self._file = ""
        self._any = False

    def start(self) -> None:
        self._out.write(self._renderer.start())

    def sections(self, sections: Sequence[tuple[str, str]]) -> None:
        for file, text in sections:
            if not text:
                continue
            heading = ""
            if file and file != self._file:
                heading = self._renderer.heading(file)
                self._file = file
            between = self._renderer.between if self._any and (heading or not file) else ""
            self._out.write(f"{between}{heading}{text}")
            self._any = True


class _Replacing:
    """A file written beside its name and put in its place when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.partial")

    def __enter__(self) -> TextIO:
        try:
            self._file = self._partial.open("w", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {self._path}: {error.strerror}") from None
        return self._file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._file.close()
        if kind is None:
            os.replace(self._partial, self._path)
        else:
            self._partial.unlink(missing_ok=True)
