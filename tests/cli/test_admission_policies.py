"""ValidatingAdmissionPolicies through `gatewright check`: found like other policies, parameters in the inputs."""

from __future__ import annotations

import json

import pytest

POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replica-limit}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules:
      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
  variables:
    - {name: max, expression: int(params.data.max)}
  validations:
    - expression: object.spec.replicas <= variables.max
      messageExpression: "'at most ' + params.data.max + ' in ' + namespaceObject.metadata.name"
"""
BINDING = """\
---
apiVersion: admissionregistration.k8s.io/v1beta1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: in-shop}
spec:
  policyName: replica-limit
  validationActions: [%s]
  paramRef: {name: limits, parameterNotFoundAction: Deny}
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: %s, namespace: %s}
spec: {replicas: %d}
"""
LIMITS = """\
---
apiVersion: v1
kind: ConfigMap
metadata: {name: limits, namespace: shop}
data: {max: "2"}
"""


@pytest.fixture
def shop(work):
    (work / "vap.yaml").write_text(POLICY + BINDING % "Deny")
    deployments = [("web", "shop", 5), ("ok", "shop", 2), ("web", "elsewhere", 5)]
    objects = "---\n".join(DEPLOYMENT % d for d in deployments) + LIMITS
    (work / "objects.yaml").write_text(objects)
    return work


def _found(ran):
    return [(v["message"], v["enforcementAction"]) for v in json.loads(ran.out)["violations"]]


def test_parameters_are_among_the_inputs(shop, cli):
    ran = cli("check", "-f", "json", "-p", "vap.yaml", "objects.yaml")
    assert (ran.code, _found(ran)) == (1, [("at most 2 in shop", "deny")])
    summary = json.loads(ran.out)["summary"]
    assert (summary["constraints"], summary["pairs"]) == (1, 2)


def test_a_finding_stands_where_its_expression_looked(shop, cli):
    ran = cli("check", "-f", "json", "-p", "vap.yaml", "objects.yaml")
    [violation] = json.loads(ran.out)["violations"]
    assert violation["location"] == {"file": "objects.yaml", "line": 4, "column": 8}


def test_a_binding_of_a_policy_that_is_not_there_is_told_of(shop, cli):
    (shop / "vap.yaml").write_text(
        POLICY + BINDING % "Deny" + (BINDING % "Deny").replace("-limit", "").replace("in-", "")
    )
    ran = cli("check", "-p", "vap.yaml", "objects.yaml")
    assert "the policy of the binding shop is not there: it says nothing" in ran.out + ran.err


def test_a_namespace_is_in_itself(shop, cli):
    text = POLICY.split("  variables:")[0].replace("apps", '""').replace("deployments", "namespaces")
    words = "request.namespace + (namespaceObject == null ? ' has no' : ' has a') + ' namespace'"
    text += f'  validations: [{{expression: "false", messageExpression: "{words}"}}]\n'
    bound = (BINDING % "Deny").replace("{matchLabels: {kubernetes.io/metadata.name: shop}}", "{}")
    (shop / "vap.yaml").write_text(text + bound)
    (shop / "objects.yaml").write_text(LIMITS + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
    ran = cli("check", "-f", "json", "-p", "vap.yaml", "objects.yaml")
    assert _found(ran) == [("shop has no namespace", "deny")]


def test_what_no_cluster_would_store_is_bad_input(shop, cli):
    (shop / "vap.yaml").write_text(POLICY + (BINDING % "Deny").replace(", parameterNotFoundAction: Deny", ""))
    ran = cli("check", "-p", "vap.yaml", "objects.yaml")
    assert ran.code == 2
    assert "in-shop: spec.paramRef.parameterNotFoundAction is required" in ran.out + ran.err


def test_both_engines_leave_such_policies_as_they_are(shop, cli):
    ran = cli("check", "-f", "json", "-p", "vap.yaml", "--engine", "both", "objects.yaml")
    assert _found(ran) == [("at most 2 in shop", "deny")]


def test_a_change_of_the_parameters_counts(shop, cli):
    assert cli("check", "-p", "vap.yaml", "objects.yaml").code == 1
    objects = (shop / "objects.yaml").read_text()
    (shop / "objects.yaml").write_text(objects.replace('max: "2"', 'max: "9"'))
    assert cli("check", "-p", "vap.yaml", "objects.yaml").code == 0


def test_a_warning_is_no_denial(shop, cli):
    (shop / "vap.yaml").write_text(POLICY + BINDING % "Warn")
    ran = cli("check", "-f", "json", "-p", "vap.yaml", "objects.yaml")
    assert (ran.code, _found(ran)) == (0, [("at most 2 in shop", "warn")])


def test_missing_parameters_deny_whatever_the_actions(shop, cli):
    (shop / "vap.yaml").write_text(POLICY + BINDING % "Warn")
    objects = (shop / "objects.yaml").read_text()
    (shop / "objects.yaml").write_text(objects.removesuffix(LIMITS))
    ran = cli("check", "-f", "json", "-p", "vap.yaml", "objects.yaml")
    words = "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
    assert (ran.code, _found(ran)) == (1, [(words, "deny")] * 2)


def test_policies_met_among_the_manifests_count(shop, cli):
    assert _found(cli("check", "-f", "json", "vap.yaml", "objects.yaml")) == [("at most 2 in shop", "deny")]


def test_gator_knows_no_such_policies(shop, cli):
    ran = cli("check", "--gator-compat", "-p", "vap.yaml", "-p", "policy.yaml", "objects.yaml", "-f", "json")
    assert "at most" not in ran.out
    assert cli("check", "--gator-compat", "-p", "vap.yaml", "objects.yaml").code == 2


def test_a_policy_without_a_binding_says_nothing(shop, cli):
    (shop / "vap.yaml").write_text(POLICY)
    ran = cli("check", "-p", "vap.yaml", "objects.yaml")
    assert ran.code == 2
    assert "without a binding" in ran.err


def test_an_expression_that_does_not_compile_is_bad_input(shop, cli):
    (shop / "vap.yaml").write_text(POLICY.replace("int(params.data.max)", "int(params.data.max") + BINDING % "Deny")
    ran = cli("check", "-p", "vap.yaml", "objects.yaml")
    assert ran.code == 2
    assert "vap.yaml:3:12" in ran.out + ran.err
    assert "missing ')' at '<EOF>'" in ran.out + ran.err
