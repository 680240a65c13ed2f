"""Large inputs are cut between documents, and what is piped in is not held in memory."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gatewright.checking.evaluate import read_part
from gatewright.checking.spool import Spool
from gatewright.checking.units import UNIT_BYTES, Part, read_parts
from gatewright.errors import GatewrightError, UsageError


def parts_of(file: str, stdin: io.BytesIO | None = None) -> list[Part]:
    """The parts of a file, which are what was read while it was cut."""
    found = list(read_parts(file, stdin))
    assert [data for _, data in found] == [part.read() for part, _ in found]
    return [part for part, _ in found]


def pods(count: int) -> list[dict[str, Any]]:
    labels = {f"label-{number}": "x" * 40 for number in range(20)}
    return [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"pod-{number}", "labels": labels}}
        for number in range(count)
    ]


def json_lines(objects: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in objects).encode()


def json_pretty(objects: list[dict[str, Any]]) -> bytes:
    return "\r\n".join(json.dumps(one, indent=2).replace("\n", "\r\n") for one in objects).encode()


def json_in_columns(objects: list[dict[str, Any]]) -> bytes:
    """With braces at the beginning of lines that begin no object of the stream."""
    return b"\n\n".join(json.dumps({**one, "items": [{}, {}]}, indent=0).encode() for one in objects)


def as_yaml(objects: list[dict[str, Any]]) -> bytes:
    return b"".join(b"---\nobject: " + json.dumps(one).encode() + b"\n" for one in objects)


@pytest.mark.parametrize("written", [json_lines, json_pretty, json_in_columns, as_yaml])
def test_large_streams_are_cut_between_documents(written: Any, tmp_path: Path) -> None:
    data = written(pods(900))
    file = tmp_path / "stream"
    file.write_bytes(data)
    parts = parts_of(str(file))
    assert len(parts) >= len(data) // UNIT_BYTES - 1
    assert b"".join(part.read() for part in parts) == data
    found = [(item.value, item.row) for part in parts for item in read_part(part)]  # type: ignore[union-attr]
    assert found == [(item.value, item.row) for item in read_part(Part("stream", data=data))]  # type: ignore[union-attr]


def test_a_fault_in_json_is_the_fault_of_its_part(tmp_path: Path) -> None:
    file = tmp_path / "stream.json"
    lines = json_lines(pods(900)).splitlines(keepends=True)
    lines[10] = b'{"kind": }\n'
    file.write_bytes(b"".join(lines))
    found = [item for part in parts_of(str(file)) for item in read_part(part)]
    errors = [item for item in found if isinstance(item, GatewrightError)]
    assert [error.location.row for error in errors if error.location] == [11]
    assert len(found) > 600


def test_what_is_piped_in_is_cut_as_a_file_and_held_on_disk(tmp_path: Path) -> None:
    data = as_yaml(pods(2000))
    file = tmp_path / "stream.yaml"
    file.write_bytes(data)
    parts = parts_of("-", io.BytesIO(data))
    assert [(p.offset, p.length, p.row) for p in parts] == [(p.offset, p.length, p.row) for p in parts_of(str(file))]
    assert all(isinstance(part.data, Spool) for part in parts)
    assert b"".join(part.read() for part in parts) == data


def test_little_that_is_piped_in_touches_no_disk() -> None:
    (part,) = parts_of("-", io.BytesIO(b"kind: Pod\n"))
    assert part.data == b"kind: Pod\n"


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(open, "/dev/full", "wb"))
    with pytest.raises(UsageError, match="No space left"):
        Spool().write(b"much")


def test_workers_read_what_is_piped_in(tmp_path: Path) -> None:
    policies = Path(__file__).parents[2] / "examples" / "policies"
    argv = [sys.executable, "-m", "gatewright", "check", "-f", "json", "-p", str(policies), "--jobs"]
    stream = json_lines(pods(1200))
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    reports = [json.loads(subprocess.run([*argv, jobs, "-"], input=stream, env=env, capture_output=True).stdout)
               for jobs in ("1", "2")]  # fmt: skip
    for report in reports:
        del report["summary"]["seconds"]
    assert reports[0] == reports[1]
    assert reports[0]["summary"]["objects"] == 1200
