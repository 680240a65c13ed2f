"""GraphQL documents and schemas read into the form OPA shows them in: gqlparser's structures as JSON.

Objects hold every string, number and flag of a structure, and its lists and parts where they are not empty.
`Position` is kept for messages and taken out by `pruned`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from gatewright.records import record
from gatewright.runtime.text import go_quote

Node = dict[str, Any]

_PUNCTUATION: Final = frozenset("!$&():=@[]{}|")
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][+-]?[0-9]+)?")
_COMMENT: Final = re.compile(r"#[^\x00-\x08\x0a-\x1f]*")
_ESCAPES: Final = {'"': '"', "/": "/", "\\": "\\", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LOCATIONS: Final = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
        "SCHEMA",
        "SCALAR",
        "OBJECT",
        "FIELD_DEFINITION",
        "ARGUMENT_DEFINITION",
        "INTERFACE",
        "UNION",
        "ENUM",
        "ENUM_VALUE",
        "INPUT_OBJECT",
        "INPUT_FIELD_DEFINITION",
    }
)
VARIABLE, INT, FLOAT, STRING, BLOCK, BOOLEAN, NULL, ENUM, LIST, OBJECT = range(10)


class GraphQLError(ValueError):
    """A fault in a document or a schema; `message` is gqlparser's, `row` and `column` where it is (0 for nowhere)."""

    def __init__(self, message: str, position: tuple[int, int] = (0, 0)) -> None:
        super().__init__(message)
        self.message = message
        self.row, self.column = position


@record(frozen=True, slots=True)
class _Token:
    """`kind` is the mark itself, or Name, Int, Float, String, BlockString, Comment, <EOF>."""

    kind: str
    value: str
    row: int
    column: int

    def __str__(self) -> str:
        return f"{self.kind} {go_quote(self.value)}" if self.value else self.kind


