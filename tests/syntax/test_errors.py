"""What is wrong with a text, said in OPA's words and places, with our hints beside."""

from __future__ import annotations

import pytest

from gatewright.errors import RegoErrors
from gatewright.syntax import parse_module, parse_query, parse_term


def errors_of(text: str, **options: str):
    with pytest.raises(RegoErrors) as raised:
        parse_module(text, **options)
    return raised.value.errors


ERRORS = [
    ("nothing at all", "", "v1", [("empty module", 0, 0)]),
    ("no package", "p := 1", "v1", [("package expected", 1, 1)]),
    ("two packages", "package a\npackage b", "v1", [("unexpected package", 2, 1)]),
    ("a body without if", "package a\np { true }", "v1", [("`if` keyword is required before rule body", 2, 1)]),
    (
        "a partial set without contains",
        "package a\np[1] { true }",
        "v1",
        [
            ("`if` keyword is required before rule body", 2, 1),
            ("`contains` keyword is required for partial set rules", 2, 1),
        ],
    ),
    (
        "a rule with neither value nor body",
        "package a\np.q.r",
        "v1",
        [("rule must have value assignment and/or body declaration", 2, 1)],
    ),
    ("a keyword as a name", "package a\nevery := 1", "v1", [("every keyword cannot be used for rule name", 2, 1)]),
    ("a built-in's name", "package a\ncount(x)", "v0", [("rule name conflicts with built-in function", 2, 1)]),
    (
        "an import from elsewhere",
        "package a\nimport foo.bar",
        "v1",
        [
            (
                "unexpected import path, must begin with one of: {data, future, input, rego}, got: foo "
                "(hint: if this is unexpected, try updating OPA)",
                2,
                8,
            )
        ],
    ),
    (
        "a value that is missing",
        "package a\np :=",
        "v1",
        [
            ("unexpected eof token", 2, 4),
            ("unexpected eof token: expected rule value term (e.g., p := <VALUE> { ... })", 2, 4),
        ],
    ),
    ("an empty body", "package a\np { }", "v0", [("found empty body", 2, 5)]),
    (
        "a number with a leading zero",
        "package a\np := 01",
        "v1",
        [
            ("unexpected number token: expected number without leading zero", 2, 6),
            ("unexpected number token: expected rule value term (e.g., p := <VALUE> { ... })", 2, 6),
        ],
    ),
    (
        "a keyword that was not imported",
        "package a\np { x in xs }",
        "v0",
        [
            (
                "unexpected identifier token: expected \\n or ; or } "
                "(hint: `import future.keywords.in` for `x in xs` expressions)",
                2,
                7,
            )
        ],
    ),
    (
        "a wide character in a word",
        "package a\nimport fu😀x",
        "v1",
        [
            (
                "unexpected import path, must begin with one of: {data, future, input, rego}, "
                "got: fu\ufffd\ufffd\ufffd "
                "(hint: if this is unexpected, try updating OPA)",
                2,
                8,
            )
        ],
    ),
    ("columns count characters", 'package a\np := ["é", ]]', "v1", [("unexpected ] token", 2, 13)]),
    (
        "a default that is not constant",
        "package a\ndefault p := input.x",
        "v1",
        [("illegal default rule (value cannot contain ref)", 2, 1)],
    ),
    (
        "a null character",
        "package a\np := 1\0",
        "v1",
        [("illegal null character", 2, 6), ("illegal token", 2, 6), ("illegal token", 2, 6)],
    ),
    (
        "a null character in a comment",
        "package a\n# é\0\n",
        "v1",
        [("illegal null character", 2, 1)],
    ),
    (
        "a null character behind a byte-order mark",
        "\ufeff\0package a",
        "v1",
        [("illegal null character", 1, 2)],
    ),
    (
        "a wide character behind a bad escape",
        'package a\np := f("\\u12", "日")',
        "v1",
        [
            ('illegal string literal: "\\u12", "\ufffd\ufffd', 2, 8),
            ("unexpected string token: expected rule value term (e.g., p := <VALUE> { ... })", 2, 8),
        ],
    ),
    (
        "a template string given up where an operand is missing",
        'package a\np if { x == $"{}" }',
        "v1",
        [
            ("unexpected } token", 2, 16),
            ("invalid template-string expression", 2, 16),
            ("non-terminated string", 2, 17),
        ],
    ),
    (
        "a template string that ends with the text",
        'package a\np := $"{x}',
        "v1",
        [("non-terminated string", 2, 10), ("expected template-string part", 2, 10), ("illegal token", 2, 10)],
    ),
    (
        "an import path with more than one fault",
        "package a\nimport data[0[0]]",
        "v1",
        [("unexpected ref token: expecting string", 2, 13)],
    ),
    (
        "a hint that the next error takes",
        "# METADATA\npackage a\nimport future.keywords.as\np { every x in xs { x } }",
        "v0",
        [
            ("unexpected keyword, must be one of [and contains every if in not or]", 3, 8),
            (
                "expected METADATA block, found whitespace "
                "(hint: `import future.keywords.every` for `every x in xs { ... }` expressions)",
                1,
                1,
            ),
        ],
    ),
    (
        "a control character in an annotation",
        "# METADATA\n# title: \x0c\npackage a",
        "v1",
        [("yaml: control characters are not allowed", 2, 1)],
    ),
    (
        "a carriage return behind an annotation's key",
        "# METADATA\n# title: [\n# a:\rb\npackage a",
        "v1",
        [
            (
                "yaml: line 3: did not find expected ',' or ']'\n  Hint: on line 3, symbol(s) ['\\r'] immediately "
                "following a key/value separator ':' is not a legal yaml space character",
                3,
                1,
            )
        ],
    ),
]


