"""What a policy is asked: an object with the request around it, as Gatekeeper hands it to policies."""

from __future__ import annotations

from gatewright.errors import ReviewError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper.match import Namespace, Subject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from gatewright.manifests import Origins
    from gatewright.runtime.trace import Path, Places

_OBJECT: Final[Path] = ("review", "object")
_METADATA: Final[Path] = (*_OBJECT, "metadata")
DELETE: Final = "DELETE"
ORIGINAL: Final = "Original"
GENERATED: Final = "Generated"


class Review:
    """One request. `rego` is what templates see as input.review; it, and the subjects, are shared by all constraints.

    `object` and `old_object` are as the API server sends them; on DELETE Rego sees the old object as the object. `made`
    is for what drivers make of a review once for all constraints, by a name of theirs. `read` is the object as it was
    read with the origins of its parts, if whoever read it knows them.
    """

    __slots__ = (
        "_places",
        "_shown",
        "made",
        "namespace",
        "object",
        "old_object",
        "read",
        "rego",
        "request",
        "source",
        "subjects",
    )

    def __init__(
        self,
        request: dict[str, Any],
        namespace: Namespace | None,
        source: str,
        *,
        show_namespace: bool = True,
        subjects: tuple[Subject, ...] = (),
    ) -> None:
        self.object: kube.Object | None = request["object"]
        self.old_object: kube.Object | None = request["oldObject"]
        self.request = request
        self.namespace = namespace
        self.source = source
        if request["operation"] == DELETE:
            if self.old_object is None:
                raise ReviewError("oldObject cannot be nil for DELETE operations")
            request = {**request, "object": self.old_object}
            self.object = None
        known = namespace.object if show_namespace and namespace is not None else None
        self.rego = {**request, "namespaceObject": known or {}}
        self.subjects = subjects or _subjects(request, namespace, source)
        self.made: dict[str, Any] = {}
        self.read: tuple[kube.Object, Origins] | None = None
        self._places: Places | None = None
        self._shown: dict[str, Any] | None = None

    @property
    def subject(self) -> Subject:
        return self.subjects[0]

    @property
    def changes_kind(self) -> bool:
        """Whether the old object is of another kind: a constraint applies that matches either in all its criteria."""
        one, other = self.subjects[0], self.subjects[-1]
        return one is not other and (one.group, one.kind) != (other.group, other.kind)

    @property
    def subject_object(self) -> kube.Object:
        """The object, or on DELETE the one that is deleted."""
        obj = self.object if self.object is not None else self.old_object
        assert obj is not None
        return obj

    @property
    def shown(self) -> dict[str, Any]:
        """`rego` with numbers as they show in texts: Gatekeeper's driver gives objects to Rego with float64s only.

        The two give the same answers but for how a large integer is written (`1e+06`), so that whoever has nothing to
        say need not look for one.
        """
        if self._shown is None:
            self._shown = self.rego if self._is_read_small() else kube.large_as_floats(self.rego)
        return self._shown

    def _is_read_small(self) -> bool:
        """Whether whoever read the object saw no large integer, and there is none in what stands around it."""
        return self.read is not None and not self.read[1].large and not kube.has_large(self.rego["namespaceObject"])

    @property
    def places(self) -> Places:
        """Where what Rego reads stands in its input."""
        if self._places is None:
            self._places = self.places_in(self.shown)
        return self._places

    def places_in(self, seen: dict[str, Any]) -> Places:
        """Where parts of the review stand, as a language sees it."""
        from gatewright.runtime.trace import Places

        if self.read is None or seen is not self.rego:
            return Places({"review": seen})
        read, origins = self.read
        obj = seen["object"]
        metadata = kube.metadata_of(obj)
        # An object that was put in a namespace, or given the label of its name, is another than was read, and so are
        # its metadata and labels.
        known = {id(read): _OBJECT, id(obj): _OBJECT, id(metadata): _METADATA}
        labels = metadata.get("labels")
        if labels is not None and labels is not kube.metadata_of(read).get("labels"):
            known[id(labels)] = (*_METADATA, "labels")
        return Places({"review": seen}, origins.told, known)


def _subjects(request: dict[str, Any], namespace: Namespace | None, source: str) -> tuple[Subject, ...]:
    """What constraints are matched against: the object and the old one."""
    objects = [o for o in (request["object"], request["oldObject"]) if o is not None]
    # An object that is unchanged, or gone, is asked about once.
    if len(objects) == 2 and objects[0] is objects[1]:
        objects.pop()
    if not objects:
        raise ReviewError("invalid request object: neither object nor old object are defined")
    return tuple(Subject(o, namespace, source) for o in objects)


def object_review(
    obj: kube.Object,
    *,
    operation: str = "",
    old_object: kube.Object | None = None,
    namespace: Namespace | None = None,
    user_info: dict[str, Any] | None = None,
    source: str = ORIGINAL,
    show_namespace: bool = True,
) -> Review:
    """The review of a plain object. A deleted object is its own old object unless one is given.

    `show_namespace` off keeps the namespace from policies, as gator does, while matching still knows it.
    """
    subject = Subject(obj, namespace, source)
    request: dict[str, Any] = {
        "uid": "",
        "kind": {"group": subject.group, "version": subject.version, "kind": subject.kind},
        "resource": {"group": "", "version": "", "resource": ""},
    }
    if subject.name:
        request["name"] = subject.name
    if subject.own_namespace:
        request["namespace"] = subject.own_namespace
    request["operation"] = operation
    request["userInfo"] = user_info or {}
    if operation == DELETE:
        request["object"], request["oldObject"] = None, old_object if old_object is not None else obj
    else:
        request["object"], request["oldObject"] = obj, old_object
    request["options"] = None
    subjects = (subject,) if operation != DELETE and old_object is None else ()
    return Review(request, namespace, source, show_namespace=show_namespace, subjects=subjects)


def is_admission_review(obj: kube.Object) -> bool:
    gvk = kube.gvk_of(obj)
    return gvk.kind == "AdmissionReview" and gvk.group == "admission.k8s.io"


def request_review(
    request: dict[str, Any], namespace: Namespace | None, *, show_namespace: bool = True, placed: bool = False
) -> Review:
    """The review of an AdmissionRequest. `placed` matches objects as in the request's namespace, known or not."""
    subjects: tuple[Subject, ...] = ()
    name = request.get("namespace")
    if placed and namespace is None and name:
        metadata = {"namespace": name}
        objects = [o for o in (request["object"], request["oldObject"]) if o is not None]
        subjects = tuple(
            Subject({**o, "metadata": {**kube.metadata_of(o), **metadata}}, None, ORIGINAL) for o in objects
        )
    return Review(request, namespace, ORIGINAL, show_namespace=show_namespace, subjects=subjects)
