"""Every built-in's module, signature and flags, so that nobody imports implementations to know them.

Written by `python -m gatewright.builtins.declare` from the decorators; a test holds the two together.
"""

# ruff: noqa: E501 - a signature is one line, however long

from __future__ import annotations

from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


@record(frozen=True, slots=True)
class Declaration:
    """What is known of a built-in before it is imported; the flags are those of registry.Builtin.

    `arity` is -1 for `print`, which takes any number of arguments.
    """

    name: str
    module: str
    signature: str
    arity: int
    infix: str = ""
    context: bool = False
    relation: bool = False
    nondeterministic: bool = False
    deprecated: bool = False


_ALL: Final = (
    Declaration("abs", "numbers", "(x: number) -> y: number", 1),
    Declaration("all", "aggregates", "(any<array[any], set[any]>) -> boolean", 1, deprecated=True),
    Declaration("and", "sets", "(x: set[any], y: set[any]) -> z: set[any]", 2, infix="&"),
    Declaration("any", "aggregates", "(any<array[any], set[any]>) -> boolean", 1, deprecated=True),
    Declaration("array.concat", "array", "(x: array[any], y: array[any]) -> z: array[any]", 2),
    Declaration("array.flatten", "array", "(arr: array[any]) -> flattened: array[any]", 1),
    Declaration("array.reverse", "array", "(arr: array[any]) -> rev: array[any]", 1),
    Declaration("array.slice", "array", "(arr: array[any], start: number, stop: number) -> slice: array[any]", 3),
    Declaration("assign", "comparison", "(any, any) -> boolean", 2, infix=":="),
    Declaration("base64.decode", "encoding", "(x: string) -> y: string", 1),
    Declaration("base64.encode", "encoding", "(x: string) -> y: string", 1),
    Declaration("base64.is_valid", "encoding", "(x: string) -> result: boolean", 1),
    Declaration("base64url.decode", "encoding", "(x: string) -> y: string", 1),
    Declaration("base64url.encode", "encoding", "(x: string) -> y: string", 1),
    Declaration("base64url.encode_no_pad", "encoding", "(x: string) -> y: string", 1),
    Declaration("bits.and", "bits", "(x: number, y: number) -> z: number", 2),
    Declaration("bits.lsh", "bits", "(x: number, s: number) -> z: number", 2),
    Declaration("bits.negate", "bits", "(x: number) -> z: number", 1),
    Declaration("bits.or", "bits", "(x: number, y: number) -> z: number", 2),
    Declaration("bits.rsh", "bits", "(x: number, s: number) -> z: number", 2),
    Declaration("bits.xor", "bits", "(x: number, y: number) -> z: number", 2),
    Declaration("cast_array", "casts", "(any) -> array[any]", 1, deprecated=True),
    Declaration("cast_boolean", "casts", "(any) -> boolean", 1, deprecated=True),
    Declaration("cast_null", "casts", "(any) -> null", 1, deprecated=True),
    Declaration("cast_object", "casts", "(any) -> object[any: any]", 1, deprecated=True),
    Declaration("cast_set", "casts", "(any) -> set[any]", 1, deprecated=True),
    Declaration("cast_string", "casts", "(any) -> string", 1, deprecated=True),
    Declaration("ceil", "numbers", "(x: number) -> y: number", 1),
    Declaration(
        "concat", "strings", "(delimiter: string, collection: any<array[string], set[string]>) -> output: string", 2
    ),
    Declaration("contains", "strings", "(haystack: string, needle: string) -> result: boolean", 2),
    Declaration(
        "count", "aggregates", "(collection: any<string, array[any], object[any: any], set[any]>) -> n: number", 1
    ),
    Declaration("crypto.hmac.equal", "crypto", "(mac1: string, mac2: string) -> result: boolean", 2),
    Declaration("crypto.hmac.md5", "crypto", "(x: string, key: string) -> y: string", 2),
    Declaration("crypto.hmac.sha1", "crypto", "(x: string, key: string) -> y: string", 2),
    Declaration("crypto.hmac.sha256", "crypto", "(x: string, key: string) -> y: string", 2),
    Declaration("crypto.hmac.sha512", "crypto", "(x: string, key: string) -> y: string", 2),
    Declaration("crypto.md5", "crypto", "(x: string) -> y: string", 1),
    Declaration("crypto.parse_private_keys", "crypto", "(keys: string) -> output: array[object[string: any]]", 1),
    Declaration("crypto.sha1", "crypto", "(x: string) -> y: string", 1),
    Declaration("crypto.sha256", "crypto", "(x: string) -> y: string", 1),
    Declaration(
        "crypto.x509.parse_and_verify_certificates",
        "crypto",
        "(certs: string) -> output: array<boolean, array[object[string: any]]>",
        1,
        context=True,
    ),
    Declaration(
        "crypto.x509.parse_and_verify_certificates_with_options",
        "crypto",
        "(certs: string, options: object[string: any]) -> output: array<boolean, array[object[string: any]]>",
        2,
        context=True,
    ),
    Declaration("crypto.x509.parse_certificate_request", "crypto", "(csr: string) -> output: object[string: any]", 1),
    Declaration("crypto.x509.parse_certificates", "crypto", "(certs: string) -> output: array[object[string: any]]", 1),
    Declaration("crypto.x509.parse_keypair", "crypto", "(cert: string, pem: string) -> output: object[string: any]", 2),
    Declaration("crypto.x509.parse_rsa_private_key", "crypto", "(pem: string) -> output: object[string: any]", 1),
    Declaration("div", "numbers", "(x: number, y: number) -> z: number", 2, infix="/"),
    Declaration("endswith", "strings", "(search: string, base: string) -> result: boolean", 2),
    Declaration("eq", "comparison", "(any, any) -> boolean", 2, infix="="),
    Declaration("equal", "comparison", "(x: any, y: any) -> result: boolean", 2, infix="=="),
    Declaration("floor", "numbers", "(x: number) -> y: number", 1),
    Declaration("format_int", "strings", "(number: number, base: number) -> output: string", 2),
    Declaration(
        "glob.match",
        "glob",
        "(pattern: string, delimiters: any<null, array[string]>, match: string) -> result: boolean",
        3,
    ),
    Declaration("glob.quote_meta", "glob", "(pattern: string) -> output: string", 1),
    Declaration(
        "graph.reachable",
        "graph",
        "(graph: object[any: any<array[any], set[any]>], initial: any<array[any], set[any]>) -> output: set[any]",
        2,
    ),
    Declaration(
        "graph.reachable_paths",
        "graph",
        "(graph: object[any: any<array[any], set[any]>], initial: any<array[any], set[any]>) -> output: set[array[any]]",
        2,
    ),
    Declaration(
        "graphql.is_valid",
        "graphql",
        "(query: any<string, object[any: any]>, schema: any<string, object[any: any]>) -> output: boolean",
        2,
    ),
    Declaration(
        "graphql.parse",
        "graphql",
        "(query: any<string, object[any: any]>, schema: any<string, object[any: any]>) -> output: array<object[any: any], object[any: any]>",
        2,
    ),
    Declaration(
        "graphql.parse_and_verify",
        "graphql",
        "(query: any<string, object[any: any]>, schema: any<string, object[any: any]>) -> output: array<boolean, object[any: any], object[any: any]>",
        2,
    ),
    Declaration("graphql.parse_query", "graphql", "(query: string) -> output: object[any: any]", 1),
    Declaration("graphql.parse_schema", "graphql", "(schema: string) -> output: object[any: any]", 1),
    Declaration("graphql.schema_is_valid", "graphql", "(schema: any<string, object[any: any]>) -> output: boolean", 1),
    Declaration("gt", "comparison", "(x: any, y: any) -> result: boolean", 2, infix=">"),
    Declaration("gte", "comparison", "(x: any, y: any) -> result: boolean", 2, infix=">="),
    Declaration("hex.decode", "encoding", "(x: string) -> y: string", 1),
    Declaration("hex.encode", "encoding", "(x: string) -> y: string", 1),
    Declaration(
        "http.send",
        "http",
        "(request: object[string: any]) -> response: object[any: any]",
        1,
        context=True,
        nondeterministic=True,
    ),
    Declaration("indexof", "strings", "(haystack: string, needle: string) -> output: number", 2),
    Declaration("indexof_n", "strings", "(haystack: string, needle: string) -> output: array[number]", 2),
    Declaration("internal.member_2", "internal", "(any, any) -> boolean", 2, infix="in"),
    Declaration("internal.member_3", "internal", "(any, any, any) -> boolean", 3, infix="in"),
    Declaration("internal.print", "internal", "(array[set[any]])", 1, context=True),
    Declaration("internal.template_string", "internal", "(array[any]) -> string", 1),
    Declaration("internal.test_case", "internal", "(array[any])", 1),
    Declaration("intersection", "sets", "(xs: set[set[any]]) -> y: set[any]", 1),
    Declaration(
        "io.jwt.decode", "tokens", "(jwt: string) -> output: array<object[any: any], object[any: any], string>", 1
    ),
    Declaration(
        "io.jwt.decode_verify",
        "tokens",
        "(jwt: string, constraints: object[string: any]) -> output: array<boolean, object[any: any], object[any: any]>",
        2,
        context=True,
        nondeterministic=True,
    ),
    Declaration(
        "io.jwt.encode_sign",
        "tokensign",
        "(headers: object[string: any], payload: object[string: any], key: object[string: any]) -> output: string",
        3,
        nondeterministic=True,
    ),
    Declaration(
        "io.jwt.encode_sign_raw",
        "tokensign",
        "(headers: string, payload: string, key: string) -> output: string",
        3,
        nondeterministic=True,
    ),
    Declaration("io.jwt.verify_eddsa", "tokens", "(jwt: string, certificate: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_es256", "tokens", "(jwt: string, certificate: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_es384", "tokens", "(jwt: string, certificate: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_es512", "tokens", "(jwt: string, certificate: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_hs256", "tokens", "(jwt: string, secret: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_hs384", "tokens", "(jwt: string, secret: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_hs512", "tokens", "(jwt: string, secret: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_ps256", "tokens", "(jwt: string, certificate: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_ps384", "tokens", "(jwt: string, certificate: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_ps512", "tokens", "(jwt: string, certificate: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_rs256", "tokens", "(jwt: string, certificate: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_rs384", "tokens", "(jwt: string, certificate: string) -> result: boolean", 2),
    Declaration("io.jwt.verify_rs512", "tokens", "(jwt: string, certificate: string) -> result: boolean", 2),
    Declaration("is_array", "types", "(x: any) -> result: boolean", 1),
    Declaration("is_boolean", "types", "(x: any) -> result: boolean", 1),
    Declaration("is_null", "types", "(x: any) -> result: boolean", 1),
    Declaration("is_number", "types", "(x: any) -> result: boolean", 1),
    Declaration("is_object", "types", "(x: any) -> result: boolean", 1),
    Declaration("is_set", "types", "(x: any) -> result: boolean", 1),
    Declaration("is_string", "types", "(x: any) -> result: boolean", 1),
    Declaration(
        "json.filter",
        "json",
        "(object: object[any: any], paths: any<array[any<string, array[any]>], set[any<string, array[any]>]>) -> filtered: object[any: any]",
        2,
    ),
    Declaration("json.is_valid", "encoding", "(x: string) -> result: boolean", 1),
    Declaration("json.marshal", "encoding", "(x: any) -> y: string", 1),
    Declaration(
        "json.marshal_with_options",
        "encoding",
        "(x: any, opts: object<indent: string, prefix: string, pretty: boolean>[string: any]) -> y: string",
        2,
    ),
    Declaration(
        "json.match_schema",
        "schema",
        "(document: any<string, object[any: any]>, schema: any<string, object[any: any]>) -> output: array<boolean, array[object<desc: string, error: string, field: string, type: string>]>",
        2,
        nondeterministic=True,
    ),
    Declaration(
        "json.patch", "json", "(target: any, patches: array[object<op: string, path: any>[any: any]]) -> output: any", 2
    ),
    Declaration(
        "json.remove",
        "json",
        "(object: object[any: any], paths: any<array[any<string, array[any]>], set[any<string, array[any]>]>) -> output: object[any: any]",
        2,
    ),
    Declaration("json.unmarshal", "encoding", "(x: string) -> y: any", 1),
    Declaration(
        "json.verify_schema",
        "schema",
        "(schema: any<string, object[any: any]>) -> output: array<boolean, any<null, string>>",
        1,
        nondeterministic=True,
    ),
    Declaration("lower", "strings", "(x: string) -> y: string", 1),
    Declaration("lt", "comparison", "(x: any, y: any) -> result: boolean", 2, infix="<"),
    Declaration("lte", "comparison", "(x: any, y: any) -> result: boolean", 2, infix="<="),
    Declaration("max", "aggregates", "(collection: any<array[any], set[any]>) -> n: any", 1),
    Declaration("min", "aggregates", "(collection: any<array[any], set[any]>) -> n: any", 1),
    Declaration(
        "minus",
        "numbers",
        "(x: any<number, set[any]>, y: any<number, set[any]>) -> z: any<number, set[any]>",
        2,
        infix="-",
    ),
    Declaration("mul", "numbers", "(x: number, y: number) -> z: number", 2, infix="*"),
    Declaration("neq", "comparison", "(x: any, y: any) -> result: boolean", 2, infix="!="),
    Declaration("net.cidr_contains", "net", "(cidr: string, cidr_or_ip: string) -> result: boolean", 2),
    Declaration(
        "net.cidr_contains_matches",
        "net",
        "(cidrs: any<string, array[any<string, array[any]>], object[string: any<string, array[any]>], set[any<string, array[any]>]>, cidrs_or_ips: any<string, array[any<string, array[any]>], object[string: any<string, array[any]>], set[any<string, array[any]>]>) -> output: set[array<any, any>]",
        2,
    ),
    Declaration("net.cidr_expand", "net", "(cidr: string) -> hosts: set[string]", 1),
    Declaration("net.cidr_intersects", "net", "(cidr1: string, cidr2: string) -> result: boolean", 2),
    Declaration("net.cidr_is_valid", "net", "(cidr: string) -> result: boolean", 1),
    Declaration("net.cidr_merge", "net", "(addrs: any<array[any<string>], set[string]>) -> output: set[string]", 1),
    Declaration("net.cidr_overlap", "net", "(string, string) -> boolean", 2, deprecated=True),
    Declaration(
        "net.lookup_ip_addr", "net", "(name: string) -> addrs: set[string]", 1, context=True, nondeterministic=True
    ),
    Declaration("numbers.range", "numbers", "(a: number, b: number) -> range: array[number]", 2),
    Declaration("numbers.range_step", "numbers", "(a: number, b: number, step: number) -> range: array[number]", 3),
    Declaration(
        "object.filter",
        "object",
        "(object: object[any: any], keys: any<array[any], object[any: any], set[any]>) -> filtered: object[any: any]",
        2,
    ),
    Declaration("object.get", "object", "(object: object[any: any], key: any, default: any) -> value: any", 3),
    Declaration("object.keys", "object", "(object: object[any: any]) -> value: set[any]", 1),
    Declaration(
        "object.remove",
        "object",
        "(object: object[any: any], keys: any<array[any], object[any: any], set[any]>) -> output: object[any: any]",
        2,
    ),
    Declaration(
        "object.subset",
        "object",
        "(super: any<array[any], object[any: any], set[any]>, sub: any<array[any], object[any: any], set[any]>) -> result: boolean",
        2,
    ),
    Declaration("object.union", "object", "(a: object[any: any], b: object[any: any]) -> output: object[any: any]", 2),
    Declaration("object.union_n", "object", "(objects: array[object[any: any]]) -> output: object[any: any]", 1),
    Declaration("opa.runtime", "opa", "() -> output: object[string: any]", 0, context=True, nondeterministic=True),
    Declaration("or", "sets", "(x: set[any], y: set[any]) -> z: set[any]", 2, infix="|"),
    Declaration("plus", "numbers", "(x: number, y: number) -> z: number", 2, infix="+"),
    Declaration("print", "internal", "(any...)", -1, context=True),
    Declaration("product", "aggregates", "(collection: any<array[number], set[number]>) -> n: number", 1),
    Declaration(
        "providers.aws.sign_req",
        "providers_aws",
        "(request: object[string: any], aws_config: object[string: any], time_ns: number) -> signed_request: object[any: any]",
        3,
    ),
    Declaration(
        "rand.intn", "numbers", "(str: string, n: number) -> y: number", 2, context=True, nondeterministic=True
    ),
    Declaration("re_match", "regex", "(string, string) -> boolean", 2, deprecated=True),
    Declaration(
        "regex.find_all_string_submatch_n",
        "regex",
        "(pattern: string, value: string, number: number) -> output: array[array[string]]",
        3,
    ),
    Declaration(
        "regex.find_n", "regex", "(pattern: string, value: string, number: number) -> output: array[string]", 3
    ),
    Declaration("regex.globs_match", "regex", "(glob1: string, glob2: string) -> result: boolean", 2),
    Declaration("regex.is_valid", "regex", "(pattern: string) -> result: boolean", 1),
    Declaration("regex.match", "regex", "(pattern: string, value: string) -> result: boolean", 2),
    Declaration("regex.replace", "regex", "(s: string, pattern: string, value: string) -> output: string", 3),
    Declaration("regex.split", "regex", "(pattern: string, value: string) -> output: array[string]", 2),
    Declaration(
        "regex.template_match",
        "regex",
        "(template: string, value: string, delimiter_start: string, delimiter_end: string) -> result: boolean",
        4,
    ),
    Declaration("rego.metadata.chain", "rego", "() -> chain: array[any]", 0),
    Declaration("rego.metadata.rule", "rego", "() -> output: any", 0),
    Declaration("rego.parse_module", "rego", "(filename: string, rego: string) -> output: object[string: any]", 2),
    Declaration("rem", "numbers", "(x: number, y: number) -> z: number", 2, infix="%"),
    Declaration("replace", "strings", "(x: string, old: string, new: string) -> y: string", 3),
    Declaration("round", "numbers", "(x: number) -> y: number", 1),
    Declaration("semver.compare", "semver", "(a: string, b: string) -> result: number", 2),
    Declaration("semver.is_valid", "semver", "(vsn: any) -> result: boolean", 1),
    Declaration("set_diff", "sets", "(set[any], set[any]) -> set[any]", 2, deprecated=True),
    Declaration("sort", "aggregates", "(collection: any<array[any], set[any]>) -> n: array[any]", 1),
    Declaration("split", "strings", "(x: string, delimiter: string) -> ys: array[string]", 2),
    Declaration("sprintf", "strings", "(format: string, values: array[any]) -> output: string", 2),
    Declaration("startswith", "strings", "(search: string, base: string) -> result: boolean", 2),
    Declaration(
        "strings.any_prefix_match",
        "strings",
        "(search: any<string, array[string], set[string]>, base: any<string, array[string], set[string]>) -> result: boolean",
        2,
    ),
    Declaration(
        "strings.any_suffix_match",
        "strings",
        "(search: any<string, array[string], set[string]>, base: any<string, array[string], set[string]>) -> result: boolean",
        2,
    ),
    Declaration("strings.count", "strings", "(search: string, substring: string) -> output: number", 2),
    Declaration(
        "strings.render_template", "strings", "(value: string, vars: object[string: any]) -> result: string", 2
    ),
    Declaration(
        "strings.replace_n", "strings", "(patterns: object[string: string], value: string) -> output: string", 2
    ),
    Declaration("strings.reverse", "strings", "(x: string) -> y: string", 1),
    Declaration("strings.split_n", "strings", "(x: string, delimiter: string, n: number) -> ys: array[string]", 3),
    Declaration("substring", "strings", "(value: string, offset: number, length: number) -> output: string", 3),
    Declaration("sum", "aggregates", "(collection: any<array[number], set[number]>) -> n: number", 1),
    Declaration(
        "time.add_date", "time", "(ns: number, years: number, months: number, days: number) -> output: number", 4
    ),
    Declaration(
        "time.clock", "time", "(x: any<number, array<number, string>>) -> output: array<number, number, number>", 1
    ),
    Declaration(
        "time.date", "time", "(x: any<number, array<number, string>>) -> date: array<number, number, number>", 1
    ),
    Declaration(
        "time.diff",
        "time",
        "(ns1: any<number, array<number, string>>, ns2: any<number, array<number, string>>) -> output: array<number, number, number, number, number, number>",
        2,
    ),
    Declaration(
        "time.format",
        "time",
        "(x: any<number, array<number, string>, array<number, string, string>>) -> formatted timestamp: string",
        1,
    ),
    Declaration("time.now_ns", "time", "() -> now: number", 0, context=True, nondeterministic=True),
    Declaration("time.parse_duration_ns", "time", "(duration: string) -> ns: number", 1),
    Declaration("time.parse_ns", "time", "(layout: string, value: string) -> ns: number", 2),
    Declaration("time.parse_rfc3339_ns", "time", "(value: string) -> ns: number", 1),
    Declaration("time.weekday", "time", "(x: any<number, array<number, string>>) -> day: string", 1),
    Declaration("to_number", "casts", "(value: any<null, boolean, number, string>) -> num: number", 1),
    Declaration("trace", "tracing", "(note: string) -> result: boolean", 1, context=True),
    Declaration("trim", "strings", "(value: string, cutset: string) -> output: string", 2),
    Declaration("trim_left", "strings", "(value: string, cutset: string) -> output: string", 2),
    Declaration("trim_prefix", "strings", "(value: string, prefix: string) -> output: string", 2),
    Declaration("trim_right", "strings", "(value: string, cutset: string) -> output: string", 2),
    Declaration("trim_space", "strings", "(value: string) -> output: string", 1),
    Declaration("trim_suffix", "strings", "(value: string, suffix: string) -> output: string", 2),
    Declaration("type_name", "types", "(x: any) -> type: string", 1),
    Declaration("union", "sets", "(xs: set[set[any]]) -> y: set[any]", 1),
    Declaration("units.parse", "units", "(x: string) -> y: number", 1),
    Declaration("units.parse_bytes", "units", "(x: string) -> y: number", 1),
    Declaration("upper", "strings", "(x: string) -> y: string", 1),
    Declaration("uri.is_valid", "uri", "(uri: string) -> result: boolean", 1),
    Declaration("uri.parse", "uri", "(uri: string) -> output: object[string: string]", 1),
    Declaration("urlquery.decode", "encoding", "(x: string) -> y: string", 1),
    Declaration("urlquery.decode_object", "encoding", "(x: string) -> object: object[string: array[string]]", 1),
    Declaration("urlquery.encode", "encoding", "(x: string) -> y: string", 1),
    Declaration(
        "urlquery.encode_object",
        "encoding",
        "(object: object[string: any<string, array[string], set[string]>]) -> y: string",
        1,
    ),
    Declaration("uuid.parse", "uuid", "(uuid: string) -> result: object[string: any]", 1),
    Declaration("uuid.rfc4122", "uuid", "(k: string) -> output: string", 1, context=True, nondeterministic=True),
    Declaration("walk", "graph", "(x: any) -> output: array<array[any], any>", 1, relation=True),
    Declaration("yaml.is_valid", "encoding", "(x: string) -> result: boolean", 1),
    Declaration("yaml.marshal", "encoding", "(x: any) -> y: string", 1),
    Declaration("yaml.unmarshal", "encoding", "(x: string) -> y: any", 1),
)

DECLARED: Final[dict[str, Declaration]] = {entry.name: entry for entry in _ALL}
