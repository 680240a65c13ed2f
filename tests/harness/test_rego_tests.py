"""Rego unit tests: which rules are tests, what passes, and what a failure says."""

from __future__ import annotations

import re
import textwrap

import pytest

from gatewright.codegen.cache import CodeCache
from gatewright.errors import LoadErrors, RegoErrors, UsageError
from gatewright.harness import definitions
from gatewright.harness.definitions import find_tests
from gatewright.harness.discover import discover
from gatewright.harness.rego_tests import run_rego_tests
from gatewright.harness.select import parse_filter
from gatewright.harness.session import TestRequest, run_tests
from gatewright.querying import QueryRequest, run_query
from gatewright.runtime.context import EvalOptions

POLICY = """\
package pol

allow if input.level > data.limits.min

double(x) := x * 2

list := [1, {"a": 3}]

equal_to(x, y) if x == y
"""


@pytest.fixture(params=["nothing kept", "the first of several runs", "a later run"])
def run(request, tmp_path):
    """Results by the test's name, of tests written below `package pol_test`."""

    def run(text: str, **options):
        if request.param != "nothing kept":
            options["cache"] = CodeCache(tmp_path / "code")
        if request.param == "a later run":
            once(text, **{**options, "covered": set()} if "covered" in options else options)
        return once(text, **options)

    def once(text: str, **options):
        (tmp_path / "pol.rego").write_text(POLICY)
        header = "package pol_test\n\nimport data.pol\n\n"
        (tmp_path / "pol_test.rego").write_text(header + textwrap.dedent(text))
        files = [tmp_path / "pol.rego", tmp_path / "pol_test.rego"]
        results = run_rego_tests(files, select=parse_filter(""), load_data=lambda: {"limits": {"min": 3}}, **options)
        return {test.name: test for result in results for test in result.tests}

    return run


def errors(test) -> dict[str, bool]:
    return {case.name: case.error is None for case in test.cases}


class TestWhatIsATest:
    def test_names(self, run):
        found = run("test_a if true\ngroup.test_b if true\ntodo_test_c if false\ntest_a if false\nhelper if false")
        assert list(found) == ["test_a", "group.test_b", "todo_test_c", "test_a#01"]
        assert found["todo_test_c"].skipped
        assert [t.failed for t in found.values()] == [False, False, False, True]

    @pytest.mark.parametrize(
        ("rule", "error"),
        [
            ("test_x := true", None),
            ("test_x := false", "got false, want true"),
            ("test_x := 1", "got 1, want true"),
            ('test_x contains "a"', 'got ["a"], want true'),
        ],
    )
    def test_only_true_passes(self, run, rule, error):
        assert run(rule)["test_x"].error == error

    def test_errors_fail(self, run):
        found = run("test_x if f(1)\nf(x) := x\nf(x) := x + 1\n")
        assert "eval_conflict_error" in found["test_x"].error

    def test_a_time_limit(self, run):
        slow = "test_x if count([x | some x in numbers.range(1, 100000); some y in numbers.range(1, 100000)]) == 0\n"
        found = run(slow, options=EvalOptions(timeout_s=0.1))
        assert found["test_x"].error == "eval_cancel_error: evaluation timed out"

    def test_what_is_printed_is_kept(self, run):
        assert run('test_x if print("seen", {2, 1})')["test_x"].printed == "seen {1, 2}"


class TestTables:
    def test_a_case_that_fails_is_seen_though_it_leaves_no_value(self, run):
        found = run(
            """\
            test_double[note] if {
                some note, tc in {"one": {"in": 1, "want": 2}, "two": {"in": 2, "want": 5}}
                pol.double(tc.in) == tc.want
            }
            """
        )
        assert errors(found["test_double"]) == {"one": True, "two": False}
        assert found["test_double"].cases[1].error.splitlines()[-2:] == ["  got  4", "  want 5"]

    def test_names_within_the_cases(self, run):
        found = run(
            """\
            test_list[tc.note] if {
                some tc in [{"note": "a", "v": 1}, {"note": "b", "v": 2}]
                y := tc.v
                y == 1
            }
            test_index[i] if {
                some i, v in [5, 6]
                v > 5
            }
            """
        )
        assert errors(found["test_list"]) == {"a": True, "b": False}
        assert errors(found["test_index"]) == {"1": True, "0": False}

    def test_tables_in_tables(self, run):
        found = run(
            """\
            test_nested[a][b] if {
                some a, x in {"one": {"p": 1}, "two": {"p": 3}}
                some b, v in x
                v < 3
            }
            """
        )
        assert errors(found["test_nested"]) == {"one/p": True, "two/p": False}

    def test_without_any_case(self, run):
        assert run("test_none[n] if some n in []\n")["test_none"].error == "no case of the table was reached"


