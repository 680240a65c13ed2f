"""Prometheus rule files and PrometheusRule manifests to documents of kind PrometheusRules, with each query as a tree.

The tree has a node `{"type": …}` for each PromQL construct (vector, matrix, call, aggregate, binary, unary, paren,
subquery, number, string), so that rules can walk it.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from gatewright.readers import API_VERSION, _lines

_GROUPS = re.compile(r"^groups\s*:", re.MULTILINE)
_RULES = re.compile(r"^\s+-?\s*(alert|record)\s*:", re.MULTILINE)
_MANIFEST = re.compile(r"^kind\s*:\s*PrometheusRule\s*$", re.MULTILINE)


def detect(name: str, file: str, text: str | None) -> bool:
    if text is None or not name.endswith((".yaml", ".yml", ".rules")):
        return False
    return bool(_RULES.search(text)) and bool(_GROUPS.search(text) or _MANIFEST.search(text))


def read(text: str, file: str) -> list[dict[str, Any]]:
    """A document for each YAML document that holds groups."""
    documents = []
    for node in _lines.compose(text, file):
        spec = _lines.child(node, "spec") if _text(_lines.child(node, "kind")) == "PrometheusRule" else node
        groups = _lines.child(spec, "groups")
        if groups is None:
            continue
        metadata = _lines.value(_lines.child(node, "metadata") or node) if spec is not node else {}
        documents.append(
            {
                "apiVersion": API_VERSION,
                "kind": "PrometheusRules",
                "metadata": {"name": file},
                "manifest": metadata if isinstance(metadata, dict) else {},
                "groups": [_group(item) for item in _lines.items(groups)],
            }
        )
    return documents


def _group(node: yaml.Node) -> dict[str, Any]:
    value = _lines.value(node)
    if not isinstance(value, dict):
        value = {}
    value.pop("rules", None)
    return {
        **value,
        "line": _lines.line(node),
        "lines": _lines.key_lines(node),
        "rules": [_rule(item) for item in _lines.items(_lines.child(node, "rules"))],
    }


def _rule(node: yaml.Node) -> dict[str, Any]:
    value = _lines.value(node)
    rule: dict[str, Any] = value if isinstance(value, dict) else {}
    rule["line"] = _lines.line(node)
    rule["lines"] = {**_lines.key_lines(node), **_nested_lines(node, "labels"), **_nested_lines(node, "annotations")}
    expression = _lines.child(node, "expr")
    if expression is not None:
        rule["expr"] = str(rule.get("expr", ""))
        rule["lines"]["expr"] = _lines.line(expression)
        rule.update(query(rule["expr"]))
    return rule


def _nested_lines(node: yaml.Node, key: str) -> dict[str, int]:
    nested = _lines.child(node, key)
    return {f"{key}.{name}": row for name, row in _lines.key_lines(nested).items()} if nested is not None else {}


def _text(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def query(text: str) -> dict[str, Any]:
    """`{"query": tree, "metrics": names}`, or `{"error": message}` when it is not PromQL."""
    import promql_parser

    try:
        parsed = promql_parser.parse(text)
    except (ValueError, RecursionError, BaseException) as fault:
        # The parser panics on a few inputs; a panic is not an Exception.
        if isinstance(fault, KeyboardInterrupt | SystemExit):
            raise
        return {"error": str(fault).splitlines()[0] if str(fault) else "not PromQL"}
    metrics: set[str] = set()
    return {"query": _tree(parsed, metrics), "metrics": sorted(metrics)}


def _tree(node: Any, metrics: set[str]) -> dict[str, Any]:
    tree: dict[str, Any] = _NODES[type(node).__name__](node, metrics)
    return tree


def _vector(node: Any, metrics: set[str]) -> dict[str, Any]:
    matchers = [
        {"name": m.name, "op": _MATCH_OPERATORS[str(m.op).rsplit(".", 1)[-1]], "value": m.value}
        for m in node.matchers.matchers
    ]
    name = node.name or next((m["value"] for m in matchers if m["name"] == "__name__" and m["op"] == "="), "")
    if name:
        metrics.add(name)
    return {"type": "vector", "name": name, "matchers": matchers, "offset": _seconds(node.offset)}


_MATCH_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


def _matrix(node: Any, metrics: set[str]) -> dict[str, Any]:
    return {"type": "matrix", "vector": _tree(node.vector_selector, metrics), "range": _seconds(node.range)}


def _call(node: Any, metrics: set[str]) -> dict[str, Any]:
    return {"type": "call", "function": node.func.name, "args": [_tree(arg, metrics) for arg in node.args]}


def _aggregate(node: Any, metrics: set[str]) -> dict[str, Any]:
    modifier = node.modifier
    return {
        "type": "aggregate",
        "operator": str(node.op),
        "expr": _tree(node.expr, metrics),
        "param": _tree(node.param, metrics) if node.param is not None else None,
        "by": list(modifier.labels) if modifier is not None and str(modifier.type).endswith("By") else None,
        "without": list(modifier.labels) if modifier is not None and str(modifier.type).endswith("Without") else None,
    }


def _binary(node: Any, metrics: set[str]) -> dict[str, Any]:
    modifier = node.modifier
    matching = modifier.matching if modifier is not None else None
    including = matching is not None and str(matching.type).endswith("Include")
    return {
        "type": "binary",
        "operator": str(node.op),
        "lhs": _tree(node.lhs, metrics),
        "rhs": _tree(node.rhs, metrics),
        "bool": bool(modifier is not None and modifier.return_bool),
        "on": list(matching.labels) if matching is not None and including else None,
        "ignoring": list(matching.labels) if matching is not None and not including else None,
        "group": list(modifier.group_labels or []) if modifier is not None else [],
        "cardinality": str(modifier.card).rsplit(".", 1)[-1] if modifier is not None else "OneToOne",
    }


def _subquery(node: Any, metrics: set[str]) -> dict[str, Any]:
    return {
        "type": "subquery",
        "expr": _tree(node.expr, metrics),
        "range": _seconds(node.range),
        "step": _seconds(node.step),
        "offset": _seconds(node.offset),
    }


def _number(node: Any, metrics: set[str]) -> dict[str, Any]:
    value = node.val
    finite = value == value and abs(value) != float("inf")
    return {"type": "number", "value": value if finite else str(value)}


_NODES: dict[str, Any] = {
    "AggregateExpr": _aggregate,
    "BinaryExpr": _binary,
    "Call": _call,
    "MatrixSelector": _matrix,
    "NumberLiteral": _number,
    "ParenExpr": lambda node, metrics: {"type": "paren", "expr": _tree(node.expr, metrics)},
    "StringLiteral": lambda node, metrics: {"type": "string", "value": node.val},
    "SubqueryExpr": _subquery,
    "UnaryExpr": lambda node, metrics: {"type": "unary", "expr": _tree(node.expr, metrics)},
    "VectorSelector": _vector,
}


def _seconds(delta: Any) -> float | None:
    return delta.total_seconds() if delta is not None else None
