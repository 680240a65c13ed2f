"""ValidatingAdmissionPolicies: matching, parameters, actions."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.cel.vap import load
from gatewright.errors import TemplateError

API = "admissionregistration.k8s.io/v1"


def policy(**spec: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "matchConstraints": {
            "resourceRules": [
                {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]}
            ]
        },
        "validations": [{"expression": "object.spec.replicas <= 3", "message": "too many"}],
    }
    spec = {**base, **spec}
    return {"apiVersion": API, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"}, "spec": spec}


def binding(**spec: Any) -> dict[str, Any]:
    spec = {"policyName": "p", "validationActions": ["Deny"], **spec}
    return {"apiVersion": API, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "b"}, "spec": spec}


def deployment(replicas: int, **metadata: Any) -> dict[str, Any]:
    obj = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d", "namespace": "shop", **metadata},
        "spec": {"replicas": replicas},
    }
    return {
        "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
        "name": "d",
        "namespace": "shop",
        "operation": "",
        "object": obj,
        "oldObject": None,
    }


def messages(*documents: dict[str, Any], review: dict[str, Any], namespace: Any = None) -> list[str]:
    return [decision.message for decision in load(documents).decide(review, namespace)]


def test_a_policy_speaks_only_when_bound() -> None:
    assert messages(policy(), review=deployment(5)) == []
    assert messages(policy(), binding(), review=deployment(5)) == ["too many"]
    assert messages(policy(), binding(), review=deployment(2)) == []


def test_a_decision_knows_its_binding() -> None:
    [decision] = load([policy(), binding(validationActions=["Warn", "Audit"])]).decide(deployment(5))
    assert decision.actions == ("Warn", "Audit")
    assert decision.denial == "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: too many"


MATCHES = {
    "other resource": (
        {"resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["pods"]}]},
        False,
    ),
    "everything": (
        {"resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}]},
        True,
    ),
    "other operation": (
        {"resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["DELETE"], "resources": ["*"]}]},
        False,
    ),
    "excluded": (
        {
            "excludeResourceRules": [
                {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["deployments"]}
            ]
        },
        False,
    ),
    "labels": ({"objectSelector": {"matchLabels": {"app": "web"}}}, True),
    "other labels": ({"objectSelector": {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}}, False),
    "namespace": ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}, True),
}


@pytest.mark.parametrize(("match", "matches"), MATCHES.values(), ids=MATCHES)
def test_matching(match: dict[str, Any], matches: bool) -> None:
    review = deployment(5, labels={"app": "web"})
    assert bool(messages(policy(matchConstraints=match), binding(), review=review)) is matches
    assert bool(messages(policy(), binding(matchResources=match), review=review)) is matches


LIMITS = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "limits", "namespace": "shop"},
    "data": {"max": "4"},
}
WITH_PARAMS = policy(
    paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
    variables=[{"name": "max", "expression": "int(params.data.max)"}],
    validations=[
        {"expression": "object.spec.replicas <= variables.max", "messageExpression": "'at most ' + params.data.max"}
    ],
)


def test_parameters_come_from_the_inputs() -> None:
    bound = binding(paramRef={"name": "limits", "parameterNotFoundAction": "Deny"})
    assert messages(WITH_PARAMS, bound, LIMITS, review=deployment(5)) == ["at most 4"]
    assert messages(WITH_PARAMS, bound, LIMITS, review=deployment(4)) == []


@pytest.mark.parametrize(("action", "count"), [("Deny", 1), ("Allow", 0)])
def test_missing_parameters(action: str, count: int) -> None:
    bound = binding(paramRef={"name": "limits", "parameterNotFoundAction": action})
    assert len(messages(WITH_PARAMS, bound, review=deployment(5))) == count


def test_the_authorizer_is_known_but_absent() -> None:
    asking = policy(validations=[{"expression": "authorizer.path('/x').check('get').allowed()"}])
    [message] = messages(asking, binding(), review=deployment(1))
    assert message.endswith("authorizer is not available offline")


@pytest.mark.parametrize("actions", [[], ["Deny", "Warn"], ["Shout"]])
def test_refused_actions(actions: list[str]) -> None:
    with pytest.raises(TemplateError, match="validationActions"):
        load([binding(validationActions=actions)])
