"""gator's commands: flags, output, exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml

from gatewright.gator import main
from gatewright.gator.baseline import compare, record
from gatewright.gator.benchtext import aligned, duration, go_duration, size
from gatewright.gator.flags import Flag, FlagError, parse, read_duration
from gatewright.gator.measure import Measured, Plan, latencies, percentile

from .conftest import constraint as any_constraint
from .conftest import namespace, pod, template


def constraint(**spec):
    """gator reviews the policies themselves too, which are of no interest here."""
    return any_constraint(match={"kinds": [{"apiGroups": [""], "kinds": ["*"]}]}, **spec)


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Writes documents to files in an empty directory, where commands then run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def write(name, *documents):
        (tmp_path / name).write_text("---\n".join(map(yaml.safe_dump, documents)))
        return name

    return write


def gator(*argv, stdin=None):
    out, err = io.StringIO(), io.StringIO()
    code = main(argv, out=out, err=err, read_stdin=lambda: stdin)
    return code, out.getvalue(), err.getvalue()


def test_test_as_text(files):
    files("all.yaml", template(), constraint(), pod())
    code, out, _ = gator("test", "-f", "all.yaml")
    assert code == 1
    assert out == 'v1/Pod p: ["c"] Message: "p has no label owner"\n'


def test_test_as_json(files):
    files("all.yaml", template(), constraint(enforcementAction="warn"), pod(namespace="shop"))
    code, out, _ = gator("test", "-f=all.yaml", "-o", "json")
    (row,) = json.loads(out)
    assert code == 0
    assert row["msg"] == "p has no label owner"
    assert row["enforcementAction"] == "warn"
    assert row["violatingObject"]["metadata"] == {"name": "p", "namespace": "shop"}
    assert row["metadata"] == {"details": {"name": "p"}}


def test_test_as_yaml(files):
    files("all.yaml", template(), constraint(), pod())
    _, out, _ = gator("test", "-f=all.yaml", "-oyaml")
    (row,) = yaml.safe_load(out)
    assert row["result"]["msg"] == "p has no label owner"
    assert row["result"]["constraint"]["object"]["kind"] == "NeedsLabel"


@pytest.mark.parametrize(("form", "want"), [("json", "null"), ("yaml", "[]\n"), ("", "")])
def test_nothing_found(files, form, want):
    files("all.yaml", template(), constraint(), pod(labels={"owner": "me"}), namespace("shop", owner="me"))
    code, out, _ = gator("test", "-f=all.yaml", f"--output={form}")
    assert (code, out) == (0, want)


def test_stats(files):
    files("all.yaml", template(), constraint(), pod())
    _, out, _ = gator("test", "-f=all.yaml", "-o=json", "--stats")
    (entry,) = json.loads(out)["stats"]
    assert entry["statsFor"] == "NeedsLabel"
    assert [s["name"] for s in entry["stats"]] == ["templateRunTimeNS", "constraintCount"]


def test_stats_as_yaml(files):
    files("all.yaml", template(), constraint(), pod())
    _, out, _ = gator("test", "-f=all.yaml", "-o=yaml", "--stats")
    assert "stats:\n    - scope: template\n      statsfor: NeedsLabel\n" in out


USAGE = """\
Usage:
  gator sync test [flags]

Flags:
  -n, --filename stringArray      a file or directory containing Kubernetes resources. Can be specified multiple times.
