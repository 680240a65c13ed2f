"""Gatekeeper's K8sNativeValidation: a template's CEL source to a program, bound to constraints, run on reviews.

Loading a stored program imports neither the parser nor the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter, thread_time
from types import CodeType
from typing import TYPE_CHECKING, Any, Final, Protocol

from gatewright.cel.runtime import start_watch
from gatewright.cel.values import CelEvaluationError, CostLimitError
from gatewright.errors import TemplateError

if TYPE_CHECKING:
    from gatewright.cel.policy import Plan, Source

_RESERVED_PREFIX: Final = "gatekeeper_internal_"
# Gatekeeper's own variables, which come before a template's.
_OWN_VARIABLES: Final = (
    ("anyObject", 'has(request.operation) && request.operation == "DELETE" && object == null ? oldObject : object'),
    ("params", "!has(params.spec) ? null : !has(params.spec.parameters) ? null: params.spec.parameters"),
)
Evaluate = Callable[..., list[str]]


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
    from pathlib import Path

    from gatewright.codegen.cache import key_of

    here = Path(__file__).parent
    stamp = max(entry.stat().st_mtime_ns for entry in here.rglob("*.py"))
    return key_of(["cel", str(stamp), repr(source)])


# -- the source, as Gatekeeper reads it


def read_source(source: Mapping[str, Any], default_failure_policy: str = "Fail") -> Source:
    """The texts of a template's source, checked as Gatekeeper checks them."""
    from gatewright.cel.policy import Source, Validation

    conditions = _pairs(source, "matchCondition")
    variables = _pairs(source, "variables")
    validations = tuple(
        Validation(_text(v, "expression"), _text(v, "message"), _text(v, "messageExpression"))
        for v in _dicts(source, "validations")
    )
    for name, _ in conditions:
        if name.startswith(_RESERVED_PREFIX):
            raise TemplateError(
                f"invalid match condition: {name} is not a valid match condition; "
                f'cannot have "{_RESERVED_PREFIX}" as a prefix'
            )
    for name, _ in variables:
        _check_variable(name)
    policy = source.get("failurePolicy")
    if policy is not None and not isinstance(policy, str):
        raise TemplateError("invalid failure policy: not a string")
    chosen = default_failure_policy if policy is None else policy
    if chosen not in ("Fail", "Ignore"):
        raise TemplateError(f"invalid failure policy: unrecognized failure policy: {chosen}")
    return Source(validations, (*_OWN_VARIABLES, *variables), conditions, chosen == "Fail", binds_any_object=True)


def _check_variable(name: str) -> None:
    if name.startswith(_RESERVED_PREFIX):
        raise TemplateError(
            f'invalid variable definition: {name} is not a valid variable; cannot have "{_RESERVED_PREFIX}" as a prefix'
        )
    if name in ("params", "anyObject"):
        raise TemplateError(
            f'invalid variable definition: {name} an invalid variable name, "{name}" is a reserved keyword'
        )


