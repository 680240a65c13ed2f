"""JSON Schema, drafts 4, 6 and 7 and OPA's mixture of them, with the wording and the order of the checks OPA has.

`compile_schema` reads a schema into `_Schema` nodes, refusing what is malformed; `validate` gives the faults of a
document. Numbers are Rego's.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from gatewright.builtins._strconv import format_float
from gatewright.builtins._url import UrlError, parse_url
from gatewright.builtins.regexp import Regexp, RegexpError, compile_regexp
from gatewright.records import field, record
from gatewright.runtime.json import dumps
from gatewright.runtime.numbers import (
    decimal_digits,
    general_form,
    integer_value,
    is_number,
    machine_int,
    number_text,
)

_TYPES: Final = ("array", "boolean", "integer", "number", "null", "object", "string")
_DRAFTS: Final = {
    "http://json-schema.org/draft-04/schema": 4,
    "http://json-schema.org/draft-06/schema": 6,
    "http://json-schema.org/draft-07/schema": 7,
}
# The mixture that is meant when a schema does not say: everything of draft 7, and draft 4's ways where they differ.
_HYBRID: Final = 99
_SCHEMA_NAME: Final = "Valid Schema"
_ARRAY_OF_SCHEMAS: Final = "Array Of Schemas"
_ARRAY_OF_STRINGS: Final = "Array Of Strings"


class SchemaError(ValueError):
    """A schema that cannot be used."""


@record(slots=True)
class _Schema:
    """One schema or sub-schema. `always` is the value of a boolean schema."""

    always: bool | None = None
    ref: _Schema | None = None
    types: list[str] = field(default_factory=list)
    properties: dict[str, _Schema] = field(default_factory=dict)
    pattern_properties: dict[str, tuple[Regexp, _Schema]] = field(default_factory=dict)
    additional_properties: bool | _Schema | None = None
    property_names: _Schema | None = None
    dependencies: dict[str, list[str] | _Schema] = field(default_factory=dict)
    items: _Schema | list[_Schema] | None = None
    additional_items: bool | _Schema | None = None
    contains: _Schema | None = None
    limits: dict[str, int] = field(default_factory=dict)
    bounds: dict[str, Fraction] = field(default_factory=dict)
    unique_items: bool = False
    required: list[str] = field(default_factory=list)
    pattern: tuple[str, Regexp] | None = None
    format: str = ""
    const: str | None = None
    enum: list[str] | None = None
    one_of: list[_Schema] = field(default_factory=list)
    any_of: list[_Schema] = field(default_factory=list)
    all_of: list[_Schema] = field(default_factory=list)
    negated: _Schema | None = None
    condition: _Schema | None = None
    then: _Schema | None = None
    otherwise: _Schema | None = None


def _fraction(number: Any) -> Fraction:
    return Fraction(number) if number.__class__ is int else Fraction(number_text(number))


def _plain(value: Any) -> str:
    """A value's JSON with numbers as doubles, by which constants are compared."""
    if isinstance(value, dict):
        return "{" + ",".join([f"{dumps(k)}:{_plain(value[k])}" for k in sorted(value)]) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_plain, value)) + "]"
    if is_number(value):
        number = float(value)
        size = abs(number)
        if size and (size < 1e-6 or size >= 1e21):
            return re.sub(r"e-0(\d)$", r"e-\1", format_float(number, "e", -1))
        return format_float(number, "f", -1)
    return dumps(value)


# Reading a schema ---------------------------------------------------------------------------------------------------


def compile_schema(document: Any) -> _Schema:
    """The schema of a JSON value. Raises SchemaError."""
    if not isinstance(document, bool | dict):
        raise SchemaError("schema is invalid")
    return _Reader(document).read(document)


def _invalid_type(expected: str, given: str) -> SchemaError:
    return SchemaError(f"Invalid type. Expected: {expected}, given: {given}")


