"""What is held does not grow with the number of objects; counted in objects, which no machine changes."""

from __future__ import annotations

import gc
import io
from pathlib import Path
from typing import Any

import pytest

from gatewright.checking.evaluate import Evaluator
from gatewright.checking.request import CheckRequest
from gatewright.checking.session import check
from gatewright.checking.units import UNIT_BYTES
from gatewright.manifests import Document

# Finds something in every object, by a function of a text that is another one in each.
POLICY = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: taglimit}
spec:
  crd: {spec: {names: {kind: TagLimit}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package taglimit
        violation[{"msg": msg}] {
          container := input.review.object.spec.template.spec.containers[_]
          tag := tag_of(container.image)
          tag == "latest"
          msg := sprintf("%v is the %v of %v", [container.image, tag, container.resources.limits.memory])
        }
        tag_of(image) = lower(trim(array.reverse(split(trim_space(image), ":"))[0], " "))
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: TagLimit
metadata: {name: limit}
"""


def deployments(count: int) -> str:
    """Each with a name, images and labels of its own."""
    return "---\n".join(
        f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{number}
  namespace: space-{number}
  labels: {{part: part-{number}, owner: team-{number}}}
spec:
  replicas: {number}
  template:
    spec:
      containers:
        - name: main-{number}
          image: registry.example/web-{number}:latest
          args: ["--number", "{number}", "--text", "{"x" * 500}"]
          resources: {{limits: {{memory: {number}Mi, cpu: {number}m}}}}
"""
        for number in range(count)
    )


class Watch:
    """Counts the documents that are alive while the findings of a unit are rendered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.most = 0
        render = Evaluator._render

        def watched(*arguments: Any) -> None:
            self.most = max(self.most, sum(isinstance(o, Document) for o in gc.get_objects()))
            render(*arguments)

        monkeypatch.setattr(Evaluator, "_render", watched)


class Nowhere(io.StringIO):
    """A report that is thrown away."""

    def write(self, text: str) -> int:
        return len(text)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def checked(folder: Path, count: int, **options: Any) -> int:
    """How many objects are there after a check."""
    policy, stream = folder / "policy.yaml", folder / "stream.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    stream.write_text(deployments(count), encoding="utf-8")
    assert check(CheckRequest((str(policy),), (str(stream),), jobs=1, **options), Nowhere()) == 1
    gc.collect()
    return len(gc.get_objects())


IN_A_UNIT = 2 * UNIT_BYTES // len(deployments(1))


@pytest.mark.parametrize("format", ["json", "text"])
def test_no_more_is_held_for_more_objects(format: str, tmp_path: Path, watch: Watch) -> None:
    checked(tmp_path, 700, format=format, result_cache=False)
    few, many = (checked(tmp_path, count, format=format, result_cache=False) for count in (700, 1800))
    assert 100 < watch.most <= IN_A_UNIT
    assert many - few < 100


def test_no_more_is_held_where_results_are_kept(tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    checked(tmp_path, 1500)
    assert 100 < watch.most <= IN_A_UNIT
