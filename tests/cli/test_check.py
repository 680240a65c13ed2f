"""`gatewright check`: its reports, waivers, baselines and configuration, as users meet them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gatewright.checking.waivers import Waiver
from gatewright.gatekeeper.result import ConstraintRef, ObjectRef, Violation

from .conftest import config_map

CHECK = ("check", "-p", "policy.yaml")
LAST_LINE = -1


def summary(ran) -> dict:
    return json.loads(ran.out)["summary"]


class TestReports:
    def test_json_is_what_the_manual_says(self, cli):
        ran = cli(*CHECK, "plain.yaml", "good.yaml", "--format", "json")
        document = json.loads(ran.out)
        assert ran.code == 1
        assert document["violations"] == [
            {
                "message": "plain has no owner",
                "details": {},
                "enforcementAction": "deny",
                "constraint": {
                    "apiVersion": "constraints.gatekeeper.sh/v1beta1",
                    "kind": "NeedOwner",
                    "name": "owners",
                },
                "object": {"apiVersion": "v1", "kind": "ConfigMap", "namespace": "", "name": "plain"},
                "location": {"file": "plain.yaml", "line": 3, "column": 1},
            }
        ]
        assert document["errors"] == []
        figures = document["summary"]
        assert figures.pop("seconds") >= 0
        assert figures == {
            "objects": 2,
            "constraints": 1,
            "pairs": 2,
            "violations": {"total": 1, "deny": 1},
            "errors": 0,
            "waived": 0,
            "known": 0,
            "notices": [],
        }

    def test_several_at_once(self, cli):
        ran = cli(*CHECK, "plain.yaml", "-f", "text", "-f", "json", "-o", "a.json", "-f", "github", "-o", "b.txt")
        assert "plain has no owner\n" in ran.out
        assert json.loads(Path("a.json").read_text())["summary"]["violations"]["total"] == 1
        assert Path("b.txt").read_text().startswith("::error file=plain.yaml,line=3,")
        again = cli(*CHECK, "plain.yaml", "-f", "json", "-o", "a.json", "-f", "text", "-o", "b.txt")
        assert (again.code, again.out) == (1, "")

    @pytest.mark.parametrize("options", [["-f", "json", "-f", "text"], ["-o", "a", "-o", "b"]])
    def test_that_do_not_pair(self, cli, options):
        ran = cli(*CHECK, "plain.yaml", *options)
        assert ran.code == 2
        assert ran.err.startswith("error: --format is given ")

    def test_a_file_keeps_what_it_had_until_the_report_is_whole(self, cli, work):
        Path("report.txt").write_text("before")
        Path("report.txt").chmod(0o640)
        assert cli(*CHECK, "nosuch.yaml", "-o", "report.txt").code == 2
        assert Path("report.txt").read_text() == "before"
        cli(*CHECK, "plain.yaml", "-o", "report.txt")
        assert "plain has no owner" in Path("report.txt").read_text()
        assert Path("report.txt").stat().st_mode & 0o777 == 0o640
        assert not list(work.glob(".*partial"))

    def test_from_standard_input(self, cli):
        ran = cli(*CHECK, "-", given=config_map("piped"))
        assert ran.code == 1
        assert ran.out.startswith("stdin\n  3:1 ")

    def test_that_nothing_matched_is_said(self, cli, work):
        (work / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n")
        ran = cli(*CHECK, "pod.yaml")
        assert ran.code == 0
        assert "warning: no object matched any constraint: nothing was evaluated\n" in ran.out

    def test_objects_are_as_mutators_leave_them(self, cli, work):
        (work / "mutator.yaml").write_text(
            "apiVersion: mutations.gatekeeper.sh/v1\nkind: AssignMetadata\nmetadata: {name: o}\n"
            "spec: {location: metadata.labels.owner, parameters: {assign: {value: me}}}\n"
        )
        assert cli(*CHECK, "-p", "mutator.yaml", "plain.yaml").code == 0
        # The record of that run must not answer for this one.
        ran = cli(*CHECK, "-p", "mutator.yaml", "plain.yaml", "--no-mutate")
        assert (ran.code, "plain has no owner" in ran.out) == (1, True)

    def test_only_what_fails_decides(self, cli, work):
        text = (work / "policy.yaml").read_text()
        (work / "policy.yaml").write_text(text.replace("spec:\n  match", "spec:\n  enforcementAction: warn\n  match"))
        assert cli(*CHECK, "plain.yaml").code == 0
        assert cli(*CHECK, "plain.yaml", "--fail-on", "warn").code == 1
        assert summary(cli(*CHECK, "plain.yaml", "--deny-only", "-f", "json"))["violations"] == {"total": 0}


WAIVERS = """\
waivers:
  - rule: NeedOwner
    object: ConfigMap/pla*
    owner: platform
    reason: made by an old tool
