"""The texts of syntax and type errors, which are what a broken template answers."""

from __future__ import annotations

import pytest

from gatewright.cel.checker import Environment
from gatewright.cel.declarations import REQUEST
from gatewright.cel.expression import CelProgramError, compile_expression
from gatewright.cel.parser import CelCompileError
from gatewright.cel.types import DYN

STARTS = (
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
)

BRACED = STARTS.replace("'{', ", "'{', '}', ").replace("'.', ", "'.', ',', ").replace("'!', ", "'!', '?', ")

RANGE = "cannot be range of a comprehension (must be list, map, or dynamic)"
DECIMAL = "decimal clause can only be used on integers"

# (expression, row:column, message) of the first error
ERRORS = [
    ("1 +", "1:4", f"Syntax error: mismatched input '<EOF>' expecting {STARTS}"),
    ("object.a ==\n  * 2", "2:3", f"Syntax error: extraneous input '*' expecting {STARTS}"),
    ("(1 + 2", "1:7", "Syntax error: missing ')' at '<EOF>'"),
    ("[1, 2", "1:6", "Syntax error: mismatched input '<EOF>' expecting {']', ','}"),
    ("object.a = 1", "1:10", "Syntax error: token recognition error at: '= '"),
    ("true ? 1", "1:9", "Syntax error: mismatched input '<EOF>' expecting ':'"),
    ("object..a", "1:8", "Syntax error: no viable alternative at input '..'"),
    ("if", "1:1", "reserved identifier: if"),
    ("99999999999999999999", "1:1", "invalid int literal"),
    ("has(object)", "1:5", "invalid argument to has() macro"),
    ("object.all(1, true)", "1:12", "argument must be a simple name"),
    ("int{}", "1:4", "'int' is not a message type"),
    ("object.all(x, x, true)", "1:15", "duplicate variable name: x"),
    ("(" * 251 + "1" + ")" * 251, "-1:0", "expression recursion limit exceeded: 250"),
    ("+".join(["1"] * 300), "-1:0", "max recursion depth exceeded"),
    ("nope", "1:1", "undeclared reference to 'nope' (in container '')"),
    ("object.nope()", "1:12", "undeclared reference to 'nope' (in container '')"),
    ("1 == 1.0", "1:3", "found no matching overload for '_==_' applied to '(int, double)'"),
    ("'a'.size(1)", "1:9", "found no matching overload for 'size' applied to 'string.(int)'"),
    ("[1, 'a']", "1:5", "expected type 'int' but found 'string'"),
    ("{'a': object, 'b': 1}", "1:20", "expected type 'dyn' but found 'int'"),
    ("[1].all(x, x)", "1:12", "expected type 'bool' but found 'int'"),
    ("[1].filter(x, x)", "1:11", "found no matching overload for '_?_:_' applied to '(int, list(int), list(int))'"),
    ("'a'.all(x, true)", "1:1", f"expression of type 'string' {RANGE}"),
    ("'a'.b", "1:4", "type 'string' does not support field selection"),
    ("request.object", "1:8", "undefined field 'object'"),
    ("request.kind.kind == 1", "1:19", "found no matching overload for '_==_' applied to '(string, int)'"),
    ("duration('x')", "1:10", "invalid duration argument"),
    ("object.matches('(')", "1:16", "invalid matches argument"),
    ("matches('(', 'a')", "1:9", "invalid matches argument"),
    ("'%d'.format(['a'])", "1:14", f"error during formatting: {DECIMAL}, was given string"),
    ("'%d %d'.format([1])", "1:15", "index 1 out of range"),
    ("'é' + ]", "1:7", f"Syntax error: mismatched input ']' expecting {STARTS}"),
    ("size(1 2)", "1:8", "Syntax error: extraneous input '2' expecting ')'"),
    ("object.?", "1:9", "Syntax error: mismatched input '<EOF>' expecting {IDENTIFIER, ESC_IDENTIFIER}"),
    ("object.true", "1:8", "Syntax error: mismatched input 'true' expecting IDENTIFIER"),
    ("{", "1:2", f"Syntax error: mismatched input '<EOF>' expecting {BRACED}"),
    ("--", "1:3", "Syntax error: no viable alternative at input '-'"),
    ("object.# x.", "1:8", "Syntax error: token recognition error at: '#'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "message"), ERRORS, ids=[text[:40] for text, _, _ in ERRORS])
def test_error_text(text: str, place: str, message: str) -> None:
    with pytest.raises(CelCompileError) as error:
        compile_expression(text, Environment({"object": DYN, "request": REQUEST}))
    assert error.value.message.splitlines()[0] == f"ERROR: <input>:{place}: {message}"


def test_excerpt_marks_the_column_and_wide_characters() -> None:
    with pytest.raises(CelCompileError) as error:
        compile_expression("'é' + ]", Environment({}))
    assert error.value.message.splitlines()[1:] == [" | 'é' + ]", " | .．....^"]


def test_several_errors_come_in_order_of_place() -> None:
    with pytest.raises(CelCompileError) as error:
        compile_expression("b + a", Environment({}))
    assert [line.split(": ")[1] for line in error.value.message.splitlines() if line.startswith("ERROR")] == [
        "<input>:1:1",
        "<input>:1:5",
    ]


# Where ANTLR's parser goes on after an error, all that it says: (row:column, message).
RECOVERED = {
    "1 + +": [
        ("1:5", f"Syntax error: mismatched input '+' expecting {STARTS}"),
        ("1:6", f"Syntax error: mismatched input '<EOF>' expecting {STARTS}"),
    ],
    "func{{a}}": [
        ("1:6", "Syntax error: extraneous input '{' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"),
        ("1:8", "Syntax error: mismatched input '}' expecting ':'"),
        ("1:9", "Syntax error: extraneous input '}' expecting <EOF>"),
    ],
    "x{?.": [
        ("1:3", "unsupported ident kind"),
        ("1:4", "Syntax error: mismatched input '.' expecting {IDENTIFIER, ESC_IDENTIFIER}"),
    ],
    "object.?": [
        ("1:9", "Syntax error: mismatched input '<EOF>' expecting {IDENTIFIER, ESC_IDENTIFIER}"),
        ("1:9", "unsupported ident kind"),
    ],
    "[1].map(var, 1)": [
        ("1:9", "reserved identifier: var"),
        ("1:9", "argument is not an identifier"),
    ],
    "(if": [
        ("1:2", "reserved identifier: if"),
        ("1:4", "Syntax error: missing ')' at '<EOF>'"),
    ],
    "[99999999999999999999": [
        ("1:2", "invalid int literal"),
        ("1:22", "Syntax error: mismatched input '<EOF>' expecting {']', ','}"),
    ],
    "./-": [
        ("1:2", "Syntax error: no viable alternative at input './'"),
        ("1:4", "Syntax error: no viable alternative at input '-'"),
        ("1:4", f"Syntax error: mismatched input '<EOF>' expecting {STARTS}"),
    ],
    'object."a b': [
        ("1:8", "Syntax error: token recognition error at: '\"a b'"),
        ("1:12", "Syntax error: no viable alternative at input '.'"),
    ],
}


@pytest.mark.parametrize("text", RECOVERED)
def test_the_parser_goes_on_as_antlrs_does(text: str) -> None:
    with pytest.raises(CelCompileError) as error:
        compile_expression(text, Environment({}))
    said = [line for line in error.value.message.splitlines() if line.startswith("ERROR")]
    assert said == [f"ERROR: <input>:{place}: {message}" for place, message in RECOVERED[text]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("int('a')", "type conversion error from 'string' to 'int'"),
        ("object[null]", "invalid qualifier type: types.Null"),
        ("'a'.find('(')", "error parsing regexp: missing closing ): `(`"),
        ("matches('a', '(')", "error parsing regexp: missing closing ): `(`"),
    ],
)
def test_constants_are_converted_when_compiling(text: str, message: str) -> None:
    with pytest.raises(CelProgramError) as error:
        compile_expression(text, Environment({"object": DYN}))
    assert error.value.message == message
