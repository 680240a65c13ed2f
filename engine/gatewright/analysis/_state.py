"""The state of one compilation: its settings, the errors so far, generated names and what they stand for."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gatewright.analysis._terms import location_key, operator_name, ref_text
from gatewright.analysis.notation import parse_signature
from gatewright.analysis.program import CompiledRule, ModuleUnit, RuleNode
from gatewright.analysis.types import Signature
from gatewright.errors import RegoAnalysisError, RegoError, RegoErrors
from gatewright.records import replace
from gatewright.source import Location
from gatewright.syntax.nodes import Expr, Ref, Term, Value, Var

if TYPE_CHECKING:
    from gatewright.analysis._env import TypeEnv
    from gatewright.analysis.annotations import AnnotationSet

COMPILE = "rego_compile_error"
TYPE = "rego_type_error"
UNSAFE = "rego_unsafe_var_error"
RECURSION = "rego_recursion_error"

ERROR_LIMIT = 10
PREFIX = "__local"


def error(code: str, location: Location | None, message: str, details: Iterable[str] = (), hint: str = "") -> RegoError:
    return RegoAnalysisError(message, location, details=tuple(details), hint=hint, code=code)


def error_text(e: RegoError) -> str:
    """The whole text OPA would print; errors at one place are sorted by it."""
    where = f"{e.location}: " if e.location is not None else ""
    return "\n\t".join((f"{where}{e.code}: {e.message}", *e.details))


_NO_PLACE = Location("", 0, 0)


def sort_errors(errors: list[RegoError]) -> None:
    errors.sort(key=lambda e: (location_key(e.location or _NO_PLACE), error_text(e)))


class Names:
    """Makes variables no one has written: `__local0__`, `__local1__`, … (`__localq0__`, … in queries)."""

    __slots__ = ("_next", "_prefix", "_taken", "subjects")

    def __init__(self, taken: set[str], prefix: str = PREFIX) -> None:
        self._taken = taken
        self._prefix = prefix
        self._next = 0
        # What a generated variable stands for; type errors show that instead of the variable.
        self.subjects: dict[str, Value] = {}

    def fresh(self) -> str:
        while True:
            name = f"{self._prefix}{self._next}__"
            self._next += 1
            if name not in self._taken:
                return name

    def term(self, location: Location) -> Term:
        return Term(Var(self.fresh()), location)


class Signatures(Mapping[str, Signature]):
    """The signatures of all built-ins, read from their notation only when one is asked for."""

    def __init__(self, declared: Mapping[str, Any]) -> None:
        self._declared = declared
        self._read: dict[str, Signature] = {}

    def __getitem__(self, name: str) -> Signature:
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = _signature(name, self._declared[name])
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)


def _signature(name: str, declared: Any) -> Signature:
    if isinstance(declared, Signature):
        return declared
    if isinstance(declared, str):
        return Signature(name, parse_signature(declared))
    return Signature(
        name,
        parse_signature(declared.signature),
        relation=declared.relation,
        deprecated=declared.deprecated,
        nondeterministic=declared.nondeterministic,
        infix=declared.infix,
    )


class LastUse:
    """OPA keeps one location for all refs made from one import, and one for all from the rules of a package: that of
    the last of them. Type errors show it, so it is remembered."""

    __slots__ = ("location",)

    def __init__(self) -> None:
        self.location = _NO_PLACE


class Places:
    """The location that OPA's type errors give for a ref that was made from a short name."""

    def __init__(self) -> None:
        self._by_head: dict[int, tuple[Term, LastUse]] = {}

    def add(self, head: Term, last: LastUse) -> None:
        self._by_head[id(head)] = (head, last)

    def of(self, head: Term) -> Location:
        entry = self._by_head.get(id(head))
        return entry[1].location if entry is not None else head.location


