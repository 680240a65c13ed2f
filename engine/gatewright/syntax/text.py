"""AST nodes as text, in the one-line form OPA prints them in messages: `node_text`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from gatewright.syntax._deep import deeply
from gatewright.syntax._tokens import FUTURE_V0, KEYWORDS
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Boolean,
    Call,
    Comment,
    Every,
    Expr,
    Head,
    Import,
    LogicalAnd,
    LogicalOr,
    Module,
    Not,
    Null,
    Number,
    Object,
    ObjectComprehension,
    Package,
    Ref,
    Rule,
    Set,
    SetComprehension,
    SomeDecl,
    String,
    TemplateString,
    Term,
    Value,
    Var,
    With,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_QUOTED_KEYWORDS = KEYWORDS | FUTURE_V0
_INFIX = {
    "eq": "=",
    "assign": ":=",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "neq": "!=",
    "equal": "==",
    "plus": "+",
    "minus": "-",
    "mul": "*",
    "div": "/",
    "rem": "%",
    "and": "&",
    "or": "|",
}


def node_text(node: object, *, rego_version: str = "v1") -> str:
    """The text of a node, or of a body (a tuple of Exprs): `input.x`, `eq(x, 1)`, `p contains x if { … }`."""
    return deeply(_text, node, rego_version)


def _text(node: object, rego_version: str) -> str:
    out: list[str] = []
    _Writer(out.append, rego_version).write(node)
    return "".join(out)


def go_quote(text: str) -> str:
    """`text` in double quotes as Go's %q has it."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(_quoted_char(c) for c in text) + '"'


