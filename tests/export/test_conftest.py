"""Rego written for conftest: its rules are asked of each object, in either dialect; faults are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.checking.policies import read_policies
from gatewright.checking.request import CheckRequest
from gatewright.errors import RegoErrors, UsageError
from gatewright.export import conftest
from gatewright.gatekeeper.host import Host

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shop", "namespace": "shop"}}
V1 = """package main

import rego.v1

deny contains msg if {
	input.kind == "Pod"
	msg := "data.main is text"
}

deny_names contains {"msg": "named", "name": input.metadata.name} if not data.util.allowed

warn contains "careful"

helper contains "not asked"
"""
V0 = 'package main\ndeny[msg] { input.kind == "Pod"; msg := "old" }\n'
UTIL = 'package util\n\nimport rego.v1\n\nallowed if input.metadata.name == "web"\n'


def _found(files: list[Path]) -> list[tuple[str, str]]:
    host = Host()
    for document in conftest.documents(files):
        host.add(document)
    return sorted((v.enforcement_action, v.message) for v in host.review(POD))


def _written(directory: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        (directory / f"{name}.rego").write_text(text)
    return sorted(directory.iterdir())


def test_rules_are_asked_with_the_object_as_input(tmp_path: Path) -> None:
    found = _found(_written(tmp_path, policy=V1, util=UTIL))
    assert found == [("deny", "data.main is text"), ("deny", "named"), ("warn", "careful")]


def test_the_old_dialect_is_read(tmp_path: Path) -> None:
    assert _found(_written(tmp_path, policy=V0)) == [("deny", "old")]


def test_both_dialects_beside_each_other(tmp_path: Path) -> None:
    other = V0.replace("package main", "package other")
    assert ("deny", "old") in _found(_written(tmp_path, policy=V1, util=UTIL, other=other))


def test_of_a_directory_only_main_is_asked(tmp_path: Path) -> None:
    _written(tmp_path, policy=V0, src="package k8sthing\n\nviolation[x] { x := 1 }\n")
    policies = read_policies(CheckRequest(policies=(str(tmp_path),), manifests=()))
    assert [d.value["kind"] for d in policies.documents] == ["ConstraintTemplate", "ConftestMainDeny"]
    assert policies.errors == []


def test_faults_are_said(tmp_path: Path) -> None:
    (broken,) = _written(tmp_path, broken="package main\ndeny contains\n")
    with pytest.raises(RegoErrors):
        conftest.documents([broken])
    broken.write_text("package main\nx := 1\n")
    with pytest.raises(UsageError, match="no rule called deny"):
        read_policies(CheckRequest(policies=(str(broken),), manifests=()))
