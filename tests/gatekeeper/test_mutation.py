"""Mutators: paths, what each kind does to an object, and many of them together."""

from __future__ import annotations

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.errors import GatewrightError, MutationError
from gatewright.gatekeeper.mutation import Mutable, MutationSystem, read_mutator
from gatewright.gatekeeper.mutation.path import parse_path
from gatewright.gatekeeper.providers import read_providers
from gatewright.gatekeeper.review import ORIGINAL

PODS = [{"groups": [""], "versions": ["v1"], "kinds": ["Pod"]}]


def mutator(kind, location, parameters, name="m", **spec):
    fields = {"location": location, "parameters": parameters, **spec}
    if kind != "AssignMetadata":
        fields.setdefault("applyTo", PODS)
    return {
        "apiVersion": "mutations.gatekeeper.sh/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": fields,
    }


def assign(location, value, name="m", **spec):
    return mutator("Assign", location, {"assign": {"value": value}}, name, **spec)


def pod(*containers, **spec):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "shop"},
        "spec": {"containers": [dict(c) for c in containers], **spec},
    }


def mutated(obj, *documents, provider=None, username=""):
    system = MutationSystem(provider)
    for document in documents:
        system.upsert(read_mutator(document))
    before, mutable = copy.deepcopy(obj), Mutable(obj, None, username, "CREATE", ORIGINAL)
    system.mutate(mutable)
    assert obj == before
    return mutable.object


A, B = {"name": "a", "image": "x:1"}, {"name": "b"}


@pytest.mark.parametrize(
    ("document", "want"),
    [
        (assign("spec.hostNetwork", False), pod(A, B, hostNetwork=False)),
        (assign("spec.a.b.c", 1), pod(A, B, a={"b": {"c": 1}})),
        (assign("spec.containers[name:a].tty", True), pod({**A, "tty": True}, B)),
        (assign("spec.containers[name:*].tty", True), pod({**A, "tty": True}, {**B, "tty": True})),
        (assign("spec.containers[name:new].tty", True), pod(A, B, {"name": "new", "tty": True})),
        (assign("spec.containers[name:c]", {"name": "c"}), pod(A, B, {"name": "c"})),
        (assign('spec."a.b"', 1), pod(A, B, **{"a.b": 1})),
    ],
)
def test_assign(document, want):
    assert mutated(pod(A, B), document) == want


@pytest.mark.parametrize(
    ("condition", "applies"),
    [("MustExist", True), ("MustNotExist", False)],
)
def test_path_tests(condition, applies):
    document = assign("spec.containers[name:a].tty", True)
    document["spec"]["parameters"]["pathTests"] = [{"subPath": "spec.containers[name:a]", "condition": condition}]
    assert (mutated(pod(A), document) != pod(A)) is applies


def test_values_can_be_limited():
    document = assign("spec.containers[name:*].image", "y")
    document["spec"]["parameters"]["assignIf"] = {"in": ["x:1"]}
    try:
        result = mutated(pod(A, {"name": "b", "image": "z"}), document)
    except MutationError:
        return
    assert result["spec"]["containers"][0]["image"] == "y"


def test_metadata_is_only_set_where_it_is_absent():
    document = mutator("AssignMetadata", "metadata.labels.team", {"assign": {"value": "web"}})
    first = mutated(pod(), document)
    assert first["metadata"]["labels"] == {"team": "web"}
    first["metadata"]["labels"]["team"] = "db"
    assert mutated(first, document)["metadata"]["labels"] == {"team": "db"}


def test_metadata_of_the_object_itself():
    document = mutator("Assign", "spec.hostname", {"assign": {"fromMetadata": {"field": "name"}}})
    assert mutated(pod(), document)["spec"]["hostname"] == "p"


def test_sets():
    add = mutator("ModifySet", "spec.args", {"operation": "merge", "values": {"fromList": ["a", "b"]}})
    prune = mutator("ModifySet", "spec.args", {"operation": "prune", "values": {"fromList": ["a", "x"]}})
    assert mutated(pod(args=["b", "c"]), add)["spec"]["args"] == ["b", "c", "a"]
    assert mutated(pod(args=["a", "b"]), prune)["spec"]["args"] == ["b"]
    assert mutated(pod(), prune) == pod()


@pytest.mark.parametrize(
    ("image", "parts", "want"),
    [
        ("nginx:1", {"assignDomain": "reg.io"}, "reg.io/nginx:1"),
        ("docker.io/library/nginx:1", {"assignDomain": "reg.io"}, "reg.io/library/nginx:1"),
        ("reg.io/a/b:1", {"assignPath": "c"}, "reg.io/c:1"),
        ("reg.io/a:1", {"assignTag": ":2"}, "reg.io/a:2"),
        ("reg.io:5000/a", {"assignTag": ":2"}, "reg.io:5000/a:2"),
    ],
)
def test_images(image, parts, want):
    document = mutator("AssignImage", "spec.containers[name:*].image", parts)
    assert mutated(pod({"name": "a", "image": image}), document) == pod({"name": "a", "image": want})


@pytest.mark.parametrize(
    "document",
    [
        assign("metadata.name", "x"),
        assign("spec.containers[name:a].name", "b"),
        assign("spec.containers[name:*]", {"name": "b"}),
        assign("", 1),
        assign("spec..a", 1),
        assign("spec.x", 1, applyTo=[]),
        mutator("AssignMetadata", "spec.x", {"assign": {"value": "a"}}),
        mutator("AssignMetadata", "metadata.labels.a", {"assign": {"value": 5}}),
        mutator("AssignImage", "spec.image", {}),
        mutator("AssignImage", "spec.image", {"assignTag": "no-colon"}),
        mutator("ModifySet", "spec.c[name:a]", {"operation": "merge", "values": {"fromList": ["a"]}}),
    ],
)
def test_mutators_that_are_refused(document):
    with pytest.raises(MutationError):
        read_mutator(document)


