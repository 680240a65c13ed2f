"""`data.inventory`: the objects that referential policies see, as one document that grows with each object."""

from __future__ import annotations

from gatewright.errors import ReviewError
from gatewright.gatekeeper import kube

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def inventory_path(obj: kube.Object) -> tuple[str, ...]:
    """Where an object stands: cluster/apiVersion/kind/name or namespace/NS/apiVersion/kind/name."""
    gvk = kube.gvk_of(obj)
    name = kube.name_of(obj)
    for what, value in (("version", gvk.version), ("kind", gvk.kind)):
        if not value:
            raise ReviewError(f"invalid request object: resource {name} has no {what}")
    namespace = kube.namespace_of(obj)
    if namespace:
        return ("namespace", namespace, gvk.api_version, gvk.kind, name)
    return ("cluster", gvk.api_version, gvk.kind, name)


class Inventory:
    """The inventory document. Its outermost object is another one after every change, for whoever keeps what was made
    of it."""

    __slots__ = ("_kept", "_kept_of", "data")

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self._kept_of = self.data
        self._kept: dict[Any, Any] = {}

    @property
    def kept(self) -> dict[Any, Any]:
        """What policies have found in the inventory as it is now."""
        if self._kept_of is not self.data:
            self._kept_of, self._kept = self.data, {}
        return self._kept

    def add(self, obj: kube.Object) -> None:
        """Put an object in its place; one that is there already is replaced."""
        *parents, name = inventory_path(obj)
        node = self.data = dict(self.data)
        for key in parents:
            node = node.setdefault(key, {})
        node[name] = obj

    def remove(self, obj: kube.Object) -> None:
        """Take an object out; one that is not there is no error."""
        path = inventory_path(obj)
        self.data = dict(self.data)
        nodes = [self.data]
        for key in path[:-1]:
            child = nodes[-1].get(key)
            if child is None:
                return
            nodes.append(child)
        for node, key in zip(reversed(nodes), reversed(path), strict=True):
            node.pop(key, None)
            if node:
                break
