"""Programs made at random: whatever they are, they are answered, and as OPA answers them where OPA is installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conformance.fuzz.oracles import Gatewright, Opa
from conformance.fuzz.programs import Program, program
from conformance.fuzz.strategies import programs
from hypothesis import HealthCheck, given, settings

from gatewright.compiler import compile_modules
from gatewright.errors import GatewrightError
from gatewright.syntax.format import format_module

OURS = Gatewright()


@given(programs())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_every_program_has_a_value_or_one_of_our_errors(one: Program) -> None:
    OURS.answer(one)


@given(programs("v1"))
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_a_formatted_program_means_the_same(one: Program) -> None:
    try:
        compile_modules(one.modules, rego_version="v1")
    except GatewrightError:
        return
    formatted = {name: format_module(text, rego_version="v1", file=name) for name, text in one.modules.items()}
    again = Program(formatted, "v1", one.input, one.data)
    assert OURS.answer(again).agrees(OURS.answer(one))


@pytest.fixture(scope="module")
def opa() -> Iterator[Opa]:
    if not Opa.installed():
        pytest.skip("opa is not on PATH")
    oracle = Opa()
    yield oracle
    oracle.close()


def test_opa_agrees(opa: Opa) -> None:
    differing = [seed for seed in range(40) if not OURS.answer(program(seed)).agrees(opa.answer(program(seed)))]
    assert not differing
