"""Libraries that were compiled before are cut down to what a template reaches; nobody can tell but by the time."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.errors import TemplateError
from gatewright.gatekeeper.host import Host

NAMES = """package lib.names

import data.lib.texts

shown(x) := texts.upper_case(x) if not hidden(x)

hidden(x) if startswith(x, ".")

table := {"a": shown("a")}

unused(x) := texts.lower_case(x)
"""
TEXTS = """package lib.texts

upper_case(x) := upper(x)

lower_case(x) := lower(x)

never := upper_case("never")
"""
BY_NAME = 'violation contains {"msg": names.shown(input.review.object.metadata.name)}'
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}


def template(rules: str, *libs: str, kind: str = "One", imports: str = "import data.lib.names") -> dict[str, Any]:
    source = {"version": "v1", "rego": f"package one\n\n{imports}\n\n{rules}\n", "libs": list(libs)}
    return {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": kind.lower()},
        "spec": {
            "crd": {"spec": {"names": {"kind": kind}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "code": [{"engine": "Rego", "source": source}]}],
        },
    }


def host_with(*templates: dict[str, Any]) -> Host:
    host = Host(cache=False, engine="rego")
    for one in templates:
        kind = host.add_template(one).kind
        host.add({"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": kind, "metadata": {"name": "c"}})
    return host


def messages(host: Host) -> list[tuple[str, str]]:
    return [(violation.constraint.kind, violation.message) for violation in host.review(POD)]


def rules_left(host: Host, kind: str) -> list[str]:
    """The rules of the libraries that were compiled for a template."""
    program = host._policies[kind.lower()].policy().entrypoint._policy.program
    return [rule.name.removeprefix("data.libs.lib.") for rule in program.rules if rule.name.startswith("data.libs")]


def test_the_next_template_compiles_what_it_reaches() -> None:
    host = host_with(template(BY_NAME, NAMES, TEXTS), template(BY_NAME, NAMES, TEXTS, kind="Two"))
    assert len(rules_left(host, "One")) == 7
    assert rules_left(host, "Two") == ["names.shown", "names.hidden", "texts.upper_case"]
    assert messages(host) == [("One", "P"), ("Two", "P")]


BY_OTHER_MEANS = {
    "a member that is computed": 'violation contains {"msg": m} if { some k; m := names[k].a }',
    "a whole package": 'violation contains {"msg": all_of.table.a} if all_of := names',
    "a whole package, by its path": 'violation contains {"msg": all_of.table.a} if all_of := data.lib.names',
    "what holds the package": 'violation contains {"msg": m} if m := data.lib[_].table.a',
    "a package that is replaced": """violation contains {"msg": m} if m := names.table.a with data.lib.names as {}
    violation contains {"msg": names.table.a}""",
}


@pytest.mark.parametrize("rules", BY_OTHER_MEANS.values(), ids=list(BY_OTHER_MEANS))
def test_what_is_reached_otherwise_stays(rules: str) -> None:
    alone = host_with(template(rules, NAMES, TEXTS, kind="Two"))
    host = host_with(template(BY_NAME, NAMES, TEXTS), template(rules, NAMES, TEXTS, kind="Two"))
    assert len(rules_left(host, "Two")) == 7
    assert messages(host)[1:] == messages(alone)


def test_names_of_rules_may_be_imported() -> None:
    rules = 'violation contains {"msg": texts_of.a}'
    given = {"imports": "import data.lib.names.table as texts_of", "kind": "Two"}
    host = host_with(template(BY_NAME, NAMES, TEXTS), template(rules, NAMES, TEXTS, **given))
    assert rules_left(host, "Two") == ["names.shown", "names.hidden", "names.table", "texts.upper_case"]
    assert messages(host) == [("One", "P"), ("Two", "A")]


MISTAKES = {
    "in a library that is new": (BY_NAME, NAMES, TEXTS + "\nwrong := nothing(1)\n"),
    "in what a library leads to": (BY_NAME, NAMES, TEXTS.replace("lower_case", "small")),
    "in the template": (BY_NAME.replace("shown", "unknown"), NAMES, TEXTS),
    "in the template's use of a library": (BY_NAME.replace("names.shown(", "names.hidden(1, "), NAMES, TEXTS),
    "where packages lie within each other": (BY_NAME, NAMES, TEXTS, "package lib.names.unused\n\nx := 1\n"),
}


@pytest.mark.parametrize("texts", MISTAKES.values(), ids=list(MISTAKES))
def test_mistakes_are_told_as_of_the_whole(texts: tuple[str, ...]) -> None:
    bad = template(*texts, kind="Two")
    with pytest.raises(TemplateError) as alone:
        host_with(bad)
    with pytest.raises(TemplateError) as after:
        host_with(template(BY_NAME, NAMES, TEXTS), bad)
    assert str(after.value) == str(alone.value)


def test_a_template_is_compiled_whole_in_each_rego_version() -> None:
    old = template(
        'violation[{"msg": names.f(1)}] { true }', 'package lib.names\n\nf(x) = y { y := sprintf("%v", [x]) }\n'
    )
    del old["spec"]["targets"][0]["code"][0]["source"]["version"]
    new = template(
        'violation contains {"msg": names.f(1)}',
        'package lib.names\n\nf(x) = y { y := sprintf("%v", [x]) }\n',
        kind="Two",
    )
    host_with(old)
    with pytest.raises(TemplateError, match="rego_parse_error"):
        host_with(old, new)
