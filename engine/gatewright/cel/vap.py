"""ValidatingAdmissionPolicies and their bindings (v1, v1beta1), decided offline.

What a manifest cannot tell is assumed: an object is being created, its resource is its kind's usual plural, a namespace
nobody described has the label every namespace has, and nobody is there to authorize.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gatewright.cel.driver import Evaluate, Program, Store, compile_source
from gatewright.cel.inputs import Inputs
from gatewright.cel.source import Source, Validation
from gatewright.errors import TemplateError

API_VERSIONS: Final = ("admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1")
POLICY: Final = "ValidatingAdmissionPolicy"
BINDING: Final = "ValidatingAdmissionPolicyBinding"
_NO_PARAMS: Final = (
    "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
)

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """A request that a binding's policy objects to. `actions` are the binding's: Deny, Warn, Audit."""

    policy: str
    binding: str
    actions: tuple[str, ...]
    message: str

    @property
    def denial(self) -> str:
        """What the API server's client would read."""
        return f"ValidatingAdmissionPolicy '{self.policy}' with binding '{self.binding}' denied request: {self.message}"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy, compiled; `param_kind` is (apiVersion, kind) where it takes parameters."""

    name: str
    program: Program
    match: Object
    param_kind: tuple[str, str] | None
    fails_closed: bool


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a policy applies, with which parameters, and what follows."""

    name: str
    policy: str
    match: Object
    param_ref: Object | None
    actions: tuple[str, ...]


def is_admission_document(document: Object) -> bool:
    """Whether a document is a policy or a binding that this module reads."""
    return document.get("apiVersion") in API_VERSIONS and document.get("kind") in (POLICY, BINDING)


def read_policy(document: Object, *, cache: Store | None = None) -> Policy:
    """The policy in a document; TemplateError for what the API server would not store."""
    name, spec = _named(document)
    validations = tuple(
        Validation(_text(v, "expression", name), _text(v, "message", name), _text(v, "messageExpression", name))
        for v in _objects(spec, "validations", name)
    )
    if not validations and not spec.get("auditAnnotations"):
        raise TemplateError(f"{name}: spec.validations or spec.auditAnnotations is required")
    failure_policy = spec.get("failurePolicy") or "Fail"
    if failure_policy not in ("Fail", "Ignore"):
        raise TemplateError(f"{name}: unsupported failurePolicy {failure_policy!r}", hint="use Fail or Ignore")
    kind = spec.get("paramKind")
    source = Source(
        validations,
        _pairs(spec, "variables", name),
        _pairs(spec, "matchConditions", name),
        failure_policy == "Fail",
        params=kind is not None,
        authorizer=True,
    )
    param_kind = None if kind is None else (_text(kind, "apiVersion", name), _text(kind, "kind", name))
    program = compile_source(source, cache)
    return Policy(name, program, spec.get("matchConstraints") or {}, param_kind, source.fails_closed)


def read_binding(document: Object) -> Binding:
    """The binding in a document."""
    name, spec = _named(document)
    policy = _text(spec, "policyName", name)
    if not policy:
        raise TemplateError(f"{name}: spec.policyName is required")
    actions = spec.get("validationActions") or []
    if not isinstance(actions, list) or not actions or not set(actions) <= {"Deny", "Warn", "Audit"}:
        raise TemplateError(f"{name}: spec.validationActions must list Deny, Warn or Audit")
    if {"Deny", "Warn"} <= set(actions):
        raise TemplateError(f"{name}: spec.validationActions must not hold both Deny and Warn")
    return Binding(name, policy, spec.get("matchResources") or {}, spec.get("paramRef"), tuple(actions))


def _named(document: Object) -> tuple[str, Object]:
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    spec = document.get("spec")
    if not isinstance(name, str) or not name:
        raise TemplateError(f"{document.get('kind')}: metadata.name is required")
    if not isinstance(spec, dict):
        raise TemplateError(f"{name}: spec is required")
    return name, spec


def _objects(spec: Object, key: str, name: str) -> list[Object]:
    given = spec.get(key) or []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise TemplateError(f"{name}: spec.{key} must be a list of objects")
    return given


def _text(item: Object, key: str, name: str) -> str:
    value = item.get(key)
    if value is not None and not isinstance(value, str):
        raise TemplateError(f"{name}: {key} must be a string")
    return value or ""


