"""regopy (the embedded rego-cpp) as a second opinion, in a process of its own so that its crashes are its own.

It never decides: it is measured to be wrong, or to crash, on common idioms. `ask` answers one query;
`SecondOpinion` keeps the process between questions.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from gatewright.errors import GatewrightError
from gatewright.runtime.values import UNDEFINED

_SECONDS = 10.0


class SecondOpinionError(GatewrightError):
    """regopy refused the question, crashed on it, or took too long."""

    code = "regopy_error"


class SecondOpinion:
    """A regopy process that is started when first asked, and again after a crash or time-out."""

    def __init__(self, *, timeout_s: float = _SECONDS) -> None:
        self._timeout = timeout_s
        self._process: subprocess.Popen[str] | None = None

    def ask(self, modules: Mapping[str, str], query: str, *, data: Any = None, input: Any = UNDEFINED) -> Any:
        """The value of `query` as JSON (sets are lists), None when undefined. Modules are Rego v1.

        Raises SecondOpinionError with regopy's own text, or what became of its process.
        """
        request: dict[str, Any] = {"modules": dict(modules), "query": query, "data": data}
        if input is not UNDEFINED:
            request["input"] = input
        reply = self._exchange(json.dumps(request))
        if "error" in reply:
            raise SecondOpinionError(reply["error"])
        return reply.get("value")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    # What it was not told, because it died, is still to be written.
                    with suppress(BrokenPipeError):
                        pipe.close()
            self._process = None

    def __enter__(self) -> SecondOpinion:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _exchange(self, line: str) -> dict[str, Any]:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], self._timeout)
            reply = process.stdout.readline() if ready else ""
        except BrokenPipeError:
            ready, reply = [process.stdout], ""
        if reply:
            answer: dict[str, Any] = json.loads(reply)
            return answer
        code = process.poll() if not ready else process.wait()
        self.close()
        if not ready:
            raise SecondOpinionError(f"regopy gave no answer in {self._timeout:g} s")
        raise SecondOpinionError(f"regopy's process ended with {code}")

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gatewright._regopy_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        return self._process


def as_v1(modules: Mapping[str, str], rego_version: str) -> dict[str, str]:
    """The modules as Rego v1, which is all regopy reads: v0 sources are rewritten as `gatewright fmt --to v1` does."""
    if rego_version != "v0":
        return dict(modules)
    from gatewright.syntax.format import format_module

    return {name: format_module(text, rego_version="v0", to="v0v1", file=name) for name, text in modules.items()}


_shared: SecondOpinion | None = None


def ask(modules: Mapping[str, str], query: str, *, data: Any = None, input: Any = UNDEFINED) -> Any:
    """`SecondOpinion.ask` on a process shared by all callers of this one."""
    global _shared
    if _shared is None:
        _shared = SecondOpinion()
    return _shared.ask(modules, query, data=data, input=input)
