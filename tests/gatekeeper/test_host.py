"""The host: reviews from end to end, with Rego and with drivers of one's own."""

from __future__ import annotations

import json

import pytest

from gatewright.errors import ConstraintError, ReviewError, TemplateError
from gatewright.gatekeeper.host import GATOR_TEST, Host
from gatewright.runtime.context import EvalOptions

from .conftest import REGO, constraint, namespace, pod, template
from .test_expansion import deployment, expansion
from .test_mutation import mutator


class Echo:
    """A driver whose policies answer with what a function makes of the review."""

    name = "Rego"
    has_details = True
    reads_inventory = False

    def __init__(self, answer):
        self.answer = answer
        self.bound = []

    def compile(self, template):
        return self

    def bind(self, constraint):
        self.bound.append(constraint.name)
        return lambda review, inventory, context: self.answer(review.rego)

    def paths(self, constraint, review, inventory, context):
        return {}


def say(answer):
    return {"drivers": (Echo(answer),)}


def messages(host, obj, **options):
    return [v.message for v in host.review(obj, **options)]


def test_a_violation_says_everything(make_host):
    (found,) = make_host(template(), constraint()).review(pod(labels={"x": "y"}))
    assert found.message == "p has no label owner"
    assert found.details == {"name": "p"}
    assert found.enforcement_action == "deny"
    assert (found.constraint.kind, found.constraint.name) == ("NeedsLabel", "c")
    assert (found.object.kind, found.object.name) == ("Pod", "p")


def test_what_a_review_is_to_a_policy(make_host):
    seen = []
    host = make_host(template(), constraint(), namespace("shop", team="web"), **say(lambda r: seen.append(r) or ()))
    host.review(pod(namespace="shop"), operation="UPDATE", old_object=pod("old"), user_info={"username": "bob"})
    (review,) = seen
    assert review["kind"] == {"group": "", "version": "v1", "kind": "Pod"}
    assert (review["name"], review["namespace"], review["operation"]) == ("p", "shop", "UPDATE")
    assert review["oldObject"]["metadata"]["name"] == "old"
    assert review["userInfo"] == {"username": "bob"}


@pytest.mark.parametrize(
    ("obj", "want"),
    [
        (pod(), "default"),
        (pod(namespace="shop"), "shop"),
        ({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}, None),
        (namespace("shop"), None),
    ],
)
def test_objects_of_namespaced_kinds_get_a_namespace(make_host, obj, want):
    seen = []
    host = make_host(template(), constraint(), **say(lambda r: seen.append(r["object"]["metadata"]) or ()))
    host.review(obj)
    assert seen[0].get("namespace") == want


def test_custom_kinds_are_known_by_their_definitions(make_host):
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "ships.sea.org"},
        "spec": {"group": "sea.org", "names": {"kind": "Ship"}, "scope": "Cluster"},
    }
    host = make_host(template(), constraint(match={"scope": "Cluster"}), crd, **say(lambda r: [("x", None)]))
    assert messages(host, {"apiVersion": "sea.org/v1", "kind": "Ship", "metadata": {"name": "s"}}) == ["x"]
    assert messages(host, pod()) == []


@pytest.mark.parametrize(
    ("spec", "action", "scoped"),
    [
        ({}, "deny", ()),
        ({"enforcementAction": "warn"}, "warn", ()),
        (
            {
                "enforcementAction": "scoped",
                "scopedEnforcementActions": [
                    {"action": "warn", "enforcementPoints": [{"name": "*"}]},
                    {"action": "deny", "enforcementPoints": [{"name": "validation.gatekeeper.sh"}]},
                ],
            },
            "scoped",
            ("warn",),
        ),
    ],
)
def test_enforcement_actions(make_host, spec, action, scoped):
    (found,) = make_host(template(), constraint(**spec)).review(pod())
    assert (found.enforcement_action, tuple(found.scoped_actions)) == (action, scoped)


def test_scoped_actions_for_other_points_leave_a_constraint_out(make_host):
    spec = {
        "enforcementAction": "scoped",
        "scopedEnforcementActions": [{"action": "deny", "enforcementPoints": [{"name": "audit.gatekeeper.sh"}]}],
    }
    assert messages(make_host(template(), constraint(**spec)), pod()) == []
    host = make_host(template(), constraint(**spec), enforcement_point="audit.gatekeeper.sh")
    assert messages(host, pod()) == ["p has no label owner"]


