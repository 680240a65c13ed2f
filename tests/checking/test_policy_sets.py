"""Sets of policies that are kept: the next run reads none of them, and says the same; what has changed is read."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatewright.checking import policy_sets
from gatewright.checking.policies import read_policies
from gatewright.checking.policy_sets import PolicySet, sets_directory
from gatewright.checking.request import CheckRequest
from gatewright.checking.session import check
from gatewright.gatekeeper.host import Host
from gatewright.records import replace

TEMPLATE = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {{name: {lower}, annotations: {{gatewright.dev/severity: high}}}}
spec:
  crd:
    spec:
      names: {{kind: {kind}}}
      validation:
        openAPIV3Schema:
          type: object
          properties: {{word: {{type: string, default: owner}}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package {lower}
        violation[{{"msg": msg, "details": {{"word": input.parameters.word}}}}] {{
          {body}
        }}
"""
LABEL = """not input.review.object.metadata.labels[input.parameters.word]
          msg := sprintf("no %v", [input.parameters.word])"""
TWIN = """other := data.inventory.namespace[_][_].Pod[name]
          name != input.review.object.metadata.name
          msg := sprintf("beside %v", [name])"""
CEL = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: cellabel}
spec:
  crd: {spec: {names: {kind: CelLabel}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - engine: K8sNativeValidation
          source:
            validations:
              - expression: "has(object.metadata.labels)"
                messageExpression: '"no labels on " + object.metadata.name'
"""
CONSTRAINT = """\
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: {kind}
metadata: {{name: {name}}}
spec: {spec}
"""
SCOPED = (
    "{enforcementAction: scoped, scopedEnforcementActions: "
    "[{action: warn, enforcementPoints: [{name: gator.gatekeeper.sh}]}], "
    "match: {labelSelector: {matchExpressions: [{key: app, operator: Exists}]}, namespaces: [default, 'shop-*']}}"
)
BINDING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: short}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
  validations: [{expression: "size(object.metadata.name) < 2", message: too long}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: short}
spec: {policyName: short, validationActions: [Deny]}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: default, {more}}}\n"


class Tree:
    def __init__(self, root: Path) -> None:
        self.policies, self.manifests = root / "policies", root / "manifests"
        self.policies.mkdir()
        self.manifests.mkdir()
        self.write("template.yaml", TEMPLATE.format(lower="needslabel", kind="NeedsLabel", body=LABEL))
        self.write("plain.yaml", CONSTRAINT.format(kind="NeedsLabel", name="plain", spec="{parameters: {}}"))
        (self.manifests / "a.yaml").write_text(POD.format(name="a", more="labels: {app: x}"))
        (self.manifests / "bb.yaml").write_text(POD.format(name="bb", more=""))
        self.request = CheckRequest((str(self.policies),), (str(self.manifests),), jobs=1, result_cache=False)

    def write(self, name: str, text: str) -> None:
        (self.policies / name).write_text(text)

    def report(self, **options: Any) -> str:
        out = io.StringIO()
        check(replace(self.request, **options), out)
        return re.sub(r"in [\d.]+ s$", "", out.getvalue(), flags=re.M)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Tree(tmp_path)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[CheckRequest]:
    """The requests whose policies have been read."""
    read: list[CheckRequest] = []

    def noted(request: CheckRequest) -> Any:
        read.append(request)
        return read_policies(request)

    monkeypatch.setattr(policy_sets, "read_policies", noted)
    return read


def everything(tree: Tree) -> None:
    """Policies of every sort that there is."""
    tree.write("scoped.yaml", CONSTRAINT.format(kind="NeedsLabel", name="scoped", spec=SCOPED))
    tree.write("other.yaml", CONSTRAINT.format(kind="NeedsLabel", name="other", spec="{parameters: {word: app}}"))
    tree.write("twin.yaml", TEMPLATE.format(lower="twin", kind="Twin", body=TWIN))
    tree.write("twins.yaml", CONSTRAINT.format(kind="Twin", name="twins", spec="{match: {kinds: [{kinds: [Pod]}]}}"))
    tree.write("cel.yaml", CEL)
    tree.write("cels.yaml", CONSTRAINT.format(kind="CelLabel", name="cels", spec="{}"))
    tree.write("binding.yaml", BINDING)


@pytest.mark.parametrize("options", [{}, {"gator_compat": True}, {"engine": "rego"}, {"format": "json"}])
def test_a_second_run_reads_no_policies_and_says_the_same(
    tree: Tree, reads: list[CheckRequest], options: dict[str, Any]
) -> None:
    everything(tree)
    if options.get("engine") == "rego":
        (tree.policies / "cel.yaml").unlink()
        (tree.policies / "cels.yaml").unlink()
    without = seconds_aside(tree.report(cache=False, **options))
    assert "no owner" in without
    for _ in range(3):
        assert seconds_aside(tree.report(**options)) == without
    assert len(reads) == 2


def seconds_aside(report: str) -> str:
    return re.sub(r'"seconds":[\d.]+', "", report)


def test_shipped_sets_are_kept(tree: Tree, reads: list[CheckRequest]) -> None:
    first = tree.report(policies=())
    assert tree.report(policies=()) == first
    assert "no policy given" in first
    assert len(reads) == 1
    tree.report(policies=(), kubernetes_version="1.20")
    assert len(reads) == 2


def changes() -> list[Callable[[Tree], Any]]:
    return [
        lambda tree: tree.write(
            "plain.yaml", CONSTRAINT.format(kind="NeedsLabel", name="renamed", spec="{parameters: {}}")
        ),
        lambda tree: tree.write(
            "more.yaml", CONSTRAINT.format(kind="NeedsLabel", name="more", spec="{parameters: {}}")
        ),
        lambda tree: (tree.policies / "plain.yaml").unlink() or tree.write("z.yaml", BINDING),
        lambda tree: tree.write("main.rego", 'package main\ndeny contains "every time" if true\n'),
    ]


@pytest.mark.parametrize("change", changes())
def test_what_has_changed_is_read(tree: Tree, reads: list[CheckRequest], change: Callable[[Tree], Any]) -> None:
    tree.report()
    change(tree)
    changed = tree.report()
    assert len(reads) == 2
    assert changed == tree.report(cache=False)


def test_it_belongs_to_the_state_of_gatewright(
    tree: Tree, reads: list[CheckRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.report()
    monkeypatch.setattr(policy_sets, "engine_stamp", lambda: "another")
    tree.report()
    assert len(reads) == 2


def test_policies_with_faults_are_read_every_time(tree: Tree, reads: list[CheckRequest]) -> None:
    tree.write("broken.yaml", TEMPLATE.format(lower="broken", kind="Broken", body="msg := nothing"))
    first = tree.report()
    assert "nothing is unsafe" in first
    assert tree.report() == first
    assert len(reads) == 2
    assert not os.path.exists(sets_directory())


def test_policies_among_the_inputs_are_met(tree: Tree, reads: list[CheckRequest]) -> None:
    tree.report()
    (tree.manifests / "more.yaml").write_text(
        CONSTRAINT.format(kind="NeedsLabel", name="more", spec="{parameters: {}}")
    )
    report = tree.report()
    assert "NeedsLabel/more" in report
    assert report == tree.report(cache=False)
    (tree.manifests / "more.yaml").unlink()
    assert "NeedsLabel/more" not in tree.report()
    assert len(reads) == 3


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"\0" * 5000, "cut", "flip"])
def test_damage_does_no_harm(tree: Tree, damage: bytes | str) -> None:
    first = tree.report()
    (file,) = Path(sets_directory()).iterdir()
    whole = file.read_bytes()
    flipped = bytes([*whole[:100], whole[100] ^ 1, *whole[101:]])
    file.write_bytes({"cut": whole[:-50], "flip": flipped}[damage] if isinstance(damage, str) else damage)
    assert tree.report() == first
    assert file.read_bytes()[-20:] == whole[-20:]


def test_it_is_private_and_its_absence_no_error(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tree.report()
    modes = {path.stat().st_mode & 0o077 for path in [Path(sets_directory()), *Path(sets_directory()).iterdir()]}
    assert modes == {0}
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert tree.report() == first


def test_files_that_change_while_they_are_read_are_not_kept(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(request: CheckRequest) -> Any:
        tree.write("plain.yaml", CONSTRAINT.format(kind="NeedsLabel", name="changed", spec="{parameters: {}}"))
        return read_policies(request)

    monkeypatch.setattr(policy_sets, "read_policies", slowly)
    tree.report()
    assert not os.path.exists(sets_directory())


def test_code_is_loaded_when_an_object_meets_the_rule(tree: Tree) -> None:
    everything(tree)
    tree.report()
    host, errors = PolicySet(tree.request).host()
    assert not errors
    assert loaded_kinds(host) == set()
    assert host.reads_inventory
    assert loaded_kinds(host) == set()
    host.review({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}})
    assert loaded_kinds(host) == {"NeedsLabel", "CelLabel"}


def loaded_kinds(host: Host) -> set[str]:
    return {policy.template.kind for policy in host.policies if policy.compiled is not None}


def test_what_locating_needs_is_kept_too(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tree.report()
    # Nothing is left but the one file.
    (tmp := Path(sets_directory()).parent / "code").rename(tmp.with_name("gone"))
    monkeypatch.setattr("gatewright.codegen.link.compile_parts", None)
    assert tree.report() == first


def test_constraints_that_take_the_place_of_others_are_told(tree: Tree) -> None:
    tree.write("z1.yaml", CONSTRAINT.format(kind="NeedsLabel", name="plain", spec="{parameters: {}}"))
    assert "replaced" not in tree.report()
    tree.write("z2.yaml", CONSTRAINT.format(kind="NeedsLabel", name="plain", spec="{parameters: {word: team}}"))
    told = (
        f"warning: NeedsLabel/plain of {tree.policies / 'z1.yaml'} is replaced by another of the same name "
        f"in {tree.policies / 'z2.yaml'}"
    )
    for _ in range(2):  # what is said is kept with the set
        assert told in tree.report().splitlines()


def test_sets_that_share_constraints_are_told_in_a_line(tree: Tree) -> None:
    for name in ("a", "b", "c", "d", "e"):
        tree.write(f"{name}.yaml", CONSTRAINT.format(kind="NeedsLabel", name=name, spec="{parameters: {}}"))
    both = "".join(
        "---\n" + CONSTRAINT.format(kind="NeedsLabel", name=name, spec="{parameters: {word: team}}") for name in "abcde"
    )
    tree.write("z.yaml", both)
    found = [line for line in tree.report().splitlines() if "replaced" in line]
    assert len(found) == 5
    one = tree.policies / "all.yaml"
    tree.write("all.yaml", both.replace("team", "app"))
    found = read_policies(CheckRequest((str(one), str(tree.policies / "z.yaml")), ())).notices
    names = "NeedsLabel/a, NeedsLabel/b, NeedsLabel/c and 2 more"
    assert found == [
        f"warning: {names} of {one} are replaced by others of the same names in {tree.policies / 'z.yaml'}"
    ]
