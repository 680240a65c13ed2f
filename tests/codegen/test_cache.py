"""The cache of code objects: warm loads leave the front end alone, and damage does no harm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gatewright.codegen.cache import _ENTRIES, CodeCache
from gatewright.compiler import compile_modules
from gatewright.errors import RegoErrors

RULES = {"p.rego": 'package p\nviolation contains "no" if not input.review.ok'}

WARM = """
import sys
from pathlib import Path
from gatewright.codegen.cache import CodeCache
from gatewright.compiler import compile_modules
rules = {"p.rego": 'package p\\nviolation contains "no" if not input.review.ok'}
policy = compile_modules(rules, cache=CodeCache(Path(sys.argv[1])))
assert list(policy.entrypoint("data.p.violation").bind({})({})) == ["no"]
print([name for name in sys.modules if name.startswith(("gatewright.syntax", "gatewright.analysis"))])
"""


def violations(directory: Path) -> list[str]:
    policy = compile_modules(RULES, cache=CodeCache(directory))
    return list(policy.entrypoint("data.p.violation").bind({})({}))


def test_a_warm_load_imports_no_front_end(tmp_path: Path) -> None:
    violations(tmp_path)
    done = subprocess.run([sys.executable, "-c", WARM, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"\0" * 100])
def test_damaged_entries_are_made_again(tmp_path: Path, damage: bytes) -> None:
    violations(tmp_path)
    entries = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert entries
    for entry in entries:
        entry.write_bytes(damage)
    assert violations(tmp_path) == ["no"]


def test_a_directory_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert violations(blocked / "below") == ["no"]


def test_entries_are_private(tmp_path: Path) -> None:
    violations(tmp_path / "cache")
    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "cache").rglob("*")}
    assert modes == {0}


def test_policies_that_do_not_compile_are_not_remembered_as_good(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(RegoErrors):
            compile_modules({"p.rego": "package p\nr := x"}, cache=CodeCache(tmp_path))


def test_code_of_former_states_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for state in range(20):
        monkeypatch.setattr("gatewright.codegen.cache.engine_stamp", lambda state=state: f"state {state}")
        violations(tmp_path)
        assert len(list(tmp_path.iterdir())) == min(state + 1, 16)


def test_entries_are_bounded(tmp_path: Path) -> None:
    cache = CodeCache(tmp_path)
    keys = [f"00{number}" for number in range(_ENTRIES + 1)]
    for number, key in enumerate(keys):
        cache.put(key, [])
        if number < _ENTRIES:
            os.utime(cache._path(key), (number, number))
    kept = [cache.get(key) == [] for key in keys]
    assert kept == [number >= len(keys) // 2 for number in range(len(keys))]
