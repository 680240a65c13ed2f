"""Where results lie: the last places of a document that a rule read on the way to a result."""

from __future__ import annotations

import pytest

from gatewright.compiler import compile_modules
from gatewright.runtime.trace import Places

CONTAINERS = [{"name": "a", "image": "good/a"}, {"name": "b", "image": "bad/b"}, {"name": "c", "image": "good/c"}]
OBJECT = {"metadata": {"name": "x", "labels": {"k": "v", "l": "w"}}, "spec": {"containers": CONTAINERS}}

RULES = {
    "a value that was compared": (
        """violation contains {"msg": c.name} if {
            some c in input.review.object.spec.containers
            not startswith(c.image, "good/")
        }""",
        [("spec", "containers", 1, "image"), ("spec", "containers", 1, "name")],
    ),
    "a member that is not there": (
        """violation contains {"msg": "no limits"} if {
            some c in input.review.object.spec.containers
            c.name == "b"
            not c.resources.limits
        }""",
        [("spec", "containers", 1, "name"), ("spec", "containers", 1, "resources")],
    ),
    "a comprehension stands for what it ranged over": (
        """violation contains {"msg": "no owner"} if {
            found := {key | some key, _ in input.review.object.metadata.labels}
            not "owner" in found
        }""",
        [("metadata", "labels")],
    ),
    "a member of a partial set carries what led to it": (
        """violation contains {"msg": found.msg} if some found in bad
        bad contains {"msg": c.name} if {
            some c in input.review.object.spec.containers
            startswith(c.image, "bad/")
        }""",
        [("spec", "containers", 1, "image"), ("spec", "containers", 1, "name")],
    ),
    "a rule whose value is used again": (
        """violation contains {"msg": "first"} if labels.k == "no"
        violation contains {"msg": "second"} if count(labels) == 2
        labels := input.review.object.metadata.labels""",
        [("metadata", "labels")],
    ),
    "a rule brings along what it read, not what was read before it elsewhere": (
        """violation contains {"msg": "first"} if { not input.review.object.spec.hosts; off }
        violation contains {"msg": "second"} if { not input.review.object.metadata.labels.owner; on }
        off if switch == "off"
        on if switch == "on"
        switch := "on" if input.review.object.metadata.name""",
        [("metadata", "labels", "owner"), ("metadata", "name")],
    ),
    "other clauses leave nothing behind": (
        """violation contains {"msg": "first"} if input.review.object.metadata.name == "y"
        violation contains {"msg": "second"} if input.review.object.spec.containers""",
        [("spec", "containers")],
    ),
    "a member that no document can have": (
        """violation contains {"msg": "none"} if {
            some wanted in input.review.object.spec.containers
            wanted.name == "b"
            every c in input.review.object.spec.containers { not c[wanted] }
        }""",
        [("spec", "containers"), ("spec", "containers", 1, "name")],
    ),
    "what a function read": (
        """violation contains {"msg": "bad"} if {
            some c in input.review.object.spec.containers
            bad(c)
        }
        bad(c) if startswith(c.image, "bad/")""",
        [("spec", "containers", 1, "image")],
    ),
}


@pytest.mark.parametrize(("rules", "places"), RULES.values(), ids=list(RULES))
def test_where_a_result_lies(rules: str, places: list[tuple[object, ...]]) -> None:
    policy = compile_modules({"p.rego": f"package p\nimport rego.v1\n{rules}"})
    bound = policy.entrypoint("data.p.violation").bind({})
    review = {"object": OBJECT}
    assert len(bound(review)) == 1
    ((_, reads),) = bound.evidence(review)
    where = Places({"review": review})
    assert sorted(path[2:] for path in where.ends(reads)) == places


def test_recording_changes_no_result() -> None:
    rules = """package p
    import rego.v1
    violation contains {"msg": sprintf("%v %v", [a.name, b.name])} if {
        some i, a in input.review.object.spec.containers
        some j, b in input.review.object.spec.containers
        i < j
        a.image < b.image
    }"""
    bound = compile_modules({"p.rego": rules}).entrypoint("data.p.violation").bind({})
    found = bound.evidence({"object": OBJECT})
    assert [result for result, _ in found] == [{"msg": "a c"}, {"msg": "b c"}]
    places = Places({"review": {"object": OBJECT}})
    assert [next(places.ends(reads))[4] for _, reads in found] == [2, 2]


def test_a_result_that_rests_on_many_reads() -> None:
    """What other documents hold is read between the way to a container and the read of its member."""
    rules = """package p
    import rego.v1
    violation contains {"msg": pod.image} if {
        pod := input.review.object.spec.containers[1]
        every number in numbers.range(0, 300) { data.inventory.list[number].n == number }
        startswith(pod.image, "bad/")
    }"""
    bound = compile_modules({"p.rego": rules}).entrypoint("data.p.violation").bind({})
    inventory = {"list": [{"n": number} for number in range(301)]}
    ((_, reads),) = bound.evidence({"object": OBJECT}, inventory)
    where = Places({"review": {"object": OBJECT}})
    assert next(where.ends(reads)) == ("review", "object", "spec", "containers", 1, "image")
