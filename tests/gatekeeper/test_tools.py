"""The commands beside check: expand, mutate, explain-match, sync and bench, as they are typed."""

from __future__ import annotations

import json

import pytest
import yaml

from gatewright.cli.boundary import run

from .conftest import constraint, namespace, pod, template
from .test_expansion import deployment, expansion
from .test_mutation import assign, external


@pytest.fixture
def gatewright(tmp_path, monkeypatch, capfd):
    """Runs a command in a directory of its own, where documents can be written first."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def command(*argv, **files):
        for name, documents in files.items():
            text = documents if isinstance(documents, str) else "---\n".join(map(yaml.safe_dump, documents))
            (tmp_path / f"{name}.yaml").write_text(text)
        code = run(argv)
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return command


def test_expand(gatewright):
    code, out, _ = gatewright("expand", "in.yaml", **{"in": [expansion(), deployment()]})
    assert code == 0
    assert yaml.safe_load(out)["metadata"]["name"] == "web-pod"


def test_expand_takes_workloads_for_namespaced(gatewright):
    """They are in the default namespace when mutators meet them, and what comes of them names none."""
    bare = deployment()
    del bare["metadata"]["namespace"]
    inside = assign("spec.x", 1, match={"namespaces": ["default"], "scope": "Namespaced"})
    argv = ("expand", "in.yaml", "-f", "json")
    made = json.loads(gatewright(*argv, **{"in": [expansion(), inside, bare]})[1])
    assert [(o["spec"]["x"], o["metadata"].get("namespace")) for o in made] == [(1, None)]
    made = json.loads(gatewright(*argv, "--namespace", "shop")[1])
    assert ["x" in o["spec"] for o in made] == [False]


def test_expand_goes_on_after_a_fault(gatewright):
    broken = expansion("broken", source="")
    code, out, err = gatewright("expand", "in.yaml", "-f", "json", **{"in": [broken, expansion(), deployment()]})
    assert code == 2
    assert [o["kind"] for o in json.loads(out)] == ["Pod"]
    assert "in.yaml:" in err


def test_mutate_shows_a_difference(gatewright):
    code, out, _ = gatewright("mutate", "-p", "m.yaml", "p.yaml", m=[assign("spec.x", 1)], p=[pod(spec={})])
    assert code == 0
    assert "+  x: 1\n" in out


def test_mutate_writes_objects(gatewright, tmp_path):
    argv = ("mutate", "-p", "m.yaml", "p.yaml", "-f", "yaml", "-o", "out.yaml")
    assert gatewright(*argv, m=[assign("spec.x", 1)], p=[pod(spec={})])[0] == 0
    assert yaml.safe_load((tmp_path / "out.yaml").read_text())["spec"] == {"x": 1}


def test_mutate_takes_objects_for_namespaced(gatewright):
    """They are in the default namespace when mutators meet them, and name none afterwards."""
    inside = assign("spec.x", 1, match={"scope": "Namespaced", "namespaces": ["default"]})
    code, out, _ = gatewright("mutate", "-p", "m.yaml", "p.yaml", "-f", "json", m=[inside], p=[pod(spec={})])
    assert code == 0
    assert json.loads(out)[0] == pod(spec={"x": 1})


def test_mutate_checks_what_comes_out_of_expansion(gatewright):
    rules = [template(), constraint(match={"kinds": [{"kinds": ["Pod"]}]}), expansion()]
    change = assign("spec.x", 1, applyTo=[{"groups": ["apps"], "versions": ["v1"], "kinds": ["Deployment"]}])
    code, out, err = gatewright("mutate", "-p", "r.yaml", "d.yaml", r=[*rules, change], d=[deployment()])
    assert code == 1
    assert "+  x: 1" in out
    assert "[Implied by expand] web-pod has no label owner" in err


def test_mutate_checks_what_comes_out(gatewright):
    mutator = {
        "apiVersion": "mutations.gatekeeper.sh/v1",
        "kind": "AssignMetadata",
        "metadata": {"name": "m"},
        "spec": {"location": "metadata.labels.owner", "parameters": {"assign": {"value": "me"}}},
    }
    policies = [template(), constraint()]
    code, _, err = gatewright("mutate", "-p", "t.yaml", "p.yaml", t=policies, p=[pod()])
    assert (code, "p has no label owner" in err) == (1, True)
    assert gatewright("mutate", "-p", "t.yaml", "-p", "m.yaml", "p.yaml", m=[mutator])[0] == 0


def test_mutate_writes_into_files(gatewright, tmp_path):
    text = "# mine\n" + yaml.safe_dump(pod(spec={})) + "---\nkind:   ConfigMap # as it is\napiVersion: v1\n"
    argv = ("mutate", "-p", "m.yaml", "p.yaml", "--write")
    code, out, err = gatewright(*argv, m=[assign("spec.x", 1)], p=text)
    assert (code, out, err) == (0, "", "p.yaml: 1 mutated\n")
    assert (tmp_path / "p.yaml").read_text() == text.replace("spec: {}", "spec: {x: 1}")
    assert gatewright(*argv) == (0, "", "")
    assert gatewright("mutate", "-p", "m.yaml", "p.yaml", "--check") == (0, "", "")


def test_mutate_writes_into_json_and_lists(gatewright, tmp_path):
    (tmp_path / "p.json").write_text(json.dumps(pod(spec={"a": [1]}), indent=4))
    items = "apiVersion: v1\nkind: List\nitems:\n- " + yaml.safe_dump(pod(spec={"b": 1})).replace("\n", "\n  ").strip()
    argv = ("mutate", "-p", "m.yaml", "p.json", "l.yaml", "-w")
    assert gatewright(*argv, m=[assign("spec.x", 1)], l=items)[0] == 0
    assert (tmp_path / "p.json").read_text() == json.dumps(pod(spec={"a": [1], "x": 1}), indent=4)
    assert (tmp_path / "l.yaml").read_text() == items.replace("    b: 1", "    b: 1\n    x: 1")


def test_mutate_check_fails_for_what_would_change(gatewright):
    assert gatewright("mutate", "-p", "m.yaml", "p.yaml", "--check", m=[assign("spec.x", 1)], p=[pod(spec={})])[0] == 1


@pytest.mark.parametrize("more", [("-o", "out.yaml"), ("-",)])
def test_mutate_writes_to_files_alone(gatewright, more):
    code, _, err = gatewright("mutate", "-p", "m.yaml", "p.yaml", "--write", *more, m=[assign("spec.x", 1)], p=[pod()])
    assert code == 2
    assert "--write changes the files themselves" in err


def test_mutate_holds_objects_to_a_shipped_set(gatewright):
    code, _, err = gatewright(
        "mutate", "-p", "pss-baseline", "-p", "m.yaml", "p.yaml", m=[assign("spec.hostPID", True)], p=[pod()]
    )
    assert code == 1
    assert "Pod/p after mutation: deny " in err


def test_expand_without_templates_says_so(gatewright):
    assert gatewright("expand", "p.yaml", p=[pod()])[2] == "note: there are no ExpansionTemplates among the inputs\n"


def test_mutate_without_mutators_says_so(gatewright):
    code, out, err = gatewright("mutate", "p.yaml", p=[pod()])
    assert (code, out, err) == (0, "", "note: there are no mutators among the inputs\n")


def test_mutate_with_external_data(gatewright):
    target = pod(spec={"containers": [{"name": "a", "image": "x"}]})
    argv = ("mutate", "-p", "m.yaml", "p.yaml", "--external-data", "e.yaml", "-f", "json")
    code, out, _ = gatewright(*argv, m=[external()], p=[target], e="images: {x: other}")
    assert code == 0
    assert json.loads(out)[0]["spec"]["containers"][0]["image"] == "other"


@pytest.mark.parametrize(
    ("match", "why"),
    [
        ({}, "applies"),
        ({"kinds": [{"apiGroups": ["", "apps"], "kinds": ["Pod"]}], "name": "web-*"}, "applies"),
        ({"kinds": [{"apiGroups": ["apps"], "kinds": ["*"]}]}, "no: kinds: apps/*; it is core/Pod"),
        ({"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], "scope": "Cluster"}, "no: scope: Cluster; it is in shop"),
        ({"scope": "Namespaced", "namespaces": ["x", "pro*"]}, "no: namespaces: x, pro*; it is in shop"),
        ({"namespaces": ["sh*"], "excludedNamespaces": ["*op"]}, "no: excludedNamespaces: *op; it is in shop"),
        (
            {"labelSelector": {"matchLabels": {"a": "c"}}},
            'no: labelSelector: {"matchLabels": {"a": "c"}}; its labels are {"a": "b"}',
        ),
        (
            {"namespaceSelector": {"matchLabels": {"team": "web"}}},
            "no: error: failed to run Match criteria: "
            "namespace selector for namespace-scoped object but missing Namespace",
        ),
        ({"name": "api-*"}, "no: name: api-*; it is called web-"),
        ({"source": "Generated"}, "no: source: Generated; it is written, not generated"),
    ],
)
def test_explain_match(gatewright, match, why):
    obj = {**pod(namespace="shop"), "metadata": {"generateName": "web-", "namespace": "shop", "labels": {"a": "b"}}}
    policies = [template(), constraint(match=match)]
    code, out, _ = gatewright("explain-match", "-p", "t.yaml", "p.yaml", t=policies, p=[obj])
    assert (code, out) == (0, f"Pod shop/web- (p.yaml)\n  NeedsLabel/c  {why}\n")


def test_explain_match_with_a_selector_of_namespaces(gatewright):
    policies = [template(), constraint(match={"namespaceSelector": {"matchLabels": {"team": "api"}}})]
    argv = ("explain-match", "-p", "t.yaml", "-d", "n.yaml", "p.yaml")
    _, out, _ = gatewright(*argv, t=policies, n=[namespace("shop", team="web")], p=[pod(namespace="shop")])
    labels = '{"kubernetes.io/metadata.name": "shop", "team": "web"}'
    assert f'no: namespaceSelector: {{"matchLabels": {{"team": "api"}}}}; labels of shop are {labels}\n' in out


def test_explain_match_looks_where_the_webhook_would(gatewright):
    """At what a Config takes out, at a template's operations, at scoped actions, and at the request in a review."""
    creating = template()
    creating["spec"]["targets"][0]["operations"] = ["CREATE"]
    request = {"uid": "u", "operation": "DELETE", "namespace": "shop", "oldObject": pod("gone", namespace="shop")}
    request["kind"] = {"group": "", "version": "v1", "kind": "Pod"}
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    config = {"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config"}}
    config["spec"] = {"match": [{"excludedNamespaces": ["shop"], "processes": ["webhook"]}]}
    argv = ("explain-match", "-p", "t.yaml", "r.yaml")
    webhook = ("--enforcement-point", "validation.gatekeeper.sh")
    assert (
        "Pod shop/gone (r.yaml)\n  NeedsLabel/c  applies"
        in gatewright(*argv, t=[creating, constraint()], r=[review])[1]
    )
    assert "no: operation DELETE" in gatewright(*argv, *webhook)[1]
    assert "applies" in gatewright("explain-match", "-p", "t.yaml", "p.yaml", *webhook, p=[pod(namespace="shop")])[1]
    assert "no: excluded by the Config" in gatewright(*argv, *webhook, "-d", "g.yaml", g=[config])[1]
    scoped = {"action": "deny", "enforcementPoints": [{"name": "audit.gatekeeper.sh"}]}
    only_audit = constraint(enforcementAction="scoped", scopedEnforcementActions=[scoped])
    assert "no: enforcement point gator.gatekeeper.sh" in gatewright(*argv, t=[template(), only_audit])[1]
    broken = {**review, "request": {"operation": "CREATE"}}
    code, _, err = gatewright(*argv, t=[template(), constraint()], r=[broken])
    assert (code, "error: r.yaml:" in err) == (2, True)


