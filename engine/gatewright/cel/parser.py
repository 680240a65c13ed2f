"""CEL text to nodes, by recursive descent; limits are those of cel-go's parser as Kubernetes sets it up.

A hand-written parser stands here because a policy's expressions are parsed at start-up. It stops at the first token
that does not fit; `_recovery` then says what cel-go says of the text, for that is what a broken template answers.
"""

from __future__ import annotations

from typing import Final

from gatewright.cel import nodes as ast
from gatewright.cel._lexer import LiteralError, Token, literal_value, tokenize
from gatewright.errors import CelError

_MAX_CODE_POINTS: Final = 100_000
_MAX_DEPTH: Final = 250
_RESERVED: Final = frozenset(
    {
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
        "package", "namespace", "null", "return", "true", "var", "void", "while",
    }
)  # fmt: skip
_LITERALS: Final = frozenset(["true", "false", "null", "NUM_FLOAT", "NUM_INT", "NUM_UINT", "STRING", "BYTES"])
_NUMBERS: Final = ("NUM_INT", "NUM_FLOAT")
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
    tokens, errors = tokenize(text)
    parser = _Parser(tokens)
    try:
        node = parser.start()
    except _SyntaxFaultError:
        from gatewright.cel._recovery import syntax_errors

        raise CelCompileError(render_errors(text, [*errors, *syntax_errors(text, tokens, errors, _RESERVED)])) from None
    if len(tokens) > _MAX_DEPTH and not errors:
        _check_depth(parser, node)
    if errors := errors + parser.errors:
        raise CelCompileError(render_errors(text, errors))
    return node


class _SyntaxFaultError(Exception):
    """The text is no expression; what to say of it is another module's business."""


