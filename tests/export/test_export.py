"""Exported rules: loadable, stable, refused where no cluster can run them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gatewright import catalog
from gatewright.errors import ExportError, UsageError
from gatewright.export import template
from gatewright.export.bundle import ExportOptions
from gatewright.export.packages import read_packages
from gatewright.export.request import ExportRequest, run
from gatewright.export.scaffold import new_rule
from gatewright.gatekeeper.host import Host

PRIVILEGED = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "a", "namespace": "b"},
    "spec": {"containers": [{"name": "c", "image": "d:1", "securityContext": {"privileged": True}}]},
}


def test_exported_set_gives_the_same_verdicts() -> None:
    files, _ = run(ExportRequest(("pss-restricted",), ExportOptions()))
    exported, direct = Host(), Host()
    for folder in ("templates/", "constraints/"):
        for name, text in files.items():
            if name.startswith(folder):
                exported.add(yaml.safe_load(text))
    for document in catalog.policy_set("pss-restricted"):
        direct.add(document)
    got = sorted(v.message for v in exported.review(PRIVILEGED))
    assert got == sorted(v.message for v in direct.review(PRIVILEGED)) != []


def test_legacy_fields_are_read_as_rego_v0() -> None:
    host = Host()
    host.add(template.assemble(catalog.rule("pod/privileged"), legacy=True))
    host.add(template.constraint(catalog.rule("pod/privileged")))
    assert len(host.review(PRIVILEGED)) == 1


def test_rego_is_block_text() -> None:
    files, _ = run(ExportRequest(("pod/privileged",), ExportOptions()))
    text = files["templates/pod-privileged.yaml"]
    assert "\n            rego: |\n              package lib.library.pod.privileged\n" in text
    assert "\n                some c in workload.containers\n" in text


def test_no_rego_is_quoted() -> None:
    files, _ = run(ExportRequest(("reliability",), ExportOptions()))
    assert [name for name, text in files.items() if 'rego: "' in text or '- "package' in text] == []


def test_no_namespace_of_that_name() -> None:
    with pytest.raises(UsageError, match="'Bad Name' is no namespace"):
        run(ExportRequest(("pod/privileged",), ExportOptions(exclude_namespaces=("kube-*", "Bad Name"))))


def test_tabs_of_raw_strings_stay(tmp_path: Path) -> None:
    rule = 'package a.b\n\nviolation contains {"msg": `one\n\ttwo`} if true\n'
    head = "# METADATA\n# title: t\n# custom:\n#   targets: [Secret]\n"
    (tmp_path / "r.rego").write_text(head + rule)
    (read,) = read_packages(tmp_path)
    assert template.assemble(read)["spec"]["targets"][0]["code"][0]["source"]["rego"] == rule


def test_export_is_stable_and_complete() -> None:
    request = ExportRequest(
        ("cis-1.12",), ExportOptions(exclude_namespaces=("kube-system",), enforcement_action="warn")
    )
    files, _ = run(request)
    assert run(request)[0] == files
    listed = yaml.safe_load(files["kustomization.yaml"])["resources"]
    assert set(listed) == {n for n in files if n.startswith(("templates/", "constraints/")) or n == "syncset.yaml"}
    for name in listed:
        if name.startswith("constraints/"):
            spec = yaml.safe_load(files[name])["spec"]
            assert (spec["enforcementAction"], spec["match"]["excludedNamespaces"]) == ("warn", ["kube-system"])
    kinds = {gvk["kind"] for gvk in yaml.safe_load(files["syncset.yaml"])["spec"]["gvks"]}
    assert "ServiceAccount" in kinds


@pytest.mark.parametrize("name", ["dockerfile/sudo", "github_actions/unpinned_action", "image/untrusted_registry"])
def test_refused_with_a_reason(name: str) -> None:
    with pytest.raises(ExportError):
        run(ExportRequest((name,), ExportOptions()))


def test_sets_leave_out_what_no_cluster_sees() -> None:
    files, notes = run(ExportRequest(("supply-chain",), ExportOptions()))
    assert "templates/image-floating-tag.yaml" in files
    assert any("dockerfile/tls_disabled" in note for note in notes)


def test_any_package_with_metadata(tmp_path: Path) -> None:
    file = tmp_path / "labels.rego"
    file.write_text(
        "# METADATA\n# title: Labels\n# custom:\n#   matchers:\n#     kinds:\n#     - apiGroups: [apps]\n"
        '#       kinds: [Deployment]\npackage team.labels\n\nviolation contains {"msg": "x"} if input.review.object\n'
    )
    (rule,) = read_packages(tmp_path)
    assert (rule.kind, rule.targets) == ("TeamLabels", ("Deployment.apps",))
    host = Host()
    host.add(template.assemble(rule))


def test_new_rule_is_complete(tmp_path: Path) -> None:
    new_rule("rule", "pod/thing", tmp_path, "workload", "low")
    rule = catalog.read_rule(tmp_path / "pod/thing/rule.rego")
    host = Host()
    host.add(template.assemble(rule))
    host.add(template.constraint(rule))
    for folder, count in (("pass", 0), ("fail", 1)):
        for sample in (tmp_path / "pod/thing/samples" / folder).iterdir():
            assert len(host.review(yaml.safe_load(sample.read_text()))) == count
