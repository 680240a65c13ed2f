"""`gatewright eval`: what `opa eval` 1.22 prints, format by format, and what it loads from where."""

from __future__ import annotations

import json
import tarfile

import pytest

POLICY = """\
package p

allow if input.x == 1

names contains name if some name in ["b", "a"]

half := 1 / 0

loud if print("said", input)
"""


@pytest.fixture
def files(work):
    (work / "p.rego").write_text(POLICY)
    (work / "in.json").write_text('{"x": 1, "a<": 1.0}')
    tree = work / "tree"
    (tree / "sub" / "deep").mkdir(parents=True)
    (tree / "top.json").write_text('{"n": 1e3}')
    (tree / "more.yaml").write_text("y: on\n")
    (tree / "sub" / "deep" / "data.yaml").write_text("v: 2\n")
    (tree / "sub" / "other.json").write_text('{"w": 3}')
    (tree / "sub" / "rule.rego").write_text("package sub.rule\n\nr := data.sub.deep.v\n")
    (tree / "notes.txt").write_text("nothing")
    return work


def result(ran):
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["result"][0]["expressions"][0]["value"]


class TestFormats:
    @pytest.mark.parametrize(
        ("format", "query", "text"),
        [
            ("raw", "x := 1; y := 2", "true true\n"),
            ("raw", '"a<b"', "a<b\n"),
            ("raw", '["a<b", {2, 1}]', '["a\\u003cb",[1,2]]\n'),
            ("values", "x := 1; [2]", "[\n  true,\n  [\n    2\n  ]\n]\n"),
            ("bindings", "x := {2, 1}", '{\n  "x": [\n    1,\n    2\n  ]\n}\n'),
            ("bindings", "1", "{}\n"),
            ("discard", "1", '{\n  "result": "discarded"\n}\n'),
            ("discard", "false; 1", "{}\n"),
            ("pretty", '{"b": 1, "a": [], "c": 1.0}', '{\n  "a": [],\n  "b": 1,\n  "c": 1.0\n}\n'),
            ("pretty", "true; true", "true\n"),
            ("pretty", "input", "undefined\n"),
            ("json", "false; 1", "{}\n"),
        ],
    )  # fmt: skip
    def test_text(self, cli, format, query, text):
        ran = cli("eval", query, "--format", format)
        assert (ran.code, ran.out, ran.err) == (0, text, "")

    def test_a_table_has_expressions_then_variables(self, cli):
        ran = cli("eval", 'x := "日本"; y := 1; y == 1; count(x)', "--format", "pretty")
        assert ran.out.splitlines() == [
            "┌──────────┬────────┬───┐",
            "│ count(x) │   x    │ y │",
            "├──────────┼────────┼───┤",
            '│ 2        │ "日本" │ 1 │',
            "└──────────┴────────┴───┘",
        ]

    def test_json_has_expressions_places_and_bindings(self, cli):
        ran = cli("eval", "x := 1; x + 1")
        assert json.loads(ran.out) == {
            "result": [
                {
                    "expressions": [
                        {"value": True, "text": "x := 1", "location": {"row": 1, "col": 1}},
                        {"value": 2, "text": "x + 1", "location": {"row": 1, "col": 9}},
                    ],
                    "bindings": {"x": 1},
                }
            ]
        }
        assert ran.out.index('"expressions"') < ran.out.index('"value"') < ran.out.index('"bindings"')

    @pytest.mark.parametrize("format", ["source", "nope"])
    def test_unknown(self, cli, format):
        ran = cli("eval", "1", "--format", format)
        assert ran.code == 2
        assert f"unknown format '{format}'" in ran.err


class TestErrors:
    def test_of_the_parser_in_json(self, cli):
        ran = cli("eval", "x +")
        (error,) = json.loads(ran.out)["errors"]
        assert ran.code == 2
        assert error["code"] == "rego_parse_error"
        assert error["details"] == {"line": "x +", "idx": 2}

    def test_the_variable_that_holds_a_value_is_called_as_opa_calls_it(self, cli):
        ran = cli("eval", "x > 1")
        assert [e["message"] for e in json.loads(ran.out)["errors"]] == ["var x is unsafe", "var _ is unsafe"]

    def test_elsewhere_on_standard_error(self, cli):
        ran = cli("eval", "x", "--format", "raw")
        assert (ran.code, ran.out) == (2, "")
        assert "rego_unsafe_var_error: var x is unsafe" in ran.err

    def test_an_empty_query(self, cli):
        assert "cannot evaluate empty query" in cli("eval", "").out

    def test_of_built_ins(self, cli, files):
        assert "result" not in json.loads(cli("eval", "data.p.half", "-d", "p.rego").out)
        strict = cli("eval", "data.p.half", "-d", "p.rego", "--strict-builtin-errors")
        assert (strict.code, json.loads(strict.out)["errors"][0]["code"]) == (2, "eval_builtin_error")
        shown = cli("eval", "data.p.names", "-d", "p.rego", "--show-builtin-errors")
        assert (shown.code, result(shown)) == (0, ["a", "b"])
        both = json.loads(cli("eval", "data.p", "-d", "p.rego", "--show-builtin-errors").out)
        assert [e["message"] for e in both["errors"]] == ["div: divide by zero"]
        assert "result" in both


