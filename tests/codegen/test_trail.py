"""What solutions leave behind tells of the same places as the recording twin does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.compiler import BoundRule, compile_modules
from gatewright.runtime.context import Context
from gatewright.runtime.trace import Path, Places, UntoldError

# Rules over `input.review.object`, each with a body of the way that it is named for.
RULES = {
    "members of an array": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        c.image == "bad"
    }""",
    "members of whatever there is": """violation contains {"msg": c.name, "field": field} if {
        some field
        c := input.review.object.spec[field][_]
        c.image == "bad"
    }""",
    "a negation": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        not c.context.limits.cpu
    }""",
    "a negation that compares two": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        not c.image == c.context.limits.cpu
    }""",
    "a negation of a membership": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        not "x" in c.list
    }""",
    "a negation under the members that are nearly always there": """violation contains {"msg": "x"} if {
        not input.review.object.metadata.labels.owner
    }""",
    "a comprehension": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        count({x | x := c.context.list[_]}) == 0
    }""",
    "a comprehension that looks at its members": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        found := [x.y | x := c.list[_]; x.z]
        count(found) < 2
    }""",
    "a negation that may end before it reads": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        not input.parameters.images[c.name] == c.image
    }""",
    "a negation of several": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        count([1 | c.context.limits.cpu == 1; c.context.limits.memory]) == 0
    }""",
    "every": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        every x in c.list { x != "x" }
    }""",
    "a function of one definition": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        cpu(c) == 1
    }
    cpu(c) := c.context.limits.cpu""",
    "a function within one": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        lacks(c, "image")
    }
    lacks(c, field) if not has(c, field)
    has(c, field) if c[field] != \"\"""",
    "a function whose definitions read the same": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        missing(c, "image")
    }
    missing(c, field) if not c[field]
    missing(c, field) if c[field] == \"\"""",
    "a function whose definitions read what they will": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        wrong(c)
    }
    wrong(c) if not c.context.limits
    wrong(c) if c.image == "bad\"""",
    "a function with a default": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        kind(c) == "plain"
    }
    default kind(_) := "plain"
    kind(c) := "odd" if c.context.limits.cpu == 1""",
    "a function with an else": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        kind(c) == "plain"
    }
    kind(c) := "odd" if { c.context.limits.cpu == 1 } else := "plain\"""",
    "a function of a function, in two ways that read the same": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        absent(c, "context")
    }
    absent(c, field) if not c[field]
    absent(c, field) if empty(c, field)
    empty(c, field) if {
        names := {name | some name, _ in c[field]}
        count(names) == 0
        upper(field) == "CONTEXT"
        count(names) < 1
        lower(field) == "context"
        count(names) != 2
    }""",
    "a function that reads a variable of its own": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        cpu(c)
    }
    cpu(c) if { limits := c.context.limits; limits.cpu == 1 }""",
    "a rule": """violation contains {"msg": c.name} if {
        owner == "me"
        some c in input.review.object.spec.containers
    }
    owner := input.review.object.metadata.labels.owner""",
    "a rule that is used again": """violation contains {"msg": c.name} if {
        labels.owner
        some c in input.review.object.spec.containers
        not c[labels.owner]
        not labels[c.image]
    }
    labels := input.review.object.metadata.labels""",
    "a set of what there is": """violation contains {"msg": c.name} if {
        some c in containers
        c.image == "bad"
    }
    containers contains c if some c in input.review.object.spec.containers
    containers contains c if some c in input.review.object.spec.initContainers""",
    "names alone, from a set": """violation contains {"msg": c.name} if some c in containers
    containers contains c if some c in input.review.object.spec.containers
    containers contains c if { some c in input.review.object.spec.initContainers; c.image }""",
    "a set of what was made": """violation contains {"msg": found.msg} if some found in general
    general contains {"msg": c.name, "of": field} if {
        some field in ["containers", "initContainers"]
        some c in input.review.object.spec[field]
        not c.context.limits
    }""",
    "a set of what was made of a set": """violation contains {"msg": found.msg} if some found in general
    general contains {"msg": c.name} if { some c in containers; not c.context.limits }
    containers contains c if { some c in input.review.object.spec.containers; c.list }""",
    "a set that parameters decide": """violation contains {"msg": found.msg} if some found in general
    general contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        some wanted in input.parameters.wanted
        not c[wanted]
    }""",
    "parameters in a loop": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        some wanted in input.parameters.wanted
        not c.context[wanted]
    }""",
    "clauses that begin alike": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        c.context.limits
        not c.context.limits.cpu
    }
    violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        c.context.limits
        c.image == "bad"
    }""",
    "an alternative": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        found := [x | x := c.list[_]]
        any_of(found, c)
    }
    any_of(_, c) if c.image == "bad"
    any_of(found, _) if count(found) == 0""",
    "a call among operands": """violation contains {"msg": sprintf("%v %v", [lower(c.name), first(c.list)])} if {
        some c in input.review.object.spec.containers
    }
    first(list) := list[0]""",
    "data": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        some other in data.inventory.containers
        other.image == c.image
    }""",
}
LOST = {
    "another input": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        bad with input.review.object as c
    }
    bad if input.review.object.image == "bad\"""",
    "an object that rules make": """violation contains {"msg": c.name} if {
        some c in input.review.object.spec.containers
        by_image.bad == c.name
    }
    by_image[c.image] := c.name if some c in input.review.object.spec.containers""",
}
PARAMETERS = {"wanted": ["image", "limits"], "images": {"a": "bad"}}
INVENTORY = {"containers": [{"image": "bad"}]}

