"""What stands around the objects under review: namespaces, the scopes of kinds, and what a Config takes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gatewright.errors import ReviewError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper.match import Namespace, Subject, gator_namespace
from gatewright.gatekeeper.scopes import Scopes

CLUSTER = "cluster"
GATOR_TEST = "gator test"
GATOR_VERIFY = "gator verify"

_NAME_LABEL = "kubernetes.io/metadata.name"


class Surroundings:
    """Objects of namespaced kinds that name no namespace stand in `default_namespace`; "" leaves them where they are.

    `enforcement_point` decides which of a Config's exclusions count.
    """

    __slots__ = (
        "_enforcement_point",
        "_excluded",
        "_unmutated",
        "_unsynced",
        "default_namespace",
        "namespaces",
        "scopes",
        "semantics",
    )

    def __init__(self, semantics: str, default_namespace: str, enforcement_point: str) -> None:
        self.semantics = semantics
        self.default_namespace = default_namespace if semantics == CLUSTER else ""
        self.scopes = Scopes()
        self.namespaces: dict[str, Namespace] = {}
        self._enforcement_point = enforcement_point
        # Which namespaces are taken out of reviews, which out of mutation, and which out of the inventory.
        self._excluded: list[Callable[[str], bool]] = []
        self._unmutated: list[Callable[[str], bool]] = []
        self._unsynced: list[Callable[[str], bool]] = []

    def learn(self, obj: kube.Object) -> bool:
        """Take in a Namespace, a CustomResourceDefinition or a Config; whether it is one.

        ReviewError when a Namespace or Config has the wrong shape.
        """
        gvk = kube.gvk_of(obj)
        if gvk.group == "" and gvk.kind == "Namespace":
            namespace = self.given(obj)
            self.namespaces[namespace.name] = namespace
        elif gvk.group == "apiextensions.k8s.io" and gvk.kind == "CustomResourceDefinition":
            self.scopes.learn(obj)
        elif gvk.group == "config.gatekeeper.sh" and gvk.kind == "Config" and self.semantics == CLUSTER:
            from gatewright.gatekeeper.config import MUTATION, SYNC, exclusions, process_of

            self._excluded += exclusions(obj, process_of(self._enforcement_point))
            self._unmutated += exclusions(obj, MUTATION)
            self._unsynced += exclusions(obj, SYNC)
        else:
            return False
        return True

    # --- namespaces ---

    def given(self, obj: kube.Object) -> Namespace:
        """The Namespace of an object, which need not be a known one; ReviewError when it has the wrong shape."""
        from gatewright.gatekeeper._decode import DecodeError
        from gatewright.gatekeeper.reading.match import read_namespace

        try:
            namespace = read_namespace(obj)
        except DecodeError as error:
            what = "cannot cache non-namespace type: cannot cache Namespace"
            raise ReviewError(f"{what}: {error.message}") from error
        return _stored(namespace) if self.semantics == CLUSTER else namespace

    def namespace_of(self, obj: kube.Object) -> Namespace | None:
        """The Namespace that an object is in, as matching sees it."""
        if self.semantics == GATOR_TEST:
            return gator_namespace(obj, self.namespaces)
        return self.namespace_named(kube.namespace_of(obj))

    def namespace_named(self, name: str) -> Namespace | None:
        known = self.namespaces.get(name) if name else None
        if known is None and name == "default" and self.semantics == CLUSTER:
            # Every cluster has it.
            known = self.namespaces[name] = _stored(Namespace(name, {}, {"metadata": {"name": name}}))
        return known

    def parent_of(self, obj: kube.Object, namespace: Namespace | None) -> Namespace | None:
        """The namespace in which a reviewed object expands: the one of its review, but for gator."""
        if self.semantics == CLUSTER:
            return namespace
        return gator_namespace(obj, self.namespaces if self.semantics == GATOR_TEST else {})

    def placed(self, obj: kube.Object) -> kube.Object:
        """The object as the API server would store it: in the default namespace when its kind wants one, a Namespace
        with the label of its name."""
        if not self.default_namespace:
            return obj
        metadata = obj.get("metadata")
        if not isinstance(metadata, dict):
            return obj
        if obj.get("kind") == "Namespace" and kube.is_namespace(obj):
            return _named(obj)
        if metadata.get("namespace"):
            return obj
        gvk = kube.gvk_of(obj)
        if self.scopes.cluster_scoped(gvk.group, gvk.kind):
            return obj
        return in_namespace(obj, self.default_namespace)

    def as_given(self, stored: kube.Object, given: kube.Object) -> kube.Object:
        """An object made from what `placed` gave, without what that added."""
        metadata = dict(kube.metadata_of(stored))
        if not kube.is_namespace(given):
            metadata.pop("namespace", None)
            return {**stored, "metadata": metadata}
        labels = {key: value for key, value in metadata["labels"].items() if key != _NAME_LABEL}
        metadata["labels"] = labels
        if not labels and "labels" not in kube.metadata_of(given):
            del metadata["labels"]
        return {**stored, "metadata": metadata}

    # --- what a Config takes out ---

    def excludes(self, subject: Subject, namespace: str) -> bool:
        """Whether an object in a namespace ("" for none) is not reviewed."""
        return bool(self._excluded) and _among(self._excluded, subject, namespace)

    def keeps_from_mutation(self, obj: kube.Object) -> bool:
        return bool(self._unmutated) and _among(self._unmutated, Subject(obj), kube.namespace_of(obj))

    def keeps_from_sync(self, obj: kube.Object) -> bool:
        return bool(self._unsynced) and _among(self._unsynced, Subject(obj), kube.namespace_of(obj))


def _named(obj: kube.Object) -> kube.Object:
    """A copy of a Namespace with the label of its name; the object itself where it has it, or no labels to add to."""
    metadata, name = kube.metadata_of(obj), kube.name_of(obj)
    labels = metadata.get("labels") or {}
    if not name or not isinstance(labels, dict) or _NAME_LABEL in labels:
        return obj
    return {**obj, "metadata": {**metadata, "labels": {**labels, _NAME_LABEL: name}}}


def in_namespace(obj: kube.Object, name: str) -> kube.Object:
    """A copy of the object in a namespace; the object itself where the name is empty."""
    return {**obj, "metadata": {**kube.metadata_of(obj), "namespace": name}} if name else obj


def _stored(namespace: Namespace) -> Namespace:
    """A Namespace as the API server keeps it and Gatekeeper shows it: with the label of its name, and all parts."""
    labels = {_NAME_LABEL: namespace.name, **namespace.labels}
    given = namespace.object or {}
    stored = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {**kube.metadata_of(given), "labels": labels},
        "spec": given.get("spec") or {},
        "status": given.get("status") or {},
    }
    return Namespace(namespace.name, labels, stored)


def _among(excluded: Sequence[Callable[[str], bool]], subject: Subject, namespace: str) -> bool:
    """Whether exclusions cover an object: a Namespace by its own name, all else by the namespace it is in, or ""."""
    name = subject.name if subject.is_namespace else namespace
    return any(excludes(name) for excludes in excluded)