class _Reader:
    """Reads one document; `references` are the schemas met by their reference, recursive ones included."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.references: dict[str, _Schema] = {}
        self.ids: dict[str, Any] = {}
        self.draft = _HYBRID
        if isinstance(document, dict):
            self._find_draft(document)
            self._find_ids(document)

    def _find_draft(self, document: dict[str, Any]) -> None:
        if "$schema" in document:
            if not isinstance(document["$schema"], str):
                raise SchemaError("$schema must be of type string")
            self.draft = _DRAFTS.get(document["$schema"].rstrip("#"), _HYBRID)

    def _find_ids(self, node: Any) -> None:
        """Sub-schemas that give themselves an identifier."""
        if isinstance(node, dict):
            for name in ("$id", "id"):
                if isinstance(node.get(name), str):
                    self.ids.setdefault(node[name].rstrip("#") or "#", node)
            for item in node.values():
                self._find_ids(item)
        elif isinstance(node, list):
            for item in node:
                self._find_ids(item)

    def read(self, node: Any) -> _Schema:
        schema = _Schema()
        self._fill(schema, node)
        return schema

    def _fill(self, schema: _Schema, node: Any) -> None:
        if isinstance(node, bool) and self.draft >= 6:
            schema.always = node
            return
        if not isinstance(node, dict):
            raise SchemaError(f"Expected: {_SCHEMA_NAME}, given: Invalid JSON")
        id_name = "id" if self.draft == 4 or (self.draft == _HYBRID and "id" in node) else "$id"
        self._string(node, id_name)
        self._definitions(node)
        self._string(node, "title")
        self._string(node, "description")
        reference = self._string(node, "$ref")
        if reference is not None:
            schema.ref = self._reference(reference)
            return
        self._types(schema, node)
        self._object_keywords(schema, node)
        self._array_keywords(schema, node)
        self._bounds(schema, node)
        self._limit_pair(schema, node, "minLength", "maxLength")
        self._string_keywords(schema, node)
        self._limit_pair(schema, node, "minProperties", "maxProperties")
        self._required(schema, node)
        self._limit_pair(schema, node, "minItems", "maxItems")
        self._values(schema, node)
        self._combinations(schema, node)

    def _string(self, node: dict[str, Any], name: str) -> str | None:
        value = node.get(name)
        if name in node and not isinstance(value, str):
            raise _invalid_type("string", name)
        return value

    def _array(self, node: dict[str, Any], name: str) -> list[Any] | None:
        value = node.get(name)
        if name in node and not isinstance(value, list):
            raise SchemaError(f"{name} must be of an array")
        return value

    def _definitions(self, node: dict[str, Any]) -> None:
        if "definitions" not in node:
            return
        definitions = node["definitions"]
        if not isinstance(definitions, dict) or not all(isinstance(d, bool | dict) for d in definitions.values()):
            raise _invalid_type(_ARRAY_OF_SCHEMAS, "definitions")
        for name in sorted(definitions):
            self.read(definitions[name])

    def _reference(self, reference: str) -> _Schema:
        if reference in self.references:
            return self.references[reference]
        schema = self.references[reference] = _Schema()
        target = self._resolved(reference)
        if not isinstance(target, bool | dict):
            raise SchemaError(f"{_SCHEMA_NAME} must be of type object")
        self._fill(schema, target)
        return schema

    def _resolved(self, reference: str) -> Any:
        base, _, fragment = reference.partition("#")
        target = self.document
        if reference.rstrip("#") in self.ids:
            return self.ids[reference.rstrip("#")]
        if base and base in self.ids:
            target = self.ids[base]
        elif base:
            if "://" not in base:
                raise SchemaError(f"Reference {reference} must be canonical")
            raise SchemaError(f"remote reference loading disabled: {reference}")
        for step in fragment.split("/")[1:]:
            name = re.sub("%([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), step)
            name = name.replace("~1", "/").replace("~0", "~")
            if isinstance(target, dict) and name in target:
                target = target[name]
            elif isinstance(target, list) and name.isdigit() and int(name) < len(target):
                target = target[int(name)]
            else:
                raise SchemaError(f"Object has no key '{name}'")
        return target

    def _types(self, schema: _Schema, node: dict[str, Any]) -> None:
        if "type" not in node:
            return
        given = node["type"] if isinstance(node["type"], list) else [node["type"]]
        for name in given:
            if not isinstance(name, str):
                raise _invalid_type("type", f"string/{_ARRAY_OF_STRINGS}")
            if name not in _TYPES:
                raise SchemaError(
                    f"has a primitive type that is NOT VALID -- given: /{name}/ "
                    f"Expected valid values are:[{' '.join(_TYPES)}]"
                )
            if name in schema.types:
                raise SchemaError(f"{name} type is duplicated")
            schema.types.append(name)

    def _object_keywords(self, schema: _Schema, node: dict[str, Any]) -> None:
        if "properties" in node:
            if not isinstance(node["properties"], dict):
                raise SchemaError("Properties must be of type object")
            for name in sorted(node["properties"]):
                schema.properties[name] = self.read(node["properties"][name])
        schema.additional_properties = self._switch(node, "additionalProperties")
        if "patternProperties" in node:
            self._pattern_properties(schema, node["patternProperties"])
        if "propertyNames" in node and self.draft >= 6:
            if not isinstance(node["propertyNames"], bool | dict):
                raise _invalid_type(_SCHEMA_NAME, "patternProperties")
            schema.property_names = self.read(node["propertyNames"])
        if "dependencies" in node:
            self._dependencies(schema, node["dependencies"])

    def _switch(self, node: dict[str, Any], name: str) -> bool | _Schema | None:
        """additionalProperties and additionalItems: a flag or a schema."""
        if name not in node:
            return None
        if isinstance(node[name], bool):
            return node[name]  # type: ignore[no-any-return]
        if not isinstance(node[name], dict):
            raise _invalid_type(f"boolean/{_SCHEMA_NAME}", name)
        return self.read(node[name])

    def _pattern_properties(self, schema: _Schema, patterns: Any) -> None:
        if not isinstance(patterns, dict):
            raise _invalid_type(_SCHEMA_NAME, "patternProperties")
        for pattern in sorted(patterns):
            try:
                compiled = compile_regexp(pattern)
            except RegexpError:
                raise SchemaError(f"Invalid regex pattern '{pattern}'") from None
            schema.pattern_properties[pattern] = (compiled, self.read(patterns[pattern]))

    def _dependencies(self, schema: _Schema, dependencies: Any) -> None:
        if not isinstance(dependencies, dict):
            raise SchemaError("dependencies must be of type object")
        for name in sorted(dependencies):
            value = dependencies[name]
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                schema.dependencies[name] = value
            elif isinstance(value, bool | dict):
                schema.dependencies[name] = self.read(value)
            else:
                raise SchemaError("Dependency must be of type Schema Or Array Of Strings")

    def _array_keywords(self, schema: _Schema, node: dict[str, Any]) -> None:
        if "items" in node:
            items = node["items"]
            if isinstance(items, list):
                if not all(isinstance(item, bool | dict) for item in items):
                    raise _invalid_type(f"{_SCHEMA_NAME}/{_ARRAY_OF_SCHEMAS}", "items")
                schema.items = [self.read(item) for item in items]
            elif isinstance(items, bool | dict):
                schema.items = self.read(items)
            else:
                raise _invalid_type(f"{_SCHEMA_NAME}/{_ARRAY_OF_SCHEMAS}", "items")
        schema.additional_items = self._switch(node, "additionalItems")

    def _bounds(self, schema: _Schema, node: dict[str, Any]) -> None:
        if "multipleOf" in node:
            if not is_number(node["multipleOf"]):
                raise _invalid_type("Number", "multipleOf")
            schema.bounds["multipleOf"] = _fraction(node["multipleOf"])
            if schema.bounds["multipleOf"] <= 0:
                raise SchemaError("multipleOf must be strictly greater than 0")
        for name, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if name in node:
                if not is_number(node[name]):
                    raise SchemaError(f"{name} must be of a Number")
                schema.bounds[name] = _fraction(node[name])
            if exclusive in node:
                self._exclusive(schema, node[exclusive], name, exclusive)

    def _exclusive(self, schema: _Schema, value: Any, name: str, exclusive: str) -> None:
        """A number, or draft 4's flag on the other bound."""
        if isinstance(value, bool) and self.draft in (4, _HYBRID):
            if name not in schema.bounds:
                raise SchemaError(f"{exclusive} cannot be used without {name}")
            if value:
                schema.bounds[exclusive] = schema.bounds.pop(name)
        elif is_number(value) and self.draft != 4:
            schema.bounds[exclusive] = _fraction(value)
        else:
            expected = {4: "boolean", _HYBRID: "boolean/number"}.get(self.draft, "number")
            raise _invalid_type(expected, exclusive)

    def _limit_pair(self, schema: _Schema, node: dict[str, Any], low: str, high: str) -> None:
        for name in (low, high):
            if name not in node:
                continue
            limit = machine_int(node[name]) if is_number(node[name]) else None
            if limit is None:
                raise SchemaError(f"{name} must be of an integer")
            if limit < 0:
                raise SchemaError(f"{name} must be greater than or equal to 0")
            schema.limits[name] = limit
        if low != "minItems" and schema.limits.get(low, 0) > schema.limits.get(high, 2**63):
            raise SchemaError(f"{low} cannot be greater than {high}")

    def _string_keywords(self, schema: _Schema, node: dict[str, Any]) -> None:
        pattern = self._string(node, "pattern")
        if pattern is not None:
            try:
                schema.pattern = (pattern, compile_regexp(pattern))
            except RegexpError:
                raise SchemaError("pattern must be a valid regex") from None
        schema.format = self._string(node, "format") or ""

    def _required(self, schema: _Schema, node: dict[str, Any]) -> None:
        for name in self._array(node, "required") or []:
            if not isinstance(name, str):
                raise _invalid_type("string", "required")
            if name in schema.required:
                raise SchemaError("required items must be unique")
            schema.required.append(name)

    def _values(self, schema: _Schema, node: dict[str, Any]) -> None:
        if "uniqueItems" in node:
            if not isinstance(node["uniqueItems"], bool):
                raise SchemaError("uniqueItems must be of a boolean")
            schema.unique_items = node["uniqueItems"]
        if "contains" in node and self.draft >= 6:
            schema.contains = self.read(node["contains"])
        if "const" in node and self.draft >= 6:
            schema.const = _plain(node["const"])
        values = self._array(node, "enum")
        if values is not None:
            schema.enum = [_plain(value) for value in values]
            if len(set(schema.enum)) < len(schema.enum):
                raise SchemaError("enum items must be unique")

    def _combinations(self, schema: _Schema, node: dict[str, Any]) -> None:
        for name, found in (("oneOf", schema.one_of), ("anyOf", schema.any_of), ("allOf", schema.all_of)):
            found.extend([self.read(item) for item in self._array(node, name) or []])
        schema.negated = self._object(node, "not")
        if self.draft >= 7:
            schema.condition = self._object(node, "if")
            schema.then = self._object(node, "then")
            schema.otherwise = self._object(node, "else")

    def _object(self, node: dict[str, Any], name: str) -> _Schema | None:
        if name not in node:
            return None
        if not isinstance(node[name], bool | dict):
            raise SchemaError(f"{name} must be of an object")
        return self.read(node[name])


