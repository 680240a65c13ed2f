"""Programs made at random mean the same to the interpreter and to the compiled code."""

from __future__ import annotations

from conformance.fuzz.oracles import Gatewright, Interpreter
from conformance.fuzz.programs import Program
from conformance.fuzz.strategies import programs
from hypothesis import HealthCheck, given, settings


@given(programs())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_same_answers(one: Program) -> None:
    assert Interpreter().answer(one).agrees(Gatewright().answer(one))
