"""Every format of a check's report, held to its schema by checks of our own: what a reader of it relies on."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
import yaml

from gatewright.checking.evaluate import error_data
from gatewright.errors import ManifestError
from gatewright.gatekeeper.result import ConstraintRef, ObjectRef, Violation
from gatewright.report import FORMATS, Summary, make_renderer
from gatewright.report.found import Found
from gatewright.source import Location

BY = ConstraintRef("constraints.gatekeeper.sh/v1beta1", "PodPrivileged", "pod-privileged")
ON = ObjectRef("apps/v1", "Deployment", "web", "shop")
LIBRARY = {"id": "PSS-1", "title": "Privileged", "severity": "critical", "fix": "Remove\nprivileged: true."}
ODD = 'says <a> & "b", 50%\nand \x01 \ud800 more: ]]>'


def found(message="is privileged", action="deny", *, row=3, scoped=(), metadata=None, file="deploy/a b.yaml"):
    where = Location(file, row, 5) if row else None
    violation = Violation(message, {"line": [1]}, action, BY, ON, scoped, where, metadata=metadata or {})
    return Found(violation, f"{row} | privileged: true\n  |     ^" if row else "")


FINDINGS = [
    found(metadata=LIBRARY),
    found(ODD, "warn", row=7),
    found("scoped", "scoped", scoped=("deny", "warn")),
    found("nowhere", "dryrun", row=0),
    found("elsewhere", file="other.yaml"),
]
ERRORS = [
    error_data(ManifestError("not YAML: <x>", Location("bad.yaml", 4, 2), hint="mend it")),
    error_data(ManifestError("cannot read", Location("gone.yaml"))),
]


def report(format: str, findings=FINDINGS, errors=ERRORS, **options) -> str:
    renderer = make_renderer(format, **options)
    actions: dict[str, int] = {}
    for each in findings:
        for action in each.violation.scoped_actions or (each.violation.enforcement_action,):
            actions[action] = actions.get(action, 0) + 1
    # In two pieces, as units of the input come.
    text, file = renderer.start(), ""
    for piece in (findings[:2], findings[2:]):
        for name, section in renderer.fragment(piece):
            heading = renderer.heading(name) if name and name != file else ""
            text += (renderer.between if text != renderer.start() and (heading or not name) else "") + heading + section
            file = name or file
    summary = Summary(7, 2, 9, actions, len(errors), seconds=0.5, notices=("MANUAL x: look",))
    return text + renderer.finish(summary, errors, renderer.rules(findings))


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_found_is_a_whole_report(format):
    text = report(format, [], [])
    if format in ("json", "sarif", "gitlab"):
        json.loads(text)
    elif format == "yaml":
        assert yaml.safe_load(text)["violations"] == []
    elif format == "junit":
        (suite,) = ElementTree.fromstring(text)
        assert suite.get("tests") == "1"
    elif format == "text":
        assert text == "MANUAL x: look\n7 objects, 2 constraints, 9 pairs evaluated: 0 violations, 0 errors in 0.50 s\n"
    else:
        assert text == ""


class TestText:
    def test_as_people_read_it(self):
        assert report("text", FINDINGS[:1], ERRORS).splitlines() == [
            "deploy/a b.yaml",
            "  3:5      deny  Deployment shop/web  [PodPrivileged/pod-privileged] critical",
            "           is privileged",
            "           3 | privileged: true",
            "             |     ^",
            "           fix: Remove privileged: true.",
            "",
            "error: bad.yaml:4:2: not YAML: <x>",
            "  hint: mend it",
            "error: gone.yaml: cannot read",
            "",
            "MANUAL x: look",
            "7 objects, 2 constraints, 9 pairs evaluated: 1 violation (1 deny), 2 errors in 0.50 s",
        ]

    def test_colour_is_only_added(self):
        painted = report("text", colour=True)
        assert "\x1b[31mdeny\x1b[0m" in painted
        assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == report("text")

    def test_long_lines_are_cut_around_their_place(self):
        from gatewright.source import Source

        line = "x" * 5000 + "here" + "y" * 5000
        shown, caret = Source("a", line).excerpt(Location("a", 1, 5001, 1, 5005)).split("\n")
        assert len(shown) < 200
        assert shown[caret.index("^") :].startswith("here")


class TestData:
    def test_json_and_yaml_are_one_document(self):
        document = json.loads(report("json"))
        assert yaml.safe_load(report("yaml", FINDINGS[2:])) == json.loads(report("json", FINDINGS[2:]))
        assert set(document) == {"violations", "errors", "summary"}
        assert document["errors"] == [
            {"message": "not YAML: <x>", "file": "bad.yaml", "line": 4, "column": 2, "hint": "mend it"},
            {"message": "cannot read", "file": "gone.yaml", "line": 0, "column": 0, "hint": ""},
        ]
        first, _, scoped, nowhere, _ = document["violations"]
        assert set(first) == {"message", "details", "enforcementAction", "constraint", "object", "location", "metadata"}
        assert first["location"] == {"file": "deploy/a b.yaml", "line": 3, "column": 5}
        assert scoped["scopedActions"] == ["deny", "warn"]
        assert nowhere["location"] is None
        assert document["summary"]["violations"] == {"total": 6, "deny": 3, "dryrun": 1, "warn": 2}


class TestSarif:
    """What SARIF 2.1.0 (OASIS) requires of the objects we write, and GitHub's reader of it."""

    @pytest.fixture
    def run(self):
        document = json.loads(report("sarif"))
        assert document["version"] == "2.1.0"
        assert document["$schema"].endswith("sarif-2.1.0.json")
        (run,) = document["runs"]
        return run

    def test_results(self, run):
        rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
        for result in run["results"]:
            assert result["ruleId"] in rules
            assert result["level"] in ("none", "note", "warning", "error")
            assert result["message"]["text"]
            assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        assert [result["level"] for result in run["results"]] == ["error", "warning", "error", "note", "error"]

    def test_places(self, run):
        places = [place for result in run["results"] for place in result["locations"]]
        for place in places:
            physical = place["physicalLocation"]
            assert re.fullmatch(r"[A-Za-z0-9._~%/:-]+", physical["artifactLocation"]["uri"])
            assert physical["region"]["startLine"] >= 1
            assert physical["region"]["startColumn"] >= 1
        assert places[0]["physicalLocation"]["artifactLocation"]["uri"] == "deploy/a%20b.yaml"

    def test_the_driver_and_its_rules(self, run):
        driver = run["tool"]["driver"]
        assert driver["name"] == "gatewright"
        rules = {rule["id"]: rule for rule in driver["rules"]}
        assert len(rules) == len(driver["rules"])
        assert rules["PSS-1"]["properties"]["security-severity"] == "9.5"
        assert rules["PSS-1"]["help"]["text"]
        assert all(rule["shortDescription"]["text"] for rule in driver["rules"])

    def test_errors_are_notifications(self, run):
        (invocation,) = run["invocations"]
        assert invocation["executionSuccessful"] is False
        texts = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
        assert texts == ["not YAML: <x> (mend it)", "cannot read"]
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")


