"""Gatekeeper's K8sNativeValidation: a template's CEL source to a program, bound to constraints, run on reviews.

Loading a stored program imports neither the parser nor the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from types import CodeType

from gatewright.cel.folds import start_watch
from gatewright.cel.inputs import Inputs
from gatewright.cel.source import Source, read_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from gatewright.cel._evidence import Recorder
    from gatewright.cel._exact import Exactly
    from gatewright.cel.policy import Plan
else:
    Protocol = object

Evaluate = Callable[[Inputs], list[str]]
# What is said of a review, each message with the chain of reads that led to it; None where other ways must find out.
Record = Callable[[Inputs], "list[tuple[str, Any]] | None"]


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


def compile_source(source: Source, cache: Store | None = None) -> Program:
    """The program of a policy's texts, from the cache where it is there."""
    return Program(source, cache)


def _key(source: Source) -> str:
    from gatewright.codegen.cache import key_of

    return key_of(["cel", repr(source)])


class Program:
    """A policy's compiled expressions, made or found in the cache part by part."""

    def __init__(self, source: Source, cache: Store | None) -> None:
        self.source = source
        self._cache = cache
        self._key = "" if cache is None else _key(source)
        self._plan: Plan | None = None
        self._functions: dict[str, dict[str, Any]] = {}
        # The exact functions once more, calling what notes the reads.
        self._traced: tuple[Recorder, dict[str, Any]] | None = None
        code, links, self.facts = self._part("fast")
        self._functions["fast"] = _load(code, links)

    def plan(self) -> Plan:
        """The policy's syntax trees, which a stored program has not."""
        if self._plan is None:
            from gatewright.cel.policy import plan

            self._plan = plan(self.source)
        return self._plan

    def functions(self, part: str, without: tuple[int, ...] = ()) -> dict[str, Any]:
        """The functions of a part: `fast`, `recording` or `exact`. What `bind` would compute of the parameters alone is
        left to who reads it for the variables `without`, by their numbers among the constants of the facts."""
        name = f"{part}-{','.join(map(str, without))}" if without else part
        found = self._functions.get(name)
        if found is None:
            code, links, _ = self._part(part, without)
            found = self._functions[name] = _load(code, links)
        return found

    def _part(self, part: str, without: tuple[int, ...] = ()) -> tuple[CodeType, dict[str, str], dict[str, Any]]:
        key = "-".join((self._key, part, *map(str, without)))
        stored = None if self._cache is None else self._cache.get(key)
        if stored is not None and len(stored) == 3:
            return stored[0], stored[1], stored[2]
        from gatewright.cel import _exact_code, _fast

        made = (
            _exact_code.generate(self.plan())
            if part == "exact"
            else _fast.generate(self.plan(), without=without, recording=part == "recording")
        )
        if self._cache is not None:
            self._cache.put(key, list(made))
        return made

    def bind(self, params: Any) -> Evaluate:
        """The function inputs → messages of one constraint, or of one parameter object of an API server's policy."""
        fast: Callable[..., list[Any]] | None = self._bound("fast", params)
        if fast is None:
            return lambda inputs: self._exactly(params, inputs).messages()
        from gatewright.cel._exact import SUSPICIOUS, works_long

        watching = "watched" in self.functions("fast")

        def evaluate(inputs: Inputs) -> list[str]:
            if watching:
                start_watch()
            started = perf_counter()
            try:
                messages = fast(inputs)
                if perf_counter() - started < SUSPICIOUS or not works_long(fast, inputs):
                    if not messages or int not in map(type, messages):
                        return messages
                    return self._exactly(params, inputs).completed(messages)
            except Exception:
                # Whatever it was: only the exact functions know what CEL makes of it.
                return self._exactly(params, inputs).messages()
            return self._exactly(params, inputs).metered()

        return evaluate

    def recorder(self, params: Any) -> Record:
        """`bind`, with the reads that led to each message; only for what Gatekeeper asks, of whom nothing is hidden."""
        rules: tuple[Callable[..., tuple[str, Any] | None], ...] = self._bound("recording", params)
        if not rules:
            return lambda inputs: None
        from gatewright.cel._exact import SUSPICIOUS

        def record(inputs: Inputs) -> list[tuple[str, Any]] | None:
            start_watch()
            started = perf_counter()
            try:
                found = [told for rule in rules if (told := rule(inputs)) is not None]
            except Exception:
                return None
            return found if perf_counter() - started < SUSPICIOUS else None

        return record

    def evidence(self, params: Any, inputs: Inputs) -> Iterator[tuple[str, Any]]:
        """Each message of a review with the chain of reads that led to it."""
        from gatewright.cel._evidence import Recorder, Traced

        if self._traced is None:
            recorder = Recorder()
            code, links, _ = self._part("exact")
            self._traced = (recorder, _load(code, links, recorder.functions()))
        return Traced(self, params, inputs, *self._traced).evidence()

    def annotation_failures(self, params: Any, inputs: Inputs) -> list[str]:
        """What fails of the audit annotations, which the API server makes a reason to refuse a request."""
        return self._exactly(params, inputs).annotation_failures() if self.source.audit_annotations else []

    def compile_errors(self) -> Iterator[tuple[str, str]]:
        """(text, error) of every expression that does not compile."""
        facts = self.facts
        listed = [*facts["conditions"], *facts["validations"], *facts["messages"], *facts["annotations"]]
        named = [(text, facts["variables"][name]) for name, text in self.source.variables]
        yield from (entry for entry in [*named, *listed] if entry is not None and entry[1])

    def _bound(self, part: str, params: Any) -> Any:
        """What a fast part has for these parameters; None where there is none."""
        bind = self.functions(part).get("bind")
        try:
            return None if bind is None else bind(params)
        except Exception:
            # A variable of the parameters alone fails, which matters only to who reads it.
            failing = self._exactly(params, Inputs({})).failing(self.facts["constants"])
        for without in (failing, tuple(range(len(self.facts["constants"])))):
            bind = self.functions(part, without).get("bind")
            try:
                return None if bind is None else bind(params)
            except Exception:
                continue
        return None

    def _exactly(self, params: Any, inputs: Inputs) -> Exactly:
        from gatewright.cel._exact import Exactly

        return Exactly(self, params, inputs)


def _load(code: CodeType, links: dict[str, str], replaced: Mapping[str, Any] | None = None) -> dict[str, Any]:
    from gatewright.cel._link import link

    functions = link(links)
    functions.update(replaced or {})
    exec(code, functions)
    return functions
