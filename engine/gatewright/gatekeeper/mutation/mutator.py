"""The four kinds of mutator, read from their documents and checked as Gatekeeper's webhook checks them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from gatewright.errors import MutationError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._decode import (
    ANY,
    STRING,
    DecodeError,
    Type,
    list_of,
    named,
    restore,
    struct,
)
from gatewright.gatekeeper._gotext import quote, value_text
from gatewright.gatekeeper._meta import document, pod_status
from gatewright.gatekeeper.apply_to import (
    MUTATION_APPLY_TO,
    applies_for,
    check_operations,
    effective_operations,
    flatten,
)
from gatewright.gatekeeper.match import CompiledMatch, Namespace, Subject
from gatewright.gatekeeper.mutation.apply import Setter, apply_mutation
from gatewright.gatekeeper.mutation.conflicts import SET, UNKNOWN, Binding
from gatewright.gatekeeper.mutation.conflicts import STRING as STRING_TERMINAL
from gatewright.gatekeeper.mutation.external import USE_DEFAULT, Placeholder
from gatewright.gatekeeper.mutation.image import check_parts, mutate_image
from gatewright.gatekeeper.mutation.path import ListNode, ObjectNode, Path, parse_path
from gatewright.gatekeeper.mutation.tester import MUST_NOT_EXIST, Tester, make_tester, read_tester
from gatewright.gatekeeper.reading.match import MATCH, compile_match

MUTATION_GROUP: Final = "mutations.gatekeeper.sh"


@dataclass(frozen=True, slots=True, order=True)
class MutatorId:
    """What names a mutator; ids sort in the order in which mutators are applied."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.group} {self.namespace}/{self.name}"


@dataclass(slots=True)
class Mutable:
    """An object under mutation, with what mutators may ask about it."""

    object: kube.Object
    namespace: Namespace | None = None
    username: str = ""
    operation: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Mutator:
    """A mutator ready to run. `bindings` is empty for AssignMetadata, which takes no part in schema conflicts."""

    id: MutatorId
    path: Path
    spec: dict[str, Any]
    tester: Tester = field(compare=False)
    matcher: CompiledMatch = field(compare=False)
    setter: Callable[[Mutable], Setter] = field(compare=False)
    bindings: tuple[Binding, ...] = ()
    terminal: str = UNKNOWN
    must_terminate: bool = False

    @property
    def asks_provider(self) -> bool:
        """Whether it leaves placeholders for external data."""
        return "externalData" in (_parameters(self.spec).get("assign") or {})

    @property
    def changes_type(self) -> bool:
        """Whether it makes an object one of another kind or version."""
        return self.path.nodes[:1] in ((ObjectNode("kind"),), (ObjectNode("apiVersion"),))

    def matches(self, mutable: Mutable) -> bool:
        """Whether the mutator is for this object; MatchError when that cannot be told."""
        return self.covers(kube.gvk_of(mutable.object), mutable.operation) and self.selects(mutable)

    def covers(self, gvk: kube.GroupVersionKind, operation: str) -> bool:
        """What `applyTo` says."""
        return not self.bindings or applies_for(self.spec.get("applyTo") or (), gvk, operation)

    def selects(self, mutable: Mutable) -> bool:
        """What `match` says; MatchError when that cannot be told."""
        if self.matcher.kinds is None and not self.matcher.criteria:
            return True
        return self.matcher(Subject(mutable.object, mutable.namespace, mutable.source))

    def mutate(self, mutable: Mutable) -> bool:
        """Mutate the object in place; whether anything was set."""
        return apply_mutation(mutable.object, self.path, self.tester, self.setter(mutable))


# --- documents ---------------------------------------------------------------------------------------------------

_PATH_TESTS: Final = list_of(struct("unversioned.PathTest", subPath=STRING, condition=named("tester.Condition")))
_ASSIGN_FIELD: Final = struct(
    "unversioned.AssignField",
    value=ANY,
    fromMetadata=struct("unversioned.FromMetadata", field=named("unversioned.Field")),
    externalData=struct(
        "unversioned.ExternalData",
        provider=STRING,
        dataSource=named("types.ExternalDataSource"),
        failurePolicy=named("types.ExternalDataFailurePolicy"),
        default=STRING,
    ),
)


