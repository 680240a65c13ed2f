"""The CEL driver: K8sNativeValidation templates on the CEL room's programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gatewright.errors import TemplateError
from gatewright.gatekeeper.drivers import Finding, Path, Policy, Rule
from gatewright.gatekeeper.template import CEL, Template
from gatewright.records import field, record

if TYPE_CHECKING:
    from gatewright.codegen.cache import CodeCache
    from gatewright.gatekeeper.constraint import Constraint
    from gatewright.gatekeeper.review import Review
    from gatewright.runtime.trace import Places


@record(slots=True)
class CelDriver:
    """`failure_policy` is for templates that name none."""

    failure_policy: str = "Fail"
    cache: CodeCache | None = None
    name: str = CEL
    has_details: bool = False
    latest: _Latest = field(default_factory=lambda: _Latest())

    def compile(self, template: Template) -> Policy:
        from gatewright.cel.driver import compile_template

        code = template.code_for(CEL)
        if code is None or not isinstance(code.source, dict):
            raise TemplateError("could not recognize the type")
        program = compile_template(code.source, default_failure_policy=self.failure_policy, cache=self.cache)
        return _CelPolicy(program, self.latest)


@record(slots=True)
class _Latest:
    """What expressions see of the review at hand, made once for all constraints that meet it."""

    review: Review | None = None
    inputs: Any = None
    places: Places | None = None

    def of(self, review: Review) -> Any:
        if self.review is not review:
            from gatewright.cel.inputs import Inputs

            self.inputs = Inputs(review.rego, review.rego["namespaceObject"] or None)
            self.review = review
            self.places = None
        return self.inputs

    def places_of(self, review: Review) -> Places:
        """Where what expressions read stands in the review."""
        self.of(review)
        if self.places is None:
            from gatewright.runtime.trace import Places

            self.places = Places({"review": review.rego})
            # Exact functions do not tell how they came to the members of a list.
            self.places.search()
        return self.places


@record(slots=True)
class _CelPolicy:
    program: Any
    latest: _Latest
    reads_inventory: bool = False

    def bind(self, constraint: Constraint) -> Rule:
        bound = self.program.bind(constraint.document)
        inputs_of = self.latest.of

        def rule(review: Review, inventory: Any, context: Any) -> Iterable[Finding]:
            return [(message, None) for message in bound(inputs_of(review))]

        return rule

    def paths(self, constraint: Constraint, review: Review, inventory: Any, context: Any) -> dict[str, Path]:
        from gatewright.gatekeeper.evidence import subject

        places = self.latest.places_of(review)
        found: dict[str, Path] = {}
        for message, reads in self.program.evidence(constraint.document, self.latest.of(review)):
            if message not in found:
                found[message] = subject(places, reads)
        return found
