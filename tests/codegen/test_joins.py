"""Members of base data found by an index are those found by looking at all, and no slower where they are many."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from functools import partial
from itertools import product
from types import FrameType
from typing import Any

import pytest

from gatewright.codegen import joins
from gatewright.codegen.link import source
from gatewright.compiler import BoundRule, CompiledPolicy, compile_modules
from gatewright.errors import RegoError
from gatewright.gatekeeper.inventory import Inventory
from gatewright.runtime.conflicts import ConflictError
from gatewright.runtime.context import Context
from gatewright.runtime.trace import Path, Places
from gatewright.runtime.values import UNDEFINED, to_key

ENTRY = "data.p.violation"


def compiled(rules: str) -> CompiledPolicy:
    return compile_modules({"p.rego": f"package p\nimport rego.v1\n{rules}"})


def is_joined(policy: CompiledPolicy) -> bool:
    return "joined(" in source(policy.entrypoint_unit(ENTRY).parts())


def bound(policy: CompiledPolicy, parameters: Any = None) -> BoundRule:
    return policy.entrypoint(ENTRY).bind(parameters or {})


def asked(policy: CompiledPolicy, review: Any, inventory: Any, parameters: Any = None) -> Any:
    """The same by a query, which knows no parameters and has no indexes."""
    input = {"review": review, "parameters": parameters or {}}
    found = policy.query(f"x = {ENTRY}").evaluate(input=input, data={"inventory": inventory})
    return to_key(found[0]["x"])


CONFLICTING = """
violation contains msg if {
    some other in data.inventory.things
    same(other, input.review)
    other.name == input.review.name
    msg := other.name
}
same(other, review) := other.kind if other.kind
same(other, review) := review.kind if review.kind
"""
NOT_JOINED = {
    "an error may stand between": CONFLICTING,
    "another document in its place": """violation contains other.name if {
        some other in data.inventory.things
        other.name == input.review.name
        count(others) > 0 with data.inventory.things as []
    }
    others := {name | name := data.inventory.things[_].name}""",
    "the other side is no value yet": """violation contains other.name if {
        some other in data.inventory.things
        other.name == input.review.names[_]
    }""",
    "nothing of the data is compared": """violation contains other.name if {
        some other in data.inventory.things
        input.review.name == "a"
    }""",
    "what it ranges over depends on the review": """violation contains other.name if {
        some other in data.inventory[input.review.kind]
        other.name == input.review.name
    }""",
    "solutions have an order": """violation := [other.name |
        some other in data.inventory.things
        other.kind == input.review.kinds[i]
        i >= 0
        other.name == input.review.name
    ]""",
}


@pytest.mark.parametrize("rules", NOT_JOINED.values(), ids=list(NOT_JOINED))
def test_no_index_where_it_might_show(rules: str) -> None:
    assert not is_joined(compiled(rules))


def test_an_error_stands_that_a_later_comparison_would_have_spared() -> None:
    inventory = {"things": [{"name": "other", "kind": "b"}]}
    with pytest.raises(ConflictError):
        bound(compiled(CONFLICTING))({"name": "mine", "kind": "a"}, inventory, Context())


JOINED = {
    "a member": """violation contains other.id if {
        some other in data.inventory.things
        other.name == input.review.name
    }""",
    "the sides the other way round": """violation contains other.id if {
        some other in data.inventory.things
        input.review.name == other.name
    }""",
    "members of members, with keys": """violation contains [group, number, other.id] if {
        other := data.inventory.groups[group][number]
        other.names[_] == input.review.name
    }""",
    "a negation and a function between": """violation contains other.id if {
        mine := text(input.review)
        other := data.inventory.groups[_][_]
        not same(other, input.review)
        theirs := text(other)
        theirs == mine
    }
    text(object) := concat(",", sort([name | name := object.names[_]]))
    same(one, other) if {
        one.id == other.id
        version(one) == version(other)
    }
    version(one) := one.version if one.kind == "a"
    version(one) := one.id if one.kind != "a\"""",
    "parameters and rules of the data": """violation contains other.id if {
        other := chosen[_]
        some candidate in data.inventory.things
        candidate.kind == input.parameters.kind
        candidate.id == other.id
        candidate.name == input.review.name
    }
    chosen := [other | some other in data.inventory.things; other.id > input.parameters.least]""",
    "a partial object": """violation[other.id] := other.name if {
        some other in data.inventory.things
        other.name == input.review.name
    }""",
    "an array in order": """violation := [other.id |
        some other in data.inventory.things
        other.name == input.review.name
    ]""",
    "a function's operand": """violation contains id if some id in found(input.review.name)
    found(name) := {other.id |
        some other in data.inventory.things
        other.name == name
    }""",
    "what else is compared": """violation contains other.id if {
        some other in data.inventory.things
        other.name == input.review.name
        other.kind == input.review.kind
        other.id != input.review.id
    }""",
}
NAMES: list[Any] = ["a", "b", 1, 1.0, "1", True, None, [1], {"x": [1]}, "missing"]


