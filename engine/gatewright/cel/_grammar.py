"""CEL's grammar as cel-go has it, as the network of states that ANTLR makes of it.

ANTLR words a syntax error by the state its parser is in, so the states are ANTLR's: where a block starts, where a loop
is entered and where it comes back. Left recursion is gone, as ANTLR removes it: `relation: calc (op relation)*`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from gatewright.records import field, record

EOF: Final = "<EOF>"
# In the order of ANTLR's token types, in which messages list them.
KINDS: Final = (
    EOF, "==", "!=", "in", "<", "<=", ">=", ">", "&&", "||", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":",
    "+", "*", "/", "%", "true", "false", "null", "NUM_FLOAT", "NUM_INT", "NUM_UINT", "STRING", "BYTES", "IDENTIFIER",
    "ESC_IDENTIFIER",
)  # fmt: skip


@record(eq=False, slots=True)
class State:
    """`edges` are (what, target): None, a set of token kinds, a rule's name with its precedence, or a precedence."""

    rule: str
    kind: str = "basic"
    edges: list[tuple[Any, State]] = field(default_factory=list)


@record(frozen=True, slots=True)
class Call:
    """An edge through a rule."""

    rule: str
    precedence: int = 0


# -- what a rule does, step by step: each has the state in which it begins


@record(frozen=True, slots=True)
class Match:
    state: State
    kinds: frozenset[str]


@record(frozen=True, slots=True)
class Invoke:
    state: State
    call: Call


@record(frozen=True, slots=True)
class Choice:
    """Alternatives; an optional one has a single alternative. `predicted` looks ahead, else one token decides."""

    state: State
    alternatives: tuple[tuple[Any, ...], ...]
    optional: bool = False


@record(frozen=True, slots=True)
class Loop:
    """`state` is where the loop is entered, `back` where it comes round; one that must run once is `greedy`."""

    state: State
    back: State
    body: tuple[Any, ...]
    predicted: bool
    once: bool


Build = Callable[["Network", str, State], tuple[Any, State]]


def _tokens(*kinds: str) -> Build:
    def build(net: Network, rule: str, at: State) -> tuple[Any, State]:
        after = State(rule)
        at.edges.append((frozenset(kinds), after))
        return Match(at, frozenset(kinds)), after

    return build


def _rule(name: str, precedence: int = 0) -> Build:
    def build(net: Network, rule: str, at: State) -> tuple[Any, State]:
        after = State(rule)
        call = Call(name, precedence)
        at.edges.append((call, after))
        net.followers.setdefault(name, []).append(after)
        return Invoke(at, call), after

    return build


def _precedence(level: int) -> Build:
    def build(net: Network, rule: str, at: State) -> tuple[Any, State]:
        after = State(rule)
        at.edges.append((level, after))
        return None, after

    return build


def _choice(*alternatives: list[Build], optional: bool = False) -> Build:
    def build(net: Network, rule: str, at: State) -> tuple[Any, State]:
        at.kind = "block"
        after = State(rule)
        made = []
        for alternative in alternatives:
            first = State(rule)
            at.edges.append((None, first))
            steps, last = net.sequence(rule, first, alternative)
            last.edges.append((None, after))
            made.append(steps)
        if optional:
            at.edges.append((None, after))
        return Choice(at, tuple(made), optional), after

    return build


def _optional(*body: Build) -> Build:
    return _choice(list(body), optional=True)


def _loop(*body: Build, predicted: bool = False) -> Build:
    def build(net: Network, rule: str, at: State) -> tuple[Any, State]:
        at.kind = "loop entry"
        first, back, after = State(rule), State(rule, "loop back"), State(rule)
        at.edges += [(None, first), (None, after)]
        steps, last = net.sequence(rule, first, list(body))
        last.edges.append((None, back))
        back.edges.append((None, at))
        return Loop(at, back, steps, predicted, once=False), after

    return build


def _once_or_more(*body: Build, predicted: bool = False) -> Build:
    def build(net: Network, rule: str, at: State) -> tuple[Any, State]:
        at.kind = "block"
        back, after = State(rule, "loop back"), State(rule)
        first = State(rule)
        at.edges.append((None, first))
        steps, last = net.sequence(rule, first, list(body))
        last.edges.append((None, back))
        back.edges += [(None, at), (None, after)]
        return Loop(at, back, steps, predicted, once=True), after

    return build