class TestExitCodes:
    @pytest.mark.parametrize(
        ("query", "flag", "code"),
        [("1", "--fail", 0), ("input", "--fail", 1), ("1", "--fail-defined", 1), ("input", "--fail-defined", 0)],
    )
    def test_fail(self, cli, query, flag, code):
        assert cli("eval", query, flag).code == code

    @pytest.mark.parametrize(
        "arguments",
        [
            ["1", "--fail", "--fail-defined"],
            ["1", "--input", "in.json", "--stdin-input"],
            ["1", "--stdin"],
            ["1", "--engine", "other"],
            ["1", "--rego-version", "v9"],
            ["1", "--now", "yesterday"],
        ],
    )
    def test_options_that_make_no_sense(self, cli, arguments):
        ran = cli("eval", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("error: ")


class TestDocuments:
    def test_input_of_files_and_standard_input(self, cli, files):
        assert result(cli("eval", "data.p.allow", "-d", "p.rego", "-i", "in.json")) is True
        assert result(cli("eval", "input.y", "-I", given="y: on\n")) == "on"
        assert result(cli("eval", "--stdin", given="1 + 1")) == 2

    def test_print_goes_to_standard_error(self, cli, files):
        ran = cli("eval", "data.p.loud", "-d", "p.rego", "-i", "in.json", "--format", "raw")
        assert (ran.out, ran.err) == ("true\n", 'said {"a<": 1.0, "x": 1}\n')

    def test_a_directory_is_loaded_whole(self, cli, files):
        assert result(cli("eval", "data", "-d", "tree")) == {
            "n": 1000.0,
            "y": "on",
            "sub": {"deep": {"v": 2}, "w": 3, "rule": {"r": 2}},
        }

    def test_a_bundle_has_its_data_in_data_files(self, cli, files):
        want = {"sub": {"deep": {"v": 2}, "rule": {"r": 2}}}
        assert result(cli("eval", "data", "-b", "tree")) == want
        with tarfile.open("tree.tar.gz", "w:gz") as archive:
            archive.add("tree", ".")
        assert result(cli("eval", "data", "-b", "tree.tar.gz")) == want

    def test_ignore_leaves_out_names(self, cli, files):
        assert result(cli("eval", "data", "-d", "tree", "--ignore", "*.json", "--ignore", "deep")) == {
            "y": "on",
            "sub": {"rule": {}},
        }

    def test_prefixes_and_urls_of_files(self, cli, files):
        assert result(cli("eval", "data", "-d", "a.b:tree/top.json")) == {"a": {"b": {"n": 1000.0}}}
        assert result(cli("eval", "data.n", "-d", f"file://{files}/tree/top.json")) == 1000.0

    def test_a_file_named_itself_may_be_called_anything(self, cli, files):
        (files / "rules").write_text(POLICY)
        (files / "values").write_text("k: 1\n")
        assert result(cli("eval", "[data.k, data.p.names]", "-d", "rules", "-d", "values")) == [1, ["a", "b"]]

    def test_the_same_file_twice_is_once(self, cli, files):
        assert result(cli("eval", "data.n", "-d", "tree", "-d", "tree")) == 1000.0

    def test_a_directory_that_holds_itself(self, cli, files):
        (files / "tree" / "sub" / "up").symlink_to("..")
        assert result(cli("eval", "data.sub.w", "-d", "tree")) == 3

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("x.json", '{"n": 2}', "x.json: merge error: conflicting values at data.n, also defined in tree/top.json"),
            ("x.json", "[1]", "x.json: document must be of type object"),
            ("x.json", "{bad", "x.json: invalid character 'b' looking for beginning of object key string"),
            ("x.yaml", "a: [", "x.yaml: error converting YAML to JSON: yaml: "),
            ("x.json", b"\xff", "x.json: not UTF-8: byte 0xff"),
            ("x.tar.gz", "no archive", "x.tar.gz: cannot read the bundle: "),
        ],
    )
    def test_what_cannot_be_loaded(self, cli, files, name, content, message):
        (files / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        ran = cli("eval", "data", "-d", "tree", "-d", name)
        assert ran.code == 2
        assert json.loads(ran.out)["errors"][0]["message"].startswith(message)

    def test_a_missing_file(self, cli, work):
        ran = cli("eval", "data", "-d", "nosuch", "--format", "pretty")
        assert (ran.code, ran.err) == (2, "error: stat nosuch: no such file or directory\n")


def test_json_errors_of_files_have_their_place(cli, work):
    (work / "bad.json").write_text('{\n  "a": 1,\n  b: [\n}')
    ran = cli("eval", "1", "-i", "bad.json")
    assert ran.code == 2
    assert ran.err == (
        "error: bad.json:3:3: invalid character 'b' looking for beginning of object key string\n"
        "  3 |   b: [\n    |   ^\n"
    )


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("f(2)", ["--package", "p"]),
        ("p.f(2)", ["--import", "data.p"]),
        ("f(2)", ["--import", "data.p.f"]),
        ("q.f(2)", ["--import", "data.p as q"]),
        ("data.p.f(2)", []),
    ],
)
def test_the_value_of_a_call_is_shown_whatever_the_function_is_called_by(query, where, cli, work):
    (work / "f.rego").write_text("package p\n\nf(x) := x + 1\n")
    assert result(cli("eval", query, "-d", "f.rego", *where)) == 3