class TestFailures:
    @pytest.mark.parametrize(
        ("body", "lines"),
        [
            ("[pol.double(3)] == [7]", ["got  [6]", "want [7]"]),
            ("x := pol.double(2); x > 9", ["got 4", ">   9"]),
            ("not pol.double(1) == 2", ["got 2", "not 2"]),
            ('pol.allow with input as {"level": 1}', ["got undefined"]),
            ('startswith(sprintf("%d", [7]), "x")', ['sprintf("%d", [7]) "7"']),
            ("pol.double(2) in [5, 6]", ["pol.double(2) 4"]),
            ("pol.equal_to(1, 2)", ["got undefined"]),
            ("x := 1 / 0; x == 1", ["got undefined"]),
            ("every v in [1, 3] { v < 3 }", []),
        ],
    )
    def test_show_the_values(self, run, body, lines):
        error = run(f"test_x if {{ {body} }}")["test_x"].error
        first, *rest = error.splitlines()
        assert first.endswith("pol_test.rego:5: this did not hold")
        assert [line.strip() for line in rest[2:]] == lines

    def test_the_expression_is_the_one_that_fails(self, run):
        error = run("test_x if { true; pol.double(2) == 4; 1 == 2 }")["test_x"].error
        assert error.splitlines()[2].index("^") == error.splitlines()[1].index("1 == 2")


