"""Programs by a seed: modules that mostly compile, with an input and data to match.

The generator knows the scope (which variables are bound, of what type) and refers only to rules above, so that
most programs pass the compiler; about one in twenty is spoilt on purpose to compare rejections.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

NUM, STR, BOOL, ARR, OBJ, SET, ANY = "num", "str", "bool", "arr", "obj", "set", "any"
_CONCRETE = (NUM, STR, BOOL, ARR, OBJ, SET)

INPUT_PATHS = {
    NUM: ("input.n", "input.o.n", "input.ns[0]", "input.ns[1]"),
    STR: ("input.s", "input.o.s", "input.ss[0]", 'input.items[0]["name"]'),
    BOOL: ("input.t", "input.f", "input.o.t"),
    ARR: ("input.ns", "input.ss", "input.items", "input.o.list", "data.base.list"),
    OBJ: ("input.o", "input", "input.items[0]", "data.base.map", "input.empty"),
    ANY: ("input.missing", "input.o.missing", "input.x", "data.base.missing", "data.base.map.k"),
}


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its modules' text by name, the dialect, and what it is evaluated on; the query is `data.fuzz`."""

    modules: dict[str, str]
    rego_version: str
    input: Any
    data: Any
    query: str = "data.fuzz"


@dataclass(slots=True)
class _Rule:
    name: str
    kind: str  # complete, set, object, function, tree
    type: str
    args: tuple[str, ...] = ()


@dataclass(slots=True)
class _Scope:
    """Variables bound so far, by type; a child scope sees its parent's."""

    variables: dict[str, str] = field(default_factory=dict)

    def child(self) -> _Scope:
        return _Scope(dict(self.variables))

    def of(self, kind: str) -> list[str]:
        return [name for name, t in self.variables.items() if kind in (ANY, t) or t == ANY]


def program(seed: int, *, rego_version: str | None = None) -> Program:
    """The program of a seed: the same one always."""
    return generate(random.Random(seed), rego_version=rego_version)


def generate(rng: random.Random, *, rego_version: str | None = None) -> Program:
    """A program from any source of randomness with random.Random's methods (hypothesis' `randoms` included)."""
    version = rego_version or rng.choice(("v1", "v1", "v1", "v0"))
    return _Generator(rng, version).program()


_DECLARED = re.compile(r"\b(?:some|every) (v\d+)(?:, (v\d+))? in\b")


def _without_unused(lines: list[str]) -> list[str]:
    """A rule's lines with `_` for what `some … in` or `every` declares and nothing uses: OPA refuses those."""
    text = "\n".join(lines)
    for name in {n for found in _DECLARED.findall(text) for n in found if n}:
        if len(re.findall(rf"\b{name}\b", text)) == 1:
            text = re.sub(rf"\b{name}\b", "_", text)
    return text.split("\n")


