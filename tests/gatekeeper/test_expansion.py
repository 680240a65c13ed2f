"""ExpansionTemplates: what workloads become, and violations of what they become."""

from __future__ import annotations

import pytest

from gatewright.errors import ExpansionError, GatewrightError
from gatewright.gatekeeper.expander import Expander, expand_documents, load_expander

from .conftest import constraint, template


def expansion(name="expand", kinds=("Deployment",), into="Pod", source="spec.template", **spec):
    generated = {"group": "", "version": "v1", "kind": into}
    return {
        "apiVersion": "expansion.gatekeeper.sh/v1beta1",
        "kind": "ExpansionTemplate",
        "metadata": {"name": name},
        "spec": {
            "applyTo": [{"groups": ["apps"], "versions": ["v1"], "kinds": list(kinds)}],
            "templateSource": source,
            "generatedGVK": generated,
            **spec,
        },
    }


def deployment(**labels):
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"template": pod},
    }


def expanded(*documents):
    return [r.object for r in expand_documents([*documents])]


def test_a_resultant():
    (pod,) = expanded(expansion(), deployment(app="web"))
    assert (pod["apiVersion"], pod["kind"]) == ("v1", "Pod")
    assert pod["metadata"]["name"] == "web-pod"
    assert pod["metadata"]["namespace"] == "shop"
    assert pod["metadata"]["labels"] == {"app": "web"}
    assert pod["spec"]["containers"][0]["image"] == "i"


def test_a_generator_without_a_name():
    generator = deployment()
    del generator["metadata"]["name"]
    (pod,) = expanded(expansion(into=""), generator)
    assert "name" not in pod["metadata"]


def test_metadata_that_is_no_object_stays():
    generator = deployment()
    generator["spec"]["template"]["metadata"] = ""
    (pod,) = expanded(expansion(), generator)
    assert pod["metadata"] == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metadata": {"name": "shop", "labels": [1]}}, "cannot restore map from slice"),
        ({"status": {"phase": True}}, "unrecognized type: string"),
    ],
)
def test_namespaces_of_another_shape(change, message):
    with pytest.raises(GatewrightError, match=f"error parsing resources: {message}"):
        expanded({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}, **change})


def test_other_kinds_do_not_expand():
    assert expanded(expansion(kinds=["DaemonSet"]), deployment()) == []


def test_the_generator_is_left_alone():
    generator = deployment()
    (pod,) = expanded(expansion(), generator)
    pod["spec"]["containers"].clear()
    assert generator["spec"]["template"]["spec"]["containers"]


def test_mutators_reach_generated_objects():
    mutator = {
        "apiVersion": "mutations.gatekeeper.sh/v1",
        "kind": "Assign",
        "metadata": {"name": "m"},
        "spec": {
            "applyTo": [{"groups": [""], "versions": ["v1"], "kinds": ["Pod"]}],
            "location": "spec.hostNetwork",
            "match": {"source": "Generated"},
            "parameters": {"assign": {"value": False}},
        },
    }
    (pod,) = expanded(mutator, expansion(), deployment())
    assert pod["spec"]["hostNetwork"] is False


@pytest.mark.parametrize(
    "change",
    [
        {"templateSource": ""},
        {"applyTo": []},
        {"generatedGVK": {"group": "", "version": "", "kind": ""}},
    ],
)
def test_templates_that_are_refused(change):
    with pytest.raises(ExpansionError):
        load_expander([expansion(**change)])


def test_a_missing_source_is_an_error():
    with pytest.raises(ExpansionError):
        expanded(expansion(source="spec.nothing"), deployment())


def test_a_cycle_is_an_error():
    there = expansion("there", into="Deployment")
    there["spec"]["generatedGVK"] = {"group": "apps", "version": "v1", "kind": "DaemonSet"}
    back = expansion("back", kinds=["DaemonSet"])
    back["spec"]["generatedGVK"] = {"group": "apps", "version": "v1", "kind": "Deployment"}
    expander = Expander()
    expander.add(there)
    with pytest.raises(ExpansionError, match="cycle"):
        expander.add(back)


def test_violations_of_what_is_expanded(make_host):
    kinds = {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}
    host = make_host(template(), constraint(match=kinds), expansion())
    (found,) = host.review(deployment(app="web"))
    assert found.message == "[Implied by expand] web-pod has no label owner"
    assert found.object.kind == "Deployment"


def test_the_template_may_override_the_action(make_host):
    host = make_host(template(), constraint(), expansion(enforcementAction="warn"))
    actions = [(v.message.startswith("[Implied"), v.enforcement_action) for v in host.review(deployment())]
    assert sorted(actions) == [(False, "deny"), (True, "warn")]


def test_generated_objects_can_be_left_out(make_host):
    host = make_host(template(), constraint(match={"source": "Original"}), expansion())
    assert [v.message for v in host.review(deployment())] == ["web has no label owner"]
