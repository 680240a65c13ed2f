"""What Rego v1 and v2 forbid beyond the grammar, checked before a module is rewritten for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatewright.errors import RegoAnalysisError, RegoError, RegoSyntaxError
from gatewright.source import Location
from gatewright.syntax._terms import operator_name
from gatewright.syntax._tokens import VERSION_KEYWORDS
from gatewright.syntax.nodes import Call, Expr, Head, Import, Module, Ref, Rule, String, Term, Var
from gatewright.syntax.text import node_text
from gatewright.syntax.walk import children, walk

DEPRECATED = frozenset(
    (
        "all",
        "any",
        "cast_array",
        "cast_boolean",
        "cast_null",
        "cast_object",
        "cast_set",
        "cast_string",
        "net.cidr_overlap",
        "re_match",
        "set_diff",
    )
)
_ROOTS = ("data", "input")
_V2_ONLY = VERSION_KEYWORDS["v2"] - VERSION_KEYWORDS["v1"]


def check_module(module: Module, version: str) -> list[RegoError]:
    """The faults of `module` as a module of `version`, `if` and `contains` aside."""
    errors = [
        *_duplicate_imports(module),
        *_root_overrides(module),
        *_deprecated_calls(module),
        *_keyword_names(module, VERSION_KEYWORDS["v1"]),
    ]
    if version == "v2":
        for rule in module.rules:
            errors.extend(_keyword_name(rule, _V2_ONLY))
            errors.extend(_keyword_vars(rule))
    return errors


def _error(code: str, message: str, place: Location) -> RegoError:
    at = Location(place.file, place.row, place.col)
    if code == "rego_parse_error":
        return RegoSyntaxError(message, at)
    return RegoAnalysisError(message, at, code=code)


def _duplicate_imports(module: Module) -> Iterator[RegoError]:
    seen: dict[str, Import] = {}
    for statement in module.imports:
        name = statement.name
        if name in seen:
            message = f"import must not shadow {node_text(seen[name])}"
            yield _error("rego_compile_error", message, statement.location)
        else:
            seen[name] = statement


def _root_overrides(module: Module) -> Iterator[RegoError]:
    code = "rego_compile_error"
    for rule in module.rules:
        first = rule.head.ref.terms[0].value
        if isinstance(first, Var) and first.name in _ROOTS:
            message = f"rules must not shadow {first.name} (use a different rule name)"
            yield _error(code, message, rule.location)
        for arg in rule.head.args or ():
            name = node_text(arg)
            if isinstance(arg.value, Ref) and name in _ROOTS:
                yield _error(code, f"args must not shadow {name} (use a different variable name)", arg.location)
    for node in _all_nodes(module):
        if isinstance(node, Expr) and isinstance(node.terms, tuple) and len(node.terms) > 1:
            name = node_text(node.terms[1]) if operator_name(node.terms[0]) == "assign" else ""
            if name in _ROOTS:
                message = f"variables must not shadow {name} (use a different variable name)"
                yield _error(code, message, node.location)


def _all_nodes(module: Module) -> Iterator[Any]:
    for rule in module.rules:
        yield from walk(rule)


def _deprecated_calls(module: Module) -> Iterator[RegoError]:
    for node in _calls(module):
        if isinstance(node, Expr):
            name, place = operator_name(node.terms[0]), node.location  # type: ignore[index]
        else:
            name, place = operator_name(node.terms[0]), node.terms[0].location
        if name in DEPRECATED:
            message = f"deprecated built-in function calls in expression: {name}"
            yield _error("rego_type_error", message, place)


def _calls(module: Module) -> Iterator[Expr | Call]:
    for node in _all_nodes(module):
        if isinstance(node, Call) or (isinstance(node, Expr) and isinstance(node.terms, tuple)):
            yield node


def _keyword_names(module: Module, keywords: frozenset[str]) -> Iterator[RegoError]:
    for rule in module.rules:
        yield from _keyword_name(rule, keywords)


def _keyword_name(rule: Rule, keywords: frozenset[str]) -> Iterator[RegoError]:
    name = rule.head.name
    if len(rule.head.ref.terms) < 2 and name in keywords:
        yield _error("rego_parse_error", f"{name} keyword cannot be used for rule name", rule.location)


def _keyword_vars(rule: Rule) -> Iterator[RegoError]:
    """Variables named `and` or `or`; the names of called functions are none."""
    seen: set[int] = set()
    current: Rule | None = rule
    while current is not None:
        for term in _variables(current):
            assert isinstance(term.value, Var)
            if term.value.name in _V2_ONLY and id(term) not in seen:
                seen.add(id(term))
                message = f"{term.value.name} keyword cannot be used for variable name"
                yield _error("rego_parse_error", message, term.location)
        current = current.otherwise


def _variables(rule: Rule) -> Iterator[Term]:
    head = rule.head
    stack: list[Any] = [*reversed(rule.body)]
    stack.extend(t for t in (head.value, head.key) if t is not None)
    stack.extend(reversed(head.args or ()))
    stack.extend(reversed(head.ref.terms[1:]))
    while stack:
        node = stack.pop()
        if isinstance(node, Term) and isinstance(node.value, Var):
            yield node
        elif isinstance(node, Call):
            stack.extend(reversed(node.terms[1:]))
        elif isinstance(node, Expr) and isinstance(node.terms, tuple):
            stack.extend(reversed((*node.terms[1:], *node.withs)))
        elif not isinstance(node, (Head, String)):
            stack.extend(reversed(children(node)))