class _Lexer:
    """The tokens of a text, one at a time."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.row = 1
        self.line_start = 0

    def next(self) -> _Token:
        self._skip()
        text, at = self.text, self.at
        if at >= len(text):
            return self._token("<EOF>", "", at)
        char = text[at]
        if char in _PUNCTUATION:
            self.at += 1
            return self._token(char, "", at)
        if text.startswith("...", at):
            self.at += 3
            return self._token("...", "", at)
        if match := _NAME.match(text, at):
            return self._matched("Name", match)
        if char == "#":
            match = _COMMENT.match(text, at)
            assert match is not None
            return self._matched("Comment", match)
        if char == "-" or "0" <= char <= "9":
            return self._number()
        if text.startswith('"""', at):
            return self._block_string()
        if char == '"':
            return self._string()
        raise self._unexpected(char)

    def _token(self, kind: str, value: str, start: int) -> _Token:
        return _Token(kind, value, self.row, start - self.line_start + 1)

    def _matched(self, kind: str, match: re.Match[str]) -> _Token:
        self.at = match.end()
        return self._token(kind, match[0], match.start())

    def _error(self, message: str) -> GraphQLError:
        return GraphQLError(message, (self.row, self.at - self.line_start + 1))

    def _unexpected(self, char: str) -> GraphQLError:
        if char < " " and char not in "\t\n\r":
            return self._error(f'Cannot contain the invalid character "\\u{ord(char):04x}"')
        if char == "'":
            return self._error("Unexpected single quote character ('), did you mean to use a double quote (\")?")
        first_byte = chr(char.encode("utf-8", "replace")[0])
        return self._error(f'Cannot parse the unexpected character "{first_byte}".')

    def _skip(self) -> None:
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "\n\r":
                self.at += 1
                self.row += 1
                self.line_start = self.at
                if char == "\r" and self.text[self.at : self.at + 1] == "\n":
                    self.at += 1
            elif char in "\t ,\ufeff":
                self.at += 1
            else:
                return

    def _number(self) -> _Token:
        start = self.at
        match = _NUMBER.match(self.text, start)
        end = match.end() if match else start + (self.text[start] == "-")
        self.at = end
        following = self.text[end : end + 1]
        if match is None:
            raise self._error(f"Invalid number, expected digit but got: {self._shown(following)}.")
        if match[0] in ("0", "-0") and following.isdigit():
            raise self._error(f"Invalid number, unexpected digit after 0: {self._shown(following)}.")
        incomplete = (following == "." and not match["fraction"]) or (following in ("e", "E") and not match["exponent"])
        if incomplete and not (following == "." and match["exponent"]):
            self.at += 1
            if following != "." and self.text[self.at : self.at + 1] in ("+", "-"):
                self.at += 1
            raise self._error(
                f"Invalid number, expected digit but got: {self._shown(self.text[self.at : self.at + 1])}."
            )
        kind = "Float" if match["fraction"] or match["exponent"] else "Int"
        return self._token(kind, match[0], start)

    @staticmethod
    def _shown(char: str) -> str:
        return f'"{char}"' if char else "<EOF>"

    def _string(self) -> _Token:
        self.at += 1
        start = self.at
        pieces: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "\n\r":
                break
            if char < " " and char != "\t":
                raise self._error(f'Invalid character within String: "\\u{ord(char):04x}".')
            if char == '"':
                token = self._token("String", "".join(pieces), start)
                self.at += 1
                return token
            if char == "\\":
                pieces.append(self._escape())
            else:
                pieces.append(char)
                self.at += 1
        raise self._error("Unterminated string.")

    def _escape(self) -> str:
        escape = self.text[self.at + 1 : self.at + 2]
        if not escape:
            self.at += 1
            raise self._error("Invalid character escape sequence.")
        if escape == "u":
            digits = self.text[self.at + 2 : self.at + 6]
            if not re.fullmatch("[0-9a-fA-F]{4}", digits):
                self.at += 1
                raise self._error(f"Invalid character escape sequence: \\{self.text[self.at : self.at + 5]}.")
            self.at += 6
            code = int(digits, 16)
            return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)
        if escape not in _ESCAPES:
            self.at += 1
            raise self._error(f"Invalid character escape sequence: \\{escape}.")
        self.at += 2
        return _ESCAPES[escape]

    def _block_string(self) -> _Token:
        start = self.at + 3
        self.at = start
        pieces: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if self.text.startswith('"""', self.at):
                end = self.at
                while self.text[end : end + 1] == '"':
                    end += 1
                pieces.append('"' * (end - self.at - 3))
                token = self._token("BlockString", _dedented("".join(pieces)), start)
                self.at = end
                return token
            if char < " " and char not in "\t\n\r":
                raise self._error(f'Invalid character within String: "\\u{ord(char):04x}".')
            if self.text.startswith('\\"""', self.at):
                pieces.append('"""')
                self.at += 4
                continue
            self.at += 2 if self.text.startswith("\r\n", self.at) else 1
            pieces.append("\n" if char == "\r" else char)
            if char in "\n\r":
                self.row += 1
                self.line_start = self.at
        raise self._error("Unterminated string.")


def _dedented(raw: str) -> str:
    """A block string without its common indentation and the blank lines around it."""
    lines = raw.split("\n")
    indents = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip(" \t")]
    if indents:
        cut = min(indents)
        lines = [lines[0], *(line[cut:] for line in lines[1:])]
    while lines and not lines[0].strip(" \t"):
        lines.pop(0)
    while lines and not lines[-1].strip(" \t"):
        lines.pop()
    return "\n".join(lines)


def pruned(value: Any) -> Any:
    """Without positions, nulls, and lists and objects that are empty."""
    if isinstance(value, dict):
        items = {key: pruned(item) for key, item in value.items() if key != "Position"}
        return {key: item for key, item in items.items() if item is not None and item not in ([], {})}
    if isinstance(value, list):
        kept = [pruned(item) for item in value]
        return [item for item in kept if item is not None and item not in ([], {})]
    return value


def position(node: Node) -> tuple[int, int]:
    """Where a node starts; nowhere for one that was not parsed."""
    return node.get("Position") or (0, 0)


