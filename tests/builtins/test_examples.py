"""Every example in a built-in's docstring holds when it is evaluated (the deprecated ones exist in v0 alone)."""

from __future__ import annotations

import re

import pytest

import gatewright
from gatewright.builtins import lookup, signatures

# Examples that name what a policy would have at hand: a token, a certificate, a request, an annotation.
NEED_CONTEXT = re.compile(
    r"\b(token|certificate|pem|cert|schema|url|config|header|opa\.runtime|rego\.metadata|print)\b"
)


def _examples() -> list[tuple[str, str]]:
    found = []
    for name in sorted(signatures()):
        if signatures()[name].deprecated or name.startswith("internal."):
            continue
        text = re.sub(r"\n\s+", " ", lookup(name).description)
        for example in re.findall(r"`([^`]+)`", text):
            if not NEED_CONTEXT.search(example) and _asserts(example):
                found.append((name, example))
    return found


def _asserts(code: str) -> bool:
    """Is it a condition, rather than a value that is merely mentioned?"""
    return bool(re.search(r" (==|<|>|=|:=|in) ", code)) or code.startswith(("startswith(", "walk("))


EXAMPLES = _examples()


def test_most_built_ins_have_an_example_that_runs() -> None:
    assert len({name for name, _ in EXAMPLES}) > 150


@pytest.mark.parametrize(("name", "code"), EXAMPLES)
def test_example_holds(name: str, code: str) -> None:
    assert gatewright.query(code), f"{code} is undefined or false"