_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def _quoted_char(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def is_plain_name(text: str) -> bool:
    """Whether `text` can stand after a dot in any dialect up to v1."""
    return _NAME.match(text) is not None and text not in _QUOTED_KEYWORDS


def ref_operand_text(text: str) -> str:
    """A string operand of a ref: `.name`, or `["any text"]`."""
    if is_plain_name(text):
        return "." + text
    if any(c < " " or c == "\\" or c == "\x7f" for c in text):
        return f"[{go_quote(text)}]"
    return f'["{text}"]'


def escape_template_part(text: str) -> str:
    """A literal part of a template string with its opening braces escaped."""
    out = []
    before = ""
    for char in text:
        if char == "{" and before != "\\":
            out.append("\\")
        out.append(char)
        before = char
    return "".join(out)


class _Writer:
    def __init__(self, put: Callable[[str], None], rego_version: str) -> None:
        self.put = put
        self.rego_version = rego_version

    def write(self, node: Any) -> None:
        if type(node) is Term:
            node = node.value
        _WRITERS[type(node)](self, node)

    def joined(self, nodes: Iterable[object], between: str) -> None:
        first = True
        for node in nodes:
            if not first:
                self.put(between)
            first = False
            self.write(node)

    # --- values -------------------------------------------------------------------------------------------------

    def null(self, node: Null) -> None:
        self.put("null")

    def boolean(self, node: Boolean) -> None:
        self.put("true" if node.value else "false")

    def number(self, node: Number) -> None:
        self.put(node.text)

    def string(self, node: String) -> None:
        self.put(go_quote(node.value))

    def var(self, node: Var) -> None:
        self.put("_" if node.wildcard else node.name)

    def ref(self, node: Ref) -> None:
        head = node.terms[0].value
        if isinstance(head, String):
            self.put(head.value)
        else:
            self.write(head)
        for term in node.terms[1:]:
            value = term.value
            if type(value) is String:
                self.put(ref_operand_text(value.value))
            else:
                self.put("[")
                self.write(value)
                self.put("]")

    def array(self, node: Array) -> None:
        self.put("[")
        self.joined(node.items, ", ")
        self.put("]")

    def object(self, node: Object) -> None:
        self.put("{")
        between = ""
        for key, value in node.items:
            self.put(between)
            between = ", "
            self.write(key)
            self.put(": ")
            self.write(value)
        self.put("}")

    def set(self, node: Set) -> None:
        if not node.items:
            self.put("set()")
            return
        self.put("{")
        self.joined(node.items, ", ")
        self.put("}")

    def call(self, node: Call) -> None:
        self._call(node.terms)

    def _call(self, terms: tuple[Term, ...]) -> None:
        self.write(terms[0])
        self.put("(")
        self.joined(terms[1:], ", ")
        self.put(")")

    def template(self, node: TemplateString) -> None:
        self.put('$"')
        for part in node.parts:
            if isinstance(part, Expr):
                self.put("{")
                self.write(part)
                self.put("}")
            elif isinstance(part.value, String):
                self.put(escape_template_part(go_quote(part.value.value)[1:-1]))
            else:
                self.write(part)
        self.put('"')

    def array_comprehension(self, node: ArrayComprehension) -> None:
        self._comprehension("[", (node.term,), node.body, "]")

    def set_comprehension(self, node: SetComprehension) -> None:
        self._comprehension("{", (node.term,), node.body, "}")

    def object_comprehension(self, node: ObjectComprehension) -> None:
        self._comprehension("{", (node.key, node.value), node.body, "}")

    def _comprehension(self, start: str, heads: tuple[Term, ...], body: Body, end: str) -> None:
        self.put(start)
        for i, head in enumerate(heads):
            if i:
                self.put(": ")
            self._comprehension_head(head)
        self.put(" | ")
        self.body(body)
        self.put(end)

    def _comprehension_head(self, term: Term) -> None:
        value = term.value
        if isinstance(value, Call) and len(value.terms) == 3:
            infix = _INFIX.get(_plain_operator(value.terms[0]))
            if infix:
                self.put("(")
                self._comprehension_head(value.terms[1])
                self.put(f" {infix} ")
                self._comprehension_head(value.terms[2])
                self.put(")")
                return
        self.write(value)

    # --- expressions --------------------------------------------------------------------------------------------

    def body(self, body: Body) -> None:
        self.joined(body, "; ")

    def expr(self, node: Expr) -> None:
        if node.negated:
            self.put("not ")
        terms = node.terms
        if isinstance(terms, tuple):
            if len(terms) == 3 and _plain_operator(terms[0]) == "eq":
                self.write(terms[1])
                self.put(" = ")
                self.write(terms[2])
            else:
                self._call(terms)
        else:
            self.write(terms)
        for clause in node.withs:
            self.put(" ")
            self.write(clause)

    def with_(self, node: With) -> None:
        self.put("with ")
        self.write(node.target)
        self.put(" as ")
        self.write(node.value)

    def some(self, node: SomeDecl) -> None:
        self.put("some ")
        first = node.symbols[0].value
        if not isinstance(first, Call):
            self.joined(node.symbols, ", ")
            return
        operands = first.terms[1:]
        self.joined(operands[:-1], ", ")
        self.put(" in ")
        self.write(operands[-1])

    def every(self, node: Every) -> None:
        self.put("every ")
        if node.key is not None:
            self.write(node.key)
            self.put(", ")
        self.write(node.value)
        self.put(" in ")
        self.write(node.domain)
        self.put(" { ")
        self.body(node.body)
        self.put(" }")

    def not_(self, node: Not) -> None:
        if node.explicit_body or len(node.body) != 1:
            self.put("not {")
            self.body(node.body)
            self.put("}")
            return
        parens = not_needs_parens(node.body)
        self.put("not (" if parens else "not ")
        self.body(node.body)
        if parens:
            self.put(")")

    def logical_and(self, node: LogicalAnd) -> None:
        self._logical("and", node)

    def logical_or(self, node: LogicalOr) -> None:
        self._logical("or", node)

    def _logical(self, name: str, node: LogicalAnd | LogicalOr) -> None:
        self._operand(node.lhs, node.explicit_lhs, name, False)
        self.put(f" {name} ")
        self._operand(node.rhs, node.explicit_rhs, name, True)

    def _operand(self, body: Body, explicit: bool, parent: str, right: bool) -> None:
        if explicit or len(body) != 1:
            start, end = "{ ", " }"
        elif operand_needs_parens(body, parent, right):
            start, end = "(", ")"
        else:
            start = end = ""
        self.put(start)
        self.body(body)
        self.put(end)

    # --- modules ------------------------------------------------------------------------------------------------

    def comment(self, node: Comment) -> None:
        self.put("#" + node.text)

    def head(self, node: Head) -> None:
        self._head(node, self.rego_version)

    def _head(self, node: Head, version: str) -> None:
        self.ref(node.ref)
        contains = False
        if node.args:
            self.put("(")
            self.joined(node.args, ", ")
            self.put(")")
        elif len(node.ref.terms) == 1 and node.key is not None:
            if version == "v0":
                self.put("[")
                self.write(node.key)
                self.put("]")
            else:
                self.put(" contains ")
                self.write(node.key)
                contains = True
        if node.value is not None:
            self.put(" := " if node.assign else " = ")
            self.write(node.value)
        elif not contains and not node.name and node.key is not None:
            self.put(" contains ")
            self.write(node.key)

    def rule(self, node: Rule) -> None:
        start = " { " if self.rego_version == "v0" else " if { "
        if node.default:
            self.put("default ")
        self._head(node.head, self.rego_version)
        if not node.default:
            self.put(start)
            self.body(node.body)
            self.put(" }")
        otherwise = node.otherwise
        while otherwise is not None:
            self.put(" else ")
            if otherwise.head.value is not None:
                self.put("= ")
                self.write(otherwise.head.value)
            self.put(start)
            self.body(otherwise.body)
            self.put(" }")
            otherwise = otherwise.otherwise

    def package(self, node: Package) -> None:
        self.put("package ")
        # The first name is written as it is, the wildcard's too.
        self.ref(Ref(node.path.terms[1:]))

    def import_(self, node: Import) -> None:
        self.put("import ")
        self.write(node.path)
        if node.alias:
            self.put(" as " + node.alias)

    def module(self, node: Module) -> None:
        self.package(node.package)
        self.put("\n")
        for statement in node.imports:
            self.put("\n")
            self.import_(statement)
        if node.imports:
            self.put("\n")
        for rule in node.rules:
            self.put("\n")
            self.rule(rule)


def _plain_operator(operator: Term) -> str:
    ref = operator.value
    if isinstance(ref, Ref) and len(ref.terms) == 1 and isinstance(ref.terms[0].value, Var):
        return ref.terms[0].value.name
    return ""


def operand_needs_parens(body: Body, parent: str, right: bool) -> bool:
    """Whether the lone expression of an `and`/`or` operand has to be parenthesized to be read back the same."""
    if len(body) != 1:
        return False
    expr = body[0]
    if expr.withs:
        return True
    match expr.terms:
        case LogicalOr():
            return parent == "and" or right
        case LogicalAnd():
            return parent == "and" and right
        case Term():
            return leads_with_brace(expr.terms.value)
    return False


def not_needs_parens(body: Body) -> bool:
    """The same for the operand of `not`."""
    if len(body) != 1:
        return False
    expr = body[0]
    if expr.withs or isinstance(expr.terms, (LogicalAnd, LogicalOr, Not)):
        return True
    return isinstance(expr.terms, Term) and leads_with_brace(expr.terms.value)


def leads_with_brace(value: Value) -> bool:
    """Whether the value's text starts with `{`."""
    while isinstance(value, Ref):
        value = value.terms[0].value
    if isinstance(value, Set):
        return bool(value.items)
    return isinstance(value, (Object, SetComprehension, ObjectComprehension))


_WRITERS: dict[type, Callable[[_Writer, Any], None]] = {
    Array: _Writer.array,
    ArrayComprehension: _Writer.array_comprehension,
    Boolean: _Writer.boolean,
    Call: _Writer.call,
    Comment: _Writer.comment,
    Every: _Writer.every,
    Expr: _Writer.expr,
    Head: _Writer.head,
    Import: _Writer.import_,
    LogicalAnd: _Writer.logical_and,
    LogicalOr: _Writer.logical_or,
    Module: _Writer.module,
    Not: _Writer.not_,
    Null: _Writer.null,
    Number: _Writer.number,
    Object: _Writer.object,
    ObjectComprehension: _Writer.object_comprehension,
    Package: _Writer.package,
    Ref: _Writer.ref,
    Rule: _Writer.rule,
    Set: _Writer.set,
    SetComprehension: _Writer.set_comprehension,
    SomeDecl: _Writer.some,
    String: _Writer.string,
    TemplateString: _Writer.template,
    Var: _Writer.var,
    With: _Writer.with_,
    tuple: _Writer.body,
}
