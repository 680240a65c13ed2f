"""Workers give what one process gives, and the death of one costs the document it died on."""

from __future__ import annotations

import gc
import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from gatewright.checking import cores
from gatewright.checking.evaluate import Evaluator
from gatewright.checking.request import CheckRequest
from gatewright.checking.session import check
from gatewright.checking.units import UNIT_BYTES, Part, read_parts, units_of
from gatewright.gatekeeper.host import Host
from gatewright.records import replace

POLICY = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: named}
spec:
  crd: {spec: {names: {kind: Named}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package named
        violation[{"msg": input.review.object.metadata.name}] { input.review.object.kind == "Pod" }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Named
metadata: {name: all}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-{number}\n  annotations: {{note: {note}}}\n---\n"


@pytest.fixture
def request_(tmp_path: Path) -> CheckRequest:
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    manifests = tmp_path / "manifests"
    manifests.mkdir()
    for file in range(3):
        text = "".join(POD.format(number=f"{file}-{i}", note="x" * 900) for i in range(500))
        (manifests / f"{file}.yaml").write_text(text, encoding="utf-8")
    policy, inputs = str(tmp_path / "policy.yaml"), str(manifests)
    return CheckRequest((policy,), (inputs,), format="json", jobs=2, result_cache=False, excerpts=False)


def report(request: CheckRequest, jobs: int) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    code = check(replace(request, jobs=jobs), out)
    data = json.loads(out.getvalue())
    del data["summary"]["seconds"]
    return code, data


def test_the_report_does_not_depend_on_the_workers(request_: CheckRequest) -> None:
    alone = report(request_, 1)
    assert len(alone[1]["violations"]) == 1500
    for jobs in (2, 3):
        assert report(request_, jobs) == alone


def dying(monkeypatch: pytest.MonkeyPatch, *victims: str) -> None:
    parent = os.getpid()
    review_of = Host._review_of

    def fatal(self: Host, obj: Any, *rest: Any) -> Any:
        if obj["metadata"]["name"] in victims and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return review_of(self, obj, *rest)

    monkeypatch.setattr(Host, "_review_of", fatal)


def test_a_death_costs_one_document(request_: CheckRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    _, whole = report(request_, 1)
    dying(monkeypatch, "pod-1-77", "pod-1-78", "pod-2-499")
    code, data = report(request_, 2)
    assert code == 2
    assert data["summary"]["errors"] == 3
    lost = {"pod-1-77", "pod-1-78", "pod-2-499"}
    assert data["violations"] == [v for v in whole["violations"] if v["message"] not in lost]
    places = [(Path(error["file"]).name, error["line"]) for error in data["errors"]]
    assert places == [("1.yaml", 77 * 6 + 1), ("1.yaml", 78 * 6 + 1), ("2.yaml", 499 * 6 + 1)]
    assert all("died (SIGKILL)" in error["message"] for error in data["errors"])


def test_a_bug_in_a_worker_is_a_bug(request_: CheckRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("ours")

    monkeypatch.setattr(Evaluator, "unit", broken)
    with pytest.raises(RuntimeError, match="ours"):
        report(request_, 2)
    assert children() == []


def test_workers_end_with_the_run(request_: CheckRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(os.listdir("/proc/self/fd"))
    report(request_, 2)
    assert children() == []
    assert set(os.listdir("/proc/self/fd")) <= before

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("gatewright.checking.session._Report.sections", interrupted)
    with pytest.raises(KeyboardInterrupt):
        report(request_, 2)
    gc.collect()
    assert children() == []


def children() -> list[int]:
    """The processes that were forked from this one and not waited for."""
    try:
        return [os.waitpid(-1, os.WNOHANG)[0]]
    except ChildProcessError:
        return []


def test_units_are_cut_by_the_inputs_alone(request_: CheckRequest) -> None:
    files = sorted(Path(request_.manifests[0]).iterdir())
    parts = [part for file in files for part, _ in read_parts(str(file))]
    assert len(parts) > len(files)
    assert b"".join(part.read() for part in parts) == b"".join(file.read_bytes() for file in files)
    for part in parts:
        assert part.read().startswith((b"---", b"apiVersion"))
    sizes = [(part, part.size()) for part in parts]
    for jobs in (1, 2, 5):
        units = list(units_of(sizes, jobs))
        assert [part for unit in units for part in unit.parts] == parts
        assert all(sum(part.size() for part in unit.parts) <= 2 * UNIT_BYTES for unit in units)


def test_for_several_workers_the_last_units_are_small() -> None:
    parts = [(Part("stream", number), 10_000) for number in range(400)]
    alone, together = ([len(unit.parts) for unit in units_of(parts, jobs)] for jobs in (1, 2))
    assert alone[:-1] == [19] * 21
    assert together[0] == 19
    assert together == sorted(together, reverse=True)
    assert max(together[-4:]) == 4


@pytest.mark.parametrize(("asked", "size", "jobs"), [(0, 1000, 1), (1, 1 << 30, 1), (3, 10, 3)])
def test_how_many_work(asked: int, size: int, jobs: int) -> None:
    assert cores.choose_jobs(asked, size) == jobs


def test_much_input_takes_every_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "_cores", lambda: 7)
    assert cores.choose_jobs(0, 1 << 30) == 7