def test_a_match_error_rejects_by_itself(make_host):
    selector = {"namespaceSelector": {"matchLabels": {"a": "b"}}}
    host = make_host(template(), constraint(match=selector))
    (found,) = host.review(pod(namespace="nowhere"))
    assert "unable to match constraints" in found.message
    assert found.details is None or found.details == {}


def test_namespaces_among_the_inputs_are_matched(make_host):
    selector = {"namespaceSelector": {"matchLabels": {"team": "web"}}}
    host = make_host(template(), constraint(match=selector), namespace("shop", team="web"), namespace("lab"))
    assert messages(host, pod(namespace="shop")) == ["p has no label owner"]
    assert messages(host, pod(namespace="lab")) == []


# --- what the hook makes of `violation` ---


@pytest.mark.parametrize(
    ("body", "want"),
    [
        ('violation[{"msg": "b"}] { true }\nviolation[{"msg": "a"}] { true }', ["a", "b"]),
        ('violation[{"msg": "a", "x": n}] { n := [1, 2][_] }', ["a"]),  # one finding by message and details
        ('violation[{"msg": "a", "details": n}] { n := [1, 2][_] }', ["a", "a"]),
        ('violation[r] { r := json.unmarshal("{\\"text\\": \\"a\\"}") }', []),  # no msg, no finding
        ('violation = {{"msg": "a"}} { true }', ["a"]),
        ('violation[{"msg": "a"}] { input.review.object.spec.missing }', []),
    ],
)
def test_findings(make_host, body, want):
    host = make_host(template(rego=f"package a\n{body}"), constraint())
    assert messages(host, pod()) == want


def test_a_message_that_is_no_text_is_an_error(make_host):
    rego = 'package a\nviolation[{"msg": x}] { x := json.unmarshal("5") }'
    with pytest.raises(ReviewError, match="msg accessor error: 5 is of the type"):
        make_host(template(rego=rego), constraint()).review(pod())


def test_an_evaluation_error_is_a_violation_of_every_constraint(make_host):
    rego = 'package a\nviolation[{"msg": "x"}] { f == 1 }\nf = 1 { true }\nf = 2 { true }'
    host = make_host(template(rego=rego), constraint("c1"), constraint("c2"))
    found = host.review(pod())
    assert [v.constraint.name for v in found] == ["c1", "c2"]
    assert all("eval_conflict_error" in v.message for v in found)


def test_constraints_of_one_template_keep_their_parameters(make_host):
    host = make_host(template(), constraint("a", parameters={"label": "x"}), constraint("b", parameters={"label": "y"}))
    assert messages(host, pod(labels={"x": "1"})) == ["p has no label y"]


def test_the_inventory(make_host):
    rego = """package a
violation[{"msg": other}] {
  other := data.inventory.namespace[ns]["v1"]["Pod"][_].metadata.name
  other != input.review.object.metadata.name
}"""
    host = make_host(template(rego=rego), constraint(), pod("p1", "shop"), pod("p2", "shop"))
    assert host.reads_inventory
    assert messages(host, pod("p1", "shop")) == ["p2"]
    host.remove(pod("p2", "shop"))
    assert messages(host, pod("p1", "shop")) == []


# --- admission reviews ---


def admission(**request):
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {"uid": "1", "kind": kind, "operation": "CREATE", "name": "p", **request},
    }


def test_admission_reviews_are_unwrapped(make_host):
    host = make_host(template(), constraint())
    assert messages(host, admission(object=pod())) == ["p has no label owner"]


def test_deletes_look_at_the_old_object(make_host):
    host = make_host(template(), constraint())
    assert messages(host, admission(operation="DELETE", oldObject=pod("gone"))) == ["gone has no label owner"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (admission(), "object"),
        (admission(operation="DELETE", object=pod()), "oldObject"),
        (admission(object=pod(), colour="red"), 'unknown field "request.colour"'),
        ({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}, "AdmissionRequest"),
    ],
)
def test_admission_reviews_that_are_refused(make_host, document, message):
    with pytest.raises(ReviewError, match=message):
        make_host(template(), constraint()).review(document)


# --- the life of a host ---


