"""Templates with K8sNativeValidation: decisions, messages, variables, match conditions, storage."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from gatewright.cel.driver import compile_template
from gatewright.cel.inputs import Inputs
from gatewright.errors import TemplateError

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "namespace": "n"},
    "spec": {"containers": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y"}]},
}
REVIEW = {
    "kind": {"group": "", "version": "v1", "kind": "Pod"},
    "name": "p",
    "namespace": "n",
    "operation": "",
    "userInfo": {},
    "object": POD,
    "oldObject": None,
}
NAMESPACE = {"metadata": {"name": "n", "labels": {"env": "prod"}}}


def run(
    *validations: dict[str, Any],
    parameters: Any = None,
    review: dict[str, Any] = REVIEW,
    namespace: dict[str, Any] | None = None,
    **source: Any,
) -> list[str]:
    constraint = {"spec": {"parameters": parameters}} if parameters is not None else {"spec": {}}
    program = compile_template({"validations": list(validations), **source})
    return program.bind(constraint)(Inputs(review, namespace))


def rule(expression: str, **more: str) -> dict[str, Any]:
    return {"expression": expression, **more}


MESSAGES = {
    "passes": ([rule("true")], []),
    "default": ([rule(" 1 == 2 ")], ["failed expression: 1 == 2"]),
    "message is trimmed": ([rule("false", message="  no \n")], ["no"]),
    "message expression wins": ([rule("false", message="m", messageExpression="' got ' + object.kind")], ["got Pod"]),
    "newline": ([rule("false", message="m", messageExpression="'a\\nb'")], ["m"]),
    "too long": ([rule("false", message="m", messageExpression=f"'{'x' * 5121}'")], ["m"]),
    "empty": ([rule("false", messageExpression="' '")], ["failed expression: false"]),
    "not text": ([rule("false", message="m", messageExpression="1")], ["m"]),
    "fails": ([rule("false", message="m", messageExpression="string(object.nope)")], ["m"]),
    "several": ([rule("false", message="1"), rule("true"), rule("false", message="2")], ["1", "2"]),
    "runtime error": (
        [rule("object.nope == 1")],
        ["expression 'object.nope == 1' resulted in error: no such key: nope"],
    ),
    "wrong type": ([rule("1")], ["compilation error: must evaluate to bool but got int"]),
    "unknown type": ([rule("object.x")], ["compilation error: must evaluate to bool but got dyn"]),
    "constant fails": (
        [rule("int('a') == 1")],
        ["compilation error: program instantiation failed: type conversion error from 'string' to 'int'"],
    ),
    "constant type": (
        [rule("bool(dyn(string))")],
        ["compilation error: program instantiation failed: no such overload: bool(type)"],
    ),
    "params are for variables": (
        [rule("params == null")],
        [
            "compilation error: compilation failed: "
            "ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params == null\n | ^"
        ],
    ),
}


@pytest.mark.parametrize(("validations", "wanted"), MESSAGES.values(), ids=MESSAGES)
def test_messages(validations: list[dict[str, Any]], wanted: list[str]) -> None:
    assert run(*validations) == wanted


def test_ignore_lets_errors_pass_but_not_failures() -> None:
    assert run(rule("object.nope == 1"), rule("false", message="m"), failurePolicy="Ignore") == ["m"]


def test_parameters_are_null_when_there_are_none() -> None:
    assert run(rule("variables.params == null && !has(variables.params.x)")) == []
    assert run(rule("variables.params.max == 3"), parameters={"max": 3}) == []


VARIABLES = [
    {"name": "untagged", "expression": "object.spec.containers.filter(c, !c.image.contains(':'))"},
    {"name": "names", "expression": "variables.untagged.map(c, c.name)"},
    {"name": "broken", "expression": "object.nope"},
    {"name": "limit", "expression": "has(variables.params.limit) ? variables.params.limit : 0"},
]


def test_variables_build_on_each_other() -> None:
    validation = rule("size(variables.names) <= variables.limit", messageExpression="variables.names.join(', ')")
    assert run(validation, variables=VARIABLES) == ["b"]
    assert run(validation, variables=VARIABLES, parameters={"limit": 1}) == []


def test_a_variable_that_fails_matters_only_where_it_is_read() -> None:
    assert run(rule("true || variables.broken == 1"), variables=VARIABLES) == []
    assert run(rule("variables.broken == 1"), variables=VARIABLES) == [
        "expression 'variables.broken == 1' resulted in error: "
        'composited variable "broken" fails to evaluate: no such key: nope'
    ]


def test_a_constant_that_fails_matters_only_where_it_is_read() -> None:
    constants = [
        {"name": "broken", "expression": "variables.params.nope"},
        {"name": "more", "expression": "variables.params.limit + 1"},
    ]
    failing = "string(variables.broken)"
    for limit, found in ((3, []), (1, ["m", "2"])):
        rules = (
            rule("variables.more > 3", message="m", messageExpression=failing),
            rule("variables.more > 3", message="m", messageExpression="string(variables.more)"),
        )
        assert run(*rules, variables=constants, parameters={"limit": limit}) == found
    [message] = run(rule("variables.broken == 1"), variables=constants, parameters={"limit": 1})
    assert message.endswith('composited variable "broken" fails to evaluate: no such key: nope')


def test_a_constant_that_fails_where_no_reads_can_be_noted() -> None:
    variables = [{"name": "sorted", "expression": "variables.params.list.sortBy(x, x.nope)"}]
    validation = rule("variables.sorted == []", message="m")
    program = compile_template({"variables": variables, "validations": [validation]})
    constraint = {"spec": {"parameters": {"list": [1]}}}
    assert program.recorder(constraint)(Inputs(REVIEW)) is None
    [message] = program.bind(constraint)(Inputs(REVIEW))
    assert 'composited variable "sorted" fails to evaluate' in message


def test_a_variable_sees_only_those_before_it() -> None:
    swapped = [VARIABLES[1], VARIABLES[0]]
    [message] = run(rule("variables.names == []"), variables=swapped)
    assert 'composited variable "names" fails to compile: compilation failed' in message
    assert "undefined field 'untagged'" in message


def test_any_object_is_the_old_one_when_deleting() -> None:
    review = {**REVIEW, "operation": "DELETE", "oldObject": POD}
    assert run(rule("object == null && variables.anyObject.kind == 'Pod'"), review=review) == []


def test_request_has_types_and_no_objects() -> None:
    assert run(rule("request.name == 'p' && request.kind.kind == 'Pod' && !has(request.subResource)")) == []
    assert "undefined field 'object'" in run(rule("request.object == null"))[0]


def test_namespace() -> None:
    assert run(rule("namespaceObject.metadata.labels.env == 'prod'"), namespace=NAMESPACE) == []
    assert run(rule("namespaceObject == null")) == []


def test_a_namespace_shows_what_is_set() -> None:
    bare = {"metadata": {"name": "n", "deletionGracePeriodSeconds": 0}, "spec": {"finalizers": []}, "status": {}}
    shown = [
        "has(namespaceObject.metadata.deletionGracePeriodSeconds)",
        "!has(namespaceObject.spec.finalizers)",
        "!has(namespaceObject.status.phase)",
    ]
    assert run(*map(rule, shown), namespace=bare) == []


CONDITIONS = {
    "false": (["false"], {}, []),
    "true": (["true"], {}, ["m"]),
    "an error decides": (
        ["object.nope == 1"],
        {},
        ["expression 'object.nope == 1' resulted in error: no such key: nope"],
    ),
    "false beats an error": (["object.nope == 1", "false"], {}, []),
    "ignored error": (["object.nope == 1"], {"failurePolicy": "Ignore"}, []),
    "two errors": (
        ["object.a == 1", "object.b == 1"],
        {},
        [
            "[expression 'object.a == 1' resulted in error: no such key: a, "
            "expression 'object.b == 1' resulted in error: no such key: b]"
        ],
    ),
}


@pytest.mark.parametrize(("conditions", "source", "wanted"), CONDITIONS.values(), ids=CONDITIONS)
def test_match_conditions(conditions: list[str], source: dict[str, Any], wanted: list[str]) -> None:
    named = [{"name": f"c{i}", "expression": text} for i, text in enumerate(conditions)]
    assert run(rule("false", message="m"), matchCondition=named, **source) == wanted


REFUSED = {
    "params": ({"variables": [{"name": "params", "expression": "1"}]}, 'params an invalid variable name, "params" is'),
    "prefix": ({"variables": [{"name": "gatekeeper_internal_x", "expression": "1"}]}, "is not a valid variable"),
    "condition": ({"matchCondition": [{"name": "gatekeeper_internal_x", "expression": "1"}]}, "match condition"),
    "policy": ({"failurePolicy": "Maybe"}, "unrecognized failure policy: Maybe"),
}


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_sources(source: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        compile_template(source)


class _Memory:
    """A store of programs that lasts as long as the test."""

    def __init__(self) -> None:
        self.kept: dict[str, list[Any]] = {}

    def get(self, key: str) -> list[Any] | None:
        return self.kept.get(key)

    def put(self, key: str, codes: list[Any]) -> None:
        self.kept[key] = codes


def test_a_stored_program_answers_the_same() -> None:
    import marshal

    store = _Memory()
    source = {"validations": [rule("size(variables.names) == 0", message="m")], "variables": VARIABLES}
    first = compile_template(source, cache=store)
    for key, stored in store.kept.items():
        store.kept[key] = marshal.loads(marshal.dumps(stored))
    second = compile_template(source, cache=store)
    for program in (first, second):
        assert program.bind({})(Inputs(REVIEW)) == ["m"]


def test_loading_a_stored_program_needs_no_parser() -> None:
    script = (
        "import sys\n"
        "import gatewright.cel.driver\n"
        "bad = [m for m in ('parser', 'checker', 'codegen') if f'gatewright.cel.{m}' in sys.modules]\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
