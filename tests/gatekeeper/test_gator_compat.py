"""Every difference between a cluster and `gator test` that the manual lists, both sides of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gatewright.gator.audit import audit

from .conftest import constraint, namespace, pod, template
from .test_expansion import deployment, expansion
from .test_mutation import mutator

MANUAL = Path(__file__).parents[2] / "docs" / "gator-compat.md"
ANY = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
SAY = 'package say\nviolation[{"msg": msg}] { msg := sprintf("%v", [EXPR]) }'
NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}
CONFIG = {
    "apiVersion": "config.gatekeeper.sh/v1alpha1",
    "kind": "Config",
    "metadata": {"name": "config", "namespace": "gatekeeper-system"},
    "spec": {"match": [{"excludedNamespaces": ["shop"], "processes": ["*"]}]},
}
ADMISSION = {
    "apiVersion": "admission.k8s.io/v1",
    "kind": "AdmissionReview",
    "request": {"uid": "u", "operation": "CREATE", "kind": {"group": "", "version": "v1", "kind": "Pod"}},
}


def saying(expression, match=None, **parameters):
    """A policy that says what an expression is, and a constraint for it."""
    spec = {} if match is None else {"match": match}
    rego = SAY.replace("EXPR", expression)
    return [template("Say", rego, ANY), constraint(kind="Say", parameters=parameters, **spec)]


def cel(expression, **parameters):
    code = [
        {
            "engine": "K8sNativeValidation",
            "source": {"validations": [{"expression": "false", "messageExpression": expression}]},
        }
    ]
    return [template("Say", schema=ANY, code=code), constraint(kind="Say", parameters=parameters)]


def matching(**match):
    return saying('"match"', match)


POLICY = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "p"},
    "spec": {
        "matchConstraints": {
            "resourceRules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]}
            ]
        },
        "validations": [{"expression": "false", "message": "no"}],
    },
}
BINDING = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicyBinding",
    "metadata": {"name": "b"},
    "spec": {"policyName": "p", "validationActions": ["Deny"]},
}
TEAM = {"matchLabels": {"team": "web"}}
NAMED_DEFAULT = {"matchLabels": {"kubernetes.io/metadata.name": "default"}}
NAMED_SHOP = {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}
INVENTORY = (
    'sprintf("%v %v", [input.parameters.n, [n | walk(data.inventory, [path, n]); path[_] == "spec"; is_number(n)]])'
)
STORED_LABELS = '{label | walk(data.inventory, [path, label]); path[_] == "labels"; is_string(label)}'

OWNED = mutator("AssignMetadata", "metadata.labels.owner", {"assign": {"value": "me"}})

# What the manual calls it: documents, the object, and the messages here and with gator.
ROWS = {
    "an object that names no namespace": (
        saying('object.get(input.review.object.metadata, "namespace", "none")'),
        pod(),
        ["default"],
        ["none"],
    ),
    "`scope: Cluster` and a cluster-scoped object": (matching(scope="Cluster"), NODE, ["match"], []),
    "`scope: Namespaced` and a cluster-scoped object": (matching(scope="Namespaced"), NODE, [], ["match"]),
    "`namespaces` and a cluster-scoped object": (matching(namespaces=["shop"]), NODE, ["match"], []),
    '`excludedNamespaces: ["*"]` and a cluster-scoped object': (
        matching(excludedNamespaces=["*"]),
        NODE,
        ["match"],
        [],
    ),
    "`namespaceSelector` and a cluster-scoped object": (matching(namespaceSelector=TEAM), NODE, ["match"], []),
    "the Namespace `default` when no file tells of it": (
        matching(namespaceSelector=NAMED_DEFAULT),
        pod(namespace="default"),
        ["match"],
        [],
    ),
    "the label `kubernetes.io/metadata.name` of other Namespaces": (
        [*matching(namespaceSelector=NAMED_SHOP), namespace("shop", team="web")],
        pod(namespace="shop"),
        ["match"],
        [],
    ),
    "`namespaceObject`, and `input.review.namespaceObject`": (
        [*saying("count(input.review.namespaceObject)"), namespace("shop", team="web")],
        pod(namespace="shop"),
        ["5"],
        ["0"],
    ),
    "a Config's `excludedNamespaces`": ([*matching(), CONFIG], pod(namespace="shop"), [], ["match"]),
    "an AdmissionReview among the objects": (
        saying("input.review.kind.kind"),
        {**ADMISSION, "request": {**ADMISSION["request"], "object": pod()}},
        ["Pod"],
        ["AdmissionReview"],
    ),
    "ValidatingAdmissionPolicies and their bindings": ([POLICY, BINDING], pod(), ["no"], []),
    "integers in parameters": (
        cel("string(variables.params.n + 1)", n=1),
        pod(),
        ["2"],
        ["failed expression: false"],
    ),
    "mutators": (
        [*saying('object.get(input.review.object.metadata, "labels", "none")'), OWNED],
        pod(),
        ['{"owner": "me"}'],
        ["none"],
    ),
    "an object without a namespace, in `data.inventory`": (
        [*saying("[place | data.inventory[place]]"), pod("q")],
        pod(),
        ['["namespace"]'],
        ['["cluster"]'],
    ),
    "mutators, and `data.inventory`": (
        [*saying(STORED_LABELS), OWNED, pod("q")],
        pod(),
        ['{"me"}'],
        ["set()"],
    ),
    "large integers in parameters and in the inventory": (
        [*saying(INVENTORY, n=1_000_000), pod("q", spec={"n": 1_000_000})],
        pod(),
        ["1000000 [1000000]"],
        ["1e+06 [1e+06]"],
    ),
}


def messages(make_host, documents, obj, **options):
    host = make_host(*documents, **options)
    return [violation.message for violation in host.review(obj)]


@pytest.mark.parametrize("what", ROWS)
def test_a_row_of_the_manual(make_host, what):
    documents, obj, here, with_gator = ROWS[what]
    assert messages(make_host, documents, obj, enforcement_point="gator.gatekeeper.sh") == here
    assert messages(make_host, documents, obj, gator_compat=True) == with_gator


MUTATED = "the object of an expansion's violation"


def test_gator_shows_the_mutated_object(make_host):
    change = mutator("AssignMetadata", "metadata.labels.x", {"assign": {"value": "y"}})
    documents = [template(), constraint(), expansion(), change, deployment()]
    (found,) = [f for f in audit(make_host(gator_compat=True), documents) if f.result.expanded_by]
    assert found.object["metadata"]["labels"] == {"x": "y"}
    host = make_host(*documents[:-1])
    obj = deployment()
    assert any(v.expanded_by for v in host.review(obj))
    assert obj == deployment()


def test_the_manual_lists_these_rows():
    rows = re.findall(r"^\| (.+?) \|", MANUAL.read_text(), re.MULTILINE)
    assert rows == ["what", *ROWS, MUTATED]
