"""Dockerfile text to a document of kind Dockerfile: stages, instructions with lines, the commands of each RUN.

Reads what BuildKit reads: parser directives (`escape`, `syntax`), comments between continued lines, heredocs, flags,
exec and shell form, ARG before the first FROM.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from gatewright.readers import API_VERSION
from gatewright.readers._shell import Command, commands
from gatewright.records import record

_NAME = re.compile(r"(?i)^((docker|container)file(\..+)?|.+\.(docker|container)file)$")
_DIRECTIVE = re.compile(r"^#\s*(\w+)\s*=\s*(.*?)\s*$")
_HEREDOC = re.compile(r"<<(-?)([\"']?)([A-Za-z_][A-Za-z0-9_.]*)\2")
_FLAG = re.compile(r"^--([A-Za-z][A-Za-z0-9-]*)(?:=(.*))?$", re.DOTALL)
_HEREDOC_INSTRUCTIONS = frozenset({"RUN", "COPY", "ADD"})
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_EXEC_FORM = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "VOLUME", "COPY", "ADD"})


def detect(name: str, file: str, text: str | None) -> bool:
    return bool(_NAME.match(name)) and not name.endswith((".dockerignore", ".md", ".yaml", ".yml", ".json"))


@record(slots=True)
class _Line:
    """One logical line: continued lines joined, with the physical line of each joined part."""

    text: str
    start: int
    end: int
    rows: list[int]


def read(text: str, file: str) -> list[dict[str, Any]]:
    """One document for the file."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    lines = text.split("\n")
    directives = _directives(lines)
    escape = directives.get("escape", "\\")[:1] or "\\"
    instructions: list[dict[str, Any]] = []
    stages: list[dict[str, Any]] = []
    row = 0
    while row < len(lines):
        stripped = lines[row].strip()
        if not stripped or stripped.startswith("#"):
            row += 1
            continue
        logical, row = _logical_line(lines, row, escape)
        instruction, row = _instruction(logical, lines, row)
        if instruction["instruction"] == "FROM":
            stages.append(_stage(instruction, len(stages)))
        instruction["stage"] = len(stages) - 1
        instructions.append(instruction)
    return [
        {
            "apiVersion": API_VERSION,
            "kind": "Dockerfile",
            "metadata": {"name": file},
            "directives": directives,
            "globalArgs": _global_args(instructions),
            "stages": stages,
            "instructions": instructions,
            "dockerignore": _dockerignore(file),
        }
    ]