def _document(kind: str, **parameters: Type) -> Type:
    spec = {} if kind == "AssignMetadata" else {"applyTo": list_of(MUTATION_APPLY_TO)}
    spec |= {
        "match": MATCH,
        "location": STRING,
        "parameters": struct(f"unversioned.{kind}Parameters", **parameters),
    }
    return document(
        f"unversioned.{kind}",
        spec=struct(f"unversioned.{kind}Spec", **spec),
        status=pod_status("Mutator", "mutatorUID"),
    )


_DOCUMENTS: Final = {
    "Assign": _document("Assign", pathTests=_PATH_TESTS, assign=_ASSIGN_FIELD),
    "AssignMetadata": _document("AssignMetadata", assign=_ASSIGN_FIELD),
    "ModifySet": _document(
        "ModifySet",
        pathTests=_PATH_TESTS,
        operation=named("unversioned.Operation"),
        values=struct("unversioned.Values", fromList=list_of(ANY)),
    ),
    "AssignImage": _document(
        "AssignImage", pathTests=_PATH_TESTS, assignDomain=STRING, assignPath=STRING, assignTag=STRING
    ),
}

KINDS: Final = frozenset(_DOCUMENTS)


def is_mutator(obj: kube.Object) -> bool:
    gvk = kube.gvk_of(obj)
    return gvk.group == MUTATION_GROUP and gvk.kind in KINDS


def read_mutator(document: kube.Object, kind: str = "") -> Mutator:
    """The mutator of a document; MutationError when Gatekeeper would refuse it. `kind` overrides the document's."""
    kind = kind or kube.gvk_of(document).kind
    if kind not in KINDS:
        raise MutationError(f"cannot convert mutator of kind {quote(kind)}")
    try:
        decoded = restore(document, _DOCUMENTS[kind])
    except DecodeError as error:
        raise MutationError(error.message) from error
    metadata, spec = decoded.get("metadata") or {}, decoded.get("spec") or {}
    name = metadata.get("name", "")
    if len(name.encode("utf-8", "replace")) > 63:
        raise MutationError("maximum name length is 63 characters")
    who = MutatorId(MUTATION_GROUP, kind, metadata.get("namespace", ""), name)
    return _READERS[kind](who, spec)


def _location(who: MutatorId, spec: dict[str, Any], shown: str) -> Path:
    text = spec.get("location", "")
    try:
        return parse_path(text)
    except MutationError as error:
        raise MutationError(f"invalid location format `{text}` for {shown} {who.name}: {error.message}") from error


def _has_metadata_root(path: Path) -> bool:
    return path.nodes[:1] == (ObjectNode("metadata"),)


def _check_key_kept(path: Path) -> None:
    if not path.nodes:
        raise MutationError("empty path")
    if len(path.nodes) < 2:
        return
    before, last = path.nodes[-2:]
    if isinstance(before, ListNode) and isinstance(last, ObjectNode) and last.reference == before.key_field:
        raise MutationError("invalid path format: changing the item key is not allowed")


def _bindings(who: MutatorId, spec: dict[str, Any]) -> tuple[Binding, ...]:
    entries = spec.get("applyTo") or []
    for entry in entries:
        if not (entry.get("groups") and entry.get("versions") and entry.get("kinds")):
            what = "all of group, version and kind must be specified"
            raise MutationError(f"invalid applyTo for {who.kind} mutator {who.name}, {what}")
    try:
        check_operations(entries)
    except MutationError as error:
        raise MutationError(f"invalid applyTo for {who.kind} mutator {who.name}: {error.message}") from error
    if not entries:
        raise MutationError(f"applyTo required for {who.kind} mutator {who.name}")
    found = {
        (gvk.group, gvk.version, gvk.kind, operation)
        for entry in entries
        for gvk in flatten(entry)
        for operation in effective_operations(entry)
    }
    return tuple(sorted(found, key=lambda b: (f"{b[0]}/{b[1]}, Kind={b[2]}", b[3])))


def _parameters(spec: dict[str, Any]) -> dict[str, Any]:
    return spec.get("parameters") or {}


def _matcher(spec: dict[str, Any]) -> CompiledMatch:
    return compile_match(spec.get("match"))


# --- Assign and AssignMetadata -----------------------------------------------------------------------------------


