"""The seam between the host and the policy languages: what a driver offers, and which driver runs a template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatewright.errors import TemplateError, UsageError
from gatewright.gatekeeper.template import Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol, TypeAlias

    from gatewright.analysis import Capabilities
    from gatewright.codegen.cache import CodeCache
    from gatewright.gatekeeper.constraint import Constraint
    from gatewright.gatekeeper.review import Review
else:
    Protocol = object

# What one evaluation found: a message and the details that go with it.
Finding: TypeAlias = "tuple[str, Any]"
# The way from an object's root to a value: names and indexes.
Path: TypeAlias = "tuple[Any, ...]"
# What a rule leaves behind of its results: each with what led to it.
Evidence: TypeAlias = "Sequence[tuple[Any, Any]]"


class Rule(Protocol):
    """One constraint's policy, ready to run. `context` is shared by all rules that meet one review."""

    def __call__(self, review: Review, inventory: Any, context: Any) -> Iterable[Finding]: ...


class Policy(Protocol):
    """One template's compiled code."""

    reads_inventory: bool

    def bind(self, constraint: Constraint) -> Rule:
        """The rule of a constraint; everything that its parameters alone decide is computed here."""

    def paths(
        self, constraint: Constraint, review: Review, inventory: Any, context: Any, evidence: Evidence = ()
    ) -> dict[str, Path]:
        """For each message the place in the object that it is about, where the language can tell. `evidence` is what
        the rule has left in its context (runtime.trace), if it was asked to."""


class Driver(Protocol):
    """A policy language."""

    name: str
    # Whether its findings carry details; CEL's do not.
    has_details: bool

    def compile(self, template: Template) -> Policy:
        """The template's policy; TemplateError of stage add when its code is refused."""


def make_drivers(
    engine: str,
    *,
    cache: CodeCache | None,
    failure_policy: str,
    print_enabled: bool,
    external_data: bool = False,
    capabilities: Capabilities | None = None,
) -> tuple[Driver, ...]:
    """The drivers of an engine choice, in order of priority."""
    if engine not in ("cel", "rego", "both"):
        raise UsageError(f"unknown engine {engine!r}", hint="engines are cel, rego and both")
    from gatewright.gatekeeper.rego_driver import RegoDriver

    rego = RegoDriver(cache=cache, print_enabled=print_enabled, external_data=external_data, capabilities=capabilities)
    if engine == "rego":
        return (rego,)
    from gatewright.gatekeeper.cel_driver import CelDriver

    cel = CelDriver(failure_policy, cache)
    if engine == "cel":
        return (cel, rego)
    from gatewright.gatekeeper.both_driver import BothDriver

    return (BothDriver(cel, rego), rego)


def code_store(cache: CodeCache | bool | None) -> CodeCache | None:
    """Where compiled policies are kept between runs: as given, in the user's cache directory (True), or nowhere."""
    if cache is not True:
        return None if cache is False else cache
    from gatewright.codegen.cache import CodeCache

    return CodeCache()


def choose(template: Template, drivers: Sequence[Driver]) -> Driver:
    """The first driver, in order of priority, that the template has code for."""
    for driver in drivers:
        if template.code_for(driver.name) is not None:
            return driver
    known = " ".join(f"{name}:{i}" for name, i in sorted((d.name, i + 1) for i, d in enumerate(drivers)))
    message = "no language driver is installed that handles this constraint template"
    raise TemplateError(f'{message}: available drivers: map[{known}], wanted ""', stage="add")