def test_replacing_and_removing(make_host):
    host = make_host(template(), constraint())
    host.add(template(rego='package a\nviolation[{"msg": "new"}] { true }'))
    assert messages(host, pod()) == ["new"]
    host.remove(constraint())
    assert messages(host, pod()) == []
    host.add(constraint())
    host.remove(template())
    assert messages(host, pod()) == []
    with pytest.raises(ConstraintError):
        host.add(constraint())


def test_templates_compile_when_they_are_needed(make_host):
    broken = template(rego="package a\nviolation[")
    host = make_host(broken, lazy=True)
    host.add(constraint(match={"kinds": [{"apiGroups": ["apps"], "kinds": ["*"]}]}))
    assert messages(host, pod()) == []
    with pytest.raises(TemplateError):
        host.review({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}})


def test_rules_are_bound_once(make_host):
    driver = Echo(lambda r: ())
    host = make_host(template(), constraint(), drivers=(driver,))
    for _ in range(3):
        host.review(pod())
    assert driver.bound == ["c"]


def test_add_all_orders_and_goes_on(make_host):
    host = make_host()
    bad = constraint("bad", kind="Nothing")
    refused = list(host.add_all([constraint(), bad, template()]))
    assert [(document["metadata"]["name"]) for document, _ in refused] == ["bad"]
    assert messages(host, pod()) == ["p has no label owner"]


def test_explain(make_host):
    host = make_host(
        template(),
        constraint("a"),
        constraint("b", match={"namespaces": ["x"]}),
        constraint("c", match={"kinds": [{"apiGroups": ["apps"], "kinds": ["*"]}]}),
    )
    assert [why for _, why in host.explain(pod())] == [None, "namespaces", "kinds"]


def placed(host, obj):
    seen = host.look(obj)
    return [(violation.message, host.path_of(violation, seen)) for violation in seen.violations]


def test_where_a_finding_lies(make_host):
    rego = """package a
violation[{"msg": msg}] {
  c := input.review.object.spec.containers[_]
  c.image == "bad"
  msg := sprintf("%v is bad", [c.name])
}"""
    host = make_host(template(rego=rego), constraint())
    obj = pod(spec={"containers": [{"name": "a", "image": "good"}, {"name": "b", "image": "bad"}]})
    assert placed(host, obj) == [("b is bad", ("spec", "containers", 1, "image"))]


def test_reviews_are_told_apart_from_one_another(make_host):
    host = make_host(template(), constraint())
    before = json.dumps(obj := pod(labels={}))
    host.review(obj)
    assert json.dumps(obj) == before
    assert messages(host, pod("q", labels={"owner": "me"})) == []


def test_both_languages_and_the_choice(make_host):
    cel = {"engine": "K8sNativeValidation", "source": {"validations": [{"expression": "false", "message": "cel"}]}}
    rego = {"engine": "Rego", "source": {"rego": REGO}}
    documents = (template(code=[rego, cel]), constraint())
    assert messages(make_host(*documents), pod()) == ["cel"]
    assert messages(make_host(*documents, engine="rego"), pod()) == ["p has no label owner"]


def test_both_at_once(make_host):
    has = "has(object.metadata.labels) && 'owner' in object.metadata.labels"
    says = {"messageExpression": "object.metadata.name + ' has no label owner'"}
    cel = {"engine": "K8sNativeValidation", "source": {"validations": [{"expression": has, **says}]}}
    host = make_host(template(code=[{"engine": "Rego", "source": {"rego": REGO}}, cel]), constraint(), engine="both")
    assert messages(host, pod()) == ["p has no label owner"]
    assert messages(host, pod(labels={"owner": "me"})) == []
    assert host.take_disagreements() == []
    host.add(constraint("d", parameters={"label": "team"}))
    host.review(pod(labels={"owner": "me"}))
    (found,) = host.take_disagreements()
    assert (found.constraint.name, found.cel, found.rego) == ("d", (), ("p has no label team",))
    assert str(found) == "cel and rego disagree: cel says nothing, rego says p has no label team"
    assert host.take_disagreements() == []


def test_gators_semantics_know_no_default_namespace(make_host):
    spec = {"match": {"namespaces": ["default"]}}
    assert messages(make_host(template(), constraint(**spec)), pod()) == ["p has no label owner"]
    review = make_host(template(), constraint(), semantics=GATOR_TEST, **say(lambda r: [(str(sorted(r)), None)]))
    assert "namespace'" not in messages(review, pod())[0]


