"""ConstraintTemplates in the form all API versions share. `reading.template` makes them of documents."""

from __future__ import annotations

from functools import cached_property

from gatewright.gatekeeper import kube
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from gatewright.gatekeeper.schema import Schema

TEMPLATE_GROUP: Final = "templates.gatekeeper.sh"
CONSTRAINT_GROUP: Final = "constraints.gatekeeper.sh"
CONSTRAINT_VERSIONS: Final = ("v1beta1", "v1alpha1")
TARGET: Final = "admission.k8s.gatekeeper.sh"

REGO: Final = "Rego"
CEL: Final = "K8sNativeValidation"


@record(frozen=True, slots=True)
class Code:
    """A policy in one language; `source` is whatever the template says, checked by the language's driver."""

    engine: str
    source: Any


@record(frozen=True)
class Template:
    """A template in the form all versions share. `parameters` is None when it declares no schema."""

    name: str
    kind: str
    short_names: tuple[str, ...]
    labels: dict[str, str]
    annotations: dict[str, str]
    parameters: Schema | None
    targets: tuple[str, ...]
    code: tuple[Code, ...]
    operations: tuple[str, ...]
    document: kube.Object

    @cached_property
    def constraint_schema(self) -> Schema:
        """The schema of the CRD that Gatekeeper would install for this template's constraints."""
        from gatewright.gatekeeper.match_schema import MATCH_SCHEMA

        properties: dict[str, Schema] = {
            "match": MATCH_SCHEMA,
            "enforcementAction": {"type": "string", "default": "deny"},
            "scopedEnforcementActions": _SCOPED_ACTIONS,
        }
        if self.parameters is not None:
            properties["parameters"] = self.parameters
        return {
            "type": "object",
            "properties": {
                "metadata": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 63}}},
                "spec": {"type": "object", "properties": properties},
                "status": {"x-kubernetes-preserve-unknown-fields": True},
            },
        }

    def code_for(self, engine: str) -> Code | None:
        """The template's first code in a language."""
        return next((c for c in self.code if c.engine == engine), None)

    def covers(self, operation: str) -> bool:
        """Whether the webhook asks this template for an operation."""
        return not self.operations or "*" in self.operations or operation in self.operations


_SCOPED_ACTIONS: Final[Schema] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "action": {"type": "string"},
            "enforcementPoints": {
                "type": "array",
                "items": {"type": "object", "properties": {"name": {"type": "string"}}},
            },
        },
    },
}


def is_template(obj: kube.Object) -> bool:
    gvk = kube.gvk_of(obj)
    return gvk.group == TEMPLATE_GROUP and gvk.kind == "ConstraintTemplate"