def _dicts(source: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    given = source.get(key)
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise TemplateError(f"{key} must be a list of objects")
    return given


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TemplateError(f"{key} must be a string")
    return value


def _pairs(source: Mapping[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    return tuple((_text(item, "name"), _text(item, "expression")) for item in _dicts(source, key))


# -- running


# Seconds within which no evaluation can have cost what the API server's smallest budget holds.
_SUSPICIOUS: Final = 0.0015


class Program:
    """A policy's compiled expressions. `stored` is what a cache keeps and the constructor takes."""

    __slots__ = ("_bind", "_plan", "facts", "functions", "stored", "uses_request")

    def __init__(self, code: CodeType, links: dict[str, str], facts: dict[str, Any]) -> None:
        from gatewright.cel._link import link

        self.stored = (code, links, facts)
        self.facts = facts
        self.functions = link(links)
        exec(code, self.functions)
        self._bind = self.functions.get("bind")
        self._plan: Plan | None = None
        self.uses_request: bool = facts["request"]

    def plan(self) -> Plan:
        """The policy's syntax trees; parsed again where the program was stored."""
        if self._plan is None:
            from gatewright.cel._metered import plan_of

            self._plan = plan_of(self.facts["source"])
        return self._plan

    def bind(self, constraint: Any) -> Evaluate:
        """The function (review, namespace=None) → messages of one constraint (for a policy of the API server, of one
        parameter object). A review is a mapping with the keys of an AdmissionRequest."""
        fast = None
        if self._bind is not None:
            try:
                fast = self._bind(constraint)
            except Exception:
                # A variable of the parameters alone fails: only the exact functions know who reads it.
                fast = None
        uses_request = self.uses_request

        def evaluate(review: Mapping[str, Any], namespace: Mapping[str, Any] | None = None) -> list[str]:
            old = review.get("oldObject")
            deleted = review.get("operation") == "DELETE"
            obj = None if deleted else review.get("object")
            if fast is not None:
                start_watch()
                started = perf_counter()
                inputs = (
                    obj,
                    old,
                    namespace and namespace_object(namespace),
                    request_object(review) if uses_request else None,
                    old if deleted else obj,
                )
                try:
                    messages: list[str] = fast(*inputs)
                    if perf_counter() - started < _SUSPICIOUS or not _works_long(fast, inputs):
                        return messages
                    return _Exactly(self, constraint, obj, old, review, namespace).metered()
                except Exception:
                    pass
            return _Exactly(self, constraint, obj, old, review, namespace).messages()

        return evaluate


class _State:
    """The inputs of one evaluation and the variables computed so far; exact functions read it."""

    __slots__ = ("_done", "_program", "namespaceObject", "object", "oldObject", "params", "request", "variables")

    def __init__(self, program: Program, inputs: Mapping[str, Any]) -> None:
        self._program = program
        self._done: dict[str, Any] = {}
        self.variables = None
        for name, value in inputs.items():
            setattr(self, name, value)

    def variable(self, name: str) -> Any:
        """A variable's value, computed once; its failure is raised at every reading."""
        if name not in self._done:
            self._done[name] = self._compute(name)
        value = self._done[name]
        if value.__class__ is CelEvaluationError:
            raise CelEvaluationError(value.message)
        return value

    def _compute(self, name: str) -> Any:
        error = self._program.facts["variables"][name]
        if error:
            return CelEvaluationError(f'composited variable "{name}" fails to compile: {error}')
        try:
            return self._program.functions[f"variable_{name}"](self)
        except CelEvaluationError as failure:
            return CelEvaluationError(f'composited variable "{name}" fails to evaluate: {failure.message}')


@dataclass(slots=True)
class _Exactly:
    """One review by the exact functions, expression by expression, as the API server's validator goes about it."""

    program: Program
    params: Any
    object: Any
    old_object: Any
    review: Mapping[str, Any]
    namespace: Mapping[str, Any] | None

    def state(self, namespace: Any) -> _State:
        return _State(
            self.program,
            {
                "object": self.object,
                "oldObject": self.old_object,
                "namespaceObject": namespace,
                "request": request_object(self.review),
                "params": self.params,
            },
        )

    def metered(self) -> list[str]:
        """The messages, with the cost of every step counted against the API server's budgets."""
        from gatewright.cel._depth import deeply
        from gatewright.cel._metered import Metered

        inputs = {
            "object": self.object,
            "oldObject": self.old_object,
            "namespaceObject": self.namespace and namespace_object(self.namespace),
            "request": request_object(self.review),
            "params": self.params,
        }
        run = Metered(self.program.plan(), self.program.facts["fallbacks"], inputs)
        messages: list[str] = deeply(run.messages)
        return messages

    def messages(self) -> list[str]:
        start_watch()
        started = perf_counter()
        try:
            messages = self.decide()
            if perf_counter() - started < _SUSPICIOUS or not _works_long(self.decide, ()):
                return messages
        except CostLimitError:
            pass
        return self.metered()

    def decide(self) -> list[str]:
        facts = self.program.facts
        on_error = facts["fails_closed"]
        matched, errors = self.matches(self.state(None))
        if not matched:
            return []
        if errors:
            return [aggregate(errors)] if on_error else []
        state = self.state(self.namespace and namespace_object(self.namespace))
        out: list[str] = []
        for i, (text, error) in enumerate(facts["validations"]):
            value, failure = self.run(state, f"validation_{i}", text, error)
            if failure:
                if on_error:
                    out.append(failure)
            elif value is not True:
                out.append(self.message(state, i))
        return out

    def matches(self, state: _State) -> tuple[bool, list[str]]:
        errors = []
        for i, (text, error) in enumerate(self.program.facts["conditions"]):
            value, failure = self.run(state, f"condition_{i}", text, error)
            if failure:
                errors.append(failure)
            elif value is False:
                return False, []
        return True, errors

    def run(self, state: _State, name: str, text: str, error: str) -> tuple[Any, str]:
        """An expression's value, or the message of its failure."""
        if error:
            return None, f"compilation error: {error}"
        function = self.program.functions[name]
        try:
            return _deeply(lambda: function(state)), ""
        except CelEvaluationError as failure:
            return None, f"expression '{text}' resulted in error: {failure.message}"

    def message(self, state: _State, i: int) -> str:
        from gatewright.cel.runtime import message_or

        facts = self.program.facts
        fallback: str = facts["fallbacks"][i]
        message = facts["messages"][i]
        if message is None or message[1]:
            return fallback
        value, failure = self.run(state, f"message_{i}", message[0], "")
        return fallback if failure else message_or(value, fallback)


def _works_long(evaluate: Callable[..., Any], inputs: tuple[Any, ...]) -> bool:
    """Whether an evaluation that seemed slow keeps this thread busy that long, and was not just made to wait."""
    start_watch()
    started = thread_time()
    evaluate(*inputs)
    return thread_time() - started >= _SUSPICIOUS


def _deeply(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except RecursionError:
        from gatewright.cel._depth import deeply

        return deeply(action)


def aggregate(errors: list[str]) -> str:
    """Several errors as Kubernetes joins them."""
    kept = list(dict.fromkeys(errors))
    return kept[0] if len(kept) == 1 else f"[{', '.join(kept)}]"


_PRESENT: Final = (("subResource", "subResource"), ("requestSubResource", "subResource"))


def request_object(review: Mapping[str, Any]) -> dict[str, Any]:
    """The `request` that expressions see: an AdmissionRequest without its objects."""
    kind = _gv(review.get("kind"), "kind")
    resource = _gv(review.get("resource"), "resource")
    out: dict[str, Any] = {
        "uid": "",
        "kind": kind,
        "resource": resource,
        "requestKind": kind,
        "requestResource": resource,
        "operation": review.get("operation") or "",
        "userInfo": {k: v for k, v in (review.get("userInfo") or {}).items() if v},
        "object": None,
        "oldObject": None,
        "dryRun": bool(review.get("dryRun")),
        "options": review.get("options"),
    }
    for name, source in (*_PRESENT, ("name", "name"), ("namespace", "namespace")):
        if value := review.get(source):
            out[name] = value
    return out


def _gv(given: Any, last: str) -> dict[str, str]:
    given = given or {}
    return {"group": given.get("group") or "", "version": given.get("version") or "", last: given.get(last) or ""}


_NAMESPACE_METADATA: Final = (
    "name", "generateName", "namespace", "uid", "resourceVersion", "generation", "deletionTimestamp",
    "creationTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "finalizers",
)  # fmt: skip


def namespace_object(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The `namespaceObject` that expressions see: metadata without its bookkeeping, spec and status."""
    metadata = namespace.get("metadata") or {}
    kept = {name: metadata[name] for name in _NAMESPACE_METADATA if metadata.get(name)}
    return {"metadata": kept, "spec": namespace.get("spec") or {}, "status": namespace.get("status") or {}}
