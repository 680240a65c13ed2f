"""Every syntax error of an expression, in ANTLR's words: its parser goes on after an error, and so it must be imitated.

This parser makes no tree and runs only on text that the real one refused. It follows ANTLR 4's generated code, its
DefaultErrorStrategy (delete a token, or imagine one, else skip to what may follow) and its lookahead without context.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from gatewright.cel._grammar import EOF, KINDS, Call, Choice, Invoke, Loop, Match, State, network
from gatewright.cel._lexer import LiteralError, Token, literal_value, unrecognised

Errors = list[tuple[int, str]]
# An alternative, a state that it may be in, the states to return to, and whether it has left the rule that decides.
_Config = tuple[int, State, tuple[State, ...], bool]

_RANK: Final = {kind: i for i, kind in enumerate(KINDS)}
_END: Final = ""  # in a set of kinds: the rule may end here
_RESERVED_NAME: Final = re.compile("no viable alternative at input '.(true|false|null)'")
_BETWEEN: Final = re.compile(r"[\t \r\n\f]+|//[^\n]*")
_ATTEMPTS: Final = 30
_SKIPPED: Final = 256
_DEPTH: Final = 250


def syntax_errors(text: str, tokens: list[Token], lexical: Errors, reserved: frozenset[str]) -> Errors:
    """(offset, message) of each beyond the `lexical` ones; also of `reserved` words where a name is wanted."""
    for at, _ in lexical:
        end = unrecognised(text, at)
        text = text[:at] + "\0" * (end - at) + text[end:]
    parser = _Parser(text, tokens, reserved)
    try:
        parser.rule(Call("start"), None)
    except _StopError:
        pass
    return parser.errors


class _StopError(Exception):
    """One of cel-go's limits is reached."""


