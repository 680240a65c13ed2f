"""Terms of made-up programs: scalars, references, calls, comprehensions and template strings, of a wanted type."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

NUM, STR, BOOL, ARR, OBJ, SET, ANY = "num", "str", "bool", "arr", "obj", "set", "any"
CONCRETE = (NUM, STR, BOOL, ARR, OBJ, SET)

PATHS = {
    NUM: ("input.n", "input.o.n", "input.ns[0]", "input.ns[1]", "data.base.one", 'data.lib["n"]'),
    STR: ("input.s", "input.o.s", "input.ss[0]", 'input.items[0]["name"]', "data.base.s"),
    BOOL: ("input.t", "input.f", "input.o.t", "data.base.flag"),
    ARR: ("input.ns", "input.ss", "input.items", "input.o.list", "data.base.list"),
    OBJ: ("input.o", "input", "input.items[0]", "data.base.map", "input.empty", "data.lib", "data.base"),
    ANY: ("input.missing", "input.o.missing", "input.x", "data.base.missing", "data.base.map.k", "data.lib.t"),
}

LITERALS = {
    NUM: ("0", "1", "2", "-1", "1.5", "10", "1e3", "3.0", "1.0", "100000000000000000000", "0.1"),
    STR: ('"a"', '""', '"ab-c"', '"k"', '"é"', '"1"', '"n"', "`raw`", '"a b"'),
    BOOL: ("true", "false"),
    ARR: ("[]", "[1, 2]", '["a", "b"]', "[1, [2], null]", '[{"name": "a", "n": 1}]', '[["a", 1], ["b", 2]]'),
    OBJ: ("{}", '{"a": 1}', '{"n": 2, "k": "v"}', '{1: "x"}', '{"name": "a", "n": 1}', "{[1]: 2, {3}: 4, null: 5}"),
    SET: ("set()", "{1, 2}", '{"a", "b"}', "{1, true, null}", "{[1], {2}}", '{["a", 1], ["b", 2]}'),
    ANY: ("null", "1", '"a"', "true", "[1]", "{}", "1.0"),
}


@dataclass(slots=True)
class Rule:
    """What later rules may say of an earlier one: `path` is how it is named, `keys` how many refs reach its values."""

    path: str
    kind: str  # complete, set, object, function, tree
    type: str
    args: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()


@dataclass(slots=True)
class Scope:
    """Variables bound so far, by type; a child scope sees its parent's."""

    variables: dict[str, str] = field(default_factory=dict)

    def child(self) -> Scope:
        return Scope(dict(self.variables))

    def of(self, kind: str) -> list[str]:
        return [name for name, t in self.variables.items() if kind in (ANY, t) or t == ANY]


class Terms:
    """Makes terms from a source of randomness; `rules` are those that may be referred to."""

    def __init__(self, rng: random.Random, version: str) -> None:
        self.rng = rng
        self.v1 = version == "v1"
        self.version = version
        self.package = ""
        self.rules: list[Rule] = []
        self.count = 0

    def some(self, chance: float) -> bool:
        return self.rng.random() < chance

    def pick(self, *weighted: tuple[Any, int]) -> Any:
        roll = self.rng.randrange(sum(weight for _, weight in weighted))
        for item, weight in weighted:
            if roll < weight:
                return item
            roll -= weight
        raise AssertionError("unreachable")

    def variable(self, scope: Scope, kind: str) -> str:
        """A new variable; now and then one that is taken, which shadows it or is refused."""
        if scope.variables and self.some(0.03):
            name = self.rng.choice(list(scope.variables))
        else:
            self.count += 1
            name = f"v{self.count}"
        scope.variables[name] = kind
        return name

    def literal(self, kind: str) -> str:
        return self.rng.choice(LITERALS[kind])

    def term(self, kind: str, scope: Scope, depth: int) -> str:
        """A term that is likely of this type."""
        if kind == ANY and self.some(0.4):
            kind = self.rng.choice(CONCRETE)
        roll = self.rng.random()
        bound = scope.of(kind)
        if bound and roll < 0.4:
            return self.rng.choice(bound)
        if roll < 0.55:
            return self.reference(kind, scope, depth)
        if depth and roll < 0.8:
            return self.call(kind, scope, depth - 1)
        if depth and roll < 0.9 and kind in (ARR, SET, OBJ):
            return self.comprehension(kind, scope) if self.some(0.5) else self.composite(kind, scope, depth - 1)
        if depth and roll < 0.9 and kind == STR and self.v1:
            return self.template(scope, depth - 1)
        return self.literal(kind)

    def reference(self, kind: str, scope: Scope, depth: int) -> str:
        if self.rules and self.some(0.55) and (found := self.rule_ref(kind, scope, depth)):
            return found
        if scope.variables and self.some(0.2):
            return f"{self.rng.choice(list(scope.variables))}{self.step(scope)}"
        return self.home(self.rng.choice(PATHS.get(kind) or PATHS[ANY]))

    def home(self, path: str) -> str:
        """A path, other than into the package being written: that would be recursion."""
        return "input.o" if path.startswith("data.lib") and self.package == "lib" else path

    def step(self, scope: Scope) -> str:
        """One more step of a ref."""
        bound = scope.of(STR) + scope.of(NUM)
        if bound and self.some(0.3):
            return f"[{self.rng.choice(bound)}]"
        return self.rng.choice((".a", ".n", "[0]", '["k"]', "[1.0]", ".name", ".b", "[true]", "[[1]]", ".if", "[-1]"))

    def rule_ref(self, kind: str, scope: Scope, depth: int) -> str | None:
        fitting = [rule for rule in self.rules if kind in (ANY, rule.type)]
        if not fitting:
            return None
        rule = self.rng.choice(fitting)
        if rule.kind == "function":
            return f"{rule.path}({', '.join(self.term(t, scope, 0) for t in rule.args)})"
        if kind == ANY and rule.leaves and self.some(0.6):
            return f"{rule.path}{self.rng.choice(rule.leaves)}"
        if kind == ANY and rule.kind in ("set", "object", "tree"):
            return f"{rule.path}[{self.term(self.rng.choice((STR, NUM, ANY)), scope, 0)}]"
        return rule.path

    def composite(self, kind: str, scope: Scope, depth: int) -> str:
        items = [self.term(ANY, scope, depth) for _ in range(self.rng.randint(1, 3))]
        if kind == ARR:
            return f"[{', '.join(items)}]"
        if kind == SET:
            return f"{{{', '.join(items)}}}"
        return "{" + ", ".join(f"{self.term(STR, scope, 0)}: {item}" for item in items) + "}"

    def template(self, scope: Scope, depth: int) -> str:
        quote = self.rng.choice(('"', '"', "`"))
        parts = [self.rng.choice(("a", " ", "", "é:", "\\{x")) for _ in range(2)]
        holes = [self.term(self.rng.choice((STR, NUM, ANY)), scope, depth) for _ in parts]
        return f"${quote}{''.join(text + '{' + hole + '}' for text, hole in zip(parts, holes, strict=True))}{quote}"

    def comprehension(self, kind: str, scope: Scope) -> str:
        inner = scope.child()
        body = "; ".join(self.body(inner, 1))
        value = self.term(ANY, inner, 0)
        if kind == OBJ:
            return f"{{{self.term(STR, inner, 0)}: {value} | {body}}}"
        return f"[{value} | {body}]" if kind == ARR else f"{{{value} | {body}}}"

    def body(self, scope: Scope, depth: int = 0) -> list[str]:
        raise NotImplementedError

    def call(self, kind: str, scope: Scope, depth: int) -> str:
        """A call of a built-in with such a result."""
        pattern = self.rng.choice(CALLS[kind])
        return pattern(lambda wanted: self.term(wanted, scope, depth), self.rng)


