"""Values that a review alone decides are shared by all rules that meet it, and by no others."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.compiler import BoundRule, compile_modules
from gatewright.gatekeeper.host import Host
from gatewright.runtime.context import Context, EvalOptions
from gatewright.runtime.values import RegoSet

REVIEW = {"object": {"spec": {"containers": [{"image": "a"}, {"image": "b"}]}}}
INVENTORY: dict[str, Any] = {"cluster": {"v1": {"Namespace": {"x": {}}}}}
IMAGES = "images contains c.image if some c in input.review.object.spec.containers"


def bound(rules: str, parameters: dict[str, Any] | None = None, package: str = "p") -> BoundRule:
    """The rule `violation` of a module, which gives what `images` holds unless the module says otherwise."""
    if "violation" not in rules:
        rules += "\nviolation contains image if some image in images"
    policy = compile_modules({"p.rego": f"package {package}\nimport rego.v1\n{rules}"})
    return policy.entrypoint(f"data.{package}.violation").bind(parameters or {})


def names(context: Context, review: Any = REVIEW) -> list[str]:
    return sorted(name.split()[0] for name in context.common(review, INVENTORY).review)


def test_equal_rules_of_different_policies_are_computed_once() -> None:
    context = Context()
    first = bound(IMAGES)
    second = bound("# elsewhere\n\nimages contains d.image if some d in input.review.object.spec.containers\n")
    assert list(first(REVIEW, INVENTORY, context)) == ["a", "b"]
    assert names(context) == ["images"]
    (key,) = context.common(REVIEW, INVENTORY).review
    context.common(REVIEW, INVENTORY).review[key] = RegoSet(["kept"])
    assert list(second(REVIEW, INVENTORY, context)) == ["kept"]


DIFFERENT = {
    "another body": "images contains c.name if some c in input.review.object.spec.containers",
    "another function below": """images contains pick(c) if some c in input.review.object.spec.containers
    pick(c) := c.name""",
    "an else": """images := {"a"} if count(input.review.object.spec.containers) == 0 else := {"b"}""",
    "a default": """default images := {"b"}
    images := {"a"} if count(input.review.object.spec.containers) == 0""",
}


@pytest.mark.parametrize("rules", DIFFERENT.values(), ids=list(DIFFERENT))
def test_rules_that_differ_anywhere_are_not_mixed_up(rules: str) -> None:
    context = Context()
    others = [
        IMAGES,
        """images contains pick(c) if some c in input.review.object.spec.containers
        pick(c) := c.image""",
        """images := {"a"} if count(input.review.object.spec.containers) == 0""",
    ]
    alone = [bound(text)(REVIEW, INVENTORY, Context()) for text in (rules, *others)]
    assert [bound(text)(REVIEW, INVENTORY, context) for text in (rules, *others)] == alone


OWN = {
    "parameters": """images contains c.image if {
        some c in input.review.object.spec.containers
        c.image != input.parameters.x
    }""",
    "parameters, further down": """images contains c.image if {
        some c in input.review.object.spec.containers
        not bad(c)
    }
    bad(c) if c.image == input.parameters.x""",
    "the whole input": """images contains c.image if {
        some c in input.review.object.spec.containers
        count(input) == 2
    }""",
    "the clock": "images contains c.image if { some c in input.review.object.spec.containers; time.now_ns() > 0 }",
}


@pytest.mark.parametrize("rules", OWN.values(), ids=list(OWN))
def test_what_reads_more_is_its_own(rules: str) -> None:
    context = Context()
    assert list(bound(rules, {"x": "a"})(REVIEW, INVENTORY, context))
    assert names(context) == []
    assert bound(rules, {"x": "b"})(REVIEW, INVENTORY, context) == bound(rules, {"x": "b"})(REVIEW, INVENTORY)


def test_another_review_or_inventory_starts_anew() -> None:
    context = Context()
    rule = bound(IMAGES)
    other = {"object": {"spec": {"containers": [{"image": "c"}]}}}
    assert list(rule(REVIEW, INVENTORY, context)) == ["a", "b"]
    assert list(rule(other, INVENTORY, context)) == ["c"]
    spaces = bound("images contains name if some name, _ in data.inventory.cluster.v1.Namespace")
    assert list(spaces(REVIEW, INVENTORY, context)) == ["x"]
    assert list(spaces(REVIEW, {}, context)) == []


def test_under_with_the_values_are_those_of_what_it_puts_in_place() -> None:
    context = Context()
    rule = bound(
        f"""{IMAGES}
        violation contains image if some image in images
        violation contains image if {{
            replaced := images with input.review.object.spec.containers as [{{"image": "c"}}]
            some image in replaced
        }}"""
    )
    assert list(rule(REVIEW, INVENTORY, context)) == ["a", "b", "c"]
    mocked = bound(
        """images contains upper(c.image) if some c in input.review.object.spec.containers
        violation contains image if some image in images with upper as "mocked"
        violation contains image if some image in images"""
    )
    assert list(mocked(REVIEW, INVENTORY, context)) == ["A", "B", "mocked"]


def test_strict_built_in_errors_are_everyones() -> None:
    context = Context(EvalOptions(strict_builtin_errors=True))
    rules = "images contains to_number(c.image) if some c in input.review.object.spec.containers"
    for _ in range(2):
        with pytest.raises(Exception, match="to_number"):
            bound(rules)(REVIEW, INVENTORY, context)
        context.builtin_errors.clear()


class TestInventory:
    """What the inventory alone decides outlives the review, until the inventory changes."""

    NAMES = """names(kind) := {name | some name, _ in data.inventory.cluster.v1[kind]}
    violation contains name if some name in names("Namespace")
    violation contains name if some name in names(input.review.object.kind)"""

    def test_what_functions_give_for_texts_is_kept(self) -> None:
        kept: dict[Any, Any] = {}
        for kind in ("Namespace", "Node", "Namespace"):
            context = Context(inventory=(INVENTORY, kept))
            assert list(bound(self.NAMES)({"object": {"kind": kind}}, INVENTORY, context)) == ["x"]
        assert [(name.split()[0], kind) for name, kind in kept] == [("names", "Namespace"), ("names", "Node")]
        for key in kept:
            kept[key] = RegoSet(["kept"])
        assert list(bound(self.NAMES)(REVIEW, INVENTORY, Context(inventory=(INVENTORY, kept)))) == ["kept"]

    def test_but_not_for_what_is_no_text(self) -> None:
        kept: dict[Any, Any] = {}
        review = {"object": {"kind": ["Namespace"]}}
        bound(self.NAMES)(review, INVENTORY, Context(inventory=(INVENTORY, kept)))
        assert [kind for _, kind in kept] == ["Namespace"]

    def test_nor_where_they_read_the_review(self) -> None:
        kept: dict[Any, Any] = {}
        rules = """found(version) := {name |
            some name, _ in data.inventory.cluster[version].Namespace
            name == input.review.object.name
        }
        violation contains name if some name in found("v1")"""
        for name, wanted in (("x", ["x"]), ("y", [])):
            context = Context(inventory=(INVENTORY, kept))
            assert list(bound(rules)({"object": {"name": name}}, INVENTORY, context)) == wanted
        assert not kept

    def test_rules_are_kept_too(self) -> None:
        kept: dict[Any, Any] = {}
        rules = """spaces := count([1 | data.inventory.cluster.v1.Namespace[_]])
        violation contains "one" if spaces == 1"""
        bound(rules)(REVIEW, INVENTORY, Context(inventory=(INVENTORY, kept)))
        assert list(kept.values()) == [1]

    def test_another_inventory_is_not_mistaken_for_it(self) -> None:
        kept: dict[Any, Any] = {}
        context = Context(inventory=({}, kept))
        assert list(bound(self.NAMES)(REVIEW, INVENTORY, context)) == ["x"]
        assert not kept

    def test_the_hosts_forgets_with_every_change(self) -> None:
        host = Host()
        host.add(template(self.NAMES))
        host.add({"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "Names", "metadata": {"name": "names"}})
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
        found = []
        for name in ("a", "b"):
            space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            host.add(space)
            found.append([violation.message for violation in host.review(pod)])
        host.remove(space)
        found.append([violation.message for violation in host.review(pod)])
        assert found == [["a"], ["a", "b"], ["a"]]


def template(rules: str) -> dict[str, Any]:
    rego = f'package names\nviolation contains {{"msg": name}} if some name in names("Namespace")\n{rules}'
    rego = "\n".join(line for line in rego.splitlines() if "violation contains name" not in line)
    source = {"version": "v1", "rego": rego}
    return {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": "names"},
        "spec": {
            "crd": {"spec": {"names": {"kind": "Names"}}},
            "targets": [
                {"target": "admission.k8s.gatekeeper.sh", "code": [{"engine": "Rego", "source": source}]},
            ],
        },
    }
