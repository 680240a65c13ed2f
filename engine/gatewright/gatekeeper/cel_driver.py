"""The CEL driver: K8sNativeValidation templates on the CEL room's programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatewright.errors import TemplateError
from gatewright.gatekeeper.drivers import Evidence, Finding, Path, Policy, Rule
from gatewright.gatekeeper.template import CEL, Template
from gatewright.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from gatewright.cel.driver import Program, Record
    from gatewright.cel.inputs import Inputs
    from gatewright.codegen.cache import CodeCache
    from gatewright.gatekeeper.constraint import Constraint
    from gatewright.gatekeeper.review import Review
    from gatewright.runtime.trace import Places


_INPUTS: Final = "cel inputs"


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
    program: Program
    reads_inventory: bool = False
    recorders: dict[str, tuple[Constraint, Record]] = field(default_factory=dict)

    def bind(self, constraint: Constraint) -> Rule:
        bound = self.program.bind(constraint.document)
        asked = objected = 0

        def rule(review: Review, inventory: Any, context: Any) -> Iterable[Finding]:
            nonlocal asked, objected
            asked += 1
            inputs: Inputs = review.made.get(_INPUTS) or _inputs_of(review)
            messages: Sequence[str] | None = None
            if objected * 5 > asked > _ENOUGH and context.evidence is not None:
                messages = self._recorded(constraint, inputs, context)
            if messages is None:
                messages = bound(inputs)
            if not messages:
                return ()
            objected += 1
            return [(message, None) for message in messages]

        return rule

    def _recorded(self, constraint: Constraint, inputs: Inputs, context: Any) -> list[str] | None:
        """What a constraint says that objects to more than one in five objects: it had better record all of them."""
        if self.program.source.match_conditions:
            return None  # which the recorder does not ask
        told = self._recorder(constraint)(inputs)
        if told is None:
            return None
        context.evidence = told
        return [message for message, _ in told]

    def paths(
        self, constraint: Constraint, review: Review, inventory: Any, context: Any, evidence: Evidence = ()
    ) -> dict[str, Path]:
        if evidence:
            return paths_of(review, evidence)
        inputs = _inputs_of(review)
        told = self._recorder(constraint)(inputs)
        return paths_of(review, self.program.evidence(constraint.document, inputs) if told is None else told)

    def _recorder(self, constraint: Constraint) -> Record:
        of, recorder = self.recorders.get(constraint.ref.name, (None, None))
        if recorder is None or of is not constraint:
            recorder = self.program.recorder(constraint.document)
            self.recorders[constraint.ref.name] = (constraint, recorder)
        return recorder


# So many objects are asked about before it shows how often a constraint objects.
_ENOUGH = 32


def paths_of(review: Review, told: Iterable[tuple[str, Any]]) -> dict[str, Path]:
    """For each message the place in the object that the reads before it lead to."""
    from gatewright.gatekeeper.evidence import subject

    places = _places_of(review)
    found: dict[str, Path] = {}
    for message, reads in told:
        if message not in found:
            found[message] = subject(places.ends(reads))
    return found


def _inputs_of(review: Review) -> Inputs:
    """What expressions see of a review."""
    inputs: Inputs | None = review.made.get(_INPUTS)
    if inputs is None:
        from gatewright.cel.inputs import Inputs

        inputs = review.made[_INPUTS] = Inputs(review.rego, review.rego["namespaceObject"] or None)
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
