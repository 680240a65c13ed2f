"""Units → outcomes in order, in workers forked from this process.

Workers inherit the loaded policies and the units. Each is told the number of one unit after another and answers by
what came of it. (multiprocessing would do, but takes as long to import as forty objects to check.)

When a worker dies, its unit is done again one document at a time, noting in shared memory which it is at; the document
on which that worker dies becomes an error, and the unit is done without it.
"""

from __future__ import annotations

import marshal
import mmap
import os
import select
from collections.abc import Callable, Iterable, Iterator, Sequence

from gatewright.checking.evaluate import Evaluator, error_data
from gatewright.checking.outcome import Outcome, unpacked
from gatewright.checking.units import Unit
from gatewright.errors import GatewrightError
from gatewright.records import record
from gatewright.source import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SLOT = 8
_AHEAD = 2
_NONE = -1
# How the length of a message is sent before it.
_LENGTH = 8


def evaluate_in_workers(evaluator: Evaluator, units: Iterable[Unit], jobs: int) -> Iterator[Outcome]:
    """The outcome of each part of each unit, in order."""
    with _Pool(evaluator, list(units), jobs) as pool:
        yield from pool.run()


@record(slots=True)
class _Worker:
    """A worker process, the ends of the pipes to and from it, and the number of the unit it has; after a death, also
    the ordinals it must leave out."""

    slot: int
    process: int
    to: int
    back: int
    number: int = _NONE
    skip: frozenset[int] | None = None

    def leave(self) -> None:
        """Close the pipes: a worker without work ends."""
        for end in (self.to, self.back):
            if end != _NONE:
                os.close(end)
        self.to = self.back = _NONE

    def bury(self) -> int:
        """Wait for its end: its exit code."""
        process, self.process = self.process, _NONE
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


