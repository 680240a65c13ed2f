"""Where in the object a violation of a CEL template lies."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.cel.driver import compile_template
from gatewright.cel.inputs import Inputs
from gatewright.gatekeeper.evidence import subject
from gatewright.runtime.trace import Places

POD = {
    "metadata": {"name": "p", "labels": {"app": "x"}},
    "spec": {
        "hostPID": True,
        "containers": [
            {"name": "a", "image": "x", "securityContext": {"privileged": False}},
            {"name": "b", "image": "y", "securityContext": {"privileged": True}},
            {"name": "c", "image": "z"},
        ],
        "volumes": [{"name": "v", "hostPath": {"path": "/etc"}}],
    },
}
CONSTRAINT = {"spec": {"parameters": {"names": ["y"]}}}
VARIABLES = {
    "bad": "object.spec.volumes.filter(v, v.name == 'w')",
    "fine": "!object.spec.hostPID",
    "names": "object.spec.containers.map(c, c.name)",
    "pid": "object.spec.hostPID",
}
PRIVILEGED = "has(c.securityContext) && has(c.securityContext.privileged) && c.securityContext.privileged"


def place(expression: str, message: str = "", **variables: str) -> tuple[Any, ...]:
    review = {"object": POD, "oldObject": None, "operation": ""}
    source = {
        "variables": [{"name": name, "expression": text} for name, text in variables.items()],
        "validations": [{"expression": expression, "messageExpression": message}],
    }
    program = compile_template(source)
    [told] = program.bind(CONSTRAINT)(Inputs(review))
    [(said, reads)] = program.evidence(CONSTRAINT, Inputs(review))
    assert said == told
    found = subject(_places(review).ends(reads))
    # Fast code that records says the same, where it comes to an end.
    recorded = program.recorder(CONSTRAINT)(Inputs(review))
    assert recorded is None or [(m, subject(_places(review).ends(r))) for m, r in recorded] == [(said, found)]
    return found


def _places(review: dict[str, Any]) -> Places:
    places = Places({"review": review})
    places.search()
    return places


PLACES = {
    "a field": ("!object.spec.hostPID", "", ("spec", "hostPID")),
    "the member that fails": (
        f"object.spec.containers.all(c, !({PRIVILEGED}))",
        "",
        ("spec", "containers", 1, "securityContext", "privileged"),
    ),
    "the member that is found": (
        f"!object.spec.containers.exists(c, {PRIVILEGED})",
        "",
        ("spec", "containers", 1, "securityContext", "privileged"),
    ),
    "a field that is not there": (
        "has(object.spec.containers[2].resources)",
        "",
        ("spec", "containers", 2, "resources"),
    ),
    "names come last": (
        "object.spec.volumes.all(v, !has(v.hostPath))",
        "object.spec.volumes.map(v, v.hostPath.path + ' in ' + object.metadata.name).join('')",
        ("spec", "volumes", 0, "hostPath", "path"),
    ),
    "what the other term of a rule computes": (
        "has(object.spec.nope) || size(variables.bad) == 0 && variables.fine",
        "",
        ("spec", "hostPID"),
    ),
    "a variable first read in a loop": (
        "object.spec.containers.all(c, c.name in variables.names && !variables.pid)",
        "",
        ("spec", "hostPID"),
    ),
    "an optional": ("object.?spec.?hostPID.orValue(false) == false", "", ("spec", "hostPID")),
    "the value of an optional": (
        "object.spec.?volumes.optMap(v, v[0].hostPath.path == '/').orValue(true)",
        "",
        ("spec", "volumes", 0, "hostPath", "path"),
    ),
    "an index that is computed": (
        "object.spec[['volumes'][0]][0].hostPath.path == '/'",
        "",
        ("spec", "volumes", 0, "hostPath", "path"),
    ),
    "both of a pair": (
        "object.spec.containers.exists_one(i, c, i > 0 && c.image == 'x')",
        "",
        ("spec", "containers", 2, "image"),
    ),
    "parameters are no place": (
        "object.spec.containers.all(c, !variables.params.names.exists(n, c.image == n))",
        "variables.params.names.join('')",
        ("spec", "containers", 1, "image"),
    ),
    "an error": ("object.spec.containers[0].image.x == 1", "", ("spec", "containers", 0, "image", "x")),
}


@pytest.mark.parametrize(("expression", "message", "path"), PLACES.values(), ids=PLACES)
def test_place(expression: str, message: str, path: tuple[Any, ...]) -> None:
    assert place(expression, message, **VARIABLES) == path


def test_what_a_filter_turned_away_leaves_no_trace() -> None:
    bad = f"object.spec.containers.filter(c, {PRIVILEGED}).map(c, c.name)"
    assert place("size(variables.bad) == 0", bad=bad) == ("spec", "containers", 1, "securityContext", "privileged")
