"""A template's K8sNativeValidation source as Gatekeeper's Go type: what is refused, and with which words."""

from __future__ import annotations

from gatewright.errors import TemplateError
from gatewright.gatekeeper._decode import BOOL, STRING, DecodeError, Type, list_of, restore, struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


def _texts(name: str, *fields: str) -> Type:
    return list_of(struct(f"schema.{name}", **dict.fromkeys(fields, STRING)))


_SOURCE: Final = struct(
    "schema.Source",
    validations=_texts("Validation", "expression", "message", "messageExpression"),
    failurePolicy=STRING,
    matchCondition=_texts("MatchCondition", "name", "expression"),
    variables=_texts("Variable", "name", "expression"),
    generateVAP=BOOL,
)


def decode_source(source: dict[str, Any]) -> dict[str, Any]:
    """The source's known fields; TemplateError when one is of another type."""
    try:
        decoded: dict[str, Any] = restore(source, _SOURCE)
    except DecodeError as error:
        raise TemplateError(error.message) from error
    return decoded
