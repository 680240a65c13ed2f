"""GraphQL: queries and schemas parsed and checked against each other."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from gatewright.builtins import _graphql_parse as gql
from gatewright.builtins._graphql_parse import GraphQLError, Node
from gatewright.builtins._operands import string
from gatewright.builtins.registry import BuiltinError, builtin, operand_error
from gatewright.runtime import json

_CACHED = 16


@builtin("graphql.parse_query", "(query: string) -> output: object[any: any]")
def graphql_parse_query(query: Any) -> Node:
    """The syntax tree of a query: `graphql.parse_query("{ a }").Operations[0].Operation == "query"`."""
    text = string(query, 1)
    try:
        return gql.pruned(gql.parse_query(text))  # type: ignore[no-any-return]
    except GraphQLError as error:
        raise _located(error) from None


@builtin("graphql.parse_schema", "(schema: string) -> output: object[any: any]")
def graphql_parse_schema(schema: Any) -> Node:
    """The syntax tree of a schema: `graphql.parse_schema("scalar A").Definitions[0].Name == "A"`."""
    text = string(schema, 1)
    try:
        return gql.pruned(_schema_document(text))  # type: ignore[no-any-return]
    except GraphQLError as error:
        raise _located(error) from None


@builtin("graphql.schema_is_valid", "(schema: any<string, object[any: any]>) -> output: boolean")
def graphql_schema_is_valid(schema: Any) -> bool:
    """Is it a schema? `graphql.schema_is_valid("type Query { a: Int }") == true`."""
    try:
        _schema(schema)
    except (GraphQLError, BuiltinError):
        return False
    return True


@builtin(
    "graphql.is_valid",
    "(query: any<string, object[any: any]>, schema: any<string, object[any: any]>) -> output: boolean",
)
def graphql_is_valid(query: Any, schema: Any) -> bool:
    """Is the query valid under the schema? `graphql.is_valid("{ a }", "type Query { a: Int }") == true`."""
    try:
        _check(query, schema)
    except (GraphQLError, BuiltinError):
        return False
    return True


@builtin(
    "graphql.parse_and_verify",
    "(query: any<string, object[any: any]>, schema: any<string, object[any: any]>) -> output: array<boolean, "
    "object[any: any], object[any: any]>",
)
def graphql_parse_and_verify(query: Any, schema: Any) -> list[Any]:
    """Whether the query is valid, and if so both trees: `graphql.parse_and_verify("{ a }", schema)[0]`."""
    try:
        return [True, *_check(query, schema)]
    except (GraphQLError, BuiltinError):
        return [False, {}, {}]


@builtin(
    "graphql.parse",
    "(query: any<string, object[any: any]>, schema: any<string, object[any: any]>) -> output: "
    "array<object[any: any], object[any: any]>",
)
def graphql_parse(query: Any, schema: Any) -> list[Any]:
    """Both trees of a valid query and its schema: `graphql.parse("{ a }", schema)[0].Operations`."""
    if query.__class__ not in (str, dict):
        raise operand_error(0, query, "string", "object")
    if schema.__class__ not in (str, dict):
        raise operand_error(1, schema, "string", "object")
    try:
        return list(_check(query, schema))
    except GraphQLError as error:
        raise _located(error) from None


def _located(error: GraphQLError) -> BuiltinError:
    if error.row:
        return BuiltinError(f"{error.message} in GraphQL string at location {error.row}:{error.column}")
    return BuiltinError(f"GraphQL parse error: {error.message}")


@lru_cache(maxsize=_CACHED)
def _schema_document(text: str) -> Node:
    return gql.parse_schema(text)


def _as_fields(node: Any) -> Any:
    """A document given as an object: what it selects is all taken for fields, as OPA's reader does."""
    if isinstance(node, list):
        return [_as_fields(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _as_fields(item) for key, item in node.items()}
    if isinstance(result.get("SelectionSet"), list):
        result["SelectionSet"] = [
            {"Alias": s.get("Name", ""), "Name": "", **s} if isinstance(s, dict) else s for s in result["SelectionSet"]
        ]
        for selection in result["SelectionSet"]:
            if isinstance(selection, dict):
                selection.pop("TypeCondition", None)
    return result


def _check(query: Any, schema: Any) -> tuple[Node, Node]:
    """Both trees. Raises GraphQLError, or BuiltinError for operands of the wrong type."""
    from gatewright.builtins._graphql_text import query_text

    document = gql.parse_query(query) if query.__class__ is str else _as_fields(_object(query))
    schema_document = _schema_document(schema) if schema.__class__ is str else _object(schema)
    validator = _validator(json.dumps(schema) if schema.__class__ is dict else schema, schema.__class__ is dict)
    try:
        text = query if query.__class__ is str else query_text(document)
    except (KeyError, TypeError) as error:
        raise GraphQLError(f"malformed document: {error}") from None
    _validate(text, validator)
    return gql.pruned(document), gql.pruned(schema_document)


def _object(value: Any) -> Node:
    if value.__class__ is not dict:
        raise operand_error(1, value, "string", "object")
    return value


def _schema(schema: Any) -> Any:
    from gatewright.builtins._graphql_schema import build_schema

    document = _schema_document(schema) if schema.__class__ is str else _object(schema)
    try:
        return build_schema(document)
    except (KeyError, TypeError) as error:
        raise GraphQLError(f"malformed schema: {error}") from None
    except GraphQLError as error:
        # Faults of a schema as a whole are told apart from those of its syntax.
        where = f"input:{error.row}:{error.column}: " if error.row else "input: "
        prefix = "Error in gqlparser SchemaDocument to Schema conversion: "
        raise GraphQLError(prefix + where + error.message) from None


@lru_cache(maxsize=_CACHED)
def _validator(schema: str, is_json: bool) -> Any:
    """The schema for graphql-core, which checks queries."""
    from graphql import build_schema

    from gatewright.builtins._graphql_text import schema_text

    built = _schema(json.loads(schema) if is_json else schema)
    try:
        return build_schema(schema_text(built), assume_valid=True, assume_valid_sdl=True)
    except TypeError as error:  # of a tree whose parts do not fit: a text has been checked by now
        raise GraphQLError(f"malformed schema: {error}") from None


def _validate(query: str, schema: Any) -> None:
    """The first fault, in gqlparser's words: the same as graphql-core's but for the quotes."""
    from graphql import GraphQLSyntaxError, parse, validate

    try:
        errors = validate(schema, parse(query), max_errors=1) if query.strip() else []
    except GraphQLSyntaxError as error:
        raise GraphQLError(error.message) from None
    if errors:
        raise _retold(errors[0])


# Where graphql-core and gqlparser put the same thing differently.
_REQUIRED_OF_FIELD = re.compile(r"Argument '\w+\.(?P<field>\w+)\((?P<argument>\w+):\)'")
_REQUIRED_OF_DIRECTIVE = re.compile(r"Argument '(?P<directive>@\w+)\((?P<argument>\w+):\)'")
# Faults that gqlparser reports at the later of two places.
_AT_LAST_PLACE = ("There can be only one", "can only be used once", "used in position")


def _retold(error: Any) -> GraphQLError:
    """A fault in gqlparser's words, which end in a line break where they do not end in a full stop."""
    message: str = error.message
    message = _REQUIRED_OF_FIELD.sub(r"Field '\g<field>' argument '\g<argument>'", message)
    message = _REQUIRED_OF_DIRECTIVE.sub(r"Directive '\g<directive>' argument '\g<argument>'", message)
    message = message.replace("'", '"')
    message = message[:-1] if message.endswith(".") else message + "\n"
    if not error.locations:
        return GraphQLError(message)
    location = error.locations[-1 if any(part in message for part in _AT_LAST_PLACE) else 0]
    # A directive's place is its name's there, a string's that of its first character.
    shifted = "directive" in message.lower() and "argument" not in message
    shifted = shifted or error.nodes[0].kind == "string_value"
    return GraphQLError(message, (location.line, location.column + shifted))
