"""Mutation tests of suites: mutators alone, with the object that is wanted, and before a constraint's review."""

from __future__ import annotations

import json

import pytest

from gatewright.harness.runner import run_suite
from gatewright.harness.session import host_factory
from gatewright.harness.suite import parse_suite


def document(kind, group, name, **spec):
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name}, "spec": spec}


def pod(**labels):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", **({"labels": labels} if labels else {})}}


def label(name="owner", **match):
    spec = {"location": f"metadata.labels.{name}", "parameters": {"assign": {"value": "me"}}}
    return document("AssignMetadata", "mutations.gatekeeper.sh/v1", name, **spec, **({"match": match} if match else {}))


REGO = """package needslabel
violation[{"msg": "no owner"}] { not input.review.object.metadata.labels.owner }
violation[{"msg": msg}] { kept := data.inventory.cluster[_][kind][_]; msg := sprintf("beside %v", [kind]) }
"""
FILES = {
    "pod": pod(),
    "want": pod(owner="me"),
    "owner": label(),
    "team": label("team", labelSelector={"matchLabels": {"a": "b"}}),
    "broken": {**label(), "spec": {"location": "metadata.labels[", "parameters": {"assign": {"value": "me"}}}},
    "template": document(
        "ConstraintTemplate",
        "templates.gatekeeper.sh/v1",
        "needslabel",
        crd={"spec": {"names": {"kind": "NeedsLabel"}}},
        targets=[{"target": "admission.k8s.gatekeeper.sh", "rego": REGO}],
    ),
    "constraint": document("NeedsLabel", "constraints.gatekeeper.sh/v1beta1", "c"),
}
POLICY = {"template": "template.yaml", "constraint": "constraint.yaml"}
CASE = {"name": "c", "object": "pod.yaml"}


@pytest.fixture
def outcome(tmp_path):
    """Runs one test of a suite: its error, or those of its cases."""
    for name, content in FILES.items():
        (tmp_path / f"{name}.yaml").write_text(json.dumps(content))

    def run(**test):
        suite = {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "tests": [test]}
        (result,) = run_suite(parse_suite(suite, tmp_path / "s.yaml"), host_factory()).tests
        return result.error or [each.error for each in result.cases]

    return run


def test_the_object_that_is_wanted(outcome):
    cases = [{**CASE, "want": "want.yaml"}, {**CASE, "object": "want.yaml", "want": "want.yaml"}]
    assert outcome(mutators=["owner.yaml", "team.yaml"], cases=cases) == [None, None]
    (told,) = outcome(mutators=["owner.yaml"], cases=[{**CASE, "want": "pod.yaml"}])
    assert told.startswith("the mutated object is not the wanted one:\n--- want\n+++ got\n")


def test_mutators_come_before_the_review(outcome):
    reviewed = {**CASE, "assertions": [{"violations": "no"}]}
    assert outcome(**POLICY, mutators=["owner.yaml"], cases=[reviewed]) == [None]
    assert outcome(**POLICY, mutators=["team.yaml"], cases=[{**CASE, "assertions": [{"violations": 1}]}]) == [None]


def test_both_are_looked_at(outcome):
    reviewed = {**CASE, "want": "want.yaml", "assertions": [{"violations": "no"}]}
    other = {**reviewed, "want": "pod.yaml"}
    (first, second, third) = outcome(
        **POLICY, mutators=["owner.yaml"], cases=[reviewed, other, {**CASE, "want": "want.yaml"}]
    )
    assert (first, third) == (None, None)
    assert second.startswith("the mutated object is not the wanted one:")


def test_the_inventory_holds_no_mutators(outcome):
    reviewed = {**CASE, "assertions": [{"violations": 1, "message": "beside Pod"}]}
    both = [{**reviewed, "inventory": ["want.yaml"]}, {**CASE, "assertions": [{"violations": "no"}]}]
    assert outcome(**POLICY, mutators=["owner.yaml"], cases=both) == [None, None]


@pytest.mark.parametrize(
    ("test", "error"),
    [
        ({"mutators": ["broken.yaml"], "invalid": True}, []),
        ({"mutators": ["owner.yaml"], "invalid": True}, "mutators should have been refused: they are valid"),
        ({"mutators": ["pod.yaml"], "cases": [CASE]}, "not a mutator: Pod 'p'"),
        ({**POLICY, "mutators": ["pod.yaml"], "cases": [CASE]}, "not a mutator: Pod 'p'"),
        (
            {"mutators": ["owner.yaml"], "cases": [CASE]},
            ["invalid Case: a mutation case must define object and want"],
        ),
        (
            {"mutators": ["owner.yaml"], "cases": [{**CASE, "want": "want.yaml", "assertions": [{"violations": 1}]}]},
            ["invalid Case: assertions and inventory need a template and a constraint in the test"],
        ),
        (
            {**POLICY, "cases": [{**CASE, "want": "want.yaml", "assertions": [{"violations": 1}]}]},
            ["invalid Case: want is the object after mutation, and the test names no mutators"],
        ),
    ],
)
def test_what_makes_no_sense_is_told(outcome, test, error):
    assert outcome(**test) == error