def test_explain_match_with_data(gatewright):
    policies = [template(), constraint(match={"namespaceSelector": {"matchLabels": {"team": "web"}}})]
    argv = ("explain-match", "-p", "t.yaml", "-d", "n.yaml", "p.yaml", "-f", "json")
    code, out, _ = gatewright(*argv, t=policies, n=[namespace("shop", team="web")], p=[pod(namespace="shop")])
    assert code == 0
    assert json.loads(out)[0]["constraints"][0]["applies"] is True


def test_explain_match_explains_what_applies(gatewright):
    elsewhere = constraint("z", match={"namespaces": ["elsewhere"]})
    argv = ("explain-match", "-p", "t.yaml", "p.yaml", "--explain", "fails")
    code, out, _ = gatewright(*argv, t=[template(), constraint(), elsewhere], p=[pod(namespace="shop")])
    lines = out.splitlines()
    assert code == 0
    assert lines[1] == "  NeedsLabel/c  applies"
    assert lines[-2].endswith("| | | | Fail input.review.object.metadata.labels[__local12__]")
    assert lines[-1].startswith("  NeedsLabel/z  no: namespaces")
    verdicts = json.loads(gatewright(*argv, "-f", "json")[1])[0]["constraints"]
    assert ["trace" in verdict for verdict in verdicts] == [True, False]