class _Parser:
    """What queries and schemas share: tokens, comments, names, values, types, directives."""

    def __init__(self, text: str) -> None:
        self.lexer = _Lexer(text)
        self.token: _Token | None = None
        self.comments: list[Node] = []
        self.fault = GraphQLError("")
        self.previous = _Token("<EOF>", "", 1, 1)

    def peek(self) -> _Token:
        if self.token is None:
            token = self._lexed()
            if token.kind == "Comment":
                self.comments = []
                while token.kind == "Comment":
                    self.comments.append({"Value": token.value})
                    token = self._lexed()
            self.token = token
        return self.token

    def _lexed(self) -> _Token:
        """The next token. A text that is none becomes a token too, whose fault is told only if it is consumed."""
        try:
            return self.lexer.next()
        except GraphQLError as error:
            self.fault = error
            return _Token("<Invalid>", "", error.row, error.column)

    def next(self) -> _Token:
        token = self.peek()
        if token.kind == "<Invalid>":
            raise self.fault
        self.token = None
        self.comments = []
        self.previous = token
        return token

    def comment(self) -> Node:
        """The comments before the next token."""
        self.peek()
        return {"List": list(self.comments)}

    def at(self) -> tuple[int, int]:
        token = self.peek()
        return token.row, token.column

    def error(self, token: _Token, message: str) -> GraphQLError:
        return GraphQLError(message, (token.row, token.column))

    def unexpected(self, token: _Token | None = None) -> GraphQLError:
        token = token or self.peek()
        return self.error(token, f"Unexpected {token}")

    def expect(self, kind: str) -> _Token:
        token = self.peek()
        if token.kind != kind:
            raise self.error(token, f"Expected {kind}, found {token.kind}")
        return self.next()

    def keyword(self, word: str) -> None:
        token = self.peek()
        if token.kind != "Name" or token.value != word:
            raise self.error(token, f"Expected {go_quote(word)}, found {token}")
        self.next()

    def skip(self, kind: str) -> bool:
        if self.peek().kind != kind:
            return False
        self.next()
        return True

    def name(self) -> str:
        return self.expect("Name").value

    def many(self, start: str, end: str, read: Callable[[], Node]) -> list[Node]:
        """Elements between marks, none allowed."""
        found: list[Node] = []
        if self.skip(start):
            while self.peek().kind != end:
                found.append(read())
            self.next()
        return found

    def some(self, start: str, end: str, read: Callable[[], Node]) -> list[Node]:
        """Elements between marks, at least one when the first mark is there."""
        if self.peek().kind != start:
            return []
        self.next()
        if self.peek().kind == end:
            raise self.error(self.peek(), f"expected at least one definition, found {end}")
        found = []
        while self.peek().kind != end:
            found.append(read())
        self.closing_comment = self.comment()
        self.next()
        return found

    def directives(self, const: bool) -> list[Node]:
        found = []
        while self.peek().kind == "@":
            self.next()
            where = self.at()
            name = self.name()
            found.append({"Name": name, "Arguments": self.arguments(const), "Location": "", "Position": where})
        return found

    def arguments(self, const: bool) -> list[Node]:
        return self.some("(", ")", lambda: self.argument(const))

    def argument(self, const: bool) -> Node:
        where, comment = self.at(), self.comment()
        name = self.name()
        self.expect(":")
        return {"Name": name, "Value": self.value(const), "Position": where, "Comment": comment}

    def value(self, const: bool) -> Node:
        """A value; comments before lists and objects are kept, before others they are not."""
        token, comment = self.peek(), self.comment()
        node: Node = {"Raw": token.value, "ExpectedTypeHasDefault": False, "Position": self.at()}
        match token.kind:
            case "[":
                children = self.many("[", "]", lambda: {"Name": "", "Value": self.value(const)})
                return node | {"Children": children, "Kind": LIST, "Comment": comment}
            case "{":
                children = self.many("{", "}", lambda: self.argument(const))
                return node | {"Children": children, "Kind": OBJECT, "Comment": comment}
            case "$":
                if const:
                    raise self.unexpected()
                self.next()
                return node | {"Raw": self.name(), "Kind": VARIABLE}
            case "Name":
                kind = {"true": BOOLEAN, "false": BOOLEAN, "null": NULL}.get(token.value, ENUM)
            case "Int" | "Float" | "String" | "BlockString":
                kind = {"Int": INT, "Float": FLOAT, "String": STRING, "BlockString": BLOCK}[token.kind]
            case _:
                raise self.unexpected()
        self.next()
        return node | {"Kind": kind}

    def type(self) -> Node:
        node: Node = {"NamedType": "", "NonNull": False}
        if self.skip("["):
            node |= {"Position": self.at(), "Elem": self.type()}
            self.expect("]")
        else:
            node |= {"Position": self.at(), "NamedType": self.name()}
        node["NonNull"] = self.skip("!")
        return node


