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


EVERYTHING: dict[str, Any] = {
    "resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}]
}
MATCHES = {
    "other resource": (
        {"resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["pods"]}]},
        False,
    ),
    "everything": (EVERYTHING, True),
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
    constraints = {**EVERYTHING, **match}
    assert bool(messages(policy(matchConstraints=constraints), binding(), review=review)) is matches
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


def test_a_binding_that_cannot_be_followed_denies() -> None:
    ref = {"name": "nope", "parameterNotFoundAction": "Deny"}
    documents = [WITH_PARAMS, binding(paramRef=ref, validationActions=["Warn"]), LIMITS]
    [decision] = load(documents).decide(deployment(1))
    words = "no params found for policy binding with `Deny` parameterNotFoundAction"
    assert (decision.message, decision.actions) == (f"failed to configure binding: {words}", ("Deny",))
    lenient = policy(**{**WITH_PARAMS["spec"], "failurePolicy": "Ignore"})
    assert load([lenient, *documents[1:]]).decide(deployment(1)) == []


def test_what_has_no_namespace_says_nothing_of_where_its_parameters_are() -> None:
    role = {
        "kind": {"group": "rbac.authorization.k8s.io", "version": "v1", "kind": "ClusterRole"},
        "object": {"kind": "ClusterRole", "metadata": {"name": "r"}, "spec": {"replicas": 1}},
    }
    asked = policy(**{**WITH_PARAMS["spec"], "matchConstraints": EVERYTHING})
    ref = {"name": "limits", "parameterNotFoundAction": "Allow"}
    words = "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
    assert messages(asked, binding(paramRef=ref), LIMITS, review=role) == [f"failed to configure binding: {words}"]
    assert messages(asked, binding(paramRef={**ref, "namespace": "shop"}), LIMITS, review=role) == []


def test_parameters_by_selector_are_all_asked() -> None:
    others = [
        {**LIMITS, "metadata": {"name": f"l{m}", "namespace": space, "labels": {"use": "yes"}}, "data": {"max": m}}
        for m, space in (("1", "shop"), ("2", "shop"), ("3", "elsewhere"))
    ]
    bound = binding(paramRef={"selector": {"matchLabels": {"use": "yes"}}, "parameterNotFoundAction": "Deny"})
    assert messages(WITH_PARAMS, bound, LIMITS, *others, review=deployment(5)) == ["at most 1", "at most 2"]
    every = {"selector": {}, "parameterNotFoundAction": "Deny"}
    there = binding(paramRef={**every, "namespace": "elsewhere"})
    assert messages(WITH_PARAMS, there, LIMITS, *others, review=deployment(5)) == ["at most 3"]


ANNOTATIONS = {
    "a text": ("'replicas ' + string(object.spec.replicas)", []),
    "nothing": ("null", []),
    "a failure": (
        "string(object.spec.nope)",
        ["expression 'string(object.spec.nope)' resulted in error: no such key: nope"],
    ),
}


@pytest.mark.parametrize(("expression", "wanted"), ANNOTATIONS.values(), ids=ANNOTATIONS)
def test_an_audit_annotation_that_fails_denies(expression: str, wanted: list[str]) -> None:
    spec: dict[str, Any] = {"auditAnnotations": [{"key": "k", "valueExpression": expression}], "validations": []}
    warn = binding(validationActions=["Warn"])
    found = load([policy(**spec), warn]).decide(deployment(1))
    assert [(d.message, d.actions) for d in found] == [(message, ("Deny",)) for message in wanted]
    assert load([policy(**spec, failurePolicy="Ignore"), warn]).decide(deployment(1)) == []
    unmatched = policy(**spec, matchConditions=[{"name": "never", "expression": "false"}])
    assert load([unmatched, warn]).decide(deployment(1)) == []


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        ({"validations": [{"expression": "object.x +"}]}, "compilation failed: ERROR: <input>:1:11"),
        ({"validations": [{"expression": "1"}]}, "must evaluate to bool but got int"),
        ({"validations": [{"expression": "params == null"}]}, "undeclared reference to 'params'"),
        ({"variables": [{"name": "v", "expression": "nope"}]}, "undeclared reference to 'nope'"),
        ({"matchConditions": [{"name": "c", "expression": "'x'"}]}, "must evaluate to bool but got string"),
        (
            {"auditAnnotations": [{"key": "k", "valueExpression": "object"}]},
            "must evaluate to one of [string null_type] but got dyn",
        ),
        (
            {"validations": [{"expression": "true", "messageExpression": "authorizer == null ? 'a' : 'b'"}]},
            "undeclared reference to 'authorizer'",
        ),
    ],
)
def test_what_does_not_compile_is_refused(spec: dict[str, Any], error: str) -> None:
    with pytest.raises(TemplateError) as refused:
        load([policy(**spec)])
    assert error in refused.value.message


