"""Falco rules files to documents of kind FalcoRules: each item with its lines, each condition taken apart."""

from __future__ import annotations

import re
from typing import Any

from gatewright.readers import API_VERSION, _lines

_ITEM = re.compile(r"^-\s*(rule|macro|list|required_engine_version|required_plugin_versions)\s*:", re.MULTILINE)
_MEMBER = re.compile(
    r"^\s+(condition|items|desc|output|priority|override|append|enabled)\s*:|^-\s*required_", re.MULTILINE
)
_TYPES = ("rule", "macro", "list", "required_engine_version", "required_plugin_versions")


def detect(name: str, file: str, text: str | None) -> bool:
    if text is None or not name.endswith((".yaml", ".yml")):
        return False
    return bool(_ITEM.search(text) and _MEMBER.search(text)) and "apiVersion:" not in text.split("\n- ", 1)[0]


def read(text: str, file: str) -> list[dict[str, Any]]:
    """One document for the file, with all its items in order."""
    nodes = _lines.compose(text, file)
    items = [_item(node) for root in nodes for node in _lines.items(root)]
    return [{"apiVersion": API_VERSION, "kind": "FalcoRules", "metadata": {"name": file}, "items": items}]


def _item(node: Any) -> dict[str, Any]:
    value = _lines.value(node)
    if not isinstance(value, dict):
        return {"type": "unknown", "name": "", "line": _lines.line(node), "lines": {}, "value": value, "keys": []}
    kind = next((name for name in _TYPES if name in value), "unknown")
    item: dict[str, Any] = {
        "type": kind,
        "name": str(value.get(kind, "")),
        "line": _lines.line(node),
        "lines": _lines.key_lines(node),
        "keys": list(value),
        "value": value,
    }
    condition = value.get("condition")
    if isinstance(condition, str):
        item["condition"] = parse_condition(condition)
    return item


_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<operator>!=|>=|<=|==|=|<|>)
    |(?P<punctuation>[(),])
    |(?P<word>[^\s()=!<>,"']+))""",
    re.VERBOSE,
)
_COMPARISONS = frozenset(
    {
        "=", "==", "!=", "<", "<=", ">", ">=", "contains", "icontains", "bcontains", "glob", "iglob", "startswith",
        "bstartswith", "endswith", "in", "intersects", "pmatch", "exists", "regex",
    }
)  # fmt: skip


class _ConditionError(Exception):
    pass


def parse_condition(text: str) -> dict[str, Any]:
    """Fields, comparisons, and the macros and lists that a condition names.

    `mixed` says that `and` and `or` meet in it without parentheses between them.
    """
    parser = _Condition(text)
    error = ""
    try:
        parser.expression(negated=False)
        if parser.peek() is not None:
            raise _ConditionError(f"unexpected {parser.peek()!r}")
    except (_ConditionError, RecursionError) as fault:
        error = str(fault) or "nested too deeply"
    return {
        "text": " ".join(text.split()),
        "fields": sorted({c["field"] for c in parser.comparisons}),
        "comparisons": parser.comparisons,
        "references": parser.references,
        "mixed": parser.mixed,
        "error": error,
    }


class _Condition:
    """A recursive descent over a condition; collects on the way instead of building a tree."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokenise(text)
        self.at = 0
        self.comparisons: list[dict[str, Any]] = []
        self.references: list[dict[str, Any]] = []
        self.mixed = False

    def peek(self) -> str | None:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else None

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise _ConditionError("the condition ends too early")
        token = self.tokens[self.at]
        self.at += 1
        return token

    def expression(self, *, negated: bool) -> None:
        """expression = term { ("and" | "or") term }"""
        operators = set()
        self.term(negated=negated)
        while self.peek() in ("and", "or"):
            operators.add(self.take()[1])
            self.term(negated=negated)
        self.mixed = self.mixed or len(operators) == 2

    def term(self, *, negated: bool) -> None:
        """term = "not" term | "(" expression ")" | comparison | name"""
        kind, text = self.take()
        if text == "not" and kind == "word":
            self.term(negated=not negated)
        elif text == "(":
            self.expression(negated=negated)
            self.expect(")")
        elif kind == "word":
            self.comparison(text, negated=negated)
        else:
            raise _ConditionError(f"unexpected {text!r}")

    def comparison(self, field: str, *, negated: bool) -> None:
        operator = self.peek()
        if operator not in _COMPARISONS:
            self.references.append({"name": field, "negated": negated})
            return
        self.take()
        values: list[str] = []
        quoted = False
        if operator == "exists":
            pass
        elif self.peek() == "(":
            self.take()
            while self.peek() not in (")", None):
                kind, text = self.take()
                if text != ",":
                    values.append(_unquote(kind, text))
            self.expect(")")
        else:
            kind, text = self.take()
            quoted = kind == "string"
            values.append(_unquote(kind, text))
        self.comparisons.append(
            {"field": field, "operator": operator, "values": values, "negated": negated, "quoted": quoted}
        )

    def expect(self, text: str) -> None:
        if self.peek() != text:
            raise _ConditionError(f"{text!r} is missing")
        self.take()


def _tokenise(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or match.end() == at:
            tokens.append(("bad", text[at]))
            at += 1
            continue
        kind = match.lastgroup or "bad"
        tokens.append((kind, match.group(kind)))
        at = match.end()
    return tokens


def _unquote(kind: str, text: str) -> str:
    return text[1:-1] if kind == "string" else text