# Validating ---------------------------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document: gojsonschema's type, field and description."""

    type: str
    field: str
    description: str


@record(slots=True)
class _Result:
    """The faults of a part, and how near it came, by which the best of several alternatives is told."""

    faults: list[Fault] = field(default_factory=list)
    score: int = 0

    def merge(self, other: _Result) -> None:
        self.faults += other.faults
        self.score += other.score

    def add(self, kind: str, place: str, description: str) -> None:
        name = place.removeprefix("(Root).")
        self.faults.append(Fault(kind, name, description.replace("{field}", name)))
        self.score -= 2


def validate(schema: _Schema, document: Any) -> list[Fault]:
    """The faults of a document, none for a valid one."""
    return _validated(schema, document, "(Root)").faults


def _validated(schema: _Schema, value: Any, place: str) -> _Result:
    result = _Result()
    _visit(schema, value, place, result)
    return result


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "integer" if integer_value(value) is not None else "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _visit(schema: _Schema, value: Any, place: str, result: _Result) -> None:
    while schema.ref is not None:
        schema = schema.ref
    if schema.always is not None:
        if not schema.always:
            result.add("false", place, "False always fails validation")
        return
    kind = _type_of(value)
    if schema.types and kind not in schema.types and not (kind == "integer" and "number" in schema.types):
        expected = schema.types[0] if len(schema.types) == 1 else f"[{','.join(schema.types)}]"
        result.add("invalid_type", place, f"Invalid type. Expected: {expected}, given: {kind}")
        return
    _visit_combinations(schema, value, place, result)
    if kind == "array":
        _visit_array(schema, value, place, result)
    elif kind == "object":
        _visit_object(schema, value, place, result)
    elif kind in ("integer", "number"):
        _visit_number(schema, value, place, result)
    _visit_common(schema, value, place, result)
    if kind == "string":
        _visit_string(schema, value, place, result)
    if kind == "object":
        for name, inner in schema.properties.items():
            if name in value:
                _visit(inner, value[name], f"{place}.{name}", result)
    result.score += 1


