"""The CEL driver: K8sNativeValidation templates on the CEL room's programs."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.errors import TemplateError
from gatewright.gatekeeper.drivers import Finding, Path, Policy, Rule
from gatewright.gatekeeper.template import CEL, Template
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.cel.inputs import Inputs
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

    def compile(self, template: Template) -> Policy:
        from gatewright.cel.driver import compile_template
        from gatewright.gatekeeper.reading.cel import decode_source

        code = template.code_for(CEL)
        if code is None or not isinstance(code.source, dict):
            raise TemplateError("could not recognize the type")
        source = decode_source(code.source)
        program = compile_template(source, default_failure_policy=self.failure_policy, cache=self.cache)
        return _CelPolicy(program)


@record(slots=True)
class _CelPolicy:
    program: Any
    reads_inventory: bool = False

    def bind(self, constraint: Constraint) -> Rule:
        bound = self.program.bind(constraint.document)

        def rule(review: Review, inventory: Any, context: Any) -> Iterable[Finding]:
            return [(message, None) for message in bound(_inputs_of(review))]

        return rule

    def paths(self, constraint: Constraint, review: Review, inventory: Any, context: Any) -> dict[str, Path]:
        from gatewright.gatekeeper.evidence import subject

        places = _places_of(review)
        found: dict[str, Path] = {}
        for message, reads in self.program.evidence(constraint.document, _inputs_of(review)):
            if message not in found:
                found[message] = subject(places, reads)
        return found

    def located(
        self, constraint: Constraint, review: Review, inventory: Any, context: Any
    ) -> tuple[list[Finding], dict[str, Path]] | None:
        return None


def _inputs_of(review: Review) -> Inputs:
    """What expressions see of a review."""
    inputs: Inputs | None = review.made.get("cel inputs")
    if inputs is None:
        from gatewright.cel.inputs import Inputs

        inputs = review.made["cel inputs"] = Inputs(review.rego, review.rego["namespaceObject"] or None)
    return inputs


def _places_of(review: Review) -> Places:
    """Where what expressions read stands in a review."""
    places: Places | None = review.made.get("cel places")
    if places is None:
        places = review.made["cel places"] = review.places_in(review.rego)
        if review.read is None:
            # Exact functions do not tell how they came to the members of a list.
            places.search()
    return places
