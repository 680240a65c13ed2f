"""Short ways to compile texts and to show what came of them, as fixtures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from gatewright.analysis import Program, compile_modules, compile_query
from gatewright.builtins import signatures
from gatewright.errors import RegoError, RegoErrors
from gatewright.syntax import node_text, parse_module, parse_query


def _program(*texts: str, rego_version: str = "v1", **options: Any) -> Program:
    modules = {}
    for i, text in enumerate(texts):
        name = f"{'abcdefgh'[i]}.rego"
        modules[name] = parse_module(text, file=name, rego_version=rego_version)
    return compile_modules(modules, builtins=signatures(), **options)


def _raised(*texts: str, **options: Any) -> tuple[RegoError, ...]:
    try:
        _program(*texts, **options)
    except RegoErrors as raised:
        return raised.errors
    return ()


def line(error: RegoError) -> str:
    where = f"{error.location.row}:{error.location.col}" if error.location else "-"
    return f"{where} {error.code.removeprefix('rego_').removesuffix('_error')}: {error.message}"


@pytest.fixture
def program() -> Callable[..., Program]:
    """The texts compiled together, as a.rego, b.rego, …"""
    return _program


@pytest.fixture
def raised() -> Callable[..., tuple[RegoError, ...]]:
    """The errors of some texts; none when they compile."""
    return _raised


@pytest.fixture
def errors() -> Callable[..., list[str]]:
    """`row:col code: message` of each error."""
    return lambda *texts, **options: [line(error) for error in _raised(*texts, **options)]


@pytest.fixture
def body() -> Callable[..., str]:
    """The compiled body of `p if { … }`."""

    def compiled(text: str, before: str = "", **options: Any) -> str:
        return node_text(
            _program(f"package t\n{before}\np if {{\n{text}\n}}", **options).find("data.t.p").rules[0].body
        )

    return compiled


@pytest.fixture
def query() -> Callable[..., tuple[str, Mapping[str, str]]]:
    """A compiled query as text, and what its generated variables were called."""

    def compiled(text: str, *texts: str, **options: Any) -> tuple[str, Mapping[str, str]]:
        plan = compile_query(parse_query(text), _program(*texts), **options)
        return node_text(plan.body), plan.names

    return compiled