def admission_policy(*actions, expression="object.metadata.name != 'p'", **binding):
    api = "admissionregistration.k8s.io/v1"
    rules = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]
    return (
        {
            "apiVersion": api,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": "names"},
            "spec": {
                "matchConstraints": {"resourceRules": rules},
                "validations": [{"expression": expression, "message": "not p"}],
            },
        },
        {
            "apiVersion": api,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": "names-here"},
            "spec": {"policyName": "names", "validationActions": list(actions), **binding},
        },
    )


@pytest.mark.parametrize(
    ("actions", "action", "scoped"),
    [(["Deny"], "deny", ()), (["Audit"], "dryrun", ()), (["Warn", "Audit"], "scoped", ("warn", "dryrun"))],
)
def test_validating_admission_policies_are_policies(make_host, actions, action, scoped):
    host = make_host(*admission_policy(*actions))
    (found,) = host.review(pod())
    assert (found.message, found.enforcement_action, tuple(found.scoped_actions)) == ("not p", action, scoped)
    assert found.constraint.name == "names-here"
    assert messages(host, pod("q")) == []
    assert messages(host, {**pod(), "kind": "Service"}) == []
    assert messages(host, admission(object=pod())) == ["not p"]


def test_compiled_admission_policies_are_kept():
    class Kept(dict):
        def put(self, key, codes):
            self[key] = codes

    kept = Kept()
    for _ in range(2):
        host = Host(cache=kept)
        host.add(admission_policy("Deny")[0])
        entries = len(kept)
    assert entries == 1


def test_admission_policies_stand_beside_constraints(make_host):
    host = make_host(template(), constraint(), *admission_policy("Deny"))
    assert sorted(messages(host, pod())) == ["not p", "p has no label owner"]


def test_requests_are_expanded_as_by_the_webhook(make_host):
    match = {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}
    host = make_host(template(), constraint(match=match), expansion())
    bare = deployment()
    del bare["metadata"]["namespace"]
    request = {"uid": "u", "operation": "CREATE", "namespace": "shop", "object": bare}
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    assert [v.message for v in host.review(review)] == ["[Implied by expand] web-pod has no label owner"]
    request.update(operation="DELETE", oldObject=bare, object=None)
    assert [v.message for v in host.review(review)] == ["[Implied by expand] web-pod has no label owner"]


ASKS = """package asks
violation[{"msg": msg}] {
  r := input.review
  msg := sprintf("%v %v %v", [r.operation, object.get(r, "namespace", "-"), object.keys(r.namespaceObject)])
}"""


def test_resultants_are_reviewed_in_the_operation_of_their_parent(make_host):
    match = {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}
    host = make_host(template(rego=ASKS), constraint(match=match), expansion())
    (found,) = messages(host, deployment(), operation="UPDATE")
    assert found.startswith("[Implied by expand] UPDATE ")


def test_objects_are_reviewed_as_mutators_leave_them(make_host):
    documents = [
        template(),
        constraint(),
        mutator("AssignMetadata", "metadata.labels.owner", {"assign": {"value": "me"}}),
    ]
    host, obj = make_host(*documents), pod()
    assert messages(host, obj) == []
    assert [reason for _, reason in host.explain(obj)] == [None]
    assert obj == pod()
    # Nothing is mutated on its way out.
    assert messages(host, obj, operation="DELETE") == ["p has no label owner"]
    assert messages(make_host(*documents, mutate=False), obj) == ["p has no label owner"]


def test_explain_sees_what_mutation_leaves(make_host):
    selector = {"matchLabels": {"owner": "me"}}
    change = mutator("AssignMetadata", "metadata.labels.owner", {"assign": {"value": "me"}})
    host = make_host(template(), constraint(match={"labelSelector": selector}), change)
    assert [reason for _, reason in host.explain(pod())] == [None]


def test_requests_are_of_objects_that_were_mutated_already(make_host):
    mutator = {
        "apiVersion": "mutations.gatekeeper.sh/v1",
        "kind": "Assign",
        "metadata": {"name": "own"},
        "spec": {
            "applyTo": [{"groups": ["apps"], "versions": ["v1"], "kinds": ["Deployment"]}],
            "location": "spec.template.metadata.labels.owner",
            "parameters": {"assign": {"value": "me"}},
        },
    }
    match = {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}
    host = make_host(template(), constraint(match=match), expansion(), mutator)
    assert messages(host, deployment()) == []
    assert messages(host, admission(object=deployment())) == ["[Implied by expand] web-pod has no label owner"]