"""


@pytest.mark.parametrize(("argv", "message"), [(["--bogus"], "unknown flag: --bogus"), (["-n"], "flag needs an arg")])
def test_a_mistake_in_flags_shows_the_usage(argv, message):
    code, out, err = gator("sync", "test", *argv)
    first, _, rest = err.partition("\n")
    assert (code, out) == (1, "")
    assert first.startswith(f"Error: {message}")
    assert rest.startswith(USAGE)
    assert rest.endswith("if using the --image flag. Optional.\n\n")


def test_defaults_are_in_the_usage():
    _, out, _ = gator("bench", "--help")
    assert '  -e, --engine string            policy engine to benchmark. One of: rego|cel|all (default "cel")\n' in out
    assert "      --threshold float          regression" in out
    assert "exceeded. (default 10)\n" in out


@pytest.mark.parametrize("argv", [["help", "sync", "test"], ["sync", "test", "-h"], ["help", "sync", "test", "more"]])
def test_help_of_a_command(argv):
    code, out, _ = gator(*argv)
    assert code == 0
    assert out.startswith("Test that the provided SyncSet(s) and/or Config contain the GVKs")
    assert USAGE in out


def test_help_of_nothing_known():
    code, out, err = gator("help", "bogus")
    assert (code, out) == (0, "")
    assert err.startswith("Unknown help topic [`bogus`]\nUsage:\n  gator [command]\n")


@pytest.mark.parametrize(("name", "meant"), [("tes", "test"), ("verfy", "verify"), ("ex", "expand")])
def test_a_mistyped_command(name, meant):
    code, _, err = gator(name)
    assert code == 1
    assert err.startswith(f'Error: unknown command "{name}" for "gator"\n\nDid you mean this?\n\t{meant}\n')


def test_version():
    assert gator("version") == (0, "GitVersion:    v3.23.1\n", "")
    assert json.loads(gator("version", "--json")[1]) == {"gitVersion": "v3.23.1"}
    assert gator("--version")[1].startswith("gator version v3.23.1 ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1", "missing unit in"),
        ("1x", 'unknown unit "x" in'),
        ("1s2", "missing unit in"),
        ("", "invalid"),
        ("s", "invalid"),
    ],
)
def test_faults_of_durations(text, fault):
    _, _, err = gator("bench", f"--min-threshold={text}")
    assert f'flag: time: {fault} duration "{text}"\n' in err


def test_stdin(files):
    documents = yaml.safe_dump_all([template(), constraint(), pod()])
    code, out, _ = gator("test", stdin=documents.encode())
    assert code == 1
    assert "p has no label owner" in out


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([constraint()], 'adding constraint "c": missing ConstraintTemplate: template "needslabel" not found'),
        ([template(rego="package a\nviolation[")], 'auditing objects: adding template "needslabel"'),
    ],
)
def test_the_first_fault_ends_it(files, documents, message):
    files("all.yaml", *documents, pod())
    code, out, err = gator("test", "-f=all.yaml")
    assert (code, out) == (1, "")
    assert message in err


BROKEN = [
    # go-yaml's decoder names no line; its parser counts from zero, its scanner from one, and neither names the first.
    ("a: *x\n", "yaml: unknown anchor 'x' referenced", None),
    ("a: 1\n<<: 3\n", "yaml: map merge requires map or sequence of maps as the value", None),
    ("a: !!int x\n", "yaml: cannot decode !!str `x` as a !!int", None),
    ("a: [.nan, -.inf]\n", "json: unsupported value: NaN", None),
    ("a: {{ .V.x | quote }}: 1\n", "yaml: mapping values are not allowed in this context", None),
    ("k: 1\na: b: c\n", "yaml: line 2: mapping values are not allowed in this context", None),
    ("k: 1\na: \x01\n", "yaml: control characters are not allowed", None),
    (
        "k: 1\nc: [\n1\nd: 2\n",
        "yaml: line 3: did not find expected ',' or ']'",
        "yaml: line 1: did not find expected ',' or ']'",
    ),
    ("k:\n- 1\n-2\nc: 3\n", "yaml: line 4: could not find expected ':'", "yaml: line 3: could not find expected ':'"),
    (
        'k: 1\na: "x\n\n  y\n',
        "yaml: line 5: found unexpected end of stream",
        "yaml: line 2: found unexpected end of stream",
    ),
    ("a:\n- *b\n]\n", "yaml: unknown anchor 'b' referenced", None),
    (
        "a: {{ .V.x }}\n",
        'yaml: invalid map key: map[interface {}]interface {}{".V.x":interface {}(nil)}',
        'yaml: invalid map key: map[string]interface {}{".V.x":interface {}(nil)}',
    ),
    (
        "k: &k [t, '1']\na: {? [1, 2.50, *k, {b: on, 0x10: ~}] : 1}\n",
        'yaml: invalid map key: []interface {}{1, 2.5, []interface {}{"t", "1"}, '
        'map[interface {}]interface {}{"b":true, 16:interface {}(nil)}}',
        'yaml: invalid map key: []interface {}{1, 2.5, []interface {}{"t", "1"}, '
        'map[interface {}]interface {}{"b":"on", 16:interface {}(nil)}}',
    ),
]


@pytest.mark.parametrize(("text", "v2", "v3"), BROKEN)
def test_broken_yaml_in_gos_words(files, tmp_path, text, v2, v3):
    (tmp_path / "a.yaml").write_text(text)
    code, _, err = gator("test", "-f", "a.yaml")
    assert (code, err.partition("converting YAML to JSON: ")[2]) == (1, f"{v2}\n")
    (tmp_path / "a.yaml").write_text(f"{text}apiVersion: test.gatekeeper.sh/v1alpha1\nkind: Suite\n")
    code, _, err = gator("verify", "a.yaml")
    assert code == 1
    assert err.endswith(f": {v3 or v2}\n")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["test"], "no input data identified"),
        (["test", "-f", "nowhere"], "no such file or directory"),
        (["test", "--colour"], "unknown flag: --colour"),
        (["test", "-z"], "unknown shorthand flag: 'z' in -z"),
        (["verify"], "accepts 1 arg(s), received 0"),
        (["dance"], 'unknown command "dance" for "gator"'),
        (["bench"], "at least one --filename or --image must be specified"),
        (["bench", "-f=x", "-e=prolog"], 'invalid engine "prolog"'),
        (["bench", "-f=x", "-n=0"], "iterations must be positive"),
    ],
)
def test_mistakes(files, argv, message):
    code, _, err = gator(*argv)
    assert code == 1
    assert message in err


def test_expand(files):
    expansion = {
        "apiVersion": "expansion.gatekeeper.sh/v1beta1",
        "kind": "ExpansionTemplate",
        "metadata": {"name": "e"},
        "spec": {
            "applyTo": [{"groups": ["apps"], "versions": ["v1"], "kinds": ["Deployment"]}],
            "templateSource": "spec.template",
            "generatedGVK": {"group": "", "version": "v1", "kind": "Pod"},
        },
    }
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"template": {"spec": {"containers": []}}},
    }
    files("all.yaml", expansion, deployment)
    code, out, _ = gator("expand", "-n", "all.yaml")
    assert code == 0
    assert yaml.safe_load(out)["metadata"]["name"] == "web-pod"
    assert json.loads(gator("expand", "-n", "all.yaml", "-f", "json")[1])["kind"] == "Pod"


def suite(*cases, **test):
    return {
        "apiVersion": "test.gatekeeper.sh/v1alpha1",
        "kind": "Suite",
        "tests": [{"name": "t", "template": "t.yaml", "constraint": "c.yaml", "cases": list(cases), **test}],
    }


@pytest.mark.parametrize(
    ("case", "complaint"),
    [
        ({"object": "two.yaml"}, 'object file must contain exactly one object: "{here}/two.yaml" defines 2 objects'),
        ({"object": "empty.yaml"}, 'missing objects: path "{here}/empty.yaml" defines no YAML objects'),
        ({"object": "none.yaml"}, "open {here}/none.yaml: no such file or directory"),
        (
            {"object": "p.yaml", "assertions": [{"message": "("}]},
            "message contains invalid regular expression: error parsing regexp: missing closing ): `(`",
        ),
        (
            {"object": "p.yaml", "assertions": [{"message": "(?<=a)b"}]},
            "message contains invalid regular expression: error parsing regexp: invalid named capture: `(?<=a)b`",
        ),
    ],
)
def test_verify_complains_in_gators_words(files, tmp_path, case, complaint):
    files("t.yaml", template())
    files("c.yaml", any_constraint())
    files("p.yaml", pod())
    files("two.yaml", pod(), pod("q"))
    files("empty.yaml")
    files("suite.yaml", suite({"name": "c", "assertions": [{"violations": 1}], **case}))
    code, out, err = gator("verify", "suite.yaml")
    assert (code, err) == (1, "Error: FAIL\n")
    # To gator the root of the file system is the empty path.
    assert complaint.format(here=str(tmp_path).removeprefix("/")) in out.split("\n")[1]


def test_verify(files):
    files("t.yaml", template())
    files("c.yaml", constraint())
    files("p.yaml", pod())
    suite = {
        "apiVersion": "test.gatekeeper.sh/v1alpha1",
        "kind": "Suite",
        "tests": [
            {
                "name": "labels",
                "template": "t.yaml",
                "constraint": "c.yaml",
                "cases": [
                    {"name": "yes", "object": "p.yaml", "assertions": [{"violations": "yes", "message": "no label"}]},
                    {"name": "no", "object": "p.yaml", "assertions": [{"violations": "no"}]},
                ],
            }
        ],
    }
    files("suite.yaml", suite)
    code, out, err = gator("verify", "suite.yaml")
    assert (code, err) == (1, "Error: FAIL\n")
    assert "--- FAIL: no" in out
    assert "--- FAIL: yes" not in out
    assert gator("verify", "suite.yaml", "--run", "labels//yes")[0] == 0


def test_sync(files):
    needs = template()
    wanted = '[[{"groups": ["apps"], "versions": ["v1"], "kinds": ["Deployment"]}]]'
    needs["metadata"]["annotations"] = {"metadata.gatekeeper.sh/requires-sync-data": wanted}
    gvk = {"group": "apps", "version": "v1", "kind": "Deployment"}
    sync = {
        "apiVersion": "syncset.gatekeeper.sh/v1alpha1",
        "kind": "SyncSet",
        "metadata": {"name": "s"},
        "spec": {"gvks": [gvk]},
    }
    files("t.yaml", needs)
    files("s.yaml", sync)
    assert gator("sync", "test", "-n=t.yaml", "-f")[0] == 1
    assert gator("sync", "test", "-n=t.yaml", "-n=s.yaml", "-f")[0] == 0


def test_bench(files):
    files("all.yaml", template(), constraint(), pod())
    code, out, err = gator("bench", "-f=all.yaml", "-e=rego", "-n=3", "--save=b.json", "--memory")
    assert code == 0
    assert "  Total Reviews:  3\n" in out
    assert "Results saved to: b.json" in err
    baseline = Path("b.json")
    saved = json.loads(baseline.read_text())
    saved[0]["latencies"] = dict.fromkeys(saved[0]["latencies"], 1)
    baseline.write_text(json.dumps(saved))
    code, out, _ = gator("bench", "-f=all.yaml", "-e=rego", "-n=3", "--compare=b.json")
    assert code == 1
    assert "✗ REGRESSION" in out
    assert gator("bench", "-f=all.yaml", "-e=rego", "-n=3", "--compare=b.json", "--min-threshold=1h")[0] == 0


# --- parts ---


def measured(latency, rate=1000):
    spread = dict.fromkeys(("min", "max", "mean", "p50", "p95", "p99"), latency)
    return Measured("rego", 1, 1, 1, Plan(rate), (1, 1, 1, 1), 10**9, spread, 0)


@pytest.mark.parametrize(
    ("before", "now", "threshold", "least", "failed"),
    [
        (100, 105, 10, 0, []),
        (100, 120, 10, 0, ["P50 Latency", "P95 Latency", "P99 Latency", "Mean Latency"]),
        (100, 120, 25, 0, []),
        (100, 120, 10, 50, []),
        (100, 10, 10, 0, []),
    ],
)
def test_comparing(before, now, threshold, least, failed):
    (comparison,) = compare([record(measured(before))], [measured(now)], threshold, least)
    assert comparison.failed == failed


def test_slower_throughput_fails():
    (comparison,) = compare([record(measured(5, 1000))], [measured(5, 500)], 10, 0)
    assert comparison.failed == ["Throughput"]


@pytest.mark.parametrize(("p", "want"), [(0, 10), (50, 25), (100, 40), (95, 38)])
def test_percentiles(p, want):
    assert percentile([10, 20, 30, 40], p) == want


def test_latencies():
    assert latencies([3, 1, 2])["mean"] == 2
    assert latencies([])["p99"] == 0


@pytest.mark.parametrize(
    ("spent", "short", "exact"),
    [
        (0, "0ns", "0s"),
        (999, "999ns", "999ns"),
        (1500, "1.50µs", "1.5µs"),
        (17_050_000, "17.05ms", "17.05ms"),
        (2_000_000_000, "2.000s", "2s"),
        (90_000_000_000, "90.000s", "1m30s"),
        (3_661_000_000_000, "3661.000s", "1h1m1s"),
    ],
)
def test_durations(spent, short, exact):
    assert (duration(spent), go_duration(spent)) == (short, exact)
    assert read_duration(exact) == spent


@pytest.mark.parametrize("text", ["", "5", "1x", "ms", "1ms2"])
def test_what_is_no_duration(text):
    assert read_duration(text) is None


@pytest.mark.parametrize(("count", "want"), [(1, "1 B"), (2048, "2.00 KB"), (3 << 20, "3.00 MB"), (1 << 30, "1.00 GB")])
def test_sizes(count, want):
    assert size(count) == want


def test_columns_end_with_their_table():
    assert aligned(["Head:", "a:\t1", "bbb:\t2", "", "c:\t3"]) == "Head:\na:    1\nbbb:  2\n\nc:  3\n"


FLAGS = (Flag("name", "n"), Flag("many", "m", "list"), Flag("yes", "y", "bool", False), Flag("count", "c", "int", 0))


@pytest.mark.parametrize(
    ("argv", "name", "want"),
    [
        (["--name", "x"], "name", "x"),
        (["--name=x"], "name", "x"),
        (["-nx"], "name", "x"),
        (["-n=x"], "name", "x"),
        (["-m", "a", "--many=b"], "many", ["a", "b"]),
        (["-y"], "yes", True),
        (["--yes=false"], "yes", False),
        (["-yc", "3"], "count", 3),
        (["-c", "0x10"], "count", 16),
    ],
)
def test_flags(argv, name, want):
    assert parse(FLAGS, argv)[0][name] == want


@pytest.mark.parametrize("argv", [["--name"], ["-n"], ["--nope"], ["-c", "x"], ["--yes=perhaps"]])
def test_flags_that_are_refused(argv):
    with pytest.raises(FlagError):
        parse(FLAGS, argv)


def test_what_follows_two_dashes_is_no_flag():
    assert parse(FLAGS, ["a", "--", "-n"])[1] == ["a", "-n"]


@pytest.mark.parametrize("command", ["test", "verify", "expand"])
def test_help_tells_of_gators_flags_alone(command):
    code, out, _ = gator(command, "--help")
    assert (code, "external-data" in out) == (0, False)


def test_suggestions_come_in_the_order_of_gators_commands():
    _, _, err = gator("benc")
    assert err.startswith('Error: unknown command "benc" for "gator"\n\nDid you mean this?\n\tsync\n\tbench\n\n')
