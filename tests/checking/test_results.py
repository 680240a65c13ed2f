"""A second run gives the same bytes and evaluates only what has changed."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatewright.checking import recall, results
from gatewright.checking.evaluate import Evaluator
from gatewright.checking.request import CheckRequest
from gatewright.checking.results import RecordWriter, evict, read_record
from gatewright.checking.session import check
from gatewright.checking.units import Part
from gatewright.records import replace

TEMPLATE = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {{name: needslabel}}
spec:
  crd: {{spec: {{names: {{kind: NeedsLabel}}}}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package needslabel
        violation[{{"msg": msg}}] {{
          not input.review.object.metadata.labels.owner
          msg := {message}
        }}
"""
CONSTRAINT = """\
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: NeedsLabel
metadata: {name: owned}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n"
OWNED = POD + "  labels: {{owner: shop}}\n"


class Checks:
    """A tree of policies and manifests, and how much of it a check evaluates."""

    def __init__(self, root: Path) -> None:
        self.policies, self.manifests = root / "policies", root / "manifests"
        self.policies.mkdir()
        self.manifests.mkdir()
        self.policy('"no owner"')
        self.write(self.policies / "constraint.yaml", CONSTRAINT)
        for name in ("a", "b", "c"):
            self.pod(name)
        self.request = CheckRequest((str(self.policies),), (str(self.manifests),), jobs=1)
        self.evaluated: list[str] = []

    @staticmethod
    def write(path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        long_ago = time.time() - 60
        os.utime(path, (long_ago, long_ago))

    def policy(self, message: str) -> None:
        self.write(self.policies / "template.yaml", TEMPLATE.format(message=message))

    def pod(self, name: str, text: str = POD) -> None:
        self.write(self.manifests / f"{name}.yaml", text.format(name=name))

    def run(self, **options: Any) -> str:
        """The report of a check, which also says what it evaluated; it equals that of a check without memory."""
        request = replace(self.request, **options)
        fresh = self._report(replace(request, result_cache=False))
        self.evaluated.clear()
        report = self._report(request)
        assert report == fresh
        return report

    @staticmethod
    def _report(request: CheckRequest) -> str:
        out = io.StringIO()
        check(request, out)
        return re.sub(r'in [\d.]+ s$|"seconds":[\d.]+', "", out.getvalue(), flags=re.M)


@pytest.fixture(params=[16, 1], ids=["records written whole", "news written over the record"])
def checks(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checks:
    monkeypatch.setattr(recall, "_LITTLE", request.param)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # What was written a moment ago may yet change without a trace; these tests do not wait.
    monkeypatch.setattr(recall, "is_settled", lambda of, read_ns: of[1] < read_ns - 30_000_000_000)
    checks = Checks(tmp_path)
    unit = Evaluator.unit

    def counted(self: Evaluator, unit_: Any, **rest: Any) -> Any:
        checks.evaluated += [Path(part.file).stem for part in unit_.parts]
        return unit(self, unit_, **rest)

    monkeypatch.setattr(Evaluator, "unit", counted)
    return checks


def record_of(checks: Checks) -> Path:
    (path,) = Path(results.results_directory()).iterdir()
    return path


@pytest.mark.parametrize("format", ["text", "json", "junit", "sarif", "github"])
def test_unchanged(checks: Checks, format: str) -> None:
    first = checks.run(format=format)
    assert "no owner" in first
    assert checks.evaluated == ["a", "b", "c"]
    assert checks.run(format=format) == first
    assert checks.evaluated == []


def test_an_unchanged_run_loads_no_policy(checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    checks.run()
    monkeypatch.setattr("gatewright.checking.loaded.loaded", None)
    check(checks.request, io.StringIO())


def test_changed_file(checks: Checks) -> None:
    checks.run()
    checks.pod("b", OWNED)
    assert "Pod b" not in checks.run()
    assert checks.evaluated == ["b"]
    checks.run()
    assert checks.evaluated == []


def test_touched_file_is_known_by_its_content(checks: Checks) -> None:
    checks.run()
    os.utime(checks.manifests / "b.yaml")
    checks.run()
    assert checks.evaluated == []


def test_same_size_and_time_but_other_content(checks: Checks) -> None:
    # Restoring the time of the content leaves the time of the inode behind.
    checks.run()
    file = checks.manifests / "b.yaml"
    status = file.stat()
    file.write_text(POD.format(name="x"), encoding="utf-8")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "Pod x" in checks.run()
    assert checks.evaluated == ["b"]


def test_removed_and_added_files(checks: Checks) -> None:
    checks.run()
    (checks.manifests / "a.yaml").unlink()
    checks.pod("d")
    report = checks.run()
    assert checks.evaluated == ["d"]
    assert "a.yaml" not in report
    checks.run()
    assert checks.evaluated == []


def test_changed_policy(checks: Checks) -> None:
    checks.run()
    checks.policy('"nobody owns it"')
    assert "nobody owns it" in checks.run()
    assert checks.evaluated == ["a", "b", "c"]


def test_added_policy(checks: Checks) -> None:
    checks.run()
    checks.write(checks.policies / "more.yaml", CONSTRAINT.replace("owned", "owned-too"))
    assert "owned-too" in checks.run()


@pytest.mark.parametrize(
    "options",
    [{"namespace": "other"}, {"format": "json"}, {"gator_compat": True}, {"actions": ("warn",)}, {"excerpts": False}],
    ids=lambda options: next(iter(options)),
)
def test_changed_options(checks: Checks, options: dict[str, Any]) -> None:
    checks.run()
    checks.run(**options)
    assert checks.evaluated == ["a", "b", "c"]


def test_how_a_report_is_delivered_changes_no_result(checks: Checks, tmp_path: Path) -> None:
    checks.run()
    check(replace(checks.request, output=tmp_path / "report", fail_on=("warn",), jobs=2), None)
    assert "no owner" in (tmp_path / "report").read_text(encoding="utf-8")
    checks.run()
    assert checks.evaluated == []


def test_changed_namespace_concerns_every_object(checks: Checks) -> None:
    selector = "spec: {match: {namespaceSelector: {matchLabels: {team: shop}}}}\n"
    checks.write(checks.policies / "constraint.yaml", CONSTRAINT + selector)
    space = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n  labels: {{owner: x, team: {name}}}\n"
    checks.pod("space", space.replace("{name}", "shop"))
    assert "no owner" in checks.run()
    checks.pod("space", space.replace("{name}", "bank"))
    assert "no owner" not in checks.run()


SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{owner: x, team: {team}}}}}\n"
CUSTOM = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: things.x.io, labels: {{owner: x}}}}
spec: {{group: x.io, scope: Cluster, names: {{kind: Thing, plural: things}}}}
"""
MUTATOR = """\
apiVersion: mutations.gatekeeper.sh/v1
kind: AssignMetadata
metadata: {{name: mark, labels: {{owner: x}}}}
spec:
  location: metadata.labels.mark
  parameters: {{assign: {{value: "yes"}}}}
"""
CONFIG = """\
apiVersion: config.gatekeeper.sh/v1alpha1
kind: Config
metadata: {{name: config, namespace: gatekeeper-system, labels: {{owner: x}}}}
spec: {{match: [{{excludedNamespaces: [hidden], processes: ["*"]}}]}}
"""
THING = "apiVersion: x.io/v1\nkind: Thing\nmetadata: {{name: {name}}}\n"
SEES = 'sprintf("%v in %v: %v", [input.review.name, object.get(input.review, "namespace", "-"), input.review.object])'


