"""`gatewright.query` and `gatewright.term`: Rego from Python, values as JSON gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.runtime.values import UNDEFINED


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
    input written as a Rego term. Without either there is no input document; `input=None` is the input null. Raises a
    GatewrightError for whatever is wrong.
    """
    from gatewright.compiler import compile_modules
    from gatewright.runtime.context import EvalOptions
    from gatewright.runtime.limits import deep
    from gatewright.runtime.plain import to_python

    with deep():
        policy = compile_modules(_texts(modules or {}), rego_version=rego_version)
        if input_term is not None:
            input = term(input_term)
        elif input is not UNDEFINED:
            input = _document("input", input)
        options = EvalOptions(strict_builtin_errors=strict_builtin_errors)
        solutions = policy.query(query).evaluate(input=input, data=_document("data", data or {}), options=options)
        return [{name: to_python(value) for name, value in solution.items()} for solution in solutions]


def _texts(modules: Any) -> Mapping[str, str]:
    from gatewright.errors import UsageError

    if not isinstance(modules, Mapping) or not all(isinstance(text, str) for text in modules.values()):
        raise UsageError("modules are texts by name", hint='modules={"policy.rego": "package policy …"}')
    return modules


def _document(name: str, value: Any) -> Any:
    from gatewright.errors import UsageError
    from gatewright.runtime.json import from_python

    try:
        return from_python(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name}: {error}") from None


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
