"""What compiled code and kept results belong to changes with gatewright, and with what is shipped beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright import shipped, stamp
from gatewright._version import __version__


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with modules, as if it were gatewright's."""
    package = tmp_path / "gatewright"
    for module in ("__init__.py", "errors.py", "room/__init__.py", "room/inner/deep.py", "_data/library/x.py"):
        (package / module).parent.mkdir(parents=True, exist_ok=True)
        (package / module).write_text("")
    monkeypatch.setattr(stamp, "_PACKAGE", str(package))
    return package


def now() -> str:
    stamp.engine_stamp.cache_clear()
    stamp.installation.cache_clear()
    return stamp.engine_stamp()


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    now()


@pytest.mark.parametrize("module", ["errors.py", "room/inner/deep.py", "new.py"])
def test_a_checkout_is_what_its_modules_are(package: Path, module: str) -> None:
    before = now()
    (package / module).write_text("")
    os.utime(package / module, ns=(1 << 61, 1 << 61))
    assert now() != before
    (package / "notes.txt").write_text("")
    (package / "__pycache__").mkdir()
    assert now() == now() != before


def test_an_installation_is_one_file(package: Path) -> None:
    before = now()
    record = package.parent / f"gatewright-{__version__}.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("")
    installed = now()
    assert installed != before
    os.utime(package / "errors.py", ns=(1 << 61, 1 << 61))
    assert now() == installed
    os.utime(record, ns=(1 << 61, 1 << 61))
    assert now() != installed


def test_what_is_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in ("library/lib/a.rego", "library/pod/one/rule.rego", "library/pod/one/samples/pass/a.yaml"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("")
    (tmp_path / "policies" / "set").mkdir(parents=True)
    (tmp_path / "policies" / "set" / "policy.yaml").write_text("")
    monkeypatch.setattr(shipped, "shipped_directory", lambda name: str(tmp_path / name))
    monkeypatch.setattr(shipped, "installation", lambda: "")
    stamps = [shipped.shipped_stamp()]
    os.utime(tmp_path / "library/pod/one/samples/pass/a.yaml", ns=(1 << 61, 1 << 61))
    assert shipped.shipped_stamp() == stamps[0]
    for file in ("library/lib/a.rego", "library/pod/one/rule.rego", "policies/set/policy.yaml"):
        os.utime(tmp_path / file, ns=(1 << 61, 1 << 61))
        stamps.append(shipped.shipped_stamp())
    assert len(set(stamps)) == 4
    monkeypatch.setattr(shipped, "installation", lambda: "today")
    assert shipped.shipped_stamp() == b"today"
