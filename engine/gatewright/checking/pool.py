"""Units → outcomes in order, in workers forked from this process.

Workers inherit the loaded policies; each is handed one unit after another. When one dies, its unit is done again one
document at a time, noting in shared memory which it is at; the document on which that worker dies becomes an error, and
the unit is done without it.
"""

from __future__ import annotations

import mmap
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

from gatewright.checking.evaluate import Evaluator, error_data
from gatewright.checking.outcome import Outcome
from gatewright.checking.units import Unit
from gatewright.errors import GatewrightError
from gatewright.records import record
from gatewright.source import Location

_SLOT = 8
_AHEAD = 2


def evaluate_in_workers(evaluator: Evaluator, units: Iterable[Unit], jobs: int) -> Iterator[Outcome]:
    """The outcome of each part of each unit, in order."""
    with _Pool(evaluator, jobs) as pool:
        yield from pool.run(units)


@record(slots=True)
class _Worker:
    """A worker process, its pipe, and the unit it has; after a death, also the ordinals it must leave out."""

    slot: int
    process: Any
    pipe: Connection
    number: int = -1
    unit: Unit | None = None
    skip: frozenset[int] | None = None


class _Pool:
    """The workers, what they are doing, and outcomes that wait for earlier ones."""

    def __init__(self, evaluator: Evaluator, jobs: int) -> None:
        self._evaluator = evaluator
        self._jobs = jobs
        self._places = mmap.mmap(-1, _SLOT * jobs)
        self._workers: list[_Worker] = []
        self._fork = multiprocessing.get_context("fork")

    def __enter__(self) -> _Pool:
        self._workers = [self._start(slot) for slot in range(self._jobs)]
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join(0.2)
            if worker.process.is_alive():
                worker.process.terminate()
                worker.process.join()
        self._places.close()

    def run(self, units: Iterable[Unit]) -> Iterator[Outcome]:
        """Hand out units; yield outcomes in order. What waits for its turn is bounded."""
        source = enumerate(units)
        done: dict[int, list[Outcome]] = {}
        following = handed = 0
        idle = list(self._workers)
        lost: dict[int, list[dict[str, Any]]] = {}
        while True:
            while following in done:
                yield from done.pop(following)
                following += 1
            while idle and handed - following < self._jobs * _AHEAD and (work := next(source, None)) is not None:
                number, unit = work
                self._hand(idle.pop(), number, unit, None)
                handed = number + 1
            busy = [worker for worker in self._workers if worker.unit is not None]
            if not busy:
                if following >= handed:
                    return
                continue
            for pipe in wait([worker.pipe for worker in busy]):
                worker = next(w for w in busy if w.pipe is pipe)
                outcomes = self._receive(worker, lost)
                if outcomes is None:
                    continue
                _mourn(outcomes, lost.pop(worker.number, []))
                done[worker.number] = outcomes
                worker.unit = None
                idle.append(worker)

    def _hand(self, worker: _Worker, number: int, unit: Unit, skip: frozenset[int] | None) -> None:
        worker.number, worker.unit, worker.skip = number, unit, skip
        self._note(worker.slot, -1)
        try:
            worker.pipe.send((unit, skip))
        except (BrokenPipeError, ConnectionResetError):
            pass  # its end is noticed when its answer is awaited

    def _receive(self, worker: _Worker, lost: dict[int, list[dict[str, Any]]]) -> list[Outcome] | None:
        """The worker's outcomes; None when it died, its unit having been handed to a successor."""
        try:
            answer = worker.pipe.recv()
        except (EOFError, ConnectionResetError):
            self._replace(worker, lost)
            return None
        if isinstance(answer, BaseException):
            raise answer
        outcomes: list[Outcome] = answer
        return outcomes

    def _replace(self, worker: _Worker, lost: dict[int, list[dict[str, Any]]]) -> None:
        worker.process.join()
        assert worker.unit is not None
        number, unit = worker.number, worker.unit
        ordinal = self._place_of(worker.slot)
        skip = worker.skip
        if skip is None:
            skip = frozenset()
        elif ordinal >= 0 and ordinal not in skip:
            lost.setdefault(number, []).append(self._obituary(unit, ordinal, worker.process.exitcode))
            skip |= {ordinal}
        else:
            # It cannot even read the unit: give the unit up rather than try for ever.
            lost.setdefault(number, []).append(self._obituary(unit, None, worker.process.exitcode))
            skip = frozenset(range(1 << 16))
        successor = self._start(worker.slot)
        worker.process, worker.pipe = successor.process, successor.pipe
        self._hand(worker, number, unit, skip)

    def _obituary(self, unit: Unit, ordinal: int | None, code: int | None) -> dict[str, Any]:
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        place = Location(unit.parts[0].file)
        if ordinal is not None:
            objects = (item for item in self._evaluator.documents(unit) if not isinstance(item, GatewrightError))
            for index, document in enumerate(objects):
                if index == ordinal:
                    place = document.locate()
        return error_data(
            GatewrightError(
                f"the worker evaluating this document died ({how})",
                place,
                hint="the rest was evaluated; try the document by itself with --jobs 1",
            )
        )

    def _start(self, slot: int) -> _Worker:
        ours, theirs = self._fork.Pipe()
        inherited = [worker.pipe for worker in self._workers] + [ours]
        process = self._fork.Process(
            target=_serve, args=(self._evaluator, theirs, inherited, self._noting(slot)), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(slot, process, ours)

    def _noting(self, slot: int) -> Callable[[int], None]:
        places, start = self._places, slot * _SLOT

        def note(ordinal: int) -> None:
            places[start : start + _SLOT] = ordinal.to_bytes(_SLOT, "little", signed=True)

        return note

    def _note(self, slot: int, ordinal: int) -> None:
        self._noting(slot)(ordinal)

    def _place_of(self, slot: int) -> int:
        return int.from_bytes(self._places[slot * _SLOT : (slot + 1) * _SLOT], "little", signed=True)


def _mourn(outcomes: list[Outcome], lost: list[dict[str, Any]]) -> None:
    """Add what was lost to what came of the unit in the end."""
    if lost:
        outcomes[0].errors += lost
        outcomes[0].counts.errors += len(lost)
        for outcome in outcomes:
            outcome.lasting = False


def _serve(evaluator: Evaluator, pipe: Connection, inherited: list[Connection], note: Callable[[int], None]) -> None:
    """A worker's life: units in, outcomes out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    for other in inherited:
        other.close()
    while True:
        try:
            unit, skip = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: Any = evaluator.unit(unit) if skip is None else evaluator.unit(unit, at=note, skip=skip)
        except Exception as error:  # our own bug: the parent must say so
            answer = error
        try:
            pipe.send(answer)
        except (BrokenPipeError, ConnectionResetError):
            return
