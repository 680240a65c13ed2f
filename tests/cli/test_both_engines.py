"""`--engine both`: CEL answers as in a cluster, and every disagreement with the template's Rego is told."""

from __future__ import annotations

import json

import pytest

# The two differ on containers with a privileged: "yes", which is no boolean.
TEMPLATE = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: unprivileged}
spec:
  crd: {spec: {names: {kind: Unprivileged}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - engine: K8sNativeValidation
          source:
            validations:
              - expression: "object.spec.containers.all(c, !has(c.privileged) || c.privileged != true)"
                message: privileged
        - engine: Rego
          source:
            rego: |
              package unprivileged

              violation[{"msg": "privileged"}] { input.review.object.spec.containers[_].privileged }
"""
CONSTRAINT = """\
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Unprivileged
metadata: {name: all}
spec: {enforcementAction: %s}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  containers:
    - {name: c, privileged: %s}
"""
SUITE = """\
apiVersion: test.gatekeeper.sh/v1alpha1
kind: Suite
tests:
  - name: all
    template: template.yaml
    constraint: constraint.yaml
    cases:
      - {name: agreed, object: agreed.yaml, assertions: [{violations: yes}]}
      - {name: odd, object: odd.yaml, assertions: [{violations: no}]}
"""
SAID = "cel and rego disagree: cel says nothing, rego says privileged"


@pytest.fixture
def dual(work):
    (work / "template.yaml").write_text(TEMPLATE)
    (work / "constraint.yaml").write_text(CONSTRAINT % "deny")
    (work / "agreed.yaml").write_text(POD % ("agreed", "true"))
    (work / "odd.yaml").write_text(POD % ("odd", '"yes"'))
    (work / "suite.yaml").write_text(SUITE)
    return work


def _check(cli, engine):
    arguments = ("-p", "template.yaml", "-p", "constraint.yaml", "agreed.yaml", "odd.yaml")
    ran = cli("check", "-f", "json", "--engine", engine, *arguments)
    return ran.code, json.loads(ran.out)["violations"]


@pytest.mark.parametrize(("engine", "names"), [("cel", ["agreed"]), ("rego", ["agreed", "odd"])])
def test_one_engine(dual, cli, engine, names):
    _, violations = _check(cli, engine)
    assert [v["object"]["name"] for v in violations] == names


def test_check_tells_of_a_disagreement_where_it_lies(dual, cli):
    code, violations = _check(cli, "both")
    assert code == 1
    assert [(v["object"]["name"], v["message"]) for v in violations] == [("agreed", "privileged"), ("odd", SAID)]
    told = violations[1]
    assert told["details"] == {"cel": [], "rego": ["privileged"]}
    assert (told["location"]["file"], told["enforcementAction"]) == ("odd.yaml", "deny")


def test_a_disagreement_has_the_constraints_action(dual, cli):
    (dual / "constraint.yaml").write_text(CONSTRAINT % "warn")
    code, violations = _check(cli, "both")
    assert (code, [v["enforcementAction"] for v in violations]) == (0, ["warn", "warn"])


def test_a_suite_fails_where_the_engines_disagree(dual, cli):
    assert cli("test", "suite.yaml").code == 0
    ran = cli("test", "--engine", "both", "suite.yaml")
    assert ran.code == 1
    assert SAID in ran.out
    assert "1 passed, 1 failed" in ran.out


def test_the_place_of_a_cel_violation(dual, cli):
    _, violations = _check(cli, "cel")
    assert violations[0]["location"]["line"] == POD.splitlines().index("    - {name: c, privileged: %s}") + 1