def test_a_request_for_a_namespace_is_in_none(make_host):
    host = make_host(template(rego=ASKS), constraint(), namespace("shop"))
    kind = {"group": "", "version": "v1", "kind": "Namespace"}
    request = admission(object=namespace("shop"), kind=kind, namespace="shop", operation="UPDATE")
    assert messages(host, request) == ["UPDATE - set()"]


def test_an_object_without_namespace_stands_in_that_of_its_request(make_host):
    host = make_host(template(), constraint(match={"scope": "Namespaced", "namespaces": ["lab"]}))
    options = {"apiVersion": "v1", "kind": "PodExecOptions", "metadata": {"name": "p"}}
    assert messages(host, admission(object=options, namespace="lab", operation="CONNECT")) != []
    assert messages(host, admission(object=options, namespace="shop", operation="CONNECT")) == []


def test_policies_see_a_namespace_as_the_api_server_keeps_it(make_host):
    host = make_host(template(rego=ASKS), constraint(), namespace("shop"))
    (found,) = messages(host, pod(namespace="shop"))
    assert found == ' shop {"apiVersion", "kind", "metadata", "spec", "status"}'
    assert messages(host, pod()) == [found.replace("shop", "default")]


@pytest.mark.parametrize(
    ("patterns", "obj", "excluded"),
    [
        (["*"], {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}, True),
        (["sho*"], {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "shop"}}, False),
        (["sho*"], {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}, True),
    ],
)
def test_which_objects_without_a_namespace_a_config_excludes(make_host, patterns, obj, excluded):
    entry = {"excludedNamespaces": patterns, "processes": ["webhook"]}
    metadata = {"name": "config", "namespace": "gatekeeper-system"}
    config = {"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": metadata}
    host = make_host(template(), constraint(), {**config, "spec": {"match": [entry]}})
    assert (messages(host, obj) == []) is excluded


@pytest.mark.parametrize(("process", "mutated"), [("mutation-webhook", False), ("*", False), ("webhook", True)])
def test_a_config_takes_namespaces_out_of_mutation(make_host, process, mutated):
    metadata = {"name": "config", "namespace": "gatekeeper-system"}
    entry = {"excludedNamespaces": ["shop"], "processes": [process]}
    config = {"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": metadata}
    mutator = {
        "apiVersion": "mutations.gatekeeper.sh/v1",
        "kind": "AssignMetadata",
        "metadata": {"name": "own"},
        "spec": {"location": "metadata.labels.owner", "parameters": {"assign": {"value": "me"}}},
    }
    host = make_host(mutator, {**config, "spec": {"match": [entry]}})
    assert ("labels" in host.mutated(pod(namespace="shop"))["metadata"]) is mutated


# --- numbers: Gatekeeper's driver gives objects to Rego with float64s only ---

NUMBERS = """package n
violation[{"msg": msg, "details": {"n": n}}] {
  n := input.review.object.spec.n
  msg := sprintf("%v %d %v %v", [n, n, input.parameters.n, data.inventory.cluster.v1.Pod.q.spec.n])
}"""
ANY = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "1e+06 %!d(float64=1e+06) 1000000 1000000"),
        ({"semantics": "gator verify"}, "1e+06 %!d(float64=1e+06) 1000000 1e+06"),
        ({"semantics": "gator test"}, "1e+06 %!d(float64=1e+06) 1e+06 1e+06"),
    ],
)
def test_large_integers_show_as_float64s(make_host, options, message):
    host = make_host(
        template("Numbers", NUMBERS, ANY),
        constraint(kind="Numbers", parameters={"n": 1_000_000}),
        pod("q", spec={"n": 1_000_000}),
        default_namespace="",
        **options,
    )
    (violation,) = host.review(pod(spec={"n": 1_000_000}))
    assert violation.message == message
    assert host.review(pod(spec={"n": 999_999}))[0].message.startswith("999999 999999 ")