class _MismatchError(Exception):
    """The rule at hand is given up; `message` is reported unless an error was just reported."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at
        self.message = message


class _Parser:
    def __init__(self, text: str, tokens: list[Token], reserved: frozenset[str]) -> None:
        self.text = text
        self.tokens = tokens
        self.reserved = reserved
        self.position = 0
        self.errors: Errors = []
        self.callers: list[State] = []  # where each rule being parsed goes on in its caller
        self.precedences: list[int] = []
        self.state = network().entries["start"]
        self.recovering = False
        self.last_error: tuple[int, set[State]] = (-1, set())
        self.attempts = 0
        self.nesting = 0
        self.field = 0  # where the field of a message begins

    # -- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def consume(self) -> Token:
        token = self.token
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def following(self) -> str:
        return self.tokens[min(self.position + 1, len(self.tokens) - 1)].kind

    # -- the grammar

    def rule(self, call: Call, after: State | None) -> None:
        if after is not None:
            self.callers.append(after)
        self.precedences.append(call.precedence)
        self.nesting += call.rule == "expr"
        if self.nesting > _DEPTH:
            self.errors.append((-1, f"expression recursion limit exceeded: {_DEPTH}"))
            raise _StopError
        began = self.position
        if call.rule == "optField":
            self.field = began
        try:
            self.steps(network().steps[call.rule])
        except _MismatchError as error:
            self.report(error.at, error.message)
            if call.rule == "escapeIdent" and after is not None:
                place = self.field if after.rule == "optField" else began
                self.errors.append((self.tokens[place].at, "unsupported ident kind"))
            self.recover()
        self.visit(call.rule, began)
        self.nesting -= call.rule == "expr"
        self.precedences.pop()
        if after is not None:
            self.callers.pop()

    def visit(self, rule: str, began: int) -> None:
        """What is wrong with the tree, of which cel-go visits what there is."""
        first = self.tokens[began]
        second = self.tokens[min(began + 1, len(self.tokens) - 1)]
        if rule == "primary":
            name = second if first.kind == "." else first
            if name.kind == "IDENTIFIER" and name.text in self.reserved:
                self.errors.append((first.at, f"reserved identifier: {name.text}"))
        elif rule == "literal" and self.position > began:
            try:
                literal_value(second, first.kind) if first.kind == "-" else literal_value(first)
            except LiteralError as error:
                self.errors.append((first.at, str(error)))

    def steps(self, steps: tuple[Any, ...]) -> None:
        for step in steps:
            self.state = step.state
            match step:
                case Match():
                    self.match(step.kinds)
                case Invoke():
                    self.rule(step.call, step.state.edges[0][1])
                case Choice():
                    self.choice(step)
                case Loop():
                    self.loop(step)

    def match(self, kinds: frozenset[str]) -> None:
        if self.token.kind in kinds:
            self.recovering = False
            self.last_error = (-1, set())
            self.consume()
        else:
            self.recover_inline()

    def choice(self, step: Choice) -> None:
        self.sync()
        if step.optional:
            if self.token.kind in _next(step.state.edges[0][1]):
                self.steps(step.alternatives[0])
        elif chosen := self.predict(step.state):
            self.steps(step.alternatives[chosen - 1])

    def loop(self, step: Loop) -> None:
        self.sync()
        goes_on = step.once or self.enters(step, step.state)
        while goes_on:
            self.steps(step.body)
            self.state = step.back
            self.sync()
            goes_on = self.enters(step, step.back if step.once else step.state)

    def enters(self, step: Loop, decision: State) -> bool:
        if step.predicted:
            return self.predict(decision) == 1
        first = step.state.edges[0][1]
        return self.token.kind in _next(first)

    # -- ANTLR's error strategy

    def report(self, at: int, message: str) -> None:
        if not self.recovering:
            self.recovering = True
            # cel-go's own rewording, for the sake of what the message used to be.
            message = _RESERVED_NAME.sub(r"mismatched input '\1' expecting IDENTIFIER", message)
            self.errors.append((at, f"Syntax error: {message}"))

    def sync(self) -> None:
        """Before a block and at each turn of a loop: is the token at hand one that may come here?"""
        if self.recovering:
            return
        allowed = _next(self.state)
        if _END in allowed or self.token.kind in allowed:
            return
        if self.state.kind == "loop back":
            self.report_unwanted()
            self.skip_to(self.expected() | self.recovery_set())
        elif self.state.kind != "basic" and not self.delete_token():
            raise self.mismatch()

    def mismatch(self) -> _MismatchError:
        shown = _shown(self.token)
        return _MismatchError(self.token.at, f"mismatched input {shown} expecting {_listed(self.expected())}")

    def report_unwanted(self) -> None:
        self.report(self.token.at, f"extraneous input {_shown(self.token)} expecting {_listed(self.expected())}")

    def delete_token(self) -> bool:
        """Drop the token at hand where the next one would do."""
        if self.following() not in self.expected():
            return False
        self.report_unwanted()
        self.consume()
        self.recovering = False
        self.last_error = (-1, set())
        return True

    def recover_inline(self) -> None:
        """Match one of a set of tokens, of which none is there."""
        self.count_attempt()
        if self.delete_token():
            self.consume()
            return
        after = self.state.edges[0][1]
        if self.token.kind in self.in_context(after):
            self.report(self.token.at, f"missing {_listed(self.expected())} at {_shown(self.token)}")
            return
        raise self.mismatch()

    def recover(self) -> None:
        """Skip to a token that one of the rules being parsed can go on with."""
        self.count_attempt()
        at, states = self.last_error
        skipped = 0
        if at == self.position and self.state in states:
            self.consume()
            skipped = 1
        self.last_error = (self.position, {*states, self.state})
        self.skip_to(self.recovery_set(), skipped)

    def count_attempt(self) -> None:
        if self.attempts == _ATTEMPTS:
            self.errors.append((self.token.at, f"Syntax error: error recovery attempt limit exceeded: {_ATTEMPTS}"))
            raise _StopError
        self.attempts += 1

    def skip_to(self, kinds: set[str], skipped: int = 0) -> None:
        while self.token.kind != EOF and self.token.kind not in kinds:
            if skipped >= _SKIPPED:
                self.errors.append((-1, f"error recovery token lookahead limit exceeded: {_SKIPPED}"))
                raise _StopError
            skipped += 1
            self.consume()

    def expected(self) -> set[str]:
        """The tokens that may come in this state."""
        return self.in_context(self.state)

    def in_context(self, state: State) -> set[str]:
        found = set(_next(state))
        for after in reversed(self.callers):
            if _END not in found:
                return found
            found.discard(_END)
            found |= _next(after)
        if _END in found:
            found.discard(_END)
            found.add(EOF)
        return found

    def recovery_set(self) -> set[str]:
        found: set[str] = set()
        for after in self.callers:
            found |= _next(after)
        found.discard(_END)
        return found

    # -- prediction

    def predict(self, decision: State) -> int:
        """The alternative that the tokens ahead choose, by ANTLR's lookahead without context (SLL)."""
        configs: set[_Config] = {
            config for i, (_, first) in enumerate(decision.edges) for config in self.closure(i + 1, first, (), False)
        }
        at = self.position
        while True:
            kind = self.tokens[at].kind
            reached = {
                config
                for alternative, state, stack, left in configs
                for what, target in state.edges
                if isinstance(what, frozenset) and kind in what
                for config in self.closure(alternative, target, stack, left)
            }
            if not reached:
                return self.finished(configs, at)
            alternatives = {alternative for alternative, _, _, _ in reached}
            if len(alternatives) == 1 or kind == EOF or _conflict(reached):
                return min(alternatives)
            configs = reached
            at = min(at + 1, len(self.tokens) - 1)

    def finished(self, configs: set[_Config], at: int) -> int:
        """No alternative goes on: one that left the rule will do, for the error is not its own."""
        if done := [alternative for alternative, _, _, left in configs if left]:
            return min(done)
        shown = EOF if self.token.kind == EOF else self.text_to(at)
        raise _MismatchError(self.tokens[at].at, f"no viable alternative at input '{_escaped(shown)}'")

    def text_to(self, at: int) -> str:
        """The text from the token at hand to another, without what was no token."""
        parts, end = [], self.token.at
        for token in self.tokens[self.position : at + 1]:
            parts += _BETWEEN.findall(self.text[end : token.at])
            if token.kind != EOF:
                parts.append(token.text)
            end = token.at + len(token.text)
        return "".join(parts)

    def closure(self, alternative: int, state: State, stack: tuple[State, ...], left: bool) -> Iterator[_Config]:
        """All configurations from here to where a token is needed."""
        net = network()
        pending = [(state, stack, left)]
        seen = set()
        while pending:
            entry = state, stack, left = pending.pop()
            if entry in seen:
                continue
            seen.add(entry)
            rule = net.ends.get(state)
            if rule is not None:
                if stack:
                    pending.append((stack[-1], stack[:-1], left))
                else:
                    pending += [(after, (), True) for after in net.followers.get(rule, ())]
                    yield alternative, state, stack, True
                continue
            yield alternative, state, stack, left
            for what, target in state.edges:
                if what is None:
                    pending.append((target, stack, left))
                elif isinstance(what, Call):
                    pending.append((net.entries[what.rule], (*stack, target), left))
                elif isinstance(what, int) and (stack or left or what >= self.precedences[-1]):
                    # How tightly operators bind counts in the rule at hand alone.
                    pending.append((target, stack, left))


