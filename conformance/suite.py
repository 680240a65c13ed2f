"""The runner's own parts: a Case, the fixtures' root, the known failures, and the tally of a kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent

# Kind on the command line → the module under conformance.kinds that yields its cases.
KINDS: dict[str, str] = {
    "opa-v0": "opa_cases",
    "opa-v1": "opa_cases",
    "opa-format": "opa_format",
    "opa-errors": "opa_errors",
    "opa-parser": "opa_parser",
    "opa-docs": "opa_docs",
    "rego-tables": "rego_tables",
    "gatekeeper-library": "gatekeeper_library",
    "gatekeeper-tables": "gatekeeper_tables",
    "test-gator": "test_gator",
    "yaml": "yaml",
    "manifests": "manifests_golden",
    "cel": "cel",
    "pss": "pss",
    "interpreter": "interpreter",
    "seed": "seed",
    "own": "own",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line selects: the kind asked for, the engine, and a category glob."""

    kind: str
    engine: str = "rego"
    category: str = "*"

    def selects(self, category: str) -> bool:
        return fnmatch(category, self.category)


@dataclass(frozen=True, slots=True)
class Case:
    """One case: `run` returns None when it passes, else what was wrong in a paragraph."""

    id: str
    run: Callable[[], str | None]


@dataclass(slots=True)
class Tally:
    """What came of a kind. `failures` and `stale` are what makes it fail."""

    kind: str
    passed: int = 0
    known: int = 0
    failures: list[tuple[str, str]] | None = None
    stale: list[str] | None = None

    @property
    def ok(self) -> bool:
        return not self.failures and not self.stale

    def line(self) -> str:
        """`opa-v1: 2110 passed, 0 failed, 0 skipped`: known failures count as skipped."""
        failed = len(self.failures or ()) + len(self.stale or ())
        return f"{self.kind}: {self.passed} passed, {failed} failed, {self.known} skipped"


def fixtures_root(given: str | None = None) -> Path | None:
    """Where the fixtures lie: the flag, else GATEWRIGHT_FIXTURES, else ../shared/fixtures; None when absent."""
    root = Path(given or os.environ.get("GATEWRIGHT_FIXTURES") or HERE.parent.parent / "shared" / "fixtures")
    return root if root.is_dir() else None


def known_failures(kind: str) -> dict[str, str]:
    """Case id → reason, from known_failures/<kind>.txt (tab-separated; `#` starts a comment line)."""
    path = HERE / "known_failures" / f"{kind}.txt"
    if not path.exists():
        return {}
    rows = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        case, _, reason = line.partition("\t")
        if not reason.strip():
            raise ValueError(f"{path}: {case!r} has no reason")
        rows[case] = reason.strip()
    return rows


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    """The cases of a kind; none where the root holds no such data."""
    module = import_module(f"conformance.kinds.{KINDS[options.kind]}")
    found: Iterator[Case] = module.cases(fixtures, options)
    return found


def run(fixtures: Path, options: Options) -> Tally:
    """Run a kind. A known failure that passes is stale, and fails the run."""
    tally = Tally(options.kind, failures=[], stale=[])
    known = known_failures(options.kind)
    assert tally.failures is not None
    assert tally.stale is not None
    for case in cases(fixtures, options):
        try:
            problem = case.run()
        except Exception as error:  # a crash is this case's failure, not the runner's
            problem = f"{type(error).__name__}: {error}"
        if problem is None:
            tally.passed += 1
            if case.id in known:
                tally.stale.append(case.id)
        elif case.id in known:
            tally.known += 1
        else:
            tally.failures.append((case.id, problem))
    return tally