def test_what_is_printed_is_printed_once(make_host):
    printed = []
    rego = 'package n\nviolation[{"msg": "x"}] { print(input.review.object.spec.n) }'
    host = make_host(
        template("Numbers", rego),
        constraint(kind="Numbers"),
        print_enabled=True,
        eval_options=EvalOptions(print_sink=lambda text, place: printed.append(text)),
    )
    host.review(pod(spec={"n": 1_000_000}))
    assert len(printed) == 1


def test_the_place_of_a_large_integer_is_found(make_host):
    rego = 'package n\nviolation[{"msg": sprintf("%v", [n])}] { n := input.review.object.spec.n; n > 5 }'
    host = make_host(template("Numbers", rego), constraint(kind="Numbers"))
    obj = pod(spec={"n": 1_000_000})
    assert placed(host, obj) == [("1e+06", ("spec", "n"))]


RUNAWAY = """package a
violation[{"msg": "never"}] {
  input.review.object.metadata.labels.slow
  a := numbers.range(1, 100000)[_]
  b := numbers.range(1, 100000)[_]
  a * b == -1
}
violation[{"msg": "quick"}] { input.review.object.metadata.labels.quick }"""


def test_a_runaway_policy_is_stopped_and_the_next_review_goes_on(make_host):
    from gatewright.errors import LimitError
    from gatewright.runtime.context import EvalOptions

    host = make_host(template(rego=RUNAWAY), constraint(), eval_options=EvalOptions(timeout_s=0.5))
    for _ in range(2):
        with pytest.raises(LimitError, match="evaluation timed out"):
            host.review(pod(labels={"slow": "yes"}))
        assert messages(host, pod(labels={"quick": "yes"})) == ["quick"]


OLD = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "o", "labels": {"a": "b"}}}


