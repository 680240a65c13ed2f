"""One check from request to exit code."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from gatewright.checking.outcome import Outcome
from gatewright.checking.recall import Facts, Memory, surveyed
from gatewright.checking.request import CheckRequest, Counts
from gatewright.errors import UsageError
from gatewright.manifests import find_files
from gatewright.report import Renderer, Summary, make_renderer
from gatewright.report.writing import Replacing

if TYPE_CHECKING:
    from gatewright.checking.policies import Policies

CLEAN, VIOLATIONS, BAD_INPUT = 0, 1, 2


def check(request: CheckRequest, out: TextIO | None = None) -> int:
    """Check, write the report, and return 0 (clean), 1 (violations that count) or 2 (something could not be read).

    Raises UsageError for a request that makes no sense. The report goes to `out`, or to `request.output`, which is
    written whole or not at all.
    """
    renderer = make_renderer(request.format, colour=request.colour)
    memory = Memory(request) if request.result_cache else None
    run = _Run(request, renderer, memory)
    if request.output is None:
        return run.report_to(out or sys.stdout)
    with Replacing(request.output) as file:
        return run.report_to(file)


# Files of the other formats that rules read, found below directories as manifests are.
_FOREIGN = ("Dockerfile", ".dockerfile", ".Dockerfile", "Containerfile")


def _extensions(request: CheckRequest) -> tuple[str, ...]:
    if request.type == "kubernetes" or request.gator_compat:
        return (".yaml", ".yml", ".json")
    return (".yaml", ".yml", ".json", *_FOREIGN)


def _find(request: CheckRequest) -> tuple[list[str], bytes | None]:
    """The files to check, and what standard input holds if it is one of them."""
    if not request.manifests:
        raise UsageError("no manifests given", hint="name files or directories, or - for standard input")
    files = list(find_files(request.manifests, exclude=request.exclude, extensions=_extensions(request)))
    if not files:
        hint = "looked for .yaml, .yml and .json; a file named directly is read whatever its ending"
        raise UsageError(f"no manifests under {', '.join(request.manifests)}", hint=hint)
    return files, sys.stdin.buffer.read() if "-" in files else None


class _Run:
    """One check under way: what is known of it already, and the host for the rest, loaded if there is a rest."""

    def __init__(self, request: CheckRequest, renderer: Renderer, memory: Memory | None) -> None:
        self._request = request
        self._renderer = renderer
        self._memory = memory
        known = memory is not None and memory.facts is not None
        self._policies = None if known else _read_policies(request)
        paths, stdin = _find(request)
        self._started = time.perf_counter()
        self._files = memory.survey(paths, stdin) if memory is not None else list(surveyed(paths, stdin))

    def report_to(self, out: TextIO) -> int:
        """Write the report and return the exit code."""
        request, renderer = self._request, self._renderer
        outcomes, facts = self._outcomes()
        counts = Counts(errors=len(facts.failures))
        rules: dict[str, dict[str, Any]] = {}
        failures = list(facts.failures)
        report = _Report(renderer, out)
        report.start()
        for outcome in outcomes:
            report.sections(outcome.sections)
            failures += outcome.errors
            counts.add(outcome.counts)
            rules |= outcome.rules
        summary = Summary(
            objects=counts.objects,
            constraints=facts.constraints,
            pairs=counts.pairs,
            actions=counts.actions,
            errors=counts.errors,
            seconds=time.perf_counter() - self._started,
            notices=tuple(facts.notices),
        )
        out.write(renderer.finish(summary, failures, rules))
        out.flush()
        return _exit_code(request, summary)

    def _outcomes(self) -> tuple[Iterator[Outcome], Facts]:
        """The outcome of every part in order, and what is to be said of the policies."""
        memory, files = self._memory, self._files
        fresh = [part for file in files for part, blob in file.parts if blob is None]
        if memory is not None and memory.facts is not None and not fresh:
            facts = memory.facts
            if memory.is_current(files):
                return (memory.outcome(blob) for file in files for _, blob in file.parts if blob is not None), facts
            return self._kept(memory, facts, iter(())), facts
        from gatewright.checking.loaded import evaluated, loaded

        host, facts, repeatable = loaded(self._request, self._files, self._policies, surveyed=memory is not None)
        keeping = memory is not None and repeatable
        outcomes = evaluated(host, self._request, self._renderer, fresh, keeping=keeping)
        return (self._kept(memory, facts, outcomes) if memory is not None and repeatable else outcomes), facts

    def _kept(self, memory: Memory, facts: Facts, fresh: Iterator[Outcome]) -> Iterator[Outcome]:
        """Outcomes known and fresh, on their way into the next run's memory."""
        keeping = memory.keep(self._files, facts)
        try:
            for file in self._files:
                for _, blob in file.parts:
                    if blob is not None:
                        keeping.again(blob)
                        yield memory.outcome(blob)
                    else:
                        outcome = next(fresh)
                        keeping.add(outcome)
                        yield outcome
            assert next(fresh, None) is None  # the workers are dismissed
        except BaseException:
            keeping.abandon()
            raise
        keeping.close()


def _read_policies(request: CheckRequest) -> Policies:
    from gatewright.checking.policies import read_policies

    return read_policies(request)


def _exit_code(request: CheckRequest, summary: Summary) -> int:
    if summary.errors:
        return BAD_INPUT
    return VIOLATIONS if any(summary.actions.get(action) for action in request.fail_on) else CLEAN


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
