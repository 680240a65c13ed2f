"""How the tests of built-ins call one: by name, errors as their text with OPA's code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gatewright.builtins import BuiltinError, lookup
from gatewright.runtime.context import Context, EvalOptions

NOW_NS = 1_700_000_000_123_456_789


@pytest.fixture
def call() -> Callable[..., Any]:
    """call(name, *operands): the result, or `code: message` of the built-in error."""
    context = Context(EvalOptions(now_ns=NOW_NS, seed=1))

    def _call(name: str, *operands: Any) -> Any:
        builtin = lookup(name)
        first = (context,) if builtin.context else ()
        try:
            return builtin.function(*first, *operands)
        except BuiltinError as error:
            return f"{error.code}: {error.message}"

    return _call
