"""Which files under the given paths hold tests: suites (YAML) and Rego modules with `test_` rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gatewright.errors import GatewrightError, UsageError
from gatewright.harness.reading import AS_CLUSTER, Reader
from gatewright.harness.runner import load_suite
from gatewright.harness.suite import Suite

_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Found:
    """The suites, the Rego files (tests and what they test: one set), and files that could not be read."""

    suites: tuple[Suite, ...]
    rego: tuple[Path, ...]
    errors: tuple[tuple[Path, GatewrightError], ...]


def discover(paths: Iterable[Path], read: Reader = AS_CLUSTER) -> Found:
    """Look through files and directories (recursively; `dir/...` is the same). Raises UsageError for a missing path."""
    suites, rego, errors = [], [], []
    for path in dict.fromkeys(file for given in paths for file in _files(given)):
        if path.suffix == ".rego":
            rego.append(path)
            continue
        try:
            if (suite := load_suite(path, read)) is not None:
                suites.append(suite)
        except GatewrightError as error:
            errors.append((path, error))
    return Found(tuple(suites), tuple(rego), tuple(errors))


def _files(given: Path) -> Iterator[Path]:
    if given.name == "...":
        given = given.parent
    if given.is_file():
        if given.suffix not in (*_YAML, ".rego"):
            raise UsageError(f"{given}: not a suite (.yaml, .yml) or Rego file (.rego)")
        yield given
        return
    if not given.is_dir():
        raise UsageError(f"{given}: no such file or directory")
    for path in sorted(given.rglob("*")):
        if path.suffix in (*_YAML, ".rego") and path.is_file() and _may_hold_tests(path):
            yield path


def _may_hold_tests(path: Path) -> bool:
    # A look at the bytes spares parsing every manifest of a tree.
    return path.suffix == ".rego" or b"test.gatekeeper.sh" in path.read_bytes()
