"""Programs by a seed: modules that mostly compile, with an input and data to match.

The generator knows the scope (which variables are bound, of what type) and refers only to rules above, so that
most programs pass the compiler; about one in twenty is spoilt on purpose to compare rejections.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from conformance.fuzz.rules import Rules

_V0_IMPORTS = ("import future.keywords.in", "import future.keywords.every")
_CONNECTIVES = ("import future.keywords.and", "import future.keywords.or", "import future.keywords.not")


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its modules' text by name, the dialect, and what it is evaluated on; the query is `data.fuzz`."""

    modules: dict[str, str]
    rego_version: str
    input: Any
    data: Any
    query: str = "data.fuzz"


def program(seed: int, *, rego_version: str | None = None) -> Program:
    """The program of a seed: the same one always."""
    return generate(random.Random(seed), rego_version=rego_version)


def generate(rng: random.Random, *, rego_version: str | None = None) -> Program:
    """A program from any source of randomness with random.Random's methods (hypothesis' `randoms` included)."""
    version = rego_version or rng.choice(("v1", "v1", "v1", "v0"))
    return _Programs(rng, version).program()


class _Programs(Rules):
    """Whole programs: a package that is asked, and often a library beside it that shares a path with base data."""

    def program(self) -> Program:
        modules = {}
        if self.some(0.25):
            modules["lib.rego"] = self.module("lib", self.pick((1, 3), (2, 1)), "data.lib.")
        modules["fuzz.rego"] = self.module("fuzz", self.pick((1, 5), (2, 3), (3, 1)), "")
        if self.some(0.05):
            modules["fuzz.rego"] = self.spoil(modules["fuzz.rego"])
        return Program(modules, self.version, self.input(), self.data())

    def module(self, package: str, rules: int, prefix: str) -> str:
        self.package = package
        lines = [f"package {package}", ""]
        self.connectives = self.v1 and self.some(0.15)
        if not self.v1:
            lines += [*_V0_IMPORTS, ""]
        if self.connectives:
            lines += [*_CONNECTIVES, ""] if self.some(0.7) else ["import rego.v2", ""]
        for _ in range(rules):
            lines += [*self.rule(prefix), ""]
        return "\n".join(lines)

    def input(self) -> Any:
        rng = self.rng
        document = {
            "n": rng.choice((0, 1, 2, -3, 1.5, 10)),
            "s": rng.choice(("a", "ab", "", "x-y", "é", "A b")),
            "t": True,
            "f": rng.choice((False, False, True)),
            "ns": [self.number() for _ in range(rng.randint(0, 4))],
            "ss": [rng.choice(("a", "b", "ab", "c", "")) for _ in range(rng.randint(0, 4))],
            "o": {"n": self.number(), "s": "k", "t": True, "list": [1, "a", None, [2], {"k": 1}]},
            "items": [
                {"name": rng.choice(("a", "b", "c")), "n": self.number(), "tags": ["x", "y"][: rng.randint(0, 2)]}
                for _ in range(rng.randint(0, 3))
            ],
            "empty": {},
            "x": rng.choice((None, False, 1, "a", [], [1, 2], {"a": 1}, [["a", 1]])),
        }
        for key in list(document):
            if self.some(0.08):
                del document[key]
        return document

    def data(self) -> Any:
        return {
            "base": {"list": [3, 1, 2], "map": {"k": "v", "a": 1, "b": [1, 2]}, "flag": True, "one": 1, "s": "a"},
            "lib": {"n": 1, "t": {"a": 1, "b": {"c": [True, None]}}, "list": [1, 2]},
        }

    def number(self) -> Any:
        return self.rng.choice((0, 1, 2, 3, -1, 2.5, 7, 1e20))

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
