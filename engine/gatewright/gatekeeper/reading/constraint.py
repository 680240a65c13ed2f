"""Constraints: checked as Gatekeeper checks them when they are added, and stored with their defaults."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.errors import ConstraintError, MatchError
from gatewright.gatekeeper import _field, _names, kube
from gatewright.gatekeeper._decode import STRING, DecodeError, from_json, list_of, restore, struct
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper.constraint import DENY, EVERY_POINT, SCOPED, Constraint
from gatewright.gatekeeper.reading.match import matcher_of
from gatewright.gatekeeper.result import ConstraintRef
from gatewright.gatekeeper.schema import apply_defaults, unknown_fields, validate_value
from gatewright.gatekeeper.selector import LABEL_SELECTOR, selector_errors
from gatewright.gatekeeper.template import CONSTRAINT_GROUP, CONSTRAINT_VERSIONS, Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

SCHEMA: Final = "ErrSchema"
INVALID: Final = "ErrInvalidConstraint"
MISSING_TEMPLATE: Final = "ErrMissingConstraintTemplate"

_SCOPED_ACTION: Final = struct(
    "constraints.ScopedEnforcementAction",
    action=STRING,
    enforcementPoints=list_of(struct("constraints.EnforcementPoint", name=STRING)),
)


def read_constraint(document: kube.Object, find_template: Callable[[str], Template | None]) -> Constraint:
    """The constraint of a document; ConstraintError with Gatekeeper's class and words.

    `find_template` answers the template of a lower-case kind. The document itself gets the template's defaults, as
    Gatekeeper's own copy does.
    """
    _check_metadata(document)
    kind = kube.gvk_of(document).kind
    template = find_template(kind.lower())
    if template is None:
        message = f"missing ConstraintTemplate: template {quote(kind.lower())} not found"
        raise ConstraintError(message, kind=MISSING_TEMPLATE)
    _check(document, template)
    apply_defaults(document, template.constraint_schema)
    action, actions = enforcement(document)
    try:
        matcher = matcher_of(document)
    except MatchError as error:
        raise ConstraintError(f"invalid Constraint: {error.message}", kind=INVALID) from error
    parameters, _ = kube.nested_field(document, "spec", "parameters")
    stored = {key: value for key, value in document.items() if key != "status"}
    gvk = kube.gvk_of(document)
    ref = ConstraintRef(gvk.api_version, gvk.kind, kube.name_of(document))
    parameters = {} if parameters is None else parameters
    return Constraint(template, stored, parameters, matcher, action, actions, ref, _metadata(document, template))


_OWN_ANNOTATIONS: Final = "gatewright.dev/"
_TITLE: Final = "metadata.gatekeeper.sh/title"


def _metadata(document: kube.Object, template: Template) -> dict[str, Any]:
    annotations = {**template.annotations, **kube.annotations_of(document)}
    metadata = {k.removeprefix(_OWN_ANNOTATIONS): v for k, v in annotations.items() if k.startswith(_OWN_ANNOTATIONS)}
    if _TITLE in annotations:
        metadata["title"] = annotations[_TITLE]
    return metadata


def _invalid(message: str) -> ConstraintError:
    return ConstraintError(f"invalid Constraint: {message}", kind=INVALID)


def _check_metadata(document: kube.Object) -> None:
    name = kube.name_of(document)
    if not name:
        raise _invalid("missing metadata.name")
    gvk = kube.gvk_of(document)
    if not gvk.kind:
        raise _invalid("missing kind")
    if gvk.group != CONSTRAINT_GROUP:
        got = quote(gvk.group)
        raise _invalid(f"wrong API Group for Constraint {quote(name)}, got {got} but need {quote(CONSTRAINT_GROUP)}")


def _check(document: kube.Object, template: Template) -> None:
    try:
        check_selectors(document)
    except ConstraintError as error:
        raise _invalid(error.message) from error
    name, gvk = kube.name_of(document), kube.gvk_of(document)
    if problems := _names.dns1123_subdomain(name):
        problem = "\n".join(problems)
        raise _invalid(f"invalid name: {quote(problem)}")
    if gvk.kind != template.kind:
        raise _invalid(f"wrong kind {quote(name)} for constraint {quote(gvk.kind)}; want {quote(template.kind)}")
    if gvk.version not in CONSTRAINT_VERSIONS:
        known = "map[v1alpha1:true v1beta1:true]"
        where = f"for Constraint {quote(name)}; supported versions: {known}"
        raise _invalid(f"unsupported version {quote(gvk.version)} {where}")
    schema = template.constraint_schema
    # Kubernetes validates a copy that went through JSON, where every number is a float.
    if errors := validate_value(kube.as_floats(document), schema, ""):
        raise ConstraintError(f"schema validation failed: {_field.aggregate(errors)}", kind=SCHEMA)
    if unknown := unknown_fields(document, schema):
        raise _invalid(f"unknown fields: [{' '.join(unknown)}]")


def check_selectors(document: kube.Object) -> None:
    """ConstraintError when a label selector of the match is invalid."""
    for name in ("labelSelector", "namespaceSelector"):
        try:
            selector, found = kube.nested_map(document, "spec", "match", name)
            if not found or selector is None:
                continue
            decoded = from_json(selector, LABEL_SELECTOR)
        except kube.AccessError as error:
            raise ConstraintError(error.message) from error
        except DecodeError as error:
            raise ConstraintError(f"Could not convert JSON to LabelSelector: {error.message}") from error
        # Gatekeeper names labelSelector for both.
        if errors := selector_errors(decoded, "spec.labelSelector"):
            raise ConstraintError(_field.aggregate(errors))


def enforcement(document: kube.Object) -> tuple[str, tuple[tuple[str, tuple[str, ...]], ...] | None]:
    """The enforcement action and, when it is "scoped", the actions by enforcement point."""
    try:
        action, found = kube.nested_string(document, "spec", "enforcementAction")
    except kube.AccessError as error:
        raise _invalid("invalid spec.enforcementAction") from error
    if not found:
        return DENY, None
    if action != SCOPED:
        return action, None
    entries, found = kube.nested_field(document, "spec", "scopedEnforcementActions")
    if not found or not isinstance(entries, list):
        raise ConstraintError("missing required field: spec.scopedEnforcementActions must be defined")
    by_point: dict[str, dict[str, None]] = {}
    for entry in entries:
        try:
            scoped = restore(entry, _SCOPED_ACTION)
        except DecodeError as error:
            raise _invalid(error.message) from error
        for point in (scoped or {}).get("enforcementPoints") or ():
            by_point.setdefault(point.get("name", ""), {})[scoped.get("action", "")] = None
            if point.get("name") == EVERY_POINT:
                break
    return action, tuple((point, tuple(actions)) for point, actions in by_point.items())
