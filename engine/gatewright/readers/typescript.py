"""prom-client metrics in TypeScript or JavaScript text to a document of kind MetricsSource.

A text rule: it finds `new Counter({ … })` and its like and reads the literal fields; it does not run or type the code.
"""

from __future__ import annotations

import re
from typing import Any

from gatewright.readers import API_VERSION

_SUFFIXES = (".ts", ".tsx", ".js", ".mjs", ".cjs", ".jsx")
_METRIC = re.compile(r"\bnew\s+(?:[A-Za-z_$][\w$]*\.)?(Counter|Gauge|Histogram|Summary)\s*(?:<[^>]*>)?\s*\(\s*\{")
_TEXT = r"(['\"`])((?:\\.|(?!\1).)*)\1"
_FIELD = {name: re.compile(rf"\b{name}\s*:\s*{_TEXT}") for name in ("name", "help")}
_LABELS = re.compile(r"\blabelNames\s*:\s*\[([^\]]*)\]", re.DOTALL)
_BUCKETS = re.compile(r"\bbuckets\s*:\s*\[([^\]]*)\]", re.DOTALL)
_ITEM = re.compile(_TEXT)


def detect(name: str, file: str, text: str | None) -> bool:
    return name.endswith(_SUFFIXES) and text is not None and "prom-client" in text


def read(text: str, file: str) -> list[dict[str, Any]]:
    """One document for the file."""
    metrics = [_metric(text, match) for match in _METRIC.finditer(text)]
    return [{"apiVersion": API_VERSION, "kind": "MetricsSource", "metadata": {"name": file}, "metrics": metrics}]


def _metric(text: str, match: re.Match[str]) -> dict[str, Any]:
    start = match.end() - 1
    body = text[start : _closing(text, start)]
    found: dict[str, Any] = {"type": match.group(1), "line": _row(text, match.start()), "lines": {}, "labels": []}
    for field, pattern in _FIELD.items():
        literal = pattern.search(body)
        found[field] = literal.group(2) if literal else None
        if literal:
            found["lines"][field] = _row(text, start + literal.start())
    labels = _LABELS.search(body)
    if labels:
        found["lines"]["labelNames"] = _row(text, start + labels.start())
        found["labels"] = [item.group(2) for item in _ITEM.finditer(labels.group(1))]
    buckets = _BUCKETS.search(body)
    found["buckets"] = [float(n) for n in re.findall(r"[0-9.]+", buckets.group(1)) if n != "."] if buckets else []
    return found


def _closing(text: str, start: int) -> int:
    """The end of the object literal that opens at `start`; brackets inside strings do not count."""
    depth = 0
    quote = ""
    i = start
    while i < len(text):
        char = text[i]
        if quote:
            if char == "\\":
                i += 1
            elif char == quote:
                quote = ""
        elif char in "'\"`":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    return len(text)


def _row(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