def _best(results: list[_Result]) -> _Result | None:
    return max(results, key=lambda r: r.score) if results else None


def _visit_combinations(schema: _Schema, value: Any, place: str, result: _Result) -> None:
    if schema.any_of:
        _visit_any_of(schema, value, place, result)
    if schema.one_of:
        _visit_one_of(schema, value, place, result)
    if schema.all_of:
        results = [_validated(inner, value, place) for inner in schema.all_of]
        for part in results:
            result.merge(part)
        if any(part.faults for part in results):
            result.add("number_all_of", place, "Must validate all the schemas (allOf)")
    if schema.negated is not None and not _validated(schema.negated, value, place).faults:
        result.add("number_not", place, "Must not validate the schema (not)")
    if isinstance(value, dict):
        _visit_dependencies(schema, value, place, result)
    if schema.condition is not None:
        _visit_condition(schema, value, place, result)
    result.score += 1


def _visit_any_of(schema: _Schema, value: Any, place: str, result: _Result) -> None:
    failed = []
    for inner in schema.any_of:
        part = _validated(inner, value, place)
        if not part.faults:
            return
        failed.append(part)
    result.add("number_any_of", place, "Must validate at least one schema (anyOf)")
    if (best := _best(failed)) is not None:
        result.merge(best)


def _visit_one_of(schema: _Schema, value: Any, place: str, result: _Result) -> None:
    results = [_validated(inner, value, place) for inner in schema.one_of]
    valid = sum(not part.faults for part in results)
    if valid == 1:
        return
    result.add("number_one_of", place, "Must validate one and only one schema (oneOf)")
    if not valid and (best := _best(results)) is not None:
        result.merge(best)


