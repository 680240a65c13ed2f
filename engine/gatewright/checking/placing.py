"""Errors of policies, each put to its line: what is wrong in a template's Rego stands in the YAML file around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from gatewright.errors import GatewrightError, RegoError, RegoErrors
from gatewright.manifests import Document
from gatewright.source import Location

_REGO_ENGINE = "Rego"


def placed(error: GatewrightError, document: Document) -> list[GatewrightError]:
    """The error with a place in the document's file; one for each fault of the template's Rego, if that is it."""
    cause = error.__cause__
    if isinstance(cause, RegoError | RegoErrors):
        faults = cause.errors if isinstance(cause, RegoErrors) else (cause,)
        found = [_in_file(fault, document) for fault in faults]
        if all(found):
            return [fault for fault in found if fault is not None]
    if error.location is None or not error.location.file:
        field = _UNKNOWN.search(error.message)
        error.location = document.locate(tuple(field[1].split(".")) if field else ("metadata", "name"))
    return [error]


_UNKNOWN = re.compile(r"unknown fields: \[([\w.]+)")


def _in_file(fault: RegoError, document: Document) -> GatewrightError | None:
    where = fault.location
    if where is None or not where.row:
        return None
    for name, path, text in _texts(document.value):
        if name == where.file:
            return fault.moved(partial(_line_of, path, text, document))
    return None


def _texts(template: Any) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
    """The Rego texts of a template: what errors call the file, the path to it, and the text."""
    target = template["spec"]["targets"][0]
    way: tuple[str | int, ...] = ("spec", "targets", 0)
    for index, code in enumerate(target.get("code") or ()):
        if code.get("engine") == _REGO_ENGINE:
            target, way = code["source"], (*way, "code", index, "source")
            break
    yield "template", (*way, "rego"), target.get("rego") or ""
    for index, lib in enumerate(target.get("libs") or ()):
        yield f'libs["lib_{index}"]', (*way, "libs", index), lib


def _line_of(path: tuple[str | int, ...], text: str, document: Document, where: Location) -> Location:
    """The line of the file where the text's line stands, for a block scalar; else where the text begins."""
    start = document.locate(path)
    written, shown = text.rstrip("\n").split("\n"), document.text.split("\n")
    row = min(where.row, len(written))  # an error at the end of the text stands below its last line
    line = start.row - document.row + row
    if line >= len(shown) or not written[row - 1].strip() or not shown[line].rstrip("\r").endswith(written[row - 1]):
        return start
    indent = len(shown[line].rstrip("\r")) - len(written[row - 1])
    return Location(start.file, start.row + row, indent + where.col if where.col and row == where.row else 0)
