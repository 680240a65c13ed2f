"""CEL text to nodes, by precedence climbing; messages and limits are those of cel-go's parser as Kubernetes sets it up.

A hand-written parser stands here because a policy's expressions are parsed at start-up, where a table-driven one cost
several times as much, and because the texts of syntax errors are Gatekeeper's violations messages.
"""

from __future__ import annotations

from typing import Final, NoReturn

from gatewright.cel import nodes as ast
from gatewright.cel._lexer import EscapeError, Token, bytes_value, string_value, tokenize
from gatewright.cel.values import Uint
from gatewright.errors import CelError

_MAX_CODE_POINTS: Final = 100_000
_MAX_DEPTH: Final = 250
_RESERVED: Final = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "package",
        "namespace",
        "null",
        "return",
        "true",
        "var",
        "void",
        "while",
    ]
)
_STARTS: Final = (
    "[", "{", "(", ".", "-", "!", "true", "false", "null",
    "NUM_FLOAT", "NUM_INT", "NUM_UINT", "STRING", "BYTES", "IDENTIFIER",
)  # fmt: skip
_STARTS_SET: Final = frozenset(_STARTS)
_NAMED: Final = frozenset(s for s in _STARTS if s.isupper())
_RELATIONS: Final = {
    "<": "_<_", "<=": "_<=_", ">=": "_>=_", ">": "_>_", "==": "_==_", "!=": "_!=_", "in": "@in",
}  # fmt: skip
_SUMS: Final = {"+": "_+_", "-": "_-_"}
_PRODUCTS: Final = {"*": "_*_", "/": "_/_", "%": "_%_"}


class CelCompileError(CelError):
    """Everything wrong with one expression, each as cel-go prints it, with the line and a caret."""


def render_errors(text: str, errors: list[tuple[int, str]]) -> str:
    """Errors by place as cel-go shows them; an offset of -1 means no place."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    shown = []
    for at, message in sorted(errors, key=lambda e: e[0]):
        if at < 0:
            shown.append(f"ERROR: <input>:-1:0: {message}")
            continue
        row = _row_of(starts, at, len(lines))
        column = at - starts[row]
        if not text:
            shown.append(f"ERROR: <input>:1:0: {message}")
            continue
        line = lines[row].replace("\t", " ")
        dots = "".join("." if ord(c) < 128 else "\uff0e" for c in line[:column])
        caret = "\uff3e" if line[column : column + 1] and ord(line[column]) > 127 else "^"
        shown.append(f"ERROR: <input>:{row + 1}:{column + 1}: {message}\n | {line}\n | {dots}{caret}")
    return "\n".join(shown)


def _row_of(starts: list[int], at: int, rows: int) -> int:
    from bisect import bisect_right

    return min(bisect_right(starts, at) - 1, rows - 1)


def parse(text: str) -> ast.Node:
    """The expression in `text`; CelCompileError carries cel-go's rendering of what is wrong."""
    if len(text) > _MAX_CODE_POINTS:
        size = f"size: {len(text)}, limit {_MAX_CODE_POINTS}"
        raise CelCompileError(f"ERROR: <input>:-1:0: expression code point size exceeds limit: {size}")
    parser = _Parser(text)
    return parser.start()


class _StopError(Exception):
    """Parsing cannot go on; the errors found so far are in the parser."""


