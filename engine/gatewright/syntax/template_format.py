"""Rego inside ConstraintTemplate YAML, formatted in place: only lines of Rego change, not a byte around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatewright.errors import ManifestError, RegoErrors
from gatewright.records import record
from gatewright.source import Location
from gatewright.syntax.format import format_checked

_KIND = "ConstraintTemplate"


@record(frozen=True, slots=True)
class RegoBlock:
    """A literal block scalar (`|`) that holds Rego: the lines from `start` up to but not including `end` (from 0),
    each indented by `indent` spaces."""

    start: int
    end: int
    indent: int
    rego_version: str


def format_templates(text: str, *, file: str = "") -> str:
    """`text` with the Rego of its ConstraintTemplates formatted, each block in its own dialect.

    Rego in quoted or folded scalars is left alone: there is no line to keep it on. Raises ManifestError for text that
    is no YAML, and RegoErrors, placed in the YAML file, for Rego that does not parse.
    """
    lines = text.split("\n")
    for block in sorted(find_rego(text, file=file), key=lambda b: -b.start):
        lines[block.start : block.end] = _formatted(lines[block.start : block.end], block, file)
    return "\n".join(lines)


def find_rego(text: str, *, file: str = "") -> list[RegoBlock]:
    """The blocks of Rego in the ConstraintTemplates of a YAML stream."""
    if _KIND not in text:
        return []
    lines = text.split("\n")
    found = []
    for document in _documents(text, file):
        for template in _templates(document):
            for node, version in _rego_nodes(template):
                block = _block(node, version, lines)
                if block is not None:
                    found.append(block)
    return found


def _documents(text: str, file: str) -> list[Any]:
    import yaml

    loader_type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return list(yaml.compose_all(text, Loader=loader_type))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        raise ManifestError(f"not YAML: {error.problem}", place) from None
    except yaml.YAMLError as error:
        raise ManifestError(f"not YAML: {error}", Location(file)) from None


def _get(node: Any, *path: str) -> Any:
    """The value node at a path of keys; None where there is none."""
    for key in path:
        if node is None or node.id != "mapping":
            return None
        node = next((value for name, value in node.value if name.id == "scalar" and name.value == key), None)
    return node


def _items(node: Any) -> list[Any]:
    return list(node.value) if node is not None and node.id == "sequence" else []


def _text(node: Any) -> str:
    return str(node.value) if node is not None and node.id == "scalar" else ""


def _templates(document: Any) -> Iterator[Any]:
    if _text(_get(document, "kind")) == _KIND:
        yield document
    for item in _items(_get(document, "items")):
        yield from _templates(item)


def _rego_nodes(template: Any) -> Iterator[tuple[Any, str]]:
    for target in _items(_get(template, "spec", "targets")):
        yield from _source_nodes(target, "v0")
        for code in _items(_get(target, "code")):
            source = _get(code, "source")
            if _text(_get(code, "engine")) == "Rego":
                yield from _source_nodes(source, _text(_get(source, "version")) or "v0")


def _source_nodes(source: Any, version: str) -> Iterator[tuple[Any, str]]:
    for node in (_get(source, "rego"), *_items(_get(source, "libs"))):
        if node is not None and node.id == "scalar" and node.value.strip():
            yield node, version


def _block(node: Any, version: str, lines: list[str]) -> RegoBlock | None:
    if node.style != "|":
        return None
    start = node.start_mark.line + 1
    end = min(node.end_mark.line if node.end_mark.column == 0 else node.end_mark.line + 1, len(lines))
    while end > start and not lines[end - 1].strip():
        end -= 1
    first = next((line for line in lines[start:end] if line.strip()), "")
    value_first = next((line for line in node.value.split("\n") if line.strip()), "")
    indent = _margin(first) - _margin(value_first)
    if end <= start or indent < 0:
        return None
    return RegoBlock(start, end, indent, version)


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _formatted(lines: list[str], block: RegoBlock, file: str) -> list[str]:
    ending = "\r" if lines[0].endswith("\r") else ""
    text = "\n".join(line.removesuffix("\r")[block.indent :] for line in lines) + "\n"
    try:
        formatted = format_checked(text, file=file, rego_version=block.rego_version)
    except RegoErrors as errors:
        raise RegoErrors(
            [e.moved(lambda at: at.shifted(file=file, rows=block.start, cols=block.indent)) for e in errors.errors]
        ) from None
    margin = " " * block.indent
    return [(margin + line if line else "") + ending for line in formatted.rstrip("\n").split("\n")]
