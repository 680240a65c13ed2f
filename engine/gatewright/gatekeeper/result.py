"""What a review yields: plain data that hosts produce and reports read."""

from __future__ import annotations

from gatewright.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.source import Location


@record(frozen=True, slots=True)
class ConstraintRef:
    """Which constraint spoke."""

    api_version: str
    kind: str
    name: str


@record(frozen=True, slots=True)
class ObjectRef:
    """Which object was reviewed; `namespace` is "" for cluster-scoped objects."""

    api_version: str
    kind: str
    name: str
    namespace: str = ""

    @classmethod
    def of(cls, obj: dict[str, Any]) -> ObjectRef:
        metadata = obj.get("metadata")
        if not isinstance(metadata, dict):
            metadata = {}
        return cls(
            str(obj.get("apiVersion") or ""),
            str(obj.get("kind") or ""),
            str(metadata.get("name") or metadata.get("generateName") or ""),
            str(metadata.get("namespace") or ""),
        )


@record(frozen=True, slots=True)
class Violation:
    """One result of one constraint on one object.

    `details` is the Rego result's details ({} when it gave none; None for results that are not a policy's own:
    autorejects, evaluation errors, CEL). `enforcement_action` is "scoped" where the constraint says so, and
    `scoped_actions` then lists the actions in force at the enforcement point. `location` is filled in by whoever
    knows the object's file. `expanded_by` names the ExpansionTemplate whose resultant was at fault. `metadata` carries
    what the rule says of itself (severity, title, id, references, fix), when it does.
    """

    message: str
    details: Any
    enforcement_action: str
    constraint: ConstraintRef
    object: ObjectRef
    scoped_actions: tuple[str, ...] = ()
    location: Location | None = None
    expanded_by: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    def at(self, location: Location) -> Violation:
        """The same at a place."""
        return Violation(
            self.message,
            self.details,
            self.enforcement_action,
            self.constraint,
            self.object,
            self.scoped_actions,
            location,
            self.expanded_by,
            self.metadata,
        )

    @property
    def denies(self) -> bool:
        """Whether the cluster would reject the request because of this."""
        return self.enforcement_action == "deny" or "deny" in self.scoped_actions