class _Generator:
    def __init__(self, rng: random.Random, version: str) -> None:
        self.rng = rng
        self.v1 = version == "v1"
        self.version = version
        self.rules: list[_Rule] = []
        self.count = 0

    # --- program ------------------------------------------------------------------------------------------------

    def program(self) -> Program:
        lines = ["package fuzz", ""]
        if not self.v1:
            lines += ["import future.keywords.in", "import future.keywords.every", ""]
        for _ in range(self.rng.randint(2, 5)):
            lines += [*_without_unused(self.rule()), ""]
        text = "\n".join(lines)
        if self.rng.random() < 0.05:
            text = self.spoil(text)
        return Program({"fuzz.rego": text}, self.version, self.input(), self.data())

    def input(self) -> Any:
        rng = self.rng
        document = {
            "n": rng.choice((0, 1, 2, -3, 1.5, 10)),
            "s": rng.choice(("a", "ab", "", "x-y", "é", "A b")),
            "t": True,
            "f": rng.choice((False, False, True)),
            "ns": [self.json_number() for _ in range(rng.randint(0, 4))],
            "ss": [rng.choice(("a", "b", "ab", "c", "")) for _ in range(rng.randint(0, 4))],
            "o": {"n": self.json_number(), "s": "k", "t": True, "list": [1, "a", None, [2], {"k": 1}]},
            "items": [
                {"name": rng.choice(("a", "b", "c")), "n": self.json_number(), "tags": ["x", "y"][: rng.randint(0, 2)]}
                for _ in range(rng.randint(0, 3))
            ],
            "empty": {},
            "x": rng.choice((None, False, 1, "a", [], [1, 2], {"a": 1})),
        }
        for key in list(document):
            if rng.random() < 0.08:
                del document[key]
        return document

    def data(self) -> Any:
        return {"base": {"list": [3, 1, 2], "map": {"k": "v", "a": 1, "b": [1, 2]}, "flag": True}}

    def json_number(self) -> Any:
        return self.rng.choice((0, 1, 2, 3, -1, 2.5, 7))

    def spoil(self, text: str) -> str:
        """Break the program the way people do: a word dropped, doubled or misspelt."""
        words = text.split(" ")
        spot = self.rng.randrange(len(words))
        change = self.rng.randrange(3)
        if change == 0:
            del words[spot]
        elif change == 1:
            words.insert(spot, words[spot])
        else:
            words[spot] = self.rng.choice(("undefined_name", "if", "{", "}", ":=", "not", "[", "some", "q(1)"))
        return " ".join(words)

    # --- rules --------------------------------------------------------------------------------------------------

    def rule(self) -> list[str]:
        kind = self.choice(("complete", 4), ("set", 3), ("object", 2), ("function", 3), ("tree", 2), ("else", 2))
        return {
            "complete": self.complete,
            "set": self.partial_set,
            "object": self.partial_object,
            "function": self.function,
            "tree": self.tree,
            "else": self.otherwise,
        }[kind]()

    def name(self) -> str:
        self.count += 1
        return f"r{self.count}"

    def complete(self) -> list[str]:
        name, kind = self.name(), self.rng.choice(_CONCRETE)
        lines = []
        if self.rng.random() < 0.4:
            lines.append(f"default {name} := {self.literal(kind)}")
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            scope = _Scope()
            body = self.body(scope)
            lines += self.clause(f"{name} := {self.term(kind, scope, 2)}", body)
        self.rules.append(_Rule(name, "complete", kind))
        return lines

    def partial_set(self) -> list[str]:
        name = self.name()
        lines = []
        for _ in range(self.rng.choice((1, 1, 2))):
            scope = _Scope()
            body = self.body(scope)
            element = self.term(self.rng.choice(_CONCRETE), scope, 2)
            head = f"{name} contains {element}" if self.v1 else f"{name}[{element}]"
            if not self.v1 and not self._v0_key(element):
                head = f'{name}["k"]'
            lines += self.clause(head, body)
        self.rules.append(_Rule(name, "set", SET))
        return lines

    @staticmethod
    def _v0_key(element: str) -> bool:
        return bool(element) and element[0] not in "-"

    def partial_object(self) -> list[str]:
        name = self.name()
        lines = []
        for _ in range(self.rng.choice((1, 1, 2))):
            scope = _Scope()
            body = self.body(scope)
            key = self.term(self.rng.choice((STR, STR, NUM)), scope, 1)
            value = self.term(self.rng.choice(_CONCRETE), scope, 2)
            operator = ":=" if self.v1 else "="
            lines += self.clause(f"{name}[{key}] {operator} {value}", body)
        self.rules.append(_Rule(name, "object", OBJ))
        return lines

    def function(self) -> list[str]:
        name, kind = self.name(), self.rng.choice(_CONCRETE)
        types = tuple(self.rng.choice((NUM, STR, ANY, ARR)) for _ in range(self.rng.choice((1, 1, 2))))
        lines = []
        for _ in range(self.rng.choice((1, 2, 2))):
            scope = _Scope()
            args = [self.parameter(t, scope) for t in types]
            body = self.body(scope)
            lines += self.clause(f"{name}({', '.join(args)}) := {self.term(kind, scope, 2)}", body)
        self.rules.append(_Rule(name, "function", kind, types))
        return lines

    def parameter(self, kind: str, scope: _Scope) -> str:
        roll = self.rng.random()
        if roll < 0.15:
            return self.literal(kind if kind != ANY else NUM)
        if roll < 0.25 and kind in (ANY, ARR):
            left, right = self.variable(scope, ANY), self.variable(scope, ANY)
            return f"[{left}, {right}]"
        if roll < 0.3:
            return "_"
        return self.variable(scope, kind)

    def tree(self) -> list[str]:
        name = self.name()
        lines = []
        for leaf in self.rng.sample(("a", "b.c", "b.d", "e"), k=self.rng.randint(1, 3)):
            scope = _Scope()
            body = self.body(scope)
            lines += self.clause(f"{name}.{leaf} := {self.term(self.rng.choice(_CONCRETE), scope, 2)}", body)
        if self.v1 and self.rng.random() < 0.4:
            scope = _Scope()
            body = self.body(scope)
            lines += self.clause(f"{name}.dyn[{self.term(STR, scope, 1)}] := {self.term(ANY, scope, 1)}", body)
        self.rules.append(_Rule(name, "tree", OBJ))
        return lines

    def otherwise(self) -> list[str]:
        name, kind = self.name(), self.rng.choice(_CONCRETE)
        word = "if " if self.v1 else ""
        lines = []
        for index in range(self.rng.randint(2, 3)):
            scope = _Scope()
            body = "\n".join(f"\t{line}" for line in self.body(scope))
            value = self.term(kind, scope, 1)
            head = f"{name} := {value}" if index == 0 else f"}} else := {value}"
            lines += [f"{head} {word}{{", body]
        lines.append("}")
        self.rules.append(_Rule(name, "complete", kind))
        return lines

    def clause(self, head: str, body: list[str]) -> list[str]:
        word = "if " if self.v1 else ""
        return [f"{head} {word}{{", *(f"\t{line}" for line in body), "}"]

    # --- bodies -------------------------------------------------------------------------------------------------

    def body(self, scope: _Scope, depth: int = 0) -> list[str]:
        lines = [self.expression(scope, depth) for _ in range(self.rng.randint(1, 3 if depth else 4))]
        if self.rng.random() < 0.04:
            self.rng.shuffle(lines)  # the compiler puts them in a safe order again
        return lines

    def expression(self, scope: _Scope, depth: int) -> str:
        makers: tuple[tuple[Callable[[_Scope, int], str], int], ...] = (
            (self.assignment, 5),
            (self.comparison, 5),
            (self.iteration, 4),
            (self.wildcard, 3),
            (self.unification, 3),
            (self.truth, 2),
            (self.negation, 2),
            (self.quantifier, 1),
            (self.modifier, 1),
            (self.membership, 2),
        )
        return self.choice(*makers)(scope, depth)

    def assignment(self, scope: _Scope, depth: int) -> str:
        kind = self.rng.choice(_CONCRETE)
        text = self.term(kind, scope, 2)
        return f"{self.variable(scope, kind)} := {text}"

    def comparison(self, scope: _Scope, depth: int) -> str:
        kind = self.rng.choice((NUM, NUM, STR, ANY, SET, ARR))
        operator = self.rng.choice(("==", "!=", "<", "<=", ">", ">="))
        return f"{self.term(kind, scope, 1)} {operator} {self.term(kind, scope, 1)}"

    def iteration(self, scope: _Scope, depth: int) -> str:
        collection = self.term(self.rng.choice((ARR, OBJ, SET)), scope, 1)
        if self.rng.random() < 0.4:
            return f"some {self.variable(scope, ANY)}, {self.variable(scope, ANY)} in {collection}"
        return f"some {self.variable(scope, ANY)} in {collection}"

    def wildcard(self, scope: _Scope, depth: int) -> str:
        base = self.rng.choice(
            ("input.ns", "input.ss", "input.items", "input.o", "data.base.map", "data.base.list", *self.collections())
        )
        index = "_" if self.rng.random() < 0.5 else self.variable(scope, ANY)
        tail = self.rng.choice(("", "", ".name", "[_]", ".tags[_]"))
        if index != "_" and self.rng.random() < 0.7:
            return f"some {index}; {self.variable(scope, ANY)} := {base}[{index}]{tail}"
        if index != "_":
            return f"some {index}; {base}[{index}]{tail}"
        return f"{self.variable(scope, ANY)} := {base}[_]{tail}"

    def collections(self) -> list[str]:
        return [rule.name for rule in self.rules if rule.kind in ("set", "object", "tree")]

    def unification(self, scope: _Scope, depth: int) -> str:
        roll = self.rng.random()
        source = self.rng.choice(("input.x", "input.items[0]", "input.o.list", "input.ns", *self.collections()))
        if roll < 0.4:
            return f"[{self.variable(scope, ANY)}, {self.pattern(scope)}] = {source}"
        if roll < 0.7:
            return f'{{"name": {self.variable(scope, ANY)}, "n": {self.pattern(scope)}}} = {source}'
        return f"{self.variable(scope, ANY)} = {source}"

    def pattern(self, scope: _Scope) -> str:
        roll = self.rng.random()
        if roll < 0.3:
            return "_"
        if roll < 0.5:
            return self.literal(self.rng.choice((NUM, STR)))
        return self.variable(scope, ANY)

    def truth(self, scope: _Scope, depth: int) -> str:
        return self.term(self.rng.choice((BOOL, ANY)), scope, 1)

    def negation(self, scope: _Scope, depth: int) -> str:
        return f"not {self.closed(scope)}"

    def closed(self, scope: _Scope) -> str:
        kind = self.rng.choice((NUM, STR, ANY))
        if self.rng.random() < 0.5:
            return f"{self.term(kind, scope, 1)} == {self.reference(kind, scope, 1)}"
        return self.term(self.rng.choice((BOOL, ANY)), scope, 1)

    def quantifier(self, scope: _Scope, depth: int) -> str:
        if depth:
            return self.comparison(scope, depth)
        domain = self.term(self.rng.choice((ARR, OBJ, SET)), scope, 1)
        inner = scope.child()
        names = self.variable(inner, ANY)
        if self.rng.random() < 0.4:
            names += f", {self.variable(inner, ANY)}"
        body = "; ".join(self.body(inner, depth + 1))
        return f"every {names} in {domain} {{ {body} }}"

    def modifier(self, scope: _Scope, depth: int) -> str:
        value = self.term(self.rng.choice((NUM, OBJ, ARR, STR)), scope, 0)
        target = self.rng.choice(("input", "input.n", "input.o.s", "input.ns", "data.base.map", "data.base.flag"))
        if target == "input":
            value = self.literal(OBJ)
        if self.rules and self.rng.random() < 0.7:
            return f"{self.rule_ref(ANY, scope, 0) or 'input.n'} with {target} as {value}"
        return f"input.n == 1 with {target} as {value}"

    def membership(self, scope: _Scope, depth: int) -> str:
        return (
            f"{self.term(self.rng.choice(_CONCRETE), scope, 0)} in {self.term(self.rng.choice((ARR, SET)), scope, 1)}"
        )

    def variable(self, scope: _Scope, kind: str) -> str:
        self.count += 1
        name = f"v{self.count}"
        scope.variables[name] = kind
        return name

    # --- terms --------------------------------------------------------------------------------------------------

    def term(self, kind: str, scope: _Scope, depth: int) -> str:
        if kind == ANY and self.rng.random() < 0.4:
            kind = self.rng.choice(_CONCRETE)
        roll = self.rng.random()
        bound = scope.of(kind)
        if bound and roll < 0.4:
            return self.rng.choice(bound)
        if roll < 0.55:
            return self.reference(kind, scope, depth)
        if depth and roll < 0.85:
            return self.call(kind, scope, depth - 1)
        if depth and roll < 0.93 and kind in (ARR, SET, OBJ):
            return self.comprehension(kind, scope)
        return self.literal(kind if kind != ANY else self.rng.choice(_CONCRETE))

    def reference(self, kind: str, scope: _Scope, depth: int) -> str:
        if self.rules and self.rng.random() < 0.5 and (found := self.rule_ref(kind, scope, depth)):
            return found
        paths = INPUT_PATHS.get(kind) or INPUT_PATHS[ANY]
        return self.rng.choice(paths)

    def rule_ref(self, kind: str, scope: _Scope, depth: int) -> str | None:
        fitting = [rule for rule in self.rules if kind in (ANY, rule.type)]
        if not fitting:
            return None
        rule = self.rng.choice(fitting)
        if rule.kind == "function":
            return f"{rule.name}({', '.join(self.term(t, scope, 0) for t in rule.args)})"
        if rule.kind == "tree" and kind == ANY:
            return f"{rule.name}.{self.rng.choice(('a', 'b', 'b.c', 'dyn'))}"
        return rule.name

    def comprehension(self, kind: str, scope: _Scope) -> str:
        inner = scope.child()
        body = "; ".join(self.body(inner, 1))
        value = self.term(ANY, inner, 0)
        if kind == OBJ:
            return f"{{{self.term(STR, inner, 0)}: {value} | {body}}}"
        return f"[{value} | {body}]" if kind == ARR else f"{{{value} | {body}}}"

    def call(self, kind: str, scope: _Scope, depth: int) -> str:
        def t(wanted: str) -> str:
            return self.term(wanted, scope, depth)

        choices: dict[str, tuple[Callable[[], str], ...]] = {
            NUM: (
                lambda: f"{t(NUM)} + {t(NUM)}",
                lambda: f"({t(NUM)} - {t(NUM)}) * {t(NUM)}",
                lambda: f"{t(NUM)} / {t(NUM)}",
                lambda: f"{t(NUM)} % {t(NUM)}",
                lambda: f"count({t(self.rng.choice((ARR, SET, OBJ, STR)))})",
                lambda: f"sum({t(ARR)})",
                lambda: f"max({t(self.rng.choice((ARR, SET)))})",
                lambda: f"abs({t(NUM)})",
                lambda: f"round({t(NUM)})",
                lambda: f"indexof({t(STR)}, {t(STR)})",
                lambda: f"to_number({t(STR)})",
                lambda: f"bits.and({t(NUM)}, {t(NUM)})",
            ),
            STR: (
                lambda: f"lower({t(STR)})",
                lambda: f"upper({t(STR)})",
                lambda: f'concat("-", {t(self.rng.choice((ARR, SET)))})',
                lambda: f'sprintf("%v:%v", [{t(ANY)}, {t(ANY)}])',
                lambda: f'sprintf("%d|%s|%5.2f", [{t(NUM)}, {t(STR)}, {t(NUM)}])',
                lambda: f"replace({t(STR)}, {t(STR)}, {t(STR)})",
                lambda: f"trim({t(STR)}, {t(STR)})",
                lambda: f"substring({t(STR)}, {t(NUM)}, {t(NUM)})",
                lambda: f"format_int({t(NUM)}, 10)",
                lambda: f"json.marshal({t(ANY)})",
                lambda: f"type_name({t(ANY)})",
                lambda: f'trim_prefix({t(STR)}, "a")',
            ),
            BOOL: (
                lambda: f"startswith({t(STR)}, {t(STR)})",
                lambda: f"contains({t(STR)}, {t(STR)})",
                lambda: f"is_string({t(ANY)})",
                lambda: f"is_object({t(ANY)})",
                lambda: f"{t(NUM)} < {t(NUM)}",
                lambda: f'regex.match("^a.*", {t(STR)})',
                lambda: f"{t(ANY)} == {self.reference(ANY, scope, depth)}",
            ),
            ARR: (
                lambda: f"array.concat({t(ARR)}, {t(ARR)})",
                lambda: f"array.slice({t(ARR)}, {t(NUM)}, {t(NUM)})",
                lambda: f'split({t(STR)}, "-")',
                lambda: f"sort({t(self.rng.choice((ARR, SET)))})",
                lambda: f"numbers.range({t(NUM)}, {t(NUM)})",
                lambda: f"array.reverse({t(ARR)})",
            ),
            SET: (
                lambda: f"{t(SET)} | {t(SET)}",
                lambda: f"{t(SET)} & {t(SET)}",
                lambda: f"{t(SET)} - {t(SET)}",
                lambda: f"object.keys({t(OBJ)})",
            ),
            OBJ: (
                lambda: f"object.union({t(OBJ)}, {t(OBJ)})",
                lambda: f'object.remove({t(OBJ)}, ["a", "n"])',
                lambda: f'object.filter({t(OBJ)}, {{"n", "k"}})',
            ),
            ANY: (
                lambda: f"object.get({t(OBJ)}, {t(STR)}, {t(ANY)})",
                lambda: f"json.unmarshal({t(STR)})",
            ),
        }
        return self.rng.choice(choices[kind])()

    def literal(self, kind: str) -> str:
        rng = self.rng
        simple = {
            NUM: ("0", "1", "2", "-1", "1.5", "10", "1e3", "3.0"),
            STR: ('"a"', '""', '"ab-c"', '"k"', '"é"', '"1"', '"n"'),
            BOOL: ("true", "false"),
            ARR: ("[]", "[1, 2]", '["a", "b"]', "[1, [2], null]", '[{"name": "a", "n": 1}]'),
            OBJ: ("{}", '{"a": 1}', '{"n": 2, "k": "v"}', '{1: "x"}', '{"name": "a", "n": 1}', '{"o": {"s": "z"}}'),
            SET: ("set()", "{1, 2}", '{"a", "b"}', "{1, true, null}", "{[1], {2}}"),
            ANY: ("input.x", "input.o.n", "input.items[0].name", "null", "1", '"a"', "true", "[1]"),
        }
        return rng.choice(simple[kind])

    def choice(self, *weighted: tuple[Any, int]) -> Any:
        items, weights = zip(*weighted, strict=True)
        roll = self.rng.randrange(sum(weights))
        for item, weight in zip(items, weights, strict=True):
            if roll < weight:
                return item
            roll -= weight
        raise AssertionError("unreachable")
