"""The code of many templates made on all cores, before a host asks for it template by template.

Each process compiles a share of them and hands on the code objects. What goes wrong in one is left for the host, which
then compiles the template itself and says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from gatewright.checking.aside import begun_aside
from gatewright.codegen.cache import CodeCache
from gatewright.errors import GatewrightError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from gatewright.gatekeeper.host import Host

# Fewer templates are compiled sooner than a process is started and its answer read.
WORTH = 8


class InMemory(CodeCache):
    """Code that is kept as long as this is, by key."""

    __slots__ = ("codes",)

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, list[CodeType]] = {}

    def get(self, key: str) -> list[CodeType] | None:
        return self.codes.get(key)

    def put(self, key: str, codes: list[CodeType]) -> None:
        self.codes[key] = codes


def compiled_ahead(templates: Sequence[dict[str, Any]], make_host: Callable[[CodeCache], Host], jobs: int) -> InMemory:
    """The code of the templates, if they are worth it, made by so many processes, this one among them."""
    if jobs < 2 or len(templates) < WORTH:
        return InMemory()
    shares = [templates[number::jobs] for number in range(jobs)]
    others = [begun_aside(partial(_codes, share, make_host)) for share in shares[1:]]
    made = _compiled(shares[0], make_host)
    for received in others:
        made.codes |= received() or {}
    return made


def _codes(templates: Sequence[dict[str, Any]], make_host: Callable[[CodeCache], Host]) -> dict[str, list[CodeType]]:
    return _compiled(templates, make_host).codes


def _compiled(templates: Sequence[dict[str, Any]], make_host: Callable[[CodeCache], Host]) -> InMemory:
    made = InMemory()
    host = make_host(made)
    for template in templates:
        try:
            host.add_template(template)
        except GatewrightError:
            continue  # the host that is asked for it will say so
    return made