def test_mutators_go_by_name_until_nothing_changes():
    first = assign("spec.value", "first", "a")
    second = assign("spec.value", "second", "b")
    assert mutated(pod(), second, first)["spec"]["value"] == "second"


def test_conflicting_schemas_switch_both_off():
    as_list = assign("spec.things[name:a].x", 1, "list")
    as_object = assign("spec.things.a", 1, "object")
    system = MutationSystem(None)
    system.upsert(read_mutator(as_list))
    with pytest.raises(MutationError):
        system.upsert(read_mutator(as_object))


def test_objects_of_other_kinds_are_left_alone():
    other = {**pod(A), "kind": "Service"}
    assert mutated(other, assign("spec.x", 1)) == other


# --- external data ---


def external(**reference):
    reference = {"provider": "images", "failurePolicy": "Fail", **reference}
    return mutator("Assign", "spec.containers[name:*].image", {"assign": {"externalData": reference}})


PROVIDER = read_providers({"images": {"x:1": "x@sha256:1", "y": {"error": "unknown"}}})


def test_external_data():
    assert mutated(pod(A), external(), provider=PROVIDER)["spec"]["containers"][0]["image"] == "x@sha256:1"


@pytest.mark.parametrize(
    ("reference", "want"),
    [
        ({"failurePolicy": "Ignore"}, "y"),
        ({"failurePolicy": "UseDefault", "default": "d"}, "d"),
        ({"failurePolicy": "Fail"}, None),
        ({"provider": "nobody"}, None),
    ],
)
def test_failing_providers(reference, want):
    target = pod({"name": "a", "image": "y"})
    if want is None:
        with pytest.raises(MutationError):
            mutated(target, external(**reference), provider=PROVIDER)
        return
    assert mutated(target, external(**reference), provider=PROVIDER)["spec"]["containers"][0]["image"] == want


def test_providers_are_held_to_their_form():
    with pytest.raises(GatewrightError):
        read_providers(["images"])


# --- paths ---


@given(st.lists(st.sampled_from(["a", "b-c", '"d.e"', "f[name:x]", 'g["k":*]'.replace('"k"', "k")]), min_size=1))
def test_a_path_is_its_own_canonical_form(parts):
    text = ".".join(parts)
    once = str(parse_path(text))
    assert str(parse_path(once)) == once


@pytest.mark.parametrize("text", ["a[", "a[b", "a[b:", "a.", ".a", "a b", "a[b:c]d", '"a', "a[b:*", "a[*:b]"])
def test_paths_that_are_refused(text):
    with pytest.raises(MutationError):
        parse_path(text)


def test_a_mutator_may_change_what_an_object_is():
    things = [{"groups": [""], "versions": ["v1"], "kinds": ["Thing"]}]
    before = mutator("Assign", "spec.y", {"assign": {"value": 2}}, name="a", applyTo=things)
    change = mutator("Assign", "kind", {"assign": {"value": "Thing"}}, name="b", applyTo=PODS)
    after = mutator("Assign", "spec.x", {"assign": {"value": 1}}, name="c", applyTo=things)
    found = mutated(pod(A), before, change, after)
    assert (found["kind"], found["spec"]["x"], found["spec"]["y"]) == ("Thing", 1, 2)


STORED = [
    ({"operation": "nope"}, 'spec.parameters.operation: Unsupported value: "nope": supported values: "merge", "prune"'),
    (
        {"pathTests": [{"subPath": "spec", "condition": "Maybe"}]},
        'spec.parameters.pathTests[0].condition: Unsupported value: "Maybe": '
        'supported values: "MustExist", "MustNotExist"',
    ),
    ({"pathTest": []}, 'unknown field "spec.parameters.pathTest"'),
]


@pytest.mark.parametrize(("parameters", "fault"), STORED)
def test_the_api_server_refuses_what_the_crd_does_not_allow(make_host, parameters, fault):
    document = mutator("ModifySet", "spec.x", {"values": {"fromList": ["a"]}, **parameters})
    with pytest.raises(MutationError, match=re.escape(f'ModifySet.mutations.gatekeeper.sh "m" is invalid: {fault}')):
        make_host(document)
    make_host(
        mutator("ModifySet", "spec.x", {"values": {"fromList": ["a"]}, "pathTest": []}), gator_compat=True
    )  # takes it


def test_the_api_server_fills_in_the_defaults_of_the_crd(make_host):
    """A ModifySet merges, and external data that fails refuses the object; gator knows no defaults."""
    document = mutator("ModifySet", "spec.x", {"values": {"fromList": ["a"]}})
    assert make_host(document).mutated(pod())["spec"]["x"] == ["a"]
    assert "operation" not in document["spec"]["parameters"], "the document stays as it is"
    with pytest.raises(MutationError, match="unrecognized operation"):
        make_host(document, gator_compat=True).mutated(pod())
    asking = mutator("Assign", "spec.x", {"assign": {"externalData": {"provider": "p"}}})
    failing = read_providers({"p": {"a": {"error": "unsigned"}}})
    with pytest.raises(MutationError, match="unsigned"):
        make_host(asking, external_data=failing).mutated(pod(x="a"))