class _Parser:
    __slots__ = ("errors", "nesting", "position", "token", "tokens")

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        # What cel-go's visitor finds in a tree without syntax errors.
        self.errors: list[tuple[int, str]] = []
        self.position = 0
        self.token: Token = self.tokens[0]
        self.nesting = 0  # of the grammar's `expr`, which ANTLR's listener bounds

    def start(self) -> ast.Node:
        """start: expr <EOF>"""
        node = self.expr()
        if self.token.kind != "<EOF>":
            raise _SyntaxFaultError
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

    def require(self, *kinds: str) -> Token:
        if self.token.kind not in kinds:
            raise _SyntaxFaultError
        return self.advance()

    # -- the grammar

    def expr(self) -> ast.Node:
        """expr: or ('?' or ':' expr)?"""
        self.nesting += 1
        if self.nesting > _MAX_DEPTH:
            raise _SyntaxFaultError
        node = self.logical_or()
        if question := self.accept("?"):
            chosen = self.logical_or()
            self.require(":")
            node = ast.Call(question.at, "_?_:_", None, (node, chosen, self.expr()))
        self.nesting -= 1
        return node

    def logical_or(self) -> ast.Node:
        """or: and ('||' and)*"""
        node = self.logical_and()
        if self.token.kind != "||":
            return node
        terms, at = [node], self.token.at
        while self.accept("||"):
            terms.append(self.logical_and())
        return ast.Call(at, "_||_", None, tuple(terms))

    def logical_and(self) -> ast.Node:
        """and: relation ('&&' relation)*"""
        node = self.relation()
        if self.token.kind != "&&":
            return node
        terms, at = [node], self.token.at
        while self.accept("&&"):
            terms.append(self.relation())
        return ast.Call(at, "_&&_", None, tuple(terms))

    def relation(self) -> ast.Node:
        """relation: sum (('<' | '<=' | '>=' | '>' | '==' | '!=' | 'in') sum)*"""
        node = self.sums()
        while (name := _RELATIONS.get(self.token.kind)) is not None:
            at = self.advance().at
            node = ast.Call(at, name, None, (node, self.sums()))
        return node

    def sums(self) -> ast.Node:
        """sum: product (('+' | '-') product)*"""
        node = self.product()
        while (name := _SUMS.get(self.token.kind)) is not None:
            at = self.advance().at
            node = ast.Call(at, name, None, (node, self.product()))
        return node

    def product(self) -> ast.Node:
        """product: unary (('*' | '/' | '%') unary)*"""
        node = self.unary()
        while (name := _PRODUCTS.get(self.token.kind)) is not None:
            at = self.advance().at
            node = ast.Call(at, name, None, (node, self.unary()))
        return node

    def unary(self) -> ast.Node:
        """unary: '!'+ member | '-'+ member | member"""
        kind = self.token.kind
        if kind not in ("!", "-") or (kind == "-" and self.following().kind in _NUMBERS):
            return self.member()
        at = self.token.at
        count = 0
        while self.accept(kind):
            count += 1
        node = self.member()
        return node if count % 2 == 0 else ast.Call(at, "!_" if kind == "!" else "-_", None, (node,))

    def member(self) -> ast.Node:
        """member: primary ('.' '?'? name | '.' name '(' arguments ')' | '[' '?'? expr ']')*"""
        node = self.primary()
        while True:
            kind = self.token.kind
            if kind == ".":
                node = self.select(node)
            elif kind == "[":
                at = self.advance().at
                optional = self.accept("?") is not None
                index = self.expr()
                self.require("]")
                node = ast.Call(at, "_[?_]" if optional else "_[_]", None, (node, index))
            elif kind == "{" and (name := _qualified(node)) is not None:
                node = self.struct(name)
            else:
                return node

    def select(self, operand: ast.Node) -> ast.Node:
        dot = self.advance()
        optional = self.accept("?") is not None
        name = self.require("IDENTIFIER", "ESC_IDENTIFIER")
        if name.kind == "ESC_IDENTIFIER":
            return ast.Select(dot.at, operand, name.text[1:-1], optional=optional)
        if self.token.kind == "(" and not optional:
            opening = self.advance()
            return self.call(opening.at, name, operand, self.arguments())
        return ast.Select(dot.at, operand, name.text, optional=optional)

    def arguments(self) -> tuple[ast.Node, ...]:
        """arguments: (expr (',' expr)*)? ')'"""
        if self.accept(")"):
            return ()
        args = [self.expr()]
        while self.accept(","):
            args.append(self.expr())
        self.require(")")
        return tuple(args)

    def primary(self) -> ast.Node:
        """primary: '.'? name | '.'? name '(' arguments | '(' expr ')' | list | map | literal"""
        match self.token.kind:
            case "IDENTIFIER" | ".":
                return self.named()
            case "(":
                self.advance()
                node = self.expr()
                self.require(")")
                return node
            case "[":
                return self.list_literal()
            case "{":
                return self.map_literal()
        return self.literal()

    def named(self) -> ast.Node:
        dot = self.accept(".")
        token = self.require("IDENTIFIER")
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
        self.require("]")
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
            colon = self.require(":")
            entries.append(ast.Entry(colon.at, key, self.expr(), optional))
        self.require("}")
        return ast.MapExpr(at, tuple(entries))

    def struct(self, name: str) -> ast.Node:
        """struct: name '{' ('?'? name ':' expr (',' …)*)? ','? '}'"""
        at = self.advance().at
        fields: list[ast.Field] = []
        while self.token.kind != "}":
            optional = self.accept("?") is not None
            field = self.require("IDENTIFIER", "ESC_IDENTIFIER")
            colon = self.require(":")
            fields.append(ast.Field(colon.at, field.text.strip("`"), self.expr(), optional))
            if not self.accept(","):
                break
        self.require("}")
        return ast.StructExpr(at, name, tuple(fields))

    def literal(self) -> ast.Node:
        minus = self.accept("-")
        token = self.require(*(_NUMBERS if minus else _LITERALS))
        at = minus.at if minus else token.at
        try:
            return ast.Literal(at, literal_value(token, "-" if minus else ""))
        except LiteralError as error:
            self.errors.append((at, str(error)))
            return ast.Literal(at, None)

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
        if arg.name in _RESERVED:
            self.errors.append((arg.at, complaint))
        if arg.name in ("@result", "__result__"):
            self.errors.append((arg.at, "iteration variable overwrites accumulator variable"))
        return arg.name


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
