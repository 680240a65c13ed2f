"""Gatekeeper's Config: the namespaces that it takes out of audit, the webhook, mutation or the inventory."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.errors import ReviewError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._decode import STRING, DecodeError, from_json, list_of, named, struct
from gatewright.gatekeeper._meta import document
from gatewright.gatekeeper.constraint import AUDIT_POINT
from gatewright.gatekeeper.wildcard import compile_wildcards

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_ENTRY: Final = struct(
    "v1alpha1.MatchEntry", excludedNamespaces=list_of(named("wildcard.Wildcard")), processes=list_of(STRING)
)
_CONFIG: Final = document("v1alpha1.Config", spec=struct("v1alpha1.ConfigSpec", match=list_of(_ENTRY)))
_EVERY: Final = "*"


AUDIT: Final = "audit"
WEBHOOK: Final = "webhook"
MUTATION: Final = "mutation-webhook"
SYNC: Final = "sync"


def process_of(point: str) -> str:
    """The process behind an enforcement point; gator's is taken for the webhook."""
    return AUDIT if point == AUDIT_POINT else WEBHOOK


def exclusions(config: kube.Object, process: str) -> list[Callable[[str], bool]]:
    """The namespaces taken out of a process; ReviewError for another shape.

    The name of cluster-scoped objects' namespace is "", which the pattern `*` takes in.
    """
    try:
        spec = from_json(config, _CONFIG).get("spec") or {}
    except DecodeError as error:
        raise ReviewError(f"invalid Config: {error.message}") from error
    return [
        compile_wildcards(entry["excludedNamespaces"])
        for entry in spec.get("match") or ()
        if entry.get("excludedNamespaces") and not {_EVERY, process}.isdisjoint(entry.get("processes") or ())
    ]
