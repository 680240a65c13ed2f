"""Label selectors: read, checked and turned into predicates over a label map."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gatewright.errors import MatchError
from gatewright.gatekeeper import _field, _names
from gatewright.gatekeeper._decode import STRING, Type, list_of, map_of, named, struct
from gatewright.gatekeeper._gotext import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Labels = Mapping[str, str]
Predicate = Callable[[Labels], bool]

LABEL_SELECTOR: Type = struct(
    "v1.LabelSelector",
    matchLabels=map_of(STRING),
    matchExpressions=list_of(
        struct(
            "v1.LabelSelectorRequirement",
            key=STRING,
            operator=named("v1.LabelSelectorOperator"),
            values=list_of(STRING),
        )
    ),
)


def compile_selector(selector: dict[str, Any]) -> Predicate:
    """The predicate of a decoded LabelSelector; MatchError when a requirement of it is invalid."""
    tests: list[Predicate] = []
    labels: dict[str, str] = selector.get("matchLabels") or {}
    for key, value in labels.items():
        _check_requirement(key, "=", [value])
        tests.append(_in(key, frozenset((value,))))
    for expression in selector.get("matchExpressions") or ():
        tests.append(_requirement(expression))
    return _all(tests)


def _requirement(expression: dict[str, Any]) -> Predicate:
    key: str = expression.get("key", "")
    operator: str = expression.get("operator", "")
    values: list[str] = expression.get("values") or []
    if operator not in _OPERATORS:
        raise MatchError(f"{quote(operator)} is not a valid label selector operator")
    _check_requirement(key, operator, values)
    return _OPERATORS[operator](key, frozenset(values))


def _check_requirement(key: str, operator: str, values: list[str]) -> None:
    errors = []
    if complaints := _names.label_key(key):
        errors.append(_field.invalid("key", key, "; ".join(complaints)))
    if operator in ("In", "NotIn") and not values:
        # An absent list prints as null.
        errors.append(_field.invalid("values", None, "for 'in', 'notin' operators, values set can't be empty"))
    if operator in ("Exists", "DoesNotExist") and values:
        errors.append(_field.invalid("values", values, "values set must be empty for exists and does not exist"))
    for i, value in enumerate(values):
        if complaints := _names.label_value(value):
            errors.append(_field.invalid(f"values[{i}][{key}]", value, "; ".join(complaints)))
    if errors:
        raise MatchError(_field.aggregate(errors))


def _in(key: str, values: frozenset[str]) -> Predicate:
    return lambda labels: labels.get(key) in values


def _not_in(key: str, values: frozenset[str]) -> Predicate:
    return lambda labels: labels.get(key) not in values


def _exists(key: str, _: frozenset[str]) -> Predicate:
    return lambda labels: key in labels


def _missing(key: str, _: frozenset[str]) -> Predicate:
    return lambda labels: key not in labels


_OPERATORS = {"In": _in, "NotIn": _not_in, "Exists": _exists, "DoesNotExist": _missing}


def _all(tests: list[Predicate]) -> Predicate:
    if len(tests) == 1:
        return tests[0]
    fixed = tuple(tests)

    def every(labels: Labels) -> bool:
        for test in fixed:  # noqa: SIM110 - a generator would cost more than the checks
            if not test(labels):
                return False
        return True

    return every


def selector_errors(selector: dict[str, Any], path: str) -> list[str]:
    """What the API server says against a decoded LabelSelector, as field errors below `path`."""
    at = _field.Path(path)
    errors = []
    labels: dict[str, str] = selector.get("matchLabels") or {}
    for key, value in labels.items():
        errors += [_field.invalid(at.child("matchLabels"), key, e) for e in _names.label_key(key)]
        errors += [_field.invalid(at.child("matchLabels"), value, e) for e in _names.label_value(value)]
    for i, expression in enumerate(selector.get("matchExpressions") or ()):
        errors += _requirement_errors(expression, at.child("matchExpressions").item(i))
    return errors


def _requirement_errors(expression: dict[str, Any], at: _field.Path) -> list[str]:
    operator: str = expression.get("operator", "")
    key: str = expression.get("key", "")
    values: list[str] = expression.get("values") or []
    errors = []
    if operator in ("In", "NotIn"):
        if not values:
            errors.append(_field.required(at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            errors.append(_field.forbidden(at.child("values"), detail))
    else:
        errors.append(_field.invalid(at.child("operator"), operator, "not a valid selector operator"))
    errors += [_field.invalid(at.child("key"), key, e) for e in _names.label_key(key)]
    for i, value in enumerate(values):
        errors += [_field.invalid(at.child("values").item(i), value, e) for e in _names.label_value(value)]
    return errors