class TestJunit:
    """The elements and counts that Jenkins' xUnit schema and GitLab's reader ask for."""

    @pytest.fixture
    def root(self):
        return ElementTree.fromstring(report("junit"))

    def test_elements(self, root):
        assert root.tag == "testsuites"
        for suite in root:
            assert suite.tag == "testsuite"
            assert suite.get("name")
            for case in suite:
                assert case.tag == "testcase"
                assert case.get("name")
                assert case.get("classname")
                assert {child.tag for child in case} <= {"failure", "error", "system-out", "skipped"}
                assert all(child.get("message") is not None for child in case if child.tag != "system-out")

    def test_counts(self, root):
        for suite in root:
            assert int(suite.get("tests")) == len(suite)
            assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
            assert int(suite.get("errors")) == len(suite.findall("testcase/error"))

    def test_what_only_warns_does_not_fail(self, root):
        warned = [case for case in root.iter("testcase") if case.find("system-out") is not None]
        assert [case.find("failure") for case in warned] == [None, None]
        assert 'says <a> & "b", 50%\nand \ufffd \ufffd more: ]]>' in warned[0].find("system-out").text


class TestAnnotations:
    def test_are_one_line_each_and_escaped(self):
        lines = report("github").splitlines()
        assert len(lines) == len(FINDINGS) + len(ERRORS)
        assert lines[0] == (
            "::error file=deploy/a b.yaml,line=3,col=5,title=PodPrivileged/pod-privileged"
            "::Deployment shop/web: is privileged"
        )
        assert lines[1].startswith("::warning file=deploy/a b.yaml,line=7,")
        assert "50%25%0Aand" in lines[1]
        assert lines[3].startswith("::notice title=")
        assert lines[-2] == "::error file=bad.yaml,line=4,col=2,title=gatewright::not YAML: <x> (mend it)"


class TestGitlab:
    def test_issues_have_what_the_reader_asks_for(self):
        issues = json.loads(report("gitlab"))
        for issue in issues:
            assert {"description", "check_name", "fingerprint", "severity", "location"} == set(issue)
            assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
            assert issue["location"]["lines"]["begin"] >= 1
        assert len({issue["fingerprint"] for issue in issues}) == len(issues)

    def test_a_fingerprint_survives_a_move_within_the_file(self):
        from gatewright.report.data import fingerprint

        assert fingerprint(found(row=3).violation) == fingerprint(found(row=99).violation)
        assert fingerprint(found().violation) != fingerprint(found(file="b.yaml").violation)


def test_an_unknown_format_is_refused():
    from gatewright.errors import UsageError

    with pytest.raises(UsageError, match="unknown format 'xml'"):
        make_renderer("xml")
