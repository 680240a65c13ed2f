"""One check from request to exit code."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence

from gatewright.checking.outcome import Outcome
from gatewright.checking.recall import NO_BLOB, Facts, Memory, parts_in, surveyed
from gatewright.checking.request import CheckRequest, Counts
from gatewright.errors import UsageError
from gatewright.manifests import find_files
from gatewright.records import replace
from gatewright.report import Renderer, Summary, make_renderer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, TextIO

    from gatewright.checking.policy_sets import PolicySet
    from gatewright.gatekeeper.snapshot import Told

CLEAN, VIOLATIONS, BAD_INPUT = 0, 1, 2

# Policies in an OCI image are named so: oci:PATH for a layout on disk, oci://HOST/REPOSITORY for a registry.
_IMAGE = "oci:"


def check(request: CheckRequest, out: TextIO | None = None) -> int:
    """Check, write the report, and return 0 (clean), 1 (violations that count) or 2 (something could not be read).

    Raises UsageError for a request that makes no sense, ImageError for an image of policies that cannot be had. The
    report goes to `out`, or to `request.output`, which is written whole or not at all.
    """
    if not any(name.startswith(_IMAGE) for name in request.policies):
        return _check(request, out)
    from contextlib import ExitStack

    from gatewright.oci import pulled

    with ExitStack() as images:
        paths = [images.enter_context(pulled(p)) if p.startswith(_IMAGE) else p for p in request.policies]
        return _check(replace(request, policies=tuple(paths)), out)


def _check(request: CheckRequest, out: TextIO | None) -> int:
    formats = (request.format, *request.also)
    colours = [request.colour, *(False for _ in request.also)]
    renderers = [make_renderer(format, colour=colour) for format, colour in zip(formats, colours, strict=True)]
    memory = Memory(request) if request.result_cache else None
    run = _Run(request, renderers, memory)
    paths = (request.output, *request.also_outputs)
    if paths == (None,):
        return run.report_to([out or sys.stdout])
    from contextlib import ExitStack

    from gatewright.report.writing import Replacing

    with ExitStack() as files:
        outputs = [files.enter_context(Replacing(path)) if path else out or sys.stdout for path in paths]
        return run.report_to(outputs)


# Files of the other formats that rules read, found below directories as manifests are.
_FOREIGN = ("Dockerfile", ".dockerfile", ".Dockerfile", "Containerfile")


def _extensions(request: CheckRequest) -> tuple[str, ...]:
    if request.type == "kubernetes" or request.gator_compat:
        return (".yaml", ".yml", ".json")
    return (".yaml", ".yml", ".json", *_FOREIGN)


def _find(request: CheckRequest) -> tuple[list[str], BinaryIO | None]:
    """The files to check, and standard input if it is one of them."""
    if request.type:
        from gatewright.readers import READERS

        if request.type not in ("kubernetes", *READERS):
            raise UsageError(f"unknown type {request.type!r}", hint=f"there are kubernetes, {', '.join(READERS)}")
    if not request.manifests:
        raise UsageError("no manifests given", hint="name files or directories, or - for standard input")
    own = {os.path.realpath(path) for path in request.own_files}
    found = find_files(request.manifests, exclude=request.exclude, extensions=_extensions(request))
    files = [file for file in found if not own or os.path.realpath(file) not in own]
    if not files:
        hint = "looked for .yaml, .yml and .json; a file named directly is read whatever its ending"
        raise UsageError(f"no manifests under {', '.join(request.manifests)}", hint=hint)
    return files, sys.stdin.buffer if "-" in files else None


class _Run:
    """One check under way: what is known of it already, and the host for the rest, loaded if there is a rest."""

    def __init__(self, request: CheckRequest, renderers: Sequence[Renderer], memory: Memory | None) -> None:
        self._request = request
        self._renderers = renderers
        self._memory = memory
        known = memory is not None and memory.facts is not None
        self._policies = None if known else _policy_set(request, memory)
        paths, stdin = _find(request)
        self._started = time.perf_counter()
        self._files = memory.survey(paths, stdin) if memory is not None else list(surveyed(paths, stdin))

    def report_to(self, outputs: Sequence[TextIO]) -> int:
        """Write the reports, a format each, and return the exit code."""
        outcomes, facts = self._outcomes()
        total = Outcome(counts=Counts(errors=len(facts.failures)), errors=list(facts.failures))
        reports = [_Report(renderer, out) for renderer, out in zip(self._renderers, outputs, strict=True)]
        for report in reports:
            report.start()
        for outcome in outcomes:
            for report, sections in zip(reports, outcome.sections, strict=False):  # a lost part has none
                report.sections(sections)
            total.add(outcome)
        if self._policies is not None:
            self._policies.close()
        summary, stale = self._summary(total, facts)
        for report in reports:
            report.finish(summary, total)
        if self._request.baseline_out is not None:
            from gatewright.checking.baseline import as_text
            from gatewright.report.writing import write_whole

            write_whole(self._request.baseline_out, as_text(total.entries))
        return _exit_code(self._request, summary, stale)

    def _summary(self, total: Outcome, facts: Facts) -> tuple[Summary, list[str]]:
        """The figures, and what is said of waivers and baseline entries that cover nothing."""
        counts = total.counts
        stale = [*_stale(self._request, total), *total.stale]
        notices = [*facts.notices, *stale]
        if counts.objects and not counts.pairs and not counts.errors:
            notices.append("warning: no object matched any constraint: nothing was evaluated")
        summary = Summary(
            objects=counts.objects,
            constraints=facts.constraints,
            pairs=counts.pairs,
            actions=counts.actions,
            errors=counts.errors,
            waived=counts.waived,
            known=counts.known,
            seconds=time.perf_counter() - self._started,
            notices=tuple(notices),
        )
        return summary, stale

    def _outcomes(self) -> tuple[Iterator[Outcome], Facts]:
        """The outcome of every part in order, and what is to be said of the policies."""
        memory, files = self._memory, self._files
        fresh = parts_in(files, known=False)
        if memory is not None and memory.facts is not None and not fresh:
            facts = memory.facts
            if memory.is_current(files):
                return (memory.outcome(kept) for file in files for kept in file.parts), facts
            return self._kept(memory, facts, iter(())), facts
        from gatewright.checking.loaded import evaluated, loaded

        policies = self._policies = self._policies or _policy_set(self._request, memory)
        told = memory.told if memory is not None else None
        made = loaded(self._request, self._files, policies, keeping=memory is not None, told=told)
        keeping = memory is not None and made.repeatable
        outcomes = evaluated(made.host, self._request, self._renderers, fresh, keeping=keeping)
        if memory is not None and made.repeatable:
            outcomes = self._kept(memory, made.facts, outcomes, made.told)
        return outcomes, made.facts

    def _kept(
        self, memory: Memory, facts: Facts, fresh: Iterator[Outcome], told: Told | None = None
    ) -> Iterator[Outcome]:
        """Outcomes known and fresh, on their way into the next run's memory."""
        keeping = memory.keep(self._files, facts, told)
        try:
            for file in self._files:
                written = file.path in keeping.written
                for kept in file.parts:
                    if kept[4] == NO_BLOB:
                        outcome = next(fresh)
                        if written:
                            keeping.add(outcome)
                    else:
                        outcome = memory.outcome(kept)
                        if written:
                            keeping.again(kept)
                    yield outcome
            assert next(fresh, None) is None  # the workers are dismissed
        except BaseException:
            keeping.abandon()
            raise
        keeping.close()


