"""The table of built-ins agrees with their decorators, and knowing them costs no imports."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from gatewright.builtins import HOSTED, lookup, signatures
from gatewright.builtins.declare import MODULES, arity
from gatewright.builtins.registry import all_registered
from gatewright.errors import RegoEvaluationError

HEAVY = ("cryptography", "graphql", "jsonschema", "re2", "yaml")


def test_there_are_all_206() -> None:
    assert len(signatures()) == 206


def test_table_is_what_the_decorators_say() -> None:
    for module in (*MODULES, *(entry.module for entry in HOSTED.values())):
        import_module(f"gatewright.builtins.{module}")
    declared = signatures(HOSTED)
    assert set(declared) == set(all_registered())
    for name, builtin in all_registered().items():
        entry = declared[name]
        assert entry.signature == builtin.signature
        assert entry.arity == arity(builtin.signature)
        assert builtin.function.__module__ == f"gatewright.builtins.{entry.module}"
        flags = ("context", "relation", "nondeterministic", "deprecated", "infix")
        assert [getattr(entry, flag) for flag in flags] == [getattr(builtin, flag) for flag in flags], name


@pytest.mark.parametrize("name", sorted(signatures()))
def test_each_is_found_and_described_with_an_example(name: str) -> None:
    builtin = lookup(name)
    assert builtin.name == name
    assert "`" in builtin.description, "an example is missing"


def test_one_that_nobody_has_written_fails_when_it_is_called() -> None:
    with pytest.raises(RegoEvaluationError, match=r"unsupported built-in: no\.such"):
        lookup("no.such").function(1)


def test_signatures_import_nothing_heavy() -> None:
    code = (
        "import sys, gatewright.builtins as b; b.signatures(); b.lookup('count');"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"
