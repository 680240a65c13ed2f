"""Which files under the given paths hold tests, and which hold what tests need: suites, Rego modules, data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gatewright.errors import GatewrightError, UsageError
from gatewright.harness.reading import AS_CLUSTER, Reader, load_suite
from gatewright.harness.suite import Suite
from gatewright.loading import Ignore, ignoring
from gatewright.records import record

_YAML = (".yaml", ".yml")
_KINDS = (*_YAML, ".json", ".rego")
# What stands in Kubernetes' objects, JSON or YAML; those are samples, and no data for Rego.
_OBJECT = re.compile(rb"""^[\s{]*["']?apiVersion["']?[ \t]*:""", re.MULTILINE)


@record(frozen=True, slots=True)
class Found:
    """The suites, the Rego files (tests and what they test: one set), and files that could not be read.

    `no_data` are the YAML and JSON files that are no documents of Rego's: suites and their samples.
    """

    suites: tuple[Suite, ...]
    rego: tuple[Path, ...]
    no_data: frozenset[Path]
    errors: tuple[tuple[Path, GatewrightError], ...]

    def is_data(self, path: str) -> bool:
        return Path(path) not in self.no_data


def discover(paths: Iterable[Path], read: Reader = AS_CLUSTER, *, ignore: Sequence[str] = ()) -> Found:
    """Look through files and directories (recursively; `dir/...` is the same). Raises UsageError for a missing path.

    As for `opa test`, JSON and YAML is data where it is not something else: a suite, what a suite names, or an object
    of Kubernetes below a directory.
    """
    suites: list[Suite] = []
    rego: list[Path] = []
    no_data: set[Path] = set()
    errors: list[tuple[Path, GatewrightError]] = []
    leave_out = ignoring(ignore)
    for path, named in dict.fromkeys(each for given in paths for each in _files(given, leave_out)):
        if path.suffix == ".rego":
            rego.append(path)
            continue
        try:
            suite = load_suite(path, read) if path.suffix in _YAML and _says(path, b"test.gatekeeper.sh") else None
            if suite is not None:
                suites.append(suite)
                no_data.update(suite.files())
            if suite is not None or (not named and _OBJECT.search(path.read_bytes())):
                no_data.add(path)
        except GatewrightError as error:
            no_data.add(path)
            errors.append((path, error))
    return Found(tuple(suites), tuple(rego), frozenset(no_data), tuple(errors))


def _files(given: Path, ignore: Ignore) -> Iterator[tuple[Path, bool]]:
    """Files, each with whether it was named itself."""
    if given.name == "...":
        given = given.parent
    if given.is_file():
        if given.suffix not in _KINDS:
            raise UsageError(f"{given}: not a suite (.yaml, .yml), Rego (.rego) or data (.json, .yaml)")
        yield given, True
        return
    if not given.is_dir():
        raise UsageError(f"{given}: no such file or directory")
    for path in sorted(given.rglob("*")):
        inner = path.relative_to(given).parts
        if path.suffix in _KINDS and path.is_file() and not any(ignore(part, 1) for part in inner):
            yield path, False


def _says(path: Path, word: bytes) -> bool:
    # A look at the bytes spares parsing every manifest of a tree.
    return word in path.read_bytes()
