"""Expansion templates: the objects that controllers would make of an object, such as the Pod of a Deployment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gatewright.errors import ExpansionError, MutationError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._decode import STRING, DecodeError, list_of, restore, struct
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper._meta import document, pod_status
from gatewright.gatekeeper.apply_to import APPLY_TO, entry_matches, flatten
from gatewright.gatekeeper.kube import GroupVersionKind
from gatewright.gatekeeper.match import Namespace
from gatewright.gatekeeper.mutation import Mutable, MutationSystem
from gatewright.records import field, record

EXPANSION_GROUP: Final = "expansion.gatekeeper.sh"
_MAX_DEPTH: Final = 30

_DOCUMENT: Final = document(
    "unversioned.ExpansionTemplate",
    spec=struct(
        "unversioned.ExpansionTemplateSpec",
        applyTo=list_of(APPLY_TO),
        templateSource=STRING,
        generatedGVK=struct("unversioned.GeneratedGVK", group=STRING, version=STRING, kind=STRING),
        enforcementAction=STRING,
    ),
    status=pod_status("ExpansionTemplate", "templateUID"),
)


@record(frozen=True, slots=True)
class ExpansionTemplate:
    """One template: which kinds it reads, where in them the new object lies, and what that is."""

    name: str
    applies_to: tuple[GroupVersionKind, ...]
    source: str
    generates: GroupVersionKind
    enforcement_action: str


@record(frozen=True, slots=True)
class Resultant:
    """An object that an expansion gives. `enforcement_action` overrides the constraints' own when it is set."""

    object: kube.Object
    template: str
    enforcement_action: str


def is_expansion_template(obj: kube.Object) -> bool:
    gvk = kube.gvk_of(obj)
    return gvk.group == EXPANSION_GROUP and gvk.kind == "ExpansionTemplate"


def read_expansion_template(document: kube.Object) -> ExpansionTemplate:
    """The template of a document; ExpansionError when Gatekeeper would refuse it."""
    return check_expansion_template(decode_expansion_template(document))


def decode_expansion_template(document: kube.Object) -> dict[str, Any]:
    """The document's fields; ExpansionError when it has the wrong shape."""
    try:
        decoded: dict[str, Any] = restore(document, _DOCUMENT)
    except DecodeError as error:
        raise ExpansionError(error.message) from error
    return decoded


def check_expansion_template(decoded: dict[str, Any]) -> ExpansionTemplate:
    name = (decoded.get("metadata") or {}).get("name", "")
    spec = decoded.get("spec") or {}
    gvk = spec.get("generatedGVK") or {}
    generates = GroupVersionKind(gvk.get("group", ""), gvk.get("version", ""), gvk.get("kind", ""))
    if not name:
        raise ExpansionError("ExpansionTemplate has empty name field")
    if len(name.encode("utf-8", "replace")) >= 64:
        raise ExpansionError("ExpansionTemplate name must be less than 64 characters")
    if not spec.get("templateSource"):
        raise ExpansionError(f"ExpansionTemplate {name} has empty source field")
    if generates.empty:
        raise ExpansionError(f"ExpansionTemplate {name} has empty generatedGVK field")
    entries = spec.get("applyTo") or []
    if not entries:
        raise ExpansionError(f"ExpansionTemplate {name} must specify ApplyTo")
    if any(entry_matches(entry, generates) for entry in entries):
        raise ExpansionError(f"ExpansionTemplate {name} generates GVK {generates}, but also applies to that same GVK")
    kinds = tuple(gvk for entry in entries for gvk in flatten(entry))
    return ExpansionTemplate(name, kinds, spec["templateSource"], generates, spec.get("enforcementAction", ""))


