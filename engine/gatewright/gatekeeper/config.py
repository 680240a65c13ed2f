"""Gatekeeper's Config: the namespaces that it takes out of auditing or of the webhook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gatewright.errors import ReviewError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._decode import STRING, DecodeError, from_json, list_of, named, struct
from gatewright.gatekeeper._meta import document
from gatewright.gatekeeper.constraint import AUDIT_POINT
from gatewright.gatekeeper.wildcard import compile_wildcards

_ENTRY: Final = struct(
    "v1alpha1.MatchEntry", excludedNamespaces=list_of(named("wildcard.Wildcard")), processes=list_of(STRING)
)
_CONFIG: Final = document("v1alpha1.Config", spec=struct("v1alpha1.ConfigSpec", match=list_of(_ENTRY)))
_EVERY: Final = "*"


def exclusions(config: kube.Object, point: str) -> list[Callable[[str], bool]]:
    """The namespaces taken out of the process behind an enforcement point; ReviewError for another shape."""
    try:
        spec = from_json(config, _CONFIG).get("spec") or {}
    except DecodeError as error:
        raise ReviewError(f"invalid Config: {error.message}") from error
    process = "audit" if point == AUDIT_POINT else "webhook"
    return [
        compile_wildcards(entry["excludedNamespaces"])
        for entry in spec.get("match") or ()
        if entry.get("excludedNamespaces") and not {_EVERY, process}.isdisjoint(entry.get("processes") or ())
    ]
