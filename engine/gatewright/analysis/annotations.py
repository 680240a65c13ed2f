"""The METADATA of all modules, by what it describes: rules, documents, packages and what lies below packages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gatewright.analysis._state import TYPE, error
from gatewright.analysis._terms import location_key, tree_key
from gatewright.analysis.program import CompiledRule, ModuleUnit
from gatewright.errors import RegoError
from gatewright.source import Location
from gatewright.syntax.nodes import Annotations, Term

_Path = tuple[object, ...]


def _path(terms: Sequence[Term]) -> _Path:
    return tuple(tree_key(t.value) for t in terms)


class AnnotationSet:
    """All annotations of a program. One path has one document or subpackages block, one package one block."""

    def __init__(self) -> None:
        self.errors: list[RegoError] = []
        self._has_schemas = False
        self._by_rule: dict[int, list[Annotations]] = {}
        self._by_package: dict[_Path, Annotations] = {}
        self._by_path: dict[_Path, Annotations] = {}

    def _add(self, block: Annotations, unit: ModuleUnit, rule: CompiledRule | None) -> None:
        self._has_schemas = self._has_schemas or bool(block.data.get("schemas"))
        match block.scope:
            case "rule" if rule is not None:
                self._by_rule.setdefault(id(rule), []).append(block)
            case "document" if rule is not None:
                self._add_path(block, _path(rule.path))
            case "package":
                known = self._by_package.setdefault(_path(unit.package), block)
                if known is not block:
                    self._redeclared(block, known)
            case "subpackages":
                self._add_path(block, _path(unit.package))

    def _add_path(self, block: Annotations, path: _Path) -> None:
        known = self._by_path.setdefault(path, block)
        if known is not block:
            self._redeclared(block, known)

    def _redeclared(self, block: Annotations, known: Annotations) -> None:
        message = f"{block.scope} annotation redeclared: {known.location}"
        self.errors.append(error(TYPE, block.location, message))

    def of_rule(self, rule: CompiledRule) -> Annotations | None:
        """The first block that describes just this rule."""
        found = self._by_rule.get(id(rule), ())
        return min(found, key=lambda block: location_key(block.location), default=None)

    def chain(self, rule: CompiledRule) -> Iterator[tuple[Sequence[Term], Annotations | None]]:
        """What describes a rule, from the nearest block outwards; each with the path it is about."""
        own = sorted(self._by_rule.get(id(rule), ()), key=lambda block: location_key(block.location), reverse=True)
        for block in own or (None,):
            yield rule.path, block
        document = self._by_path.get(_path(rule.path))
        if document is not None:
            yield rule.path, document
        package = rule.module.package
        block = self._by_package.get(_path(package))
        if block is not None:
            yield package, block
        for length in range(len(package), 0, -1):
            block = self._by_path.get(_path(package[:length]))
            if block is not None:
                yield package[:length], block

    def schemas_for(self, rule: CompiledRule) -> Iterator[Mapping[str, Any]]:
        """The schema entries that hold in a rule, from the outermost block inwards."""
        if not self._has_schemas:
            return
        package = rule.module.package
        blocks: list[Annotations | None] = [
            self._by_path.get(_path(package[:length])) for length in range(1, len(package) + 1)
        ]
        blocks.append(self._by_package.get(_path(package)))
        blocks.append(self._by_path.get(_path(rule.path)))
        blocks += self._by_rule.get(id(rule), ())
        for block in blocks:
            if block is not None:
                yield from block.data.get("schemas") or ()


def collect_annotations(units: Iterable[ModuleUnit]) -> AnnotationSet:
    """The annotations of all modules; `errors` tells of those given twice."""
    found = AnnotationSet()
    for unit in units:
        for block in unit.annotations:
            found._add(block, unit, _described(unit, block))
    return found


def _described(unit: ModuleUnit, block: Annotations) -> CompiledRule | None:
    """The first rule below a block."""
    row = block.location.row
    below = [rule for rule in unit.rules if rule.location.row > row]
    return min(below, key=lambda rule: _place(rule.location), default=None)


def _place(location: Location) -> tuple[int, int]:
    return (location.row, location.col)