def some_document(chance: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {"id": chance.randrange(9), "kind": chance.choice("ab"), "version": chance.randrange(2)}
    if (name := chance.choice(NAMES)) != "missing":
        made["name"] = name
    made["names"] = chance.choices(["a", "b", "c"], k=chance.randrange(3))
    return made


@pytest.mark.parametrize("rules", JOINED.values(), ids=list(JOINED))
def test_an_index_finds_what_looking_at_all_finds(rules: str) -> None:
    policy, parameters = compiled(rules), {"kind": "a", "least": 3}
    assert is_joined(policy)
    rule, chance = bound(policy, parameters), random.Random(rules)
    found = 0
    for _ in range(25):
        things = [some_document(chance) for _ in range(8)]
        inventory = {"things": things, "groups": {"x": things[:4], "y": {"z": things[4]}}}
        for review in (some_document(chance) for _ in range(8)):
            try:
                expected = asked(policy, review, inventory, parameters)
            except Exception as error:
                with pytest.raises(type(error)):
                    rule(review, inventory, Context())
                continue
            value = rule(review, inventory, Context())
            assert to_key(value) == expected
            found += len(value)
    assert found > 20


WALKS = ("some other in data.inventory.things", "other := data.inventory.groups[_][_]")
# What a body may say of `other`, each with the lines it needs before it.
SAID = (
    ["other.name == input.review.name"],
    ["mine := input.review.name", "mine == other.name"],
    ["kind := kind_of(other)", "kind == input.review.kind"],
    ["theirs := text(other)", "theirs == text(input.review)"],
    ["next := other.id + 1", "next == input.review.id"],
    ["found := either(other)", "found == input.review.name"],
    ["some third in data.inventory.things", "third.id == input.review.id", "other.version == third.version"],
    ["kinds := {o.kind | some o in data.inventory.things; o.id == other.id}", "input.review.kind in kinds"],
    ["same(other, input.review)"],
    ["not same(other, input.review)"],
    ["conflicting(other, input.review)"],
    ["other.names[_] == input.review.name"],
    ["every name in other.names { name != input.review.kind }"],
    ["other.id > input.parameters.least"],
    ["other.id == least"],
    ["not other.name"],
    ["[other.kind, other.name] = [input.review.kind, name]", "name == input.review.name"],
)
FUNCTIONS = """
same(one, another) if { one.id == another.id; version(one) == version(another) }
version(one) := one.version if one.kind == "a"
version(one) := one.id if one.kind != "a"
text(one) := concat(",", sort([name | name := one.names[_]]))
kind_of(one) := one.kind
either(one) := one.name if one.name
either(one) := one.kind if one.version == 1
conflicting(one, another) := one.id if one.id
conflicting(one, another) := another.id if another.id
least := input.parameters.least
"""
HEADS = (
    "violation contains other.id if {{ {} }}",
    "violation[other.id] := other.name if {{ {} }}",
    "violation := [other.id | {} ]",
    "violation := other.kind if {{ {} }}",
)


def some_rule(chance: random.Random) -> str:
    """What a body says, mixed; each saying keeps its own order."""
    sayings = [list(saying) for saying in chance.sample(SAID, chance.randrange(2, 6))]
    lines = [chance.choice(WALKS)]
    while sayings:
        saying = chance.choice(sayings)
        lines.append(saying.pop(0))
        sayings = [saying for saying in sayings if saying]
    return chance.choice(HEADS).format("; ".join(lines)) + FUNCTIONS


def answer(evaluate: Callable[[], Any]) -> list[Any]:
    """The value, if there is one, or the error."""
    try:
        value = evaluate()
    except RegoError as error:
        return ["error", error.code]
    return [] if value is UNDEFINED else [to_key(value)]


def queried(query: Any, input: Any, inventory: Any) -> Any:
    found = query.evaluate(input=input, data={"inventory": inventory})
    return found[0]["x"] if found else UNDEFINED


def test_rules_made_at_random_find_what_queries_find() -> None:
    joined = 0
    for seed in range(120):
        chance = random.Random(seed)
        policy, parameters = compiled(some_rule(chance)), {"least": chance.randrange(4)}
        rule, query = bound(policy, parameters), policy.query(f"x = {ENTRY}")
        joined += is_joined(policy)
        for _ in range(3):
            things = [some_document(chance) for _ in range(6)]
            inventory = {"things": things, "groups": {"x": things[:3], "y": {"z": things[3]}}}
            for review in (some_document(chance) for _ in range(4)):
                input = {"review": review, "parameters": parameters}
                want = answer(partial(queried, query, input, inventory))
                assert answer(partial(rule, review, inventory, Context())) == want, seed
    assert joined > 60


def test_no_data_is_no_member() -> None:
    policy = compiled(JOINED["a member"])
    assert not bound(policy)({"name": "a"}, {}, Context())
    assert not bound(policy)({"name": "a"}, UNDEFINED, Context())


def test_an_index_lasts_until_the_inventory_changes() -> None:
    rule = bound(compiled("""violation contains name if {
        other := data.inventory.namespace[_].v1.Pod[name]
        other.host == input.review.host
    }"""))  # fmt: skip
    inventory, review = Inventory(), {"host": "h"}
    found = []
    for name in ("a", "b"):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "x"}, "host": "h"}
        inventory.add(pod)
        found.append(sorted(rule(review, inventory.data, Context())))
    inventory.remove(pod)
    found.append(sorted(rule(review, inventory.data, Context())))
    assert found == [["a"], ["a", "b"], ["a"]]


