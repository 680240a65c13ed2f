"""Hypothesis strategies over well-formed modules with an input and data to match.

The generator draws from hypothesis, so that a program that fails a property is shrunk to the least one that does.
"""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.fuzz.programs import Program, generate


def programs(rego_version: str | None = None) -> st.SearchStrategy[Program]:
    """Programs of one dialect, or of both."""
    return st.randoms(use_true_random=False).map(lambda rng: generate(rng, rego_version=rego_version))