Make = Callable[[Callable[[str], str], random.Random], str]


def _calls(*texts: str) -> tuple[Make, ...]:
    return tuple(map(_call, texts))


def _call(text: str) -> Make:
    """`count(arr/set)` → a maker that fills in a term of one of the types at each type's name in `<>`."""
    pieces = text.replace(">", "<").split("<")

    def make(term: Callable[[str], str], rng: random.Random) -> str:
        return "".join(piece if i % 2 == 0 else term(rng.choice(piece.split("/"))) for i, piece in enumerate(pieces))

    return make


def _compared(term: Callable[[str], str], rng: random.Random) -> str:
    return f"{term(NUM)} {rng.choice(('<', '>=', '==', '!='))} {term(NUM)}"


CALLS: dict[str, tuple[Make, ...]] = {
    NUM: _calls(
        "<num> + <num>",
        "(<num> - <num>) * <num>",
        "<num> / <num>",
        "<num> % <num>",
        "0 - <num>",
        "count(<arr/set/obj/str>)",
        "sum(<arr>)",
        "max(<arr/set>)",
        "min(<arr/set>)",
        "product(<arr>)",
        "abs(<num>)",
        "round(<num>)",
        "floor(<num>)",
        "indexof(<str>, <str>)",
        "to_number(<str>)",
        "bits.and(<num>, <num>)",
    ),
    STR: _calls(
        "lower(<str>)",
        "upper(<str>)",
        'concat("-", <arr/set>)',
        'sprintf("%v:%v", [<any>, <any>])',
        'sprintf("%d|%s|%5.2f", [<num>, <str>, <num>])',
        "replace(<str>, <str>, <str>)",
        "trim(<str>, <str>)",
        "substring(<str>, <num>, <num>)",
        "format_int(<num>, 10)",
        "json.marshal(<any>)",
        "type_name(<any>)",
        'trim_prefix(<str>, "a")',
        "base64.encode(<str>)",
    ),
    BOOL: (
        *_calls(
            "startswith(<str>, <str>)",
            "contains(<str>, <str>)",
            "is_string(<any>)",
            "is_object(<any>)",
            'regex.match("^a.*", <str>)',
            "<any> == <any>",
            "object.subset(<obj>, <obj>)",
        ),
        _compared,
    ),
    ARR: _calls(
        "array.concat(<arr>, <arr>)",
        "array.slice(<arr>, <num>, <num>)",
        'split(<str>, "-")',
        "sort(<arr/set>)",
        "numbers.range(<num>, <num>)",
        "array.reverse(<arr>)",
        "[<any>, <any>]",
    ),
    SET: _calls("<set> | <set>", "<set> & <set>", "<set> - <set>", "object.keys(<obj>)", "{<any>, <any>}"),
    OBJ: _calls(
        "object.union(<obj>, <obj>)",
        'object.remove(<obj>, ["a", "n"])',
        'object.filter(<obj>, {"n", "k"})',
        '{"a": <any>, "b": <any>}',
        "{<str>: <any>}",
    ),
    ANY: _calls("object.get(<obj>, <str>, <any>)", "json.unmarshal(<str>)", "object.get(<obj>, [<str>, <num>], <any>)"),
}
