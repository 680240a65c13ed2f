"""JSON schemas as types, for the input document and for what `schemas` annotations name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from gatewright.analysis._state import TYPE, Compilation, error
from gatewright.analysis._terms import ref_text
from gatewright.analysis.program import CompiledRule
from gatewright.analysis.types import (
    ANY,
    BOOLEAN,
    NUMBER,
    STRING,
    ArrayType,
    ObjectType,
    RecursiveType,
    Type,
    object_type,
    union,
)
from gatewright.errors import RegoError
from gatewright.records import field, record, replace
from gatewright.syntax import parse_term
from gatewright.syntax.nodes import Ref, Term


class SchemaError(ValueError):
    """A schema that cannot be read as a type."""


class Schemas:
    """The schemas of one compilation, each read once."""

    def __init__(self, state: Compilation) -> None:
        self._state = state
        self._read: dict[Ref, Type] = {}
        self._named = {_named(path): raw for path, raw in (state.schemas or {}).items()}
        self.errors: list[RegoError] = []
        self.input_type: Type | None = None
        raw = (state.schemas or {}).get("schema")
        if raw is not None:
            try:
                self.input_type = type_of_schema(raw)
            except SchemaError as e:
                self.errors.append(error(TYPE, None, str(e)))

    def of_rule(self, rule: CompiledRule) -> Iterator[tuple[tuple[Term, ...], Type]]:
        """The documents that annotations give a type while the rule is checked."""
        if not self._state.use_annotations:
            return
        for entry in self._state.annotations.schemas_for(rule):
            try:
                tpe = self._entry_type(entry)
            except SchemaError as e:
                self.errors.append(error(TYPE, rule.location, str(e)))
                continue
            if tpe is not None:
                yield entry["path"].terms, tpe

    def _entry_type(self, entry: Mapping[str, Any]) -> Type | None:
        named = entry.get("schema")
        if not isinstance(named, Ref):
            return type_of_schema(entry.get("definition"))
        if self._state.schemas is None:
            return None
        if named not in self._read:
            raw = self._named.get(named)
            if raw is None:
                raise SchemaError(f"undefined schema: {ref_text(named.terms)}")
            self._read[named] = type_of_schema(raw)
        return self._read[named]


def _named(path: str) -> Ref:
    """The ref that annotations name a schema by; `schema` alone is a variable to the parser."""
    term = parse_term(path)
    return term.value if isinstance(term.value, Ref) else Ref((term,))


def type_of_schema(schema: Any) -> Type:
    """The type of the documents that a JSON schema describes."""
    if schema is None:
        raise SchemaError("no schema as input to compile")
    try:
        node = _Reader(schema).node(schema)
    except SchemaError as e:
        raise SchemaError(f"unable to compile the schema: {e}") from e
    try:
        return _Typer().type(node) or ANY
    except SchemaError as e:
        raise SchemaError(f"type checking: {e}") from e
    except RecursionError as e:
        raise SchemaError("type checking: the schema refers to itself without end") from e


@record(slots=True, eq=False)
class _Node:
    """What matters of one schema. A reference has only `target`, and `ref`, the text that names it."""

    types: list[str] = field(default_factory=list)
    properties: list[tuple[str, _Node]] = field(default_factory=list)
    items: list[_Node] = field(default_factory=list)
    single_item: bool = False
    any_of: list[_Node] | None = None
    all_of: list[_Node] | None = None
    target: _Node | None = None
    ref: str = ""


_TYPES = ("array", "boolean", "integer", "number", "null", "object", "string")


_UNTYPED = ("additionalProperties", "propertyNames", "additionalItems", "contains", "not", "if", "then", "else")


class _Reader:
    """Follows the references of one schema document."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._by_ref: dict[str, _Node] = {}

    def node(self, schema: Any) -> _Node:
        if schema is True or schema is False:
            return _Node()
        if not isinstance(schema, Mapping):
            raise SchemaError("Expected: Valid Schema, given: Invalid JSON")
        for definition in _mapping(schema, "definitions").values():
            self.node(definition)
        if isinstance(schema.get("$ref"), str):
            ref = schema["$ref"]
            return _Node(target=self._follow(ref), ref=ref)
        node = _Node(types=_types(schema.get("type")) if "type" in schema else [])
        properties = schema.get("properties", {})
        if not isinstance(properties, Mapping):
            raise SchemaError("Properties must be of type object")
        node.properties = [(name, self.node(child)) for name, child in sorted(properties.items())]
        items = schema.get("items", [])
        if isinstance(items, list):
            node.items = [self.node(item) for item in items]
        elif isinstance(items, Mapping | bool):
            node.items, node.single_item = [self.node(items)], True
        else:
            raise _invalid_type("Valid Schema/Array Of Schemas", "items")
        node.any_of = self._members(schema, "anyOf")
        node.all_of = self._members(schema, "allOf")
        self._check_the_rest(schema)
        return node

    def _check_the_rest(self, schema: Mapping[str, Any]) -> None:
        """Read the schemas that say nothing about the type: a fault in them is a fault all the same."""
        for child in _mapping(schema, "patternProperties", "Valid Schema").values():
            self.node(child)
        for keyword in ("additionalProperties", "additionalItems"):
            if not isinstance(schema.get(keyword, True), bool | Mapping):
                raise _invalid_type("boolean/Valid Schema", keyword)
        for keyword in _UNTYPED:
            if isinstance(schema.get(keyword), Mapping):
                self.node(schema[keyword])
        self._members(schema, "oneOf")

    def _members(self, schema: Mapping[str, Any], keyword: str) -> list[_Node] | None:
        members = schema.get(keyword, [])
        if not isinstance(members, list):
            raise _invalid_type("Array Of Schemas", keyword)
        return [self.node(member) for member in members] if members else None

    def _follow(self, ref: str) -> _Node:
        known = self._by_ref.get(ref)
        if known is None:
            known = self._by_ref[ref] = _Node()
            found = self.node(self._resolve(ref))
            for name in _Node.__slots__:
                setattr(known, name, getattr(found, name))
        return known

    def _resolve(self, ref: str) -> Any:
        document, _, pointer = ref.partition("#")
        if document and document != (self._root.get("$id") or self._root.get("id")):
            raise SchemaError(f"remote reference loading disabled: {ref}")
        found = self._root
        for part in filter(None, unquote(pointer).split("/")):
            part = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and part.isdigit() and int(part) < len(found):
                found = found[int(part)]
            elif isinstance(found, Mapping) and part in found:
                found = found[part]
            else:
                raise SchemaError(f"Object has no key '{part}'")
        return found


