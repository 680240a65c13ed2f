"""Whether a ValidatingAdmissionPolicy or a binding is about a request.

What a manifest cannot tell is assumed: an object is being created, its resource is its kind's usual plural, and a
namespace nobody described has the label every namespace has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Object = Mapping[str, Any]


def as_request(review: Object) -> dict[str, Any]:
    """An AdmissionRequest with what a review leaves open filled in."""
    request = dict(review)
    request["operation"] = request.get("operation") or "CREATE"
    resource = dict(request.get("resource") or {})
    if not resource.get("resource"):
        kind = request.get("kind") or {}
        resource = {"group": kind.get("group") or "", "version": kind.get("version") or ""}
        resource["resource"] = _plural(kind.get("kind") or "")
    request["resource"] = resource
    if is_namespace(request) and not request.get("namespace"):
        # To the API server a Namespace is in itself.
        request["namespace"] = request.get("name") or ""
    return request


def _plural(kind: str) -> str:
    """The resource of a kind, as Kubernetes guesses it."""
    name = kind.lower()
    if name.endswith("endpoints"):
        return name
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def is_namespace(request: Object) -> bool:
    kind = request.get("kind") or {}
    return kind.get("kind") == "Namespace" and not kind.get("group")


def matches(match: Object, request: Object, namespace: Object | None) -> bool:
    """Whether `matchConstraints` or `matchResources` cover a request."""
    if not _selects_namespace(match.get("namespaceSelector"), request, namespace):
        return False
    if not _selects_object(match.get("objectSelector"), request):
        return False
    exact = match.get("matchPolicy") == "Exact"
    if any(_rule_matches(rule, request, exact) for rule in match.get("excludeResourceRules") or ()):
        return False
    rules = match.get("resourceRules")
    return not rules or any(_rule_matches(rule, request, exact) for rule in rules)


def assumed_namespace(request: Object) -> Object | None:
    """The namespace of a request as every cluster would have it; None for the cluster's objects."""
    space = request.get("namespace")
    if not space:
        return None
    return {"metadata": {"name": space, "labels": {"kubernetes.io/metadata.name": space}}}


def _selects_namespace(selector: Object | None, request: Object, namespace: Object | None) -> bool:
    if not selector:
        return True
    if is_namespace(request):
        return selects(selector, labels_of(request.get("object") or request.get("oldObject")))
    return namespace is None or selects(selector, labels_of(namespace))


def _selects_object(selector: Object | None, request: Object) -> bool:
    if not selector:
        return True
    subjects = [o for o in (request.get("object"), request.get("oldObject")) if o is not None]
    return any(selects(selector, labels_of(subject)) for subject in subjects)


def labels_of(obj: Any) -> Object:
    """An object's labels."""
    metadata = obj.get("metadata") if isinstance(obj, dict) else None
    return (metadata or {}).get("labels") or {}


def _rule_matches(rule: Object, request: Object, exact: bool) -> bool:
    resource = request["resource"]
    return (
        _listed(rule.get("operations"), request["operation"])
        and _listed(rule.get("apiGroups"), resource.get("group") or "")
        and (not exact or _listed(rule.get("apiVersions"), resource.get("version") or ""))
        and any(_resource_matches(r, request) for r in rule.get("resources") or ())
        and _scope_matches(rule.get("scope"), request)
        and (not rule.get("resourceNames") or request.get("name") in rule["resourceNames"])
    )


def _listed(allowed: Any, value: str) -> bool:
    return "*" in (allowed or ()) or value in (allowed or ())


def _resource_matches(rule: str, request: Object) -> bool:
    resource, _, sub = rule.partition("/")
    wanted = request.get("subResource") or ""
    return resource in ("*", request["resource"]["resource"]) and (sub == "*" or sub == wanted)


def _scope_matches(scope: Any, request: Object) -> bool:
    if scope in (None, "", "*"):
        return True
    cluster = not request.get("namespace") or is_namespace(request)
    return cluster if scope == "Cluster" else not cluster


def selects(selector: Any, labels: Object) -> bool:
    """Whether a label selector selects these labels; an empty one selects everything, none nothing."""
    if selector is None:
        return False
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    return all(_expression_holds(e, labels) for e in selector.get("matchExpressions") or ())


def _expression_holds(expression: Object, labels: Object) -> bool:
    key, operator = str(expression.get("key")), expression.get("operator")
    tests: dict[str, Callable[[], bool]] = {
        "In": lambda: key in labels and labels[key] in (expression.get("values") or ()),
        "NotIn": lambda: labels.get(key) not in (expression.get("values") or ()),
        "Exists": lambda: key in labels,
        "DoesNotExist": lambda: key not in labels,
    }
    return tests[str(operator)]()
