"""Tables of cases, a category each: what is refused first, then what is answered. Errors are `code: message`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gatewright.errors import LimitError
from gatewright.runtime.values import UNDEFINED, NumberText, RegoSet, equal

Call = Callable[..., Any]
Case = tuple[str, tuple[Any, ...], Any]

TYPE, FAIL = "eval_type_error: ", "eval_builtin_error: "


def _set(*members: Any) -> RegoSet:
    return RegoSet(members)


COLLECTIONS: list[Case] = [
    ("count", (1,), TYPE + "operand 1 must be one of {array, object, set, string} but got number"),
    ("sum", ([1, "a"],), TYPE + "operand 1 must be array of numbers but got array containing string"),
    ("union", (_set(True, "a"),), TYPE + "operand 1 must be set but got boolean"),
    ("array.slice", ([1], 0.5, 1), TYPE + "operand 2 must be integer number but got floating-point number"),
    ("object.subset", (1, 2), TYPE + "both arguments object.subset must be of the same type or array and set"),
    ("minus", (_set(1), 1), TYPE + "operand 2 must be set but got number"),
    ("max", ([],), UNDEFINED),
    ("max", ([1, "a", None],), "a"),
    ("product", ([0.1, 3],), NumberText("0.30000000000000004")),
    ("sum", ([0.1, 0.2],), NumberText("0.3")),
    ("array.slice", ([1, 2, 3], 2, 1), []),
    ("array.flatten", ([1, [2, [3]]],), [1, 2, [3]]),
    ("intersection", (_set(_set(1, 2), _set(2)),), _set(2)),
    ("object.get", ({"a": [{"b": 1}]}, ["a", 0, "b"], 9), 1),
    ("object.get", ({"a": 1}, ["a", "b"], 9), 9),
    ("object.union_n", ([{"a": {"b": 1}}, {"a": 4}, {"a": {"c": 3}}],), {"a": {"c": 3}}),
    ("object.subset", ([1, 2, 3], [2, 3]), True),
    ("object.subset", ([1, 1], _set(1, 2)), True),  # counts repeated elements, as OPA does
    ("graph.reachable_paths", ({"a": ["b"], "b": ["a"]}, ["a"]), _set(["a", "b"])),
    ("internal.member_3", (NumberText("0.0"), "x", ["x"]), True),
]

STRINGS: list[Case] = [
    ("startswith", ("a", 1), TYPE + "operand 2 must be string but got number"),
    ("indexof", ("a", ""), FAIL + "empty search character"),
    ("substring", ("a", -1, 1), FAIL + "negative offset"),
    ("concat", (",", ["a", 1]), TYPE + "operand 2 must be array of strings but got array containing number"),
    ("format_int", (1, 3), TYPE + "operand 2 must be one of {2, 8, 10, 16}"),
    ("lower", ("İΑΣ",), "iας".replace("ς", "σ")),
    ("upper", ("ßŉ",), "ßŉ"),
    ("trim_space", ("\x1c \u2003x\n",), "\x1c \u2003x"),
    ("split", ("", ","), [""]),
    ("split", ("", ""), []),
    ("strings.split_n", ("a,b,c", ",", -2), ["b", "c"]),
    ("replace", ("é", "", "-"), "-\udcc3-\udca9-"),
    ("strings.replace_n", ({"a": "b", "b": "a"}, "ab"), "ba"),
    ("strings.replace_n", ({"": "-", "a": "x"}, "ab"), "-x-b-"),
    ("format_int", (-255, 16), "-ff"),
    ("to_number", ("1_0",), 10),
    ("to_number", ("nan",), TYPE + "operand 1 must be valid number string but got string"),
    ("to_number", ("x",), FAIL + 'strconv.ParseFloat: parsing "x": invalid syntax'),
    ("strings.render_template", ("{{range .a}}<{{.}}>{{else}}-{{end}}", {"a": [1, "b"]}), "<1><b>"),
    ("strings.render_template", ("{{.nope}}", {}), "<undefined>"),
]

SPRINTF: list[tuple[str, list[Any], str]] = [
    ("%d", ["a"], "%!d(string=a)"),
    ("%d", [1.5], "%!d(float64=1.5)"),
    ("%s", [5], "%!s(int64=5)"),
    ("%s", [True], "true"),
    ("%d %d", [1], "1 %!d(MISSING)"),
    ("%d", [1, "b"], "1%!(EXTRA string=b)"),
    ("%", [1], "%!(NOVERB)%!(EXTRA int64=1)"),
    ("%[3]d", [1], "%!d(BADINDEX)"),
    ("%*d", ["x", 1], "%!(BADWIDTH)1"),
    ("%z", [10**20], "%!z(big.Int=100000000000000000000)"),
    ("100%% %v", [{"a": RegoSet(["x"])}], '100% {"a": {"x"}}'),
    ("%v", [1e6], "1e+06"),
    ("%v", [NumberText("1.0")], "1"),
    ("%05d|%-5d|%+d|% d", [-42, 7, 7, 7], "-0042|7    |+7| 7"),
    ("%x %X %#x %08b %o", [255, 255, 255, 5, 8], "ff FF 0xff 00000101 10"),
    ("%6.2f|%e|%g|%.3g", [3.14159, 1234.5, 0.00001, 1234.5], "  3.14|1.234500e+03|1e-05|1.23e+03"),
    ("%q %x %.2s|%5s|", ["a\n", "hé", "héé", "é"], '"a\\n" 68c3a9 hé|    é|'),
    ("%[2]d %[1]d", [1, 2], "2 1"),
    ("%c %U %T %t", [65, 0x1F600, 1, True], "A U+1F600 int64 %!t(string=true)"),
]

PATTERNS: list[Case] = [
    ("regex.match", ("[", "a"), FAIL + "error parsing regexp: missing closing ]: `[`"),
    ("regex.match", ("a**", "a"), FAIL + "error parsing regexp: invalid nested repetition operator: `**`"),
    ("regex.match", ("(?=a)", "a"), FAIL + "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"),
    ("regex.match", ("^[a-z]+$", "abc\n"), False),
    ("regex.split", ("x*", "axbc"), ["a", "b", "c"]),
    ("regex.find_n", ("a*", "baac", -1), ["", "aa", ""]),
    ("regex.find_all_string_submatch_n", ("(a)(b)?", "a", -1), [["a", "a", ""]]),
    ("regex.replace", ("foo bar", "(?P<w>o+)", "<${w}$1x>"), "f<oo> bar"),
    ("regex.template_match", ("a{b", "x", "{", "}"), FAIL + 'unbalanced braces in "a{b"'),
    ("regex.template_match", ("a.{[0-9]+}", "a.12", "{", "}"), True),
    ("regex.globs_match", ("[a-c]+d*", "b*"), False),  # though "b" matches both: as the library OPA uses
    ("regex.globs_match", ("a.[b-d]+", ".cd"), True),
    (
        "regex.globs_match",
        ("+a", "a"),
        FAIL + "input:+a, pos:1, flag '+' must be preceded by a non-flag: the input provided is invalid",
    ),
    ("glob.match", ("[a", [], "a"), FAIL + "glob: syntax error at 2: unexpected end of input"),
    ("glob.match", ("*.com", [1], "a"), TYPE + "operand 2 must be array of strings but got array containing number"),
    ("glob.match", ("*.com", ["."], "a.b.com"), False),
    ("glob.match", ("**.com", ["."], "a.b.com"), True),
    ("glob.match", ("{a,{b,c}}[!x-z]?", None, "bqq"), True),
]

ENCODINGS: list[Case] = [
    ("base64.decode", ("YQ",), FAIL + "illegal base64 data at input byte 0"),
    ("base64url.decode", ("Y",), FAIL + "illegal base64url string: Y"),
    ("hex.decode", ("6z",), FAIL + "encoding/hex: invalid byte: U+007A 'z'"),
    ("urlquery.decode", ("%zz",), FAIL + 'invalid URL escape "%zz"'),
    ("urlquery.decode_object", ("a;b",), FAIL + "invalid semicolon separator in query"),
    ("json.marshal_with_options", ({}, {"x": 1}), TYPE + 'operand 2 object contained unknown key "x"'),
    ("yaml.unmarshal", ("[",), FAIL + "yaml: line 1: did not find expected node content"),
    ("uri.parse", ("http://a b",), FAIL + 'parse "http://a b": invalid character " " in host name'),
    ("base64.decode", ("gA==",), "\udc80"),
    (
        "yaml.unmarshal",
        ("a: yes\nb: 0o17\nc: 1e3\n<<: {d: 2020-01-01}\n",),
        {"a": "yes", "b": 15, "c": 1000, "d": "2020-01-01"},
    ),
    (
        "yaml.marshal",
        ({"a10": ["x: y", {}], "a9": "1", "z": "m\nn"},),
        "a9: \"1\"\na10:\n  - 'x: y'\n  - {}\nz: |-\n  m\n  n\n",
    ),
    ("urlquery.encode_object", ({"b": _set("2", "1"), "a": " "},), "a=+&b=1&b=2"),
    (
        "uri.parse",
        ("HTTP://[::1]:80/a%20b?q#f",),
        {
            "scheme": "http",
            "hostname": "::1",
            "port": "80",
            "path": "/a b",
            "raw_path": "/a b",
            "raw_query": "q",
            "fragment": "f",
        },
    ),
    ("units.parse", ("1.5.2",), FAIL + "units.parse: could not parse amount to a number"),
    ("units.parse", ("200m",), 0.2),
    ("units.parse_bytes", ("1.5KiB",), 1536),
    ("semver.compare", ("1.0.0-rc.1", "1.0.0"), -1),
    ("semver.is_valid", ("1.2.3-01",), False),
    ("bits.lsh", (1, -1), TYPE + "operand 2 must be an unsigned integer number but got a negative integer"),
    ("uuid.parse", ("x",), UNDEFINED),
]

TIMES: list[Case] = [
    ("time.parse_ns", ("2006-01-02", "2020-02-30"), FAIL + 'parsing time "2020-02-30": day out of range'),
    (
        "time.parse_rfc3339_ns",
        ("x",),
        FAIL + 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
    ),
    ("time.parse_duration_ns", ("1x",), FAIL + 'time: unknown unit "x" in duration "1x"'),
    ("time.format", ([0, "No/Where"],), FAIL + "unknown time zone No/Where"),
    ("time.date", (10**19,), FAIL + "timestamp too big"),
    ("time.add_date", (9 * 10**18, 300, 0, 0), FAIL + "time outside of valid range"),
    ("time.now_ns", (), 1_700_000_000_123_456_789),
    ("time.format", ([1585443600000000000, "Europe/Paris", "RFC1123Z"],), "Sun, 29 Mar 2020 03:00:00 +0200"),
    ("time.format", ([0, "UTC", "Jan _2 3:04PM 002"],), "Jan  1 12:00AM 001"),
    ("time.parse_ns", ("2006 002", "2020 060"), 1582934400000000000),
    ("time.parse_duration_ns", ("1w1.5d",), 734_400_000_000_000),
    ("time.diff", (1582934400000000000, 1614556800000000000), [1, 0, 1, 0, 0, 0]),
]

NETS: list[Case] = [
    ("net.cidr_contains", ("10.0.0.0/33", "10.0.0.1"), FAIL + "invalid CIDR address: 10.0.0.0/33"),
    ("net.cidr_merge", (["::1"],), FAIL + "IPv6 invalid: needs prefix length"),
    ("net.lookup_ip_addr", ("a.example",), FAIL + "unallowed host: a.example"),
    ("net.cidr_contains", ("::ffff:10.0.0.0/104", "10.1.2.3"), True),
    ("net.cidr_is_valid", ("010.0.0.0/8",), False),
    ("net.cidr_merge", (["10.0.0.1/32", "10.0.0.2/31", "10.0.0.0/32"],), _set("10.0.0.0/30")),
    ("net.cidr_merge", (["192.168.1.5"],), _set("192.168.1.5/24")),
    ("net.cidr_contains_matches", ({"k": "10.0.0.0/8"}, ["10.1.1.1"]), _set(["k", 0])),
    ("http.send", ({"method": "get"},), TYPE + 'operand 1 missing required request parameters(s): {"url"}'),
    ("http.send", ({"method": "get", "url": "http://a.example/"},), FAIL + "disallowed host: a.example"),
]

DOCUMENTS: list[Case] = [
    ("json.patch", ({}, [{"op": "remove", "path": "/a"}]), FAIL + 'cannot delete child key "a" that does not exist'),
    ("json.patch", ([], [{"op": "add", "path": "/1", "value": 0}]), FAIL + "index for array insertion out of bounds"),
    ("json.patch", ({"a": [1]}, [{"op": "add", "path": "a/-", "value": 2}]), {"a": [1, 2]}),
    ("json.filter", ({"a": {"b": 1, "c": [5, 6]}}, ["a/c/1"]), {"a": {"c": [6]}}),
    ("json.remove", ({"a": {"b": 1}, "c": _set("x", "y")}, [["c", "x"], "a/b"]), {"a": {}, "c": _set("y")}),
    ("json.verify_schema", ({"pattern": "["},), [False, "jsonschema: pattern must be a valid regex"]),
    (
        "json.match_schema",
        ({"a": 1}, {"required": ["b"], "additionalProperties": False}),
        [
            False,
            [
                {"desc": "b is required", "error": "(Root): b is required", "field": "(Root)", "type": "required"},
                {
                    "desc": "Additional property a is not allowed",
                    "error": "(Root): Additional property a is not allowed",
                    "field": "(Root)",
                    "type": "additional_property_not_allowed",
                },
            ],
        ],
    ),
    ("graphql.parse_query", ("{",), FAIL + "Expected Name, found <EOF> in GraphQL string at location 1:2"),
    ("graphql.schema_is_valid", ("type A { a: B }",), False),
    ("graphql.is_valid", ("{ a(x: 1) { b } }", "type Query { a(x: Int!): A } type A { b: Int }"), True),
    (
        "graphql.parse",
        ("{ a }", "type Query { a(x: Int!): Int }"),
        FAIL + 'Field "a" argument "x" of type "Int!" is required, but it was not provided '
        "in GraphQL string at location 1:3",
    ),
]

SECRET = "c2VjcmV0"
TOKENS: list[Case] = [
    ("io.jwt.decode", ("a.b",), FAIL + "encoded JWT must have 3 sections, found 2"),
    ("io.jwt.decode", ("a",), FAIL + "encoded JWT had no period separators"),
    ("io.jwt.decode_verify", ("a.b.c", {}), FAIL + "no key constraint"),
    ("io.jwt.decode_verify", ("a.b.c", {"zz": 1}), FAIL + "unknown token validation constraint: zz"),
    ("io.jwt.encode_sign", ({"alg": "zz"}, {}, {"kty": "oct", "k": SECRET}), FAIL + "unknown JWS algorithm: zz"),
    ("crypto.x509.parse_certificates", ("YmFkc3RyaW5n",), FAIL + "x509: malformed certificate"),
    ("crypto.parse_private_keys", ("",), None),
    ("crypto.x509.parse_and_verify_certificates", ("nope",), [False, []]),
    ("crypto.hmac.equal", ("a", "b"), False),
]

ALL = [*COLLECTIONS, *STRINGS, *PATTERNS, *ENCODINGS, *TIMES, *NETS, *DOCUMENTS, *TOKENS]


@pytest.mark.parametrize(("name", "operands", "expected"), ALL, ids=[f"{i}-{case[0]}" for i, case in enumerate(ALL)])
def test_call(call: Call, name: str, operands: tuple[Any, ...], expected: Any) -> None:
    result = call(name, *operands)
    assert result is expected if expected in (UNDEFINED, None) else equal(result, expected), result


@pytest.mark.parametrize(("format", "values", "text"), SPRINTF)
def test_sprintf(call: Call, format: str, values: list[Any], text: str) -> None:
    assert call("sprintf", format, values) == text


@pytest.mark.parametrize("family", ["HS256", "HS384", "HS512"])
def test_signed_tokens_verify_and_others_do_not(call: Call, family: str) -> None:
    key = {"kty": "oct", "k": SECRET}
    token = call("io.jwt.encode_sign", {"alg": family, "typ": "JWT"}, {"aud": "me", "exp": 1_700_000_100}, key)
    constraints = {"secret": "secret", "alg": family, "aud": "me"}
    assert call("io.jwt.decode_verify", token, constraints)[0] is True
    assert call("io.jwt.decode_verify", token, {**constraints, "time": 1_700_000_200 * 10**9}) == [False, {}, {}]
    assert call("io.jwt.decode_verify", token, {**constraints, "aud": "you"}) == [False, {}, {}]
    assert call(f"io.jwt.verify_{family.lower()}", token, "secret") is True
    assert call(f"io.jwt.verify_{family.lower()}", token, "wrong") is False


def test_signed_requests_are_those_of_aws(call: Call) -> None:
    config = {"aws_access_key": "A", "aws_secret_access_key": "S", "aws_service": "s3", "aws_region": "r"}
    request = {"method": "get", "url": "https://b.example/x"}
    signed = call("providers.aws.sign_req", request, config, 0)["headers"]
    assert signed["x-amz-date"] == "19700101T000000Z"
    assert signed["Authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=A/19700101/r/s3/aws4_request,SignedHeaders=host;"
    )


def test_random_values_are_the_same_for_equal_keys(call: Call) -> None:
    assert call("rand.intn", "k", 1000) == call("rand.intn", "k", -1000)
    assert call("uuid.rfc4122", "k") == call("uuid.rfc4122", "k") != call("uuid.rfc4122", "l")
    assert call("uuid.parse", call("uuid.rfc4122", "k"))["version"] == 4


@pytest.mark.parametrize(("name", "operands"), [("numbers.range", (1, 10**12)), ("net.cidr_expand", ("10.0.0.0/8",))])
def test_runaway_lists_are_stopped(call: Call, name: str, operands: tuple[Any, ...]) -> None:
    with pytest.raises(LimitError):
        call(name, *operands)


def test_walk_gives_every_value_with_its_path(call: Call) -> None:
    found = list(call("walk", {"a": [1, _set("x")]}))
    assert [path for path, _ in found] == [[], ["a"], ["a", 0], ["a", 1], ["a", 1, "x"]]