def _mapping(schema: Mapping[str, Any], keyword: str, expected: str = "Array Of Schemas") -> Mapping[str, Any]:
    found = schema.get(keyword, {})
    if not isinstance(found, Mapping):
        raise _invalid_type(expected, keyword)
    return found


def _invalid_type(expected: str, given: str) -> SchemaError:
    return SchemaError(f"Invalid type. Expected: {expected}, given: {given}")


def _types(declared: Any) -> list[str]:
    names = declared if isinstance(declared, list) else [declared]
    for i, name in enumerate(names):
        if not isinstance(name, str):
            raise _invalid_type("type", "string/Array Of Strings")
        if name not in _TYPES:
            valid = " ".join(_TYPES)
            wrong = "has a primitive type that is NOT VALID -- given:"
            raise SchemaError(f"{wrong} /{name}/ Expected valid values are:[{valid}]")
        if name in names[:i]:
            raise SchemaError(f"{name} type is duplicated")
    return list(names)


@record(slots=True)
class _Definition:
    processing: bool = True
    type: Type | None = None
    recursive: RecursiveType | None = None


class _Typer:
    """Turns schema nodes into types; a definition that leads back to itself becomes a recursive type."""

    def __init__(self) -> None:
        self._definitions: dict[str, _Definition] = {}

    def type(self, node: _Node) -> Type | None:
        if node.target is None:
            return self._structure(node)
        known = self._definitions.get(node.ref)
        if known is not None:
            if not known.processing:
                return known.type
            if known.recursive is None:
                known.recursive = RecursiveType(node.ref)
            return known.recursive
        if node.target.target is not None:
            return self.type(node.target)
        definition = self._definitions[node.ref] = _Definition()
        tpe = self._structure(node.target)
        definition.processing = False
        definition.type = tpe
        if definition.recursive is not None:
            definition.recursive.type = tpe
        return tpe

    def _structure(self, node: _Node) -> Type | None:
        if node.any_of is not None:
            return self._any_of(node, node.any_of)
        if node.all_of is not None:
            return self._all_of(node, node.all_of)
        types = node.types
        if not types and node.properties:
            types = ["object"]
        elif not types and node.items:
            types = ["array"]
        if "boolean" in types:
            return BOOLEAN
        if "string" in types:
            return STRING
        if "integer" in types or "number" in types:
            return NUMBER
        if "object" in types:
            if node.properties:
                return object_type((name, self.type(child)) for name, child in node.properties)
            return ObjectType((), (ANY, ANY))
        if "array" in types:
            if not node.items:
                return ArrayType((), ANY)
            if node.single_item:
                return ArrayType((), self.type(node.items[0]))
            return ArrayType(tuple(self.type(item) for item in node.items))
        return ANY

    def _any_of(self, node: _Node, members: list[_Node]) -> Type | None:
        found: Type | None = None
        if node.types:
            core = self.type(replace(node, any_of=None))
            if isinstance(core, ObjectType) and core.dynamic is None:
                found = core
        for member in members:
            found = union(self.type(member), found)
        return found

    def _all_of(self, node: _Node, members: list[_Node]) -> Type | None:
        parts = []
        for member in members:
            while member.target is not None:
                member = member.target
            if not member.types and member.any_of is not None and not member.properties and not member.items:
                continue
            parts.append(member)
        if not parts:
            return ANY
        merged = _merge(parts)
        if node.types:
            if any(kind in node.types and kind in merged.types for kind in ("object", "array")):
                return self.type(_merge([merged, replace(node, all_of=None)]))
            if node.types != merged.types:
                raise SchemaError("unable to merge these schemas")
        return self.type(merged)


def _merge(parts: list[_Node]) -> _Node:
    copies = [replace(p, types=list(p.types), properties=list(p.properties), items=list(p.items)) for p in parts]
    for part in copies:
        if part.properties:
            if "object" not in part.types:
                part.types.append("object")
        elif part.items and "array" not in part.types:
            part.types.append("array")
    result = copies[0]
    for part in copies[1:]:
        if result.types != part.types:
            names = [_types_text(result.types), _types_text(part.types)]
            raise SchemaError(f"unable to merge these schemas: type mismatch: {names[0]} and {names[1]}")
        if "object" in result.types and result.properties and part.properties:
            result.properties += part.properties
        elif "array" in result.types and result.items and part.items:
            result.items += part.items[len(result.items) :]
            for mine, other in zip(result.items, part.items, strict=False):
                if mine.types != other.types:
                    raise SchemaError("unable to merge these schemas")
    return result


def _types_text(types: list[str]) -> str:
    if not types:
        return "Undefined"
    return types[0] if len(types) == 1 else f"[{','.join(types)}]"