def _pairs(spec: Object, key: str, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((_text(v, "name", name), _text(v, "expression", name)) for v in _objects(spec, key, name))


@dataclass(slots=True)
class Policies:
    """Policies and bindings together. `add` them, then `decide` on reviews; parameters are found among `objects`."""

    policies: dict[str, Policy] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    objects: list[Object] = field(default_factory=list)
    cache: Store | None = None
    _bound: dict[tuple[str, int], Evaluate] = field(default_factory=dict)

    def add(self, document: Object) -> None:
        """Take in a policy, a binding, or an object that may serve as a parameter."""
        if not is_admission_document(document):
            self.objects.append(document)
        elif document["kind"] == POLICY:
            policy = read_policy(document, cache=self.cache)
            self.policies[policy.name] = policy
        else:
            binding = read_binding(document)
            self.bindings[binding.name] = binding

    def decide(self, review: Object, namespace: Object | None = None) -> list[Decision]:
        """What every binding says to a review (a mapping with the keys of an AdmissionRequest)."""
        request = _as_request(review)
        inputs = Inputs(request, namespace)
        out: list[Decision] = []
        for binding in self.bindings.values():
            policy = self.policies.get(binding.policy)
            if policy is None or not _matches(policy.match, request, namespace):
                continue
            if _matches(binding.match, request, namespace):
                messages = self._messages(policy, binding, request, inputs)
                out += [Decision(policy.name, binding.name, binding.actions, message) for message in messages]
        return out

    def _messages(self, policy: Policy, binding: Binding, request: Object, inputs: Inputs) -> list[str]:
        if policy.param_kind is None or binding.param_ref is None:
            return self._evaluate(policy, None)(inputs)
        params = self._params(policy.param_kind, binding.param_ref, request)
        if not params:
            deny = binding.param_ref.get("parameterNotFoundAction") != "Allow" and policy.fails_closed
            return [_NO_PARAMS] if deny else []
        return [message for param in params for message in self._evaluate(policy, param)(inputs)]

    def _evaluate(self, policy: Policy, param: Object | None) -> Evaluate:
        key = (policy.name, id(param))
        if key not in self._bound:
            self._bound[key] = policy.program.bind(param)
        return self._bound[key]

    def _params(self, kind: tuple[str, str], ref: Object, request: Object) -> list[Object]:
        """The parameter objects a reference means; without a namespace, those of the request's."""
        name = ref.get("name")
        selector = ref.get("selector")
        space = ref.get("namespace") or request.get("namespace") or ""
        found = []
        for obj in self.objects:
            metadata = obj.get("metadata") or {}
            if (obj.get("apiVersion"), obj.get("kind")) != kind or metadata.get("namespace", space) != space:
                continue
            if metadata.get("name") == name if name else selects(selector, metadata.get("labels") or {}):
                found.append(obj)
        return found


def _as_request(review: Object) -> dict[str, Any]:
    request = dict(review)
    request["operation"] = request.get("operation") or "CREATE"
    resource = dict(request.get("resource") or {})
    if not resource.get("resource"):
        kind = request.get("kind") or {}
        resource = {"group": kind.get("group") or "", "version": kind.get("version") or ""}
        resource["resource"] = _plural(kind.get("kind") or "")
    request["resource"] = resource
    return request


def _plural(kind: str) -> str:
    """The resource of a kind, as Kubernetes guesses it."""
    name = kind.lower()
    if name.endswith("endpoints"):
        return name
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


# -- matching


def _matches(match: Object, request: Object, namespace: Object | None) -> bool:
    if not _selects_namespace(match.get("namespaceSelector"), request, namespace):
        return False
    if not _selects_object(match.get("objectSelector"), request):
        return False
    exact = match.get("matchPolicy") == "Exact"
    if any(_rule_matches(rule, request, exact) for rule in match.get("excludeResourceRules") or ()):
        return False
    rules = match.get("resourceRules")
    return not rules or any(_rule_matches(rule, request, exact) for rule in rules)


def _selects_namespace(selector: Object | None, request: Object, namespace: Object | None) -> bool:
    if not selector:
        return True
    kind = request.get("kind") or {}
    if kind.get("kind") == "Namespace" and not kind.get("group"):
        return selects(selector, _labels(request.get("object") or request.get("oldObject")))
    space = request.get("namespace")
    if not space:
        return True
    known = _labels(namespace)
    return selects(selector, known if namespace is not None else {"kubernetes.io/metadata.name": space})


def _selects_object(selector: Object | None, request: Object) -> bool:
    if not selector:
        return True
    subjects = [o for o in (request.get("object"), request.get("oldObject")) if o is not None]
    return any(selects(selector, _labels(subject)) for subject in subjects)


def _labels(obj: Any) -> Object:
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
    kind = request.get("kind") or {}
    cluster = not request.get("namespace") or (kind.get("kind") == "Namespace" and not kind.get("group"))
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
    test: Callable[[], bool] | None = {
        "In": lambda: key in labels and labels[key] in (expression.get("values") or ()),
        "NotIn": lambda: labels.get(key) not in (expression.get("values") or ()),
        "Exists": lambda: key in labels,
        "DoesNotExist": lambda: key not in labels,
    }.get(str(operator))
    if test is None:
        raise TemplateError(f'"{operator}" is not a valid label selector operator')
    return test()


def load(documents: Iterable[Object], *, cache: Store | None = None) -> Policies:
    """All policies, bindings and parameters among documents."""
    policies = Policies(cache=cache)
    for document in documents:
        policies.add(document)
    return policies
