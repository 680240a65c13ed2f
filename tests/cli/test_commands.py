"""Each command once from the outside: it is there, explains itself, does its work, and refuses what makes no sense."""

from __future__ import annotations

import json

import pytest

from gatewright.cli.app import COMMANDS

from .conftest import CONSTRAINT, POLICY, config_map

BOTH = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: twofold}
spec:
  crd: {spec: {names: {kind: Twofold}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - engine: K8sNativeValidation
          source: {validations: [{expression: "object.metadata.name != 'odd'", message: refused}]}
        - engine: Rego
          source:
            version: v1
            rego: |
              package twofold

              violation contains {"msg": "refused"} if input.review.object.metadata.name == "even"
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Twofold
metadata: {name: t}
"""


class TestTheCommandLine:
    @pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
    def test_help_names_every_command(self, cli, arguments):
        ran = cli(*arguments)
        assert ran.code == 0
        assert all(f"  {name} " in ran.out for name in COMMANDS)

    @pytest.mark.parametrize("name", [name for name in COMMANDS if name != "gator"])
    def test_a_command_explains_itself(self, cli, name):
        ran = cli(name, "--help")
        assert ran.code == 0
        assert ran.out.lstrip().startswith(f"Usage: gatewright {name}")
        assert cli("help", name) == ran

    def test_gator_has_gators_own_help(self, cli):
        ran = cli("gator", "--help")
        assert (ran.code, "gator" in ran.out) == (0, True)

    def test_version(self, command):
        from gatewright import __version__

        for asked in ("--version", "-V", "version"):
            assert command(asked).out == f"gatewright {__version__}\n"

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["chekc"], "error: no such command: 'chekc'\n  hint: did you mean 'check'?\n"),
            (["zzz"], "error: no such command: 'zzz'\n  hint: there are check, "),
            (["--verbose"], "error: no such option: --verbose\n"),
            (["help", "chekc"], "error: no such command: 'chekc'\n  hint: did you mean 'check'?\n"),
            (["check"], "error: missing argument 'manifests'\n  hint: `gatewright check --help` explains"),
            (["check", "--formt", "x", "y"], "error: no such option: --formt"),
            (["sync", "test"], "hint: `gatewright sync test --help` explains"),
            (["check", "plain.yaml", "-o", "json"], "error: -o json: that is a format, not a file\n  hint: -f json is"),
            (["test", "policy.yaml", "-o", "junit"], "error: -o junit: that is a format, not a file\n"),
            (
                ["check", "plain.yaml", "--min-severity", "hi"],
                "error: no such severity: 'hi'\n  hint: there are info, ",
            ),
            (["export", "pss-baseline", "--min-severity", "hi"], "error: no such severity: 'hi'\n"),
            (["check", "plain.yaml", "--exclude-rule", "pod-priviledged"], "hint: did you mean pod/privileged?"),
            (["export", "pss-baseline", "--exclude-rule", "pod/hsot*"], "error: no rule is called 'pod/hsot*'\n"),
            (["rules", "show", "pod-priviledged"], "error: no rule is called 'pod-priviledged'\n  hint: did you mean"),
            (
                ["check", "plain.yaml", "--rule", "secret/*"],
                "error: no constraints in pss-restricted\n  hint: --rule, --exclude-rule and --min-severity leave",
            ),
            (
                ["check", "plain.yaml", "--fail-on", "denny"],
                "error: no such enforcement action: 'denny'\n  hint: did you",
            ),
            (["check", "plain.yaml", "--timeout=-1"], "error: invalid value for '--timeout'"),
            (["test", "nosuch"], "error: nosuch: no such file or directory\n"),
            (["check", "plain.yaml", "-f", "xml"], "error: unknown format 'xml'\n  hint: there are github, "),
        ],
    )
    def test_mistakes(self, cli, arguments, says):
        ran = cli(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert says in ran.err


class TestCrosscheck:
    def test_languages_that_disagree(self, cli, work):
        (work / "both.yaml").write_text(BOTH)
        (work / "even.yaml").write_text(config_map("even"))
        ran = cli("crosscheck", "-p", "both.yaml", "even.yaml", "good.yaml", "--engines", "languages")
        assert ran.code == 1
        assert ran.out == (
            "even.yaml: Twofold/t on ConfigMap default/even\n"
            "  cel   no violation\n"
            "  rego  refused\n"
            "2 objects, 1 constraints, 2 pairs compared: 1 differences\n"
        )
        assert cli("crosscheck", "-p", "both.yaml", "good.yaml", "--engines", "languages").code == 0

    def test_only_pairs_with_two_answers_are_compared(self, cli):
        ran = cli("crosscheck", "-p", "policy.yaml", "plain.yaml", "--engines", "languages")
        assert (ran.code, ran.out) == (0, "1 objects, 1 constraints, 0 pairs compared: 0 differences\n")

    def test_regopy_and_a_query(self, cli, work):
        (work / "p.rego").write_text("package p\n\nnames := [name | some name in input.names]\n")
        (work / "in.json").write_text('{"names": ["a"]}')
        ran = cli("crosscheck", "-q", "data.p.names", "-d", "p.rego", "-i", "in.json")
        assert (ran.code, ran.out) == (0, 'both: ["a"]\n')

    def test_regopy_and_templates(self, cli):
        ran = cli("crosscheck", "-p", "policy.yaml", "plain.yaml")
        assert ran.code == 0
        assert "1 pairs compared: 0 differences, 0 without an answer from regopy\n" in ran.out

    @pytest.mark.parametrize("arguments", [[], ["plain.yaml", "--engines", "opa"]])
    def test_refuses(self, cli, arguments):
        assert cli("crosscheck", *arguments).code == 2


class TestBuild:
    def test_says_what_compiles_and_shows_the_python(self, cli, work):
        (work / "p.rego").write_text("package p\n\nallow if input.x == 1\n")
        assert cli("build", "policy.yaml", "p.rego").out == "2 compiled\n"
        shown = cli("build", "--python", "p.rego")
        assert shown.code == 0
        compile(shown.out, "shown", "exec")
        assert "data.p.allow" in shown.out

    def test_errors_of_rego(self, cli, work):
        (work / "bad.rego").write_text("package p\n\nallow if x\n")
        ran = cli("build", "bad.rego")
        assert ran.code == 2
        assert ran.err.startswith("error: bad.rego:3:10: rego_unsafe_var_error: var x is unsafe\n  3 | allow if x\n")

    def test_errors_of_a_template_stand_in_its_file(self, cli, work):
        lines = (work / "policy.yaml").read_text().replace("violation contains", "violation [").split("\n")
        (work / "bad.yaml").write_text("\n".join(lines))
        ran = cli("build", "bad.yaml")
        assert ran.code == 2
        row = next(row for row, line in enumerate(lines, 1) if "violation [" in line)
        assert ran.err.startswith(f"error: bad.yaml:{row}:")

    def test_nothing_to_build(self, cli):
        ran = cli("build", "plain.yaml")
        assert (ran.code, ran.err) == (2, "error: no Rego files or ConstraintTemplates under plain.yaml\n")


class TestTheOthers:
    def test_explain_match(self, cli, work):
        (work / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n")
        ran = cli("explain-match", "-p", "policy.yaml", "pod.yaml", "plain.yaml")
        assert ran.code == 0
        assert "ConfigMap default/plain (plain.yaml)\n  NeedOwner/owners  applies\n" in ran.out
        assert "Pod default/p (pod.yaml)\n  NeedOwner/owners  no: kinds: core/ConfigMap; it is core/Pod\n" in ran.out

    def test_bench(self, cli):
        ran = cli("bench", "-p", "policy.yaml", "plain.yaml", "-n", 2, "--warmup", 0, "-f", "json")
        assert ran.code == 0
        assert "NeedOwner" in ran.out

    def test_rules(self, cli):
        found = cli("rules", "search", "privileged", "--format", "json")
        assert found.code == 0
        assert json.loads(found.out)
        assert cli("rules", "search", "nosuchword").code == 1
        assert cli("rules", "show", "nosuch/rule").code == 2

    def test_new_writes_a_rule_that_passes(self, cli, work):
        assert cli("new", "rule", "own/label", "-d", "library").code == 0
        assert cli("test", "library").code == 0

    def test_export_then_check(self, cli):
        assert cli("export", "pod/privileged", "-o", "out").code == 0
        ran = cli("check", "-p", "out", "plain.yaml")
        assert (ran.code, "1 constraint" in ran.out) == (0, True)

    def test_fix_shows_a_difference(self, cli, work):
        (work / "pod.yaml").write_text(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\nspec:\n  containers:\n"
            "    - name: c\n      image: a.example/b:1\n"
        )
        ran = cli("fix", "pod.yaml", "--diff")
        assert ran.code == 1
        assert "+" in ran.out

    def test_fix_repairs_json_in_its_layout(self, cli, work):
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "p", "namespace": "n"},
            "spec": {"shareProcessNamespace": True, "containers": [{"name": "c", "image": "a.example/b:1"}]},
        }
        (work / "pod.json").write_text(json.dumps(pod, indent="\t"))
        (work / "set.yaml").write_text(
            "apiVersion: gatewright.dev/v1\nkind: PolicySet\nmetadata: {name: s}\nspec:\n"
            "  rules: [{rule: pod/shared_process_namespace}]\n"
        )
        ran = cli("fix", "-p", "set.yaml", "pod.json", "--unsafe")
        assert ran.err == "pod.json: 1 repaired\n"
        pod["spec"]["shareProcessNamespace"] = False
        assert (work / "pod.json").read_text() == json.dumps(pod, indent="\t")

    @pytest.mark.parametrize("command", [["check"], ["check", "-p", "policy.yaml"], ["fix"], ["rules", "list"]])
    def test_a_severity_that_there_is_not(self, cli, command):
        ran = cli(*command, *([] if "rules" in command else ["plain.yaml"]), "--min-severity", "silly")
        assert (ran.code, "no such severity: 'silly'" in ran.err) == (2, True)

    def test_fix_keeps_to_the_project(self, cli, work):
        pod = (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  namespace: n\nspec:\n  shareProcessNamespace: true\n"
            "  containers:\n    - name: c\n      image: a.example/b\n      imagePullPolicy: Never\n      tty: true\n"
        )
        rules = "".join(
            f"    - rule: {rule}\n"
            for rule in ("pod/interactive", "pod/shared_process_namespace", "image/pull_policy_for_floating_tag")
        )
        (work / "set.yaml").write_text(
            f"apiVersion: gatewright.dev/v1\nkind: PolicySet\nmetadata: {{name: s}}\nspec:\n  rules:\n{rules}"
        )
        (work / "w.yaml").write_text(
            "waivers:\n- {rule: image/pull_policy_for_floating_tag, object: p, owner: o, reason: r}\n"
        )
        (work / "gatewright.yaml").write_text(
            "policies: [set.yaml]\nexcludeRules: [pod/interactive]\nwaivers: [w.yaml]\n"
        )
        (work / "pod.yaml").write_text(pod)
        assert cli("fix", "pod.yaml", "--diff").err == "pod.yaml: 1 more with --unsafe\n"
        assert cli("fix", "pod.yaml", "--unsafe").err == "pod.yaml: 1 repaired\n"
        assert (work / "pod.yaml").read_text() == pod.replace("Namespace: true", "Namespace: false")
        waived = pod.replace("metadata:\n", 'metadata:\n  annotations: {"waive.gatewright.dev/pod/*": "r; owner=o"}\n')
        (work / "pod.yaml").write_text(waived)
        assert cli("fix", "pod.yaml", "--diff", "--unsafe").code == 0

    def test_sync(self, cli):
        assert cli("sync", "test", "policy.yaml", "--without-manifest").code == 0

    def test_test_of_a_suite(self, cli, work):
        (work / "template.yaml").write_text(POLICY)
        (work / "constraint.yaml").write_text(CONSTRAINT)
        (work / "suite.yaml").write_text(
            "apiVersion: test.gatekeeper.sh/v1alpha1\nkind: Suite\ntests:\n"
            "  - name: owners\n    template: template.yaml\n    constraint: constraint.yaml\n    cases:\n"
            "      - {name: good, object: good.yaml, assertions: [{violations: no}]}\n"
            "      - {name: plain, object: plain.yaml, assertions: [{violations: 2}]}\n"
        )
        ran = cli("test", "suite.yaml", "-v")
        assert ran.code == 1
        assert "    pass good\n    FAIL plain\n      unexpected number of violations: got 1 violations" in ran.out
        assert cli("test", "suite.yaml", "--run", "//good").code == 0
        report = cli("test", "suite.yaml", "-f", "json", "-o", "tests.json")
        assert report.code == 1
        assert json.loads((work / "tests.json").read_text())["summary"] == {"passed": 1, "failed": 1, "skipped": 0}


class TestBadFiles:
    """What is no text, or no YAML, is an error of the input for every command, and never a bug of ours."""

    @pytest.fixture
    def odd(self, work):
        (work / "odd.rego").write_bytes(b"package p\xff\n")
        (work / "odd.yaml").write_bytes(b"a: \xff\n")
        return work

    @pytest.mark.parametrize(
        "arguments",
        [
            ["test", "odd.rego"],
            ["build", "odd.rego"],
            ["fmt", "odd.rego"],
            ["eval", "data", "-d", "odd.rego"],
            ["export", "odd.rego"],
            ["fix", "odd.yaml"],
            ["expand", "odd.yaml"],
            ["mutate", "odd.yaml"],
            ["explain-match", "-p", "policy.yaml", "odd.yaml"],
            ["check", "-p", "policy.yaml", "odd.yaml"],
            ["check", "-p", "policy.yaml", "plain.yaml", "--type", "odd"],
        ],
    )
    def test_exit_code_is_2(self, cli, odd, arguments):
        ran = cli(*arguments)
        assert ran.code == 2
        assert "bug" not in ran.err

    def test_fix_repairs_the_rest(self, cli, work):
        (work / "a.yaml").write_text("a: [1\nb: 2\n")
        (work / "b.yaml").write_bytes(
            b"apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: p, namespace: n}\r\nspec:\r\n  containers:\r\n"
            b"    - name: c\r\n      image: a.example/b:1\r\n"
        )
        ran = cli("fix", "a.yaml", "b.yaml")
        assert ran.code == 2
        assert "error: a.yaml:2:2: " in ran.err
        assert "b.yaml: " in ran.err
        repaired = (work / "b.yaml").read_bytes()
        assert repaired.count(b"\r\n") >= 7