class _QueryParser(_Parser):
    """Operations and fragments."""

    def document(self) -> Node:
        operations, fragments = [], []
        while (token := self.peek()).kind != "<EOF>":
            if token.kind == "{" or token.value in ("query", "mutation", "subscription"):
                operations.append(self.operation())
            elif token.kind == "Name" and token.value == "fragment":
                fragments.append(self.fragment())
            else:
                raise self.unexpected()
        return {"Operations": operations, "Fragments": fragments}

    def operation(self) -> Node:
        where, comment = self.at(), self.comment()
        node: Node = {"Operation": "query", "Name": "", "Position": where}
        if self.peek().kind != "{":
            node["Comment"] = comment
            node["Operation"] = self.next().value
            if self.peek().kind == "Name":
                node["Name"] = self.next().value
            node["VariableDefinitions"] = self.variables()
            node["Directives"] = self.directives(False)
        return node | {"SelectionSet": self.selections()}

    def variables(self) -> list[Node]:
        return self.some("(", ")", self.variable)

    def variable(self) -> Node:
        where, comment = self.at(), self.comment()
        self.expect("$")
        name = self.name()
        self.expect(":")
        node: Node = {"Variable": name, "Type": self.type(), "Used": False, "Position": where, "Comment": comment}
        if self.skip("="):
            node["DefaultValue"] = self.value(True)
        return node | {"Directives": self.directives(False)}

    def selections(self) -> list[Node]:
        if self.peek().kind != "{":
            raise self.error(self.peek(), f"Expected {{, found {self.peek().kind}")
        return self.some("{", "}", self.selection)

    def selection(self) -> Node:
        if self.peek().kind == "...":
            return self.spread()
        node: Node = {"Position": self.at(), "Comment": self.comment()}
        node["Alias"] = node["Name"] = self.name()
        if self.skip(":"):
            node["Name"] = self.name()
        node["Arguments"] = self.arguments(False)
        node["Directives"] = self.directives(False)
        if self.peek().kind == "{":
            node["SelectionSet"] = self.selections()
        return node

    def spread(self) -> Node:
        comment = self.comment()
        self.next()
        node: Node = {"Position": self.at(), "Comment": comment}
        token = self.peek()
        if token.kind == "Name" and token.value != "on":
            return node | {"Name": self.name(), "Directives": self.directives(False)}
        node["TypeCondition"] = ""
        if token.value == "on":
            self.next()
            node["TypeCondition"] = self.name()
        return node | {"Directives": self.directives(False), "SelectionSet": self.selections()}

    def fragment(self) -> Node:
        node: Node = {"Position": self.at(), "Comment": self.comment()}
        self.next()
        if self.peek().value == "on":
            raise self.unexpected()
        node["Name"] = self.name()
        node["VariableDefinition"] = self.variables()
        self.keyword("on")
        node["TypeCondition"] = self.name()
        return node | {"Directives": self.directives(False), "SelectionSet": self.selections()}


_KINDS: Final = {
    "scalar": "SCALAR",
    "type": "OBJECT",
    "interface": "INTERFACE",
    "union": "UNION",
    "enum": "ENUM",
    "input": "INPUT_OBJECT",
}


