"""Go's text/template over JSON values: actions, pipelines, variables, if/range/with/define, and its functions.

A template is read into nested tuples of nodes and run by a walk over them. Values are Python's JSON values with
numbers as `Number`, which is a string of digits as in OPA (its variables come from JSON with numbers undecoded).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import quote_plus

from gatewright.builtins._format import compile_format
from gatewright.records import field, record
from gatewright.runtime.json import dump_string
from gatewright.runtime.numbers import number_text
from gatewright.runtime.plain import to_python
from gatewright.runtime.text import go_quote

_MAX_DEPTH: Final = 1000


class TemplateError(ValueError):
    """A template that cannot be read or run."""


class Number(str):
    """A number as OPA's template variables hold it: its digits. Numbers written in the template are Python's."""

    __slots__ = ()


class _BreakError(Exception):
    """Leaves a range."""


class _ContinueError(Exception):
    """Goes on with a range's next element."""


_MISSING: Final = object()


def render(source: str, variables: dict[Any, Any]) -> str:
    """The text a template gives. Raises TemplateError."""
    parser = _Parser(source)
    body = parser.document()
    run = _Run(parser.templates)
    data = _with_numbers(to_python(variables))
    run.variables.append(("$", data))
    run.walk(body, data)
    return "".join(run.pieces)


