"""Mutation: Assign, AssignMetadata, AssignImage and ModifySet, one by one and together."""

from gatewright.gatekeeper.mutation.external import Placeholder
from gatewright.gatekeeper.mutation.mutator import Mutable, Mutator, MutatorId, is_mutator, read_mutator
from gatewright.gatekeeper.mutation.system import MutationSystem

__all__ = [
    "Mutable",
    "MutationSystem",
    "Mutator",
    "MutatorId",
    "Placeholder",
    "is_mutator",
    "read_mutator",
]
