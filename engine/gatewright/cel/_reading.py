"""How the fast function reads each variable of a policy: as an input, a constant, a local, in place, or by a function.

A rule `a || b` comes to b only where a is false; what only such a rule reads, and reads in any case when it comes to b,
is a local of that branch. The body of a loop counts as reached: ranges are seldom empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.cel import nodes as ast
from gatewright.cel.checker import Checked
from gatewright.cel.policy import Expression, Plan, names_used, uses_of


def readings(plan: Plan, hoisting: bool) -> dict[str, str]:
    """For every variable that is read: input, constant, local, inline or lazy."""
    return _Readings(plan).decide(hoisting)


def steps(root: ast.Node) -> tuple[ast.Node, ...]:
    """The alternatives of a rule, in the order they are tried."""
    return root.args if isinstance(root, ast.Call) and root.name == "_||_" else (root,)


class _Readings:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rules = [_checked(e) for e in (*plan.conditions, *plan.validations)]
        messages = [None] * len(plan.conditions) + plan.messages
        self.messages = [None if m is None else m.checked for m in messages]
        self.counts: dict[str, int] = {}
        self.loops: set[str] = set()

    def decide(self, hoisting: bool) -> dict[str, str]:
        for rule, message in zip(self.rules, self.messages, strict=True):
            self.count(rule)
            if message is not None:
                self.count(message)
        known = self.certain() | set(self.branch_locals())
        state: dict[str, str] = {}
        for name in self.plan.variables:
            if name not in self.counts:
                continue
            if name == "anyObject" and self.plan.source.binds_any_object:
                state[name] = "input"
            elif hoisting and self.is_constant(name, state):
                state[name] = "constant"
            elif name in known:
                state[name] = "local"
            else:
                state[name] = "inline" if self.counts[name] == 1 and name not in self.loops else "lazy"
        return state

    def variable(self, name: str) -> Checked:
        return _checked(self.plan.variables[name])

    def count(self, checked: Checked) -> None:
        """How often each variable is read, following each variable once; those read in loops."""
        for name, _, loop in uses_of(checked.root, checked):
            self.counts[name] = self.counts.get(name, 0) + 1
            if loop:
                self.loops.add(name)
            if self.counts[name] == 1:
                self.count(self.variable(name))

    def certain(self) -> set[str]:
        """The variables that every review reads."""
        found: set[str] = set()
        for rule in self.rules:
            self.ascertain(steps(rule.root)[0], rule, found)
        return found

    def ascertain(self, node: ast.Node, checked: Checked, certain: set[str]) -> None:
        for name, read, _ in uses_of(node, checked):
            if read and name not in certain:
                certain.add(name)
                variable = self.variable(name)
                self.ascertain(variable.root, variable, certain)

    def branch_locals(self) -> Iterator[str]:
        """The variables that one rule alone reads, and reads surely where it first comes to them."""
        reached = [set(self.reached(rule, message)) for rule, message in zip(self.rules, self.messages, strict=True)]
        for i, rule in enumerate(self.rules):
            others = set().union(*(names for k, names in enumerate(reached) if k != i))
            first: dict[str, bool] = {}
            for step in steps(rule.root):
                self.note(step, rule, True, first)
            if (message := self.messages[i]) is not None:
                self.note(message.root, message, True, first)
            yield from (name for name, sure in first.items() if sure and name not in others)

    def reached(self, *expressions: Checked | None) -> Iterator[str]:
        found: set[str] = set()
        stack = [e for e in expressions if e is not None]
        while stack:
            checked = stack.pop()
            for name, _, _ in uses_of(checked.root, checked):
                if name not in found:
                    found.add(name)
                    stack.append(self.variable(name))
        yield from found

    def note(self, node: ast.Node, checked: Checked, sure: bool, first: dict[str, bool]) -> None:
        """Of each variable, whether the first reading of it is sure."""
        uses = uses_of(node, checked)
        for wanted in (True, False):
            for name, read, _ in uses:
                if read is wanted and name not in first:
                    first[name] = sure and read
                    variable = self.variable(name)
                    self.note(variable.root, variable, sure and read, first)

    def is_constant(self, name: str, state: dict[str, str]) -> bool:
        checked = self.variable(name)
        types = {known for known in checked.names.values() if known not in _INPUTS}
        if not names_used(checked.root, checked) <= {"params", "variables"} | types:
            return False
        return all(state.get(used) == "constant" for used, _, _ in uses_of(checked.root, checked))


_INPUTS = frozenset({"object", "oldObject", "namespaceObject", "request", "params", "variables"})


def _checked(expression: Expression) -> Checked:
    assert expression.checked is not None
    return expression.checked