class _Parser:
    __slots__ = ("depth", "errors", "nesting", "position", "text", "token", "tokens")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens, self.errors = tokenize(text)
        self.position = 0
        self.token: Token = self.tokens[0]
        self.nesting = 0  # of the grammar's `expr`, which ANTLR's listener bounds
        self.depth = 0  # of compound nodes, which cel-go's visitor bounds

    def start(self) -> ast.Node:
        """start: expr <EOF>"""
        node: ast.Node | None = None
        try:
            node = self.expr()
            if self.token.kind != "<EOF>":
                self.unexpected("<EOF>", deletable=frozenset({"<EOF>"}))
        except _StopError:
            pass
        if self.errors or node is None:
            raise CelCompileError(render_errors(self.text, self.errors))
        if len(self.tokens) > _MAX_DEPTH:
            _check_depth(self, node)
        if self.errors:
            raise CelCompileError(render_errors(self.text, self.errors))
        return node

    # -- tokens

    def advance(self) -> Token:
        token = self.token
        if self.position < len(self.tokens) - 1:
            self.position += 1
            self.token = self.tokens[self.position]
        return token

    def accept(self, kind: str) -> Token | None:
        return self.advance() if self.token.kind == kind else None

    def following(self) -> Token:
        return self.tokens[min(self.position + 1, len(self.tokens) - 1)]

    def fail(self, message: str, at: int | None = None) -> NoReturn:
        self.errors.append((self.token.at if at is None else at, message))
        raise _StopError

    def unexpected(self, expecting: str, deletable: frozenset[str] = frozenset()) -> None:
        """Report the token at hand; go on behind it where dropping it repairs the text, as ANTLR does."""
        text = _shown(self.token)
        if self.token.kind != "<EOF>" and self.following().kind in deletable:
            self.errors.append((self.token.at, f"Syntax error: extraneous input '{text}' expecting {expecting}"))
            self.advance()
            return
        self.fail(f"Syntax error: mismatched input '{text}' expecting {expecting}")

    def require(self, kind: str, follow: frozenset[str]) -> Token:
        """The token `kind`. Where only it is missing, say so and go on."""
        if self.token.kind == kind:
            return self.advance()
        if self.following().kind == kind and self.token.kind != "<EOF>":
            self.unexpected(f"'{kind}'", deletable=frozenset({kind}))
            return self.advance()
        if self.token.kind in follow:
            self.errors.append((self.token.at, f"Syntax error: missing '{kind}' at '{_shown(self.token)}'"))
            return self.token
        return self.fail(f"Syntax error: mismatched input '{_shown(self.token)}' expecting '{kind}'")

    # -- the grammar

    def expr(self, extra: str = "") -> ast.Node:
        """expr: or ('?' or ':' expr)?"""
        self.nesting += 1
        if self.nesting > _MAX_DEPTH:
            self.errors.clear()
            self.fail(f"expression recursion limit exceeded: {_MAX_DEPTH}", -1)
        node = self.logical_or(extra)
        if question := self.accept("?"):
            chosen = self.logical_or()
            self.require(":", _STARTS_SET)
            node = ast.Call(question.at, "_?_:_", None, (node, chosen, self.expr()))
        self.nesting -= 1
        return node

    def logical_or(self, extra: str = "") -> ast.Node:
        """or: and ('||' and)*"""
        node = self.logical_and(extra)
        if self.token.kind != "||":
            return node
        terms, at = [node], self.token.at
        while self.accept("||"):
            terms.append(self.logical_and())
        return ast.Call(at, "_||_", None, tuple(terms))

    def logical_and(self, extra: str = "") -> ast.Node:
        """and: relation ('&&' relation)*"""
        node = self.relation(extra)
        if self.token.kind != "&&":
            return node
        terms, at = [node], self.token.at
        while self.accept("&&"):
            terms.append(self.relation())
        return ast.Call(at, "_&&_", None, tuple(terms))

    def relation(self, extra: str = "") -> ast.Node:
        """relation: sum (('<' | '<=' | '>=' | '>' | '==' | '!=' | 'in') sum)*"""
        node = self.sums(extra)
        while (name := _RELATIONS.get(self.token.kind)) is not None:
            at = self.advance().at
            node = ast.Call(at, name, None, (node, self.sums()))
        return node

    def sums(self, extra: str = "") -> ast.Node:
        """sum: product (('+' | '-') product)*"""
        node = self.product(extra)
        while (name := _SUMS.get(self.token.kind)) is not None:
            at = self.advance().at
            node = ast.Call(at, name, None, (node, self.product()))
        return node

    def product(self, extra: str = "") -> ast.Node:
        """product: unary (('*' | '/' | '%') unary)*"""
        node = self.unary(extra)
        while (name := _PRODUCTS.get(self.token.kind)) is not None:
            at = self.advance().at
            node = ast.Call(at, name, None, (node, self.unary()))
        return node

    def unary(self, extra: str = "") -> ast.Node:
        """unary: '!'+ member | '-'+ member | member"""
        kind = self.token.kind
        if kind not in ("!", "-") or (kind == "-" and self.following().kind in ("NUM_INT", "NUM_FLOAT")):
            return self.member(extra)
        at = self.token.at
        count = 0
        while self.accept(kind):
            count += 1
        node = self.member()
        return node if count % 2 == 0 else ast.Call(at, "!_" if kind == "!" else "-_", None, (node,))

    def member(self, extra: str = "") -> ast.Node:
        """member: primary ('.' '?'? name | '.' name '(' arguments ')' | '[' '?'? expr ']')*"""
        node = self.primary(extra)
        while True:
            kind = self.token.kind
            if kind == ".":
                node = self.select(node)
            elif kind == "[":
                at = self.advance().at
                optional = self.accept("?") is not None
                index = self.expr("" if optional else "?")
                self.require("]", _AFTER_MEMBER)
                node = ast.Call(at, "_[?_]" if optional else "_[_]", None, (node, index))
            elif kind == "{" and (name := _qualified(node)) is not None:
                node = self.struct(name)
            else:
                return node

    def select(self, operand: ast.Node) -> ast.Node:
        dot = self.advance()
        optional = self.accept("?") is not None
        name = self.token
        if name.kind == "ESC_IDENTIFIER":
            self.advance()
            return ast.Select(dot.at, operand, name.text[1:-1], optional=optional)
        if name.kind != "IDENTIFIER":
            shown = "" if name.kind == "<EOF>" else _shown(name)
            if name.text in ("true", "false", "null"):
                self.fail(f"Syntax error: mismatched input '{shown}' expecting IDENTIFIER")
            self.fail(f"Syntax error: no viable alternative at input '.{shown}'")
        self.advance()
        if self.token.kind == "(" and not optional:
            opening = self.advance()
            return self.call(opening.at, name, operand, self.arguments())
        return ast.Select(dot.at, operand, name.text, optional=optional)

    def arguments(self) -> tuple[ast.Node, ...]:
        """arguments: (expr (',' expr)*)? ')'"""
        if self.accept(")"):
            return ()
        args = [self.expr(")")]
        while self.accept(","):
            args.append(self.expr())
        self.close(")")
        return tuple(args)

    def close(self, kind: str) -> None:
        """The end of a bracket; a list may also go on with a comma, which the message then offers."""
        if self.accept(kind):
            return
        if kind == ")" and self.token.kind in _AFTER_MEMBER:
            self.errors.append((self.token.at, f"Syntax error: missing ')' at '{_shown(self.token)}'"))
            return
        expecting = "{" + f"'{kind}', ','" + "}" if kind != "}" else "{'}', ','}"
        self.unexpected(expecting, deletable=frozenset({kind}))
        self.accept(kind)

    def primary(self, extra: str = "") -> ast.Node:
        """primary: '.'? name | '.'? name '(' arguments | '(' expr ')' | list | map | literal"""
        kind = self.token.kind
        if kind not in _STARTS_SET:
            self.unexpected(_expecting(extra), deletable=_STARTS_SET)
            return self.unary()
        match kind:
            case "!":
                # Only after a minus: the two signs do not mix.
                self.fail("Syntax error: no viable alternative at input '-!'")
            case "-" if self.following().kind not in ("NUM_INT", "NUM_FLOAT"):
                after = self.following()
                shown = "" if after.kind == "<EOF>" else _shown(after)
                self.fail(f"Syntax error: no viable alternative at input '-{shown}'", after.at)
            case "IDENTIFIER" | ".":
                return self.named()
            case "(":
                self.advance()
                node = self.expr()
                self.require(")", _AFTER_MEMBER)
                return node
            case "[":
                return self.list_literal()
            case "{":
                return self.map_literal()
        return self.literal()

    def named(self) -> ast.Node:
        dot = self.accept(".")
        token = self.token
        if token.kind != "IDENTIFIER":
            shown = "" if token.kind == "<EOF>" else _shown(token)
            self.fail(f"Syntax error: no viable alternative at input '.{shown}'")
        self.advance()
        at = dot.at if dot else token.at
        name = ("." if dot else "") + token.text
        if token.text in _RESERVED:
            self.errors.append((at, f"reserved identifier: {token.text}"))
        if self.token.kind == "(":
            opening = self.advance()
            return self.call(opening.at, Token(token.kind, name, token.at), None, self.arguments())
        return ast.Ident(token.at, name)

    def list_literal(self) -> ast.Node:
        """list: '[' ('?'? expr (',' '?'? expr)*)? ','? ']'"""
        at = self.advance().at
        items: list[ast.Node] = []
        optional: set[int] = set()
        while self.token.kind != "]":
            if items:
                if not self.accept(","):
                    break
                if self.token.kind == "]":
                    break
            elif self.token.kind == "," and self.following().kind == "]":
                self.advance()
                break
            if self.accept("?"):
                optional.add(len(items))
            items.append(self.expr())
        self.close("]")
        return ast.ListExpr(at, tuple(items), frozenset(optional))

    def map_literal(self) -> ast.Node:
        """map: '{' ('?'? expr ':' expr (',' '?'? expr ':' expr)*)? ','? '}'"""
        at = self.advance().at
        entries: list[ast.Entry] = []
        while self.token.kind != "}":
            if entries:
                if not self.accept(","):
                    break
                if self.token.kind == "}":
                    break
            elif self.token.kind == "," and self.following().kind == "}":
                self.advance()
                break
            optional = self.accept("?") is not None
            key = self.expr()
            colon = self.require(":", _STARTS_SET)
            entries.append(ast.Entry(colon.at, key, self.expr(), optional))
        self.close("}")
        return ast.MapExpr(at, tuple(entries))

    def struct(self, name: str) -> ast.Node:
        """struct: name '{' ('?'? name ':' expr (',' …)*)? ','? '}'"""
        at = self.advance().at
        fields: list[ast.Field] = []
        while self.token.kind != "}":
            optional = self.accept("?") is not None
            if self.token.kind not in ("IDENTIFIER", "ESC_IDENTIFIER"):
                self.unexpected("{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}")
            field = self.advance()
            colon = self.require(":", _STARTS_SET)
            fields.append(ast.Field(colon.at, field.text.strip("`"), self.expr(), optional))
            if not self.accept(","):
                break
        self.close("}")
        return ast.StructExpr(at, name, tuple(fields))

    def literal(self) -> ast.Node:
        minus = self.accept("-")
        token = self.advance()
        at = minus.at if minus else token.at
        sign = "-" if minus else ""
        text = token.text
        match token.kind:
            case "NUM_INT":
                value = int(sign + text, 16 if text[:2] == "0x" else 10)
                if not -(1 << 63) <= value < 1 << 63:
                    self.errors.append((at, "invalid int literal"))
                return ast.Literal(at, value)
            case "NUM_UINT":
                value = int(text[:-1], 16 if text[:2] == "0x" else 10)
                if value >= 1 << 64:
                    self.errors.append((at, "invalid uint literal"))
                return ast.Literal(at, Uint(value))
            case "NUM_FLOAT":
                double = float(sign + text)
                if double in (float("inf"), float("-inf")):
                    self.errors.append((at, "invalid double literal"))
                return ast.Literal(at, double)
            case "true" | "false":
                return ast.Literal(at, token.kind == "true")
            case "null":
                return ast.Literal(at, None)
        try:
            return ast.Literal(at, string_value(text) if token.kind == "STRING" else bytes_value(text))
        except EscapeError as error:
            self.errors.append((at, str(error)))
            return ast.Literal(at, "")

    # -- macros

    def call(self, at: int, name: Token, target: ast.Node | None, args: tuple[ast.Node, ...]) -> ast.Node:
        if target is None:
            if name.text == "has" and len(args) == 1:
                return self.has(at, args[0])
            return ast.Call(at, name.text, None, args)
        macro = _MACROS.get((name.text, len(args)))
        return ast.Call(at, name.text, target, args) if macro is None else macro(self, at, name.text, target, args)

    def has(self, at: int, arg: ast.Node) -> ast.Node:
        if isinstance(arg, ast.Select) and not arg.optional:
            return ast.Select(at, arg.operand, arg.field, test=True)
        self.errors.append((arg.at, "invalid argument to has() macro"))
        return arg

    def variable(self, arg: ast.Node, complaint: str) -> str:
        if not isinstance(arg, ast.Ident):
            self.errors.append((arg.at, complaint))
            return "_"
        if arg.name in ("@result", "__result__"):
            self.errors.append((arg.at, "iteration variable overwrites accumulator variable"))
        return arg.name