class TestSessions:
    @pytest.fixture
    def tree(self, tmp_path):
        (tmp_path / "pol.rego").write_text(POLICY)
        (tmp_path / "pol_test.rego").write_text(
            'package pol_test\n\ntest_allow if data.pol.allow with input as {"level": 5}\n'
        )
        (tmp_path / "limits.yaml").write_text("limits: {min: 3}\n")
        (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nlimits: {min: 9}\n")
        return tmp_path

    def test_data_is_what_is_no_object(self, tree):
        assert run_tests(TestRequest((tree,))) == 0

    def test_data_that_is_named_counts_whatever_it_is(self, tree):
        with pytest.raises(LoadErrors, match=r"conflicting values at data\.limits\.min, also defined in"):
            run_tests(TestRequest((tree,), data=(str(tree / "pod.yaml"),)))

    def test_ignore(self, tree, capsys):
        assert run_tests(TestRequest((tree,), ignore=("limits.*",))) == 1

    def test_nothing_ran_is_an_error_and_no_report(self, tree, capsys):
        with pytest.raises(UsageError, match="every test is skipped"):
            run_tests(TestRequest((tree,), run="nosuch"))
        with pytest.raises(UsageError, match="no tests found"):
            run_tests(TestRequest((tree / "pol.rego",)))
        assert capsys.readouterr().out == ""

    def test_coverage_and_threshold(self, tree, capsys):
        request = TestRequest((tree,), coverage=True, threshold=90, coverage_file=tree / "lcov.info")
        assert run_tests(request) == 1
        assert "missed 5, 7, 9" in capsys.readouterr().out
        assert "DA:3,1\nDA:5,0" in (tree / "lcov.info").read_text()
        assert run_tests(TestRequest((tree,), coverage=True, threshold=20)) == 0

    def test_other_files_are_refused(self, tree):
        (tree / "notes.txt").write_text("")
        with pytest.raises(UsageError, match="not a suite"):
            discover([tree / "notes.txt"])


class TestWhatIsKept:
    TWICE = "package pol_test\n\ntest_a if {false}\n\ntest_a if {true}\n\ntest_b if {data.limit > 1}\n"

    @pytest.fixture
    def report(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        file = tmp_path / "p_test.rego"
        file.write_text(self.TWICE)
        (tmp_path / "data.json").write_text('{"limit": 2}')

        def report(**options) -> str:
            code = run_tests(TestRequest((tmp_path,), verbose=True, **options))
            return f"{code}\n" + re.sub(r"  [\d.]+ s$", "", capsys.readouterr().out, flags=re.M)

        return report

    def parsed_by(self, monkeypatch) -> list[str]:
        parsed: list[str] = []
        monkeypatch.setattr(definitions, "find_tests", lambda texts, *_: parsed.extend(texts) or find_tests(texts, *_))
        return parsed

    def test_a_later_run_says_the_same(self, report):
        fresh = report(cache=False)
        assert "test_a#01" in fresh
        assert [report() for _ in range(3)] == [fresh] * 3

    def test_what_passes_is_parsed_once(self, report, monkeypatch):
        assert report(run="test_b") == report(run="test_b", cache=False)
        parsed = self.parsed_by(monkeypatch)
        report(run="test_b")
        assert parsed == []
        report(run="test_a")
        assert len(parsed) == 1

    def test_it_belongs_to_the_texts_and_options(self, report, tmp_path):
        report()
        (tmp_path / "p_test.rego").write_text(self.TWICE.replace("false", "true"))
        assert report() == report(cache=False)
        assert report(rego_version="v1", run="test_b") == report(cache=False, run="test_b")
        (tmp_path / "data.json").write_text('{"limit": 0}')
        assert report() == report(cache=False)
        (tmp_path / "p_test.rego").write_text("package pol_test\n\ntest_a { true }\n")
        assert report(rego_version="v0").startswith("0")
        with pytest.raises(RegoErrors):
            report()

    def test_tests_are_not_taken_for_other_modules(self, report, tmp_path, capsys):
        """Definitions that share a name are two tests, and one rule to everybody else."""
        for _ in range(2):
            assert "test_a#01" in report()
            assert run_query(QueryRequest("data.pol_test", data=(str(tmp_path / "p_test.rego"),), format="raw")) == 0
            assert capsys.readouterr().out == '{"test_a":true}\n'

    @pytest.mark.parametrize("damage", [b"", b"junk", None])
    def test_damage_does_no_harm(self, report, tmp_path, damage):
        fresh = report()
        entries = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
        assert entries
        for path in entries:
            data = path.read_bytes()
            path.write_bytes(data[:-1] if damage is None else damage)
        assert [report() for _ in range(2)] == [fresh] * 2

    def test_a_test_that_cannot_be_asked_fails_every_time(self, report, tmp_path):
        (tmp_path / "p_test.rego").write_text("package p\n\ntest_f(x) if x\n\ntest_g if {true}\n")
        fresh = report(cache=False)
        assert "1 passed, 1 failed" in fresh
        assert [report() for _ in range(2)] == [fresh] * 2


class TestExplanations:
    TEXT = """
        test_passes if true

        test_fails if {
            x := 2
            pol.double(x) == 5
        }

        test_table[name] if {
            some name, x in {"one": 1, "two": 2}
            pol.double(x) == 2
        }
        """

    def test_none_unless_asked_for(self, run):
        assert run(self.TEXT)["test_fails"].trace is None

    def test_of_what_fails(self, run):
        results = run(self.TEXT, explain="fails")
        assert results["test_passes"].trace is None
        lines = [line.partition("     ")[2].strip() for line in results["test_fails"].trace.splitlines()]
        assert lines[1] == "| Enter data.pol_test.test_fails"
        assert lines[2].startswith("| | Fail __local")
        assert results["test_table"].trace.splitlines()[1].endswith("| Redo data.pol_test.test_table")

    def test_in_text_and_json(self, tmp_path, capsys):
        (tmp_path / "t_test.rego").write_text("package t\n\ntest_bad if 1 == 2\n")
        assert run_tests(TestRequest((tmp_path,), explain="full")) == 1
        assert "      query:1" in capsys.readouterr().out
        run_tests(TestRequest((tmp_path,), explain="fails", format="json"))
        assert '"trace": "query:1 ' in capsys.readouterr().out

    def test_unknown(self, tmp_path):
        with pytest.raises(UsageError, match="unknown explanation"):
            run_tests(TestRequest((tmp_path,), explain="all"))
