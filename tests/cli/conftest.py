"""Commands run as users run them (`command`: a process of its own), and in this process where that is all the same."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatewright.cli import boundary

POLICY = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: needowner}
spec:
  crd:
    spec:
      names: {kind: NeedOwner}
      validation:
        openAPIV3Schema: {type: object, properties: {names: {type: array, items: {type: string}}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - engine: Rego
          source:
            version: v1
            rego: |
              package needowner

              violation contains {"msg": msg} if {
                not input.review.object.metadata.labels.owner
                msg := sprintf("%s has no owner", [input.review.object.metadata.name])
              }
"""
CONSTRAINT = """\
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: NeedOwner
metadata: {name: owners}
spec:
  match: {kinds: [{apiGroups: [""], kinds: [ConfigMap]}]}
"""


def config_map(name: str, owner: str = "") -> str:
    labels = f"  labels: {{owner: {owner}}}\n" if owner else ""
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n{labels}"


@dataclass
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A directory to work in: a policy, a good and a bad object, and a cache of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.yaml").write_text(f"{POLICY}---\n{CONSTRAINT}")
    (tmp_path / "good.yaml").write_text(config_map("good", owner="me"))
    (tmp_path / "plain.yaml").write_text(config_map("plain"))
    return tmp_path


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def command(work, cache_dir):
    """`python -m gatewright …` in the directory; with `start` the process itself."""
    engine = str(Path(boundary.__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": engine, "XDG_CACHE_HOME": str(cache_dir)}
    environment.pop("GATEWRIGHT_DEBUG", None)

    def run(*args: str, start: bool = False, given: bytes = b"", **options):
        argv = [sys.executable, "-m", "gatewright", *args]
        if start:
            return subprocess.Popen(argv, env=environment, **options)
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "input": given, **options}
        done = subprocess.run(argv, env=environment, check=False, timeout=120, **streams)
        return Ran(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())

    return run


@pytest.fixture
def cli(work, monkeypatch, cache_dir):
    """The same in this process, which is faster: for what the process itself has no part in."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_dir))

    def run(*args: object, given: str = "") -> Ran:
        out, err = io.StringIO(), io.StringIO()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = boundary.run([str(arg) for arg in args])
        return Ran(code, out.getvalue(), err.getvalue())

    return run