def _with_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_numbers(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Number(number_text(value))


# Reading ------------------------------------------------------------------------------------------------------------

_ACTION: Final = re.compile(r"\{\{(?P<left>- )?(?P<comment>/\*.*?\*/)?", re.DOTALL)
_TOKEN: Final = re.compile(
    r"""\s+
    | (?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)
    | (?P<char>'(?:[^'\\\n]|\\.)+')
    | (?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?))
    | (?P<field>(?:\.[A-Za-z_][A-Za-z0-9_]*)+)
    | (?P<variable>\$[A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<mark>:=|[=|(),.])""",
    re.VERBOSE,
)


@record(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


@record(frozen=True, slots=True)
class _Pipe:
    """Commands one after the other, and the variables their value is given to (`assign`: to existing ones)."""

    commands: tuple[tuple[Any, ...], ...]
    targets: tuple[str, ...] = ()
    assign: bool = False


@record(frozen=True, slots=True)
class _Branch:
    """if, range or with."""

    kind: str
    pipe: _Pipe
    body: tuple[Any, ...]
    other: tuple[Any, ...]


@record(frozen=True, slots=True)
class _Call:
    """template NAME PIPE."""

    name: str
    pipe: _Pipe | None


@record(frozen=True, slots=True)
class _Jump:
    kind: str


@record(frozen=True, slots=True)
class _Operand:
    """What a command is made of: `kind` is a token's, `fields` the names after it."""

    kind: str
    value: Any
    fields: tuple[str, ...] = ()


class _Parser:
    """Reads a template; `templates` are those it defines."""

    def __init__(self, source: str) -> None:
        self.templates: dict[str, tuple[Any, ...]] = {}
        self.items = list(_items(source))
        self.at = 0
        self.tokens: list[_Token] = []
        self.token_at = 0

    def document(self) -> tuple[Any, ...]:
        body, closing = self._nodes(())
        if closing:
            raise _syntax(f"unexpected {{{{{closing}}}}}")
        return body

    def _nodes(self, closings: tuple[str, ...]) -> tuple[tuple[Any, ...], str]:
        """Nodes up to one of the closing words, which is consumed."""
        nodes: list[Any] = []
        while self.at < len(self.items):
            item = self.items[self.at]
            self.at += 1
            if isinstance(item, str):
                nodes.append(item)
                continue
            self.tokens, self.token_at = list(item), 0
            first = self._peek()
            if first.kind == "word" and first.text in ("end", "else"):
                self.token_at += 1
                if first.text not in closings:
                    raise _syntax(f"unexpected {{{{{first.text}}}}}")
                return tuple(nodes), first.text
            node = self._action(first)
            if node is not None:
                nodes.append(node)
        if closings:
            raise _syntax("unexpected EOF")
        return tuple(nodes), ""

    def _action(self, first: _Token) -> Any:
        word = first.text if first.kind == "word" else ""
        if word in ("if", "range", "with"):
            self.token_at += 1
            return self._branch(word)
        if word in ("break", "continue"):
            return _Jump(word)
        if word in ("define", "block", "template"):
            self.token_at += 1
            return self._named(word)
        return self._pipe()

    def _branch(self, kind: str) -> _Branch:
        pipe = self._pipe()
        body, closing = self._nodes(("else", "end"))
        other: tuple[Any, ...] = ()
        if closing == "else":
            following = self._peek()
            if following.kind == "word" and following.text in ("if", "with"):
                self.token_at += 1
                other = (self._branch(following.text),)
            else:
                other, _ = self._nodes(("end",))
        return _Branch(kind, pipe, body, other)

    def _named(self, word: str) -> Any:
        token = self._peek()
        if token.kind != "string":
            raise _syntax(f"unexpected {token.text!r} in {word} clause")
        self.token_at += 1
        name = _unquoted(token.text)
        pipe = self._pipe() if self._peek().kind != "end" else None
        if word == "template":
            return _Call(name, pipe)
        body, _ = self._nodes(("end",))
        self.templates[name] = body
        return _Call(name, pipe) if word == "block" else None

    def _peek(self) -> _Token:
        return self.tokens[self.token_at] if self.token_at < len(self.tokens) else _Token("end", "")

    def _pipe(self, closing: str = "") -> _Pipe:
        targets, assign = self._targets()
        commands = [self._command()]
        while self._peek().text == "|":
            self.token_at += 1
            commands.append(self._command())
        token = self._peek()
        if token.text != closing:
            raise _syntax(f"unexpected {go_quote(token.text)} in operand")
        self.token_at += bool(closing)
        return _Pipe(tuple(commands), targets, assign)

    def _targets(self) -> tuple[tuple[str, ...], bool]:
        """`$a :=`, `$a, $b :=` or `$a =`, when that is what comes."""
        names, at = [], self.token_at
        while at < len(self.tokens) and self.tokens[at].kind == "variable":
            names.append(self.tokens[at].text)
            at += 1
            mark = self.tokens[at].text if at < len(self.tokens) else ""
            if mark in (":=", "="):
                self.token_at = at + 1
                return tuple(names), mark == "="
            if mark != ",":
                break
            at += 1
        return (), False

    def _command(self) -> tuple[Any, ...]:
        operands = []
        while True:
            token = self._peek()
            if token.kind == "end" or token.text in ("|", ")"):
                break
            operands.append(self._operand(token))
        if not operands:
            raise _syntax("missing value for command")
        return tuple(operands)

    def _operand(self, token: _Token) -> _Operand:
        self.token_at += 1
        if token.text == "(" and token.kind == "mark":
            inner = self._pipe(")")
            fields = self._fields()
            return _Operand("pipe", inner, fields)
        if token.kind == "mark":
            if token.text == ".":
                return _Operand("dot", None)
            raise _syntax(f"unexpected {go_quote(token.text)} in operand")
        if token.kind == "field":
            return _Operand("dot", None, tuple(token.text[1:].split(".")))
        if token.kind == "variable":
            name, *fields_ = token.text.split(".")
            return _Operand("variable", name, tuple(fields_))
        if token.kind == "string":
            return _Operand("constant", _unquoted(token.text))
        if token.kind == "char":
            return _Operand("constant", ord(_unquoted('"' + token.text[1:-1] + '"')))
        if token.kind == "number":
            return _Operand("constant", _number(token.text))
        constants = {"true": True, "false": False, "nil": None}
        if token.text in constants:
            return _Operand("constant", constants[token.text])
        if token.text not in _FUNCTIONS and token.text not in ("and", "or"):
            raise _syntax(f"function {go_quote(token.text)} not defined")
        return _Operand("function", token.text)

    def _fields(self) -> tuple[str, ...]:
        token = self._peek()
        if token.kind != "field":
            return ()
        self.token_at += 1
        return tuple(token.text[1:].split("."))


def _syntax(what: str) -> TemplateError:
    return TemplateError(f"template: template:1: {what}")


def _number(text: str) -> int | float:
    try:
        return int(text, 0)
    except ValueError:
        return float(text)


def _unquoted(text: str) -> str:
    if text[0] == "`":
        return text[1:-1]
    try:
        return text[1:-1].encode("latin-1", "backslashreplace").decode("unicode_escape")
    except UnicodeDecodeError:
        raise _syntax("invalid syntax") from None


def _items(source: str) -> Iterator[str | list[_Token]]:
    """Texts and the tokens of actions, in order, trimmed where an action says so."""
    at, trim = 0, False
    while True:
        match = _ACTION.search(source, at)
        text = source[at : match.start()] if match else source[at:]
        if trim:
            text = text.lstrip(" \t\r\n")
        if match and match["left"]:
            text = text.rstrip(" \t\r\n")
        if text:
            yield text
        if match is None:
            return
        tokens, at, trim = _tokens(source, match.end())
        if tokens or not match["comment"]:
            yield tokens


def _tokens(source: str, at: int) -> tuple[list[_Token], int, bool]:
    """The tokens up to `}}`, the position after it, and whether what follows is trimmed."""
    tokens: list[_Token] = []
    while True:
        close = re.compile(r"\s*\}\}|\s+-\}\}").match(source, at)
        if close:
            return tokens, close.end(), close[0].endswith("-}}")
        token = _TOKEN.match(source, at)
        if token is None:
            if at >= len(source):
                raise _syntax("unclosed action")
            raise _syntax(f"unexpected {go_quote(source[at])} in command")
        if token.lastgroup:
            tokens.append(_Token(token.lastgroup, token[0]))
        at = token.end()


# Running ------------------------------------------------------------------------------------------------------------


@record(slots=True)
class _Run:
    """One run: the text so far, and the variables, innermost last."""

    templates: dict[str, tuple[Any, ...]]
    pieces: list[str] = field(default_factory=list)
    variables: list[tuple[str, Any]] = field(default_factory=list)
    depth: int = 0

    def walk(self, nodes: tuple[Any, ...], dot: Any) -> None:
        for node in nodes:
            if isinstance(node, str):
                self.pieces.append(node)
            elif isinstance(node, _Pipe):
                value = self._pipe(node, dot)
                if not node.targets:
                    self.pieces.append(_shown(value))
            elif isinstance(node, _Branch):
                self._branch(node, dot)
            elif isinstance(node, _Call):
                self._call(node, dot)
            else:
                raise _BreakError if node.kind == "break" else _ContinueError

    def _branch(self, node: _Branch, dot: Any) -> None:
        mark = len(self.variables)
        if node.kind == "range":
            self._range(node, dot)
        else:
            value = self._pipe(node.pipe, dot)
            if _truth(value):
                self.walk(node.body, value if node.kind == "with" else dot)
            else:
                self.walk(node.other, dot)
        del self.variables[mark:]

    def _range(self, node: _Branch, dot: Any) -> None:
        value = self._pipe(_Pipe(node.pipe.commands), dot)
        entries = _entries(value)
        if not entries:
            self.walk(node.other, dot)
            return
        mark = len(self.variables)
        for key, item in entries:
            targets = node.pipe.targets
            given = (item,) if len(targets) == 1 else (key, item)
            for name, bound in zip(targets, given, strict=False):
                self._set(name, bound, assign=node.pipe.assign)
            try:
                self.walk(node.body, item)
            except _ContinueError:
                pass
            except _BreakError:
                break
            finally:
                del self.variables[mark:]

    def _call(self, node: _Call, dot: Any) -> None:
        if node.name not in self.templates:
            raise TemplateError(f"template: template:1: template {go_quote(node.name)} not defined")
        data = self._pipe(node.pipe, dot) if node.pipe else None
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise TemplateError("template: template:1: exceeded maximum template depth")
        outer, self.variables = self.variables, [("$", data)]
        self.walk(self.templates[node.name], data)
        self.variables = outer
        self.depth -= 1

    def _set(self, name: str, value: Any, *, assign: bool) -> None:
        if assign:
            for i in range(len(self.variables) - 1, -1, -1):
                if self.variables[i][0] == name:
                    self.variables[i] = (name, value)
                    return
        self.variables.append((name, value))

    def _pipe(self, pipe: _Pipe, dot: Any) -> Any:
        value: Any = _MISSING
        for command in pipe.commands:
            value = self._command(command, dot, value)
        for name in pipe.targets:
            self._set(name, value, assign=pipe.assign)
        return value

    def _command(self, command: tuple[_Operand, ...], dot: Any, last: Any) -> Any:
        first = command[0]
        if first.kind != "function":
            if len(command) > 1 or last is not _MISSING:
                raise TemplateError("template: template:1: can't give argument to non-function")
            return self._value(first, dot)
        if first.value in ("and", "or"):
            return self._logic(first.value, command[1:], dot, last)
        arguments = [self._value(operand, dot) for operand in command[1:]]
        if last is not _MISSING:
            arguments.append(last)
        try:
            return _FUNCTIONS[first.value](*arguments)
        except (TypeError, IndexError) as error:
            raise TemplateError(f"template: template:1: error calling {first.value}: {error}") from None

    def _logic(self, word: str, operands: tuple[_Operand, ...], dot: Any, last: Any) -> Any:
        value: Any = None
        for operand in operands:
            value = self._value(operand, dot)
            if _truth(value) == (word == "or"):
                return value
        return value if last is _MISSING else last

    def _value(self, operand: _Operand, dot: Any) -> Any:
        match operand.kind:
            case "dot":
                value = dot
            case "constant":
                return operand.value
            case "pipe":
                value = self._pipe(operand.value, dot)
            case "function":
                return self._command((operand,), dot, _MISSING)
            case _:
                value = self._variable(operand.value)
        for name in operand.fields:
            value = _field(value, name)
        return value

    def _variable(self, name: str) -> Any:
        for known, value in reversed(self.variables):
            if known == name:
                return value
        raise TemplateError(f"template: template:1: undefined variable {go_quote(name)}")


def _field(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name, _MISSING)
    if value is _MISSING:
        return value
    if value is None:
        raise TemplateError(f"template: template:1: nil data; no entry for key {go_quote(name)}")
    raise TemplateError(f"template: template:1: can't evaluate field {name} in type {_go_type(value)}")


def _entries(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return sorted(value.items())
    if isinstance(value, list):
        return list(enumerate(value))
    if value is None or value is _MISSING:
        return []
    if isinstance(value, int) and not isinstance(value, bool):
        return [(i, i) for i in range(value)]
    raise TemplateError(f"template: template:1: range can't iterate over {_shown(value)}")


def _truth(value: Any) -> bool:
    return value is not _MISSING and bool(value)


def _shown(value: Any) -> str:
    """A value as fmt.Print shows it."""
    if value is _MISSING or value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "[" + " ".join([_inner(item) for item in value]) + "]"
    if isinstance(value, dict):
        return "map[" + " ".join([f"{key}:{_inner(value[key])}" for key in sorted(value)]) + "]"
    return number_text(value)


def _inner(value: Any) -> str:
    return "<nil>" if value is None else _shown(value)


def _go_type(value: Any) -> str:
    if isinstance(value, Number):
        return "json.Number"
    names = {str: "string", bool: "bool", int: "int", float: "float64", list: "[]interface {}"}
    return names.get(type(value), "interface {}")


# Functions ----------------------------------------------------------------------------------------------------------


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key, _MISSING)
        elif isinstance(value, list | str) and isinstance(key, int):
            if not 0 <= key < len(value):
                raise TypeError(f"reflect: slice index out of range: {key}")
            value = value[key] if isinstance(value, list) else value.encode()[key]
        else:
            raise TypeError(f"cannot index slice/array with type {_go_type(key)}")
    return value


def _slice(value: Any, *bounds: int) -> Any:
    return value[slice(*bounds[:2])] if bounds else value


def _len(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list | dict):
        return len(value)
    raise TypeError(f"len of type {_go_type(value)}")


def _basic(value: Any) -> str:
    """The kind by which Go compares; numbers of variables are strings."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    return "int" if isinstance(value, int) else "float" if isinstance(value, float) else "other"


def _equal(first: Any, *others: Any) -> bool:
    if not others:
        raise TypeError("missing argument for comparison")
    for other in others:
        if _basic(first) != _basic(other):
            raise TypeError("incompatible types for comparison")
        if first == other:
            return True
    return False


def _less(a: Any, b: Any) -> bool:
    if _basic(a) != _basic(b):
        raise TypeError("incompatible types for comparison")
    if _basic(a) in ("bool", "other"):
        raise TypeError("invalid type for comparison")
    return bool(a < b)


def _print(*values: Any) -> str:
    pieces: list[str] = []
    for i, value in enumerate(values):
        if i and not isinstance(value, str) and not isinstance(values[i - 1], str):
            pieces.append(" ")
        pieces.append(_inner(value))
    return "".join(pieces)


def _println(*values: Any) -> str:
    return " ".join([_inner(value) for value in values]) + "\n"


def _printf(format: str, *values: Any) -> str:
    shown = [str(v) if isinstance(v, str) else _shown(v) if isinstance(v, list | dict | bool) else v for v in values]
    return compile_format(format)(shown)


def _escape_html(*values: Any) -> str:
    return html.escape(_print(*values)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "eq": _equal,
    "ge": lambda a, b: not _less(a, b),
    "gt": lambda a, b: _less(b, a),
    "html": _escape_html,
    "index": _index,
    "js": lambda *values: dump_string(_print(*values))[1:-1].replace("'", "\\'"),
    "le": lambda a, b: not _less(b, a),
    "len": _len,
    "lt": _less,
    "ne": lambda a, b: not _equal(a, b),
    "not": lambda value: not _truth(value),
    "print": _print,
    "printf": _printf,
    "println": _println,
    "slice": _slice,
    "urlquery": lambda *values: quote_plus(_print(*values)),
}
