"""What an evaluation may know of the world: nothing, until a flag says so; on check, test and eval alike."""

from __future__ import annotations

import json

import pytest
import yaml

from gatewright.analysis.capabilities import FEATURES
from gatewright.builtins import signatures
from gatewright.cli.boundary import run

RULE = """package clock

violation[{"msg": m}] { m := sprintf("%d %v", [time.now_ns(), rand.intn("a", 1000000)]) }
"""
TEMPLATE = {
    "apiVersion": "templates.gatekeeper.sh/v1",
    "kind": "ConstraintTemplate",
    "metadata": {"name": "clock"},
    "spec": {
        "crd": {"spec": {"names": {"kind": "Clock"}}},
        "targets": [
            {
                "target": "admission.k8s.gatekeeper.sh",
                "rego": RULE,
            }
        ],
    },
}
CONSTRAINT = {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "Clock", "metadata": {"name": "c"}}
SUITE = """apiVersion: test.gatekeeper.sh/v1alpha1
kind: Suite
tests:
- name: clock
  template: template.yaml
  constraint: constraint.yaml
  cases:
  - name: any
    object: pod.yaml
    assertions: [{violations: yes}]
"""
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
NOW = "2024-02-29T12:00:00Z"
NOW_NS = 1_709_208_000_000_000_000


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies.yaml").write_text(yaml.safe_dump_all([TEMPLATE, CONSTRAINT]))
    (tmp_path / "pod.yaml").write_text(yaml.safe_dump(POD))
    (tmp_path / "a_test.rego").write_text(
        f"package a\n\ntest_clock if time.now_ns() == {NOW_NS}\n\ntest_rand if rand.intn(`a`, 1000000) == data.want\n"
    )
    return tmp_path


def write_capabilities(folder, without="", features=FEATURES, allow_net=None):
    """A capabilities file with all built-ins but one, their types left open."""
    anything = {"type": "any"}
    builtins = [
        {"name": name, "decl": {"type": "function", "args": [anything] * each.arity, "result": anything}}
        for name, each in signatures().items()
        if name != without
    ]
    allowed = {"builtins": builtins, "features": sorted(features), "allow_net": allow_net}
    (folder / "capabilities.json").write_text(json.dumps(allowed))


def checked(capsys, *flags):
    run(["check", "-p", "policies.yaml", "pod.yaml", "--format", "json", *flags])
    (violation,) = yaml.safe_load(capsys.readouterr().out)["violations"]
    return violation["message"].split()


def test_check_sees_the_clock_it_is_given(files, capsys):
    assert checked(capsys, "--now", NOW)[0] == str(NOW_NS)
    assert checked(capsys, "--now", "5")[0] == "5"


def test_check_draws_by_the_seed_it_is_given(files, capsys):
    assert checked(capsys)[1] == checked(capsys)[1]
    assert checked(capsys, "--seed", "x")[1] != checked(capsys, "--seed", "y")[1]


def test_test_sees_the_clock_and_the_seed(files, capsys):
    drawn = checked(capsys, "--seed", "x")[1]
    (files / "data.json").write_text(f'{{"want": {drawn}}}')
    assert run(["test", "a_test.rego", "-d", "data.json", "--now", NOW, "--seed", "x"]) == 0
    assert run(["test", "a_test.rego", "-d", "data.json", "--now", "1", "--seed", "x"]) == 1


@pytest.mark.parametrize("command", [["check", "-p", "policies.yaml", "pod.yaml"], ["eval", "1"], ["test", "."]])
def test_a_moment_that_is_none_is_a_mistake_of_usage(files, command):
    assert run([*command, "--now", "noon"]) == 2


@pytest.mark.parametrize(
    "query",
    ['http.send({"method": "get", "url": "http://a.example/"})', 'net.lookup_ip_addr("a.example")'],
)
def test_no_host_is_reached_unless_it_is_named(files, capsys, query):
    assert run(["eval", query, "--strict-builtin-errors", "--format", "raw"]) == 2
    captured = capsys.readouterr()
    assert "allowed host: a.example" in captured.out + captured.err