_ID: Final = _tokens("IDENTIFIER")
_DOT: Final = _tokens(".")
_LEADING: Final = _optional(_DOT)
_SIGN: Final = _optional(_tokens("-"))
_COMMA: Final = _optional(_tokens(","))
_OPTIONAL_MARK: Final = _optional(_tokens("?"))
_ENTRY: Final = (_rule("optExpr"), _tokens(":"), _rule("expr"))
_FIELD: Final = (_rule("optField"), _tokens(":"), _rule("expr"))

RULES: Final[dict[str, list[Build]]] = {
    "start": [_rule("expr"), _tokens(EOF)],
    "expr": [
        _rule("conditionalOr"),
        _optional(_tokens("?"), _rule("conditionalOr"), _tokens(":"), _rule("expr")),
    ],
    "conditionalOr": [_rule("conditionalAnd"), _loop(_tokens("||"), _rule("conditionalAnd"))],
    "conditionalAnd": [_rule("relation"), _loop(_tokens("&&"), _rule("relation"))],
    "relation": [
        _rule("calc"),
        _loop(
            _precedence(1), _tokens("<", "<=", ">=", ">", "==", "!=", "in"), _rule("relation", 2), predicted=True
        ),
    ],
    "calc": [
        _rule("unary"),
        _loop(
            _choice(
                [_precedence(2), _tokens("*", "/", "%"), _rule("calc", 3)],
                [_precedence(1), _tokens("+", "-"), _rule("calc", 2)],
            ),
            predicted=True,
        ),
    ],
    "unary": [
        _choice(
            [_rule("member")],
            [_once_or_more(_tokens("!")), _rule("member")],
            [_once_or_more(_tokens("-"), predicted=True), _rule("member")],
        )
    ],
    "member": [
        _rule("primary"),
        _loop(
            _choice(
                [_precedence(3), _DOT, _OPTIONAL_MARK, _rule("escapeIdent")],
                [_precedence(2), _DOT, _ID, _tokens("("), _optional(_rule("exprList")), _tokens(")")],
                [_precedence(1), _tokens("["), _OPTIONAL_MARK, _rule("expr"), _tokens("]")],
            ),
            predicted=True,
        ),
    ],
    "primary": [
        _choice(
            [_LEADING, _ID],
            [_LEADING, _ID, _tokens("("), _optional(_rule("exprList")), _tokens(")")],
            [_tokens("("), _rule("expr"), _tokens(")")],
            [_tokens("["), _optional(_rule("listInit")), _COMMA, _tokens("]")],
            [_tokens("{"), _optional(_rule("mapInitializerList")), _COMMA, _tokens("}")],
            [
                _LEADING, _ID, _loop(_DOT, _ID), _tokens("{"),
                _optional(_rule("fieldInitializerList")), _COMMA, _tokens("}"),
            ],
            [_rule("literal")],
        )
    ],
    "exprList": [_rule("expr"), _loop(_tokens(","), _rule("expr"))],
    "listInit": [_rule("optExpr"), _loop(_tokens(","), _rule("optExpr"), predicted=True)],
    "fieldInitializerList": [*_FIELD, _loop(_tokens(","), *_FIELD, predicted=True)],
    "optField": [_OPTIONAL_MARK, _rule("escapeIdent")],
    "mapInitializerList": [*_ENTRY, _loop(_tokens(","), *_ENTRY, predicted=True)],
    "escapeIdent": [_choice([_ID], [_tokens("ESC_IDENTIFIER")])],
    "optExpr": [_OPTIONAL_MARK, _rule("expr")],
    "literal": [
        _choice(
            [_SIGN, _tokens("NUM_INT")], [_tokens("NUM_UINT")], [_SIGN, _tokens("NUM_FLOAT")],
            *([_tokens(kind)] for kind in ("STRING", "BYTES", "true", "false", "null")),
        )
    ],
}  # fmt: skip


class Network:
    """`entries` and `steps` by rule; `followers`: the states after each call of a rule."""

    def __init__(self) -> None:
        self.followers: dict[str, list[State]] = {}
        self.entries: dict[str, State] = {}
        self.steps: dict[str, tuple[Any, ...]] = {}
        self.ends: dict[State, str] = {}
        for name, parts in RULES.items():
            self.entries[name] = State(name)
            self.steps[name], last = self.sequence(name, self.entries[name], parts)
            self.ends[last] = name

    def sequence(self, rule: str, at: State, parts: list[Build]) -> tuple[tuple[Any, ...], State]:
        steps = []
        for part in parts:
            step, at = part(self, rule, at)
            if step is not None:
                steps.append(step)
        return tuple(steps), at


@cache
def network() -> Network:
    """The network, made when the first syntax error asks for it."""
    return Network()