def _conflict(configs: set[_Config]) -> bool:
    """Whether looking further cannot tell the alternatives apart: all of them are in the same states."""
    by_place: dict[Any, set[int]] = {}
    by_state: dict[State, set[int]] = {}
    for alternative, state, stack, _ in configs:
        if any(isinstance(what, frozenset) for what, _ in state.edges) or not state.edges:
            by_place.setdefault((state, stack), set()).add(alternative)
            by_state.setdefault(state, set()).add(alternative)
    return all(len(alternatives) > 1 for alternatives in by_state.values()) and any(
        len(alternatives) > 1 for alternatives in by_place.values()
    )


@cache
def _next(state: State) -> frozenset[str]:
    """The tokens that may come in a state whoever called the rule; _END where the rule may end."""
    net = network()
    found: set[str] = set()
    pending: list[tuple[State, tuple[State, ...]]] = [(state, ())]
    seen = set()
    while pending:
        entry = state, stack = pending.pop()
        if entry in seen:
            continue
        seen.add(entry)
        if state in net.ends:
            if stack:
                pending.append((stack[-1], stack[:-1]))
            else:
                found.add(_END)
            continue
        for what, target in state.edges:
            if isinstance(what, frozenset):
                found |= what
            elif isinstance(what, Call):
                pending.append((net.entries[what.rule], (*stack, target)))
            else:
                pending.append((target, stack))
    return frozenset(found)


def _escaped(text: str) -> str:
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _shown(token: Token) -> str:
    return f"'{_escaped(token.text)}'"


def _listed(kinds: set[str]) -> str:
    named = [k if k == EOF or k.isupper() else f"'{k}'" for k in sorted(kinds, key=_RANK.__getitem__)]
    return named[0] if len(named) == 1 else "{" + ", ".join(named) + "}"