def test_admission_configuration_is_exempt() -> None:
    never = policy(matchConstraints=EVERYTHING, validations=[{"expression": "false", "message": "no"}])
    review = {"kind": {"group": "admissionregistration.k8s.io", "version": "v1", "kind": "ValidatingAdmissionPolicy"}}
    assert messages(never, binding(), review={**review, "object": policy(), "oldObject": None}) == []
    review["kind"]["kind"] = "Other"
    assert messages(never, binding(), review={**review, "object": policy(), "oldObject": None}) == ["no"]
    review["kind"] = {"group": "authentication.k8s.io", "version": "v1", "kind": "TokenReview"}
    assert messages(never, binding(), review={**review, "object": {}, "oldObject": None}) == []


def test_a_namespace_has_no_namespace_object() -> None:
    seen = policy(
        matchConstraints=EVERYTHING,
        validations=[{"expression": "namespaceObject != null", "messageExpression": "request.namespace"}],
    )
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    review = {
        "kind": {"group": "", "version": "v1", "kind": "Namespace"}, "name": "shop", "namespace": "shop",
        "object": space, "oldObject": None,
    }  # fmt: skip
    assert messages(seen, binding(), review=review, namespace=space) == ["shop"]
    assert messages(seen, binding(), review={**review, "namespace": ""}, namespace=space) == ["shop"]
    assert messages(seen, binding(), review=deployment(1), namespace=space) == []


RULE = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no constraints": ({"matchConstraints": None}, "spec.matchConstraints.resourceRules is required"),
    "no rules": ({"matchConstraints": {"objectSelector": {}}}, "spec.matchConstraints.resourceRules is required"),
    "a rule without": (
        {"matchConstraints": {"resourceRules": [{**RULE, "resources": []}]}},
        "spec.matchConstraints.resourceRules.resources is required",
    ),
    "an operation": (
        {"matchConstraints": {"resourceRules": [{**RULE, "operations": ["PATCH"]}]}},
        "spec.matchConstraints.resourceRules.operations: unsupported value 'PATCH'",
    ),
    "a selector": (
        {"matchConstraints": {**EVERYTHING, "objectSelector": {"matchExpressions": [{"key": "a", "operator": "Is"}]}}},
        "spec.matchConstraints.objectSelector.matchExpressions.operator: unsupported value 'Is'",
    ),
    "a selector without values": (
        {"matchConstraints": {**EVERYTHING, "objectSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}}},
        "spec.matchConstraints.objectSelector.matchExpressions: In needs values",
    ),
    "nothing to say": ({"validations": []}, "spec.validations or spec.auditAnnotations is required"),
    "no expression": ({"validations": [{"message": "m"}]}, "spec.validations.expression is required"),
    "two lines": (
        {"validations": [{"expression": "true", "message": "a\nb"}]},
        "spec.validations: message must not contain line breaks",
    ),
    "a reason": (
        {"validations": [{"expression": "true", "reason": "Because"}]},
        "spec.validations.reason: unsupported value 'Because'",
    ),
    "a variable's name": (
        {"variables": [{"name": "a-b", "expression": "1"}]},
        "spec.variables: 'a-b' is not a valid CEL identifier",
    ),
    "one name twice": (
        {"matchConditions": [{"name": "a", "expression": "true"}] * 2},
        "spec.matchConditions: 'a' is there twice",
    ),
    "a parameter without its kind": ({"paramKind": {"apiVersion": "v1"}}, "spec.paramKind.kind is required"),
    "a failure policy": ({"failurePolicy": "Deny"}, "unsupported failurePolicy 'Deny'"),
}


@pytest.mark.parametrize(("spec", "error"), REFUSED.values(), ids=REFUSED)
def test_policies_that_no_cluster_stores(spec: dict[str, Any], error: str) -> None:
    with pytest.raises(TemplateError) as refused:
        load([policy(**spec)])
    assert refused.value.message == f"p: {error}"


BINDINGS: dict[str, tuple[dict[str, Any], str]] = {
    "no policy": ({"policyName": ""}, "spec.policyName is required"),
    "an action twice": (
        {"validationActions": ["Deny", "Deny"]},
        "spec.validationActions must not hold repeated values",
    ),
    "neither name nor selector": (
        {"paramRef": {"parameterNotFoundAction": "Deny"}},
        "spec.paramRef: one of name or selector must be specified",
    ),
    "name and selector": (
        {"paramRef": {"name": "x", "selector": {}, "parameterNotFoundAction": "Deny"}},
        "spec.paramRef: name and selector are mutually exclusive",
    ),
    "no action without parameters": (
        {"paramRef": {"name": "x"}},
        "spec.paramRef.parameterNotFoundAction is required",
    ),
}


@pytest.mark.parametrize(("spec", "error"), BINDINGS.values(), ids=BINDINGS)
def test_bindings_that_no_cluster_stores(spec: dict[str, Any], error: str) -> None:
    with pytest.raises(TemplateError) as refused:
        load([binding(**spec)])
    assert refused.value.message == f"b: {error}"
