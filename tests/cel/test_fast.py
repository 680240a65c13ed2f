"""The fast form says what the exact form says, and serves for what policies usually say."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.cel._exact import Exactly
from gatewright.cel.driver import Program, compile_template
from gatewright.cel.inputs import Inputs

OBJECT = {
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "replicas": 3,
        "containers": [
            {"name": "a", "image": "reg/a:1", "ports": [80, 443], "env": [{"name": "X", "value": "1"}]},
            {"name": "b", "image": "b", "securityContext": {"privileged": True}, "ports": []},
        ],
    },
}
CONSTRAINT = {"spec": {"parameters": {"images": ["reg/*", "b"], "none": []}}}
VARIABLES = {
    "containers": "has(object.spec.containers) ? object.spec.containers : []",
    "others": "has(object.spec.initContainers) ? object.spec.initContainers : []",
    "all": "variables.containers + variables.others",
    "prefixes": "variables.params.images.filter(i, i.endsWith('*')).map(i, i.replace('*', ''))",
    "exempt": "variables.all.filter(c, variables.prefixes.exists(p, string(c.image).startsWith(p))).map(c, c.image)",
    "labels": "object.metadata.?labels.orValue({})",
}
EXPRESSIONS = [
    "size(variables.all) == 2 && variables.exempt == ['reg/a:1']",
    "variables.all.all(c, c.image in variables.exempt || has(c.securityContext) && has(c.securityContext.privileged))",
    "variables.all.filter(c, !(c.image in variables.exempt)).map(c, c.ports).all(p, p.size() == 0)",
    "variables.all.exists_one(c, has(c.env) && c.env.exists(e, e.name == 'X' && e.value == '1'))",
    "variables.all.map(c, c.ports.filter(p, p > 80).map(p, string(p) + c.name)) == [['443a'], []]",
    "has(object.spec.nope) ? object.spec.nope.x == 1 : object.spec.replicas == 3 && variables.exempt.size() == 1",
    "!has(object.metadata.annotations) || object.metadata.annotations['a'] == 'b'",
    "variables.labels['app'] == 'web' && 'app' in variables.labels && !('tier' in variables.labels)",
    "variables.all.exists(c, c.name == 'b') ? variables.all.exists(c, c.name == 'a') : variables.exempt == []",
    "variables.all.transformList(i, c, i > 0, c.name) == ['b']",
    "variables.all.sortBy(c, c.image).map(c, c.name) == ['b', 'a']",
    "object.?spec.?replicas.optMap(r, [r, r].map(x, x + r)).orValue([]) == [6, 6]",
    "variables.params.none.map(x, variables.exempt.size()).size() == 0 && variables.exempt.size() == 1",
    "object.spec.containers[0].ports[1] == 443 && object.spec.containers[1].name.contains('b')",
]


@pytest.fixture
def exact_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> Any:
        raise AssertionError("the fast form did not serve")

    monkeypatch.setattr(Program, "_exactly", refuse)
    monkeypatch.setattr("gatewright.cel._exact.SUSPICIOUS", 60)  # the machine may be busy


def program(expression: str) -> Program:
    variables = [{"name": name, "expression": text} for name, text in VARIABLES.items()]
    return compile_template({"variables": variables, "validations": [{"expression": expression, "message": "no"}]})


@pytest.mark.usefixtures("exact_is_not_asked")
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_is_true(expression: str) -> None:
    inputs = Inputs({"object": OBJECT, "operation": ""})
    for text, said in ((expression, []), (f"!({expression})", ["no"])):
        made = program(text)
        assert made.bind(CONSTRAINT)(inputs) == said
        recorded = made.recorder(CONSTRAINT)(inputs)
        assert recorded is None or [message for message, _ in recorded] == said


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("spec", [{}, {"containers": None}, {"containers": [{"image": 1}]}, {"containers": {"a": "b"}}])
def test_other_objects(expression: str, spec: dict[str, Any]) -> None:
    inputs = Inputs({"object": {"metadata": {}, "spec": spec}, "operation": ""})
    made = program(expression)
    assert made.bind(CONSTRAINT)(inputs) == Exactly(made, CONSTRAINT, inputs).decide()


DEPTHS = [(1, True), (18, True), (19, False), (40, False)]


@pytest.mark.parametrize(("depth", "fast"), DEPTHS)
def test_loops_in_loops(depth: int, fast: bool) -> None:
    text = "true"
    for i in range(depth):
        text = f"object.spec.containers.exists(x{i}, {text})"
    made = compile_template({"validations": [{"expression": text}]})
    assert made.bind({})(Inputs({"object": OBJECT, "operation": ""})) == []
    assert ("bind" in made.functions("fast")) is fast


def test_terms_in_terms() -> None:
    text = "object.spec.replicas == 3"
    for i in range(60):
        text = f"(object.spec.containers.exists(c, c.name == 'a') {'&&' if i % 2 else '||'} ({text}))"
    assert (
        compile_template({"validations": [{"expression": text}]}).bind({})(Inputs({"object": OBJECT, "operation": ""}))
        == []
    )
