"""The events of documents nested deeper than the C parser goes, from PyYAML's own parser.

libyaml stops at 1,000 levels since 0.2.6; Go's port of it at 10,000 (`MAX_DEPTH`, held by the composers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

TOO_DEEP = "exceeded maximum nesting depth"

NextEvent = Callable[[], Any]


def is_too_deep(error: yaml.YAMLError) -> bool:
    """Whether the C parser gave up for the depth of the document alone."""
    return getattr(error, "problem", None) == TOO_DEEP


class DeepParser(Reader, Scanner, Parser):
    """PyYAML's parser, without looking at every open bracket for every token."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    # What may be a key is kept by flow level, the oldest, which is the outermost, first.

    def next_possible_simple_key(self) -> Any:
        return next((key.token_number for key in self.possible_simple_keys.values()), None)

    def stale_possible_simple_keys(self) -> None:
        for level, key in self._stale():
            if key.required:
                mark = self.get_mark()
                raise ScannerError("while scanning a simple key", key.mark, "could not find expected ':'", mark)
            del self.possible_simple_keys[level]

    def _stale(self) -> Iterator[tuple[int, Any]]:
        while self.possible_simple_keys:
            level, key = next(iter(self.possible_simple_keys.items()))
            if key.line == self.line and self.index - key.index <= 1024:
                return
            yield level, key
