"""Gatekeeper's globs: `*` at the front, at the end or at both, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable


def compile_wildcard(pattern: str) -> Callable[[str], bool]:
    """The predicate of a pattern: `*x*` contains, `*x` ends with, `x*` begins with, anything else equals."""
    if pattern.startswith("*") and pattern.endswith("*"):
        inner = pattern[1:].removesuffix("*")
        return lambda text: inner in text
    if pattern.startswith("*"):
        return lambda text: text.endswith(pattern[1:])
    if pattern.endswith("*"):
        return lambda text: text.startswith(pattern[:-1])
    return lambda text: text == pattern


def matches(pattern: str, text: str) -> bool:
    return compile_wildcard(pattern)(text)


def matches_generate_name(pattern: str, text: str) -> bool:
    """Whether a name generated from `text` could match; only `*x*` and `x*` can say so."""
    if not pattern.endswith("*"):
        return False
    return compile_wildcard(pattern)(text)


def compile_wildcards(patterns: list[str]) -> Callable[[str], bool]:
    """Whether any of the patterns matches; the exact ones cost one set lookup together."""
    exact = frozenset(p for p in patterns if "*" not in (p[:1], p[-1:]))
    globs = tuple(compile_wildcard(p) for p in patterns if p not in exact)
    if not globs:
        return exact.__contains__

    def any_of(text: str) -> bool:
        if text in exact:
            return True
        for glob in globs:  # noqa: SIM110 - a generator would cost more than the checks
            if glob(text):
                return True
        return False

    return any_of