def _directives(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = _DIRECTIVE.match(line)
        # Directives stand on top; the first line that is none ends them.
        if not match or match.group(1).lower() not in ("syntax", "escape", "check"):
            break
        found[match.group(1).lower()] = match.group(2)
    return found


def _logical_line(lines: list[str], row: int, escape: str) -> tuple[_Line, int]:
    start = row
    parts: list[str] = []
    rows: list[int] = []
    while row < len(lines):
        line = lines[row]
        if parts and (not line.strip() or line.lstrip().startswith("#")):
            # Comments and empty lines inside a continued instruction are skipped.
            row += 1
            continue
        trimmed = line.rstrip()
        continued = trimmed.endswith(escape)
        parts.append(trimmed[:-1] if continued else trimmed)
        rows.append(row + 1)
        row += 1
        if not continued:
            break
    return _Line("\n".join(parts), start + 1, row, rows), row


def _instruction(logical: _Line, lines: list[str], row: int) -> tuple[dict[str, Any], int]:
    keyword, *tail = logical.text.split(None, 1)
    name, rest = keyword.upper(), tail[0] if tail else ""
    heredocs: list[dict[str, Any]] = []
    if name in _HEREDOC_INSTRUCTIONS:
        heredocs, row = _heredocs(rest, lines, row)
    flags, body = _flags(rest)
    result: dict[str, Any] = {
        "instruction": name,
        "line": logical.start,
        "endLine": row if heredocs else logical.end,
        "flags": flags,
        "text": " ".join(body.replace("\n", " ").split()),
        "form": "shell",
        "args": [],
        "heredocs": heredocs,
    }
    array = _exec_form(name, body)
    if array is not None:
        result["form"] = "exec"
        result["args"] = array
    else:
        result["args"] = _words(name, body)
    if name == "RUN":
        result["commands"] = _run_commands(result, body, logical, heredocs)
    elif name in ("ENV", "ARG", "LABEL"):
        result["pairs"] = _pairs(name, body)
        result["legacy"] = name == "ENV" and "=" not in (body.split() or [""])[0]
    elif name == "ONBUILD":
        result["onbuild"] = body.split()[0].upper() if body.split() else ""
    return result, row


def _heredocs(rest: str, lines: list[str], row: int) -> tuple[list[dict[str, Any]], int]:
    found = []
    for match in _HEREDOC.finditer(rest):
        strip_tabs, name = bool(match.group(1)), match.group(3)
        start = row
        body: list[str] = []
        while row < len(lines) and (lines[row].lstrip("\t") if strip_tabs else lines[row]) != name:
            body.append(lines[row])
            row += 1
        row += 1
        found.append({"name": name, "line": start + 1, "text": "\n".join(body)})
    return found, min(row, len(lines))


def _flags(rest: str) -> tuple[dict[str, list[str]], str]:
    flags: dict[str, list[str]] = {}
    body = rest.lstrip()
    while body.startswith("--"):
        parts = body.split(None, 1)
        word, tail = parts[0], parts[1] if len(parts) > 1 else ""
        match = _FLAG.match(word)
        if not match:
            break
        flags.setdefault(match.group(1), []).append(match.group(2) or "")
        body = tail
    return flags, body


def _exec_form(name: str, body: str) -> list[str] | None:
    candidate = body.strip()
    if name == "HEALTHCHECK":
        candidate = candidate.removeprefix("CMD").strip()
    elif name not in _EXEC_FORM:
        return None
    if not candidate.startswith("["):
        return None
    try:
        array = json.loads(candidate)
    except ValueError:
        return None
    return array if isinstance(array, list) and all(isinstance(word, str) for word in array) else None


def _words(name: str, body: str) -> list[str]:
    if name in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
        return body.split()
    words: list[str] = []
    for command in commands(body.replace("\n", " ")):
        words.extend(command.words)
    return words if words and name not in ("COPY", "ADD", "LABEL", "ENV", "ARG") else _quoted_words(body)


def _quoted_words(body: str) -> list[str]:
    return [match.group(0).strip("\"'") for match in re.finditer(r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'])+", body)]


def _run_commands(
    result: dict[str, Any], body: str, logical: _Line, heredocs: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    if result["form"] == "exec":
        args = result["args"]
        if len(args) > 2 and args[0].rsplit("/", 1)[-1] in _SHELLS and args[1].startswith("-"):
            return [_command(c, logical.start) for c in commands(args[2])]
        return [{"words": args, "line": logical.start, "before": "", "after": ""}]
    # The physical lines of one instruction are one line to the shell; only their numbers are kept.
    joined = _HEREDOC.sub("", body).replace("\n", "\\\n")
    found = [_command(c, logical.rows[min(c.line, len(logical.rows) - 1)]) for c in commands(joined)]
    for heredoc in heredocs:
        found += [_command(c, heredoc["line"] + c.line) for c in commands(heredoc["text"])]
    return found


def _command(command: Command, line: int) -> dict[str, Any]:
    return {"words": command.words, "line": line, "before": command.before, "after": command.after}


def _pairs(name: str, body: str) -> list[dict[str, str]]:
    text = " ".join(body.replace("\n", " ").split(" ")).strip()
    words = re.findall(r"(?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*')+", text)
    if name == "ENV" and words and "=" not in words[0]:
        key, _, value = text.partition(" ")
        return [{"name": key, "value": value.strip()}]
    return [
        {"name": word.partition("=")[0].strip("\"'"), "value": word.partition("=")[2].strip("\"'")} for word in words
    ]


def _stage(instruction: dict[str, Any], index: int) -> dict[str, Any]:
    args = instruction["args"]
    alias = args[2] if len(args) > 2 and args[1].upper() == "AS" else ""
    return {
        "index": index,
        "name": alias,
        "image": args[0] if args else "",
        "platform": (instruction["flags"].get("platform") or [""])[0],
        "line": instruction["line"],
    }


def _global_args(instructions: list[dict[str, Any]]) -> dict[str, str]:
    return {
        pair["name"]: pair["value"]
        for instruction in instructions
        if instruction["instruction"] == "ARG" and instruction["stage"] == -1
        for pair in instruction["pairs"]
    }


def _dockerignore(file: str) -> bool:
    """Whether a .dockerignore stands beside the file. True when the file itself is not on the disk (stdin)."""
    path = Path(file)
    if not path.is_file():
        return True
    return (path.parent / ".dockerignore").is_file() or path.with_name(path.name + ".dockerignore").is_file()
