"""The CEL driver: K8sNativeValidation templates on the CEL room's programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatewright.errors import TemplateError
from gatewright.gatekeeper.drivers import Finding, Path, Policy, Rule
from gatewright.gatekeeper.template import CEL, Template

if TYPE_CHECKING:
    from gatewright.codegen.cache import CodeCache
    from gatewright.gatekeeper.constraint import Constraint
    from gatewright.gatekeeper.review import Review


@dataclass(slots=True)
class CelDriver:
    """`failure_policy` is for templates that name none."""

    failure_policy: str = "Fail"
    cache: CodeCache | None = None
    name: str = CEL
    has_details: bool = False

    def compile(self, template: Template) -> Policy:
        from gatewright.cel.driver import compile_template

        code = template.code_for(CEL)
        if code is None or not isinstance(code.source, dict):
            raise TemplateError("could not recognize the type")
        return _CelPolicy(compile_template(code.source, default_failure_policy=self.failure_policy, cache=self.cache))


@dataclass(slots=True)
class _CelPolicy:
    program: Any
    reads_inventory: bool = False

    def bind(self, constraint: Constraint) -> Rule:
        bound = self.program.bind(constraint.document)

        def rule(review: Review, inventory: Any, context: Any) -> Iterable[Finding]:
            known = review.rego["namespaceObject"] or None
            return [(message, None) for message in bound(review.rego, known)]

        return rule

    def paths(self, constraint: Constraint, review: Review, inventory: Any, context: Any) -> dict[str, Path]:
        return {}
