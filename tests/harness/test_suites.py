"""Suites: parsing, selection, assertions and the runner, on an engine that answers what it is told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.errors import ConstraintError, SuiteError, TemplateError, UsageError
from gatewright.gatekeeper.result import ConstraintRef, ObjectRef, Violation
from gatewright.harness.assertions import complaint
from gatewright.harness.reading import load_suite
from gatewright.harness.runner import run_suite
from gatewright.harness.select import parse_filter
from gatewright.harness.suite import Assertion, Case, Test, parse_suite

TEMPLATE = "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: k}\n"
CONSTRAINT = "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: K\nmetadata: {name: c}\n"
OBJECT = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {say: 'no, never'}}\n"


class Echo:
    """Violates once for each word of the object's `say` annotation."""

    def __init__(self, refuse=None):
        self.refuse = refuse
        self.added = []

    def add_data(self, obj):
        return self.add(obj)

    def add(self, document):
        if self.refuse and document["kind"] == self.refuse[0]:
            raise self.refuse[1]
        self.added.append(document["metadata"]["name"])

    def take_disagreements(self):
        return []

    def review(self, obj):
        words = obj["metadata"].get("annotations", {}).get("say", "").split(", ")
        seen = [f"{word}, seeing {len(self.added) - 2} more" for word in words if word]
        return [Violation(m, {}, "deny", ConstraintRef("v1", "K", "c"), ObjectRef.of(obj)) for m in seen]


@pytest.fixture
def folder(tmp_path):
    for name, text in (("template.yaml", TEMPLATE), ("constraint.yaml", CONSTRAINT), ("object.yaml", OBJECT)):
        (tmp_path / name).write_text(text)
    return tmp_path


def suite_of(folder: Path, tests):
    return parse_suite(
        {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "tests": tests}, folder / "s.yaml"
    )


def one_test(**fields):
    return {"name": "t", "template": "template.yaml", "constraint": "constraint.yaml", **fields}


def one_case(**fields):
    return {"name": "c", "object": "object.yaml", "assertions": [{"violations": 2}], **fields}


def run_one(folder, test, engine=Echo, **options):
    return run_suite(suite_of(folder, [test]), engine, **options).tests[0]


class TestParsing:
    def test_booleans_are_yes_and_no(self):
        suite = suite_of(Path(), [{"cases": [{"assertions": [{"violations": True}, {"violations": False}, {}]}]}])
        assert [a.violations for a in suite.tests[0].cases[0].assertions] == ["yes", "no", "yes"]

    def test_unknown_fields_are_named_with_their_place(self):
        suite = suite_of(Path(), [{"cases": [{"assertion": []}], "constrain": "x"}])
        assert suite.unknown == ("tests[0].cases[0].assertion", "tests[0].constrain")

    @pytest.mark.parametrize(
        ("tests", "message"),
        [
            ("x", "tests must be a list"),
            (["x"], r"tests\[0\] must be an object"),
            ([{"name": 5}], r"tests\[0\].name must be a string"),
            ([{"skip": "yes"}], r"tests\[0\].skip must be true or false"),
            ([{"cases": [{"assertions": [{"violations": [1]}]}]}], "violations must be a number, yes or no"),
            ([{"cases": [{"inventory": [1]}]}], "must be a list of paths"),
        ],
    )
    def test_wrong_types_are_refused(self, tests, message):
        with pytest.raises(SuiteError, match=message):
            suite_of(Path(), tests)

    def test_other_documents_are_no_suites(self, folder):
        assert load_suite(folder / "object.yaml") is None


class TestFilter:
    @pytest.mark.parametrize(
        ("text", "test", "case", "matches"),
        [
            ("", "anything", "at all", (True, True)),
            ("foo", "foo", "bar", (True, True)),
            ("bar", "foo", "bar", (True, True)),
            ("baz", "foo", "bar", (False, False)),
            ("foo//", "foo", "bar", (True, True)),
            ("//bar", "foo", "bar", (True, True)),
            ("foo//baz", "foo", "bar", (True, False)),
            ("baz//bar", "foo", "bar", (False, False)),
            ("^o", "foo", "bar", (False, False)),
            ("FOO", "foo", "bar", (False, False)),
        ],
    )
    def test_matches(self, text, test, case, matches):
        chosen = parse_filter(text)
        assert (chosen.matches_test(Test(test, cases=(Case(case),))), chosen.matches_case(test, case)) == matches

    @pytest.mark.parametrize("text", ["a//b//c", "(", "a//["])
    def test_refuses(self, text):
        with pytest.raises(UsageError, match="invalid test filter"):
            parse_filter(text)


