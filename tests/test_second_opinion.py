"""regopy in its own process: it answers, it refuses, and it may die without taking us along."""

from __future__ import annotations

import sys

import pytest

from gatewright.second_opinion import SecondOpinion, SecondOpinionError

MODULE = "package p\n\nevens contains x if {\n\tsome x in input.xs\n\tx % 2 == 0\n}\n"


@pytest.fixture
def regopy():
    with SecondOpinion() as opinion:
        yield opinion


def test_answers_a_query(regopy):
    assert regopy.ask({"p.rego": MODULE}, "data.p.evens", input={"xs": [1, 2, 4]}) == [2, 4]


def test_data_is_a_document(regopy):
    assert regopy.ask({}, "data.k.v", data={"k": {"v": 3}}) == 3


def test_undefined_is_none(regopy):
    assert regopy.ask({"p.rego": MODULE}, "data.p.nothing") is None


def test_a_refusal_is_an_error(regopy):
    with pytest.raises(SecondOpinionError, match="unclosed"):
        regopy.ask({"p.rego": "package p\n\nq if {"}, "data.p.q")


def test_a_crash_is_an_error_and_the_next_question_is_answered(regopy):
    regopy.ask({"p.rego": MODULE}, "data.p.evens", input={"xs": []})
    assert regopy._process is not None
    regopy._process.kill()
    regopy._process.wait()
    assert regopy.ask({"p.rego": MODULE}, "data.p.evens", input={"xs": [2]}) == [2]


def test_no_answer_in_time_is_an_error():
    with SecondOpinion(timeout_s=0.0) as hasty, pytest.raises(SecondOpinionError, match="no answer in 0 s"):
        hasty.ask({"p.rego": MODULE}, "data.p.evens", input={"xs": [1]})


def test_a_process_that_dies_at_once_is_an_error(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    for _ in range(20):  # whether its pipe breaks before or after the question is a race
        with SecondOpinion() as opinion, pytest.raises(SecondOpinionError, match="process ended with"):
            opinion.ask({"p.rego": MODULE * 1000}, "data.p.evens", input={"xs": [1]})