_AFTER_MEMBER: Final = frozenset(
    ["<EOF>", "?", "||", "&&", *_RELATIONS, *_SUMS, *_PRODUCTS, ".", "[", ")", "]", "}", ",", ":"]
)


def _shown(token: Token) -> str:
    return token.text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _expecting(extra: str) -> str:
    words = list(_STARTS)
    if extra == ")":
        words.insert(3, ")")
    elif extra == "?":
        words.insert(6, "?")
    return "{" + ", ".join(w if w in _NAMED else f"'{w}'" for w in words) + "}"


def _qualified(node: ast.Node) -> str | None:
    """The dotted name that a chain of selections spells, where it is nothing else."""
    names: list[str] = []
    while isinstance(node, ast.Select) and not node.test and not node.optional:
        names.append(node.field)
        node = node.operand
    if not isinstance(node, ast.Ident):
        return None
    return ".".join([node.name, *reversed(names)])


_COMPOUND: Final = frozenset({*_RELATIONS.values(), *_SUMS.values(), *_PRODUCTS.values(), "_?_:_", "_[_]", "_[?_]"})


def _check_depth(parser: _Parser, root: ast.Node) -> None:
    # cel-go's visitor counts conditionals, relations, sums, selections, calls on a target and indexing.
    stack = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, ast.Call):
            depth += node.name in _COMPOUND or node.target is not None
        elif isinstance(node, ast.Select | ast.Comprehension | ast.OptionalMap | ast.SortBy):
            depth += 1
        if depth > _MAX_DEPTH:
            parser.errors.append((-1, "max recursion depth exceeded"))
            return
        stack.extend((child, depth) for child in ast.children(node))


