"""GitHub workflows, composite actions and Dependabot files to documents of kind Workflow, Action and Dependabot."""

from __future__ import annotations

import re
from typing import Any

import yaml

from gatewright.readers import API_VERSION, _lines

_PATH = re.compile(r"(^|/)\.github/workflows/[^/]+\.ya?ml$")
_ACTION = re.compile(r"^action\.ya?ml$")
_DEPENDABOT = re.compile(r"^dependabot\.ya?ml$")
_LOOKS = re.compile(r"^(on|'on'|\"on\")\s*:", re.MULTILINE)
_JOBS = re.compile(r"^jobs\s*:", re.MULTILINE)
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_COMMENT = re.compile(r"\s#\s*(.*)$")


def detect(name: str, file: str, text: str | None) -> bool:
    if _PATH.search(file.replace("\\", "/")) or _DEPENDABOT.match(name):
        return True
    if text is None:
        return False
    if _ACTION.match(name):
        return re.search(r"^runs\s*:", text, re.MULTILINE) is not None
    return bool(_LOOKS.search(text) and _JOBS.search(text))


def read(text: str, file: str) -> list[dict[str, Any]]:
    """One document for the file; what it is shows in its keys."""
    nodes = _lines.compose(text, file)
    if not nodes:
        return []
    root, rows = nodes[0], text.split("\n")
    value = _lines.value(root)
    if not isinstance(value, dict):
        return []
    head = {"apiVersion": API_VERSION, "metadata": {"name": file}}
    lines = _lines.key_lines(root)
    if "updates" in value:
        updates = _lines.items(_lines.child(root, "updates"))
        listed = [{"line": _lines.line(node), **_object(_lines.value(node))} for node in updates]
        return [{**head, "kind": "Dependabot", "updates": listed, "lines": lines}]
    if "runs" in value and "jobs" not in value:
        steps = _steps(_lines.child(_lines.child(root, "runs"), "steps"), rows)
        inputs = list(_object(value.get("inputs")))
        return [{**head, "kind": "Action", "name": value.get("name"), "inputs": inputs, "steps": steps, "lines": lines}]
    return [
        {
            **head,
            "kind": "Workflow",
            "name": value.get("name"),
            "triggers": _triggers(value.get("on")),
            "permissions": value.get("permissions"),
            "env": _object(value.get("env")),
            "concurrency": value.get("concurrency"),
            "lines": lines,
            "comments": _comments(rows, lines),
            "permissionLines": _permission_lines(_lines.child(root, "permissions"), rows),
            "jobs": _jobs(_lines.child(root, "jobs"), rows),
        }
    ]


def _triggers(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, list):
        return {str(name): {} for name in value}
    return {name: body or {} for name, body in _object(value).items()}


def _jobs(node: yaml.Node | None, rows: list[str]) -> list[dict[str, Any]]:
    lines = _lines.key_lines(node) if node is not None else {}
    return [_job(name, lines[name], item, rows) for name, item in _lines.pairs(node)]


def _job(name: str, line: int, node: yaml.Node, rows: list[str]) -> dict[str, Any]:
    value = _object(_lines.value(node))
    value.pop("steps", None)
    return {
        **value,
        "id": name,
        "line": line,
        "lines": _lines.key_lines(node),
        "comments": _comments(rows, _lines.key_lines(node)),
        "permissionLines": _permission_lines(_lines.child(node, "permissions"), rows),
        "steps": _steps(_lines.child(node, "steps"), rows),
    }


def _steps(node: yaml.Node | None, rows: list[str]) -> list[dict[str, Any]]:
    return [_step(index, item, rows) for index, item in enumerate(_lines.items(node))]


def _step(index: int, node: yaml.Node, rows: list[str]) -> dict[str, Any]:
    value = _object(_lines.value(node))
    lines = _lines.key_lines(node)
    return {
        **value,
        "index": index,
        "line": _lines.line(node),
        "lines": lines,
        "withLines": _lines.key_lines(_lines.child(node, "with") or node) if "with" in value else {},
        "comments": _comments(rows, lines),
        "expressions": list(_expressions(node, ())),
        "blockScalars": sorted(_block_scalars(node)),
    }


def _expressions(node: yaml.Node, path: tuple[str, ...]) -> list[dict[str, Any]]:
    """Each `${{ }}` with the field it stands in and its line."""
    if isinstance(node, yaml.MappingNode):
        return [e for name, item in _lines.pairs(node) for e in _expressions(item, (*path, name))]
    if isinstance(node, yaml.SequenceNode):
        return [e for item in node.value for e in _expressions(item, path)]
    start = _lines.line(node)
    return [
        {
            "field": ".".join(path),
            "line": start + node.value.count("\n", 0, match.start()),
            "text": " ".join(match.group(1).split()),
        }
        for match in _EXPRESSION.finditer(node.value)
    ]


def _block_scalars(node: yaml.Node) -> list[str]:
    return [name for name, item in _lines.pairs(node) if isinstance(item, yaml.ScalarNode) and item.style in ("|", ">")]


def _comments(rows: list[str], lines: dict[str, int]) -> dict[str, str]:
    """The comment at the end of each key's line."""
    found: dict[str, str] = {}
    for name, row in lines.items():
        match = _COMMENT.search(rows[row - 1]) if row <= len(rows) else None
        if match:
            found[name] = match.group(1).strip()
    return found


def _permission_lines(node: yaml.Node | None, rows: list[str]) -> dict[str, Any]:
    lines = _lines.key_lines(node) if node is not None else {}
    comments = _comments(rows, lines)
    return {name: {"line": row, "comment": comments.get(name, "")} for name, row in lines.items()}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
