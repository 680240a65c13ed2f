"""What a host holds: templates with their drivers, and constraints as its index finds them."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.gatekeeper.constraint import Constraint
from gatewright.gatekeeper.drivers import Driver, Policy, Rule
from gatewright.gatekeeper.match import Subject
from gatewright.gatekeeper.template import Template
from gatewright.records import record


@record(slots=True)
class Entry:
    """A constraint as the index holds it; its rule is bound at its first match."""

    constraint: Constraint
    policy: LoadedPolicy
    check: Callable[[Subject], bool] | None
    actions: tuple[str, ...]
    rule: Rule | None = None


@record(slots=True)
class LoadedPolicy:
    """A template with its driver; compiled on demand."""

    template: Template
    driver: Driver
    compiled: Policy | None = None
    known_to_read_inventory: bool | None = None

    @property
    def reads_inventory(self) -> bool:
        """Whether the code looks at data.inventory; compiles it if that is not known."""
        if self.known_to_read_inventory is None:
            self.known_to_read_inventory = self.policy().reads_inventory
        return self.known_to_read_inventory

    def policy(self) -> Policy:
        if self.compiled is None:
            self.compiled = self.driver.compile(self.template)
        return self.compiled
