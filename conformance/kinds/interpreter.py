"""`interpreter`: the programs of `rego-tables` and of OPA's own cases, answered by the interpreter that makes traces.

It is a third opinion on what the language means, which shares with the compiled code analysis and built-ins alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gatewright
from conformance.kinds import opa_cases, rego_eval
from conformance.suite import Case, Options
from gatewright.analysis import compile_query
from gatewright.compiler import compile_modules
from gatewright.runtime.context import Context, EvalOptions
from gatewright.runtime.json import from_python
from gatewright.runtime.plain import to_python
from gatewright.runtime.values import UNDEFINED
from gatewright.syntax import parse_query
from gatewright.tracing.session import trace_query

_TABLES = {"opa-v0": opa_cases, "opa-v1": opa_cases, "rego-tables": rego_eval}


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    for kind, table in _TABLES.items():
        for case in table.cases(fixtures, replace(options, kind=kind)):
            run = case.run
            assert isinstance(run, partial)
            yield Case(case.id, partial(run, query=query))


def query(
    text: str,
    *,
    modules: Mapping[str, str],
    data: Any = None,
    input: Any = UNDEFINED,
    input_term: str | None = None,
    rego_version: str = "v1",
    strict_builtin_errors: bool = False,
) -> list[dict[str, Any]]:
    """As gatewright.query."""
    policy = compile_modules(modules, rego_version=rego_version)
    given = gatewright.term(input_term) if input_term is not None else input
    context = Context(EvalOptions(strict_builtin_errors=strict_builtin_errors))
    plan = compile_query(parse_query(text), policy.program)
    document = given if given is UNDEFINED else from_python(given)
    traced = trace_query(plan, context, input=document, data=from_python(data or {}))
    context.raise_builtin_errors()
    if traced.error is not None:
        raise traced.error
    return [{name: to_python(value) for name, value in solution.items()} for solution in traced.solutions]
