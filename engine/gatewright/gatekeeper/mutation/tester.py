"""Path tests: at which depths of a location something must, or must not, be there already."""

from __future__ import annotations

from typing import Any

from gatewright.errors import MutationError
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper.mutation.path import Path, parse_path
from gatewright.records import field, record

MUST_EXIST = "MustExist"
MUST_NOT_EXIST = "MustNotExist"


@record(frozen=True, slots=True)
class Tester:
    """Conditions by depth; depths without one accept everything."""

    conditions: dict[int, str] = field(default_factory=dict)

    def exists_okay(self, depth: int) -> bool:
        condition = self.conditions.get(depth)
        return condition is None or condition == MUST_EXIST

    def missing_okay(self, depth: int) -> bool:
        condition = self.conditions.get(depth)
        return condition is None or condition == MUST_NOT_EXIST


def read_tester(name: str, kind: str, location: Path, tests: list[dict[str, Any]]) -> Tester:
    """The tester of a mutator's pathTests; MutationError when they do not parse, fit or agree."""
    parsed = []
    for test in tests:
        text = test.get("subPath", "")
        try:
            parsed.append((parse_path(text), test.get("condition", "")))
        except MutationError as error:
            raise MutationError(f"problem parsing sub path `{text}` for {kind} {name}: {error.message}") from error
    return make_tester(location, parsed)


def make_tester(location: Path, tests: list[tuple[Path, str]]) -> Tester:
    for path, _ in tests:
        if not location.starts_with(path):
            where = f"subpath {quote(str(path))} is not a prefix of location {quote(str(location))}"
            raise MutationError(f"all subpaths must be a prefix of the `location` value of the mutation: {where}")
    conditions: dict[int, str] = {}
    paths: dict[int, Path] = {}
    for path, condition in tests:
        conditions[len(path.nodes) - 1] = condition
        paths[len(path.nodes) - 1] = path
    for path, condition in tests:
        if conditions[len(path.nodes) - 1] != condition:
            what = f"path {quote(str(path))} is marked both MustExist and MustNotExist"
            raise MutationError(f"conflicting path test conditions: {what}")
    _check_order(tests, paths)
    return Tester(conditions)


def _check_order(tests: list[tuple[Path, str]], paths: dict[int, Path]) -> None:
    # Gatekeeper compares the places in the list of tests, not the depths, and names the paths found at those depths.
    lowest = min((i for i, (_, c) in enumerate(tests) if c == MUST_NOT_EXIST), default=len(tests) + 1)
    highest = max((i for i, (_, c) in enumerate(tests) if c == MUST_EXIST), default=0)
    if highest > lowest:
        child, parent = (quote(str(paths[i])) if i in paths else "<nil>" for i in (highest, lowest))
        what = f"path {child} is marked MustExist but parent {parent} MustNotExist"
        raise MutationError(f"conflicting path test conditions: {what}")