class _Pool:
    """The workers, what they are doing, and outcomes that wait for earlier ones."""

    def __init__(self, evaluator: Evaluator, units: Sequence[Unit], jobs: int) -> None:
        self._evaluator = evaluator
        self._units = units
        self._jobs = jobs
        self._places = mmap.mmap(-1, _SLOT * jobs)
        self._workers: list[_Worker] = []

    def __enter__(self) -> _Pool:
        for slot in range(self._jobs):
            self._workers.append(self._start(slot))
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        for worker in self._workers:
            worker.leave()
        for worker in (worker for worker in self._workers if worker.process != _NONE):
            if failed is not None:
                from signal import SIGTERM

                os.kill(worker.process, SIGTERM)
            worker.bury()
        self._places.close()

    def run(self) -> Iterator[Outcome]:
        """Hand out the units; yield outcomes in order. What waits for its turn is bounded."""
        done: dict[int, list[Outcome]] = {}
        following = handed = 0
        idle = list(self._workers)
        lost: dict[int, list[dict[str, Any]]] = {}
        while True:
            while following in done:
                yield from done.pop(following)
                following += 1
            while idle and handed < min(len(self._units), following + self._jobs * _AHEAD):
                self._hand(idle.pop(), handed, None)
                handed += 1
            busy = [worker for worker in self._workers if worker.number != _NONE]
            if not busy:
                if following >= handed:
                    return
                continue
            for worker in _answering(busy):
                outcomes = self._receive(worker, lost)
                if outcomes is None:
                    continue
                _mourn(outcomes, lost.pop(worker.number, []))
                done[worker.number] = outcomes
                worker.number = _NONE
                idle.append(worker)

    def _hand(self, worker: _Worker, number: int, skip: frozenset[int] | None) -> None:
        worker.number, worker.skip = number, skip
        self._noting(worker.slot)(_NONE)
        try:
            _send(worker.to, (number, skip))
        except BrokenPipeError:
            pass  # its end is noticed when its answer is awaited

    def _receive(self, worker: _Worker, lost: dict[int, list[dict[str, Any]]]) -> list[Outcome] | None:
        """The worker's outcomes; None when it died, its unit having been handed to a successor."""
        try:
            answer = _received(worker.back)
        except EOFError:
            self._replace(worker, lost)
            return None
        if isinstance(answer, bytes):
            import pickle

            raise pickle.loads(answer)
        return [_outcome(*one) for one in answer]

    def _replace(self, worker: _Worker, lost: dict[int, list[dict[str, Any]]]) -> None:
        worker.leave()
        code = worker.bury()
        number, skip, ordinal = worker.number, worker.skip, self._place_of(worker.slot)
        if skip is None:
            skip = frozenset()
        elif ordinal >= 0 and ordinal not in skip:
            lost.setdefault(number, []).append(self._obituary(self._units[number], ordinal, code))
            skip |= {ordinal}
        else:
            # It cannot even read the unit: give the unit up rather than try for ever.
            lost.setdefault(number, []).append(self._obituary(self._units[number], None, code))
            skip = frozenset(range(1 << 16))
        successor = self._start(worker.slot)
        worker.process, worker.to, worker.back = successor.process, successor.to, successor.back
        self._hand(worker, number, skip)

    def _obituary(self, unit: Unit, ordinal: int | None, code: int) -> dict[str, Any]:
        from signal import Signals

        how = Signals(-code).name if code < 0 else f"exit code {code}"
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
        (orders, to), (back, answers) = os.pipe(), os.pipe()
        process = os.fork()
        if process:
            os.close(orders)
            os.close(answers)
            return _Worker(slot, process, to, back)
        code = 1
        try:
            # An end that others hold open would keep them from noticing ours.
            for end in (to, back, *(end for worker in self._workers for end in (worker.to, worker.back))):
                if end != _NONE:
                    os.close(end)
            self._serve(orders, answers, self._noting(slot))
            code = 0
        finally:
            os._exit(code)

    def _serve(self, orders: int, answers: int, note: Callable[[int], None]) -> None:
        """A worker's life: numbers in, outcomes out, until the pipe closes."""
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
        while True:
            try:
                number, skip = _received(orders)
            except EOFError:
                return
            answer: Any
            try:
                at = {} if skip is None else {"at": note, "skip": skip}
                outcomes = self._evaluator.unit(self._units[number], **at)
                answer = [(one.packed(), one.digest, one.lasting) for one in outcomes]
            except Exception as error:  # our own bug: the parent must say so
                import pickle

                answer = pickle.dumps(error)
            try:
                _send(answers, answer)
            except BrokenPipeError:
                return

    def _noting(self, slot: int) -> Callable[[int], None]:
        places, start = self._places, slot * _SLOT

        def note(ordinal: int) -> None:
            places[start : start + _SLOT] = ordinal.to_bytes(_SLOT, "little", signed=True)

        return note

    def _place_of(self, slot: int) -> int:
        return int.from_bytes(self._places[slot * _SLOT : (slot + 1) * _SLOT], "little", signed=True)


def _answering(busy: Iterable[_Worker]) -> list[_Worker]:
    """Those that have something to say, or have died; one of them is waited for."""
    by_end = {worker.back: worker for worker in busy}
    watch = select.poll()
    for end in by_end:
        watch.register(end, select.POLLIN)
    return [by_end[end] for end, _ in watch.poll()]


def _send(end: int, message: Any) -> None:
    data = marshal.dumps(message)
    rest = memoryview(len(data).to_bytes(_LENGTH, "little") + data)
    while rest:
        rest = rest[os.write(end, rest) :]


def _received(end: int) -> Any:
    """The next message; EOFError when there is none and never will be."""
    return marshal.loads(_read(end, int.from_bytes(_read(end, _LENGTH), "little")))


def _read(end: int, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        block = os.read(end, length - len(data))
        if not block:
            raise EOFError
        data += block
    return bytes(data)


def _outcome(packed: tuple[Any, ...], digest: bytes, lasting: bool) -> Outcome:
    outcome = unpacked(packed)
    outcome.digest, outcome.lasting = digest, lasting
    return outcome


def _mourn(outcomes: list[Outcome], lost: list[dict[str, Any]]) -> None:
    """Add what was lost to what came of the unit in the end."""
    if lost:
        outcomes[0].errors += lost
        outcomes[0].counts.errors += len(lost)
        for outcome in outcomes:
            outcome.lasting = False
