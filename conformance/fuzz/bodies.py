"""Bodies of made-up programs: what binds, what tests, what repeats, and what replaces documents."""

from __future__ import annotations

from collections.abc import Callable

from conformance.fuzz.terms import ANY, ARR, BOOL, CONCRETE, NUM, OBJ, SET, STR, Scope, Terms

_COLLECTIONS = (
    "input.ns",
    "input.ss",
    "input.items",
    "input.o",
    "data.base.map",
    "data.base.list",
    "data.lib",
    "input",
)
_TARGETS = ("input", "input.n", "input.o.s", "input.ns", "data.base.map", "data.base.flag", "data.lib", "data.lib.t")
_MOCKED = ("count", "lower", "startswith", "json.unmarshal", "time.now_ns", "type_name")


class Bodies(Terms):
    """Makes the expressions of bodies; each binds its variables in the scope it is given."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.connectives = False

    def body(self, scope: Scope, depth: int = 0) -> list[str]:
        lines = [self.expression(scope, depth) for _ in range(self.pick((1, 4), (2, 3), (3, 0 if depth else 1)))]
        if self.some(0.06):
            self.rng.shuffle(lines)  # the compiler puts them in a safe order again
        return lines

    def expression(self, scope: Scope, depth: int) -> str:
        makers: tuple[tuple[Callable[[Scope, int], str], int], ...] = (
            (self.assignment, 5),
            (self.comparison, 4),
            (self.iteration, 4),
            (self.wildcard, 4),
            (self.unification, 4),
            (self.join, 2),
            (self.truth, 2),
            (self.negation, 3),
            (self.quantifier, 2),
            (self.modifier, 3),
            (self.membership, 2),
            (self.walk, 1),
            (self.connective, 4 if self.connectives else 0),
        )
        return self.pick(*makers)(scope, depth)  # type: ignore[no-any-return]

    def assignment(self, scope: Scope, depth: int) -> str:
        kind = self.rng.choice(CONCRETE)
        text = self.term(kind, scope, 2)
        if self.some(0.1):
            text = f"[{text}, {self.term(ANY, scope, 1)}]"
            return f"[{self.variable(scope, kind)}, {self.variable(scope, ANY)}] := {text}"
        return f"{self.variable(scope, kind)} := {text}"

    def comparison(self, scope: Scope, depth: int) -> str:
        kind = self.rng.choice((NUM, NUM, STR, ANY, SET, ARR))
        operator = self.rng.choice(("==", "!=", "<", "<=", ">", ">="))
        return f"{self.term(kind, scope, 1)} {operator} {self.term(kind, scope, 1)}"

    def iteration(self, scope: Scope, depth: int) -> str:
        collection = self.term(self.rng.choice((ARR, OBJ, SET)), scope, 1)
        if self.some(0.15):
            return f'some {{"name": {self.variable(scope, STR)}, "n": {self.pattern(scope)}}} in {collection}'
        if self.some(0.15):
            return f"some [{self.variable(scope, ANY)}, {self.pattern(scope)}] in {collection}"
        if self.some(0.4):
            return f"some {self.variable(scope, ANY)}, {self.variable(scope, ANY)} in {collection}"
        return f"some {self.variable(scope, ANY)} in {collection}"

    def collection(self, *, ours: bool = False) -> str:
        """A document to go through: a rule's, or base data."""
        made = [rule.path for rule in self.rules if rule.kind in ("set", "object", "tree")]
        if made and (ours or self.some(0.5)):
            return self.rng.choice(made)
        return self.home(self.rng.choice(_COLLECTIONS))

    def wildcard(self, scope: Scope, depth: int) -> str:
        """A document gone through with variables: `some v1; v2 := data.lib[v1].name`."""
        base = self.collection()
        tail = self.rng.choice(("", "", ".name", "[_]", ".tags[_]", "[_][_]")) if self.some(0.8) else ""
        if not tail and self.some(0.2):
            tail = f"[{self.pattern(scope)}]"
        if self.some(0.4):
            return f"{self.variable(scope, ANY)} := {base}[_]{tail}"
        if self.rules and self.some(0.15):
            return f"{self.collection(ours=True)}[[{self.variable(scope, ANY)}, {self.pattern(scope)}]]"
        if self.some(0.3):
            return f"{self.variable(scope, ANY)} = {base}[{self.variable(scope, ANY)}]{tail}"
        index = self.variable(scope, ANY)
        if self.some(0.7):
            return f"some {index}; {self.variable(scope, ANY)} := {base}[{index}]{tail}"
        return f"some {index}; {base}[{index}]{tail}"

    def unification(self, scope: Scope, depth: int) -> str:
        roll = self.rng.random()
        source = self.rng.choice(("input.x", "input.items[0]", "input.o.list", "input.ns", self.collection()))
        if roll < 0.25:
            return f"[{self.variable(scope, ANY)}, {self.pattern(scope)}] = {source}"
        if roll < 0.45:
            return f'{{"name": {self.variable(scope, ANY)}, "n": {self.pattern(scope)}}} = {source}'
        if roll < 0.6:
            first, second = self.term(ANY, scope, 1), self.term(ANY, scope, 0)
            return f"[{self.variable(scope, ANY)}, {first}] = [{second}, {self.variable(scope, ANY)}]"
        if roll < 0.7:
            return f"{self.term(ANY, scope, 1)} = {self.variable(scope, ANY)}"
        if roll < 0.8:
            return f"{self.term(ANY, scope, 1)} = {self.term(ANY, scope, 1)}"
        text = self.term(ANY, scope, 1)
        return f"{self.variable(scope, ANY)} = {text}"

    def pattern(self, scope: Scope) -> str:
        roll = self.rng.random()
        if roll < 0.3:
            return "_"
        if roll < 0.5:
            return self.literal(self.rng.choice((NUM, STR)))
        if roll < 0.6:
            return f"[{self.variable(scope, ANY)}, _]"
        return self.variable(scope, ANY)

    def join(self, scope: Scope, depth: int) -> str:
        """Two documents on one key."""
        index = self.variable(scope, ANY)
        operator = self.rng.choice(("==", "=", "!="))
        return f"{self.collection()}[{index}] {operator} {self.collection()}[{self.rng.choice((index, '_'))}]"

    def truth(self, scope: Scope, depth: int) -> str:
        return self.term(self.rng.choice((BOOL, ANY)), scope, 1)

    def negation(self, scope: Scope, depth: int) -> str:
        if self.some(0.02):
            return f"not {self.collection()}[_] == {self.term(ANY, scope, 0)}"
        if self.some(0.1):
            return f"not {self.closed(scope)} {self.replacement(scope)}"
        return f"not {self.closed(scope)}"

    def closed(self, scope: Scope) -> str:
        """An expression that binds nothing."""
        kind = self.rng.choice((NUM, STR, ANY))
        if self.some(0.5):
            return f"{self.term(kind, scope, 1)} == {self.reference(kind, scope, 1)}"
        return self.term(self.rng.choice((BOOL, ANY)), scope, 1)

    def quantifier(self, scope: Scope, depth: int) -> str:
        if depth > 1:
            return self.comparison(scope, depth)
        domain = self.term(self.rng.choice((ARR, OBJ, SET)), scope, 1)
        inner = scope.child()
        names = self.variable(inner, ANY)
        if self.some(0.4):
            names += f", {self.variable(inner, ANY)}"
        body = "; ".join(self.body(inner, depth + 1))
        return f"every {names} in {domain} {{ {body} }}"

    def modifier(self, scope: Scope, depth: int) -> str:
        """An expression under `with`: of documents, of functions, of both."""
        if self.rules and self.some(0.7):
            subject = self.rule_ref(ANY, scope, 0) or "input.n"
        else:
            subject = self.rng.choice(("input.n", "data.base.flag", "count(input.ns)", "data.base.map[_]"))
        inner = scope.child()
        changes = " ".join(self.replacement(inner) for _ in range(self.pick((1, 4), (2, 1))))
        if self.some(0.3):
            subject = f"{self.variable(scope, ANY)} := {subject}"
        return f"{subject} {changes}"

    def replacement(self, scope: Scope) -> str:
        functions = [rule for rule in self.rules if rule.kind == "function"]
        if self.some(0.2):
            value = (
                self.rng.choice([f.path for f in functions] or ["7"]) if self.some(0.5) else self.term(ANY, scope, 0)
            )
            return f"with {self.rng.choice(_MOCKED)} as {value}"
        if functions and self.some(0.2):
            return f"with {self.rng.choice(functions).path} as {self.term(ANY, scope, 0)}"
        if self.rules and self.some(0.15):
            rule = self.rng.choice(self.rules).path
            path = rule if rule.startswith("data.") else f"data.fuzz.{rule}"
            return f"with {path} as {self.term(ANY, scope, 0)}"
        target = self.rng.choice(_TARGETS)
        value = self.literal(OBJ) if target == "input" else self.term(self.rng.choice((NUM, OBJ, ARR, STR)), scope, 0)
        return f"with {target} as {value}"

    def membership(self, scope: Scope, depth: int) -> str:
        collection = self.term(self.rng.choice((ARR, SET, OBJ)), scope, 1)
        if self.some(0.2):
            return f"{self.term(ANY, scope, 0)}, {self.term(ANY, scope, 0)} in {collection}"
        return f"{self.term(self.rng.choice(CONCRETE), scope, 0)} in {collection}"

    def walk(self, scope: Scope, depth: int) -> str:
        subject = self.rng.choice(("input.o", "input.x", "data.base", "input.items"))
        path = self.rng.choice(("_", '["list", _]')) if self.some(0.6) else self.variable(scope, ARR)
        return f"walk({subject}, [{path}, {self.variable(scope, ANY)}])"

    def connective(self, scope: Scope, depth: int) -> str:
        """`and`, `or` and `not { … }`, where an import of future keywords allows them."""
        roll = self.rng.random()
        inner = scope.child()
        if roll < 0.25:
            return f"not {{ {'; '.join(self.body(inner, 2))} }}"
        word = self.rng.choice(("and", "or"))
        return f"{self.operand(inner)} {word} {self.operand(inner)}"

    def operand(self, scope: Scope) -> str:
        if self.some(0.4):
            return f"{{ {'; '.join(self.body(scope.child(), 2))} }}"
        return f"not {self.closed(scope)}" if self.some(0.2) else self.closed(scope)