@pytest.fixture
def telling(checks: Checks, monkeypatch: pytest.MonkeyPatch) -> Checks:
    """Checks of objects that are reviewed by a Namespace, a CRD, a mutator and a Config, and a list of what is read."""
    checks.policy(SEES)
    checks.write(checks.policies / "constraint.yaml", CONSTRAINT + "spec: {match: {namespaceSelector: "
                 "{matchExpressions: [{key: team, operator: NotIn, values: [bank]}]}}}\n")  # fmt: skip
    checks.pod("space", SPACE.replace("{team}", "shop"))
    for name, text in (("crd", CUSTOM), ("config", CONFIG), ("mutator", MUTATOR), ("d", THING)):
        checks.pod(name, text)
    checks.pod("a", POD + "  namespace: shop\n")
    checks.pod("b", POD + "  namespace: hidden\n")
    checks.run()
    return checks


def read_by(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which files are read from now on."""
    read: list[str] = []
    whole = Part.read

    def watched(self: Part) -> bytes:
        if self.data is None:
            read.append(Path(self.file).stem)
        return whole(self)

    monkeypatch.setattr(Part, "read", watched)
    return read


def test_what_files_tell_of_others_is_not_read_again(telling: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("a", POD + "  namespace: shop\n  labels: {{x: y}}\n"), ("d", THING + "spec: 1\n")):
        telling.pod(name, text)
        report = telling.run()
        assert telling.evaluated == [name]
        assert f"{name} in {'shop' if name == 'a' else '-'}" in report
        assert '"mark": "yes"' in report
    telling.pod("b", POD + "  namespace: hidden\n  labels: {{x: y}}\n")
    read = read_by(monkeypatch)
    check(telling.request, io.StringIO())
    assert set(read) == {"b"}


@pytest.mark.parametrize("name", ["space", "crd", "config", "mutator"])
def test_what_files_tell_of_others_belongs_to_what_they_hold(telling: Checks, name: str) -> None:
    text = (telling.manifests / f"{name}.yaml").read_text(encoding="utf-8")
    for now in (text.replace("shop", "bank").replace("scope: Cluster", "scope: Namespaced").replace("yes", "no"), text):
        telling.write(telling.manifests / f"{name}.yaml", now.replace("hidden", "elsewhere"))
        telling.run()
        telling.pod("c", POD + "  namespace: shop\n")
        telling.run()
        telling.pod("c", POD)
        telling.run()
        assert telling.evaluated == ["c"]


def test_policies_among_the_inputs_are_read_again(telling: Checks) -> None:
    telling.pod("policy", TEMPLATE.replace("needslabel", "other").replace("NeedsLabel", "Other").replace(
        "{message}", '"other"'))  # fmt: skip
    telling.pod("other", CONSTRAINT.replace("NeedsLabel", "Other").replace("{", "{{").replace("}", "}}"))
    assert "other" in telling.run()
    telling.pod("c", POD + "  namespace: shop\n")
    assert "other" in telling.run()
    assert telling.evaluated == ["c"]


def test_inventory_policies_depend_on_every_object(checks: Checks) -> None:
    checks.policy('sprintf("%d pods", [count(data.inventory.namespace["default"]["v1"].Pod)])')
    for name in ("a", "b", "c"):
        checks.pod(name, POD + "  namespace: default\n")
    assert "3 pods" in checks.run()
    checks.run()
    assert checks.evaluated == []
    checks.pod("d", POD + "  namespace: default\n")
    assert "4 pods" in checks.run()
    assert checks.evaluated == ["a", "b", "c", "d"]


@pytest.mark.parametrize("call", ["time.now_ns() > 0", "time . now_ns() > 0", 'rand.intn("x", 5) >= 0'])
def test_what_may_change_by_itself_is_not_kept(checks: Checks, call: str) -> None:
    checks.policy(f'"no owner"\n          {call}')
    checks.run()
    checks.run()
    assert checks.evaluated == ["a", "b", "c"]


def test_unreadable_and_broken_files(checks: Checks) -> None:
    checks.pod("broken", "a: 'b\n")
    assert "error" in checks.run()
    checks.run()
    assert checks.evaluated == []
    os.symlink("nowhere", checks.manifests / "dangling.yaml")
    checks.run()
    checks.run()
    assert checks.evaluated == ["dangling"]


def test_pipes_are_read_once(checks: Checks) -> None:
    def piped(path: Path) -> str:
        reader, writer = os.pipe()
        os.write(writer, path.read_bytes())
        os.close(writer)
        return f"/dev/fd/{reader}"

    for _ in range(2):
        checks.evaluated.clear()
        policies = tuple(piped(checks.policies / name) for name in ("template.yaml", "constraint.yaml"))
        out = io.StringIO()
        check(replace(checks.request, policies=policies, manifests=(piped(checks.manifests / "a.yaml"),)), out)
        assert "Pod a" in out.getvalue()
        assert len(checks.evaluated) == 1


def test_what_looks_at_its_neighbours_is_not_kept(checks: Checks) -> None:
    checks.write(checks.manifests / "kustomization.yaml", "resources: [a.yaml]\n")
    checks.run()
    checks.run()
    assert checks.evaluated == ["kustomization"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: b"",
        lambda data: b"junk",
        lambda data: data[:-1],
        lambda data: data[:40],
        lambda data: data[:5] + b"?" + data[6:],
        lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
    ],
    ids=["empty", "junk", "cut", "stub", "first blob", "middle"],
)
def test_a_harmed_record_is_no_record(checks: Checks, harm: Callable[[bytes], bytes]) -> None:
    checks.run()
    record = record_of(checks)
    record.write_bytes(harm(record.read_bytes()))
    checks.run()
    assert checks.evaluated == ["a", "b", "c"]
    checks.run()
    assert checks.evaluated == []


def _change_one_of_many(checks: Checks) -> tuple[Path, Path]:
    """The record of forty Pods, and what lies over it since one changed."""
    for number in range(40):
        checks.pod(f"many-{number}")
    checks.run()
    record = record_of(checks)
    checks.pod("many-7", OWNED)
    checks.run()
    assert checks.evaluated == ["many-7"]
    return record, record.with_name(record.name + ".later")


def test_little_news_is_written_over_the_record(checks: Checks) -> None:
    record, later = _change_one_of_many(checks)
    assert later.stat().st_size < record.stat().st_size / 8
    checks.pod("many-8", OWNED)
    checks.run()
    assert checks.evaluated == ["many-8"]
    checks.run()
    assert checks.evaluated == []


def test_much_news_is_a_new_record(checks: Checks) -> None:
    record, _ = _change_one_of_many(checks)
    before = record.read_bytes()
    checks.policy('"nobody owns it"')
    checks.run()
    assert record.read_bytes() != before
    checks.run()
    assert checks.evaluated == []


def test_harmed_news_is_no_news(checks: Checks) -> None:
    _, later = _change_one_of_many(checks)
    later.write_bytes(later.read_bytes()[:-1])
    checks.run()
    assert checks.evaluated == ["many-7"]


def test_news_over_another_record_is_no_news(checks: Checks) -> None:
    record, later = _change_one_of_many(checks)
    over = later.read_bytes()
    record.unlink()
    checks.run()
    later.write_bytes(over)
    kept = read_record(str(record))
    assert kept is not None
    assert kept.later is None
    checks.pod("many-7")
    assert "many-7" in checks.run()


def test_a_directory_that_cannot_be_written(checks: Checks, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    checks.run()
    assert checks.evaluated == ["a", "b", "c"]


def test_the_record_is_for_the_user_alone(checks: Checks) -> None:
    checks.run()
    record = record_of(checks)
    assert record.stat().st_mode & 0o777 == 0o600
    assert record.parent.stat().st_mode & 0o777 == 0o700


def test_concurrent_runs(checks: Checks) -> None:
    argv = [sys.executable, "-m", "gatewright", "check", "-p", str(checks.policies), str(checks.manifests)]
    runs = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = ({line for line in run.communicate()[0].splitlines() if " s" not in line} for run in runs)
    assert first == second
    assert [run.returncode for run in runs] == [1, 1]
    assert read_record(str(record_of(checks))) is not None


def test_an_interrupted_run_leaves_nothing(checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Evaluator, "unit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check(checks.request, io.StringIO())
    assert list(Path(results.results_directory()).iterdir()) == []


def test_records_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MAX_RECORD_BYTES", 1000)
    writer = RecordWriter(str(tmp_path / "large"))
    writer.keep("x" * 2000)
    writer.close({})
    assert list(tmp_path.iterdir()) == []


def test_the_least_used_records_go(tmp_path: Path) -> None:
    for age, name in enumerate(("newest", "older", "oldest")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    evict(str(tmp_path), limit=250)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["newest", "older"]


def test_what_a_crash_left_goes_in_time(tmp_path: Path) -> None:
    for name in ("fresh.1.partial", "stale.2.partial"):
        (tmp_path / name).write_bytes(b"")
    os.utime(tmp_path / "stale.2.partial", (0, 0))
    evict(str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["fresh.1.partial"]