def test_an_input_is_json_or_yaml_whatever_its_name(cli, work):
    (work / "odd.json").write_text("{a: 1, b}")
    assert result(cli("eval", "input", "-i", "odd.json")) == {"a": 1, "b": None}


QUERIES = [
    "x := data.p.names; y := 1 + 1",
    "x := [1, 2][_]; x > 1",
    "not data.p.allow",
    "1 +\n  1; 2",
    "",
    "x :=",
    "x := nothing(1)",
    "1 + data.p.names",
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_second_answer_is_the_first(cli, files, query):
    fresh = cli("eval", "--no-cache", "-d", "p.rego", query)
    for _ in range(3):
        again = cli("eval", "-d", "p.rego", query)
        assert (again.code, again.out, again.err) == (fresh.code, fresh.out, fresh.err)


def test_what_is_known_belongs_to_the_capabilities(cli, work):
    query = "every x in [1] { x > 0 }"
    (work / "caps.json").write_text('{"builtins": []}')
    assert cli("eval", query).code == 0
    refused = cli("eval", "--capabilities", "caps.json", query)
    assert (refused.code, refused.out) == (2, cli("eval", "--no-cache", "--capabilities", "caps.json", query).out)


def test_capabilities_leave_built_ins_out(cli, work):
    (work / "caps.json").write_text(json.dumps({"builtins": [], "features": ["rego_v1"]}))
    assert "undefined function count" in cli("eval", "count([1])", "--capabilities", "caps.json").out


GREEDY = 'count([x | some i in numbers.range(1, 3000000); x := sprintf("%d-%d", [i, i])])'


def test_memory_is_bounded(cli, work, monkeypatch):
    monkeypatch.setattr("gatewright.runtime.context.MOST_MEMORY", 30_000_000)
    ran = cli("eval", GREEDY, "--format", "pretty")
    assert ran.code == 2
    assert "more memory than allowed" in ran.out + ran.err
    (work / "greedy_test.rego").write_text(f"package greedy_test\n\ntest_greedy if {GREEDY} > 0\n")
    ran = cli("test", "greedy_test.rego")
    assert ran.code == 1
    assert "more memory than allowed" in ran.out + ran.err


class TestExplanations:
    @pytest.mark.parametrize(
        ("mode", "wanted"),
        [
            ("off", "undefined\n"),
            ("notes", "undefined\n"),
            (
                "fails",
                "query:1     Enter data.p.allow = _\nquery:1     | Fail data.p.allow = _\nundefined\n",
            ),
        ],
    )
    def test_before_the_answer(self, cli, files, mode, wanted):
        (files / "in.json").write_text('{"x": 2}')
        ran = cli("eval", "data.p.allow", "-d", "p.rego", "-i", "in.json", "-f", "pretty", "--explain", mode)
        assert ran.out == wanted

    def test_full(self, cli, files):
        ran = cli("eval", "data.p.allow", "-d", "p.rego", "-i", "in.json", "-f", "pretty", "--explain", "full")
        assert ran.out.splitlines()[3:6] == [
            "p.rego:3     | Enter data.p.allow",
            "p.rego:3     | | Eval input.x = 1",
            "p.rego:3     | | Exit data.p.allow early",
        ]
        assert ran.out.endswith("\ntrue\n")

    def test_as_lines_in_json(self, cli, files):
        ran = cli("eval", "x := 1", "--explain", "full")
        told = json.loads(ran.out)
        assert told["result"][0]["bindings"] == {"x": 1}
        assert told["explanation"][:2] == ["query:1     Enter x = 1", "query:1     | Eval x = 1"]

    def test_before_an_error(self, cli, files):
        ran = cli("eval", "data.p.half", "-d", "p.rego", "-f", "pretty", "--explain", "full", "--strict-builtin-errors")
        assert ran.code == 2
        assert "| | Fail div(1, 0, __local" in ran.out
        assert "divide by zero" in ran.err

    def test_prints_are_not_repeated(self, cli, files):
        ran = cli("eval", "data.p.loud", "-d", "p.rego", "--explain", "full")
        assert ran.err == "said <undefined>\n"

    @pytest.mark.parametrize("options", [["--explain", "all"], ["--explain", "full", "--engine", "regopy"]])
    def test_what_makes_no_sense(self, cli, files, options):
        assert cli("eval", "1", *options).code == 2
