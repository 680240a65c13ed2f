"""ValidatingAdmissionPolicies and their bindings (v1, v1beta1), decided offline.

What a manifest cannot tell is assumed (see `_matching`), and nobody is there to authorize.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from gatewright.cel._matching import as_request, assumed_namespace, is_namespace, labels_of, matches, selects
from gatewright.cel.driver import Evaluate, Program, Store, compile_source
from gatewright.cel.inputs import Inputs
from gatewright.cel.source import Source, Validation
from gatewright.errors import TemplateError
from gatewright.records import field, record

API_VERSIONS: Final = ("admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1")
POLICY: Final = "ValidatingAdmissionPolicy"
BINDING: Final = "ValidatingAdmissionPolicyBinding"

Object = Mapping[str, Any]


@record(frozen=True, slots=True)
class Decision:
    """A request that a binding's policy objects to. `actions` are the binding's (Deny, Warn, Audit), but for errors of
    configuration and of audit annotations, which deny."""

    policy: str
    binding: str
    actions: tuple[str, ...]
    message: str

    @property
    def denial(self) -> str:
        """What the API server's client would read."""
        return f"ValidatingAdmissionPolicy '{self.policy}' with binding '{self.binding}' denied request: {self.message}"


@record(frozen=True, slots=True)
class Policy:
    """A policy, compiled; `param_kind` is (apiVersion, kind) where it takes parameters."""

    name: str
    program: Program
    match: Object
    param_kind: tuple[str, str] | None
    fails_closed: bool


@record(frozen=True, slots=True)
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
        audit_annotations=_pairs(spec, "auditAnnotations", name, "key", "valueExpression"),
    )
    param_kind = None if kind is None else (_text(kind, "apiVersion", name), _text(kind, "kind", name))
    program = compile_source(source, cache)
    for text, error in program.compile_errors():
        raise TemplateError(f"{name}: invalid expression {text!r}: {error}")
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


def _pairs(
    spec: Object, key: str, name: str, first: str = "name", second: str = "expression"
) -> tuple[tuple[str, str], ...]:
    return tuple((_text(v, first, name), _text(v, second, name)) for v in _objects(spec, key, name))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else ""


@record(slots=True)
class Policies:
    """Policies and bindings together. `add` them, then `decide` on reviews; parameters are found among `objects`."""

    policies: dict[str, Policy] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    # By apiVersion and kind, then by namespace and name.
    objects: dict[tuple[Any, Any], dict[tuple[str, str], Object]] = field(default_factory=dict)
    cache: Store | None = None
    # How many bindings, each with each of its parameters, had a say in the last decision.
    asked: int = 0
    _bound: dict[tuple[str, int], Evaluate] = field(default_factory=dict)

    @property
    def takes_parameters(self) -> bool:
        return any(policy.param_kind is not None for policy in self.policies.values())

    def add(self, document: Object) -> None:
        """Take in a policy, a binding, or an object that may serve as a parameter."""
        if not is_admission_document(document):
            metadata = document.get("metadata")
            metadata = metadata if isinstance(metadata, dict) else {}
            kind = (_as_text(document.get("apiVersion")), _as_text(document.get("kind")))
            named = (_as_text(metadata.get("namespace")), _as_text(metadata.get("name")))
            self.objects.setdefault(kind, {})[named] = document
        elif document["kind"] == POLICY:
            policy = read_policy(document, cache=self.cache)
            self.policies[policy.name] = policy
        else:
            binding = read_binding(document)
            self.bindings[binding.name] = binding

    def decide(self, review: Object, namespace: Object | None = None) -> list[Decision]:
        """What every binding says to a review (a mapping with the keys of an AdmissionRequest)."""
        request = as_request(review)
        self.asked = 0
        if _is_exempt(request):
            return []
        namespace = namespace or assumed_namespace(request)
        # The API server shows the policy no namespace where the object is one.
        inputs = Inputs(request, None if is_namespace(request) else namespace)
        out: list[Decision] = []
        for binding in self.bindings.values():
            policy = self.policies.get(binding.policy)
            if policy is None or not matches(policy.match, request, namespace):
                continue
            if matches(binding.match, request, namespace):
                out += self._decisions(policy, binding, request, inputs)
        return out

    def _decisions(self, policy: Policy, binding: Binding, request: Object, inputs: Inputs) -> Iterator[Decision]:
        def decision(message: str, actions: tuple[str, ...]) -> Decision:
            return Decision(policy.name, binding.name, actions, message)

        try:
            params = self._params(policy, binding.param_ref, request)
        except _ConfigurationError as error:
            if policy.fails_closed:
                yield decision(f"failed to configure binding: {error}", _DENY)
            return
        self.asked += len(params)
        for param in params:
            yield from (decision(message, binding.actions) for message in self._evaluate(policy, param)(inputs))
            if policy.fails_closed:
                yield from (decision(m, _DENY) for m in policy.program.annotation_failures(param, inputs))

    def _evaluate(self, policy: Policy, param: Object | None) -> Evaluate:
        key = (policy.name, id(param))
        if key not in self._bound:
            self._bound[key] = policy.program.bind(param)
        return self._bound[key]

    def _params(self, policy: Policy, ref: Object | None, request: Object) -> list[Object | None]:
        """The parameter objects a reference means; without a namespace, those of the request's."""
        if policy.param_kind is None or ref is None:
            return [None]
        name, selector = ref.get("name"), ref.get("selector")
        if name and selector is not None:
            raise _ConfigurationError("paramRef.name and paramRef.selector are mutually exclusive")
        if not name and selector is None:
            raise _ConfigurationError("one of name or selector must be provided")
        space = ref.get("namespace") or request.get("namespace") or ""
        found: list[Object | None] = []
        for (its_space, its_name), obj in self.objects.get(policy.param_kind, {}).items():
            # Parameters without a namespace belong to the cluster, or nobody said where they go.
            if its_space in ("", space) and (its_name == name if name else selects(selector, labels_of(obj))):
                found.append(obj)
        if not found and ref.get("parameterNotFoundAction") != "Allow":
            raise _ConfigurationError("no params found for policy binding with `Deny` parameterNotFoundAction")
        return found


class _ConfigurationError(Exception):
    """A binding that cannot be followed, in the API server's words."""


_DENY: Final = ("Deny",)


def _is_exempt(request: Object) -> bool:
    """The kinds that configure admission, to which no policy applies, lest one locks everybody out."""
    kind = request.get("kind") or {}
    return kind.get("group") == "admissionregistration.k8s.io" and kind.get("kind") in _EXEMPT


_EXEMPT: Final = frozenset(
    f"{what}{suffix}" for what in ("ValidatingAdmissionPolicy", "MutatingAdmissionPolicy") for suffix in ("", "Binding")
) | {"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"}


def load(documents: Iterable[Object], *, cache: Store | None = None) -> Policies:
    """All policies, bindings and parameters among documents."""
    policies = Policies(cache=cache)
    for document in documents:
        policies.add(document)
    return policies