"""


class TestWaivers:
    @pytest.fixture
    def waivers(self, work):
        def write(extra: str = "", text: str = WAIVERS) -> tuple[str, ...]:
            (work / "waivers.yaml").write_text(text + extra)
            return ("--waivers", "waivers.yaml")

        return write

    def test_cover_and_are_counted(self, cli, waivers):
        ran = cli(*CHECK, ".", "--exclude", "policy.yaml", *waivers())
        assert ran.code == 0
        assert "0 violations, 1 waived, 0 errors" in ran.out.splitlines()[LAST_LINE]

    def test_that_have_expired_cover_nothing_and_are_named(self, cli, waivers):
        ran = cli(*CHECK, "plain.yaml", *waivers("    expires: 2020-01-31\n"))
        assert ran.code == 1
        said = "expired: waivers.yaml:2: waiver of NeedOwner on ConfigMap/pla* (owner platform), its last day was"
        assert f"{said} 2020-01-31: renew it or mend the object\n" in ran.out

    def test_that_cover_nothing_are_stale(self, cli, waivers):
        ran = cli(*CHECK, "good.yaml", *waivers())
        assert ran.code == 0
        assert "stale: waivers.yaml:2: waiver of NeedOwner on ConfigMap/pla* (owner platform) covers nothing" in ran.out
        assert cli(*CHECK, "good.yaml", *waivers(), "--fail-on-stale").code == 1

    def test_hold_in_the_result_cache(self, cli, waivers):
        over = "    expires: 2020-01-31\n"
        for extra, code in (None, 1), ("", 0), (None, 1), (over, 1), ("", 0):
            options = () if extra is None else waivers(extra)
            assert cli(*CHECK, "plain.yaml", *options).code == code

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (WAIVERS.replace("owner:", "ovner:"), "waivers.yaml:2:5: a waiver has no field 'ovner'"),
            (WAIVERS.replace("    reason: made by an old tool\n", ""), "waivers.yaml:2:5: a waiver without reason"),
            (WAIVERS.replace("    object: ConfigMap/pla*\n", ""), "waivers.yaml:2:5: a waiver for everything"),
            (WAIVERS + "    expires: soon\n", "expires of a waiver is a date, not 'soon'"),
            (WAIVERS + "    message: '('\n", "message of a waiver is no regular expression: '('"),
            ("waivers: [1]\n", "waivers.yaml:1:11: a waiver is an object, not 1"),
            ("other: 1\n", "no waivers in it"),
        ],
    )
    def test_that_are_wrong(self, cli, waivers, text, says):
        ran = cli(*CHECK, "plain.yaml", *waivers(text=text))
        assert (ran.code, ran.out) == (2, "")
        assert says in ran.err

    def test_of_the_object_itself(self, cli, work):
        def annotated(value: str, rule: str = "owners") -> str:
            (work / "own.yaml").write_text(
                config_map("own").rstrip("\n") + f"\n  annotations:\n    waive.gatewright.dev/{rule}: '{value}'\n"
            )
            return "own.yaml"

        assert cli(*CHECK, annotated("a test; owner=me; expires=2999-01-01")).code == 0
        assert cli(*CHECK, annotated("a test"), "--no-inline-waivers").code == 1
        expired = cli(*CHECK, annotated("a test; expires=2020-01-01"))
        assert expired.code == 1
        assert "expired: own.yaml:6: waiver of owners (owner unknown), its last day was 2020-01-01" in expired.out
        other = cli(*CHECK, annotated("a test", rule="other"))
        assert "stale: own.yaml:6: waiver of other (owner unknown) covers nothing: remove it\n" in other.out
        wrong = cli(*CHECK, annotated("owner=me"))
        assert wrong.code == 2
        assert "error: own.yaml:6:5: a waiver without reason" in wrong.out

    @pytest.mark.parametrize(
        ("fields", "covers"),
        [
            ({"rule": "pod/host_ports"}, True),
            ({"rule": "pss-1"}, True),
            ({"rule": "PodHostPorts/pod-host-ports"}, True),
            ({"rule": "Pod*"}, True),
            ({"rule": "Other"}, False),
            ({"rule": "*", "object": "web"}, True),
            ({"rule": "*", "object": "Deployment/web"}, True),
            ({"rule": "*", "object": "Deployment/shop/w?b"}, True),
            ({"rule": "*", "object": "Pod/web"}, False),
            ({"rule": "*", "object": "a/b/c/d"}, False),
            ({"rule": "*", "path": "deploy/*"}, True),
            ({"rule": "*", "path": "charts/*"}, False),
            ({"rule": "*", "message": "port 8[0-9]"}, True),
            ({"rule": "*", "message": "^80"}, False),
            ({"rule": "*", "expired": True}, False),
        ],
    )
    def test_what_they_cover(self, fields, covers):
        by = ConstraintRef("v1", "PodHostPorts", "pod-host-ports")
        on = ObjectRef("apps/v1", "Deployment", "web", "shop")
        violation = Violation("uses port 80", {}, "deny", by, on, metadata={"id": "PSS-1"})
        assert Waiver(**fields).covers(violation, "deploy/web.yaml") is covers


class TestBaseline:
    def test_only_new_findings_count(self, cli, work):
        assert cli(*CHECK, "plain.yaml", "--write-baseline", "base.json").code == 0
        assert (
            json.loads(Path("base.json").read_text())["findings"][0]["finding"] == "ConfigMap plain: plain has no owner"
        )
        known = cli(*CHECK, "plain.yaml", "--baseline", "base.json")
        assert (known.code, "0 violations, 1 known" in known.out) == (0, True)
        (work / "plain.yaml").write_text(f"# moved\n\n{config_map('plain')}---\n{config_map('new')}")
        new = cli(*CHECK, "plain.yaml", "--baseline", "base.json", "-f", "json")
        assert new.code == 1
        assert [v["object"]["name"] for v in json.loads(new.out)["violations"]] == ["new"]

    def test_findings_that_are_gone(self, cli):
        cli(*CHECK, "plain.yaml", "--write-baseline", "base.json")
        ran = cli(*CHECK, "good.yaml", "--baseline", "base.json")
        assert "stale: 1 of 1 findings of the baseline are gone: write it anew\n" in ran.out
        assert cli(*CHECK, "good.yaml", "--baseline", "base.json", "--fail-on-stale").code == 1

    @pytest.mark.parametrize("content", [None, "{}", "nothing", '{"findings": [1]}'])
    def test_that_is_none(self, cli, work, content):
        if content is not None:
            (work / "base.json").write_text(content)
        ran = cli(*CHECK, "plain.yaml", "--baseline", "base.json")
        assert ran.code == 2
        assert ran.err.startswith("error: base.json: ")


class TestConfiguration:
    @pytest.fixture
    def project(self, work):
        (work / "gatewright.yaml").write_text("policies: [policy.yaml]\nexclude: [policy.yaml]\nfailOn: [deny]\n")
        return work

    def test_is_found_and_is_no_manifest(self, cli, project):
        ran = cli("check", ".")
        assert (ran.code, "1 violation (1 deny), 0 errors" in ran.out) == (1, True)

    def test_the_command_line_goes_first(self, cli, project):
        (project / "gatewright.yaml").write_text("policies: [nosuch.yaml]\nformat: json\n")
        assert cli(*CHECK, "plain.yaml", "-f", "text").out.startswith("plain.yaml\n")

    def test_paths_are_relative_to_its_file(self, cli, project):
        (project / "settings").mkdir()
        (project / "settings" / "waivers.yaml").write_text(WAIVERS)
        (project / "settings" / "own.yaml").write_text("policies: [../policy.yaml]\nwaivers: [waivers.yaml]\n")
        assert cli("check", "plain.yaml", "--config", "settings/own.yaml").code == 0

    def test_parameters_reach_the_rules_of_the_library(self, cli, project):
        (project / "set.yaml").write_text(
            "apiVersion: gatewright.dev/v1\nkind: PolicySet\nmetadata: {name: own}\n"
            "spec: {rules: [{rule: image/untrusted_registry}]}\n"
        )
        (project / "pod.yaml").write_text(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
            "spec: {containers: [{name: c, image: 'other.example/x:1'}]}\n"
        )
        (project / "gatewright.yaml").write_text("policies: [set.yaml]\nparameters: {allowed: [other.example]}\n")
        assert cli("check", "pod.yaml").code == 0
        (project / "gatewright.yaml").write_text("policies: [set.yaml]\nparameters: {allowed: [mine.example]}\n")
        assert cli("check", "pod.yaml").code == 1
        (project / "gatewright.yaml").write_text("policies: [set.yaml]\nparameters: {alowed: [mine.example]}\n")
        ran = cli("check", "pod.yaml")
        assert "no rule of the library has a parameter 'alowed'" in ran.out + ran.err

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("polices: [a]\n", "gatewright.yaml:1:1: no such option: 'polices'\n"),
            ("exclude: 5\n", "gatewright.yaml:1:1: exclude is a list of texts, not 5"),
            ("kubernetesVersion: 1.31\n", "kubernetesVersion is a text, not 1.31\n"),
            ("inlineWaivers: maybe\n", "inlineWaivers cannot be 'maybe'"),
            ("- a\n", "a configuration is an object"),
            ("a: [\n", "gatewright.yaml:2:1: "),
        ],
    )
    def test_that_is_wrong(self, cli, work, text, says):
        (work / "gatewright.yaml").write_text(text)
        ran = cli("check", "plain.yaml")
        assert (ran.code, ran.out) == (2, "")
        assert says in ran.err


def test_a_day_counts_as_long_as_it_lasts(work):
    from gatewright.checking.waivers import read_waivers

    (work / "w.yaml").write_text(WAIVERS + "    expires: 2030-06-30\n")
    assert not read_waivers(["w.yaml"], date(2030, 6, 30))[0].expired
    assert read_waivers(["w.yaml"], date(2030, 7, 1))[0].expired
