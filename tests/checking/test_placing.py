"""Where findings stand: at the place they state, else where their policy looked; who states it is not asked again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatewright.checking.request import CheckRequest
from gatewright.checking.session import check
from gatewright.gatekeeper.host import Host, Seen
from gatewright.gatekeeper.result import Violation

POLICY = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: hosts}
spec:
  crd: {spec: {names: {kind: Hosts}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package hosts
        violation[{"msg": "a network", "details": {"path": ["spec", "hostNetwork"]}}] {
          input.review.object.spec.containers[_].name == "a"
        }
        violation[{"msg": "b container", "details": {"path": ["spec", "hostOf", null]}}] {
          input.review.object.spec.containers[_].name == "b"
        }
        violation[{"msg": "c pid", "details": {"path": ["spec", "hostPID"]}}] {
          input.review.object.spec.hostPID
        }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Hosts
metadata: {name: hosts}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  hostNetwork: true
  hostPID: true
  containers:
    - name: a
    - name: b
"""


def test_who_states_a_place_is_not_asked_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    path_of = Host.path_of

    def noted(self: Host, violation: Violation, seen: Seen) -> tuple[Any, ...]:
        asked.append(violation.message)
        return path_of(self, violation, seen)

    monkeypatch.setattr(Host, "path_of", noted)
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "pod.yaml").write_text(POD)
    report = tmp_path / "report.json"
    check(
        CheckRequest(
            (str(tmp_path / "policy.yaml"),),
            (str(tmp_path / "pod.yaml"),),
            format="json",
            output=report,
            jobs=1,
            result_cache=False,
        )
    )
    found = json.loads(report.read_text())["violations"]
    lines = [(violation["message"], violation["location"]["line"]) for violation in found]
    assert lines == [("a network", 5), ("b container", 9), ("c pid", 6)]
    assert asked == ["b container"]
