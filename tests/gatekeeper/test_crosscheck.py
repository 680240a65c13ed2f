"""`gatewright crosscheck`: both engines are asked, and what they disagree on is shown with both answers."""

from __future__ import annotations

import sys

import pytest
import yaml

from gatewright.cli.boundary import run

from .conftest import constraint, pod, template

AGREED = """package agreed
violation[{"msg": msg, "details": {"n": 1}}] {
  input.review.object.metadata.labels.team != input.parameters.label
  msg := sprintf("wrong team %v", [input.review.object.metadata.labels.team])
}
"""
# regopy finds nothing where a ref with a variable is an argument of a function.
MISSED = """package missed
violation[{"msg": msg}] {
  lower(input.review.object.spec.containers[_].name) == "a"
  msg := "found"
}
"""
OBJECT = pod(labels={"team": "b"}, spec={"containers": [{"name": "a", "image": "i"}]})


@pytest.fixture
def crosscheck(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def command(*policies, objects=()):
        (tmp_path / "policies.yaml").write_text("---\n".join(map(yaml.safe_dump, policies)))
        (tmp_path / "objects.yaml").write_text("---\n".join(map(yaml.safe_dump, objects)))
        code = run(["crosscheck", "-p", str(tmp_path / "policies.yaml"), str(tmp_path / "objects.yaml")])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return command


def test_agreement_in_v0(crosscheck):
    policies = template("Agreed", AGREED), constraint("c", "Agreed", parameters={"label": "a"})
    code, out, _ = crosscheck(*policies, objects=[OBJECT])
    assert (code, out) == (
        0,
        "1 objects, 1 constraints, 1 pairs compared: 0 differences, 0 without an answer from regopy\n",
    )


def test_a_disagreement_is_shown_with_both_answers(crosscheck):
    code, out, _ = crosscheck(template("Missed", MISSED), constraint("c", "Missed"), objects=[OBJECT])
    assert code == 1
    assert "Missed/c on Pod default/p\n  gatewright  found\n  regopy      no violation\n" in out


def test_a_crash_of_the_second_engine_is_no_crash_of_ours(crosscheck, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    policies = template("Agreed", AGREED), constraint("c", "Agreed", parameters={"label": "a"})
    code, out, err = crosscheck(*policies, objects=[OBJECT])
    assert (code, out.strip().endswith("1 without an answer from regopy")) == (0, True)
    assert "regopy has no answer for Agreed: regopy's process ended with 1" in err
