"""Values that a review alone decides are shared by all rules that meet it, and by no others."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.compiler import BoundRule, compile_modules
from gatewright.runtime.context import Context, EvalOptions

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
    return sorted(name.split()[0] for name in context.common(review, INVENTORY))


def test_equal_rules_of_different_policies_are_computed_once() -> None:
    context = Context()
    first = bound(IMAGES)
    second = bound("# elsewhere\n\nimages contains d.image if some d in input.review.object.spec.containers\n")
    assert list(first(REVIEW, INVENTORY, context)) == ["a", "b"]
    assert names(context) == ["images"]
    (key,) = context.common(REVIEW, INVENTORY)
    context.common(REVIEW, INVENTORY)[key] = ["kept"]
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
