"""ValidatingAdmissionPolicies and their bindings (v1, v1beta1) as documents: what the API server would store of them.

What it refuses raises a TemplateError, the first fault there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatewright.cel.driver import Program, Store, compile_source
from gatewright.cel.source import Source, Validation
from gatewright.errors import TemplateError
from gatewright.records import record

API_VERSIONS: Final = ("admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1")
POLICY: Final = "ValidatingAdmissionPolicy"
BINDING: Final = "ValidatingAdmissionPolicyBinding"

Object = Mapping[str, Any]

_OPERATIONS: Final = frozenset({"CREATE", "UPDATE", "DELETE", "CONNECT", "*"})
_SCOPES: Final = frozenset({"Cluster", "Namespaced", "*"})
_MATCH_POLICIES: Final = frozenset({"Exact", "Equivalent"})
_REASONS: Final = frozenset({"Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"})
_ACTIONS: Final = frozenset({"Deny", "Warn", "Audit"})
_OPERATORS: Final = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False}
_IDENTIFIER: Final = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*\Z")
_KEYWORDS: Final = frozenset(
    {
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
        "namespace", "null", "package", "return", "true", "var", "void", "while",
    }
)  # fmt: skip


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
    """The policy in a document."""
    spec = _Spec(document)
    failure_policy = spec.text("failurePolicy") or "Fail"
    if failure_policy not in ("Fail", "Ignore"):
        raise spec.error(f"unsupported failurePolicy {failure_policy!r}", hint="use Fail or Ignore")
    match = spec.object("matchConstraints")
    if not spec.items("resourceRules", "matchConstraints"):
        raise spec.error("spec.matchConstraints.resourceRules is required")
    spec.check_match("matchConstraints")
    kind = spec.value.get("paramKind")
    param_kind = None if kind is None else (spec.needed("apiVersion", "paramKind"), spec.needed("kind", "paramKind"))
    source = _source(spec, failure_policy == "Fail", kind is not None)
    program = compile_source(source, cache)
    for text, error in program.compile_errors():
        raise spec.error(f"invalid expression {text!r}: {error}")
    return Policy(spec.name, program, match, param_kind, source.fails_closed)


def _source(spec: _Spec, fails_closed: bool, params: bool) -> Source:
    validations = tuple(_validations(spec))
    annotations = tuple(spec.pairs("auditAnnotations", "key", "valueExpression"))
    if not validations and not annotations:
        raise spec.error("spec.validations or spec.auditAnnotations is required")
    variables = tuple(spec.pairs("variables"))
    for name, _ in variables:
        if not _IDENTIFIER.match(name) or name in _KEYWORDS:
            raise spec.error(f"spec.variables: {name!r} is not a valid CEL identifier")
    return Source(
        validations,
        variables,
        tuple(spec.pairs("matchConditions")),
        fails_closed,
        params=params,
        authorizer=True,
        audit_annotations=annotations,
    )


def _validations(spec: _Spec) -> Iterator[Validation]:
    for item in spec.items("validations"):
        where = "spec.validations"
        expression = spec.filled(item, "expression", where)
        message, computed = spec.text_of(item, "message", where), spec.text_of(item, "messageExpression", where)
        for key, text in (("message", message), ("messageExpression", computed)):
            if text and not text.strip():
                raise spec.error(f"{where}: {key} must be non-empty if specified")
        if "\n" in message.strip():
            raise spec.error(f"{where}: message must not contain line breaks")
        spec.one_of(spec.text_of(item, "reason", where) or "Invalid", _REASONS, f"{where}.reason")
        yield Validation(expression, message, computed)


def read_binding(document: Object) -> Binding:
    """The binding in a document."""
    spec = _Spec(document)
    policy = spec.needed("policyName")
    actions = spec.value.get("validationActions") or []
    if not isinstance(actions, list) or not actions or not set(map(str, actions)) <= _ACTIONS:
        raise spec.error("spec.validationActions must list Deny, Warn or Audit")
    if {"Deny", "Warn"} <= set(actions):
        raise spec.error("spec.validationActions must not hold both Deny and Warn")
    if len(set(actions)) < len(actions):
        raise spec.error("spec.validationActions must not hold repeated values")
    match = spec.object("matchResources")
    spec.check_match("matchResources")
    ref = spec.value.get("paramRef")
    if ref is not None:
        _check_reference(spec)
    return Binding(spec.name, policy, match, ref, tuple(actions))


def _check_reference(spec: _Spec) -> None:
    ref = spec.object("paramRef")
    name, selector = spec.text("name", "paramRef"), ref.get("selector")
    if name and selector is not None:
        raise spec.error("spec.paramRef: name and selector are mutually exclusive")
    if not name and selector is None:
        raise spec.error("spec.paramRef: one of name or selector must be specified")
    spec.text("namespace", "paramRef")
    spec.check_selector(selector, "spec.paramRef.selector")
    action = spec.needed("parameterNotFoundAction", "paramRef")
    spec.one_of(action, frozenset({"Allow", "Deny"}), "spec.paramRef.parameterNotFoundAction")


class _Spec:
    """The spec of a document, with what is to be said where it is not as it should be."""

    def __init__(self, document: Object) -> None:
        metadata = document.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        if not isinstance(name, str) or not name:
            raise TemplateError(f"{document.get('kind')}: metadata.name is required")
        self.name = name
        self.value: Object = {}
        self.value = self._object(document.get("spec"), "spec")
        if not self.value:
            raise self.error("spec is required")

    def error(self, text: str, *, hint: str = "") -> TemplateError:
        return TemplateError(f"{self.name}: {text}", hint=hint)

    def object(self, key: str) -> Object:
        """A part of the spec; empty where there is none."""
        return self._object(self.value.get(key), f"spec.{key}")

    def text(self, key: str, part: str = "") -> str:
        return self.text_of(self.object(part) if part else self.value, key, f"spec.{part}" if part else "spec")

    def text_of(self, item: Object, key: str, where: str) -> str:
        value = item.get(key)
        if value is not None and not isinstance(value, str):
            raise self.error(f"{where}: {key} must be a string")
        return value or ""

    def needed(self, key: str, part: str = "") -> str:
        return self.filled(self.object(part) if part else self.value, key, f"spec.{part}" if part else "spec")

    def filled(self, item: Object, key: str, where: str) -> str:
        text = self.text_of(item, key, where)
        if not text.strip():
            raise self.error(f"{where}.{key} is required")
        return text

    def one_of(self, value: str, known: frozenset[str], where: str) -> None:
        if value not in known:
            raise self.error(f"{where}: unsupported value {value!r}", hint=f"use {', '.join(sorted(known))}")

    def items(self, key: str, part: str = "") -> list[Object]:
        given = (self.object(part) if part else self.value).get(key) or []
        if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
            raise self.error(f"spec.{f'{part}.' if part else ''}{key} must be a list of objects")
        return given

    def pairs(self, key: str, first: str = "name", second: str = "expression") -> Iterator[tuple[str, str]]:
        """(name, expression) of the members of a list, each name once."""
        seen: set[str] = set()
        for item in self.items(key):
            name, text = self.filled(item, first, f"spec.{key}"), self.filled(item, second, f"spec.{key}")
            if name in seen:
                raise self.error(f"spec.{key}: {name!r} is there twice")
            seen.add(name)
            yield name, text

    def check_match(self, part: str) -> None:
        """Which requests a policy or a binding is about."""
        where = f"spec.{part}"
        self.one_of(self.text("matchPolicy", part) or "Exact", _MATCH_POLICIES, f"{where}.matchPolicy")
        for name in ("namespaceSelector", "objectSelector"):
            self.check_selector(self.object(part).get(name), f"{where}.{name}")
        for key in ("resourceRules", "excludeResourceRules"):
            for rule in self.items(key, part):
                self.check_rule(rule, f"{where}.{key}")

    def check_rule(self, rule: Object, where: str) -> None:
        for key in ("operations", "apiGroups", "apiVersions", "resources"):
            if not self.texts(rule, key, where):
                raise self.error(f"{where}.{key} is required")
        self.texts(rule, "resourceNames", where)
        for operation in rule["operations"]:
            self.one_of(operation, _OPERATIONS, f"{where}.operations")
        self.one_of(self.text_of(rule, "scope", where) or "*", _SCOPES, f"{where}.scope")

    def texts(self, item: Object, key: str, where: str) -> list[str]:
        given = item.get(key) or []
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            raise self.error(f"{where}.{key} must be a list of strings")
        return given

    def check_selector(self, selector: Any, where: str) -> None:
        selector = self._object(selector, where)
        self._object(selector.get("matchLabels"), f"{where}.matchLabels")
        expressions = selector.get("matchExpressions") or []
        if not isinstance(expressions, list):
            raise self.error(f"{where}.matchExpressions must be a list of objects")
        for item in expressions:
            expression = self._object(item, f"{where}.matchExpressions")
            self.filled(expression, "key", f"{where}.matchExpressions")
            operator = self.text_of(expression, "operator", f"{where}.matchExpressions")
            self.one_of(operator, frozenset(_OPERATORS), f"{where}.matchExpressions.operator")
            if bool(self.texts(expression, "values", f"{where}.matchExpressions")) is not _OPERATORS[operator]:
                wanted = "needs values" if _OPERATORS[operator] else "takes no values"
                raise self.error(f"{where}.matchExpressions: {operator} {wanted}")

    def _object(self, value: Any, where: str) -> Object:
        if value is not None and not isinstance(value, dict):
            raise self.error(f"{where} must be an object")
        return value or {}