def _policy_set(request: CheckRequest, memory: Memory | None) -> PolicySet:
    from gatewright.checking.policy_sets import PolicySet

    return PolicySet(request, memory.policy_files if memory is not None else None)


def _stale(request: CheckRequest, total: Outcome) -> Iterator[str]:
    """What is to be said of waivers that covered nothing, and of findings of the baseline that are gone."""
    if request.waivers:
        from gatewright.checking.waivers import complaint

        unused = set(range(len(request.waivers))) - set(total.used)
        yield from (complaint(request.waivers[number]) for number in sorted(unused))
    if gone := len(request.baseline) - len(set(total.known)):
        yield f"stale: {gone} of {len(request.baseline)} findings of the baseline are gone: write it anew"


def _exit_code(request: CheckRequest, summary: Summary, stale: Sequence[str]) -> int:
    if summary.errors:
        return BAD_INPUT
    if request.baseline_out is not None:
        return CLEAN
    failing = any(summary.actions.get(action) for action in request.fail_on)
    return VIOLATIONS if failing or (stale and request.fail_on_stale) else CLEAN


class _Report:
    """Puts sections in a row, with a heading where the file changes."""

    def __init__(self, renderer: Renderer, out: TextIO) -> None:
        self._renderer = renderer
        self._out = out
        self._file = ""
        self._any = False

    def start(self) -> None:
        self._out.write(self._renderer.start())

    def finish(self, summary: Summary, total: Outcome) -> None:
        self._out.write(self._renderer.finish(summary, total.errors, total.rules))
        self._out.flush()

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
