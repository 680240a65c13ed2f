"""All mutators together: their order, their conflicts, and an object mutated until nothing changes."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from gatewright.errors import GatewrightError, MatchError, MutationError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper.mutation.conflicts import SchemaDB, conflict_text
from gatewright.gatekeeper.mutation.external import resolve
from gatewright.gatekeeper.mutation.mutator import Mutable, Mutator, MutatorId
from gatewright.gatekeeper.providers import Provider
from gatewright.records import field, record


@record(slots=True)
class MutationSystem:
    """`provider` answers for external data; `new_id` names a run in messages."""

    provider: Provider | None = None
    new_id: Callable[[], object] = uuid.uuid4
    _mutators: dict[MutatorId, Mutator] = field(default_factory=dict)
    _order: list[Mutator] = field(default_factory=list)
    _external: bool = False
    _retyping: bool = False
    # Those in force that cover a kind and operation.
    _covering: dict[tuple[kube.GroupVersionKind, str], list[Mutator]] = field(default_factory=dict)
    _schemas: SchemaDB = field(default_factory=SchemaDB)

    def upsert(self, mutator: Mutator) -> None:
        """Add or replace a mutator. MutationError on a conflict: it is kept then, and no party to it is applied."""
        known = self._mutators.get(mutator.id)
        if known is not None and known == mutator:
            conflicts = self._schemas.conflicts_of(mutator.id)
        else:
            conflicts = self._schemas.upsert(mutator) if mutator.bindings else set()
            self._mutators[mutator.id] = mutator
            self._arrange()
        if conflicts:
            raise MutationError(conflict_text(conflicts))

    def remove(self, who: MutatorId) -> None:
        if self._mutators.pop(who, None) is not None:
            self._schemas.remove(who)
            self._arrange()

    def _arrange(self) -> None:
        self._order = [self._mutators[who] for who in sorted(self._mutators)]
        self._external = any(mutator.asks_provider for mutator in self._order)
        self._retyping = any(mutator.changes_type for mutator in self._order)
        self._covering = {}

    def conflicts(self) -> dict[MutatorId, set[MutatorId]]:
        """The mutators along whose paths there are conflicts, and whose these are."""
        found = {mutator.id: self._schemas.conflicts_of(mutator.id) for mutator in self._order}
        return {who: ids for who, ids in found.items() if ids}

    def mutate(self, mutable: Mutable) -> bool:
        """Mutate until nothing changes; whether anything did. What was the mutable's object is left as it was.

        MutationError when a mutator fails, cannot tell whether it matches, or the object never settles.
        """
        active = self._candidates(mutable)
        if not active:
            return False
        run: object = None
        for iteration in range(len(self._order) + 1):
            old = mutable.object
            applied = False
            for mutator in active:
                if not self._matches(mutator, mutable):
                    continue
                if mutable.object is old:
                    mutable.object = kube.deep_copy(old)
                try:
                    applied |= mutator.mutate(mutable)
                except GatewrightError as error:
                    run = run or self.new_id()
                    what = f"mutation {run} for mutator {mutator.id} failed for {_shown(mutable.object)}"
                    raise MutationError(f"{what}: {error.message}") from error
            if not applied or kube.same(old, mutable.object):
                return self._settled(mutable) if iteration else False
        what = f"mutation {run or self.new_id()} not converging for {_shown(mutable.object)}"
        raise MutationError(f"mutation not converging: {what}")

    def _candidates(self, mutable: Mutable) -> list[Mutator]:
        """The mutators in force that may be for an object; all of them where one may change what it is."""
        what = (kube.gvk_of(mutable.object), mutable.operation)
        found = self._covering.get(what)
        if found is None:
            active = [m for m in self._order if not self._schemas.in_conflict(m.id)]
            found = self._covering[what] = active if self._retyping else [m for m in active if m.covers(*what)]
        return found

    def _matches(self, mutator: Mutator, mutable: Mutable) -> bool:
        try:
            return mutator.matches(mutable) if self._retyping else mutator.selects(mutable)
        except MatchError as error:
            what = f"matching for mutator {mutator.id} failed for {_shown(mutable.object)}"
            raise MutationError(f"{what}: {error.message}") from error

    def _settled(self, mutable: Mutable) -> bool:
        if not self._external:
            return True
        try:
            resolve(mutable.object, self.provider)
        except MutationError as error:
            what = f"failed to resolve external data placeholders: {error.message}"
            raise MutationError(what, hint=error.hint) from error
        return True


def _shown(obj: kube.Object) -> str:
    gvk = kube.gvk_of(obj)
    return f"{gvk.group} {gvk.kind} {kube.namespace_of(obj)} {kube.name_of(obj) or kube.generate_name_of(obj)}"
