"""What expressions evaluate to, and how they fail."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.cel.checker import Environment
from gatewright.cel.expression import compile_expression
from gatewright.cel.types import DYN
from gatewright.cel.values import NONE, CelEvaluationError, Uint, equal, type_name

OBJECT = {
    "spec": {"replicas": 3, "ratio": 0.5, "paused": False, "template": None},
    "metadata": {"name": "web", "labels": {"app": "web", "tier": "front"}},
    "ports": [80, 443],
    "containers": [{"name": "a", "image": "reg/a:1"}, {"name": "b"}],
}


def evaluate(text: str) -> Any:
    return compile_expression(text, Environment({"object": DYN})).evaluate({"object": OBJECT})


VALUES = [
    # numbers
    ("object.spec.replicas + 1", 4),
    ("object.spec.ratio * 2.0", 1.0),
    ("7 / -2", -3),
    ("-7 % 4", -3),
    ("2u + 3u", Uint(5)),
    ("[5u].map(u, u + 1u)[0]", Uint(6)),
    ("1.0 / 0.0 > 9e300", True),
    ("dyn(9007199254740993) == 9007199254740992.0", True),
    ("dyn(1) == true", False),
    ("dyn(1u) == 1 && dyn(1.0) == 1", True),
    ("object.spec.replicas < 3.5", True),
    ("string(1000000.0)", "1e+06"),
    ("int('-12') + int(2.9)", -10),
    # text
    ("size('año')", 3),
    ("'año'.charAt(1)", "ñ"),
    ("'tacocat'.substring(4)", "cat"),
    ("'a,b,c'.split(',', 2).join('|')", "a|b,c"),
    ("'ÀB'.lowerAscii()", "Àb"),
    ("'x-1'.matches('^[a-z]-[0-9]$')", True),
    ("dyn([2, 1]).distinct().min() == 1", True),
    ("dyn([1]).distinct().all(x, int(x) == 1)", True),
    ("['b', 'a'].distinct().min() == 'a'", True),
    ("dyn([['a']]).distinct().all(x, x.indexOf('a') == 0)", True),
    ("'a1b22'.findAll('[0-9]+')", ["1", "22"]),
    ("'%s has %d, %.1f'.format(['x', 2, 1.25])", "x has 2, 1.2"),
    ("'%s'.format([{'b': [1.5, null], 'a': 'q'}])", '{"a":"q", "b":[1.500000, null]}'),
    ("strings.quote('a\\n')", '"a\\n"'),
    ("'%.2e|%.15e|%9e'.replace('|%9e', '').format([1250.0, -0.0])", "1.250000×10⁰³|  0.000000×10⁰⁰"),
    ("'%e'.format([double('inf')])", "     ∞"),
    ("'%.1f %.1f'.format([-0.0, -0.01])", "0.0 -0.0"),
    # selection
    ("(true ? has(object.?metadata.name) : false) == true", False),
    ("true ? has(object.metadata.name) : false", True),
    ("object.metadata['name']", "web"),
    ("object.ports[1]", 443),
    ("dyn(object.ports)[1.0]", 443),
    ("has(object.metadata.name) && !has(object.metadata.uid)", True),
    ("has(object.spec.template.anything)", False),
    ("has(object.spec.replicas.anything)", False),
    ("object.metadata.?uid.orValue('none')", "none"),
    ("object.?spec.replicas.value()", 3),
    ("object.ports[?9].hasValue()", False),
    ("{?'name': object.metadata.?name, ?'uid': object.metadata.?uid}", {"name": "web"}),
    ("[?object.metadata.?uid, object.metadata.name]", ["web"]),
    # macros
    ("object.containers.all(c, has(c.image))", False),
    ("object.containers.exists(c, c.image == 'reg/a:1')", True),
    ("object.containers.filter(c, !has(c.image)).map(c, c.name)", ["b"]),
    ("object.containers.exists_one(c, c.name == 'a')", True),
    ("object.ports.map(p, p > 100, p + 1)", [444]),
    ("object.metadata.labels.all(k, v, k != v)", True),
    ("object.ports.transformList(i, p, i * p)", [0, 443]),
    ("object.metadata.labels.transformMap(k, v, k == 'app', v + '!')", {"app": "web!"}),
    ("{'a': 1}.transformMapEntry(k, v, {string(v): k})", {"1": "a"}),
    ("object.containers.sortBy(c, -size(c)).map(c, c.name)", ["a", "b"]),
    ("optional.of(2).optMap(x, x * x).value()", 4),
    ("optional.ofNonZeroValue(optional.none()).hasValue()", True),
    ("[0].exists(object, object != .object)", True),
    # errors absorbed
    ("object.nope == 1 || true", True),
    ("object.nope == 1 && false", False),
    ("object.ports.exists(p, p == 443 || object.nope)", True),
    ("optional.of(1).orValue(1 / 0)", 1),
    # types
    ("type(object.ports) == list && type(1u) == uint", True),
    ("{true: 'yes', false: 'no'}[false]", "no"),
    ("size({object.ports: 1, object.ports: 2})", 2),
    ("object.ports in {object.ports: 1}", False),
    ("{object.ports: 1}.map(k, k[0])", [80]),
    # libraries
    ("quantity('1.5Gi').isGreaterThan(quantity('1G'))", True),
    ("quantity('1k').add(24).asInteger()", 1024),
    ("url('https://a.example:8080/x y?q=1').getEscapedPath()", "/x%20y"),
    ("url('https://[::1]:80/').getHostname()", "::1"),
    ("url('https://h/a?x=1#f').getQuery()", {"x": ["1"]}),
    ("url('/a#b c').getEscapedPath()", "/a"),
    ("url('//h:80/a').getPort()", "80"),
    ("url('https://h/a#') == url('https://h/a')", True),
    ("url('https://h/a#f') == url('https://h/a')", False),
    ("url('file:/a') == url('file:///a')", False),
    ("cidr('10.0.0.0/8').containsIP('10.1.2.3')", True),
    ("ip('fe80::1').isLinkLocalUnicast()", True),
    ("string(cidr('192.168.1.7/24').masked())", "192.168.1.0/24"),
    ("semver('1.2.3-rc.1').isLessThan(semver('1.2.3'))", True),
    ("semver('v1.2', true).minor()", 2),
    ("!format.dns1123Label().validate('web-1').hasValue()", True),
    ("format.uuid().validate('x').value()", ["does not match the UUID format"]),
    ("[3, 1, 2].sort()", [1, 2, 3]),
    ("[[1], [2, 3]].flatten().sum()", 6),
    ("[1.5].filter(x, false).sum()", 0.0),
    ("[2u].slice(0, 0).sum()", Uint(0)),
    ("[duration('1s')].filter(x, false).sum() == duration('0s')", True),
    ("object.ports.filter(x, false).sum()", 0),
    ("(false ? [1.5] : []).sum()", 0.0),
    ("-dyn(duration('3s')) == duration('-3s')", True),
    ("sets.intersects(['a'], ['a', 'b'])", True),
    # time
    ("timestamp('2024-02-29T12:00:00Z').getDayOfYear()", 59),
    ("timestamp('2024-06-15T10:00:00Z').getHours('+05:30')", 15),
    ("string(timestamp('2024-01-01T00:00:00+01:00') + duration('90m'))", "2024-01-01T01:30:00+01:00"),
    ("duration('-1.5h').getMinutes()", -90),
]


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[text for text, _ in VALUES])
def test_value(text: str, value: Any) -> None:
    got = evaluate(text)
    assert equal(got, value)
    assert type_name(got) == type_name(value)


FAILURES = [
    # one overload is left once the checker has taken a type for certain
    ("string(object.spec[?'replicas'].orValue('none'))", "no such overload: string(int)"),
    ("(dyn([1, 2]) + ['a']).min()", "no such overload: min(list)"),
    ("object.nope", "no such key: nope"),
    ("object.spec.template.x", "no such key: x"),
    ("object.ports.x", "unsupported index type 'string' in list"),
    ("object.ports[2]", "index out of bounds: 2"),
    ("object.ports[-1]", "index out of bounds: -1"),
    ("object.spec.replicas + 'x'", "no such overload"),
    ("object.spec + 1", "no such overload: _+_"),
    ("object.ports && true", "no such overload"),
    ("1 / (object.spec.replicas - 3)", "division by zero"),
    ("object.spec.replicas % 0", "modulus by zero"),
    ("9223372036854775807 + 1", "integer overflow"),
    ("0u - 1u", "unsigned integer overflow"),
    ("-(-9223372036854775808)", "integer overflow"),
    ("int(object.metadata.name)", "type conversion error from 'string' to 'int'"),
    ("string(object.ports)", "no such overload: string(list)"),
    ("size(object.spec.replicas)", "no such overload: size"),
    ("object.spec.replicas.all(x, true)", "got 'types.Int', expected iterable type"),
    ("object.ports.all(p, p.x == 1)", "no such key: x"),
    ("optional.none().value()", "optional.none() dereference"),
    ("'abc'.substring(2, 1)", "invalid substring range. start: 2, end: 1"),
    ("[1, 2].slice(0, 9)", "cannot slice(0, 9), list is length 2"),
    ("'x'.matches(object.metadata.name + '(')", "error parsing regexp: missing closing ): `web(`"),
    ("quantity('1.5').asInteger()", "cannot convert value to integer"),
    ("semver('1.2')", "No Major.Minor.Patch elements found"),
    ("semver('é', true)", 'Invalid character(s) found in major number "0é"'),
    ("dyn('10.0.0.1').ip()", "no such overload: ip(string)"),
    (
        "cidr('10.0.0.0/8').containsCIDR('x')",
        "network address parse error during conversion from string: "
        "network address parse error during conversion from string: netip.ParsePrefix(\"x\"): no '/'",
    ),
    ("lists.range(1000001)", "lists.range: size 1000001 exceeds maximum allowed (1000000)"),
    (
        "object.spec.distinct()",
        "internal error: interface conversion: *types.baseMap is not traits.Lister: missing method Add",
    ),
    (
        "object.nope.distinct()",
        "internal error: interface conversion: *types.Err is not traits.Lister: missing method Add",
    ),
    (
        "[object.nope].distinct() == [] || true",
        "internal error: interface conversion: *types.Err is not traits.Lister: missing method Add",
    ),
    ("object.spec.replicas.matches(object.metadata.name)", "no such overload: matches"),
    ("object.spec.replicas.matches('a')", "no such overload"),
    (
        "['a'].sortBy(x, int(x)) == [] || true",
        "internal error: interface conversion: *types.Err is not traits.Lister: missing method Add",
    ),
    ("['a'].sortBy(x, object.nope) == []", "no such key: nope"),
    # Of arguments that nobody knows the type of, the first overload is taken.
    ("dyn(['a']).distinct().min() == 1", "no such overload: min(list)"),
    ("(dyn(['a']) + []).max() == 1", "no such overload: max(list)"),
    ("dyn([1.5]).reverse().sum() == 1", "no such overload: sum(list)"),
    ("dyn(['1']).slice(0, 1).all(x, int(x) == 1)", "no such overload: int(string)"),
    ("dyn([1]).distinct().all(x, string(x) == '1')", "no such overload: string(int)"),
    ("dyn(['a']).flatten().all(x, x.indexOf('a') == 0)", "no such overload: indexOf(string, string)"),
    ("'x'.findAll('x', dyn(1.0)) == []", "no such overload"),
    ("[1][dyn(1e20)] == 1", "unsupported index value 1e+20 in list"),
    ("[1][?dyn(1.0 / 0.0)].hasValue()", "unsupported index value +Inf in list"),
    ("[1][dyn(3e9)] == 1", "index out of bounds: 3e+09"),
    ("{1: 2}[dyn(1234567.0)] == 1", "no such key: 1.234567e+06"),
    (
        "[1 / (object.spec.replicas - 3)].sort() == [] || true",
        "internal error: interface conversion: *types.Err is not traits.Lister: missing method Add",
    ),
    ("[object.nope].sort() == []", "no such key: nope"),
    ("object.spec.flatten()", "no such overload: map(dyn, dyn).flatten()"),
    (
        "object.ports.flatten(object.spec.ratio)",
        "internal error: interface conversion: ref.Val is types.Double, not types.Int",
    ),
    ("optional.unwrap(object.spec.ratio)", "no such overload: optional.unwrap(double)"),
    ("object.ports[?object.spec]", "invalid qualifier type: map[string]interface {}"),
    ("timestamp(0).getHours('../etc')", "time: invalid location name"),
    (
        "timestamp(0).getHours('99999999999999999999:00')",
        'strconv.Atoi: parsing "99999999999999999999": value out of range',
    ),
    ("timestamp(0).getHours(object.spec.ratio)", "no such overload: getHours(google.protobuf.Timestamp, double)"),
    ("timestamp(object.metadata.name)", 'invalid RFC 3339 timestamp "web"'),
    ("{'a': 1, 'b': 2}.transformMapEntry(k, v, {'x': v})", "insert failed: key x already exists"),
]


@pytest.mark.parametrize(("text", "message"), FAILURES, ids=[text for text, _ in FAILURES])
def test_failure(text: str, message: str) -> None:
    with pytest.raises(CelEvaluationError) as failure:
        evaluate(text)
    assert failure.value.message == message


def test_none_is_a_singleton() -> None:
    assert evaluate("optional.none()") is NONE


NESTED = {
    "parentheses": ("(" * 249 + "1" + ")" * 249, 1),
    "a thousand terms": (" && ".join(["true"] * 1000), True),
    "a sum of 250": (" + ".join(["1"] * 250), 250),
    "lists": ("size(" + "[" * 240 + "]" * 240 + ")", 1),
    "absorbed errors": ("(object.nope || " * 110 + "true" + ")" * 110, True),
    "comprehensions": ("[1].all(x, " * 60 + "true" + ")" * 60, True),
}


@pytest.mark.parametrize(("text", "value"), NESTED.values(), ids=NESTED)
def test_deep_expressions_evaluate(text: str, value: Any) -> None:
    assert evaluate(text) == value
