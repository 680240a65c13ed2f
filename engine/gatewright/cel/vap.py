"""ValidatingAdmissionPolicies and their bindings, decided offline.

What a manifest cannot tell is assumed (see `_matching`), and nobody is there to authorize.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from gatewright.cel._matching import as_request, assumed_namespace, is_namespace, labels_of, matches, selects
from gatewright.cel.driver import Evaluate, Record, Store
from gatewright.cel.inputs import Inputs
from gatewright.cel.vap_documents import (
    POLICY,
    Binding,
    Object,
    Policy,
    is_admission_document,
    read_binding,
    read_policy,
)
from gatewright.records import field, record


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
    _recorders: dict[tuple[str, int], Record] = field(default_factory=dict)

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
        inputs = _inputs(request, namespace)
        out: list[Decision] = []
        for binding in self.bindings.values():
            policy = self.policies.get(binding.policy)
            if policy is None or not matches(policy.match, request, namespace):
                continue
            if matches(binding.match, request, namespace):
                out += self._decisions(policy, binding, request, inputs)
        return out

    def evidence(self, name: str, review: Object, namespace: Object | None = None) -> Iterator[tuple[str, Any]]:
        """Each message of the binding of this name about a review that it objects to, with the reads that led there."""
        request = as_request(review)
        binding = self.bindings[name]
        policy = self.policies[binding.policy]
        inputs = _inputs(request, namespace or assumed_namespace(request))
        try:
            params = self._params(policy, binding.param_ref, request)
        except _ConfigurationError:
            return
        for param in params:
            key = (policy.name, id(param))
            if key not in self._recorders:
                self._recorders[key] = policy.program.recorder(param)
            told = self._recorders[key](inputs)
            yield from policy.program.evidence(param, inputs) if told is None else told

    def unfounded(self) -> list[str]:
        """The names of bindings of policies that are not there."""
        return [binding.name for binding in self.bindings.values() if binding.policy not in self.policies]

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
        space = ref.get("namespace") or request.get("namespace") or ""
        known = self.objects.get(policy.param_kind, {})
        if not space and any(its_space for its_space, _ in known):
            what = "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
            raise _ConfigurationError(what)
        found: list[Object | None] = []
        for (its_space, its_name), obj in known.items():
            # Parameters without a namespace belong to the cluster, or nobody said where they go.
            if its_space in ("", space) and (its_name == name if name else selects(selector, labels_of(obj))):
                found.append(obj)
        if not found and ref["parameterNotFoundAction"] == "Deny":
            raise _ConfigurationError("no params found for policy binding with `Deny` parameterNotFoundAction")
        return found


def _inputs(request: Object, namespace: Object | None) -> Inputs:
    # The API server shows the policy no namespace where the object is one.
    return Inputs(request, None if is_namespace(request) else namespace)


class _ConfigurationError(Exception):
    """A binding that cannot be followed, in the API server's words."""


_DENY: Final = ("Deny",)


def _is_exempt(request: Object) -> bool:
    """The kinds that configure admission, and those that ask who one is and may, to which no policy applies, lest one
    locks everybody out."""
    kind = request.get("kind") or {}
    return kind.get("kind") in _EXEMPT.get(kind.get("group") or "", ())


_EXEMPT: Final = {
    "admissionregistration.k8s.io": frozenset(
        {
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        }
    ),
    "authentication.k8s.io": frozenset({"SelfSubjectReview", "TokenReview"}),
    "authorization.k8s.io": frozenset(
        {"LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"}
    ),
}


def load(documents: Iterable[Object], *, cache: Store | None = None) -> Policies:
    """All policies, bindings and parameters among documents."""
    policies = Policies(cache=cache)
    for document in documents:
        policies.add(document)
    return policies