def _quantifier(p: _Parser, at: int, name: str, target: ast.Node, args: tuple[ast.Node, ...]) -> ast.Node:
    var, var2 = _variables(p, args[:-1], "argument must be a simple name")
    kind = "exists_one" if name == "existsOne" else name
    return ast.Comprehension(at, kind, target, var, var2, None, args[-1])


def _map(p: _Parser, at: int, name: str, target: ast.Node, args: tuple[ast.Node, ...]) -> ast.Node:
    var = p.variable(args[0], "argument is not an identifier")
    return ast.Comprehension(at, "list", target, var, "", args[1] if len(args) == 3 else None, args[-1])


def _filter(p: _Parser, at: int, name: str, target: ast.Node, args: tuple[ast.Node, ...]) -> ast.Node:
    var = p.variable(args[0], "argument is not an identifier")
    return ast.Comprehension(at, "list", target, var, "", args[1], ast.Ident(args[0].at, var))


def _transform(p: _Parser, at: int, name: str, target: ast.Node, args: tuple[ast.Node, ...]) -> ast.Node:
    var, var2 = _variables(p, args[:2], "argument must be a simple name")
    kind = {"transformList": "list", "transformMap": "map", "transformMapEntry": "entry"}[name]
    return ast.Comprehension(at, kind, target, var, var2, args[2] if len(args) == 4 else None, args[-1])