def _visit_dependencies(schema: _Schema, value: dict[str, Any], place: str, result: _Result) -> None:
    for name, dependency in schema.dependencies.items():
        if name not in value:
            continue
        if isinstance(dependency, _Schema):
            _visit(dependency, value, place, result)
            continue
        for needed in dependency:
            if needed not in value:
                result.add("missing_dependency", place, f"Has a dependency on {needed}")


def _visit_condition(schema: _Schema, value: Any, place: str, result: _Result) -> None:
    assert schema.condition is not None
    holds = not _validated(schema.condition, value, place).faults
    branch = schema.then if holds else schema.otherwise
    if branch is None:
        return
    part = _validated(branch, value, place)
    if part.faults:
        word = "then" if holds else "else"
        was = "was valid" if holds else "was not valid"
        result.add(f"condition_{word}", place, f'Must validate "{word}" as "if" {was}')
        result.merge(part)


def _visit_common(schema: _Schema, value: Any, place: str, result: _Result) -> None:
    if schema.const is not None and _plain(value) != schema.const:
        result.add("const", place, f"{{field}} does not match: {schema.const}")
    if schema.enum is not None and _plain(value) not in schema.enum:
        result.add("enum", place, f"{{field}} must be one of the following: {', '.join(schema.enum)}")
    if schema.format and isinstance(value, str) and not _FORMATS.get(schema.format, _anything)(value):
        result.add("format", place, f"Does not match format '{schema.format}'")
    result.score += 1


