"""Semantic versions, a leading `v` allowed."""

from __future__ import annotations

import re

from gatewright.builtins._operands import string
from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.records import record
from gatewright.runtime.text import go_quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_NUMBER = r"0|[1-9][0-9]*"
_VERSION = re.compile(
    rf"v?(?P<core>(?:{_NUMBER})\.(?:{_NUMBER})\.(?:{_NUMBER}))(?:-(?P<pre>{_IDENTIFIERS}))?(?:\+{_IDENTIFIERS})?\Z"
)
_LEADING_ZERO = re.compile(r"0[0-9]+\Z")
_LARGEST = 2**63 - 1


@record(frozen=True, slots=True)
class _Version:
    core: tuple[int, ...]
    pre: tuple[str, ...]


def _parse(text: str) -> _Version | None:
    match = _VERSION.match(text)
    if match is None:
        return None
    core = tuple(map(int, match["core"].split(".")))
    pre = tuple(match["pre"].split(".")) if match["pre"] else ()
    if any(_LEADING_ZERO.match(part) for part in pre) or max(core) > _LARGEST:
        return None
    return _Version(core, pre)


@builtin("semver.is_valid", "(vsn: any) -> result: boolean")
def semver_is_valid(vsn: Any) -> bool:
    """Is it a semantic version? `semver.is_valid("1.2") == false`."""
    return vsn.__class__ is str and _parse(vsn) is not None


@builtin("semver.compare", "(a: string, b: string) -> result: number")
def semver_compare(a: Any, b: Any) -> int:
    """-1, 0 or 1 as the first is older, equal or newer: `semver.compare("1.2.3", "1.10.0") == -1`."""
    first, second = string(a, 1), string(b, 2)
    return _compare(_required(first, 1), _required(second, 2))


def _required(text: str, position: int) -> _Version:
    version = _parse(text)
    if version is None:
        raise BuiltinError(f"operand {position}: string {go_quote(text)} is not a valid SemVer")
    return version


def _compare(a: _Version, b: _Version) -> int:
    if a.core != b.core:
        return 1 if a.core > b.core else -1
    if not a.pre or not b.pre:
        return bool(b.pre) - bool(a.pre)
    for x, y in zip(a.pre, b.pre, strict=False):
        if x != y and (order := _compare_identifiers(x, y)):
            return order
    return (len(a.pre) > len(b.pre)) - (len(a.pre) < len(b.pre))


def _compare_identifiers(x: str, y: str) -> int:
    """Numbers by value and before words."""
    if x.isdigit() != y.isdigit():
        return -1 if x.isdigit() else 1
    if x.isdigit():
        m, n = min(int(x), _LARGEST), min(int(y), _LARGEST)
        return (m > n) - (m < n)
    return (x > y) - (x < y)
