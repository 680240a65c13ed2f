"""`spec.match` and Namespaces as Go types: what is refused, and with which words."""

from __future__ import annotations

from gatewright.errors import MatchError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._decode import STRING, DecodeError, Type, from_json, list_of, named, restore, struct
from gatewright.gatekeeper._meta import NAMESPACE
from gatewright.gatekeeper.match import CompiledMatch, Namespace, compiled
from gatewright.gatekeeper.selector import LABEL_SELECTOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_WILDCARDS: Final = list_of(named("wildcard.Wildcard"))

MATCH: Final[Type] = struct(
    "match.Match",
    source=STRING,
    kinds=list_of(struct("match.Kinds", apiGroups=list_of(STRING), kinds=list_of(STRING))),
    scope=named("v1.ResourceScope"),
    namespaces=_WILDCARDS,
    excludedNamespaces=_WILDCARDS,
    labelSelector=LABEL_SELECTOR,
    namespaceSelector=LABEL_SELECTOR,
    name=named("wildcard.Wildcard"),
)


def compile_match(match: dict[str, Any] | None) -> CompiledMatch:
    """The compiled form of a raw `spec.match`; DecodeError when it is not of Match's shape."""
    return compiled(None if match is None else from_json(match, MATCH))


def matcher_of(document: kube.Object) -> CompiledMatch:
    """The compiled `spec.match` of a constraint or mutator; MatchError when it has no valid shape."""
    try:
        match, found = kube.nested_map(document, "spec", "match")
        return compile_match(match if found else None)
    except kube.AccessError as error:
        raise MatchError(f"unable to create matcher: {error.message}") from error
    except DecodeError as error:
        raise MatchError(f"unable to create matcher: could not convert JSON to Match: {error.message}") from error


def read_namespace(document: kube.Object) -> Namespace:
    """The Namespace of a document; DecodeError when it has the wrong shape."""
    metadata = restore(document, NAMESPACE).get("metadata") or {}
    return Namespace(metadata.get("name", ""), metadata.get("labels") or {}, document)