def _visit_array(schema: _Schema, value: list[Any], place: str, result: _Result) -> None:
    if isinstance(schema.items, _Schema):
        for i, item in enumerate(value):
            result.merge(_validated(schema.items, item, f"{place}.{i}"))
    elif schema.items:
        _visit_tuple(schema, schema.items, value, place, result)
    for name, words in (("minItems", "at least"), ("maxItems", "at most")):
        limit = schema.limits.get(name)
        if limit is not None and (len(value) < limit if name == "minItems" else len(value) > limit):
            kind = "array_min_items" if name == "minItems" else "array_max_items"
            result.add(kind, place, f"Array must have {words} {limit} items")
    if schema.unique_items:
        seen: dict[str, int] = {}
        for j, item in enumerate(map(_plain, value)):
            if item in seen:
                result.add("unique", place, f"array items[{seen[item]},{j}] must be unique")
            seen[item] = j
    if schema.contains is not None:
        results = [_validated(schema.contains, item, f"{place}.{i}") for i, item in enumerate(value)]
        if all(part.faults for part in results):
            result.add("contains", place, "At least one of the items must match")
            if (best := _best(results)) is not None:
                result.merge(best)
    result.score += 1


def _visit_tuple(schema: _Schema, items: list[_Schema], value: list[Any], place: str, result: _Result) -> None:
    for i, (inner, item) in enumerate(zip(items, value, strict=False)):
        result.merge(_validated(inner, item, f"{place}.{i}"))
    if len(items) >= len(value):
        return
    if schema.additional_items is False:
        result.add("array_no_additional_items", place, "No additional items allowed on array")
    elif isinstance(schema.additional_items, _Schema):
        for i in range(len(items), len(value)):
            result.merge(_validated(schema.additional_items, value[i], f"{place}.{i}"))


def _visit_object(schema: _Schema, value: dict[str, Any], place: str, result: _Result) -> None:
    least, most = schema.limits.get("minProperties"), schema.limits.get("maxProperties")
    if least is not None and len(value) < least:
        result.add("array_min_properties", place, f"Must have at least {least} properties")
    if most is not None and len(value) > most:
        result.add("array_max_properties", place, f"Must have at most {most} properties")
    for name in schema.required:
        if name in value:
            result.score += 1
        else:
            result.add("required", place, f"{name} is required")
    for name in sorted(value):
        _visit_property(schema, name, value[name], place, result)
    if schema.property_names is not None:
        for name in sorted(value):
            part = _validated(schema.property_names, name, place)
            if part.faults:
                result.add("invalid_property_name", place, f'Property name of "{name}" does not match')
                result.merge(part)
    result.score += 1


def _visit_property(schema: _Schema, name: str, value: Any, place: str, result: _Result) -> None:
    """Pattern properties, and additional ones where neither name nor pattern is known."""
    inner = f"{place}.{name}"
    matched = [part for regexp, part in schema.pattern_properties.values() if regexp.matches(name)]
    for part in matched:
        result.merge(_validated(part, value, inner))
    result.score += bool(matched)
    if matched or name in schema.properties:
        return
    if schema.additional_properties is False:
        result.add("additional_property_not_allowed", place, f"Additional property {name} is not allowed")
    elif isinstance(schema.additional_properties, _Schema):
        result.merge(_validated(schema.additional_properties, value, inner))


