"""One CEL expression on its own: text and environment to something that evaluates."""

from __future__ import annotations

import ast as py
from collections.abc import Callable, Mapping
from typing import Any

from gatewright.cel import _python as make
from gatewright.cel import nodes as ast
from gatewright.cel._depth import deeply
from gatewright.cel._link import link
from gatewright.cel._loops import NoFastFormError
from gatewright.cel._python import compile_quietly
from gatewright.cel._statements import Path, Statements
from gatewright.cel._trusted import trusted_types
from gatewright.cel.checker import Environment, check
from gatewright.cel.codegen import Emitter, Links
from gatewright.cel.declarations import TYPE_NAMES
from gatewright.cel.folds import start_watch
from gatewright.cel.library import function
from gatewright.cel.parser import CelCompileError, parse
from gatewright.cel.runtime import KEYS
from gatewright.cel.types import DYN, Type, output_name
from gatewright.cel.values import CelEvaluationError, CelPanicError, TypeValue, go_type
from gatewright.records import record


class Program:
    """A compiled expression; `output` is its type."""

    __slots__ = ("_exact", "_fast", "output")

    def __init__(self, fast: Callable[..., Any], exact: Callable[..., Any], output: Type) -> None:
        self._fast = fast
        self._exact = exact
        self.output = output

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """The value under `variables`; CelEvaluationError when there is none."""
        start_watch()
        try:
            return self._fast(variables)
        except Exception:
            start_watch()
            try:
                return deeply(lambda: self._exact(variables))
            except CelPanicError as panic:
                raise CelEvaluationError(panic.message) from None


class _Mapping:
    """Free names as lookups in the mapping that the generated function is given."""

    def __init__(self, environment: Environment, links: Links) -> None:
        self.environment = environment
        self.links = links

    def variable(self, name: str) -> py.expr | None:
        if name not in self.environment.variables:
            return None
        return make.call(self.links.runtime("lookup"), make.name("given"), make.const(name))

    def member(self, struct: str, field: str) -> py.expr | None:
        return None

    def ensure(self, name: str) -> None:
        raise AssertionError(f"unreachable: variable {name}")

    def path_of(self, name: str) -> Path | None:
        return None

    def is_foreign(self, name: str) -> bool:
        return False


def compile_expression(text: str, environment: Environment, *, checked: bool = True) -> Program:
    """The program of `text`; CelCompileError when it does not parse or check (`checked=False` skips the check)."""
    return deeply(lambda: _compile(text, environment, checked))  # type: ignore[no-any-return]


def _compile(text: str, environment: Environment, checked: bool) -> Program:
    root = parse(text)
    facts = check(text, root, environment) if checked else None
    fold_constants(root, {} if facts is None else facts.names)
    types = {} if facts is None else trusted_types(facts, {})
    links = Links()
    value = Emitter(_Mapping(environment, links), links).expression(root, types, facts)
    exact = _function([py.Return(value)], links)
    links = Links()
    emitter = Statements(_Mapping(environment, links), links)
    try:
        value = emitter.expression(root, types, facts)
        fast = _function([*emitter.block, py.Return(value)], links)
    except NoFastFormError:
        fast = exact
    return Program(fast, exact, DYN if facts is None else facts.output)


def _function(body: list[py.stmt], links: Links) -> Callable[..., Any]:
    functions = link(links.names)
    exec(compile_quietly(py.Module([make.function_def("evaluate", ["given"], body)], [])), functions)
    evaluate: Callable[..., Any] = functions["evaluate"]
    return evaluate


CONVERSIONS = frozenset({"bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"})


class CelProgramError(CelCompileError):
    """A checked expression that cel-go refuses to plan, because converting a constant fails."""


def fold_constants(root: ast.Node, names: Mapping[ast.Node, str]) -> None:
    """Do what cel-go does with constants while planning a program; the errors are compile errors.

    It converts constants, of which a type is one, compiles the patterns of find and findAll, and looks at the keys of
    selections. `names` are the checker's.
    """
    _fold(root, names)


def _converted(name: str, value: Any) -> Any:
    if not isinstance(value, _Aggregate):
        return function(name)(value)
    # What a conversion says of a list or map does not depend on its members.
    converted = function(name)([] if value.go_type == "*types.baseList" else {})
    return value if converted == [] or converted == {} else converted


_NOT_CONSTANT = object()


@record(frozen=True, slots=True)
class _Aggregate:
    """A constant list or map, of which only the class matters here."""

    go_type: str


def _fold(node: ast.Node, names: Mapping[ast.Node, str]) -> Any:
    """The value of a constant or of a conversion of one; else _NOT_CONSTANT, once its parts are seen to."""
    if isinstance(node, ast.Literal):
        return node.value
    if isinstance(node, ast.Ident | ast.Select) and names.get(node) in TYPE_NAMES:
        return TypeValue(output_name(TYPE_NAMES[names[node]].params[0]).split("(", 1)[0])
    parts = [_fold(child, names) for child in ast.children(node)]
    if isinstance(node, ast.ListExpr | ast.MapExpr) and _NOT_CONSTANT not in parts:
        return _Aggregate("*types.baseList" if isinstance(node, ast.ListExpr) else "*types.baseMap")
    if not isinstance(node, ast.Call):
        return _NOT_CONSTANT
    try:
        if node.name in CONVERSIONS and node.target is None and len(parts) == 1 and parts[0] is not _NOT_CONSTANT:
            return _converted(node.name, parts[0])
        if node.name in ("find", "findAll", "matches") and len(parts) > 1 and isinstance(parts[1], str):
            from gatewright.cel.library.regex import compile_pattern

            compile_pattern(parts[1])
    except CelEvaluationError as error:
        raise CelProgramError(error.message) from None
    if node.name in ("_[_]", "_[?_]") and parts[1] is not _NOT_CONSTANT and parts[1].__class__ not in KEYS:
        shown = parts[1].go_type if isinstance(parts[1], _Aggregate) else go_type(parts[1])
        raise CelProgramError(f"invalid qualifier type: {shown}")
    return _NOT_CONSTANT


__all__ = ["CelProgramError", "Program", "compile_expression", "deeply", "fold_constants"]
