"""Documents in OPA's form back as GraphQL text, for a validator that reads text."""

from __future__ import annotations

import json
from typing import Any

from gatewright.builtins._graphql_parse import (
    BLOCK,
    LIST,
    OBJECT,
    STRING,
    VARIABLE,
    Node,
)
from gatewright.builtins._graphql_schema import Schema, type_text

_BUILT_IN_DIRECTIVES = frozenset({"include", "skip", "deprecated", "specifiedBy", "oneOf"})
_KEYWORDS = {
    "SCALAR": "scalar",
    "OBJECT": "type",
    "INTERFACE": "interface",
    "UNION": "union",
    "ENUM": "enum",
    "INPUT_OBJECT": "input",
}


def query_text(document: Node) -> str:
    """A query document, as text."""
    operations = [_operation(node) for node in document.get("Operations") or []]
    return "\n".join(operations + [_fragment(node) for node in document.get("Fragments") or []])


def _operation(node: Node) -> str:
    variables = ", ".join([_variable(v) for v in node.get("VariableDefinitions") or []])
    head = f"{node.get('Operation') or 'query'} {node.get('Name') or ''}"
    return f"{head}{f'({variables})' if variables else ''}{_directives(node)}{_selections(node)}"


def _variable(node: Node) -> str:
    default = f" = {_value(node['DefaultValue'])}" if node.get("DefaultValue") else ""
    return f"${node['Variable']}: {type_text(node['Type'])}{default}{_directives(node)}"


def _fragment(node: Node) -> str:
    return f"fragment {node['Name']} on {node['TypeCondition']}{_directives(node)}{_selections(node)}"


def _selections(node: Node) -> str:
    selections = node.get("SelectionSet") or []
    return " {\n" + "\n".join([_selection(s) for s in selections]) + "\n}" if selections else ""


def _selection(node: Node) -> str:
    if "TypeCondition" in node:
        condition = f" on {node['TypeCondition']}" if node["TypeCondition"] else ""
        return f"...{condition}{_directives(node)}{_selections(node)}"
    if "Alias" not in node:
        return f"...{node['Name']}{_directives(node)}"
    alias = f"{node['Alias']}: " if node["Alias"] != node["Name"] else ""
    return f"{alias}{node['Name']}{_arguments(node)}{_directives(node)}{_selections(node)}"


def _arguments(node: Node) -> str:
    arguments = [f"{a['Name']}: {_value(a['Value'])}" for a in node.get("Arguments") or []]
    return f"({', '.join(arguments)})" if arguments else ""


def _directives(node: Node) -> str:
    return "".join([f" @{d['Name']}{_arguments(d)}" for d in node.get("Directives") or []])


def _value(node: Node) -> str:
    children = node.get("Children") or []
    match node.get("Kind", VARIABLE):
        case kind if kind in (STRING, BLOCK):
            return json.dumps(node.get("Raw", ""))
        case kind if kind == LIST:
            return "[" + ", ".join([_value(child["Value"]) for child in children]) + "]"
        case kind if kind == OBJECT:
            return "{" + ", ".join([f"{child['Name']}: {_value(child['Value'])}" for child in children]) + "}"
        case kind if kind == VARIABLE:
            return f"${node['Raw']}"
    return str(node["Raw"])


def schema_text(schema: Schema) -> str:
    """A schema without what every schema has, as text."""
    parts = [_directive(node) for name, node in schema.directives.items() if name not in _BUILT_IN_DIRECTIVES]
    parts += [_definition(node) for node in schema.types.values() if not node.get("BuiltIn")]
    if schema.roots:
        roots = " ".join([f"{operation}: {name}" for operation, name in schema.roots.items()])
        parts.append(f"schema {{ {roots} }}")
    return "\n".join(parts)


def _directive(node: Node) -> str:
    repeatable = " repeatable" if node.get("IsRepeatable") else ""
    return f"directive @{node['Name']}{_inputs(node)}{repeatable} on {' | '.join(node['Locations'])}"


def _inputs(node: Node) -> str:
    inputs = [_input(i) for i in node.get("Arguments") or []]
    return f"({', '.join(inputs)})" if inputs else ""


def _input(node: Node) -> str:
    default = f" = {_value(node['DefaultValue'])}" if node.get("DefaultValue") else ""
    return f"{node['Name']}: {type_text(node['Type'])}{default}"


def _definition(node: Node) -> str:
    interfaces = " & ".join(node.get("Interfaces") or [])
    head = f"{_KEYWORDS[node['Kind']]} {node['Name']}" + (f" implements {interfaces}" if interfaces else "")
    body: list[Any] = []
    match node["Kind"]:
        case "UNION":
            return f"{head} = {' | '.join(node.get('Types') or [])}"
        case "ENUM":
            body = [value["Name"] for value in node.get("EnumValues") or []]
        case "INPUT_OBJECT":
            body = [_input(item) for item in node.get("Fields") or []]
        case "OBJECT" | "INTERFACE":
            body = [f"{item['Name']}{_inputs(item)}: {type_text(item['Type'])}" for item in node.get("Fields") or []]
    return head + (" {\n" + "\n".join(body) + "\n}" if body else "")
