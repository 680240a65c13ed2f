"""`externalData` of tests and cases: what providers answer to policies and to mutators."""

from __future__ import annotations

import json

import pytest

from gatewright.harness.reading import AS_GATOR_VERIFY
from gatewright.harness.runner import run_suite
from gatewright.harness.session import host_factory
from gatewright.harness.suite import parse_suite

REGO = """
package signed

violation[{"msg": msg}] {
  image := input.review.object.spec.containers[_].image
  answer := external_data({"provider": "notary", "keys": [image]})
  count(answer.errors) > 0
  msg := sprintf("%v", [answer.errors])
}
"""
TEMPLATE = {
    "apiVersion": "templates.gatekeeper.sh/v1",
    "kind": "ConstraintTemplate",
    "metadata": {"name": "signed"},
    "spec": {
        "crd": {"spec": {"names": {"kind": "Signed"}}},
        "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": REGO}],
    },
}
CONSTRAINT = {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "Signed", "metadata": {"name": "c"}}
MUTATOR = {
    "apiVersion": "mutations.gatekeeper.sh/v1",
    "kind": "Assign",
    "metadata": {"name": "digests"},
    "spec": {
        "applyTo": [{"groups": [""], "versions": ["v1"], "kinds": ["Pod"]}],
        "location": "spec.containers[name:*].image",
        "parameters": {
            "assign": {"externalData": {"provider": "notary", "dataSource": "ValueAtLocation", "failurePolicy": "Fail"}}
        },
    },
}


def pod(image):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "c", "image": image}]},
    }


@pytest.fixture
def folder(tmp_path):
    files = {
        "template": TEMPLATE,
        "constraint": CONSTRAINT,
        "mutator": MUTATOR,
        "pod": pod("nginx"),
        "want": pod("nginx@sha256:1"),
        "signed": {"notary": {"nginx": "nginx@sha256:1"}},
        "unsigned": {"notary": {"nginx": {"error": "not signed"}}},
    }
    for name, document in files.items():
        (tmp_path / f"{name}.yaml").write_text(json.dumps(document))
    return tmp_path


def case(violations, **fields):
    return {"name": "c", "object": "pod.yaml", "assertions": [{"violations": violations}], **fields}


def outcomes(folder, test, **options):
    suite = {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "tests": [test]}
    (result,) = run_suite(parse_suite(suite, folder / "s.yaml"), host_factory(), **options).tests
    return result.error or [each.error for each in result.cases]


POLICY = {"template": "template.yaml", "constraint": "constraint.yaml"}


def test_a_test_says_it_for_all_cases_and_a_case_for_itself(folder):
    cases = [case("no"), case("yes", externalData="unsigned.yaml"), case("no")]
    assert outcomes(folder, {**POLICY, "externalData": "signed.yaml", "cases": cases}) == [None, None, None]


def test_a_case_alone_may_say_it(folder):
    cases = [case("no", externalData="signed.yaml"), case("yes", externalData="unsigned.yaml")]
    assert outcomes(folder, {**POLICY, "cases": cases}) == [None, None]


def test_mutators_ask_too(folder):
    changed = {"name": "c", "object": "pod.yaml", "want": "want.yaml"}
    other = {**changed, "externalData": "unsigned.yaml"}
    first, second = outcomes(
        folder, {"mutators": ["mutator.yaml"], "externalData": "signed.yaml", "cases": [changed, other]}
    )
    assert first is None
    assert "not signed" in second


def test_gator_knows_nothing_of_it(folder):
    test = {**POLICY, "externalData": "signed.yaml", "cases": [case("no")]}
    assert "undefined function external_data" in outcomes(folder, test, read=AS_GATOR_VERIFY)