def _variables(p: _Parser, args: tuple[ast.Node, ...], complaint: str) -> tuple[str, str]:
    var = p.variable(args[0], complaint)
    if len(args) == 1:
        return var, ""
    var2 = p.variable(args[1], complaint)
    if var == var2 and isinstance(args[1], ast.Ident):
        p.errors.append((args[1].at, f"duplicate variable name: {var}"))
    return var, var2


def _opt_map(p: _Parser, at: int, name: str, target: ast.Node, args: tuple[ast.Node, ...]) -> ast.Node:
    var = p.variable(args[0], f"{name}() variable name must be a simple identifier")
    return ast.OptionalMap(at, target, var, args[1], name == "optFlatMap")


def _sort_by(p: _Parser, at: int, name: str, target: ast.Node, args: tuple[ast.Node, ...]) -> ast.Node:
    if isinstance(target, ast.Literal | ast.MapExpr | ast.StructExpr):
        complaint = "sortBy can only be applied to a list, identifier, comprehension, call or select expression"
        p.errors.append((target.at, complaint))
    return ast.SortBy(at, target, p.variable(args[0], "argument is not an identifier"), args[1])


_MACROS: Final = {
    ("all", 2): _quantifier,
    ("all", 3): _quantifier,
    ("exists", 2): _quantifier,
    ("exists", 3): _quantifier,
    ("existsOne", 3): _quantifier,
    ("exists_one", 2): _quantifier,
    ("exists_one", 3): _quantifier,
    ("filter", 2): _filter,
    ("map", 2): _map,
    ("map", 3): _map,
    ("optFlatMap", 2): _opt_map,
    ("optMap", 2): _opt_map,
    ("sortBy", 2): _sort_by,
    ("transformList", 3): _transform,
    ("transformList", 4): _transform,
    ("transformMap", 3): _transform,
    ("transformMap", 4): _transform,
    ("transformMapEntry", 3): _transform,
    ("transformMapEntry", 4): _transform,
}