@pytest.mark.parametrize(
    ("match", "applies"),
    [
        ({"kinds": [{"apiGroups": ["apps"], "kinds": ["ConfigMap"]}]}, False),
        ({"kinds": [{"apiGroups": [""], "kinds": ["ConfigMap"]}], "name": "n"}, False),
        ({"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], "name": "o"}, False),
        ({"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}, True),
        ({"kinds": [{"apiGroups": [""], "kinds": ["ConfigMap"]}]}, True),
        ({"kinds": [{"apiGroups": [""], "kinds": ["ConfigMap"]}], "name": "o"}, True),
        ({"kinds": [{"apiGroups": [""], "kinds": ["Pod", "ConfigMap"]}], "name": "o"}, True),
        ({"labelSelector": {"matchLabels": {"a": "b"}}}, True),
    ],
)
def test_an_old_object_of_another_kind_is_matched_by_all_criteria(make_host, match, applies):
    """As Gatekeeper's target does (pkg/target/matcher.go); observed with gator verify."""
    host = make_host(template(), constraint(match=match))
    request = {"uid": "u", "operation": "UPDATE", "kind": {"group": "", "version": "v1", "kind": "Pod"}}
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
    found = host.review({**review, "request": {**request, "object": pod("n"), "oldObject": OLD}})
    assert bool(found) is applies


def test_the_inventory_is_what_a_cluster_stores(make_host):
    owner = mutator("AssignMetadata", "metadata.labels.owner", {"assign": {"value": "me"}})
    documents = (owner, pod("q"), namespace("shop"))
    stored = make_host(*documents).inventory.data
    assert stored["namespace"]["default"]["v1"]["Pod"]["q"]["metadata"] == {
        "name": "q",
        "namespace": "default",
        "labels": {"owner": "me"},
    }
    assert stored["cluster"]["v1"]["Namespace"]["shop"]["metadata"]["labels"]["owner"] == "me"
    written = make_host(*documents, mutate=False).inventory.data
    assert "labels" not in written["namespace"]["default"]["v1"]["Pod"]["q"]["metadata"]
    assert make_host(*documents, gator_compat=True).inventory.data["cluster"]["v1"]["Pod"]["q"] == pod("q")


def test_what_was_put_into_a_namespace_can_be_taken_out(make_host):
    host = make_host(pod("q"))
    host.remove(pod("q"))
    assert host.inventory.data == {}


@pytest.mark.parametrize(
    ("process", "review", "mutation", "sync"),
    [
        ("webhook", True, False, False),
        ("audit", False, False, False),
        ("mutation-webhook", False, True, False),
        ("sync", False, False, True),
        ("*", True, True, True),
    ],
)
def test_a_config_takes_namespaces_out_of_processes(make_host, process, review, mutation, sync):
    config = {"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config"}}
    config["spec"] = {"match": [{"excludedNamespaces": ["sh*"], "processes": [process]}]}
    owner = mutator("AssignMetadata", "metadata.labels.owner", {"assign": {"value": "me"}})
    host = make_host(config, owner, template(), constraint(), pod("q", namespace="shop"), pod("r", namespace="web"))
    assert (host.mutated(pod(namespace="shop")) == pod(namespace="shop")) is mutation
    assert ("shop" not in host.inventory.data["namespace"]) is sync
    assert "web" in host.inventory.data["namespace"]
    unmutated = make_host(config, template(), constraint(), mutate=False)
    assert (unmutated.review(pod(namespace="shop")) == []) is review
    at_audit = make_host(config, template(), constraint(), enforcement_point="audit.gatekeeper.sh")
    assert (at_audit.review(pod(namespace="shop")) == []) is (process in ("audit", "*"))


def labelled(**match):
    return mutator("AssignMetadata", "metadata.labels.owner", {"assign": {"value": "me"}}, match=match)


@pytest.mark.parametrize(
    ("change", "labels"),
    [
        ({"operation": "CREATE"}, {"owner": "me"}),
        ({"operation": "UPDATE", "oldObject": pod("old")}, {"owner": "me"}),
        ({"operation": "CONNECT"}, None),
        ({"operation": "CREATE", "namespace": "web"}, None),
        ({"operation": "DELETE", "object": None, "oldObject": pod("gone")}, None),
    ],
)
def test_the_object_of_a_request_is_mutated_in_its_operation_and_namespace(make_host, change, labels):
    host = make_host(namespace("shop"), namespace("web"), labelled(namespaces=["shop"]))
    review = admission(**{"namespace": "shop", "object": pod(), **change})
    after = host.mutated(review)
    obj = after["request"]["object"] or {"metadata": {}}
    assert obj["metadata"].get("labels") == labels
    assert "namespace" not in obj["metadata"]
    assert (after == review) is (labels is None)


def test_gatekeepers_own_resources_are_not_mutated(make_host):
    host = make_host(labelled())
    config = {"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config"}}
    assert host.mutated(config) == config
    assert host.mutated(pod())["metadata"]["labels"] == {"owner": "me"}


def test_the_object_of_a_request_is_expanded(make_host):
    host = make_host(expansion(), namespace("shop"))
    review = admission(operation="CREATE", namespace="shop", object=deployment())
    assert [made["kind"] for made in host.expanded(review)] == ["Pod"]
    assert host.expanded(admission(operation="DELETE", oldObject=deployment())) == []


NAMED = {"kubernetes.io/metadata.name": "shop"}


def test_a_namespace_has_the_label_of_its_name(make_host):
    """As the API server sees to it: for selectors, for policies and in the inventory."""
    selecting = constraint(match={"namespaceSelector": {"matchLabels": NAMED}})
    host = make_host(template(), selecting, namespace("shop", team="web"))
    assert [why for _, why in host.explain(namespace("shop"))] == [None]
    assert [why for _, why in host.explain(namespace("web"))] == ["namespaceSelector"]
    assert host.look(namespace("shop")).review.object["metadata"]["labels"] == NAMED
    assert host.inventory.data["cluster"]["v1"]["Namespace"]["shop"]["metadata"]["labels"] == {"team": "web", **NAMED}
    as_gator = make_host(template(), selecting, gator_compat=True)
    assert [why for _, why in as_gator.explain(namespace("shop"))] == ["namespaceSelector"]


@pytest.mark.parametrize("written", [namespace("shop"), namespace("shop", team="web"), namespace("shop", **NAMED)])
def test_mutation_leaves_a_namespace_without_a_label_that_it_did_not_have(make_host, written):
    bare = {**written, "metadata": {key: value for key, value in written["metadata"].items() if value}}
    assert make_host(labelled(name="nobody")).mutated(bare) == bare
    after = make_host(labelled(namespaceSelector={"matchLabels": NAMED})).mutated(bare)
    assert after["metadata"]["labels"] == {**written["metadata"]["labels"], "owner": "me"}
