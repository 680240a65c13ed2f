"""Bounds on an evaluation: a deadline and a bound on memory, watched from outside so that policies run at full speed.

One watching thread, started when the first bounded evaluation begins, raises a LimitError inside the thread whose
evaluation is over its bound. Python delivers it between two instructions, so any Python code stops, and whatever it
was doing is unwound like any other error.
"""

from __future__ import annotations

import os
import sys
import time
from _thread import RLock, allocate_lock, get_ident, start_new_thread

from gatewright.errors import LimitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LONGEST_NAP = 0.05
_IDLE_BEFORE_EXIT = 2.0
_PATIENCE = 0.3


class TimeLimitError(LimitError):
    """The deadline passed."""

    def __init__(self, *args: Any) -> None:
        super().__init__("evaluation timed out" if not args else str(args[0]))


class MemoryLimitError(LimitError):
    """The process grew by more than it may."""

    def __init__(self, *args: Any) -> None:
        super().__init__("evaluation used more memory than allowed" if not args else str(args[0]))


class DepthLimitError(LimitError):
    """A value or a chain of calls nests deeper than it may."""


class _Watch:
    """One evaluation being watched, or one after another."""

    __slots__ = ("again", "armed", "base", "deadline", "fired", "memory", "thread", "timeout_s")

    def __init__(self, timeout_s: float | None, memory: int | None) -> None:
        self.thread = get_ident()
        self.timeout_s = timeout_s
        self.memory = memory
        self.base = _resident() if memory is not None else 0
        self.again = 0.0
        self.arm()

    def arm(self) -> None:
        """The bounds count from here."""
        self.deadline = None if self.timeout_s is None else time.monotonic() + self.timeout_s
        self.fired = False
        self.armed = True


class _Watcher:
    """The thread that watches, and what it watches."""

    def __init__(self) -> None:
        self.lock = allocate_lock()
        self.watches: list[_Watch] = []
        self.running = False

    def begin(self, watch: _Watch) -> None:
        with self.lock:
            self.watches.append(watch)
            if not self.running:
                # As a daemon thread of `threading`, which takes as long to import as many an evaluation.
                start_new_thread(self._run, ())
                self.running = True

    def end(self, watch: _Watch) -> None:
        with self.lock:
            self.watches.remove(watch)
        self.disarm(watch)

    def disarm(self, watch: _Watch) -> None:
        """What happens from here on is not the watched evaluation's. To be called in the watched thread."""
        try:
            with self.lock:
                watch.armed = False
        except LimitError:
            with self.lock:
                watch.armed = False
        if watch.fired:
            _let_strike()

    def _run(self) -> None:
        idle_since = time.monotonic()
        while True:
            time.sleep(_LONGEST_NAP)
            with self.lock:
                for watch in self.watches:
                    self._check(watch)
                if self.watches:
                    idle_since = time.monotonic()
                elif time.monotonic() - idle_since > _IDLE_BEFORE_EXIT:
                    self.running = False
                    return

    def _check(self, watch: _Watch) -> None:
        if not watch.armed or (watch.fired and time.monotonic() < watch.again):
            return
        error: type[LimitError] | None = None
        if watch.deadline is not None and time.monotonic() > watch.deadline:
            error = TimeLimitError
        elif watch.memory is not None and _resident() - watch.base > watch.memory:
            error = MemoryLimitError
        if error is not None:
            # Code on the way may have swallowed it, so it is raised again until the evaluation ends.
            watch.fired = True
            watch.again = time.monotonic() + _PATIENCE
            _raise_in(watch.thread, error)


def _raise_in(thread: int, error: type[LimitError]) -> None:
    """Have `error` raised in a thread."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


def _let_strike() -> None:
    """Wait for an error that may be on its way to this thread; it came too late.

    It could be taken back by raising NULL, but then CPython goes on believing that one is pending: every loop of the
    thread gets slower, and under a profiler never ends.
    """
    try:
        for _ in range(_STEPS_TO_STRIKE):
            pass
    except LimitError:
        pass


_STEPS_TO_STRIKE = 100


def _resident() -> int:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


_FRAMES = 8_000


class deep:  # noqa: N801 - read as the verb of a with statement
    """Room for documents and policies that nest deep; what nests deeper still ends in a DepthLimitError."""

    __slots__ = ("_frames",)

    def __init__(self, frames: int = 0) -> None:
        self._frames = frames or _FRAMES

    def __enter__(self) -> None:
        with _room:
            _room.enter(self._frames)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with _room:
            _room.leave()
        if kind is not None and issubclass(kind, RecursionError):
            raise DepthLimitError("nested too deep") from None


class _Room:
    """The interpreter's recursion limit, raised while anyone needs it; all threads share it."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._users = 0
        self._before = 0

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *details: object) -> None:
        self._lock.release()

    def enter(self, frames: int) -> None:
        if not self._users:
            self._before = sys.getrecursionlimit()
        self._users += 1
        if sys.getrecursionlimit() < frames:
            sys.setrecursionlimit(frames)

    def leave(self) -> None:
        self._users -= 1
        if not self._users:
            # Lowering it below where this thread stands would be refused.
            try:
                sys.setrecursionlimit(self._before)
            except RecursionError:
                pass


_room = _Room()
_watcher = _Watcher()


def _forget_watcher() -> None:
    # The watching thread does not live on in a forked process.
    global _watcher
    _watcher = _Watcher()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_watcher)


class bounded:  # noqa: N801 - as above
    """Run the block under these bounds; a LimitError is raised in it when one is reached."""

    __slots__ = ("_max_memory", "_timeout_s", "_watch", "_watcher")

    def __init__(self, timeout_s: float | None, max_memory: int | None) -> None:
        self._timeout_s = timeout_s
        self._max_memory = max_memory
        self._watch: _Watch | None = None

    def __enter__(self) -> None:
        if self._timeout_s is None and self._max_memory is None:
            return
        self._watcher = _watcher
        self._watch = _Watch(self._timeout_s, self._max_memory)
        self._watcher.begin(self._watch)

    def __exit__(self, *_: object) -> None:
        if self._watch is not None:
            self._watcher.end(self._watch)


class Guard:
    """The same bounds for many short blocks, one after another in one thread: `with guard:` costs next to nothing."""

    __slots__ = ("_max_memory", "_timeout_s", "_watch", "_watcher")

    def __init__(self, timeout_s: float | None, max_memory: int | None) -> None:
        self._timeout_s = timeout_s
        self._max_memory = max_memory
        self._watch: _Watch | None = None
        self._watcher = _watcher

    def __enter__(self) -> None:
        watch = self._watch
        if watch is None or self._watcher is not _watcher or watch.thread != get_ident():
            self._watcher = _watcher
            self._watch = watch = _Watch(self._timeout_s, self._max_memory)
            _watcher.begin(watch)
        else:
            watch.arm()

    def __exit__(self, *_: object) -> None:
        assert self._watch is not None
        self._watcher.disarm(self._watch)
