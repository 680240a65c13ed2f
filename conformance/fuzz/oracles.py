"""Who answers a program: gatewright, OPA (a server on a local socket) or regopy; all in one shape, Answer."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from conformance.fuzz.programs import Program


@dataclass(frozen=True, slots=True)
class Answer:
    """The document at `data.fuzz` (None when undefined), or the first error's code and row.

    `partial`: the error is of a module alone, and the others have not been looked at.
    """

    value: Any = None
    code: str = ""
    row: int = 0
    message: str = ""
    partial: bool = False

    def agrees(self, other: Answer) -> bool:
        """Errors agree by code and row: which of several conflicts is met first is left to the engine's order of
        evaluation, so for those the code is enough."""
        if self.partial or other.partial:
            return bool(self.code and other.code)
        if self.code or other.code:
            if self.code != other.code:
                return False
            return self.code.startswith("eval_") or self.row == other.row
        return same(self.value, other.value)


class Oracle(Protocol):
    name: str

    def answer(self, program: Program) -> Answer: ...


def same(a: Any, b: Any) -> bool:
    """JSON equality: numbers by value, booleans apart from numbers."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and bool(a == b)


class Gatewright:
    """Ourselves, through the public API."""

    name = "gatewright"

    def __init__(self) -> None:
        import gatewright

        self._query: Callable[..., list[dict[str, Any]]] = gatewright.query

    def answer(self, program: Program) -> Answer:
        import gatewright

        try:
            rows = self._query(
                f"x = {program.query}",
                modules=program.modules,
                data=program.data,
                input=program.input,
                rego_version=program.rego_version,
            )
        except gatewright.GatewrightError as error:
            first = getattr(error, "errors", (error,))[0]
            return Answer(code=first.code, row=first.location.row if first.location else 0, message=first.message)
        return Answer(value=rows[0]["x"] if rows else None)


class Interpreter(Gatewright):
    """The interpreter that traces are made with."""

    name = "interpreter"

    def __init__(self) -> None:
        from conformance.kinds.interpreter import query

        self._query = query


class Opa:
    """`opa run --server` on Unix sockets, one process a dialect; `close` ends them."""

    name = "opa"

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="gatewright-fuzz-"))
        self._servers: dict[str, tuple[subprocess.Popen[bytes], Path]] = {}

    @staticmethod
    def installed() -> bool:
        return shutil.which("opa") is not None

    def answer(self, program: Program) -> Answer:
        connection = self._connection(program.rego_version)
        try:
            for name, document in program.data.items():
                _call(connection, "PUT", f"/v1/data/{name}", json.dumps(document))
            for name, text in program.modules.items():
                status, body = _call(connection, "PUT", f"/v1/policies/{name}", text, "text/plain")
                if status != 200:
                    return replace(_error(body), partial=name != [*program.modules][-1])
            path = "/v1/" + program.query.replace(".", "/")
            status, body = _call(connection, "POST", path, json.dumps({"input": program.input}))
            return _error(body) if status != 200 else Answer(value=body.get("result"))
        finally:
            for name in reversed(program.modules):
                _call(connection, "DELETE", f"/v1/policies/{name}")
            connection.close()

    def close(self) -> None:
        for process, _ in self._servers.values():
            process.terminate()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _connection(self, version: str) -> http.client.HTTPConnection:
        if version not in self._servers:
            path = self._folder / f"{version}.sock"
            argv = ["opa", "run", "--server", "--addr", f"unix://{path}", "--log-level", "error", "--disable-telemetry"]
            if version == "v0":
                argv.append("--v0-compatible")
            process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self._servers[version] = (process, path)
            for _ in range(200):
                if path.exists():
                    break
                time.sleep(0.05)
        return _UnixConnection(self._servers[version][1])


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


def _call(
    connection: http.client.HTTPConnection, method: str, path: str, body: str = "", kind: str = "application/json"
) -> tuple[int, Any]:
    connection.request(method, path, body.encode(), {"Content-Type": kind})
    response = connection.getresponse()
    raw = response.read()
    return (200 if response.status in (200, 204) else response.status), json.loads(raw) if raw else {}


def _error(body: dict[str, Any]) -> Answer:
    first = (body.get("errors") or [body])[0]
    row = (first.get("location") or {}).get("row", 0)
    return Answer(code=first.get("code", ""), row=row, message=first.get("message", ""))


class Regopy:
    """The embedded rego-cpp, in a process of its own: it may crash. It knows no v0; such programs are not asked."""

    name = "regopy"

    def answer(self, program: Program) -> Answer | None:  # type: ignore[override]
        from gatewright.second_opinion import SecondOpinionError, ask

        if program.rego_version != "v1":
            return None
        try:
            value = ask(program.modules, program.query, data=program.data, input=program.input)
        except SecondOpinionError as error:
            return Answer(code="error", message=str(error))
        return Answer(value=value)