class _SchemaParser(_Parser):
    """Type definitions, extensions, directives, schema definitions."""

    def document(self) -> Node:
        document: Node = {"Schema": [], "SchemaExtension": [], "Directives": [], "Definitions": [], "Extensions": []}
        while self.peek().kind != "<EOF>":
            before, description = self.description()
            token = self.peek()
            if token.kind != "Name":
                raise self.unexpected()
            if token.value in _KINDS:
                document["Definitions"].append(self.definition(description, before))
            elif token.value == "schema":
                document["Schema"].append(self.schema(description, before))
            elif token.value == "directive":
                document["Directives"].append(self.directive(description, before))
            elif token.value == "extend":
                if description:
                    raise self.unexpected(self.previous)
                self.extension(document)
            else:
                raise self.unexpected()
        return document | {"Comment": self.comment()}

    def description(self) -> tuple[Node, str]:
        if self.peek().kind not in ("String", "BlockString"):
            return {}, ""
        comment = self.comment()
        return comment, self.next().value

    def schema(self, description: str = "", before: Node | None = None) -> Node:
        comment = self.comment()
        self.keyword("schema")
        node: Node = {"Position": self.at(), "Description": description}
        node |= {"BeforeDescriptionComment": before, "AfterDescriptionComment": comment}
        node["Directives"] = self.directives(True)
        return node | self._closed("OperationTypes", self.operation_type)

    def _closed(self, name: str, read: Callable[[], Node]) -> Node:
        """A list in braces and the comment before its end."""
        self.closing_comment: Node = {}
        found = self.some("{", "}", read)
        return {name: found, "EndOfDefinitionComment": self.closing_comment}

    def operation_type(self) -> Node:
        where, comment = self.at(), self.comment()
        token = self.next()
        if token.value not in ("query", "mutation", "subscription"):
            raise self.unexpected(token)
        self.expect(":")
        return {"Operation": token.value, "Type": self.name(), "Position": where, "Comment": comment}

    def definition(self, description: str = "", before: Node | None = None, *, extending: bool = False) -> Node:
        comment = self.comment()
        word = self.next().value
        node: Node = {"Kind": _KINDS[word], "Description": description, "BuiltIn": False, "Position": self.at()}
        node |= {"BeforeDescriptionComment": before, "AfterDescriptionComment": comment, "Name": self.name()}
        if word in ("type", "interface") and not (extending and word == "interface"):
            node["Interfaces"] = self.interfaces()
        node["Directives"] = self.directives(not (extending and word == "input"))
        match word:
            case "type" | "interface":
                node |= self._closed("Fields", self.field)
            case "input":
                node |= self._closed("Fields", self.input_value)
            case "enum":
                node |= self._closed("EnumValues", self.enum_value)
            case "union":
                node["Types"] = self.members()
        return node

    def interfaces(self) -> list[str]:
        if self.peek().value != "implements":
            return []
        self.next()
        self.skip("&")
        names = [self.name()]
        while self.skip("&"):
            names.append(self.name())
        return names

    def members(self) -> list[str]:
        if not self.skip("="):
            return []
        self.skip("|")
        names = [self.name()]
        while self.skip("|"):
            names.append(self.name())
        return names

    def _described(self) -> Node:
        before, description = self.description()
        return {
            "Description": description,
            "BeforeDescriptionComment": before if description else None,
            "AfterDescriptionComment": self.comment(),
            "Position": self.at(),
        }

    def field(self) -> Node:
        node = self._described() | {"Name": self.name()}
        node["Arguments"] = self.some("(", ")", self.input_value)
        self.expect(":")
        return node | {"Type": self.type(), "Directives": self.directives(True)}

    def input_value(self) -> Node:
        node = self._described() | {"Name": self.name()}
        self.expect(":")
        node["Type"] = self.type()
        if self.skip("="):
            node["DefaultValue"] = self.value(True)
        return node | {"Directives": self.directives(True)}

    def enum_value(self) -> Node:
        return self._described() | {"Name": self.name(), "Directives": self.directives(True)}

    def directive(self, description: str, before: Node) -> Node:
        comment = self.comment()
        self.keyword("directive")
        self.expect("@")
        node: Node = {"Position": self.at(), "Description": description, "IsRepeatable": False}
        node |= {"BeforeDescriptionComment": before, "AfterDescriptionComment": comment, "Name": self.name()}
        node["Arguments"] = self.some("(", ")", self.input_value)
        if self.peek().kind == "Name" and self.peek().value == "repeatable":
            node["IsRepeatable"] = True
            self.next()
        self.keyword("on")
        self.skip("|")
        node["Locations"] = [self.location()]
        while self.skip("|"):
            node["Locations"].append(self.location())
        return node

    def location(self) -> str:
        token = self.expect("Name")
        if token.value not in _LOCATIONS:
            raise self.unexpected(token)
        return token.value

    def extension(self, document: Node) -> None:
        self.next()
        word = self.peek().value
        if word == "schema":
            node = self.schema()
            if not node["Directives"] and not node["OperationTypes"]:
                raise self.unexpected()
            document["SchemaExtension"].append(node)
            return
        if word not in _KINDS:
            raise self.unexpected()
        node = self.definition(extending=True)
        if not any(node.get(part) for part in ("Interfaces", "Directives", "Fields", "Types", "EnumValues")):
            raise self.unexpected()
        document["Extensions"].append(node)


def parse_query(text: str) -> Node:
    """A query document. Raises GraphQLError."""
    return _QueryParser(text).document()


def parse_schema(text: str) -> Node:
    """A schema document. Raises GraphQLError."""
    return _SchemaParser(text).document()