@record(slots=True)
class ExpansionSystem:
    """All expansion templates; those on a cycle are kept, but not used."""

    mutations: MutationSystem | None = None
    _templates: dict[str, ExpansionTemplate] = field(default_factory=dict)
    _conflicts: frozenset[str] = frozenset()

    def upsert(self, template: ExpansionTemplate) -> None:
        """Add or replace a template; ExpansionError when it closes a cycle, in which case it stays, unused."""
        self._templates[template.name] = template
        cycle = self._on_cycle(template.name)
        self._conflicts = frozenset(name for name in self._templates if self._on_cycle(name))
        if cycle:
            raise ExpansionError("template forms expansion cycle")

    def remove(self, name: str) -> None:
        self._templates.pop(name, None)
        self._conflicts = frozenset(name for name in self._templates if self._on_cycle(name))

    @property
    def conflicts(self) -> frozenset[str]:
        """The names of the templates that form cycles."""
        return self._conflicts

    def _after(self, template: ExpansionTemplate) -> Iterator[ExpansionTemplate]:
        return (t for t in self._templates.values() if template.generates in t.applies_to)

    def _on_cycle(self, name: str) -> bool:
        """Whether a template can come to expand, in the end, what it generates."""
        seen: set[str] = set()
        stack = list(self._after(self._templates[name]))
        while stack:
            template = stack.pop()
            if template.name == name:
                return True
            if template.name not in seen:
                seen.add(template.name)
                stack += self._after(template)
        return False

    def expand(self, base: Mutable) -> list[Resultant]:
        """What an object expands to, its own resultants' resultants first; ExpansionError when a source is missing."""
        found: list[Resultant] = []
        self._expand(base, found, 0)
        return found

    def _expand(self, base: Mutable, found: list[Resultant], depth: int) -> None:
        if depth >= _MAX_DEPTH:
            raise ExpansionError(f"maximum recursion depth of {_MAX_DEPTH} reached")
        resultants = self._once(base)
        for resultant in resultants:
            self._expand(Mutable(resultant.object, base.namespace, base.username, "", base.source), found, depth + 1)
        found += resultants

    def _once(self, base: Mutable) -> list[Resultant]:
        gvk = kube.gvk_of(base.object)
        if gvk.empty:
            raise ExpansionError(f"cannot expand resource {kube.name_of(base.object)} with empty GVK")
        templates = [t for t in self._templates.values() if gvk in t.applies_to and t.name not in self._conflicts]
        made = [expand_with(template, base.object, base.namespace) for template in templates]
        return [
            Resultant(self._mutated(obj, base), template.name, template.enforcement_action)
            for obj, template in zip(made, templates, strict=True)
        ]

    def _mutated(self, obj: kube.Object, base: Mutable) -> kube.Object:
        if self.mutations is None:
            return obj
        mutable = Mutable(obj, base.namespace, base.username, "", "Generated")
        try:
            self.mutations.mutate(mutable)
        except MutationError as error:
            what = f"failed to mutate resultant resource {kube.name_of(obj)}"
            raise ExpansionError(f"{what}: {error.message}") from error
        return mutable.object


def expand_with(template: ExpansionTemplate, parent: kube.Object, namespace: Namespace | None) -> kube.Object:
    """The object that one template makes of its parent."""
    name = kube.name_of(parent)
    try:
        source, found = kube.nested_map(parent, *template.source.split("."))
    except kube.AccessError as error:
        raise ExpansionError(f"could not extract source field from unstructured: {error.message}") from error
    if not found or source is None:
        raise ExpansionError(f"could not find source field {quote(template.source)} in resource {name}")
    obj: kube.Object = kube.deep_copy(source)
    gvk = template.generates
    obj["apiVersion"], obj["kind"] = gvk.api_version, gvk.kind
    metadata = _metadata(obj)
    _place(metadata, parent, namespace, template)
    _set(metadata, "name", f"{name}-{gvk.kind}".lower() if gvk.kind else name.lower())
    _own(metadata, parent)
    if not metadata and "metadata" not in source:
        del obj["metadata"]
    return obj


def _metadata(obj: kube.Object) -> kube.Object:
    """The metadata to fill in; where it is no object, what is filled in is lost, as with Go's accessors."""
    metadata = obj.setdefault("metadata", {})
    return metadata if isinstance(metadata, dict) else {}


def _place(
    metadata: kube.Object, parent: kube.Object, namespace: Namespace | None, template: ExpansionTemplate
) -> None:
    if namespace is not None:
        name = namespace.name
    else:
        try:
            name, found = kube.nested_string(parent, "metadata", "namespace")
        except kube.AccessError as error:
            where = f"{quote(template.source)} in parent resource {kube.name_of(parent)}"
            raise ExpansionError(f"could not extract namespace field {where}") from error
        if not found:
            return
    _set(metadata, "namespace", name)


def _set(metadata: kube.Object, key: str, text: str) -> None:
    """Set a field as Go's accessors do: an empty text takes it away."""
    if text:
        metadata[key] = text
    else:
        metadata.pop(key, None)


def _own(metadata: kube.Object, parent: kube.Object) -> None:
    """Name the parent as an owner, unless it is named already."""
    owner = {"apiVersion": parent.get("apiVersion"), "kind": parent.get("kind"), "name": kube.name_of(parent)}
    if not all(isinstance(value, str) and value for value in owner.values()):
        return
    references = metadata.get("ownerReferences")
    known = references if isinstance(references, list) and all(isinstance(r, dict) for r in references) else []
    if any(all(reference.get(k) == v for k, v in owner.items()) for reference in known):
        return
    metadata["ownerReferences"] = [*map(_reference, known), {**owner, "uid": ""}]


def _reference(known: dict[str, Any]) -> dict[str, Any]:
    """An owner reference as Go writes it back: its own fields only."""
    out: dict[str, Any] = {
        name: value if isinstance(value := known.get(name), str) else ""
        for name in ("apiVersion", "kind", "name", "uid")
    }
    for name in ("controller", "blockOwnerDeletion"):
        if isinstance(known.get(name), bool):
            out[name] = known[name]
    return out