class Compilation:
    """What the passes over modules share. A query's compilation has one of its own over the same tree."""

    def __init__(
        self,
        units: Iterable[ModuleUnit],
        signatures: Mapping[str, Signature],
        *,
        strict: bool,
        print_enabled: bool,
        error_limit: int,
        features: frozenset[str],
        unsafe_builtins: frozenset[str],
        schemas: Mapping[str, Any] | None,
        use_annotations: bool,
    ) -> None:
        self.units = tuple(units)
        self.signatures = signatures
        self.strict = strict
        self.print_enabled = print_enabled
        self.error_limit = error_limit
        self.features = features
        self.unsafe_builtins = unsafe_builtins
        self.schemas = schemas
        self.use_annotations = use_annotations
        self.names = Names(set())
        self.places = Places()
        self.rewritten: dict[str, str] = {}
        self.tree = RuleNode()
        self.used_builtins: set[str] = set()
        self.errors: list[RegoError] = []
        self.stop = False
        # The locations that OPA does not know, of calls in template strings: its errors there have no place.
        self.unplaced: dict[int, Location] = {}
        self._limit_reached = False
        self._arities: dict[str, int] = {}
        # Set by the stages that compute them.
        self.annotations: AnnotationSet
        self.types: TypeEnv

    def for_query(self, *, strict: bool, print_enabled: bool) -> Compilation:
        """A compilation of a query over the rules of this one."""
        query = copy.copy(self)
        query.strict = strict
        query.print_enabled = print_enabled
        query.rewritten = {}
        query.errors = []
        return query

    # --- errors ---

    def err(self, *errors: RegoError) -> bool:
        """Record errors that end compilation after this stage; False once the limit is reached."""
        return self._record(errors, recoverable=False)

    def warn(self, *errors: RegoError) -> bool:
        """Record errors that let the later stages run, so that they report theirs too."""
        return self._record(errors, recoverable=True)

    def _record(self, errors: tuple[RegoError, ...], *, recoverable: bool) -> bool:
        if not errors:
            return True
        if self.error_limit <= 0:
            self.errors.extend(errors)
            self.stop = self.stop or not recoverable
            return True
        room = self.error_limit - len(self.errors)
        if room <= 0:
            return False
        self.errors.extend(errors[:room])
        self._limit_reached = len(self.errors) == self.error_limit
        self.stop = self.stop or not recoverable or self._limit_reached
        return not self._limit_reached

    def final_errors(self) -> list[RegoError]:
        """The errors in OPA's order, with the note that there may be more."""
        errors = self.without_hidden_places(self.errors)
        sort_errors(errors)
        if self._limit_reached:
            errors.append(error(COMPILE, None, "error limit reached"))
        return errors

    def unplaced_copy(self, location: Location) -> Location:
        """The same place, but not shown as the place of an error."""
        copied = replace(location)
        self.unplaced[id(copied)] = copied
        return copied

    def without_hidden_places(self, errors: Iterable[RegoError]) -> list[RegoError]:
        return [self._hide_place(e) if id(e.location) in self.unplaced else e for e in errors]

    def _hide_place(self, e: RegoError) -> RegoError:
        where = f"in the template string at {e.location}"
        return error(e.code, None, e.message, e.details, f"{e.hint}; {where}" if e.hint else where)

    # --- look-ups ---

    def arity(self, operator: Value) -> int:
        """How many arguments the function takes; -1 when there is no such function."""
        if type(operator) is not Ref:
            return -1
        terms = operator.terms
        head = terms[0].value
        if len(terms) == 1:
            name = head.name if type(head) is Var else ref_text(terms)
        else:
            name = ref_text(terms)
        known = self._arities.get(name)
        if known is None:
            known = self._arities[name] = self._find_arity(name, terms)
        return known

    def _find_arity(self, name: str, terms: tuple[Term, ...]) -> int:
        signature = self.signatures.get(name)
        if signature is not None:
            return signature.arity
        node = self.tree.find(terms)
        return node.rules[0].arity if node is not None and node.rules else -1

    def forget_arities(self) -> None:
        """The tree has been built: functions written in Rego are known from now on."""
        self._arities.clear()

    def builtin(self, expr: Expr) -> Signature | None:
        return self.signatures.get(operator_name(expr))

    def original(self, name: str) -> str:
        """The name a renamed variable was written with."""
        return self.rewritten.get(name, name)

    @property
    def each_rule(self) -> Iterator[CompiledRule]:
        for unit in self.units:
            yield from unit.each_rule


_DEPTH = 60_000


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let the recursive passes follow terms nested far deeper than Python's default limit allows."""
    before = sys.getrecursionlimit()
    if before < _DEPTH:
        sys.setrecursionlimit(_DEPTH)
    try:
        yield
    except RecursionError as e:
        raise RegoErrors([error(COMPILE, None, "nested too deeply to be compiled")]) from e
    finally:
        if before < _DEPTH:
            sys.setrecursionlimit(before)
