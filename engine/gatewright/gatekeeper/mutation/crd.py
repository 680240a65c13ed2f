"""Mutators as the API server stores them: held to the schema of their CRD, and with its defaults.

gator reads mutators without all that, and so it lets pass, or refuses later, what a cluster would not.
"""

from __future__ import annotations

import copy
from typing import Any, Final

from gatewright.errors import MutationError
from gatewright.gatekeeper import _field, kube
from gatewright.gatekeeper.match_schema import MATCH_SCHEMA
from gatewright.gatekeeper.schema import apply_defaults, unknown_fields, validate_value

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


def _one_of(*names: str, **more: Any) -> Schema:
    return {"type": "string", "enum": list(names), **more}


_EXTERNAL_DATA: Final[Schema] = {
    **_object(
        provider=_TEXT,
        dataSource=_one_of("ValueAtLocation", "Username", default="ValueAtLocation"),
        failurePolicy=_one_of("UseDefault", "Ignore", "Fail", default="Fail"),
        default=_TEXT,
    ),
    "required": ["provider"],
}
_ASSIGN: Final = _object(
    externalData=_EXTERNAL_DATA,
    fromMetadata=_object(field=_TEXT),
    value={"x-kubernetes-preserve-unknown-fields": True},
)
_PATH_TESTS: Final[Schema] = {
    "type": "array",
    "items": _object(subPath=_TEXT, condition=_one_of("MustExist", "MustNotExist")),
}
_APPLY_TO: Final[Schema] = {
    "type": "array",
    "items": _object(
        groups=_TEXTS,
        versions=_TEXTS,
        kinds=_TEXTS,
        operations={"type": "array", "items": _one_of("CREATE", "UPDATE", "*")},
    ),
}
_COMMON: Final[dict[str, Schema]] = {"location": _TEXT, "match": MATCH_SCHEMA}

# What `spec` may be, by kind (config/crd/bases of Gatekeeper).
_SPECS: Final[dict[str, Schema]] = {
    "Assign": _object(**_COMMON, applyTo=_APPLY_TO, parameters=_object(assign=_ASSIGN, pathTests=_PATH_TESTS)),
    "AssignImage": _object(
        **_COMMON,
        applyTo=_APPLY_TO,
        parameters=_object(assignDomain=_TEXT, assignPath=_TEXT, assignTag=_TEXT, pathTests=_PATH_TESTS),
    ),
    "AssignMetadata": _object(**_COMMON, parameters=_object(assign=_ASSIGN)),
    "ModifySet": _object(
        **_COMMON,
        applyTo=_APPLY_TO,
        parameters=_object(
            operation=_one_of("merge", "prune", default="merge"),
            pathTests=_PATH_TESTS,
            values={"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        ),
    ),
}


def stored_mutator(document: kube.Object) -> kube.Object:
    """A mutator with the defaults of its CRD; MutationError when the API server would refuse it."""
    gvk, spec = kube.gvk_of(document), document.get("spec")
    if spec is None or gvk.kind not in _SPECS:
        return document
    held, schema = {"spec": copy.deepcopy(spec)}, _object(spec=_SPECS[gvk.kind])
    errors = validate_value(spec, _SPECS[gvk.kind], "spec")
    errors += [f'unknown field "{name}"' for name in unknown_fields(held, schema)]
    if errors:
        who = f'{gvk.kind}.{gvk.group} "{kube.name_of(document)}"'
        raise MutationError(f"{who} is invalid: {_field.aggregate(errors)}")
    apply_defaults(held, schema)
    return {**document, **held}