@pytest.mark.parametrize("last", ["", "not other.id == input.review.id", "input.review.id < 3"])
def test_what_was_read_of_the_review_is_known_as_without_an_index(last: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = f"""violation contains host if {{
        host := input.review.hosts[_].name
        other := data.inventory.things[_]
        other.host == host
        {last}
    }}"""
    with_index = paths_of(rules)
    monkeypatch.setattr(joins, "find", lambda *_: None)
    assert with_index == paths_of(rules)
    assert last or with_index == {"b": [("review", "hosts", 1, "name")], "c": [("review", "hosts", 2, "name")]}


def paths_of(rules: str) -> dict[str, list[Path]]:
    """The places that each result of a rule rests on, the last one read first."""
    review = {"id": 1, "hosts": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}
    things = [{"host": host, "id": id} for host, id in product("xbc", (1, 2))]
    places = Places({"review": review})
    found = bound(compiled(rules)).evidence(review, {"things": things}, Context())
    return {result: list(places.ends(reads)) for result, reads in found}


def calls_of(function: Any) -> int:
    """How many Python functions are called."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


def test_work_grows_with_the_objects_and_not_with_their_pairs() -> None:
    policy = compiled(JOINED["a negation and a function between"])
    counts = []
    for size in (50, 100, 200):
        things = [{"id": n, "kind": "a", "version": 0, "names": [f"n{n}"]} for n in range(size)]
        rule, inventory = bound(policy), {"groups": {"x": things}}
        counts.append(calls_of(lambda r=rule, t=things, i=inventory: [r(one, i, Context()) for one in t]))
    assert counts[2] < 2.2 * counts[1] < 2.2 * 2.2 * counts[0]