CPU = st.fixed_dictionaries({}, optional={"cpu": st.sampled_from([1, 2, False]), "memory": st.just(1)})
ITEMS = st.lists(st.sampled_from(["x", {"y": 1}, {"y": 1, "z": True}]), max_size=2)
CONTEXT = st.fixed_dictionaries({}, optional={"limits": CPU, "list": ITEMS})
CONTAINERS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from("abc")},
        optional={"image": st.sampled_from(["bad", "good", ""]), "context": CONTEXT, "list": ITEMS},
    ),
    max_size=3,
)
LABELS = st.fixed_dictionaries({}, optional={"owner": st.sampled_from(["me", "image"]), "bad": st.just("x")})
OBJECTS = st.fixed_dictionaries(
    {"metadata": st.fixed_dictionaries({"name": st.just("o")}, optional={"labels": LABELS})},
    optional={"spec": st.fixed_dictionaries({}, optional={"containers": CONTAINERS, "initContainers": CONTAINERS})},
)


def bound(rules: str) -> BoundRule:
    policy = compile_modules({"p.rego": f"package p\nimport rego.v1\n{rules}"})
    return policy.entrypoint("data.p.violation").bind(PARAMETERS)


BOUND = {name: bound(rules) for name, rules in RULES.items()}


@given(OBJECTS)
@pytest.mark.parametrize("name", RULES)
def test_trails_tell_what_the_twin_records(name: str, document: dict[str, Any]) -> None:
    review = {"object": document}
    recorded = BOUND[name].evidence(review, INVENTORY)
    left = left_behind(BOUND[name], review)
    assert [result for result, _ in left] == [result for result, _ in recorded]
    ask = BOUND[name].asking(review, INVENTORY)
    shown = {"review": review}
    for places in (Places(shown), Places(shown, origins_of(shown))):
        for (_, trail), (_, reads) in zip(left, recorded, strict=True):
            assert ends(places.along(trail, ask)) == [*places.ends(reads)]


def left_behind(rule: BoundRule, review: Any, context: Context | None = None) -> list[tuple[Any, Any]]:
    context = context or Context()
    context.evidence = []
    rule(review, INVENTORY, context)
    return context.evidence


def ends(paths: Any) -> list[Path]:
    """The paths that later ones do not go through, the last one first."""
    found: list[Path] = []
    for path in paths:
        if not any(later[: len(path)] == path for later in found):
            found.append(path)
    return found


def origins_of(document: Any) -> dict[int, tuple[int, Any, str | int]]:
    """What a reader tells of every object and array."""
    found: dict[int, tuple[int, Any, str | int]] = {}
    stack = [document]
    while stack:
        holder = stack.pop()
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            if isinstance(value, dict | list):
                found[id(value)] = 0, holder, key
                stack.append(value)
    return found


BAD = {"spec": {"containers": [{"name": "a", "image": "good"}, {"name": "b", "image": "bad"}]}}


@pytest.mark.parametrize("rules", [pytest.param(rules, id=name) for name, rules in LOST.items()])
def test_what_cannot_be_told(rules: str) -> None:
    review = {"object": BAD}
    ((result, trail),) = left_behind(bound(rules), review)
    assert result == {"msg": "b"}
    paths = Places({"review": review}).along(trail, bound(rules).asking(review))
    with pytest.raises(UntoldError):
        list(paths)


def test_sets_that_policies_share_leave_behind_what_each_can_use() -> None:
    names = ["a set of what there is", "names alone, from a set", "a set of what was made of a set"] * 2
    review = {"object": {"spec": {"containers": [{"name": "a", "list": ["x"]}, {"name": "b", "image": "bad"}]}}}
    context = Context()
    for name in names:
        alone = left_behind(BOUND[name], review)
        together = left_behind(BOUND[name], review, context)
        assert together == alone
    assert [key for key in context.common(review, INVENTORY).review if key.startswith("to ")]


def test_no_one_pays_who_asks_for_no_places() -> None:
    context, review = Context(), {"object": BAD}
    BOUND["a set of what was made of a set"](review, INVENTORY, context)
    assert context.evidence is None
    assert not [key for key in context.common(review, INVENTORY).review if key.startswith("to ")]