# What each command says of a policy that calls a built-in which the file does not have, and of one that it has.
CALLS = {
    "eval": ["eval", "data.a.x", "-d", "a.rego"],
    "test": ["test", "a_test.rego"],
    "check": ["check", "-p", "policies.yaml", "pod.yaml"],
}


@pytest.mark.parametrize("command", CALLS)
def test_only_the_built_ins_of_a_capabilities_file_exist(command, files, capsys):
    (files / "a.rego").write_text("package a\n\nx := time.now_ns()\n")
    write_capabilities(files, "time.now_ns")
    assert run([*CALLS[command], "--now", NOW, "--capabilities", "capabilities.json"]) == 2
    assert "undefined function time.now_ns" in "".join(capsys.readouterr())
    write_capabilities(files, "walk")
    run([*CALLS[command], "--now", NOW, "--capabilities", "capabilities.json"])
    assert "undefined function" not in "".join(capsys.readouterr())


def test_a_suite_of_gatekeeper_is_held_to_the_capabilities(files, capsys):
    (files / "suite.yaml").write_text(SUITE)
    (files / "template.yaml").write_text(yaml.safe_dump(TEMPLATE))
    (files / "constraint.yaml").write_text(yaml.safe_dump(CONSTRAINT))
    assert run(["test", "suite.yaml"]) == 0
    write_capabilities(files, "time.now_ns")
    assert run(["test", "suite.yaml", "--capabilities", "capabilities.json"]) != 0
    assert "undefined function time.now_ns" in "".join(capsys.readouterr())


def test_capabilities_hold_for_the_language_too(files, capsys):
    (files / "a.rego").write_text('package a\n\nx := $"a{1}"\n')
    write_capabilities(files, features=["rego_v1"])
    for command in (["eval", "data.a", "-d", "a.rego"], ["eval", '$"a{1}"'], ["test", "a.rego"]):
        assert run([*command, "--capabilities", "capabilities.json"]) == 2
        assert "template strings are not supported by current capabilities" in "".join(capsys.readouterr())
    write_capabilities(files, features=[])
    assert run(["eval", "1", "--capabilities", "capabilities.json"]) == 2
    assert "rego_v1 feature required" in capsys.readouterr().out


def test_a_host_is_reached_only_where_the_capabilities_allow_it_too(files, capsys):
    write_capabilities(files, allow_net=["b.example"])
    request = '{"method": "get", "url": "http://a.example/", "raise_error": false}'
    for host in ("a.example", "*"):
        arguments = ["--allow-net", host, "--capabilities", "capabilities.json", "--format", "raw"]
        assert run(["eval", f"http.send({request}).error.message", *arguments]) == 0
        assert capsys.readouterr().out == ":1: eval_builtin_error: http.send: disallowed host: a.example\n"


def test_a_built_in_that_a_file_has_made_up_fails_when_it_is_called(files, capsys):
    made_up = {"name": "a.b", "decl": {"type": "function", "args": [{"type": "any"}], "result": {"type": "boolean"}}}
    (files / "capabilities.json").write_text(json.dumps({"builtins": [made_up], "features": ["rego_v1"]}))
    assert run(["eval", "a.b(1)", "--capabilities", "capabilities.json"]) == 2
    assert "unsupported built-in: a.b" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["[]", "{", '{"builtins": [{"name": "f"}]}', '{"allow_net": 1}'])
@pytest.mark.parametrize("command", CALLS)
def test_what_is_no_capabilities_file_is_a_mistake_of_usage(command, text, files, capsys):
    (files / "a.rego").write_text("package a\n\nx := 1\n")
    (files / "capabilities.json").write_text(text)
    assert run([*CALLS[command], "--capabilities", "capabilities.json"]) == 2
    assert "capabilities" in "".join(capsys.readouterr())
