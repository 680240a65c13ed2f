"""Which objects a constraint or mutator applies to: `spec.match`, read once and compiled to a function.

The criteria are tried in Gatekeeper's order and the first that fails ends it, so an invalid later criterion is only
an error for objects that meet the earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable

from gatewright.errors import MatchError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper.wildcard import compile_wildcards, matches, matches_generate_name
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from gatewright.gatekeeper.selector import Predicate

SOURCES: Final = frozenset({"All", "Generated", "Original"})
_FAILED: Final = "failed to run Match criteria"


@record(frozen=True, slots=True)
class Namespace:
    """What matching needs of a Namespace object."""

    name: str
    labels: dict[str, str]
    object: kube.Object | None = None


_UNNAMED: Final = Namespace("", {})


def gator_namespace(obj: kube.Object, namespaces: dict[str, Namespace]) -> Namespace | None:
    """The Namespace that gator takes for an object: an empty one, not none, when the object names none."""
    name = kube.namespace_of(obj)
    if not name:
        return _UNNAMED
    known = namespaces.get(name)
    return Namespace(name, {}) if known is None and name == "default" else known


class Subject:
    """One object as matching sees it, read once and shared by all constraints."""

    __slots__ = (
        "generate_name",
        "group",
        "has_namespace",
        "is_namespace",
        "kind",
        "metadata",
        "name",
        "namespace",
        "namespace_name",
        "own_namespace",
        "source",
        "version",
    )

    def __init__(self, obj: kube.Object, namespace: Namespace | None = None, source: str = "Original") -> None:
        gvk = kube.gvk_of(obj)
        self.group = gvk.group
        self.version = gvk.version
        self.kind = gvk.kind
        self.metadata = metadata = kube.metadata_of(obj)
        name, generate_name, own = metadata.get("name"), metadata.get("generateName"), metadata.get("namespace")
        self.name: str = name if name.__class__ is str else ""
        self.generate_name: str = generate_name if generate_name.__class__ is str else ""
        self.own_namespace: str = own if own.__class__ is str else ""
        self.is_namespace = gvk.kind == "Namespace" and gvk.group == ""
        self.namespace = namespace
        self.has_namespace = self.own_namespace != "" or namespace is not None
        # The name that namespace globs are held against; None for cluster-scoped objects, which pass them.
        self.namespace_name = self._namespace_name(self.own_namespace)
        self.source = source

    @property
    def labels(self) -> dict[str, str]:
        return kube.labels_in(self.metadata)

    def _namespace_name(self, own: str) -> str | None:
        if self.is_namespace:
            return self.name
        if self.namespace is not None:
            return self.namespace.name
        return own or None


Check = Callable[[Subject], bool]


@record(frozen=True, slots=True)
class CompiledMatch:
    """A match ready to run: `kinds` for the index, `criteria` for the rest, in order, with their names; `decoded` is
    what it was compiled from."""

    kinds: Callable[[str, str], bool] | None
    criteria: tuple[tuple[str, Check], ...]
    decoded: dict[str, Any] | None = None

    def accepts_kind(self, group: str, kind: str) -> bool:
        return self.kinds is None or self.kinds(group, kind)

    def rest(self) -> Check | None:
        """One function for everything but the kinds; None when nothing else is asked."""
        checks = tuple(check for _, check in self.criteria)
        if not checks:
            return None
        if len(checks) == 1:
            return checks[0]

        def every(subject: Subject) -> bool:
            for check in checks:  # noqa: SIM110 - a generator would cost more than the checks
                if not check(subject):
                    return False
            return True

        return every

    def __call__(self, subject: Subject) -> bool:
        return self.failure(subject) is None

    def failure(self, subject: Subject) -> str | None:
        """The name of the first criterion that does not hold, None when all do."""
        if not self.accepts_kind(subject.group, subject.kind):
            return "kinds"
        for name, check in self.criteria:
            if not check(subject):
                return name
        return None


EVERYTHING: Final = CompiledMatch(None, ())


def compiled(decoded: dict[str, Any] | None) -> CompiledMatch:
    """The compiled form of a match that has been read (`reading.match`)."""
    if decoded is None:
        return EVERYTHING
    criteria = [(name, check) for name, build in _CRITERIA if (check := build(decoded)) is not None]
    return CompiledMatch(_kinds(decoded.get("kinds") or []), tuple(criteria), decoded)


def _kinds(entries: list[dict[str, Any]]) -> Callable[[str, str], bool] | None:
    if not entries:
        return None
    pairs = tuple((_names(e.get("apiGroups")), _names(e.get("kinds"))) for e in entries)
    if any(groups is None and kinds is None for groups, kinds in pairs):
        return None

    def accepts(group: str, kind: str) -> bool:
        for groups, kinds in pairs:  # noqa: SIM110 - a generator would cost more than the checks
            if (kinds is None or kind in kinds) and (groups is None or group in groups):
                return True
        return False

    return accepts


def _names(names: list[str] | None) -> frozenset[str] | None:
    """The names listed; None when any will do."""
    return frozenset(names) if names and "*" not in names else None


def _scope(match: dict[str, Any]) -> Check | None:
    # Anything but the two words, typos included, accepts everything.
    match match.get("scope"):
        case "Cluster":
            return lambda s: s.is_namespace or not s.has_namespace
        case "Namespaced":
            return lambda s: s.has_namespace and not s.is_namespace
        case _:
            return None


def _namespaces(match: dict[str, Any]) -> Check | None:
    patterns = match.get("namespaces")
    if not patterns:
        return None
    listed = compile_wildcards(patterns)

    def check(s: Subject) -> bool:
        name = s.namespace_name
        return name is None or listed(name)

    return check


def _excluded_namespaces(match: dict[str, Any]) -> Check | None:
    patterns = match.get("excludedNamespaces")
    if not patterns:
        return None
    listed = compile_wildcards(patterns)

    def check(s: Subject) -> bool:
        name = s.namespace_name
        return name is None or not listed(name)

    return check


def _label_selector(match: dict[str, Any]) -> Check | None:
    selector = match.get("labelSelector")
    if selector is None:
        return None
    selects = _selector(selector)
    return lambda s: selects(s.labels)


def _namespace_selector(match: dict[str, Any]) -> Check | None:
    selector = match.get("namespaceSelector")
    if selector is None:
        return None
    selects = _selector(selector)

    def check(s: Subject) -> bool:
        if s.is_namespace:
            return selects(s.labels)
        namespace = s.namespace
        if namespace is not None:
            return selects(namespace.labels)
        if not s.has_namespace:
            return True
        selects({})  # an invalid selector is the first complaint
        raise MatchError(f"{_FAILED}: namespace selector for namespace-scoped object but missing Namespace")

    return check


def _selector(selector: dict[str, Any]) -> Predicate:
    from gatewright.gatekeeper.selector import compile_selector

    try:
        return compile_selector(selector)
    except MatchError as error:
        message = f"{_FAILED}: {error.message}"

        def refuse(_: Any) -> bool:
            raise MatchError(message)

        return refuse


def _name(match: dict[str, Any]) -> Check | None:
    pattern = match.get("name")
    if not pattern:
        return None
    return lambda s: matches(pattern, s.name) or matches_generate_name(pattern, s.generate_name)


def _source(match: dict[str, Any]) -> Check | None:
    wanted = match.get("source") or "All"
    if wanted == "All":
        return None

    def check(s: Subject) -> bool:
        if wanted not in SOURCES:
            raise MatchError(f"{_FAILED}: invalid source field {quote(wanted)}")
        if not s.source:
            raise MatchError(f"{_FAILED}: source field not specified for resource {s.name}")
        if s.source not in SOURCES:
            raise MatchError(f"{_FAILED}: invalid source field {quote(s.source)}")
        return bool(wanted == s.source)

    return check


_CRITERIA: Final[tuple[tuple[str, Callable[[dict[str, Any]], Check | None]], ...]] = (
    ("scope", _scope),
    ("namespaces", _namespaces),
    ("excludedNamespaces", _excluded_namespaces),
    ("labelSelector", _label_selector),
    ("namespaceSelector", _namespace_selector),
    ("name", _name),
    ("source", _source),
)
