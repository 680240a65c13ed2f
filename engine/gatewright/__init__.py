"""gatewright: policy as code for Kubernetes, offline. Gatekeeper and Rego policies compiled to Python functions.

import gatewright

gatewright.query("data.example.allow = x", modules={"example.rego": text}, input={"user": "ann"})
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gatewright.errors import GatewrightError
from gatewright.runtime.values import UNDEFINED

if TYPE_CHECKING:
    from gatewright.gatekeeper.host import Host

__version__ = "0.1.0"

__all__ = ["GatewrightError", "Host", "__version__", "query"]


def query(
    query: str,
    *,
    modules: Mapping[str, str] | None = None,
    data: Any = None,
    input: Any = UNDEFINED,
    input_term: str | None = None,
    rego_version: str = "v1",
    strict_builtin_errors: bool = False,
) -> list[dict[str, Any]]:
    """The solutions of a Rego query: for each the values of its variables, as JSON gives them.

    Sets come as lists in Rego's order, object keys that are no strings as their JSON text. `input_term` is the
    input written as a Rego term. Without either there is no input document; `input=None` is the input null.
    """
    from gatewright.compiler import compile_modules
    from gatewright.runtime.context import EvalOptions
    from gatewright.runtime.json import from_python, to_python
    from gatewright.runtime.limits import deep

    with deep():
        policy = compile_modules(modules or {}, rego_version=rego_version)
        if input_term is not None:
            input = term(input_term)
        elif input is not UNDEFINED:
            input = from_python(input)
        options = EvalOptions(strict_builtin_errors=strict_builtin_errors)
        solutions = policy.query(query).evaluate(input=input, data=from_python(data or {}), options=options)
        return [{name: to_python(value) for name, value in solution.items()} for solution in solutions]


def term(text: str) -> Any:
    """The value of a ground Rego term, such as `{"a": {1, 2}}`."""
    from gatewright.codegen.terms import constant
    from gatewright.codegen.writer import NOTHING
    from gatewright.errors import RegoSyntaxError
    from gatewright.syntax import parse_term

    value = constant(parse_term(text).value)
    if value is NOTHING:
        raise RegoSyntaxError(f"not a ground term: {text}")
    return value


def __getattr__(name: str) -> Any:
    # The host reads manifests and templates; those who only run Rego do not pay for it.
    if name == "Host":
        from gatewright.gatekeeper.host import Host

        return Host
    raise AttributeError(f"module 'gatewright' has no attribute {name!r}")
