"""`gator test --trace` and `gator verify --trace`. `trace_of_gator.txt` is what gator 3.23.1 prints."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from gatewright.gatekeeper.results import Result
from gatewright.gator.spew import dump_result
from gatewright.harness.session import TestRequest, run_tests

from .conftest import constraint, pod, template
from .test_gator import files, gator

__all__ = ["files"]

WANTED = (Path(__file__).parent / "trace_of_gator.txt").read_text()
PODS = constraint(match={"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]})


def trace_of(text: str) -> str:
    return text.partition("\nTrace: ")[2]


def test_text(files):
    files("all.yaml", template(), PODS, pod())
    assert gator("test", "-f", "all.yaml", "-t") == (1, WANTED, "")


def test_every_result_has_the_trace_of_all_objects(files):
    files("all.yaml", template(), PODS, pod("p"), pod("q"), pod("r", labels={"owner": "me"}))
    _, out, _ = gator("test", "-f", "all.yaml", "--trace", "-o", "json")
    first, second = json.loads(out)
    assert first["trace"] == second["trace"]
    assert first["trace"].count("DRIVER Rego:") == 3


def test_json_and_yaml(files):
    files("all.yaml", template(), PODS, pod())
    (row,) = json.loads(gator("test", "-f", "all.yaml", "-t", "-o", "json")[1])
    assert row["trace"] == trace_of(WANTED)
    written = gator("test", "-f", "all.yaml", "-t", "-o", "yaml")[1]
    assert yaml.safe_load(written)[0]["trace"] == trace_of(WANTED)
    assert '\n  trace: "\\n\\nDRIVER Rego:' in written


def test_no_trace_where_no_rego_is_evaluated(files):
    files("all.yaml", template(), constraint(match={"kinds": [{"apiGroups": [""], "kinds": ["Service"]}]}), pod())
    assert gator("test", "-f", "all.yaml", "-t") == (0, "", "")


def test_statistics_say_that_there_is_a_trace(files):
    files("all.yaml", template(), PODS, pod())
    told = json.loads(gator("test", "-f", "all.yaml", "-t", "--stats", "-o", "json")[1])
    assert told["results"][0]["trace"] == trace_of(WANTED)
    assert {"name": "TracingEnabled", "value": True} in told["stats"][0]["labels"]


def test_not_is_no_keyword_of_the_future_there(files):
    """`import future.keywords` brings `not` into OPA 1.22, where it is redone like other expressions."""
    rego = """package any
import future.keywords
violation contains {"msg": "m"} if not input.review.object.metadata.labels[lower(input.parameters.label)]"""
    files("all.yaml", template(rego=rego), PODS, pod())
    _, out, _ = gator("test", "-f", "all.yaml", "-t")
    assert "| | | Eval not input.review.object.metadata.labels[__local" in out
    assert "Redo not" not in out


def suite(files):
    files("t.yaml", template())
    files("c.yaml", PODS)
    files("bad.yaml", pod())
    files("other.yaml", {**pod("s"), "kind": "Service"})
    cases = [
        {"name": "bad", "object": "bad.yaml", "assertions": [{"violations": 1}]},
        {"name": "other", "object": "other.yaml", "assertions": [{"violations": 0}]},
    ]
    test = {"name": "labels", "template": "t.yaml", "constraint": "c.yaml", "cases": cases}
    return files("suite.yaml", {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "tests": [test]})


def test_verify(files):
    code, out, _ = gator("verify", "-t", suite(files))
    bad, other = out.split("TRACE: ")[1:]
    assert code == 0
    assert bad.startswith(
        "bad\tTarget: admission.k8s.gatekeeper.sh\nTrace:\nDRIVER Rego:\n\nEnter data.hooks.violation"
    )
    assert '\n\nResult(0):\n(*types.Result)(0xc000000000)({\n Target: (string) (len=27) "admission' in bad
    assert other.startswith("other\tTarget: admission.k8s.gatekeeper.sh\n\n\n\nok\t")


def test_verify_verbosely(files):
    _, out, _ = gator("verify", "-t", "-v", suite(files))
    assert "\n    --- TRACE: bad\tTarget: admission.k8s.gatekeeper.sh\n    --- Trace:\n    --- DRIVER Rego:\n" in out


def test_cases_of_suites_are_explained(files, capsys):
    """`gatewright test --explain`: of cases that fail, with the places in the template's Rego."""
    name = suite(files)
    text = Path(name).read_text().replace("violations: 1", "violations: 2")
    Path(name).write_text(text)
    assert run_tests(TestRequest((Path(name),), explain="fails")) == 1
    shown = capsys.readouterr().out
    failed = "| | | | Fail input.review.object.metadata.labels[__local12__]"
    assert (
        f"\n      template:4                | | | Enter {failed[13:]}\n      template:4                {failed}\n"
        in shown
    )
    assert run_tests(TestRequest((Path(name),))) == 1
    assert "Enter" not in capsys.readouterr().out


def test_results_as_gos_spew_dumps_them(make_host):
    host = make_host(template(), constraint(enforcementAction="warn", match={"namespaces": []}))
    (found,) = host.constraints
    result = Result('no "owner"', {"n": 1, "none": None, "yes": [True, 1.5]}, found, "scoped", ("deny", "warn"))
    assert dump_result(result) == DUMPED


DUMPED = """\
(*types.Result)(0xc000000000)({
 Target: (string) (len=27) "admission.k8s.gatekeeper.sh",
 Msg: (string) (len=10) "no \\"owner\\"",
 Metadata: (map[string]interface {}) (len=1) {
  (string) (len=7) "details": (map[string]interface {}) (len=3) {
   (string) (len=1) "n": (json.Number) (len=1) "1",
   (string) (len=4) "none": (interface {}) <nil>,
   (string) (len=3) "yes": ([]interface {}) (len=2 cap=2) {
    (bool) true,
    (json.Number) (len=3) "1.5"
   }
  }
 },
 Constraint: (*unstructured.Unstructured)(0xc000000000)({
  Object: (map[string]interface {}) (len=4) {
   (string) (len=10) "apiVersion": (string) (len=33) "constraints.gatekeeper.sh/v1beta1",
   (string) (len=4) "kind": (string) (len=10) "NeedsLabel",
   (string) (len=8) "metadata": (map[string]interface {}) (len=1) {
    (string) (len=4) "name": (string) (len=1) "c"
   },
   (string) (len=4) "spec": (map[string]interface {}) (len=3) {
    (string) (len=17) "enforcementAction": (string) (len=4) "warn",
    (string) (len=5) "match": (map[string]interface {}) (len=1) {
     (string) (len=10) "namespaces": ([]interface {}) {
     }
    },
    (string) (len=10) "parameters": (map[string]interface {}) (len=1) {
     (string) (len=5) "label": (string) (len=5) "owner"
    }
   }
  }
 }),
 EnforcementAction: (string) (len=6) "scoped",
 ScopedEnforcementActions: ([]string) (len=2 cap=2) {
  (string) (len=4) "deny",
  (string) (len=4) "warn"
 }
})
"""
