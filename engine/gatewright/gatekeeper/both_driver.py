"""Both languages of a template run on every review: CEL's answer counts, and Rego's is held against it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gatewright.errors import RegoError
from gatewright.gatekeeper.constraint import DENY, SCOPED
from gatewright.gatekeeper.drivers import Driver, Evidence, Finding, Path, Policy, Rule
from gatewright.gatekeeper.rego_driver import error_text
from gatewright.gatekeeper.result import ConstraintRef, ObjectRef, Violation
from gatewright.gatekeeper.template import CEL, Template
from gatewright.records import field, record

if TYPE_CHECKING:
    from gatewright.gatekeeper.constraint import Constraint
    from gatewright.gatekeeper.review import Review


@record(frozen=True, slots=True)
class Disagreement:
    """What the two languages of a template said of one object, where only one of them objects."""

    constraint: ConstraintRef
    object: ObjectRef
    action: str
    cel: tuple[str, ...]
    rego: tuple[str, ...]

    def __str__(self) -> str:
        sides = (
            f"{name} says {'; '.join(said) or 'nothing'}" for name, said in (("cel", self.cel), ("rego", self.rego))
        )
        return f"cel and rego disagree: {', '.join(sides)}"

    def violation(self) -> Violation:
        """The same as a finding of its own; what each language said is in the details."""
        said = {"cel": list(self.cel), "rego": list(self.rego)}
        return Violation(str(self), said, self.action, self.constraint, self.object)


@record(slots=True)
class BothDriver:
    """Stands for the CEL driver; templates without Rego are left to CEL alone."""

    cel: Driver
    rego: Driver
    disagreements: list[Disagreement] = field(default_factory=list)
    name: str = CEL
    has_details: bool = False

    def compile(self, template: Template) -> Policy:
        policy = self.cel.compile(template)
        if template.code_for(self.rego.name) is None:
            return policy
        other = self.rego.compile(template)
        return _BothPolicy(policy, other, self.disagreements, other.reads_inventory)


@record(slots=True)
class _BothPolicy:
    cel: Policy
    rego: Policy
    disagreements: list[Disagreement]
    reads_inventory: bool

    def bind(self, constraint: Constraint) -> Rule:
        first, second = self.cel.bind(constraint), self.rego.bind(constraint)

        def rule(review: Review, inventory: Any, context: Any) -> Iterable[Finding]:
            found = list(first(review, inventory, context))
            # What leads to Rego's findings is of no interest.
            evidence, context.evidence = context.evidence, None
            try:
                others = [message for message, _ in second(review, inventory, context)]
            except RegoError as error:
                others = [error_text(error)]
            finally:
                context.evidence = evidence
            messages = [message for message, _ in found]
            # The wording of the two may differ; the verdict must not.
            if bool(messages) != bool(others):
                request = review.rego
                obj = ObjectRef.of(request.get("object") or request.get("oldObject") or {})
                action = DENY if constraint.enforcement_action == SCOPED else constraint.enforcement_action
                self.disagreements.append(Disagreement(constraint.ref, obj, action, tuple(messages), tuple(others)))
            return found

        return rule

    def paths(
        self, constraint: Constraint, review: Review, inventory: Any, context: Any, evidence: Evidence = ()
    ) -> dict[str, Path]:
        return self.cel.paths(constraint, review, inventory, context, evidence)
