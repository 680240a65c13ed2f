"""A schema document as a schema: extensions merged in, roots found, and everything checked that gqlparser checks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from gatewright.builtins._graphql_parse import NULL, GraphQLError, Node, parse_schema, position
from gatewright.records import field, record
from gatewright.runtime.text import go_quote

# What every schema has. Of the introspection types only the names matter here.
_PRELUDE: Final = """
scalar Int scalar Float scalar String scalar Boolean scalar ID
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @deprecated(reason: String = "No longer supported")
  on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
directive @specifiedBy(url: String!) on SCALAR
directive @defer(if: Boolean = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @oneOf on INPUT_OBJECT
type __Schema { types: [String] } type __Type { name: String } type __Field { name: String }
type __InputValue { name: String } type __EnumValue { name: String } type __Directive { name: String }
enum __TypeKind { SCALAR } enum __DirectiveLocation { QUERY }
"""
_REPLACEABLE: Final = frozenset({"include", "skip", "deprecated", "specifiedBy", "defer", "oneOf"})
_INPUT_KINDS: Final = ("SCALAR", "ENUM", "INPUT_OBJECT")
_OUTPUT_KINDS: Final = ("SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM")
_MERGED: Final = ("Directives", "Interfaces", "Fields", "Types", "EnumValues")


@record(slots=True)
class Schema:
    """Types and directives by name (the prelude's among them), and the root types' names by operation."""

    types: dict[str, Node] = field(default_factory=dict)
    directives: dict[str, Node] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    possible: dict[str, list[str]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def _prelude() -> Node:
    document = parse_schema(_PRELUDE)
    for definition in document["Definitions"]:
        definition["BuiltIn"] = True
    return document


def build_schema(document: Node) -> Schema:
    """The schema of a document. Raises GraphQLError."""
    schema = Schema()
    definitions = [dict(node) for node in (*_prelude()["Definitions"], *_list(document, "Definitions"))]
    for definition in definitions:
        if definition["Name"] in schema.types:
            raise GraphQLError(f"Cannot redeclare type {definition['Name']}.", position(definition))
        schema.types[definition["Name"]] = definition
    _extend(schema, _list(document, "Extensions"))
    for definition in schema.types.values():
        _note_possible(schema, definition)
    for directive in (*_prelude()["Directives"], *_list(document, "Directives")):
        if directive["Name"] in schema.directives and directive["Name"] not in _REPLACEABLE:
            raise GraphQLError(f"Cannot redeclare directive {directive['Name']}.", position(directive))
        schema.directives[directive["Name"]] = directive
    _find_roots(schema, document)
    for name in sorted(schema.types):
        _check_definition(schema, schema.types[name])
    _check_cycles(schema)
    for name in sorted(schema.directives):
        directive = schema.directives[name]
        _check_name(directive)
        _check_arguments(schema, _list(directive, "Arguments"), name)
    if not _list(document, "Schema"):
        for operation, name in (("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")):
            if name in schema.types:
                schema.roots.setdefault(operation, name)
    return schema


def _list(node: Node, name: str) -> list[Any]:
    return node.get(name) or []


def _extend(schema: Schema, extensions: Iterable[Node]) -> None:
    for extension in extensions:
        name = extension["Name"]
        base = schema.types.setdefault(
            name, {"Kind": extension["Kind"], "Name": name, "BuiltIn": False, "Position": extension.get("Position")}
        )
        if base["Kind"] != extension["Kind"]:
            raise GraphQLError(
                f"Cannot extend type {name} because the base type is a {base['Kind']}, not {extension['Kind']}.",
                position(extension),
            )
        for part in _MERGED:
            base[part] = [*_list(base, part), *_list(extension, part)]


def _note_possible(schema: Schema, definition: Node) -> None:
    name = definition["Name"]
    if definition["Kind"] == "UNION":
        schema.possible.setdefault(name, []).extend(_list(definition, "Types"))
    elif definition["Kind"] in ("OBJECT", "INPUT_OBJECT", "INTERFACE"):
        for interface in _list(definition, "Interfaces"):
            schema.possible.setdefault(interface, []).append(name)
        if definition["Kind"] != "INTERFACE":
            schema.possible.setdefault(name, []).append(name)


def _find_roots(schema: Schema, document: Node) -> None:
    entries = _list(document, "Schema")
    if len(entries) > 1:
        raise GraphQLError(
            "Cannot have multiple schema entry points, consider schema extensions instead.", position(entries[1])
        )
    for entry in (*entries, *_list(document, "SchemaExtension")):
        for root in _list(entry, "OperationTypes"):
            if root["Type"] not in schema.types:
                raise GraphQLError(
                    f"Schema root {root['Operation']} refers to a type {root['Type']} that does not exist.",
                    position(root),
                )
            schema.roots[root["Operation"]] = root["Type"]
        _check_directives(schema, _list(entry, "Directives"), "SCHEMA")


# Checks -------------------------------------------------------------------------------------------------------------


def _check_name(node: Node) -> None:
    if node["Name"].startswith("__"):
        message = f'Name "{node["Name"]}" must not begin with "__", which is reserved by GraphQL introspection.'
        raise GraphQLError(message, position(node))


def _named(type_: Node) -> str:
    """The name at the heart of a type."""
    while not type_.get("NamedType"):
        type_ = type_["Elem"]
    return type_["NamedType"]  # type: ignore[no-any-return]


def type_text(type_: Node) -> str:
    """A type as it is written: `[Int!]!`."""
    inner = type_["NamedType"] if type_.get("NamedType") else f"[{type_text(type_['Elem'])}]"
    return inner + ("!" if type_.get("NonNull") else "")


def _check_type(schema: Schema, type_: Node) -> None:
    if _named(type_) not in schema.types:
        raise GraphQLError(f"Undefined type {_named(type_)}.", position(type_))


def _check_arguments(schema: Schema, arguments: list[Node], directive: str = "") -> None:
    for argument in arguments:
        _check_name(argument)
        _check_type(schema, argument["Type"])
        kind = schema.types[_named(argument["Type"])]["Kind"]
        if kind not in _INPUT_KINDS:
            raise GraphQLError(
                f"cannot use {type_text(argument['Type'])} as argument {argument['Name']} "
                f"because {kind} is not a valid input type",
                position(argument),
            )
        _check_directives(schema, _list(argument, "Directives"), "ARGUMENT_DEFINITION", directive)


def _check_directives(
    schema: Schema, directives: list[Node], location: str, current: str = "", *, single: bool = True
) -> None:
    seen: set[str] = set()
    for directive in directives:
        name = directive["Name"]
        _check_name(directive)
        if current and name == current:
            raise GraphQLError(f"Directive {current} cannot refer to itself.", position(directive))
        definition = schema.directives.get(name)
        if definition is None:
            raise GraphQLError(f"Undefined directive {name}.", position(directive))
        if single and name in seen and not definition.get("IsRepeatable"):
            raise GraphQLError(f"The directive {name} can only be used once at this location.", position(directive))
        seen.add(name)
        if location not in definition["Locations"]:
            raise GraphQLError(f"Directive {name} is not applicable on {location}.", position(directive))
        _check_directive_arguments(directive, definition)


def _check_directive_arguments(directive: Node, definition: Node) -> None:
    given = {argument["Name"]: argument for argument in _list(directive, "Arguments")}
    known = {argument["Name"]: argument for argument in _list(definition, "Arguments")}
    for name, argument in given.items():
        if name not in known:
            message = f"Undefined argument {name} for directive {directive['Name']}."
            raise GraphQLError(message, position(argument))
    for name, argument in known.items():
        if argument["Type"].get("NonNull") and not argument.get("DefaultValue"):
            value = given.get(name)
            if value is None or value["Value"]["Kind"] == NULL:
                message = f"Argument {name} for directive {directive['Name']} cannot be null."
                raise GraphQLError(message, position(directive))


def _check_definition(schema: Schema, definition: Node) -> None:
    kind, name = definition["Kind"], definition["Name"]
    fields = _list(definition, "Fields")
    location = "INPUT_FIELD_DEFINITION" if kind == "INPUT_OBJECT" else "FIELD_DEFINITION"
    for item in fields:
        _check_name(item)
        _check_type(schema, item["Type"])
        _check_arguments(schema, _list(item, "Arguments"))
        _check_directives(schema, _list(item, "Directives"), location)
    _check_members(schema, definition)
    for interface in _list(definition, "Interfaces"):
        _check_implements(schema, definition, interface)
    if kind in ("OBJECT", "INTERFACE"):
        _check_fields(schema, definition, "fields", _OUTPUT_KINDS)
    elif kind == "INPUT_OBJECT":
        _check_fields(schema, definition, "input fields", _INPUT_KINDS)
    elif kind == "ENUM":
        _check_enum(schema, definition)
    _check_unique(fields, f"Field {name}")
    _check_unique(_list(definition, "EnumValues"), f"Enum value {name}")
    members = _list(definition, "Types")
    for i, member in enumerate(members):
        if member in members[:i]:
            message = f"Union type {name} can only include type {member} once."
            raise GraphQLError(message, position(definition))
    if not definition.get("BuiltIn"):
        _check_name(definition)
    _check_directives(schema, _list(definition, "Directives"), kind, single=False)


def _check_members(schema: Schema, definition: Node) -> None:
    for member in _list(definition, "Types"):
        if member not in schema.types:
            raise GraphQLError(f"Undefined type {go_quote(member)}.", position(definition))
        if schema.types[member]["Kind"] != "OBJECT":
            message = f"{definition['Kind']} type {go_quote(member)} must be OBJECT."
            raise GraphQLError(message, position(definition))


def _check_fields(schema: Schema, definition: Node, what: str, kinds: tuple[str, ...]) -> None:
    if not _list(definition, "Fields"):
        message = f"{definition['Kind']} {definition['Name']}: must define one or more {what}."
        raise GraphQLError(message, position(definition))
    for item in definition["Fields"]:
        kind = schema.types[_named(item["Type"])]["Kind"]
        if kind not in kinds:
            subject = f"{definition['Kind']} {definition['Name']}" if what == "fields" else f"{kind} {item['Name']}"
            raise GraphQLError(f"{subject}: field must be one of {', '.join(kinds)}.", position(item))


def _check_enum(schema: Schema, definition: Node) -> None:
    values = _list(definition, "EnumValues")
    if not values:
        message = f"ENUM {definition['Name']}: must define one or more unique enum values."
        raise GraphQLError(message, position(definition))
    for value in values:
        if value["Name"] in ("true", "false", "null"):
            message = f"ENUM {definition['Name']}: non-enum value {value['Name']}."
            raise GraphQLError(message, position(definition))
        _check_directives(schema, _list(value, "Directives"), "ENUM_VALUE")


def _check_unique(nodes: list[Node], owner: str) -> None:
    for i, node in enumerate(nodes):
        if any(other["Name"] == node["Name"] for other in nodes[:i]):
            raise GraphQLError(f"{owner}.{node['Name']} can only be defined once.", position(node))


def _check_implements(schema: Schema, definition: Node, interface_name: str) -> None:
    name, interface = definition["Name"], schema.types.get(interface_name)
    if interface is None:
        raise GraphQLError(f"Undefined type {go_quote(interface_name)}.", position(definition))
    if interface["Kind"] != "INTERFACE":
        message = f"{go_quote(interface_name)} is a non interface type {interface['Kind']}."
        raise GraphQLError(message, position(definition))
    own = {item["Name"]: item for item in _list(definition, "Fields")}
    for required in _list(interface, "Fields"):
        found = own.get(required["Name"])
        stem = f"For {name} to implement {interface_name}"
        if found is None:
            raise GraphQLError(f"{stem} it must have a field called {required['Name']}.", position(definition))
        if not _covariant(schema, required["Type"], found["Type"]):
            message = f"{stem} the field {required['Name']} must have type {type_text(required['Type'])}."
            raise GraphQLError(message, position(found))
        _check_same_arguments(required, found, stem)
    for ancestor in _list(interface, "Interfaces"):
        if ancestor in _list(definition, "Interfaces"):
            continue
        if ancestor == name:
            message = f"Type {name} cannot implement {interface_name} because it would create a circular reference."
        else:
            message = f"Type {name} must implement {ancestor} because it is implemented by {interface_name}."
        raise GraphQLError(message, position(definition))


def _check_same_arguments(required: Node, found: Node, stem: str) -> None:
    wanted = {argument["Name"]: argument for argument in _list(required, "Arguments")}
    given = {argument["Name"]: argument for argument in _list(found, "Arguments")}
    same = f"{stem} the field {required['Name']} must have the same arguments but"
    for name, argument in wanted.items():
        if name not in given:
            raise GraphQLError(f"{same} it is missing {name}.", position(found))
        if not _compatible(argument["Type"], given[name]["Type"]):
            raise GraphQLError(f"{same} {name} has the wrong type.", position(given[name]))
    for name, argument in given.items():
        if name not in wanted and argument["Type"].get("NonNull") and not argument.get("DefaultValue"):
            raise GraphQLError(
                f"{stem} any additional arguments on {found['Name']} must be optional or have a default value "
                f"but {name} is required.",
                position(argument),
            )


def _compatible(a: Node, b: Node) -> bool:
    if a.get("NamedType", "") != b.get("NamedType", "") or bool(a.get("Elem")) != bool(b.get("Elem")):
        return False
    if a.get("Elem") and not _compatible(a["Elem"], b["Elem"]):
        return False
    return not b.get("NonNull") or bool(a.get("NonNull"))


def _covariant(schema: Schema, required: Node, actual: Node) -> bool:
    if required.get("NonNull") and not actual.get("NonNull"):
        return False
    if required.get("NamedType"):
        name = required["NamedType"]
        return actual.get("NamedType") == name or actual.get("NamedType") in schema.possible.get(name, [])
    return bool(actual.get("Elem")) and _covariant(schema, required["Elem"], actual["Elem"])


def _check_cycles(schema: Schema) -> None:
    """No input object may need itself."""
    visited: set[str] = set()

    def visit(name: str, path: list[Node], opened: dict[str, int]) -> None:
        if name in visited:
            return
        visited.add(name)
        opened = {**opened, name: len(path)}
        for item in _list(schema.types[name], "Fields"):
            inner = item["Type"].get("NamedType")
            if not item["Type"].get("NonNull") or not inner or schema.types[inner]["Kind"] != "INPUT_OBJECT":
                continue
            if inner in opened:
                cycle = [*path, item][opened[inner] :]
                names = ".".join(step["Name"] for step in cycle)
                raise GraphQLError(
                    f"Cannot reference Input Object {go_quote(inner)} within itself through a series of "
                    f"non-null fields: {go_quote(names)}.",
                    position(cycle[0]),
                )
            visit(inner, [*path, item], opened)

    for name in sorted(schema.types):
        if schema.types[name]["Kind"] == "INPUT_OBJECT":
            visit(name, [], {})