def test_explain_match_explains_with_an_inventory(gatewright):
    rego = """package any
violation[{"msg": "seen"}] { data.inventory.namespace.shop.v1.Pod[_].metadata.name == "other" }"""
    files = {"t": [template(rego=rego), constraint()], "d": [pod("other", namespace="shop")], "p": [pod()]}
    argv = ("explain-match", "-p", "t.yaml", "-d", "d.yaml", "p.yaml", "--explain", "full")
    assert "| | | Exit data.template.violation\n" in gatewright(*argv, **files)[1]


def test_explain_match_has_no_trace_of_cel(gatewright):
    cel = template(code=[{"engine": "K8sNativeValidation", "source": {"validations": [{"expression": "false"}]}}])
    argv = ("explain-match", "-p", "t.yaml", "p.yaml", "--explain", "full")
    assert gatewright(*argv, t=[cel, constraint()], p=[pod()])[1] == "Pod default/p (p.yaml)\n  NeedsLabel/c  applies\n"
    assert gatewright(*argv[:-1], "every")[0] == 2


def test_sync(gatewright):
    needs = template()
    wanted = '[[{"groups": ["apps"], "versions": ["v1"], "kinds": ["Deployment"]}]]'
    needs["metadata"]["annotations"] = {"metadata.gatekeeper.sh/requires-sync-data": wanted}
    code, out, err = gatewright("sync", "test", "t.yaml", "--without-manifest", t=[needs, constraint()])
    assert code == 1
    assert "needslabel" in out + err
    assert "skipping" not in out + err


