"""Mutation: Assign, AssignMetadata, AssignImage and ModifySet, one by one and together."""

from gatewright.gatekeeper.mutation.external import Answer, Placeholder, Provider
from gatewright.gatekeeper.mutation.mutator import Mutable, Mutator, MutatorId, is_mutator, read_mutator
from gatewright.gatekeeper.mutation.system import MutationSystem

__all__ = [
    "Answer",
    "Mutable",
    "MutationSystem",
    "Mutator",
    "MutatorId",
    "Placeholder",
    "Provider",
    "is_mutator",
    "read_mutator",
]
