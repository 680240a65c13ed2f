"""The two ways to read the files a suite names: as the cluster reads manifests, or as `gator verify` reads them.

`gator verify` splits files on lines that start with `---`, drops blank and comment lines (inside block scalars too) and
reads YAML 1.2-like scalars. It is there for `gatewright gator verify`; `gatewright test` reads as the cluster does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from gatewright.errors import GatewrightError, ManifestError, SuiteError
from gatewright.harness.suite import Suite, is_suite, parse_suite
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from gatewright.manifests import Document


@record(frozen=True, slots=True)
class Reader:
    """`first` reads the one object of a file, of the kind named (ConstraintTemplate, Constraint, Suite); `all` every
    object.

    Both raise SuiteError where the file cannot be read. `shown` is what errors call a file, given its place and the
    path that the suite names; `told` is an error as a line of a report. `extended`: the suite's fields that gator does
    not know count.
    """

    first: Callable[[Path, str], dict[str, Any] | None]
    all: Callable[[Path], list[dict[str, Any]]]
    shown: Callable[[Path, str], str]
    told: Callable[[GatewrightError], str]
    extended: bool = True


def _cluster_all(path: Path) -> list[dict[str, Any]]:
    from gatewright import readers
    from gatewright.manifests import read_text

    if path.suffix == ".rego":
        return [_assembled(path)]
    content = _bytes(path, str(path))
    text = content.decode("utf-8", "replace")
    # A rule about Dockerfiles, workflows and the like has samples in those formats.
    kind = readers.detect(str(path), text)
    if kind is not None:
        return readers.read(kind, text, str(path))
    return _objects(read_text(content, str(path)))


def _assembled(path: Path) -> dict[str, Any]:
    """The template of a library rule, which is never stored: it is made of the rule and the modules it needs."""
    from gatewright import catalog
    from gatewright.export import template

    return template.assemble(catalog.read_rule(path))


def _cluster_first(path: Path, what: str) -> dict[str, Any] | None:
    return next(iter(_cluster_all(path)), None)


def _from_root(path: Path) -> str:
    """The path as gator shows it, for which the root is the empty path."""
    return os.path.abspath(path).removeprefix("/")


def _verify_all(path: Path) -> list[dict[str, Any]]:
    from gatewright.manifests import read_verify

    return _objects(read_verify(_bytes(path, _from_root(path)).decode("utf-8", "replace"), str(path)))


_PARSING: Final = {
    "ConstraintTemplate": "adding template: parsing ConstraintTemplate YAML",
    "Constraint": "adding constraint: parsing Constraint",
    "Suite": "invalid yaml: parsing Suite",
}


def _verify_first(path: Path, what: str) -> dict[str, Any] | None:
    from gatewright.manifests import read_verify_first

    name = _from_root(path)
    try:
        text = _bytes(path, name).decode("utf-8", "replace")
    except SuiteError as error:
        raise SuiteError(f'reading {what} from "{name}": {error.message}') from None
    try:
        value: dict[str, Any] = read_verify_first(text, str(path), kinded=what != "Suite")
    except ManifestError as error:
        raise SuiteError(f'{_PARSING[what]} from "{name}": {error.message}', error.location) from None
    return value


def _objects(items: Iterator[Document | ManifestError]) -> list[dict[str, Any]]:
    objects = []
    for item in items:
        if isinstance(item, ManifestError):
            raise _invalid(item)
        if not isinstance(item.value, dict):
            raise SuiteError(f"invalid yaml: expected an object, got {item.value!r:.60}", item.locate())
        objects.append(item.value)
    return objects


def _invalid(error: ManifestError) -> SuiteError:
    return SuiteError(f"invalid yaml: {error.message}", error.location, hint=error.hint)


def _bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SuiteError(f"open {name}: {(error.strerror or str(error)).lower()}") from None


def placed(error: GatewrightError) -> str:
    """An error as a line of a test report: gator's message, with the place in front where it is known."""
    where = error.location
    at = f"{where.file}:{where.row}:{where.col}: " if where is not None and where.row else ""
    return f"{at}{_coded(error)}"


def _coded(error: GatewrightError) -> str:
    return f"{error.code}: {error.message}" if error.code else error.message


AS_CLUSTER = Reader(_cluster_first, _cluster_all, lambda path, written: written, placed)
AS_GATOR_VERIFY = Reader(_verify_first, _verify_all, lambda path, written: _from_root(path), _coded, extended=False)


def load_suite(path: Path, read: Reader = AS_CLUSTER) -> Suite | None:
    """The suite a file holds, None for files that hold something else. Raises SuiteError for one that is broken."""
    document = read.first(path, "Suite")
    return parse_suite(document, path) if document is not None and is_suite(document) else None
