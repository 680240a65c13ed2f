"""What an evaluation may know of the world: nothing, until a flag says so; on check, test and eval alike."""

from __future__ import annotations

import pytest
import yaml

from gatewright.cli.boundary import run

RULE = """package clock

violation[{"msg": m}] { m := sprintf("%d %v", [time.now_ns(), rand.intn("a", 1000000)]) }
"""
ONLY_EQ = """{"builtins": [{"name": "eq", "decl": {
  "type": "function", "args": [{"type": "any"}, {"type": "any"}], "result": {"type": "boolean"}
}}]}
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


def test_only_the_built_ins_of_a_capabilities_file_exist(files, capsys):
    (files / "capabilities.json").write_text(ONLY_EQ)
    assert run(["eval", "count([1])", "--capabilities", "capabilities.json"]) == 2
    assert "undefined function count" in "".join(capsys.readouterr())
