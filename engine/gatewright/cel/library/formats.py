"""Kubernetes' named formats: format.dns1123Label().validate('…') and its kin."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from gatewright.cel.runtime import no_overload
from gatewright.cel.values import NONE, CelEvaluationError, Opaque, Optional

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = _LABEL + "(\\." + _LABEL + ")*"
_LABEL_1035: Final = "[a-z]([-a-z0-9]*[a-z0-9])?"
_KEY: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE: Final = f"({_KEY})?"
_KEY_RULE: Final = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)


def _full(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None


def _too_long(text: str, limit: int) -> list[str]:
    return [f"must be no more than {limit} characters"] if len(text.encode()) > limit else []


def _explain(rule: str, pattern: str, *examples: str) -> str:
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{rule} (e.g. {shown}regex used for validation is '{pattern}')"


def _label(text: str) -> list[str]:
    faults = _too_long(text, 63)
    if not _full(_LABEL, text):
        rule = (
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
            "end with an alphanumeric character"
        )
        dots = _full(_SUBDOMAIN, text)
        faults.append("must not contain dots" if dots else _explain(rule, _LABEL, "my-name", "123-abc"))
    return faults


def _subdomain(text: str) -> list[str]:
    faults = _too_long(text, 253)
    if not _full(_SUBDOMAIN, text):
        rule = (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
            "start and end with an alphanumeric character"
        )
        faults.append(_explain(rule, _SUBDOMAIN, "example.com"))
    return faults


def _label_1035(text: str) -> list[str]:
    faults = _too_long(text, 63)
    if not _full(_LABEL_1035, text):
        rule = (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
            "character, and end with an alphanumeric character"
        )
        faults.append(_explain(rule, _LABEL_1035, "my-name", "abc-123"))
    return faults


def _qualified_name(text: str) -> list[str]:
    parts = text.split("/")
    explained = _explain(_KEY_RULE, _KEY, "MyName", "my.name", "123-abc")
    if len(parts) > 2:
        return [
            f"a valid label key {explained} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        ]
    faults = []
    if len(parts) == 2:
        faults = ["must be non-empty"] if not parts[0] else _subdomain(parts[0])
        faults = [f"prefix part {fault}" for fault in faults]
    name = parts[-1]
    if not name:
        faults.append("name part must be non-empty")
    elif long := _too_long(name, 63):
        faults.append(f"name part {long[0]}")
    if not _full(_KEY, name):
        faults.append(f"name part {explained}")
    return faults


def _label_value(text: str) -> list[str]:
    faults = _too_long(text, 63)
    if not _full(_VALUE, text):
        rule = f"a valid label must be an empty string or {_KEY_RULE.removeprefix('must ')}"
        faults.append(_explain(rule, _VALUE, "MyValue", "my_value", "12345"))
    return faults


def _prefix(check: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    # A name's prefix may end with a dash: a generated suffix follows.
    return lambda text: check(text[:-2] + "a" if len(text) > 1 and text.endswith("-") else text)


def _uri(text: str) -> list[str]:
    from gatewright.cel.library.urls import parse_url

    try:
        parse_url(text)
    except CelEvaluationError as error:
        return [error.message]
    return []


_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})")
_TIME: Final = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))")


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    year, month, day = (int(part) for part in text.split("-"))
    try:
        date(year or 4, month, day)
    except ValueError:
        return False
    return True


def _is_datetime(text: str) -> bool:
    parts = text.lower().split("t")
    if len(text) < 4 or len(parts) < 2 or not _is_date(parts[0]):
        return False
    found = _TIME.fullmatch(parts[1])
    return found is not None and found[1] <= "23" and found[2] <= "59" and found[3] <= "59"


def _test(passes: Callable[[str], object], complaint: str) -> Callable[[str], list[str]]:
    return lambda text: [] if passes(text) else [complaint]


_FORMATS: Final[dict[str, Callable[[str], list[str]]]] = {
    "byte": _test(_BASE64.fullmatch, "invalid base64"),
    "date": _test(_is_date, "invalid date"),
    "datetime": _test(_is_datetime, "invalid datetime"),
    "dns1035Label": _label_1035,
    "dns1035LabelPrefix": _prefix(_label_1035),
    "dns1123Label": _label,
    "dns1123LabelPrefix": _prefix(_label),
    "dns1123Subdomain": _subdomain,
    "dns1123SubdomainPrefix": _prefix(_subdomain),
    "labelValue": _label_value,
    "qualifiedName": _qualified_name,
    "uri": _uri,
    "uuid": _test(_UUID.fullmatch, "does not match the UUID format"),
}


class NamedFormat(Opaque):
    """One of Kubernetes' formats."""

    __slots__ = ("name",)
    cel_type = "kubernetes.NamedFormat"

    def __init__(self, name: str) -> None:
        self.name = name

    def same(self, other: Any) -> bool:
        return bool(self.name == other.name)

    def __hash__(self) -> int:
        return hash(("format", self.name))


def constant(name: str) -> Callable[[], NamedFormat]:
    """The function `format.<name>`."""
    return lambda: NamedFormat(name)


def named(*args: Any) -> Optional:
    """format.named('dns1123Label')"""
    if args[0].__class__ is not str:
        raise no_overload("format.named", *args)
    return Optional(NamedFormat(args[0])) if args[0] in _FORMATS else NONE


def validate(*args: Any) -> Optional:
    """format.uuid().validate('x') == optional.of(['does not match the UUID format'])"""
    if not isinstance(args[0], NamedFormat) or args[1].__class__ is not str:
        raise no_overload("validate", *args)
    faults = _FORMATS[args[0].name](args[1])
    return Optional(faults) if faults else NONE
