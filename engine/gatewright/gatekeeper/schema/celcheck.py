"""Whether the CEL of a schema's rule compiles, with `self` of the type that the schema declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.gatekeeper.schema.props import Schema

if TYPE_CHECKING:
    from gatewright.cel.types import Type


def compile_error(expression: str, schema: Schema, *, wants_bool: bool) -> str | None:
    """What the compiler says against an expression over `self`; None when it is fine."""
    from gatewright.cel.checker import Environment
    from gatewright.cel.expression import compile_expression
    from gatewright.cel.parser import CelCompileError
    from gatewright.cel.types import DYN

    structs: dict[str, dict[str, Type]] = {}
    kind = _type_of(schema, "selfType", structs)
    environment = Environment({"self": kind, "oldSelf": kind}, structs)
    try:
        program = compile_expression(expression, environment)
    except CelCompileError as error:
        return f"compilation failed: {error}"
    wanted = "bool" if wants_bool else "string"
    if program.output != DYN and str(program.output) != wanted:
        return "cel expression must evaluate to a bool" if wants_bool else "messageExpression must evaluate to a string"
    return None


_ESCAPES = (("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__"))

_RESERVED = frozenset(("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in"))
_RESERVED |= {"let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while"}


def _escaped(name: str) -> str:
    """A property's name as CEL spells it."""
    if name in _RESERVED:
        return f"__{name}__"
    for text, instead in _ESCAPES:
        name = name.replace(text, instead)
    return name


def _type_of(schema: Schema, name: str, structs: dict[str, dict[str, Type]]) -> Type:
    """The CEL type of a value under `schema`; object types are entered into `structs`."""
    from gatewright.cel import types as t

    if schema.get("x-kubernetes-int-or-string"):
        return t.DYN
    kind = schema.get("type")
    if kind == "string":
        return {"byte": t.BYTES, "date": t.TIMESTAMP, "date-time": t.TIMESTAMP, "duration": t.DURATION}.get(
            schema.get("format", ""), t.STRING
        )
    if kind in ("boolean", "integer", "number"):
        return {"boolean": t.BOOL, "integer": t.INT, "number": t.DOUBLE}[kind]
    if kind == "array" and isinstance(schema.get("items"), dict):
        return t.list_of(_type_of(schema["items"], f"{name}.@idx", structs))
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return t.map_of(t.STRING, _type_of(schema["additionalProperties"], f"{name}.@elem", structs))
    if kind == "object" and schema.get("properties"):
        structs[name] = {
            _escaped(key): _type_of(part, f"{name}.{key}", structs) for key, part in schema["properties"].items()
        }
        return t.Type("struct", name)
    return t.DYN
