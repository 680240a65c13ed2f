"""Whether a review's messages are what an assertion says; the complaint, in gator's words, when they are not."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.harness.suite import Assertion

_BAD_COUNT = 'invalid yaml: assertion.violation, if set, must be a nonnegative integer, "yes", or "no"'


def complaint(assertion: Assertion, messages: Sequence[str]) -> str | None:
    """None when the assertion holds for the messages of the violations, else why not."""
    try:
        count = _matching(assertion, messages)
    except ValueError as error:
        return str(error)
    problem = _compare(assertion, count)
    return f"{problem}: got messages [{' '.join(messages)}]" if problem else None


def _matching(assertion: Assertion, messages: Sequence[str]) -> int:
    if assertion.message is None or not messages:
        return len(messages)
    from gatewright.builtins.regexp import RegexpError, compile_regexp

    try:
        pattern = compile_regexp(assertion.message)
    except RegexpError as error:
        raise ValueError(f"message contains invalid regular expression: {error}") from None
    return sum(1 for message in messages if pattern.matches(message))


def _compare(assertion: Assertion, count: int) -> str | None:
    wanted = assertion.violations
    if isinstance(wanted, int):
        if wanted < 0:
            return _BAD_COUNT
        want, holds = f"exactly {wanted}", count == wanted
    elif wanted == "yes":
        want, holds = "at least 1", count > 0
    elif wanted == "no":
        want, holds = "none", count == 0
    else:
        return _BAD_COUNT
    if holds:
        return None
    which = f' containing "{_quoted(assertion.message)}"' if assertion.message is not None else ""
    return f"unexpected number of violations: got {count} violations{which} but want {want}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
