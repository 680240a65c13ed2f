"""The scenarios of gator's own command-line tests (Gatekeeper's test/gator), with documents of our own.

Images are left out but for their refusal: nothing here reaches a registry.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
import yaml

from gatewright.gator import main

from .conftest import REGO, constraint, namespace, pod, template
from .test_expansion import deployment, expansion

PODS = {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}
NO_LABEL = "p has no label owner"

REGO_V1 = """package any
violation contains {"msg": "never"} if not input.review.object.metadata.labels.owner
"""
UNIQUE_HOST = """package hosts
violation[{"msg": msg}] {
  host := input.review.object.spec.host
  other := data.inventory.namespace[_]["x.example/v1"].Ingress[name]
  name != input.review.object.metadata.name
  other.spec.host == host
  msg := sprintf("host conflicts with an existing ingress <%v>", [host])
}"""


@pytest.fixture
def gator(tmp_path, monkeypatch):
    """Runs a command in a directory of its own; keyword arguments are files to write first."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(*argv, stdin=None, **files):
        for name, documents in files.items():
            path = tmp_path / name.replace("__", "/")
            path = path if path.suffix else path.with_suffix(".yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(documents if isinstance(documents, str) else as_yaml(*documents))
        out, err = io.StringIO(), io.StringIO()
        code = main(argv, out=out, err=err, read_stdin=lambda: stdin and stdin.encode())
        return code, out.getvalue(), err.getvalue()

    return run


def as_yaml(*documents):
    return "---\n".join(map(yaml.safe_dump, documents))


def native(**source):
    return template(code=[{"engine": "K8sNativeValidation", "source": source}])


def policies(**spec):
    return [template(), constraint(match=PODS, **spec)]


GOOD, BAD = pod(labels={"owner": "me"}), pod()


# --- test --------------------------------------------------------------------------------------------------------


def test_it_does_not_wait_for_standard_input(tmp_path):
    argv = [sys.executable, "-m", "gatewright", "gator", "test"]
    done = subprocess.run(argv, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "no input data identified\n")


def test_standard_input(gator):
    assert gator("test", stdin=as_yaml(*policies(), GOOD)) == (0, "", "")
    code, out, _ = gator("test", stdin=as_yaml(*policies(), BAD))
    assert code == 1
    assert NO_LABEL in out


def test_a_file(gator):
    assert gator("test", "--filename=all.yaml", all=[*policies(), GOOD]) == (0, "", "")
    assert gator("test", "--filename=all.yaml", all=[*policies(), BAD])[0] == 1


def test_a_template_in_rego_v1(gator):
    code = [{"engine": "Rego", "source": {"rego": REGO_V1, "version": "v1"}}]
    documents = [template(code=code), constraint(match=PODS)]
    assert gator("test", "--filename=all.yaml", all=[*documents, BAD])[0] == 1
    assert gator("test", "--filename=all.yaml", all=[*documents, GOOD])[0] == 0


def test_several_files_and_directories(gator):
    code, out, _ = gator(
        "test", "--filename=p.yaml", "--filename=policies", "-oyaml", p=[BAD], policies__all=policies()
    )
    assert code == 1
    assert [row["result"]["msg"] for row in yaml.safe_load(out)] == [NO_LABEL]
    assert gator("test", "--filename=policies", "--filename=p.yaml", p=[GOOD])[0] == 0


def test_a_file_of_another_extension(gator, tmp_path):
    (tmp_path / "all.txt").write_text(as_yaml(*policies(), BAD))
    code, _, err = gator("test", "--filename=all.txt", "-o=yaml")
    assert code == 1
    assert "must be of extensions: [.yaml .yml .json]" in err


def test_standard_input_and_files_together(gator):
    code, out, _ = gator("test", "--filename=policies", "-o=yaml", stdin=as_yaml(BAD), policies__all=policies())
    assert code == 1
    assert yaml.safe_load(out)[0]["result"]["msg"] == NO_LABEL


def test_no_input(gator):
    code, _, err = gator("test")
    assert (code, err) == (1, "no input data identified\n")


@pytest.mark.parametrize("text", ["kind: ConstraintTemplate\n metadata: {}\n", "kind: [NeedsLabel\nmetadata: {}\n"])
def test_broken_documents(gator, text):
    code, _, err = gator("test", "--filename=broken.yaml", broken=text)
    assert code == 1
    assert "reading yaml source" in err


@pytest.mark.parametrize(("form", "load"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_output_that_others_read(gator, form, load):
    code, out, _ = gator("test", "--filename=all.yaml", f"--output={form}", all=[*policies(), BAD])
    assert code == 1
    assert len(load(out)) == 1


def test_extensions_below_a_directory(gator, tmp_path):
    all_of = {"in__a.yaml": [template()], "in__b.yml": [constraint(match=PODS)], "in__c.json": json.dumps(BAD)}
    code, out, _ = gator("test", "--filename=in", "-o=yaml", **all_of, in__d_txt=[pod("q")])
    assert code == 1
    assert len(yaml.safe_load(out)) == 2
    (tmp_path / "in" / "d_txt.yaml").rename(tmp_path / "in" / "d.txt")
    assert len(yaml.safe_load(gator("test", "--filename=in", "-o=yaml")[1])) == 1


@pytest.mark.parametrize(("action", "want"), [("deny", 1), ("foo", 0), ("warn", 0)])
def test_only_denial_fails(gator, action, want):
    code, out, _ = gator("test", "-f=all.yaml", "-o=yaml", all=[*policies(enforcementAction=action), BAD])
    assert code == want
    assert yaml.safe_load(out)[0]["result"]["msg"] == NO_LABEL


def test_referential_data(gator):
    ingress = [
        {
            "apiVersion": "x.example/v1",
            "kind": "Ingress",
            "metadata": {"name": name, "namespace": "shop"},
            "spec": {"host": "shop.example"},
        }
        for name in ("a", "b")
    ]
    rules = [template("Hosts", UNIQUE_HOST), constraint(kind="Hosts", match={"kinds": [{"kinds": ["Ingress"]}]})]
    code, out, _ = gator("test", "-f=rules.yaml", "-f=data.yaml", "-o=yaml", rules=rules, data=ingress)
    assert code == 1
    assert {r["result"]["msg"] for r in yaml.safe_load(out)} == {
        "host conflicts with an existing ingress <shop.example>"
    }


def test_images_are_not_pulled(gator):
    code, _, err = gator("test", "--image=registry.example/bundle:v1", "-o=yaml", "-f=p.yaml", p=[BAD])
    assert code == 1
    assert 'pulling artifact "registry.example/bundle:v1"' in err


def test_defaults_of_the_schema_are_applied(gator):
    schema = {
        "type": "object",
        "properties": {"label": {"type": "string", "default": "cost-centre"}},
    }
    code, out, _ = gator("test", "-f=all.yaml", "-o=yaml", all=[template(schema=schema), constraint(match=PODS), BAD])
    assert code == 1
    assert "p has no label cost-centre" in out


def test_expansion_with_a_namespace_selector(gator):
    match = {**PODS, "namespaceSelector": {"matchLabels": {"team": "web"}}}
    documents = [template(), constraint(match=match), expansion(), deployment()]
    code, out, _ = gator("test", "-f=all.yaml", "-o=yaml", all=documents)
    assert code == 1
    assert (
        "[Implied by expand] unable to match constraints: error matching the requested object: web-pod :"
        "failed to run Match criteria: namespace selector for namespace-scoped object but missing Namespace"
    ) in " ".join(yaml.safe_load(out)[0]["result"]["msg"].split("\n"))
    code, out, _ = gator("test", "-f=all.yaml", "-f=ns.yaml", "-o=yaml", ns=[namespace("shop", team="web")])
    assert code == 1
    assert "[Implied by expand] web-pod has no label owner" in out
    assert gator("test", "-f=all.yaml", "-f=ns.yaml", ns=[namespace("shop", team="db")])[0] == 0


# --- expand ------------------------------------------------------------------------------------------------------


def mutator(kind, location, parameters, groups=("",), kinds=("Pod",), **spec):
    fields = {"location": location, "parameters": parameters, "match": {"source": "Generated"}, **spec}
    if kind != "AssignMetadata":
        fields["applyTo"] = [{"groups": list(groups), "versions": ["v1"], "kinds": list(kinds)}]
    return {
        "apiVersion": "mutations.gatekeeper.sh/v1",
        "kind": kind,
        "metadata": {"name": f"{kind.lower()}-{'-'.join(kinds).lower()}"},
        "spec": fields,
    }


MUTATORS = [
    mutator("Assign", "spec.containers[name: *].imagePullPolicy", {"assign": {"value": "Always"}}),
    mutator("AssignImage", "spec.containers[name: *].image", {"assignDomain": "registry.example"}),
    mutator("AssignMetadata", "metadata.annotations.made-by", {"assign": {"value": "tests"}}),
]
WEB_POD = """\
apiVersion: v1
kind: Pod
metadata:
  annotations:
    made-by: tests
  labels:
    app: web
  name: web-pod
  namespace: shop
  ownerReferences:
  - apiVersion: apps/v1
    kind: Deployment
    name: web
    uid: ""
spec:
  containers:
  - image: registry.example/i
    imagePullPolicy: Always
    name: c
"""


def test_a_generator_with_mutators(gator):
    code, out, _ = gator(
        "expand", "--filename=in", "--format=yaml", in__m=MUTATORS, in__e=[expansion()], in__d=[deployment(app="web")]
    )
    assert (code, out) == (0, f"{WEB_POD}\n")


def test_configurations_that_do_not_match(gator):
    others = [
        expansion("others", kinds=["ReplicaSet"]),
        mutator("Assign", "spec.x", {"assign": {"value": 1}}, kinds=["Service"]),
    ]
    code, out, _ = gator(
        "expand", "--filename=in", in__o=others, in__m=MUTATORS, in__d=[expansion(), deployment(app="web")]
    )
    assert (code, out) == (0, f"{WEB_POD}\n")


CAT = {
    "apiVersion": "pets.example/v1",
    "kind": "Cat",
    "metadata": {"name": "tom"},
    "spec": {"kitten": {"spec": {"age": 1}}, "purr": {"spec": {"loud": "very"}}},
}


def from_cat(kind):
    generated = {"group": "pets.example", "version": "v1", "kind": kind}
    applies = [{"groups": ["pets.example"], "versions": ["v1"], "kinds": ["Cat"]}]
    return expansion(kind.lower(), applyTo=applies, source=f"spec.{kind.lower()}", generatedGVK=generated)


LITTER = [
    from_cat("Kitten"),
    from_cat("Purr"),
    mutator("Assign", "spec.weight", {"assign": {"value": 10}}, ["pets.example"], ["Kitten"]),
    CAT,
]


def test_a_custom_resource_expands_into_two_kinds(gator):
    code, out, _ = gator("expand", "--filename=in.yaml", "--format=yaml", **{"in": LITTER})
    purr, kitten = yaml.safe_load_all(out)
    assert code == 0
    assert (purr["metadata"]["name"], purr["spec"]) == ("tom-purr", {"loud": "very"})
    assert (kitten["metadata"]["name"], kitten["spec"]) == ("tom-kitten", {"age": 1, "weight": 10})


@pytest.mark.parametrize("known", [[namespace("shop", team="web")], []], ids=["namespace given", "namespace missing"])
def test_a_generator_in_a_namespace(gator, known):
    code, out, _ = gator("expand", "--filename=in.yaml", **{"in": [expansion(), deployment(), *known]})
    assert code == 0
    assert yaml.safe_load(out)["metadata"]["namespace"] == "shop"


def test_writing_to_a_file(gator, tmp_path):
    argv = ("expand", "--filename=in.yaml", "--format=yaml", "--outputfile=out.yaml")
    code, out, _ = gator(*argv, **{"in": LITTER})
    assert (code, out) == (0, "Writing output to file: out.yaml\n")
    assert [d["kind"] for d in yaml.safe_load_all((tmp_path / "out.yaml").read_text())] == ["Purr", "Kitten"]


# --- verify ------------------------------------------------------------------------------------------------------


def scoped(point):
    actions = [{"action": "deny", "enforcementPoints": [{"name": point}]}]
    return constraint(match=PODS, enforcementAction="scoped", scopedEnforcementActions=actions)


SUITE = """\
apiVersion: test.gatekeeper.sh/v1alpha1
kind: Suite
tests:
- name: plain
  template: template.yaml
  constraint: constraint.yaml
  cases:
  - {name: good, object: good.yaml, assertions: [{violations: no}]}
  - {name: bad, object: bad.yaml, assertions: [{violations: yes}]}
- name: scoped to gator
  template: template.yaml
  constraint: scoped.yaml
  cases:
  - {name: good, object: good.yaml, assertions: [{violations: no}]}
  - {name: bad, object: bad.yaml, assertions: [{violations: yes}]}
- name: scoped to others
  template: template.yaml
  constraint: elsewhere.yaml
  cases:
  - {name: bad, object: bad.yaml, assertions: [{violations: no}]}
- name: expansion
  template: template.yaml
  constraint: constraint.yaml
  expansion: expansion.yaml
  cases:
  - {name: good, object: good-deployment.yaml, assertions: [{violations: no}]}
  - {name: bad, object: bad-deployment.yaml, assertions: [{violations: yes}]}
- name: two expansions
  template: template.yaml
  constraint: constraint.yaml
  expansion: expansions.yaml
  cases:
  - {name: bad, object: bad-deployment.yaml, assertions: [{violations: 2}]}
"""


def test_a_suite(gator):
    files = {
        "template": [template(rego=REGO)],
        "constraint": [constraint(match=PODS)],
        "scoped": [scoped("gator.gatekeeper.sh")],
        "elsewhere": [scoped("validation.gatekeeper.sh")],
        "expansion": [expansion()],
        "expansions": [expansion("a"), expansion("b")],
        "good": [GOOD],
        "bad": [BAD],
        "good-deployment": [deployment(owner="me")],
        "bad-deployment": [deployment()],
        "suite": SUITE,
    }
    code, out, err = gator("verify", "suite.yaml", **files)
    assert (code, err) == (0, ""), out
    assert out.splitlines()[-2:] == ["PASS", ""]


BROKEN = "a: {}\nb:\n  c: d\n e: f\n"
KINDLESS = "apiVersion: v1\nmetadata: {name: <x>, a: 1}\n"
MISSING_KIND = """Object 'Kind' is missing in '{"apiVersion":"v1","metadata":{"a":1,"name":"\\u003cx\\u003e"}}'"""
PARSING_TEMPLATE = 'adding template: parsing ConstraintTemplate YAML from "NAME": '


@pytest.mark.parametrize(
    ("field", "text", "complaint"),
    [
        ("template", BROKEN, f"{PARSING_TEMPLATE}yaml: line 3: did not find expected key"),
        ("template", KINDLESS, f"{PARSING_TEMPLATE}{MISSING_KIND}"),
        ("template", "- 1\n", f"{PARSING_TEMPLATE}yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into "),
        ("template", "a: 1\na: 2\n", f'{PARSING_TEMPLATE}yaml: unmarshal errors:\n  line 2: mapping key "a" already '),
        ("template", "kind: A\n", 'path "NAME": not a ConstraintTemplate'),
        ("constraint", BROKEN, 'adding constraint: parsing Constraint from "NAME": yaml: line 3: did not find'),
        ("constraint", KINDLESS, f'adding constraint: parsing Constraint from "NAME": {MISSING_KIND}'),
        ("expansion", KINDLESS, f'reading "NAME": invalid yaml: {MISSING_KIND}'),
        ("object", BROKEN, 'reading "NAME": invalid yaml: yaml: line 3: did not find expected key'),
        ("object", "long text of one line\n", 'reading "NAME": invalid yaml: yaml: unmarshal errors:\n  line 1: cannot '
         "unmarshal !!str `long te...` into map[string]interface {}"),
    ],
)  # fmt: skip
def test_files_that_verify_cannot_read(gator, tmp_path, field, text, complaint):
    files = {"template": [template()], "constraint": [constraint(match=PODS)], "object": [BAD]}
    files["expansion"] = [expansion()]
    case = {"name": "c", "object": "object.yaml", "assertions": [{"violations": "yes"}]}
    test = {"name": "t", **{name: f"{name}.yaml" for name in ("template", "constraint", "expansion")}, "cases": [case]}
    suite = {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "tests": [test]}
    _, out, _ = gator("verify", "suite.yaml", suite=[suite], **{**files, field: text})
    name = str(tmp_path / f"{field}.yaml").removeprefix("/")
    assert f"  {complaint.replace('NAME', name)}" in out


@pytest.mark.parametrize(
    ("documents", "complaint"),
    [
        ([template(), {**constraint(), "spec": {"match": 1}}], "accessor error: 1 is of the type float64, "),
        (
            [template(), {**namespace("a"), "metadata": {"name": 1}}],
            "cannot cache Namespace: unrecognized type: string",
        ),
        ([{"kind": "Namespace", "metadata": {"name": "a", "labels": {"x": 1}}}], "resource a has no version"),
        ([native(validations=1)], 'adding template "needslabel": cannot restore slice from float64'),
        ([native(validations=[1])], 'adding template "needslabel": cannot restore struct from: float64'),
        ([native(validations=[{"expression": 1}])], 'adding template "needslabel": unrecognized type: string'),
        ([native(variables=[{"name": []}])], 'adding template "needslabel": unrecognized type: string'),
    ],
)
def test_numbers_are_float64s_in_errors(gator, documents, complaint):
    code, _, err = gator("test", "-f", "all.yaml", all=documents)
    assert code == 1
    assert complaint in err


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": [1]}, "cannot unmarshal array into Go struct field Suite.ObjectMeta.name of type string"),
        (
            {"Labels": 3},
            "cannot unmarshal number into Go struct field Suite.ObjectMeta.labels of type map[string]string",
        ),
        ({"tests": [{"cases": "x"}]}, "Go struct field Test.tests.cases of type []*verify.Case"),
        ({"tests": [{"cases": [{"assertions": [{"violations": 1.5}]}]}]}, "unmarshal number 1.5 into Go struct field"),
    ],
)
def test_suites_of_wrong_types(gator, fields, complaint):
    suite = {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "metadata": 3, **fields}
    code, _, err = gator("verify", "suite.yaml", suite=[suite])
    assert code == 1
    assert complaint in err
    assert gator("verify", "suite.yaml", suite=[{**suite, **dict.fromkeys(fields)}])[0] == 0


def test_a_file_that_is_not_there(gator, tmp_path):
    test = {"name": "t", "template": "none.yaml", "constraint": "c.yaml", "cases": []}
    suite = {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "tests": [test]}
    _, out, _ = gator("verify", "suite.yaml", suite=[suite])
    name = str(tmp_path / "none.yaml").removeprefix("/")
    assert f'  reading ConstraintTemplate from "{name}": open {name}: no such file or directory\n' in out


def test_all_suites_below_the_directory(gator, tmp_path):
    files = {"template": [template()], "constraint": [constraint(match=PODS)], "good": [GOOD], "bad": [BAD]}
    code, out, _ = gator("verify", "./...", "--run=plain", suite=SUITE, **files)
    assert code == 0
    assert out.startswith(f"ok\t./{str(tmp_path).removeprefix('/')}/suite.yaml\t")


def test_prints_of_a_case_with_an_inventory(gator):
    rego = 'package a\nviolation[{"msg": "x"}] { print("hello") }'
    case = {"name": "c", "object": "bad.yaml", "inventory": ["good.yaml"], "assertions": [{"violations": "yes"}]}
    test = {"name": "t", "template": "template.yaml", "constraint": "constraint.yaml", "cases": [case]}
    suite = {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "tests": [test]}
    files = {"template": [template(rego=rego)], "constraint": [constraint()], "good": [GOOD], "bad": [BAD]}
    _, out, _ = gator("verify", "suite.yaml", "-v", suite=[suite], **files)
    assert out.splitlines()[2:4] == ["        === PRINT ===", "        hello"]


def test_other_files_beside_a_suite_may_hold_anything(gator):
    files = {"template": [template()], "constraint": [constraint(match=PODS)], "good": [GOOD], "bad": [BAD]}
    assert gator("verify", ".", "--run=plain", suite=SUITE, other="spec: {1: a}\n", **files)[0] == 0
    code, _, err = gator("verify", ".", suite="spec: {1: a}\n" + SUITE)
    assert code == 1
    assert "json: unsupported type: map[interface {}]interface {}" in err


def test_an_invalid_test_that_cannot_be_loaded(gator):
    suite = {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "tests": [{"name": "t", "invalid": True}]}
    _, out, _ = gator("verify", "suite.yaml", suite=[suite])
    assert "got error invalid Suite: missing template but want schema validation failed" in out


def test_a_review_that_fails(gator):
    rego = 'package a\nviolation[{"msg": 1}] { true }'
    files = {"template": [template(rego=rego)], "constraint": [constraint()], "good": [GOOD], "bad": [BAD]}
    _, out, _ = gator("verify", "suite.yaml", "--run=plain//bad", suite=SUITE, **files)
    assert out.split("\n")[1:4] == [
        "        reviewing /v1, Kind=Pod /p: admission.k8s.gatekeeper.sh: Rego: extracting message binding: "
        ".msg accessor error: 1 is of the type json.Number, expected string",
        "",
        "",
    ]


# --- what is wrong with inputs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("all.yaml", "a: 1\n---\nb: 1\n: c: [\n", "yaml: line 1: did not find expected key"),
        ("all.yaml", "a: 1\nb:\n  {}: {}\n", "yaml: line 2: did not find expected key"),
        ("all.json", '{"a": 1}\n{"b": 1}\n:', "invalid character ':' looking for beginning of value"),
        ("all.json", '{"a": 1}\n: c: [', "json: offset 10: invalid character ':' looking for beginning of value"),
    ],
)
def test_rows_and_offsets(gator, tmp_path, name, text, complaint):
    (tmp_path / name).write_text(text)
    code, _, err = gator("test", "-f", name)
    assert code == 1
    assert err.endswith(f": {complaint}\n")


def requiring(text):
    document = template()
    document["metadata"]["annotations"] = {"metadata.gatekeeper.sh/requires-sync-data": text}
    return document


def test_requirements_of_templates_of_one_name(gator):
    pods = '[[{"groups": [""], "versions": ["v1"], "kinds": ["Pod"]}]]'
    code, _, err = gator("sync", "test", "-f", "-n=all.yaml", all=[requiring(pods), requiring("[]")])
    assert code == 1
    assert err.endswith("the following requirements were not met: \nneedslabel:\n- /v1:Pod\n\n")


@pytest.mark.parametrize(
    ("text", "complaint"), [("[", "unexpected EOF"), ('""', "EOF"), ('[[{"a": 1}]]', 'json: unknown field "a"')]
)
def test_requirements_that_cannot_be_read(gator, text, complaint):
    code, _, err = gator("sync", "test", "-n=all.yaml", all=[requiring(text)])
    assert code == 1
    assert err == f"encountered errors parsing the following templates: \nneedslabel:\n{complaint}\n\n"
