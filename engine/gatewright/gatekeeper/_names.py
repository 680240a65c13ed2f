"""Kubernetes' rules for names and labels. Each check answers a list of complaints, empty when the text is fine."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = rf"{_LABEL}(\.{_LABEL})*"
_DNS1035: Final = "[a-z]([-a-z0-9]*[a-z0-9])?"
_KEY: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE: Final = f"({_KEY})?"

_SUBDOMAIN_RE: Final = re.compile(_SUBDOMAIN)
_DNS1035_RE: Final = re.compile(_DNS1035)
_KEY_RE: Final = re.compile(_KEY)
_VALUE_RE: Final = re.compile(_VALUE)

_ENDS: Final = "and must start and end with an alphanumeric character"


def label_key(text: str) -> list[str]:
    """Complaints about a label key: `name` or `prefix/name`."""
    rule = f"must consist of alphanumeric characters, '-', '_' or '.', {_ENDS}"
    parts = text.split("/")
    if len(parts) > 2:
        wanted = _wanted(rule, _KEY, "MyName", "my.name", "123-abc")
        return [f"a valid label key {wanted} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
    name, errors = parts[-1], []
    if len(parts) == 2:
        errors = [f"prefix part {e}" for e in (dns1123_subdomain(parts[0]) if parts[0] else [_EMPTY])]
    if not name:
        errors.append(f"name part {_EMPTY}")
    elif _size(name) > 63:
        errors.append(f"name part {_too_long(63)}")
    if not _KEY_RE.fullmatch(name):
        errors.append(f"name part {_wanted(rule, _KEY, 'MyName', 'my.name', '123-abc')}")
    return errors


def label_value(text: str) -> list[str]:
    errors = [_too_long(63)] if _size(text) > 63 else []
    if not _VALUE_RE.fullmatch(text):
        rule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " + _ENDS
        errors.append(_wanted(rule, _VALUE, "MyValue", "my_value", "12345"))
    return errors


def dns1123_subdomain(text: str) -> list[str]:
    errors = [_too_long(253, "characters")] if _size(text) > 253 else []
    if not _SUBDOMAIN_RE.fullmatch(text):
        rule = f"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', {_ENDS}"
        errors.append(_wanted(rule, _SUBDOMAIN, "example.com"))
    return errors


def dns1035_label(text: str) -> list[str]:
    errors = [_too_long(63, "characters")] if _size(text) > 63 else []
    if not _DNS1035_RE.fullmatch(text):
        rule = (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
            "start with an alphabetic character, and end with an alphanumeric character"
        )
        errors.append(_wanted(rule, _DNS1035, "my-name", "abc-123"))
    return errors


_EMPTY: Final = "must be non-empty"


def _size(text: str) -> int:
    # Go measures strings in bytes; a lone surrogate counts as the replacement character it would become.
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def _too_long(length: int, unit: str = "bytes") -> str:
    return f"must be no more than {length} {unit}"


def _wanted(rule: str, pattern: str, *examples: str) -> str:
    shown = "".join(f"{' or ' if i else ''}'{e}', " for i, e in enumerate(examples))
    return f"{rule} (e.g. {shown}regex used for validation is '{pattern}')"
