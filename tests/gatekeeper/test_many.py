"""Many objects reviewed together answer as each does by itself."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.compiler import BoundRule
from gatewright.errors import GatewrightError, LimitError
from gatewright.gatekeeper.host import Host, Seen
from gatewright.manifests import read_text
from gatewright.runtime.context import EvalOptions

from .conftest import constraint, namespace, pod, template

CONFLICT = """package conflict
violation[{"msg": "x"}] { size == 1 }
size = 1 { input.review.object.metadata.name }
size = 2 { input.review.object.metadata.labels.twice }"""
NO_TEXT = 'package no_text\nviolation[{"msg": input.review.object.metadata.labels.number}] { true }'
POLICIES = (
    template(),
    constraint("a"),
    constraint("b", match={"namespaceSelector": {"matchLabels": {"team": "web"}}}),
    template("Conflict", CONFLICT),
    constraint("a", "Conflict"),
    constraint("b", "Conflict", match={"labelSelector": {"matchExpressions": [{"key": "x", "operator": "Exists"}]}}),
    template("NoText", NO_TEXT),
    constraint("a", "NoText", match={"labelSelector": {"matchLabels": {"text": "no"}}}),
    namespace("web", team="web"),
)


def told(seen: Seen | GatewrightError) -> object:
    if isinstance(seen, GatewrightError):
        return str(seen), seen.hint
    return seen.violations, seen.pairs, seen.failed


def one_by_one(host: Host, objects: list[dict]) -> list[object]:
    answers: list[object] = []
    for obj in objects:
        try:
            answers.append(told(host.look(obj)))
        except GatewrightError as error:
            answers.append(told(error))
    return answers


LABELS = st.fixed_dictionaries(
    {},
    optional={
        "owner": st.just("me"),
        "twice": st.just("yes"),
        "x": st.just("y"),
        "text": st.just("no"),
        "number": st.sampled_from([1, "one"]),
    },
)
OBJECTS = st.lists(
    st.one_of(
        st.builds(pod, st.sampled_from("pqr"), st.sampled_from([None, "web", "unknown"]), LABELS),
        st.just({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {}}),
    ),
    max_size=6,
)
HOST = Host(cache=False)
for _document in POLICIES:
    HOST.add(_document)


@given(OBJECTS)
def test_together_as_by_themselves(objects):
    assert [told(seen) for seen in HOST.look_all(objects)] == one_by_one(HOST, objects)


@given(OBJECTS)
def test_places_found_together(objects):
    looks = [seen for seen in HOST.look_all(objects) if isinstance(seen, Seen)]
    HOST.trace_all((seen, seen.violations) for seen in looks)
    for seen in looks:
        fresh = Seen(seen.violations, seen.review, seen.pairs, seen.failed)
        for violation in seen.violations:
            assert HOST.path_of(violation, seen) == HOST.path_of(violation, fresh)


class Slow:
    """A driver whose policies never end on objects named `slow`."""

    name = "Rego"
    has_details = True
    reads_inventory = False

    def compile(self, template):
        return self

    def bind(self, constraint):
        return self.answer

    def answer(self, review, inventory, context):
        while review.rego["name"] == "slow":
            time.sleep(0.001)
        return [("seen", None)]


def test_a_slow_review_costs_no_other(make_host):
    host = make_host(template(), constraint(), drivers=(Slow(),), eval_options=EvalOptions(timeout_s=0.2))
    first, slow, last = host.look_all([pod("a"), pod("slow"), pod("b")])
    assert isinstance(slow, LimitError)
    assert slow.message == "NeedsLabel/c: evaluation timed out"
    assert [violation.message for seen in (first, last) for violation in seen.violations] == ["seen", "seen"]


EXEMPTING = """package exempting
violation[{"msg": msg}] {
  c := containers[_]
  c.stdin
  not exempt(c)
  msg := sprintf("%v is interactive", [c.name])
}
exempt(c) { startswith(c.image, "exempt/") }
containers[c] { c := input.review.object.spec.containers[_] }
containers[c] { c := input.review.object.spec.initContainers[_] }"""
STYLES = {
    "a line each": "spec:\n  initContainers:\n  - name: a\n    image: b\n    stdin: true\n",
    "for the exact reader": "spec:\n  initContainers:\n  - ! name: a\n    image: b\n    stdin: true\n",
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_place_is_told_from_where_the_reader_put_it(make_host, style):
    (document,) = read_text("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n" + style)
    host = make_host(template("Exempting", EXEMPTING), constraint(kind="Exempting"))
    assert (document.origins is None) is ("! name" in style)
    (seen,) = host.look_all([document.value], [document.origins])
    (violation,) = seen.violations
    assert host.path_of(violation, seen) == ("spec", "initContainers", 0, "stdin")
    assert document.locate(host.path_of(violation, seen)).row == 9


SIZED = 'package sized\nviolation[{"msg": msg}] { msg := sprintf("%v", [input.review[x].metadata.generation]) }'


@pytest.mark.parametrize(("place", "shown"), [("object", "1e+06"), ("namespace", "1e+06"), ("nowhere", "999999")])
def test_large_integers_show_as_float64s_wherever_they_stand(make_host, place, shown):
    number = {name: 1_000_000 if name == place else 999_999 for name in ("object", "namespace")}
    around = namespace("shop")
    around["metadata"]["generation"] = number["namespace"]
    host = make_host(template("Sized", SIZED), constraint(kind="Sized"), around)
    text = f"apiVersion: v1\nkind: Pod\nmetadata:\n  namespace: shop\n  generation: {number['object']}\n"
    (document,) = read_text(text)
    (seen,) = host.look_all([document.value], [document.origins], locating=True)
    assert shown in [violation.message for violation in seen.violations]
    assert told(seen) == told(host.look(document.value))


def test_what_a_rule_left_behind_tells_the_places(make_host, monkeypatch):
    objects = [pod(f"p{i}", labels={"owner": "me"} if i % 3 == 0 else {}) for i in range(10)]
    host = make_host(template(), constraint())
    looks = host.look_all(objects, locating=True)
    assert [told(seen) for seen in looks] == one_by_one(host, objects)
    afresh = [host.look(obj) for obj in objects]
    expected = [[host.path_of(violation, seen) for violation in seen.violations] for seen in afresh]
    monkeypatch.setattr(BoundRule, "evidence", None)
    assert [[host.path_of(violation, seen) for violation in seen.violations] for seen in looks] == expected
    assert [len(paths) for paths in expected] == [i % 3 != 0 for i in range(10)]
