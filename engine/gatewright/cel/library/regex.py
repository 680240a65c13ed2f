"""Regular expressions, as RE2 has them: matches, find, findAll."""

from __future__ import annotations

from functools import lru_cache

from gatewright.cel.runtime import no_overload, no_overload_of
from gatewright.cel.values import CelEvaluationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Any:
    """A compiled pattern; the error's text is Go's."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise CelEvaluationError(_go_error(error, pattern)) from None


# RE2's wording of a fault, and Go's; both go on with the offending part.
_FAULTS = {
    "missing )": "missing closing )",
    "unexpected )": "unexpected )",
    "missing ]": "missing closing ]",
    "no argument for repetition operator": "missing argument to repetition operator",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid escape sequence": "invalid escape sequence",
    "invalid character class range": "invalid character class range",
    "invalid character class": "invalid character class",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid named capture group": "invalid named capture",
    "invalid repetition size": "invalid repeat count",
    "trailing \\": "trailing backslash at end of expression",
    "invalid UTF-8": "invalid UTF-8",
}


def _go_error(error: Exception, pattern: str) -> str:
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    what, _, part = text.partition(": ")
    fault = _FAULTS.get(what, what)
    if what == "trailing \\":
        part = ""
    elif what == "missing )" or not part:
        part = pattern
    return f"error parsing regexp: {fault}: `{part}`"


def matches(*args: Any) -> bool:
    """'abc'.matches('b+')"""
    if args[0].__class__ is not str:
        raise no_overload_of("matches")
    return matches_constant(*args)


def matches_constant(*args: Any) -> bool:
    """`matches` with a literal pattern, which cel-go compiles ahead and then words a wrong receiver otherwise."""
    if len(args) != 2 or args[0].__class__ is not str or args[1].__class__ is not str:
        raise no_overload()
    return compile_pattern(args[1]).search(args[0]) is not None


def find(*args: Any) -> str:
    """'abc 123'.find('[0-9]+') == '123'"""
    if args[0].__class__ is not str or args[1].__class__ is not str:
        raise no_overload("find", *args)
    found = _pattern(args[1]).search(args[0])
    return found.group() if found else ""


def find_all(*args: Any) -> list[str]:
    """'123 abc 456'.findAll('[0-9]+', 1) == ['123']"""
    if args[0].__class__ is not str or args[1].__class__ is not str or (len(args) > 2 and args[2].__class__ is not int):
        raise no_overload("findAll", *args)
    limit = args[2] if len(args) > 2 else -1
    found: list[str] = []
    end = -1
    for match in _pattern(args[1]).finditer(args[0]):
        if len(found) == limit:
            break
        # Go takes no empty match right behind the match before.
        if match.start() == match.end() == end:
            continue
        end = match.end()
        found.append(match.group())
    return found


def find_constant(*args: Any) -> str:
    """`find` with a literal pattern."""
    if args[0].__class__ is not str:
        raise no_overload()
    return find(*args)


def find_all_constant(*args: Any) -> list[str]:
    """`findAll` with a literal pattern."""
    if args[0].__class__ is not str or (len(args) > 2 and args[2].__class__ is not int):
        raise no_overload()
    return find_all(*args)


def _pattern(pattern: str) -> Any:
    try:
        return compile_pattern(pattern)
    except CelEvaluationError as error:
        raise CelEvaluationError(f"Illegal regex: {error.message}") from None