def test_bench(gatewright):
    argv = ("bench", "-p", "t.yaml", "p.yaml", "-n", "2", "--save", "base.json", "-f", "json")
    rego = 'package any\nviolation[{"msg": json.marshal(input.review.object.metadata)}] { true }'
    code, out, _ = gatewright(*argv, t=[template(rego=rego), constraint()], p=[pod()])
    assert code == 0
    figures = json.loads(out)
    assert figures["reviews"] == 2
    assert [(p["constraint"], p["reviews"]) for p in figures["policies"]] == [("NeedsLabel/c", 2)]
    assert [(b["name"], b["calls"]) for b in figures["builtins"]] == [("json.marshal", 1)]
    argv = ("bench", "-p", "t.yaml", "p.yaml", "-n", "2", "--compare", "base.json", "--threshold", "1000000")
    assert gatewright(*argv)[0] == 0


NO_BASELINES = ["{", "[1]", '[{"engine": "cel", "latencies": {"p50": "x"}}]', '[{"latencies": [1]}]', None]


@pytest.mark.parametrize("text", NO_BASELINES)
def test_bench_refuses_a_baseline_that_is_none(gatewright, tmp_path, text):
    if text is not None:
        (tmp_path / "base.json").write_text(text)
    documents = [template(), constraint()]
    code, out, err = gatewright("bench", "-p", "t.yaml", "p.yaml", "--compare", "base.json", t=documents, p=[pod()])
    assert (code, out) == (2, "")
    assert err.startswith("error: loading baseline: ")


