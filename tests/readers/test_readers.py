"""Texts → the documents that rules read: detection, shapes and line numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gatewright import readers
from gatewright.errors import ManifestError
from gatewright.readers._shell import commands
from gatewright.readers.falco import parse_condition

WORKFLOW = """\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          echo
          echo ${{ github.sha }}
"""
RULES = "groups:\n  - name: a\n    rules:\n      - alert: Down\n        expr: up == 0\n"


@pytest.mark.parametrize(
    ("file", "text", "kind"),
    [
        ("deploy.yaml", "apiVersion: v1\nkind: Pod\n", None),
        ("settings.yaml", "on: true\n", None),
        ("values.yaml", "apiVersion: v1\nkind: ConfigMap\n", None),
        ("Chart.yaml", "apiVersion: example.com/v1\nkind: Chart\n", None),
        ("Dockerfile.md", "FROM a", None),
        ("Dockerfile", "FROM a", "dockerfile"),
        ("web.Dockerfile", "FROM a", "dockerfile"),
        ("Dockerfile.dev", "FROM a", "dockerfile"),
        ("Containerfile", "FROM a", "dockerfile"),
        ("a/.github/workflows/ci.yml", "", "workflow"),
        ("ci.yaml", WORKFLOW, "workflow"),
        ("rules.yaml", "- rule: a\n  desc: b\n  condition: c\n", "falco"),
        ("alerts.yaml", RULES, "prometheus"),
        ("kustomization.yaml", "", "kustomization"),
        ("flux.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n", None),
        ("Chart.yaml", "apiVersion: v2\nname: shop\n", "helm"),
        ("values-prod.yaml", "replicas: 3\n", "helm"),
        ("metrics.ts", "import { Counter } from 'prom-client'", "typescript"),
        ("other.ts", "export {}", None),
    ],
)
def test_detection(file: str, text: str, kind: str | None) -> None:
    assert readers.detect(file, text) == kind


def _one(kind: str, text: str) -> dict[str, Any]:
    (document,) = readers.read(kind, text, "file")
    assert document["apiVersion"] == readers.API_VERSION
    return document


def test_dockerfile_lines_of_continued_commands() -> None:
    document = _one(
        "dockerfile", "FROM a:1 AS b\nRUN apk update && \\\n    # why\n    apk add curl && \\\n    rm -rf /x\n"
    )
    run = document["instructions"][1]
    assert [(c["words"], c["line"]) for c in run["commands"]] == [
        (["apk", "update"], 2),
        (["apk", "add", "curl"], 4),
        (["rm", "-rf", "/x"], 5),
    ]
    assert (run["line"], run["endLine"], run["stage"]) == (2, 5, 0)
    assert document["stages"][0]["name"] == "b"


def test_dockerfile_escape_directive() -> None:
    document = _one("dockerfile", "# escape=`\nFROM a:1\nRUN one `\n    two\n")
    assert document["instructions"][1]["text"] == "one two"


def test_dockerfile_heredoc() -> None:
    document = _one("dockerfile", "FROM a:1\nRUN <<EOF\nset -e\ncurl x | sh\nEOF\nUSER 1\n")
    run, user = document["instructions"][1:]
    assert [(c["words"], c["line"]) for c in run["commands"]] == [(["set", "-e"], 3), (["curl", "x"], 4), (["sh"], 4)]
    assert user["line"] == 6


def test_dockerfile_flags_and_forms() -> None:
    document = _one(
        "dockerfile",
        'FROM --platform=linux/arm64 a:1\nCOPY --from=b --chown=1:1 x /y\nCMD ["a", "b c"]\nENV A=1 B="2 3"\n',
    )
    copy, cmd, env = document["instructions"][1:]
    assert document["stages"][0]["platform"] == "linux/arm64"
    assert (copy["flags"], copy["args"]) == ({"from": ["b"], "chown": ["1:1"]}, ["x", "/y"])
    assert (cmd["form"], cmd["args"]) == ("exec", ["a", "b c"])
    assert env["pairs"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "2 3"}]


def test_workflow_expressions_know_their_line() -> None:
    document = _one("workflow", WORKFLOW)
    assert document["triggers"] == {"push": {}}
    assert document["jobs"][0]["steps"][0]["expressions"] == [{"field": "run", "line": 8, "text": "github.sha"}]


def test_quoted_text_stays_text() -> None:
    document = _one(
        "workflow", 'on: push\njobs:\n  a:\n    steps:\n      - uses: x\n        with: {a: "false", b: false, c: on}\n'
    )
    assert document["jobs"][0]["steps"][0]["with"] == {"a": "false", "b": False, "c": "on"}


def test_broken_yaml_is_one_error_with_its_line() -> None:
    with pytest.raises(ManifestError) as raised:
        readers.read("workflow", "on: push\njobs: [\n", "ci.yaml")
    assert raised.value.location is not None
    assert raised.value.location.file == "ci.yaml"


@pytest.mark.parametrize(
    ("text", "references", "fields", "mixed", "error"),
    [
        ("spawned_process and proc.name in (a, b)", ["spawned_process"], ["proc.name"], False, False),
        ("a or b and c", ["a", "b", "c"], [], True, False),
        ("(a or b) and c", ["a", "b", "c"], [], False, False),
        ('not proc.cmdline contains "x (y"', [], ["proc.cmdline"], False, False),
        ("k8s.ns.name exists", [], ["k8s.ns.name"], False, False),
        ("(a or b", ["a", "b"], [], False, True),
        ("", [], [], False, True),
    ],
)
def test_falco_conditions(text: str, references: list[str], fields: list[str], mixed: bool, error: bool) -> None:
    condition = parse_condition(text)
    assert [reference["name"] for reference in condition["references"]] == references
    assert (condition["fields"], condition["mixed"], bool(condition["error"])) == (fields, mixed, error)


def test_prometheus_query_tree() -> None:
    document = _one("prometheus", RULES.replace("up == 0", 'sum by (job) (rate(a_total{x=~"y"}[5m])) > 1'))
    rule = document["groups"][0]["rules"][0]
    assert rule["metrics"] == ["a_total"]
    assert (rule["query"]["operator"], rule["query"]["lhs"]["by"]) == (">", ["job"])
    assert rule["query"]["lhs"]["expr"]["args"][0]["range"] == 300.0


def test_prometheus_syntax_error() -> None:
    rule = _one("prometheus", RULES.replace("up == 0", "rate(up"))["groups"][0]["rules"][0]
    assert "error" in rule
    assert "query" not in rule


def test_kustomization_patch_operations_have_lines() -> None:
    patch = "- op: add\n        path: /a\n        value: 1\n"
    text = f"kind: Kustomization\npatches:\n  - target: {{kind: Deployment}}\n    patch: |-\n      {patch}"
    (operation,) = _one("kustomization", text)["patches"][0]["operations"]
    assert (operation["path"], operation["line"]) == ("/a", 5)


def test_chart_has_its_dependencies_by_line(tmp_path: Path) -> None:
    chart = tmp_path / "Chart.yaml"
    text = "apiVersion: v2\nname: shop\ndependencies:\n- name: redis\n  version: ^19.0.0\n"
    chart.write_text(text)
    (document,) = readers.read("helm", text, str(chart))
    assert (document["kind"], document["locked"]) == ("HelmChart", False)
    (dependency,) = document["dependencies"]
    assert (dependency["name"], dependency["line"], dependency["lines"]["version"]) == ("redis", 4, 5)


def test_values_have_their_texts_by_path() -> None:
    (document,) = readers.read("helm", "a:\n  b: x\n  n: 1\nc:\n- d: y\n- z\n", "values.yaml")
    assert document["kind"] == "HelmValues"
    assert [(t["path"], t["key"], t["value"], t["line"]) for t in document["texts"]] == [
        ("a.b", "b", "x", 2),
        ("c[0].d", "d", "y", 5),
        ("c[1]", "c", "z", 6),
    ]


def test_typescript_metrics() -> None:
    fields = "  name: 'a_total',\n  help: '}',\n  labelNames: ['ip', \"b\"],\n"
    text = f"import c from 'prom-client';\nconst m = new c.Counter({{\n{fields}}});\n"
    (metric,) = _one("typescript", text)["metrics"]
    assert (metric["type"], metric["name"], metric["labels"], metric["lines"]["labelNames"]) == (
        "Counter",
        "a_total",
        ["ip", "b"],
        5,
    )


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("", []),
        ("# comment", []),
        ("a && b || c; d | e", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("A=1 make 'x y' \"z\"", [["make", "x y", "z"]]),
        ("echo a#b # c", [["echo", "a#b"]]),
        ("make 2>&1", [["make", "2>&1"]]),
        ("if true; then make; fi", [["true"], ["make"]]),
        ("echo $(date -u) ${A:-b}", [["echo", "$(date -u)", "${A:-b}"], ["date", "-u"]]),
        ("echo $((1 + 2)) | wc", [["echo", "$((1 + 2))"], ["wc"]]),
        ("exec env A=1 make all", [["make", "all"]]),
        ("command -v make", [["command", "-v", "make"]]),
        ("bash -ec 'a; b $(c)' x; d", [["bash", "-ec", "a; b $(c)", "x"], ["d"], ["a"], ["b", "$(c)"], ["c"]]),
        ("$($($($($($($(a", [[f"{'$(' * n}a"] for n in (7, 6, 5, 4, 3, 2)]),
        ("echo 'open", [["echo", "open"]]),
    ],
)
def test_shell_commands(script: str, words: list[list[str]]) -> None:
    assert [command.words for command in commands(script)] == words
