"""Constraints in force: what they hold, and where they are enforced. `reading.constraint` makes them of documents."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.gatekeeper import kube
from gatewright.gatekeeper.match import CompiledMatch
from gatewright.gatekeeper.result import ConstraintRef
from gatewright.gatekeeper.template import CONSTRAINT_GROUP, Template
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

SCOPED: Final = "scoped"
DENY: Final = "deny"
EVERY_POINT: Final = "*"
AUDIT_POINT: Final = "audit.gatekeeper.sh"
GATOR_POINT: Final = "gator.gatekeeper.sh"
WEBHOOK_POINT: Final = "validation.gatekeeper.sh"


@record(frozen=True, slots=True)
class Constraint:
    """A constraint in force: its template, its document with defaults, its compiled match, its actions.

    `actions` maps an enforcement point to the actions there; None unless the action is "scoped". `metadata` is what
    template and constraint say of the rule in their annotations.
    """

    template: Template
    document: kube.Object
    parameters: Any
    matcher: CompiledMatch
    enforcement_action: str
    actions: tuple[tuple[str, tuple[str, ...]], ...] | None
    ref: ConstraintRef
    metadata: dict[str, Any]

    @property
    def name(self) -> str:
        return self.ref.name

    def actions_at(self, points: Iterable[str]) -> tuple[str, ...] | None:
        """The scoped actions at enforcement points, () for a plain action; None where it is not enforced."""
        if self.actions is None:
            return ()
        found: dict[str, None] = {}
        for point in points:
            for name, actions in self.actions:
                if name in (point, EVERY_POINT):
                    found.update(dict.fromkeys(actions))
        return tuple(found) or None


def is_constraint(obj: kube.Object) -> bool:
    return kube.gvk_of(obj).group == CONSTRAINT_GROUP
