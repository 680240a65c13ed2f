"""Rules of made-up programs: every form of head over every form of body."""

from __future__ import annotations

import re

from conformance.fuzz.bodies import Bodies
from conformance.fuzz.terms import ANY, ARR, CONCRETE, NUM, OBJ, SET, STR, Rule, Scope

_DECLARED = re.compile(r"\b(?:some|every) (v\d+)(?:, (v\d+))? in\b")


class Rules(Bodies):
    """Makes rules, and remembers each for those that come after."""

    def rule(self, prefix: str = "") -> list[str]:
        """The lines of one rule, perhaps of several clauses; `prefix` is how other packages name this one's rules."""
        maker = self.pick(
            (self.complete, 4),
            (self.partial_set, 3),
            (self.partial_object, 2),
            (self.function, 3),
            (self.tree, 2),
            (self.general, 3),
            (self.otherwise, 2),
            (self.fact, 1),
        )
        lines = without_unused(maker())
        self.rules[-1].path = prefix + self.rules[-1].path
        return lines

    def name(self) -> str:
        self.count += 1
        return f"r{self.count}"

    def clause(self, head: str, body: list[str]) -> list[str]:
        if self.v1 and len(body) == 1 and self.some(0.3):
            return [f"{head} if {body[0]}"]
        return [f"{head} {'if ' if self.v1 else ''}{{", *(f"\t{line}" for line in body), "}"]

    def fact(self) -> list[str]:
        """A rule without a body; its value may iterate."""
        name, kind = self.name(), self.rng.choice(CONCRETE)
        self.rules.append(Rule(name, "complete", kind))
        return [f"{name} := {self.term(kind, Scope(), 2)}"]

    def complete(self) -> list[str]:
        name, kind = self.name(), self.rng.choice(CONCRETE)
        lines = []
        if self.some(0.4):
            lines.append(f"default {name} := {self.literal(kind)}")
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            scope = Scope()
            body = self.body(scope)
            head = name if self.some(0.15) else f"{name} := {self.term(kind, scope, 2)}"
            lines += self.clause(head, body)
        self.rules.append(Rule(name, "complete", kind))
        return lines

    def partial_set(self) -> list[str]:
        name = self.name()
        lines = []
        for _ in range(self.rng.choice((1, 1, 2))):
            scope = Scope()
            body = self.body(scope)
            element = self.term(self.rng.choice(CONCRETE), scope, 2)
            if self.some(0.2):
                element = f"[{element}, {self.term(ANY, scope, 0)}]"
            if self.v1:
                head = f"{name} contains {element}"
            else:
                head = f"{name}[{element}]" if element[0] != "-" else f'{name}["k"]'
            lines += self.clause(head, body)
        self.rules.append(Rule(name, "set", SET))
        return lines

    def partial_object(self) -> list[str]:
        name = self.name()
        lines = []
        for _ in range(self.rng.choice((1, 1, 2))):
            scope = Scope()
            body = self.body(scope)
            key = self.term(self.rng.choice((STR, STR, NUM, ANY)), scope, 1)
            value = self.term(self.rng.choice(CONCRETE), scope, 2)
            lines += self.clause(f"{name}[{key}] {':=' if self.v1 else '='} {value}", body)
        self.rules.append(Rule(name, "object", OBJ))
        return lines

    def function(self) -> list[str]:
        name, kind = self.name(), self.rng.choice(CONCRETE)
        if self.some(0.1):
            name = f"{name}.f"
        types = tuple(self.rng.choice((NUM, STR, ANY, ARR)) for _ in range(self.rng.choice((1, 1, 2))))
        lines = []
        if self.some(0.15):
            lines.append(f"default {name}({', '.join('_' for _ in types)}) := {self.literal(kind)}")
        for _ in range(self.rng.choice((1, 2, 2))):
            scope = Scope()
            args = [self.parameter(t, scope) for t in types]
            body = self.body(scope)
            clause = self.clause(f"{name}({', '.join(args)}) := {self.term(kind, scope, 2)}", body)
            if clause[-1] == "}" and self.some(0.15):
                word = "if " if self.v1 else ""
                clause[-1:] = [f"}} else := {self.term(kind, scope, 1)} {word}{{", f"\t{self.closed(scope)}", "}"]
            lines += clause
        self.rules.append(Rule(name, "function", kind, types))
        return lines

    def parameter(self, kind: str, scope: Scope) -> str:
        roll = self.rng.random()
        if roll < 0.15:
            return self.literal(kind if kind != ANY else NUM)
        if roll < 0.25 and kind in (ANY, ARR):
            left, right = self.variable(scope, ANY), self.variable(scope, ANY)
            return f"[{left}, {right}]"
        if roll < 0.28 and kind == ANY:
            return f'{{"name": {self.variable(scope, ANY)}, "n": _}}'
        return "_" if roll < 0.32 else self.variable(scope, kind)

    def tree(self) -> list[str]:
        """Complete rules under one name, at constant refs, and sometimes a variable one among them."""
        name = self.name()
        lines, leaves = [], [".a", ".b", ".b.c"]
        for leaf in self.rng.sample(("a", "b.c", "b.d", "e", "if", "b.in.x"), k=self.rng.randint(1, 3)):
            scope = Scope()
            body = self.body(scope)
            lines += self.clause(f"{name}.{leaf} := {self.term(self.rng.choice(CONCRETE), scope, 2)}", body)
            leaves.append(f".{leaf}")
        if self.v1 and self.some(0.4):
            scope = Scope()
            body = self.body(scope)
            lines += self.clause(f"{name}.dyn[{self.term(STR, scope, 1)}] := {self.term(ANY, scope, 1)}", body)
            leaves += [".dyn", ".dyn.a"]
        self.rules.append(Rule(name, "tree", OBJ, leaves=tuple(leaves)))
        return lines

    def general(self) -> list[str]:
        """Rules whose heads are refs with variables at any depth, some of them partial sets."""
        if not self.v1:
            return self.partial_object()
        name = self.name()
        lines = []
        shape = self.rng.choice((".p[{}]", "[{}][{}]", ".q[{}].s", "[{}].t[{}]", ".p[{}][{}][{}]", "[{}].u.w"))
        for _ in range(self.rng.choice((1, 1, 2, 2))):
            if self.some(0.25):
                shape = self.rng.choice((".p[{}]", "[{}][{}]", ".q[{}].s", ".p.x", ".q.a.s", "[{}]"))
            scope = Scope()
            body = self.body(scope)
            keys = [self.term(self.rng.choice((STR, NUM, ANY)), scope, 0) for _ in range(shape.count("{"))]
            value = self.term(ANY, scope, 1)
            tail = f" contains {value}" if self.some(0.3) else f" := {value}"
            lines += self.clause(name + shape.format(*keys) + tail, body)
        self.rules.append(Rule(name, "tree", OBJ, leaves=(".p", ".q", ".p[_]", "[_]", "[_][_]", ".q.a.s")))
        return lines

    def otherwise(self) -> list[str]:
        name, kind = self.name(), self.rng.choice(CONCRETE)
        word = "if " if self.v1 else ""
        lines = []
        for index in range(self.rng.randint(2, 3)):
            scope = Scope()
            body = "\n".join(f"\t{line}" for line in self.body(scope))
            value = self.term(kind, scope, 1)
            head = f"{name} := {value}" if index == 0 else f"}} else := {value}"
            lines += [f"{head} {word}{{", body]
        lines.append("}")
        self.rules.append(Rule(name, "complete", kind))
        return lines


def without_unused(lines: list[str]) -> list[str]:
    """A rule's lines with `_` for what `some … in` or `every` declares and nothing uses: OPA refuses those."""
    text = "\n".join(lines)
    for name in {n for found in _DECLARED.findall(text) for n in found if n}:
        if len(re.findall(rf"\b{name}\b", text)) == 1:
            text = re.sub(rf"\b{name}\b", "_", text)
    return text.split("\n")
