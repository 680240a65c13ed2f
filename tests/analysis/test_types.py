"""Types: their notation, their operations, what is inferred, and JSON schemas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.analysis import Signature, capabilities_from_json, compile_modules
from gatewright.analysis.notation import parse_signature, parse_type
from gatewright.analysis.schema import type_of_schema
from gatewright.analysis.types import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    AnyType,
    ArrayType,
    ObjectType,
    SetType,
    compare,
    contains,
    keys_of,
    object_type,
    select,
    text_of,
    unifies,
    union,
    values_of,
)
from gatewright.builtins import signatures
from gatewright.errors import RegoErrors, UsageError
from gatewright.syntax import parse_module


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "any",
        "any<number, string>",
        "array",
        "array[any]",
        "array<string, number>[boolean]",
        "set",
        "set[any<number, string>]",
        "object[string: any]",
        "object<a: number, b: set[string]>[any: any]",
    ],
)
def test_notation(text: str) -> None:
    assert text_of(parse_type(text)) == text


def test_signature() -> None:
    tpe = parse_signature("(x: array[any], y: any<array[number], set[number]>) -> formatted result: string")
    assert [text_of(arg) for arg in tpe.args] == ["x: array[any]", "y: any<array[number], set[number]>"]
    assert text_of(tpe.result) == "formatted result: string"
    assert str(tpe) == "(array[any], any<array[number], set[number]>) => string"


def test_void_and_variadic() -> None:
    assert parse_signature("(any...)").result is None
    assert text_of(parse_signature("(any...)").variadic) == "any"


@pytest.mark.parametrize("text", ["", "(x", "(nope)", "(number) -> ", "(number) number"])
def test_bad_signature(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_signature(text)


_types = st.recursive(
    st.sampled_from([NULL, BOOLEAN, NUMBER, STRING, ANY]),
    lambda inner: st.one_of(
        st.builds(lambda static, dynamic: ArrayType(tuple(static), dynamic), st.lists(inner, max_size=3), inner),
        st.builds(SetType, inner),
        st.builds(
            lambda names, dynamic: object_type(names.items(), (STRING, dynamic)),
            st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
            inner,
        ),
        st.builds(lambda a, b: union(a, b), inner, inner),
    ),
    max_leaves=6,
)


@given(_types, _types)
def test_union_holds_both(a, b) -> None:
    both = union(a, b)
    assert unifies(both, a)
    assert unifies(both, b)
    assert compare(both, union(b, a)) == 0


@given(_types)
def test_notation_round_trip(tpe) -> None:
    assert compare(parse_type(str(tpe)), tpe) == 0


@given(_types, _types)
def test_unification_is_symmetric(a, b) -> None:
    assert unifies(a, b) == unifies(b, a)


@given(_types, _types, _types)
def test_order_is_transitive(a, b, c) -> None:
    low, middle, high = sorted((a, b, c), key=_Key)
    assert compare(low, high) <= 0
    assert compare(low, middle) <= 0


class _Key:
    def __init__(self, tpe) -> None:
        self.tpe = tpe

    def __lt__(self, other: _Key) -> bool:
        return compare(self.tpe, other.tpe) < 0


def test_parts() -> None:
    tpe = object_type([("a", NUMBER)], (STRING, BOOLEAN))
    assert select(tpe, "a") is NUMBER
    assert select(tpe, "b") is BOOLEAN
    assert select(tpe, 1) is None
    assert text_of(keys_of(tpe)) == "string"
    assert text_of(values_of(tpe)) == "any<boolean, number>"
    assert contains(AnyType((NUMBER, STRING)), STRING)
    assert not unifies(ObjectType((("a", NUMBER),)), ObjectType((("b", NUMBER),)))
    # The empty set is a member of every set type.
    assert unifies(SetType(), SetType(NUMBER))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("p := 1", "number"),
        ('p := [1, "a"]', "array<number, string>"),
        ('p := {x | some x in [1, "a"]}', "set[any<number, string>]"),
        ('p contains 1\np contains "a"', "set[any<number, string>]"),
        ('p[x] := 1 if { some x in ["a"] }', "object[string: number]"),
        ('p := 1\np := "a" if { false }', "any<number, string>"),
        ("p(x) := count(x)", "(any<string, array[any], object[any: any], set[any]>) => number"),
        ("p := input.x", "any"),
        ("p := true if { input.x } else := 1", "any<boolean, number>"),
        ('p.a := 1\np.b := "x"', "object<a: number, b: string>[string: any]"),
    ],
)
def test_inferred(program, text: str, want: str) -> None:
    assert text_of(program(f"package t\n{text}").type_of("data.t.p")) == want


def test_variables(program) -> None:
    compiled = program('package t\np if { x := 1; some y in ["a"]; y == input.y; x > 0 }')
    (rule,) = compiled.rules
    named = {compiled.rewritten.get(name, name): text_of(t) for name, t in compiled.variable_types(rule).items()}
    assert named["x"] == "number"
    assert named["y"] == "string"


def test_unknown_paths(program) -> None:
    compiled = program("package t\np := 1")
    assert compiled.type_of("data.other") is ANY
    assert text_of(compiled.type_of("data.t")) == "object<p: number>[string: any]"


_USER = {"type": "object", "properties": {"name": {"type": "string"}}}
_INPUT = {"type": "object", "properties": {"user": _USER}}


class TestSchemas:
    def test_input(self, errors) -> None:
        text = "package t\np := input.user.nme"
        assert errors(text) == []
        assert errors(text, schemas={"schema": _INPUT}) == ["2:6 type: undefined ref: input.user.nme"]

    def test_annotation(self, errors) -> None:
        text = "package t\n# METADATA\n# schemas:\n# - input: schema.request\np := input.user.nme\nq := input.any"
        assert errors(text, schemas={"schema.request": _INPUT}) == ["5:6 type: undefined ref: input.user.nme"]

    def test_a_keyword_in_the_path(self, errors) -> None:
        text = "package t\n# METADATA\n# schemas:\n# - input: schema.in\np := input.user.nme"
        assert errors(text, schemas={"schema.in": _INPUT}) == ["5:6 type: undefined ref: input.user.nme"]

    def test_the_input_is_known_where_arities_are_checked(self, raised) -> None:
        (error,) = raised("package t\np := count(input.user.name, 1, 2)", schemas={"schema": _INPUT})
        assert error.details[0] == "have: (string, number, number, ???)"

    def test_definition_in_an_annotation(self, errors) -> None:
        text = "package t\n# METADATA\n# schemas:\n# - input.x: {type: string}\np := input.x + 1"
        assert errors(text) == ["5:6 type: plus: invalid argument(s)"]

    def test_missing(self, errors) -> None:
        text = "package t\n# METADATA\n# schemas:\n# - input: schema.nope\np := 1"
        assert errors(text, schemas={}) == ["5:1 type: undefined schema: schema.nope"]

    @pytest.mark.parametrize(
        ("schema", "want"),
        [
            ({"type": "string"}, "string"),
            ({"type": "integer"}, "number"),
            ({}, "any"),
            ({"type": "object"}, "object[any: any]"),
            ({"properties": {"a": {"type": "boolean"}}}, "object<a: boolean>"),
            ({"type": "array", "items": {"type": "number"}}, "array[number]"),
            ({"items": [{"type": "number"}, {"type": "string"}]}, "array<number, string>"),
            ({"anyOf": [{"type": "string"}, {"type": "number"}]}, "any<number, string>"),
            (
                {"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "number"}}}]},
                "object<a: string, b: number>",
            ),
            ({"$ref": "#/definitions/x", "definitions": {"x": {"type": "string"}}}, "string"),
        ],
    )
    def test_type(self, schema, want: str) -> None:
        assert text_of(type_of_schema(schema)) == want

    def test_recursive(self) -> None:
        schema = {
            "definitions": {"node": {"properties": {"next": {"$ref": "#/definitions/node"}, "v": {"type": "number"}}}},
            "$ref": "#/definitions/node",
        }
        tpe = type_of_schema(schema)
        assert text_of(tpe) == "object<next: recursive(#/definitions/node), v: number>"
        assert select(select(select(tpe, "next"), "next"), "v") is NUMBER

    def test_invalid(self) -> None:
        with pytest.raises(ValueError, match="unable to compile the schema: has a primitive type that is NOT VALID"):
            type_of_schema({"type": "nope"})


_EQUALITY = {"type": "function", "args": [{"type": "any"}] * 2, "result": {"type": "boolean"}}
_CAPABILITIES = {
    "builtins": [{"name": "eq", "decl": _EQUALITY}, {"name": "assign", "decl": _EQUALITY}],
    "features": ["rego_v1"],
}
_BROKEN = [None, [], {"builtins": [{}]}, {"builtins": [{"name": "x", "decl": {"type": "n"}}]}]


class TestCapabilities:
    def test_read(self) -> None:
        capabilities = capabilities_from_json(_CAPABILITIES)
        assert isinstance(capabilities.builtins["eq"], Signature)
        assert capabilities.builtins["eq"].arity == 2

    def test_they_replace_the_builtins(self, errors) -> None:
        capabilities = capabilities_from_json(_CAPABILITIES)
        assert errors("package t\np := count([1])", capabilities=capabilities) == ["2:6 type: undefined function count"]

    @pytest.mark.parametrize(
        "data", [None, [], {"builtins": [{}]}, {"builtins": [{"name": "x", "decl": {"type": "n"}}]}]
    )
    def test_not_capabilities(self, data) -> None:
        with pytest.raises(UsageError, match="not a capabilities file"):
            capabilities_from_json(data)

    def test_old_capabilities_know_no_refs_in_heads(self, errors) -> None:
        old = capabilities_from_json({"builtins": _CAPABILITIES["builtins"], "features": []})
        assert errors("package t\np.q.r := 1", capabilities=old) == [
            "2:1 compile: rule heads with refs are not supported: p.q.r"
        ]
        strings = capabilities_from_json({**_CAPABILITIES, "features": ["rule_head_ref_string_prefixes"]})
        assert errors("package t\np.q.r := 1", capabilities=strings) == []
        assert errors('package t\np[x].r := 1 if { x = "a" }', capabilities=strings) == [
            "2:1 type: rule heads with general refs (containing variables) are not supported: p[x].r"
        ]


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        ("{1.50: 1}", "object<1.50: number>"),
        ("{1.5: 1, 1.50: 2}", "object<1.5: number>"),
        ("{1e400: 1}", "object<1e400: number>"),
        ("{-0: 1, 1E2: 2}", "object<-0: number, 1E2: number>"),
        ("{{[1, 2.50]: 2}: 3}", "object<map[[1,2.50]:2]: number>"),
    ],
)
def test_keys_show_as_they_were_written(term: str, shown: str) -> None:
    with pytest.raises(RegoErrors) as caught:
        compile_modules({"k.rego": parse_module(f"package k\np := upper({term})")}, builtins=signatures())
    assert caught.value.errors[0].details[0] == f"have: ({shown}, ???)"


def test_known_keys_are_listed_as_they_were_written_and_equal_by_value() -> None:
    compile_modules({"k.rego": parse_module("package k\np := {1.50: {2: 3}}[1.5][2.0]")}, builtins=signatures())
    with pytest.raises(RegoErrors) as caught:
        compile_modules({"k.rego": parse_module("package k\np := {0.10: 1, 2: 1}.a")}, builtins=signatures())
    assert caught.value.errors[0].details[-1].strip() == "want (one of): [0.10 2]"
