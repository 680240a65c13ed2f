"""The policies of a host as values of Python's own types, and back.

What Gatekeeper checks when a template or a constraint is added was checked when the snapshot was taken, so a host made
from one reads, checks and compiles nothing until an object needs it.
"""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.gatekeeper.constraint import Constraint, is_constraint
from gatewright.gatekeeper.drivers import choose
from gatewright.gatekeeper.entries import LoadedPolicy
from gatewright.gatekeeper.kube import gvk_of
from gatewright.gatekeeper.match import Namespace, compiled
from gatewright.gatekeeper.result import ConstraintRef
from gatewright.gatekeeper.template import Code, Template, is_template
from gatewright.records import field_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from gatewright.gatekeeper.host import Host
    from gatewright.gatekeeper.kube import Object

Snapshot = tuple[list["_Packed"], list["_Packed"], list["Object"]]
_Packed: TypeAlias = "tuple[Any, ...]"
# Namespaces, scopes of kinds, and documents that tell something else.
Told = tuple[list["dict[str, Any]"], dict[tuple[str, str], bool], list["Object"]]
_TOLD = ("", "apiextensions.k8s.io")


def take(host: Host, documents: Iterable[Object]) -> Snapshot:
    """The templates and constraints of a host, and of the documents it was given those that are neither."""
    policies = [_packed_policy(loaded) for loaded in host.policies]
    constraints = [_packed_constraint(constraint) for constraint in host.constraints]
    others = [document for document in documents if not is_template(document) and not is_constraint(document)]
    return policies, constraints, others


def restore(host: Host, snapshot: Snapshot) -> None:
    """Give an empty host with the same semantics and engine what the snapshot was taken of."""
    policies, constraints, others = snapshot
    loaded = [_policy(host, packed) for packed in policies]
    templates = {policy.template.kind: policy.template for policy in loaded}
    host.adopt(loaded, [_constraint(templates, packed) for packed in constraints])
    for _, error in host.add_all(others):
        raise error


def told(host: Host, documents: Iterable[Object]) -> Told:
    """What a host knows of namespaces and scopes of kinds, and those of `documents` that told it other things."""
    around = host.surroundings
    namespaces = [_values(namespace) for namespace in around.namespaces.values()]
    others = [document for document in documents if gvk_of(document).group not in _TOLD]
    return namespaces, around.scopes.declared, others


def tell(host: Host, told: Told) -> list[Object]:
    """Make it known to a host with the same semantics; the documents that it must still learn from."""
    namespaces, declared, others = told
    host.surroundings.namespaces |= {values["name"]: Namespace(**values) for values in namespaces}
    host.surroundings.scopes.declared |= declared
    return others


def _packed_policy(loaded: LoadedPolicy) -> _Packed:
    values = _values(loaded.template)
    values["code"] = [_values(code) for code in loaded.template.code]
    return values, loaded.reads_inventory


def _policy(host: Host, packed: _Packed) -> LoadedPolicy:
    values, reads_inventory = packed
    template = Template(**{**values, "code": tuple(Code(**code) for code in values["code"])})
    return LoadedPolicy(template, choose(template, host.drivers), known_to_read_inventory=reads_inventory)


def _packed_constraint(constraint: Constraint) -> _Packed:
    values = _values(constraint)
    del values["template"]
    values["ref"] = tuple(_values(constraint.ref).values())
    values["matcher"] = constraint.matcher.decoded
    return (values,)


def _constraint(templates: dict[str, Template], packed: _Packed) -> Constraint:
    (values,) = packed
    ref = ConstraintRef(*values["ref"])
    return Constraint(**{**values, "template": templates[ref.kind], "ref": ref, "matcher": compiled(values["matcher"])})


def _values(record: object) -> dict[str, Any]:
    return {name: getattr(record, name) for name in field_names(record)}