def _check_assign(assign: dict[str, Any]) -> None:
    fields = [name for name in ("value", "fromMetadata", "externalData") if name in assign]
    listed = "one of `externalData`, `value` or `fromMetadata`: invalid assign field"
    if not fields:
        raise MutationError(f"assign must set {listed}")
    if len(fields) > 1:
        raise MutationError(f"assign must only set {listed}")
    if "fromMetadata" in assign:
        name = assign["fromMetadata"].get("field", "")
        if name not in ("namespace", "name"):
            raise MutationError(f"field {name} is not recognized: invalid fromMetadata field")
    external = assign.get("externalData")
    if external is not None and external.get("failurePolicy") == USE_DEFAULT and not external.get("default"):
        raise MutationError("`default` must not be empty when `failurePolicy` is set to `UseDefault`")


@dataclass(frozen=True, slots=True)
class _AssignSetter:
    value: Any

    def set_value(self, parent: dict[str, Any], key: str) -> None:
        value = self.value
        if isinstance(value, Placeholder) and key in parent:
            there = parent[key]
            if isinstance(there, Placeholder):
                there = there.value
            if not isinstance(there, str):
                raise MutationError("value assigned to external data placeholder is not a string")
            value = Placeholder(value.reference, there)
        parent[key] = kube.deep_copy(value)

    def list_value(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise MutationError(f"assign.value for keyed list is not an object: {value_text(self.value)}")
        copy: dict[str, Any] = kube.deep_copy(self.value)
        return copy


def _assign_setter(assign: dict[str, Any]) -> Callable[[Mutable], Setter]:
    if "fromMetadata" in assign:
        read = kube.namespace_of if assign["fromMetadata"]["field"] == "namespace" else kube.name_of
        return lambda mutable: _AssignSetter(read(mutable.object))
    if "value" in assign:
        setter = _AssignSetter(assign["value"])
        return lambda mutable: setter
    reference = assign["externalData"]
    if reference.get("dataSource") == "Username":
        return lambda mutable: _AssignSetter(Placeholder(reference, mutable.username))
    return lambda mutable: _AssignSetter(Placeholder(reference))


def _read_assign(who: MutatorId, spec: dict[str, Any]) -> Mutator:
    path = _location(who, spec, "Assign")
    if _has_metadata_root(path):
        raise MutationError(f"assign {who.name} can't change metadata")
    _check_key_kept(path)
    parameters = _parameters(spec)
    assign = parameters.get("assign") or {}
    _check_assign(assign)
    if isinstance(path.last, ListNode):
        _check_list_value(path.last, assign)
    tester = read_tester(who.name, "Assign", path, parameters.get("pathTests") or [])
    bindings = _bindings(who, spec)
    terminates = "externalData" in assign
    setter = _assign_setter(assign)
    return Mutator(who, path, spec, tester, _matcher(spec), setter, bindings, UNKNOWN, terminates)


def _check_list_value(node: ListNode, assign: dict[str, Any]) -> None:
    if "value" in assign:
        if node.glob:
            raise MutationError("can't append to a globbed list")
        value = assign["value"]
        if not isinstance(value, dict):
            raise MutationError(f"invalid value: `{value_text(value)}`, only objects can be added to keyed lists")
        key = value.get(node.key_field)
        # A number in the value is a float to Gatekeeper, and so never the integer of the path.
        if not (isinstance(key, str) and key == node.key_value):
            listed = f"list key {value_text(node.key_value)}, object key {value_text(key)}"
            raise MutationError(f"adding object to list with different key {node.key_field}: {listed}")
    if "fromMetadata" in assign:
        raise MutationError("cannot assign a metadata field to a list")
    if "externalData" in assign:
        raise MutationError("cannot assign external data response to a list")


_METADATA_ROOTS: Final = (
    (ObjectNode("metadata"), ObjectNode("labels")),
    (ObjectNode("metadata"), ObjectNode("annotations")),
)


def _read_assign_metadata(who: MutatorId, spec: dict[str, Any]) -> Mutator:
    text = spec.get("location", "")
    try:
        path = parse_path(text)
    except MutationError as error:
        message = f"invalid location format for AssignMetadata {who.name}: {text}: {error.message}"
        raise MutationError(message) from error
    proper = len(path.nodes) == 3 and isinstance(path.last, ObjectNode) and path.nodes[:2] in _METADATA_ROOTS
    if not proper:
        raise MutationError(f"invalid location for assignmetadata {who.name}: {text}")
    assign = _parameters(spec).get("assign") or {}
    _check_assign(assign)
    external = assign.get("externalData")
    if external is not None and external.get("dataSource") != "Username":
        raise MutationError(f"only username data source is supported for assignmetadata {who.name}")
    if "value" in assign and not isinstance(assign["value"], str):
        field_name = "spec.parameters.assign.value field"
        raise MutationError(f"{field_name} must be a string for AssignMetadata {quote(who.name)}")
    tester = make_tester(path, [(path, MUST_NOT_EXIST)])
    setter = _assign_setter(assign)
    return Mutator(who, path, spec, tester, _matcher(spec), setter, must_terminate=external is not None)


# --- ModifySet ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _SetSetter:
    operation: str
    values: list[Any]

    def set_value(self, parent: dict[str, Any], key: str) -> None:
        if self.operation not in ("merge", "prune"):
            raise MutationError(f"unrecognized operation for modifyset: {self.operation}")
        merge = self.operation == "merge"
        if key not in parent:
            if merge:
                parent[key] = kube.deep_copy(self.values)
            return
        there = parent[key]
        if not isinstance(there, list):
            raise MutationError(f"{value_text(there)} is not a list of values, cannot treat it as a set")
        if merge:
            known = list(there)
            for value in self.values:
                if not any(kube.same(value, t) for t in known):
                    known.append(kube.deep_copy(value))
            parent[key] = known
        else:
            parent[key] = [t for t in there if not any(kube.same(v, t) for v in self.values)]

    def list_value(self) -> dict[str, Any]:
        raise MutationError("mutator does not understand keyed lists")


def _read_modify_set(who: MutatorId, spec: dict[str, Any]) -> Mutator:
    path = _location(who, spec, "ModifySet")
    if _has_metadata_root(path):
        raise MutationError(f"modifyset {who.name} can't change metadata")
    if isinstance(path.last, ListNode):
        raise MutationError("final node in a modifyset location cannot be a keyed list")
    parameters = _parameters(spec)
    tester = read_tester(who.name, "ModifySet", path, parameters.get("pathTests") or [])
    bindings = _bindings(who, spec)
    values = (parameters.get("values") or {}).get("fromList") or []
    setter = _SetSetter(parameters.get("operation", ""), values)
    return Mutator(who, path, spec, tester, _matcher(spec), lambda mutable: setter, bindings, SET)


# --- AssignImage -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ImageSetter:
    domain: str
    path: str
    tag: str

    def set_value(self, parent: dict[str, Any], key: str) -> None:
        image = parent.get(key, "")
        if not isinstance(image, str):
            # Gatekeeper prints the empty text of its failed conversion, not the value.
            raise MutationError("expected value at AssignImage location to be a string, got  of type string")
        parent[key] = mutate_image(image, self.domain, self.path, self.tag)

    def list_value(self) -> dict[str, Any]:
        raise MutationError("mutator does not understand keyed lists")


def _read_assign_image(who: MutatorId, spec: dict[str, Any]) -> Mutator:
    path = _location(who, spec, "assignImage")
    if _has_metadata_root(path):
        raise MutationError(f"assignImage {who.name} can't change metadata")
    if isinstance(path.last, ListNode):
        raise MutationError(f"assignImage {who.name} cannot mutate list-type fields")
    _check_key_kept(path)
    parameters = _parameters(spec)
    parts = tuple(parameters.get(name, "") for name in ("assignDomain", "assignPath", "assignTag"))
    try:
        check_parts(*parts)
    except MutationError as error:
        raise MutationError(f"assignImage {who.name} has invalid parameters: {error.message}") from error
    tester = read_tester(who.name, "AssignImage", path, parameters.get("pathTests") or [])
    bindings = _bindings(who, spec)
    setter = _ImageSetter(*parts)
    return Mutator(who, path, spec, tester, _matcher(spec), lambda mutable: setter, bindings, STRING_TERMINAL, True)


_READERS: Final[dict[str, Callable[[MutatorId, dict[str, Any]], Mutator]]] = {
    "Assign": _read_assign,
    "AssignImage": _read_assign_image,
    "AssignMetadata": _read_assign_metadata,
    "ModifySet": _read_modify_set,
}
