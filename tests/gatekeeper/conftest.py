"""Small documents to test with."""

from __future__ import annotations

import copy

import pytest

REGO = """package any
violation[{"msg": msg, "details": {"name": name}}] {
  name := input.review.object.metadata.name
  not input.review.object.metadata.labels[input.parameters.label]
  msg := sprintf("%v has no label %v", [name, input.parameters.label])
}"""


def template(kind="NeedsLabel", rego=REGO, schema=None, api="v1", **target):
    code = target if "code" in target else {"rego": rego, **target}
    schema = schema or {"type": "object", "properties": {"label": {"type": "string", "default": "owner"}}}
    return {
        "apiVersion": f"templates.gatekeeper.sh/{api}",
        "kind": "ConstraintTemplate",
        "metadata": {"name": kind.lower()},
        "spec": {
            "crd": {"spec": {"names": {"kind": kind}, "validation": {"openAPIV3Schema": copy.deepcopy(schema)}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", **code}],
        },
    }


def constraint(name="c", kind="NeedsLabel", **spec):
    return {
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {"parameters": {}, **spec},
    }


def pod(name="p", namespace=None, labels=None, **fields):
    metadata = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    if labels is not None:
        metadata["labels"] = labels
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, **fields}


def namespace(name, **labels):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


@pytest.fixture
def make_host():
    """Makes hosts that leave no trace in the user's cache."""
    from gatewright.gatekeeper.host import Host

    def make(*documents, **options):
        host = Host(cache=False, **options)
        for document in documents:
            host.add(document)
        return host

    return make
