"""AST nodes as the JSON of `opa parse --format json`, locations and comments left out."""

from __future__ import annotations

from typing import Any

from gatewright.syntax._deep import deeply
from gatewright.syntax._terms import VALUE_NAMES
from gatewright.syntax.nodes import (
    Annotations,
    Array,
    ArrayComprehension,
    Boolean,
    Call,
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
    Var,
    With,
)


class JsonNumber(str):
    """A number's text, to be written without quotes; compare it by value."""

    __slots__ = ()


def nodes_to_json(node: Any) -> Any:
    """Plain dicts and lists; numbers stay text (JsonNumber), for OPA prints them as written."""
    return deeply(_json, node)


def _json(node: Any) -> Any:
    if isinstance(node, tuple):
        return [_json(item) for item in node]
    match node:
        case Term():
            return {"type": VALUE_NAMES[type(node.value)], "value": _value(node.value)}
        case Expr():
            return _expr(node)
        case Rule():
            return _rule(node)
        case Head():
            return _head(node)
        case With():
            return {"target": _json(node.target), "value": _json(node.value)}
        case Package():
            return {"path": _value(node.path)}
        case Import():
            found = {"path": _json(node.path)}
            if node.alias:
                found["alias"] = node.alias
            return found
        case Module():
            return _module(node)
        case Annotations():
            return {"scope": node.scope, **_data(node.data)}
        case SomeDecl() | Every() | Not() | LogicalAnd() | LogicalOr():
            return _statement(node)
    return _value(node)


def _value(value: Any) -> Any:
    match value:
        case Null():
            # OPA's null is an empty structure.
            return {}
        case Boolean() | String():
            return value.value
        case Number():
            return JsonNumber(value.text)
        case Var():
            return value.name
        case Ref() | Call():
            return [_json(t) for t in value.terms]
        case Array() | Set():
            return [_json(t) for t in value.items]
        case Object():
            return [[_json(k), _json(v)] for k, v in value.items]
        case ArrayComprehension() | SetComprehension():
            return {"term": _json(value.term), "body": _json(value.body)}
        case ObjectComprehension():
            return {"key": _json(value.key), "value": _json(value.value), "body": _json(value.body)}
        case TemplateString():
            return {"parts": [_json(p) for p in value.parts] or None, "multi_line": value.multi_line}
    raise AssertionError(f"unreachable: {value!r}")


def _data(value: Any) -> Any:
    """An annotation's data; schemas and compile hold refs."""
    if isinstance(value, Ref):
        return _value(value)
    if isinstance(value, dict):
        return {key: _data(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_data(item) for item in value]
    return value


def _statement(node: SomeDecl | Every | Not | LogicalAnd | LogicalOr) -> dict[str, Any]:
    match node:
        case SomeDecl():
            return {"symbols": _json(node.symbols)}
        case Every():
            return {
                "key": None if node.key is None else _json(node.key),
                "value": _json(node.value),
                "domain": _json(node.domain),
                "body": _json(node.body),
            }
        case Not():
            return {"type": "not", "body": _json(node.body), "explicit_body": node.explicit_body}
    found: dict[str, Any] = {
        "type": "and" if isinstance(node, LogicalAnd) else "or",
        "lhs": _json(node.lhs),
        "rhs": _json(node.rhs),
    }
    if node.explicit_lhs:
        found["explicit_lhs"] = True
    if node.explicit_rhs:
        found["explicit_rhs"] = True
    return found


def _expr(node: Expr) -> dict[str, Any]:
    found: dict[str, Any] = {"index": node.index, "terms": _json(node.terms)}
    if node.generated:
        found["generated"] = True
    if node.negated:
        found["negated"] = True
    if node.withs:
        found["with"] = _json(node.withs)
    return found


def _head(node: Head) -> dict[str, Any]:
    found: dict[str, Any] = {"ref": _value(node.ref)}
    if node.name:
        found["name"] = node.name
    if node.args:
        found["args"] = _json(node.args)
    if node.key is not None:
        found["key"] = _json(node.key)
    if node.value is not None:
        found["value"] = _json(node.value)
    if node.assign:
        found["assign"] = True
    return found


def _rule(node: Rule) -> dict[str, Any]:
    found: dict[str, Any] = {"head": _head(node.head), "body": _json(node.body)}
    if node.default:
        found["default"] = True
    if node.otherwise is not None:
        found["else"] = _rule(node.otherwise)
    if node.annotations:
        found["annotations"] = [_copied(_json(a)) for a in node.annotations]
    return found


def _copied(annotations: dict[str, Any]) -> dict[str, Any]:
    """OPA's copy of annotations on a rule turns absent refs into empty ones."""
    if "unknowns" in annotations.get("compile", {}):
        unknowns = [ref or [] for ref in annotations["compile"]["unknowns"]]
        annotations["compile"] = {**annotations["compile"], "unknowns": unknowns}
    return annotations


def _module(node: Module) -> dict[str, Any]:
    found: dict[str, Any] = {"package": _json(node.package)}
    if node.imports:
        found["imports"] = _json(node.imports)
    if node.annotations:
        found["annotations"] = [_json(a) for a in node.annotations]
    if node.rules:
        found["rules"] = _json(node.rules)
    return found
