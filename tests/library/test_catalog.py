"""Every rule folder is complete, says who it is, and is chosen by name; every set names rules that exist."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml

from gatewright import catalog
from gatewright.errors import UsageError
from gatewright.export import template

RULES = catalog.rules()
SETS = catalog.standards()


@pytest.mark.parametrize("path", RULES)
def test_folder_is_complete(path: str) -> None:
    rule = RULES[path]
    suite = yaml.safe_load((rule.directory / "suite.yaml").read_text(encoding="utf-8"))
    cases = [case for test in suite["tests"] for case in test["cases"]]
    assert all(test["template"] == "rule.rego" for test in suite["tests"])
    folders = Counter(case["object"].split("/")[1] for case in cases)
    assert folders["pass"] >= 1, "a sample that passes"
    assert folders["fail"] >= 1, "a sample that fails"
    used = {case["object"] for case in cases}
    used |= {name for case in cases for name in case.get("inventory", ())}
    used |= {test["constraint"] for test in suite["tests"] if "constraint" in test}
    present = {
        file.relative_to(rule.directory).as_posix()
        for file in (rule.directory / "samples").rglob("*")
        if file.is_file()
    }
    assert used == present


@pytest.mark.parametrize("path", RULES)
def test_template_assembles(path: str) -> None:
    rule = RULES[path]
    document = template.assemble(rule)
    assert document["metadata"]["name"] == rule.kind.lower()
    assert len(rule.kind) <= 63
    source = document["spec"]["targets"][0]["code"][0]["source"]
    assert "# METADATA" not in source["rego"]
    assert all(f"data.{name}" in str(source) for name in _packages(source.get("libs", ()))), "no module is idle"


def _packages(libs: list[str]) -> list[str]:
    return [text.split("\n", 1)[0].removeprefix("package ") for text in libs]


def test_ids_and_kinds_are_unique() -> None:
    for names in ([rule.id for rule in RULES.values()], [rule.kind.lower() for rule in RULES.values()]):
        assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("name", SETS)
def test_set_names_rules(name: str) -> None:
    document = SETS[name]
    assert document["metadata"]["name"] == name
    selections = list(catalog.selections(document))
    identities = Counter((s.rule.kind, s.name) for s in selections)
    assert [key for key, count in identities.items() if count > 1] == []
    for selection in selections:
        assert set(selection.parameters) <= set(selection.rule.parameters), selection.rule.path
        assert set(selection.rule.required) <= set(selection.parameters), selection.rule.path


@pytest.mark.parametrize("version", ["1.8", "1.9", "1.10", "1.11", "1.12"])
def test_cis_sets_agree_with_the_rules_own_controls(version: str) -> None:
    said = {
        (control.id, rule.path)
        for rule in RULES.values()
        for control in rule.controls
        if control.standard == "cis" and _within(control.versions, version)
    }
    chosen = {(s.control, s.rule.path) for s in catalog.selections(SETS[f"cis-{version}"])}
    assert chosen == said
    assert {row["control"] for row in catalog.manual_controls(SETS[f"cis-{version}"])} >= {"5.3.1", "5.5.1"}


def _within(span: str, version: str) -> bool:
    first, _, last = span.partition("-")
    numbers = [tuple(map(int, text.split("."))) for text in (first, version, last or first)]
    return numbers[0] <= numbers[1] <= numbers[2]


@pytest.mark.parametrize("name", ["pod/privileged", "PSS-B03", "pss-b03", "PodPrivileged", "pod-privileged"])
def test_a_rule_is_found_by_each_of_its_names(name: str) -> None:
    assert catalog.rule(name).path == "pod/privileged"


@pytest.mark.parametrize("name", ["pod/nothing", "../lib", "PSS-X99", ""])
def test_an_unknown_rule_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError):
        catalog.rule(name)


def test_selection_by_glob_and_severity() -> None:
    documents = catalog.policy_set("pss-restricted", include=("pod/pr*",), exclude=("PSS-B10",), min_severity="high")
    kinds = {d["kind"] for d in documents if d["kind"] != "ConstraintTemplate"}
    assert kinds == {"PodPrivileged", "PodPrivilegeEscalation"}


def test_common_parameters_reach_the_rules_that_know_them() -> None:
    documents = catalog.policy_set("pss-baseline", parameters={"kubernetesVersion": "1.20"})
    constraints = [d for d in documents if d["kind"] != "ConstraintTemplate"]
    assert {d["spec"]["parameters"]["kubernetesVersion"] for d in constraints} == {"1.20"}


def test_kinds_of_targets() -> None:
    assert catalog.kinds(("Secret", "Role.rbac.authorization.k8s.io", "*")) == [
        {"apiGroups": [""], "kinds": ["Secret"]},
        {"apiGroups": ["rbac.authorization.k8s.io"], "kinds": ["Role"]},
        {"apiGroups": ["*"], "kinds": ["*"]},
    ]


@pytest.mark.parametrize("name", SETS)
def test_lines_of_a_set_have_no_stray_keys(name: str) -> None:
    for row in catalog.manual_controls(SETS[name]):
        assert set(row) == {"control", "title", "reason"}
    for row in SETS[name]["spec"]["rules"]:
        known = {"rule", "family", "except", "control", "name", "parameters", "match", "enforcementAction"}
        assert isinstance(row, str) or set(row) <= known


@pytest.mark.parametrize("version", ["latest", "1.0", "v1.37", "1.29.3", "v1.30.1+k3s1", "1.31+"])
def test_a_kubernetes_version_is_taken(version: str) -> None:
    constraint = catalog.policy_set("pss-baseline", parameters={"kubernetesVersion": version})[-1]
    assert constraint["spec"]["parameters"]["kubernetesVersion"] == version


@pytest.mark.parametrize("version", ["", "1", "2.0", "newest", "1.x"])
def test_what_is_no_kubernetes_version_is_a_usage_error(version: str) -> None:
    with pytest.raises(UsageError, match="no Kubernetes version"):
        catalog.policy_set("pss-baseline", parameters={"kubernetesVersion": version})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"rule": "pod/privileged", "enforcmentAction": "warn"}, "has no field 'enforcmentAction'"),
        ({"rule": "image/untrusted_registry", "parameters": {"allowd": []}}, "has no parameter 'allowd'"),
        ({"rule": "pod/bidirectional_mount", "parameters": {"x": 1}}, "has no parameter 'x'"),
        ({"family": "pod", "except": ["privilegd"]}, "the family pod has no rule 'privilegd'"),
    ],
)
def test_a_slip_in_a_line_of_a_set(line: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        list(catalog.selections({"spec": {"rules": [line]}}))
