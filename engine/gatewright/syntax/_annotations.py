"""METADATA comments: parsed and attached to what they describe."""

from __future__ import annotations

from gatewright.errors import RegoError
from gatewright.syntax.nodes import Annotations, Comment, Module


def parse_blocks(comments: tuple[Comment, ...], text: str) -> tuple[list[Annotations], list[RegoError]]:
    """The METADATA blocks among the comments, and what is wrong with others."""
    return [], []


def attach(module: Module, blocks: list[Annotations]) -> Module | list[RegoError]:
    """The module with its annotations, and the rules with theirs."""
    return module