def _visit_string(schema: _Schema, value: str, place: str, result: _Result) -> None:
    least, most = schema.limits.get("minLength"), schema.limits.get("maxLength")
    if least is not None and len(value) < least:
        result.add("string_gte", place, f"String length must be greater than or equal to {least}")
    if most is not None and len(value) > most:
        result.add("string_lte", place, f"String length must be less than or equal to {most}")
    if schema.pattern is not None and not schema.pattern[1].matches(value):
        result.add("pattern", place, f"Does not match pattern '{schema.pattern[0]}'")
    result.score += 1


_BOUNDS: Final[Mapping[str, tuple[str, str, Callable[[Fraction, Fraction], bool]]]] = {
    "multipleOf": ("multiple_of", "Must be a multiple of", lambda n, b: (n / b).denominator == 1),
    "maximum": ("number_lte", "Must be less than or equal to", lambda n, b: n <= b),
    "exclusiveMaximum": ("number_lt", "Must be less than", lambda n, b: n < b),
    "minimum": ("number_gte", "Must be greater than or equal to", lambda n, b: n >= b),
    "exclusiveMinimum": ("number_gt", "Must be greater than", lambda n, b: n > b),
}


def _visit_number(schema: _Schema, value: Any, place: str, result: _Result) -> None:
    number = _fraction(value)
    for name, (kind, words, holds) in _BOUNDS.items():
        bound = schema.bounds.get(name)
        if bound is not None and not holds(number, bound):
            result.add(kind, place, f"{words} {_shown(bound)}")
    result.score += 1


def _shown(bound: Fraction) -> str:
    """A bound as Go's big.Float prints it."""
    negative, digits, point = decimal_digits(repr(float(bound)))
    return ("-" if negative else "") + general_form(digits, point)


# Formats ------------------------------------------------------------------------------------------------------------


def _anything(_text: str) -> bool:
    return True


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _is_ip(version: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return ipaddress.ip_address(text).version == version and (version == 4 or ":" in text)
        except ValueError:
            return False

    return check


def _is_time(*layouts: str) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        text = re.sub(r"(\d{2}:\d{2}:\d{2})\.\d+", r"\1", text)
        for layout in layouts:
            try:
                datetime.strptime(text, layout)
            except ValueError:
                continue
            return True
        return False

    return check


def _is_uri(text: str) -> bool:
    try:
        return bool(parse_url(text).scheme) and "\\" not in text
    except UrlError:
        return False


def _is_uri_reference(text: str) -> bool:
    try:
        parse_url(text)
    except UrlError:
        return False
    return "\\" not in text


def _is_regex(text: str) -> bool:
    try:
        compile_regexp(text)
    except RegexpError:
        return False
    return True


_LABEL: Final = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])"
_EMAIL: Final = _matches(r"[^@\s<>()\[\],;:\"\\]+@[^@\s<>()\[\],;:\"\\]+")
_FORMATS: Final[dict[str, Callable[[str], bool]]] = {
    "date": _is_time("%Y-%m-%d"),
    "date-time": _is_time("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%SZ"),
    "email": _EMAIL,
    "hostname": lambda text: len(text) < 256 and _matches(rf"{_LABEL}(?:\.{_LABEL})*")(text),
    "idn-email": _EMAIL,
    "ipv4": _is_ip(4),
    "ipv6": _is_ip(6),
    "iri": _is_uri,
    "iri-reference": _is_uri_reference,
    "json-pointer": _matches("(?:/(?:[^~/]|~0|~1)*)*"),
    "regex": _is_regex,
    "relative-json-pointer": _matches("(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)"),
    "time": _is_time("%H:%M:%S", "%H:%M:%SZ", "%H:%M:%S%z"),
    "uri": _is_uri,
    "uri-reference": _is_uri_reference,
    "uri-template": lambda text: _is_uri_reference(text) and _matches(r"(?:[^{]*(?:\{[^}]*\})?)*")(text),
    "uuid": _matches("(?i:[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})"),
}