class TestAssertions:
    @pytest.mark.parametrize(
        ("violations", "message", "messages"),
        [("no", None, []), ("yes", None, ["a"]), (0, None, []), (2, None, ["a", "b"]), (1, "^a$", ["a", "b"]),
         ("no", "c", ["a", "b"]), ("yes", "b", ["a", "b"])],
    )  # fmt: skip
    def test_hold(self, violations, message, messages):
        assert complaint(Assertion(violations, message), messages) is None

    @pytest.mark.parametrize(
        ("violations", "message", "messages", "text"),
        [
            ("yes", None, [], "got 0 violations but want at least 1: got messages []"),
            ("no", None, ["a", "b"], "got 2 violations but want none: got messages [a b]"),
            (3, None, ["a"], "got 1 violations but want exactly 3: got messages [a]"),
            (1, 'x"', ["a"], 'got 0 violations containing "x\\"" but want exactly 1: got messages [a]'),
        ],
    )
    def test_complain_in_gators_words(self, violations, message, messages, text):
        assert complaint(Assertion(violations, message), messages) == f"unexpected number of violations: {text}"

    @pytest.mark.parametrize("violations", [-1, "maybe"])
    def test_a_count_that_is_none(self, violations):
        assert 'must be a nonnegative integer, "yes", or "no"' in complaint(Assertion(violations), ["a"])

    def test_a_broken_pattern_matters_only_with_messages(self):
        assert complaint(Assertion("no", "[("), []) is None
        assert "invalid regular expression" in complaint(Assertion("yes", "[("), ["a"])


class TestRunner:
    def test_a_case_passes(self, folder):
        result = run_one(folder, one_test(cases=[one_case()]))
        assert not result.failed
        assert [case.error for case in result.cases] == [None]

    def test_inventory_is_a_cases_own(self, folder):
        (folder / "more.yaml").write_text(OBJECT + "---\n" + OBJECT)
        wants = [{"message": "seeing 2 more", "violations": 2}]
        result = run_one(folder, one_test(cases=[one_case(inventory=["more.yaml"], assertions=wants), one_case()]))
        assert not result.failed
        assert [case.error for case in result.cases] == [None, None]

    @pytest.mark.parametrize(
        ("test", "error"),
        [
            ({"constraint": "constraint.yaml"}, "invalid Suite: missing template"),
            ({"template": "template.yaml"}, "invalid Suite: missing constraint"),
            (one_test(template="object.yaml"), 'path "object.yaml": not a ConstraintTemplate'),
            (one_test(constraint="object.yaml"), "not a Constraint"),
            (one_test(template="absent.yaml"), "no such file or directory"),
            (one_test(expansion="object.yaml"), 'not an Expansion Template: "object.yaml"'),
            (one_test(invalid=True), "constraint should have failed schema validation: got error %!w(<nil>)"),
        ],
    )
    def test_a_test_that_cannot_run(self, folder, test, error):
        assert error in run_one(folder, test).error

    @pytest.mark.parametrize(
        ("case", "error"),
        [
            ({"assertions": [{}]}, "invalid Case: must define object"),
            ({"object": "object.yaml"}, "invalid Case: assertions must be non-empty"),
            (one_case(object="absent.yaml"), "no such file or directory"),
            (one_case(object="two.yaml"), 'must contain exactly one object: "two.yaml" defines 2 objects'),
            (one_case(object="none.yaml"), 'missing objects: path "none.yaml" defines no YAML objects'),
            (one_case(assertions=[{"violations": "no"}]), "got 2 violations but want none"),
        ],
    )
    def test_a_case_that_fails(self, folder, case, error):
        (folder / "two.yaml").write_text(OBJECT + "---\n" + OBJECT)
        (folder / "none.yaml").write_text("# nothing\n")
        result = run_one(folder, one_test(cases=[case]))
        assert result.failed
        assert error in result.cases[0].error

    def test_an_invalid_constraint_is_wanted(self, folder):
        def refusing():
            return Echo(("K", ConstraintError("schema validation failed", kind="ErrSchema")))

        assert run_one(folder, one_test(invalid=True), refusing).error is None
        assert run_one(folder, one_test(), refusing).error == "schema validation failed"

    def test_another_refusal_is_not_the_one_that_is_wanted(self, folder):
        def refusing():
            return Echo(("K", ConstraintError("unknown fields", kind="ErrInvalidConstraint")))

        assert (
            "got error unknown fields but want schema validation failed"
            in run_one(folder, one_test(invalid=True), refusing).error
        )

    def test_a_template_that_does_not_load(self, folder):
        def refusing():
            return Echo(("ConstraintTemplate", TemplateError("no good")))

        assert run_one(folder, one_test(), refusing).error == "adding template: no good"

    def test_skips(self, folder):
        assert run_one(folder, one_test(skip=True)).skipped
        assert run_one(folder, one_test(cases=[one_case(skip=True)])).cases[0].skipped
        skipped = run_suite(parse_suite({"kind": "Suite", "skip": True}, folder / "s.yaml"), Echo)
        assert skipped.skipped
        assert not skipped.failed

    def test_run_selects(self, folder):
        test = one_test(cases=[one_case(name="a"), one_case(name="b")])
        result = run_one(folder, test, select=parse_filter("//b"))
        assert [case.skipped for case in result.cases] == [True, False]
