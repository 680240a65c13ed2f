"""Gatekeeper's K8sNativeValidation: a template's CEL source to a program, bound to constraints, run on reviews.

Loading a stored program imports neither the parser nor the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache as once
from time import perf_counter
from types import CodeType
from typing import TYPE_CHECKING, Any, Protocol

from gatewright.cel.inputs import Inputs
from gatewright.cel.runtime import start_watch
from gatewright.cel.source import Source, read_source

if TYPE_CHECKING:
    from gatewright.cel._exact import Exactly
    from gatewright.cel.policy import Plan

Evaluate = Callable[[Inputs], list[str]]


class Store(Protocol):
    """Where programs are kept between runs; `gatewright.codegen.cache.CodeCache` is one."""

    def get(self, key: str) -> list[Any] | None: ...

    def put(self, key: str, codes: list[Any]) -> None: ...


def compile_template(
    source: Mapping[str, Any], *, default_failure_policy: str = "Fail", cache: Store | None = None
) -> Program:
    """The program of a template's K8sNativeValidation source; TemplateError where Gatekeeper refuses to add it.

    An expression that does not compile refuses nothing: it fails at every review, as in Gatekeeper.
    """
    return compile_source(read_source(source, default_failure_policy), cache)


def compile_source(read: Source, cache: Store | None = None) -> Program:
    """The program of a policy's texts, from the cache where it is there."""
    key = ""
    if cache is not None:
        key = _key(read)
        stored = cache.get(key)
        if stored is not None and len(stored) == 3:
            return Program(*stored)
    from gatewright.cel._template import generate
    from gatewright.cel.policy import plan

    generated = generate(plan(read))
    if cache is not None:
        cache.put(key, list(generated))
    return Program(*generated)


def _key(source: Source) -> str:
    from gatewright.codegen.cache import key_of

    return key_of(["cel", _version(), repr(source)])


@once
def _version() -> str:
    """Changes with every change of this package, installed or not."""
    from pathlib import Path

    return str(max(entry.stat().st_mtime_ns for entry in Path(__file__).parent.rglob("*.py")))


class Program:
    """A policy's compiled expressions. `stored` is what a cache keeps and the constructor takes."""

    __slots__ = ("_bind", "_plan", "facts", "functions", "stored")

    def __init__(self, code: CodeType, links: dict[str, str], facts: dict[str, Any]) -> None:
        from gatewright.cel._link import link

        self.stored = (code, links, facts)
        self.facts = facts
        self.functions = link(links)
        exec(code, self.functions)
        self._bind = self.functions.get("bind")
        self._plan: Plan | None = None

    def plan(self) -> Plan:
        """The policy's syntax trees; parsed again where the program was stored."""
        if self._plan is None:
            from gatewright.cel._metered import plan_of

            self._plan = plan_of(self.facts["source"])
        return self._plan

    def bind(self, params: Any) -> Evaluate:
        """The function inputs → messages of one constraint, or of one parameter object of an API server's policy."""
        fast = self._fast(params)
        if fast is None:
            return lambda inputs: self._exactly(params, inputs).messages()
        uses_request, uses_namespace = self.facts["request"], self.facts["namespace"]
        from gatewright.cel._exact import SUSPICIOUS, works_long

        def evaluate(inputs: Inputs) -> list[str]:
            given = (
                inputs.object,
                inputs.old_object,
                inputs.namespace if uses_namespace else None,
                inputs.request if uses_request else None,
                inputs.any_object,
            )
            start_watch()
            started = perf_counter()
            try:
                messages: list[str] = fast(*given)
                if perf_counter() - started < SUSPICIOUS or not works_long(fast, given):
                    return messages
            except Exception:
                # Whatever it was: only the exact functions know what CEL makes of it.
                return self._exactly(params, inputs).messages()
            return self._exactly(params, inputs).metered()

        return evaluate

    def _fast(self, params: Any) -> Callable[..., list[str]] | None:
        if self._bind is None:
            return None
        try:
            bound: Callable[..., list[str]] = self._bind(params)
        except Exception:
            # A variable of the parameters alone fails: only the exact functions know who reads it.
            return None
        return bound

    def _exactly(self, params: Any, inputs: Inputs) -> Exactly:
        from gatewright.cel._exact import Exactly

        return Exactly(self, params, inputs)
