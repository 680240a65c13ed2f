"""What is refused: codes, messages and places as OPA gives them, and the hints that are ours."""

from __future__ import annotations

import pytest

# id → (text behind `package t`, errors)
ACCEPTED = {
    "shadowing an import": "import data.x\np if { x := 1; x == 1 }",
    "a variable named like a built-in": "p if { count := 1; count == 1 }",
    "unused names without strict mode": "import data.x\nf(y) := 1\np if { z := 1 }",
    "iteration binds": "p contains x if { some i; x := input.a[i] }",
    "unification binds both ways": "p if { [x, 1] = [2, y]; x > y }",
    "a closure over a later variable": "p if { xs := [1 | x > 0]; x = 1; count(xs) > 0 }",
    "a base document below a rule's package": "p := data.t.base.x",
    "a template string in a comprehension's head": 'p := [$"{x + 1}" | some x in [1]]',
    "any type until known": "p := lower(input.x)",
    "dynamic objects beside static ones": "p.a := 1\np[x] := 2 if { some x in input.xs }",
    "replacing a built-in": "p if { count([1]) == 5 with count as 5 }",
    "an argument of many types": 'f(x) := 1 if { is_string(x) }\np := [f(1), f("a")]',
}

REFUSED = {
    "undefined function": ("p := nope(1)", ["2:6 type: undefined function nope"]),
    "a rule named by a call": (
        "f(x).y if true",
        ["2:1 compile: invalid rule head: f(x).y"],
    ),
    "a call of a comprehension over a local": (
        "p if { x := 1; y := [x | 1](1) }",
        ["2:21 compile: called function [x | 1] shadowed"],
    ),
    "arity of a rule": ("f(x) := x\np := f(1, 2, 3)", ["3:6 type: function data.t.f has arity 1, got 3 arguments"]),
    "arity of a built-in": ("p := count()", ["2:6 type: count: arity mismatch"]),
    "unsafe in a body": ("p if { x > 1 }", ["2:8 unsafe_var: var x is unsafe"]),
    "unsafe in a head": ("p := x", ["2:6 unsafe_var: var x is unsafe"]),
    "unsafe beside rules on its line": (
        "p if { x > 1 } q if { true }",
        ["2:8 unsafe_var: var x is unsafe in rule p"],
    ),
    "recursion": (
        "p := q\nq := p",
        [
            "2:1 recursion: rule data.t.p is recursive: data.t.p -> data.t.q -> data.t.p",
            "3:1 recursion: rule data.t.q is recursive: data.t.q -> data.t.p -> data.t.q",
        ],
    ),
    "possible recursion": (
        "p[x] := data.t[input.y][x] if { some x in [1] }",
        None,
    ),
    "kinds of rules": ("p := 1\np contains 2", ["2:1 type: conflicting rules data.t.p found"]),
    "two defaults": (
        "default p := 1\ndefault p := 2",
        ["1:1 type: multiple default rules data.t.p found at a.rego:2, a.rego:3"],
    ),
    "a rule inside a rule": (
        "p.q := 1\np := 2",
        ["3:1 type: rule data.t.p conflicts with:\n  rule data.t.p.q at a.rego:2"],
    ),
    "assigned twice": ("p if { x := 1; x := 2 }", ["2:16 compile: var x assigned above"]),
    "declared twice": ("p if { some x; x := 2 }", ["2:16 compile: var x declared above"]),
    "used before": ("p if { x == 1; x := 2 }", ["2:16 compile: var x referenced above"]),
    "argument assigned": ("f(x) if { x := 2 }", ["2:11 compile: arg x redeclared"]),
    "assigned in a negation": ("p if { not x := 1 }", ["2:8 compile: cannot assign vars inside negated expression"]),
    "assigned to a call": ("p if { count(1) := 1 }", ["2:8 compile: cannot assign to call"]),
    "hidden input": (
        "p if { input := 1 }",
        ["2:8 compile: variables must not shadow input (use a different variable name)"],
    ),
    "hidden data": ("data := 1", ["2:1 compile: rules must not shadow data (use a different rule name)"]),
    "import given twice": (
        "import data.a.x\nimport data.b.x",
        ["3:1 compile: import must not shadow import data.a.x"],
    ),
    "with on a variable": (
        "p if { input.x with y as 1 }",
        ["2:21 type: with keyword target must reference existing input, data, or a function"],
    ),
    "with inside a rule": (
        "q := 1\np if { q with data.t.q.x as 1 }",
        ["3:15 compile: with keyword cannot partially replace virtual document(s)"],
    ),
    "print as a value": ("p := print(1)", ["2:6 type: print(1) used as value"]),
    "deprecated": ("p := all([true])", ["2:6 type: deprecated built-in function calls in expression: all"]),
    "wrong argument": ("p := upper(1)", ["2:6 type: upper: invalid argument(s)"]),
    "a template string deep in a comprehension's head": (
        'p := [upper($"{x + 1}") | some x in [1]]',
        ["- compile: var x is undeclared"],
    ),
    "a template string refused twice": (
        'p := [$"{y + 1}" | some x in [1]]',
        ["- compile: var y is undeclared", "- compile: var y is undeclared"],
    ),
    "a template string in a refused one": (
        'p := $"{count($"{x + 1}")}"',
        ["- compile: var x is undeclared", "- compile: var x is undeclared"],
    ),
    "match error": ('p if { 1 == "a" }', ["2:8 type: match error"]),
    "a comprehension at the head of a ref in a head's object": (
        'p := {"a": [x | x := 1][0]}',
        ["2:17 unsafe_var: var x is unsafe"],
    ),
    "a position that no array has": (
        "x := [y | y := input[_]]\np := x[-0]\nq := x[9223372036854775807]\nr := x[9223372036854775808]",
        ["5:6 type: undefined ref: data.t.x[9223372036854775808]"],
    ),
    "an argument that hides the input in a ref": (
        "f(x[input]) := 1",
        ["2:1 compile: args must not shadow input (use a different variable name)"],
    ),
    "an expression that waits, in the place of one it equals": (
        "p if {\n\ty > 1\n\ty > 1\n\ty = 2\n}",
        ["4:2 unsafe_var: var y is unsafe"],
    ),
    "undefined ref": ('q := {"a": 1}\np := q.b', ["3:6 type: undefined ref: data.t.q.b"]),
    "function as a value": ("f(x) := x\np := f", ["3:6 type: function data.t.f used as reference, not called"]),
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(errors, text: str) -> None:
    assert errors(f"package t\n{text}\n") == []


@pytest.mark.parametrize(("text", "want"), REFUSED.values(), ids=REFUSED)
def test_refused(errors, text: str, want: list[str] | None) -> None:
    got = errors(f"package t\n{text}\n")
    if want is None:
        assert got
        assert all("may be recursive" in line for line in got)
    else:
        assert got == want


STRICT = {
    "unused import": ("import data.x", ["2:1 compile: import data.x unused"]),
    "unused argument": ("f(x) := 1", ["2:1 compile: unused argument x. (hint: use _ (wildcard variable) instead)"]),
    "unused assignment": ("p if { x := 1 }", ["2:8 compile: assigned var x unused"]),
    "unused declaration": ("p if { some x; true }", ["2:8 compile: declared var x unused"]),
    "unused wildcard": ("p if { some _; true }", ["2:8 compile: declared var _ unused"]),
}


@pytest.mark.parametrize(("text", "want"), STRICT.values(), ids=STRICT)
def test_strict(errors, text: str, want: list[str]) -> None:
    assert errors(f"package t\n{text}\n", strict=True) == want


def test_a_stage_that_fails_is_the_last(errors) -> None:
    assert errors("package t\np := nope(1)\nq if { x > 1 }") == ["2:6 type: undefined function nope"]


def test_complaints_are_reported_together(errors) -> None:
    text = "package t\nimport data.x\np if { y := upper(1) }"
    assert errors(text, strict=True) == [
        "2:1 compile: import data.x unused",
        "3:8 compile: assigned var y unused",
        "3:13 type: upper: invalid argument(s)",
    ]


def test_error_limit(errors) -> None:
    text = "package t\n" + "\n".join(f"p{i} := f{i}(1)" for i in range(20))
    got = errors(text)
    assert len(got) == 11
    assert got[-1] == "- compile: error limit reached"
    assert len(errors(text, error_limit=0)) == 20


def test_packages_and_rules(errors) -> None:
    assert errors("package a\nb := 1", "package a.b") == [
        "1:1 type: package a.b conflicts with rule b defined at a.rego:2"
    ]


def test_unsafe_builtins(errors) -> None:
    text = "package t\np := time.now_ns()"
    assert errors(text, unsafe_builtins=["time.now_ns"]) == [
        "2:6 type: unsafe built-in function calls in expression: time.now_ns"
    ]


def test_v0_keeps_deprecated_builtins(errors) -> None:
    text = "package t\np = all([true])"
    assert errors(text, rego_version="v0") == []
    assert errors(text, rego_version="v0", strict=True) == [
        "2:5 type: deprecated built-in function calls in expression: all"
    ]


HINTS = {
    "a misspelt rule": ("container := 1\np if { containr > 1 }", "did you mean container?"),
    "a misspelt built-in": ('p := startwith("a", "b")', "did you mean startswith?"),
    "a forgotten prefix": ('p := any_prefix_match("a", "b")', "did you mean strings.any_prefix_match?"),
    "a rule that is called": ("q := 1\np := q()", "data.t.q takes no arguments: refer to it without parentheses"),
    "a misspelt key": ('q := {"name": 1}\np := q.nmae', 'did you mean "name"?'),
    "a second assignment": ("p if { x := 1; x := 2 }", "x has a value already: write == to compare it"),
    "a template string deep in a head": (
        'p := [upper($"{x + 1}") | some x in [1]]',
        "bind the template string to a variable in the comprehension's body, and use that in its head",
    ),
    "a function by the name it has elsewhere": ("p if len(input.x) > 1", "did you mean count?"),
    "a method": ('p if input.x.contains("a")', "functions are not called on values: write contains(x, …)"),
    "a constant of another language": ("p if input.x == None", "write null"),
    "what is undefined": ("p if input.x == undefined", "write `not x` for what is undefined"),
    "a deprecated function": ('p if re_match("a", "b")', "write regex.match"),
    "a built-in as a variable": ("p if { count > 1 }", "count is a function: call it with its arguments"),
}


@pytest.mark.parametrize(("text", "want"), HINTS.values(), ids=HINTS)
def test_hint(raised, text: str, want: str) -> None:
    assert [error.hint.partition(";")[0] for error in raised(f"package t\n{text}\n")] == [want]


def test_a_rule_of_another_package(raised) -> None:
    (error,) = raised("package a\np if { helper > 1 }", "package lib\nhelper := 1")
    assert error.hint == "there is data.lib.helper: refer to it by its path, or import it"


def test_a_package_that_is_not_imported(raised) -> None:
    lib = "package lib.helpers\nf(x) := x\nlimit := 1"
    (error,) = raised("package a\np := helpers.f(1)", lib)
    assert error.hint == "add `import data.lib.helpers`"
    (error,) = raised("package a\np if helpers.limit > 0", lib)
    assert error.hint == "add `import data.lib.helpers`"


def test_details_of_arguments(raised) -> None:
    (error,) = raised("package t\np := upper(1)")
    assert error.details == ("have: (number, ???)", "want: (x: string, y: string)")


def test_details_of_refs(raised) -> None:
    (error,) = raised('package t\nq := {"a": 1}\np := q.b')
    assert error.details == ("data.t.q.b", "         ^", '         have: "b"', '         want (one of): ["a"]')


def test_wide_details_are_shortened(raised) -> None:
    fields = ", ".join(f'"field{i}": "x"' for i in range(12))
    (error,) = raised(f'package t\np if {{ {{{fields}, "y": 1}} == {{{fields}, "y": "a"}} }}')
    assert error.details[:2] == ("left  : object<y: number, ...>", "right : object<y: string, ...>")