@pytest.mark.parametrize(("text", "version", "wanted"), [e[1:] for e in ERRORS], ids=[e[0] for e in ERRORS])
def test_messages_and_places(text: str, version: str, wanted: list[tuple[str, int, int]]) -> None:
    found = errors_of(text, rego_version=version)
    assert [(e.message, e.location.row, e.location.col) for e in found] == wanted
    assert {e.code for e in found} == {"rego_parse_error"}


def test_details_show_the_line_and_a_caret() -> None:
    error = errors_of("package a\n\tp := ]\n")[0]
    assert error.details == ("p := ]", "     ^")


HINTS = [
    ("a v0 file read as v1", "package a\np[x] { x = 1 }", "v1", "`--rego-version v0`"),
    ("a v1 file read as v0", "package a\np if { true }", "v0", "drop `--rego-version v0`"),
    ("if left out", "package a\np { x := 1 }\nq contains 1 if { true }", "v1", "`p if { … }`"),
    ("= for :=", "package a\np if { f({x = 1}) }", "v1", "`:=` assigns"),
    ("an open brace", "package a\np if {\n  x := 1\n\nq := 2\n", "v1", "`{` at 2:6 is never closed"),
    ("the wrong bracket", "package a\np := [1, {2]}", "v1", "`{` at 2:10 is not closed before `]`"),
    ("one bracket too many", "package a\np := f(1))", "v1", "`)` at 2:10 closes nothing"),
    ("an unknown escape", 'package a\np := "\\d"', "v1", "`\\d` is no escape"),
    ("&&", "package a\np if { a && b }", "v1", "no `&&`"),
    ("||", "package a\np if { a || b }", "v1", "no `||`"),
    ("else if in v0", "package a\np { a } else if { b }", "v0", "`else if` needs"),
    ("not in", "package a\np if { x not in xs }", "v1", "`not x in xs`"),
    ("!", "package a\np if { !x }", "v1", "write `not x`"),
    ("single quotes", "package a\np := 'x'", "v1", "double quotes"),
    ("a string left open", 'package a\np := "x\n', "v1", "starts at 2:6"),
    ("a package without data", "package a\nimport lib.helpers", "v1", "`import data.lib.helpers`"),
    ("for", "package a\np if { for x in xs }", "v1", "some x in xs"),
    ("===", "package a\np if x === 1", "v1", "write `==`"),
    ("is", "package a\np if x is null", "v1", "write `==`"),
    ("a C comment", "package a\n/* x */", "v1", "starts with `#`"),
    ("some without in", "package a\np if { some i, x of xs }", "v1", "write `some x in xs`"),
    ("every without in", "package a\np if { every x xs { x } }", "v1", "write `every x in xs { … }`"),
    ("every without braces", "package a\np if { every x in xs x > 1 }", "v1", "write `every x in xs { … }`"),
    ("not some", "package a\np if { not some x in xs }", "v1", "write `not x in xs`"),
    ("two expressions on a line", "package a\np if { some x in xs x > 1 }", "v1", "separated by `;`"),
    ("a comma behind an expression", "package a\np if {\n  x == 1,\n  y\n}", "v1", "commas separate members"),
    ("an empty index", "package a\np if xs[].a", "v1", "write `[_]`"),
    ("a default that is computed", "package a\ndefault p := input.x", "v1", "a default is a constant"),
    ("a default with a condition", "package a\ndefault p := 1 if true", "v1", "without a condition"),
    ("the condition first", "package a\nif x { p }", "v1", "begins with its head"),
    ("a rule with a semicolon", "package a\np if true;", "v1", "without `;`"),
    ("an object without a colon", 'package a\np := {"a" 1}', "v1", "`key: value`"),
    ("operands without a comma", 'package a\np := f("a" [1])', "v1", "operands are separated by commas"),
    ("with without as", "package a\np if x with input", "v1", "`with path as value`"),
    ("no package", "p := 1", "v1", "`package name`"),
    ("a package with a dash", "package a.b-c\n", "v1", "stand in brackets"),
]


@pytest.mark.parametrize(("text", "version", "wanted"), [h[1:] for h in HINTS], ids=[h[0] for h in HINTS])
def test_hints(text: str, version: str, wanted: str) -> None:
    assert any(wanted in e.hint for e in errors_of(text, rego_version=version))


def test_braces_of_template_strings_are_no_brackets() -> None:
    errors = errors_of('package a\np := $"{x}" "')
    assert not any("closes nothing" in e.hint for e in errors)


def test_queries_and_terms_tell_what_they_are_not() -> None:
    with pytest.raises(RegoErrors, match="exactly one term"):
        parse_term("x; y")
    with pytest.raises(RegoErrors, match="expected term"):
        parse_term("some x")
    with pytest.raises(RegoErrors, match=r"expected body but got \*ast\.Import"):
        parse_query("import data.x")
    with pytest.raises(RegoErrors):
        parse_query("x :=")