def test_bench_says_where_it_cannot_write(gatewright):
    argv = ("bench", "-p", "t.yaml", "p.yaml", "-n", "1", "--warmup", "0", "--save", "nowhere/base.json")
    code, _, err = gatewright(*argv, t=[template(), constraint()], p=[pod()])
    assert (code, err) == (
        2,
        "error: saving results: writing results to nowhere/base.json: No such file or directory\n",
    )


@pytest.mark.parametrize(
    "argv",
    [
        ("expand", "nowhere.yaml"),
        ("mutate", "nowhere.yaml"),
        ("explain-match", "-p", "nowhere", "nowhere.yaml"),
        ("bench", "-p", "t.yaml", "t.yaml", "--min-threshold", "soon"),
        ("bench", "-p", "t.yaml", "t.yaml", "--threshold=-1"),
        ("bench", "-p", "t.yaml", "t.yaml", "-f", "xml"),
        ("explain-match", "-p", "t.yaml", "t.yaml", "-f", "xml"),
        ("mutate", "-p", "t.yaml", "t.yaml", "-f", "xml"),
        ("bench", "-p", "t.yaml", "t.yaml"),
        ("expand", "t.yaml", "-f", "xml"),
    ],
)
def test_mistakes_end_with_2(gatewright, argv):
    code, _, err = gatewright(*argv, t=[template()])
    assert code == 2
    assert err.startswith("error: ")


def test_gator_passes_its_flags_on(gatewright):
    documents = [template(), constraint(match={"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}), pod()]
    code, out, _ = gatewright("gator", "test", "-f", "all.yaml", "-o=json", all=documents)
    assert code == 1
    assert json.loads(out)[0]["msg"] == "p has no label owner"
    assert "\nUsage:\n  gator test [flags]\n" in gatewright("gator", "test", "--help")[1]


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": "x"},
        {"metadata": ["x"]},
        {"metadata": {"name": ["x"], "labels": 1}},
        {"kind": ["Pod"]},
        {"apiVersion": {"v1": 1}},
    ],
)
@pytest.mark.parametrize(
    "command", [("check", "-p"), ("explain-match", "-p"), ("mutate", "-p"), ("bench", "-n1", "-p")]
)
def test_damaged_objects_are_no_bugs(gatewright, command, change):
    config = {"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config"}}
    config["spec"] = {"match": [{"excludedNamespaces": 1.5, "processes": ["*"]}]}
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "p"},
        "spec": {"validations": [{"expression": "true"}]},
    }
    documents = [template(), constraint(), policy, config, {**pod(), **change}]
    code, _, err = gatewright(*command, "all.yaml", "all.yaml", all=documents)
    assert code in (0, 1, 2), err
    assert "has a bug" not in err


def test_mutate_takes_requests(gatewright, tmp_path):
    """The object is written where it stands, in the request."""
    request = {"uid": "u", "operation": "CREATE", "kind": {"group": "", "version": "v1", "kind": "Pod"}}
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {**request, "object": pod()}}
    owner = {"location": "metadata.labels.owner", "parameters": {"assign": {"value": "me"}}}
    mutator = {"apiVersion": "mutations.gatekeeper.sh/v1", "kind": "AssignMetadata", "metadata": {"name": "o"}}
    code, _, err = gatewright("mutate", "-p", "m.yaml", "r.yaml", "-w", m=[{**mutator, "spec": owner}], r=[review])
    assert (code, err) == (0, "r.yaml: 1 mutated\n")
    after = yaml.safe_load((tmp_path / "r.yaml").read_text())
    assert after["request"]["object"]["metadata"] == {"name": "p", "labels": {"owner": "me"}}
    assert "metadata" not in after


def test_mutate_writes_nothing_where_a_mutator_is_refused(gatewright, tmp_path):
    argv = ("mutate", "-p", "m.yaml", "p.yaml", "--write")
    code, _, err = gatewright(*argv, m=[assign("spec.x", 1), assign("spec[", 1, "broken")], p=[pod(spec={})])
    assert (code, err.endswith("\nnothing written: a policy was refused\n")) == (2, True)
    assert (tmp_path / "p.yaml").read_text() == yaml.safe_dump(pod(spec={}))
