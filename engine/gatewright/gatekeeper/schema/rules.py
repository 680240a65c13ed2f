"""`x-kubernetes-validations`: the form of the rules, and whether their CEL compiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gatewright.gatekeeper import _field
from gatewright.gatekeeper._gotext import json_text
from gatewright.gatekeeper.schema.props import Schema

_RULES: Final = "x-kubernetes-validations"
_REASONS: Final = ("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")


def rule_errors(schema: Schema, at: _field.Path) -> list[str]:
    """The faults of all rules in a schema; their form first, their expressions only when the form is right."""
    places = list(_with_rules(schema, at))
    errors = [e for node, place in places for e in _form_errors(node, place)]
    return errors or [e for node, place in places for e in _expression_errors(node, place)]


def _with_rules(schema: Schema, at: _field.Path) -> Iterator[tuple[Schema, _field.Path]]:
    if schema.get(_RULES):
        yield schema, at
    if isinstance(schema.get("items"), dict):
        yield from _with_rules(schema["items"], at.child("items"))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _with_rules(schema["additionalProperties"], at.child("additionalProperties"))
    for key, prop in (schema.get("properties") or {}).items():
        yield from _with_rules(prop, at.child("properties").key(key))


def _lines(text: str) -> bool:
    return "\n" in text or "\r" in text


def _form_errors(schema: Schema, at: _field.Path) -> Iterator[str]:
    for i, rule in enumerate(schema[_RULES]):
        place = at.child(_RULES).item(i)
        text, message = rule.get("rule", ""), rule.get("message", "")
        if not text.strip():
            yield _field.required(place.child("rule"), "rule is not specified")
        elif message and not message.strip():
            yield _field.invalid(place.child("message"), message, "must be non-empty if specified")
        elif _lines(message.strip()):
            yield _field.invalid(place.child("message"), message, "must not contain line breaks")
        elif _lines(text.strip()) and not message.strip():
            detail = "message must be specified if rule contains line breaks"
            yield _field.required(place.child("message"), detail)
        expression = rule.get("messageExpression", "")
        if expression and not expression.strip():
            detail = "messageExpression must be non-empty if specified"
            yield _field.required(place.child("messageExpression"), detail)
        if "reason" in rule and rule["reason"] not in _REASONS:
            yield _field.not_supported(place.child("reason"), rule["reason"], _REASONS)
        yield from _path_errors(schema, rule.get("fieldPath", ""), place.child("fieldPath"))


def _path_errors(schema: Schema, path: str, at: _field.Path) -> Iterator[str]:
    if path and not path.strip():
        yield _field.invalid(at, path, "must be non-empty if specified")
    if _lines(path):
        yield _field.invalid(at, path, "must not contain line breaks")
    if path and not _is_path(schema, path):
        yield _field.invalid(at, path, "must be a valid path")


def _is_path(schema: Schema, path: str) -> bool:
    """Whether `.a.b` or `.a['b']` names a declared property."""
    node: Any = schema
    for step in path.replace("['", ".").replace("']", "").split(".")[1:] if path.startswith((".", "[")) else [""]:
        properties = node.get("properties") if isinstance(node, dict) else None
        if properties and step in properties:
            node = properties[step]
        elif isinstance(node, dict) and isinstance(node.get("additionalProperties"), dict):
            node = node["additionalProperties"]
        else:
            return False
    return True


def _expression_errors(schema: Schema, at: _field.Path) -> Iterator[str]:
    from gatewright.gatekeeper.schema.celcheck import compile_error

    for i, rule in enumerate(schema[_RULES]):
        place = at.child(_RULES).item(i)
        for name in ("rule", "messageExpression"):
            text = rule.get(name)
            if text and (problem := compile_error(text, schema, wants_bool=name == "rule")) is not None:
                shown = json_text(_go_rule(rule))
                yield f"{place.child(name)}: Invalid value: {shown}: {problem}"


def _go_rule(rule: dict[str, Any]) -> dict[str, Any]:
    return {
        "Rule": rule.get("rule", ""),
        "Message": rule.get("message", ""),
        "MessageExpression": rule.get("messageExpression", ""),
        "Reason": rule.get("reason"),
        "FieldPath": rule.get("fieldPath", ""),
        "OptionalOldSelf": rule.get("optionalOldSelf"),
    }
