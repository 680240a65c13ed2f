"""Expansion and mutation of whole inputs, as `gator expand` does it: all templates and mutators together."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.errors import ExpansionError, MutationError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._decode import DecodeError
from gatewright.gatekeeper.expansion import (
    ExpansionSystem,
    Resultant,
    check_expansion_template,
    decode_expansion_template,
    is_expansion_template,
    read_expansion_template,
)
from gatewright.gatekeeper.match import Namespace, gator_namespace
from gatewright.gatekeeper.mutation import Mutable, MutationSystem, is_mutator, read_mutator
from gatewright.gatekeeper.mutation.crd import stored_mutator
from gatewright.gatekeeper.providers import Provider
from gatewright.gatekeeper.reading.match import read_namespace
from gatewright.gatekeeper.review import ORIGINAL


class Expander:
    """Expansion templates and mutators; objects are expanded one at a time.

    `cluster`: mutators are those that an API server would store, and not, as for gator, those that files hold.
    """

    def __init__(self, *, provider: Provider | None = None, cluster: bool = False) -> None:
        self._cluster = cluster
        self.mutations = MutationSystem(provider)
        self.expansions = ExpansionSystem(self.mutations)

    def add(self, obj: kube.Object) -> None:
        """Take a template or mutator; others are ignored. ExpansionError or MutationError when it is refused."""
        if is_mutator(obj):
            mutator = read_mutator(stored_mutator(obj) if self._cluster else obj)
            try:
                self.mutations.upsert(mutator)
            except MutationError as error:
                raise MutationError(f"error upserting mutator: {error.message}") from error
        elif is_expansion_template(obj):
            try:
                self.expansions.upsert(read_expansion_template(obj))
            except ExpansionError as error:
                raise ExpansionError(f"error upserting template {kube.name_of(obj)}: {error.message}") from error

    def mutated(
        self, obj: kube.Object, namespace: Namespace | None, *, operation: str = "", username: str = ""
    ) -> kube.Object:
        """What mutation makes of an object, as an original; the object itself is left as it is."""
        mutable = Mutable(obj, namespace, username, operation, ORIGINAL)
        self.mutations.mutate(mutable)
        return mutable.object

    def expand(
        self, obj: kube.Object, namespace: Namespace | None, *, username: str = "", mutated: bool = False
    ) -> list[Resultant]:
        """What an object expands to after its own mutation, unless it is mutated already; it is left as it is."""
        name = kube.name_of(obj)
        base = Mutable(obj, namespace, username, "", ORIGINAL)
        try:
            if not mutated:
                self.mutations.mutate(base)
        except MutationError as error:
            raise MutationError(f"error mutating base resource {name}: {error.message}") from error
        try:
            return self.expansions.expand(base)
        except ExpansionError as error:
            raise ExpansionError(f"error expanding resource {name}: {error.message}") from error


def load_expander(objects: Sequence[kube.Object], *, provider: Provider | None = None) -> Expander:
    """An expander with all templates and mutators among objects, in gator's order: the first refusal ends it."""
    expander = Expander(provider=provider)
    templates, mutators = [], []
    for obj in objects:
        try:
            if is_mutator(obj):
                mutators.append(read_mutator(obj))
            elif is_expansion_template(obj):
                templates.append((kube.name_of(obj), decode_expansion_template(obj)))
            elif kube.is_namespace(obj):
                read_namespace(obj)
        except (DecodeError, MutationError, ExpansionError) as error:
            raise type(error)(f"error parsing resources: {error.message}") from error
    for name, decoded in templates:
        try:
            expander.expansions.upsert(check_expansion_template(decoded))
        except ExpansionError as error:
            raise ExpansionError(f"error upserting template {name}: {error.message}") from error
    for mutator in mutators:
        try:
            expander.mutations.upsert(mutator)
        except MutationError as error:
            raise MutationError(f"error upserting mutator: {error.message}") from error
    return expander


def expand_documents(objects: Sequence[kube.Object], *, provider: Provider | None = None) -> list[Resultant]:
    """The resultants of all objects together, read as `gator expand` reads its inputs."""
    expander = load_expander(objects, provider=provider)
    namespaces = {n.name: n for n in map(read_namespace, filter(kube.is_namespace, objects))}
    found: list[Resultant] = []
    for obj in objects:
        found += expander.expand(obj, gator_namespace(obj, namespaces))
    return found
