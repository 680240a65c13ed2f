"""A template's Rego as modules: parsed, held to Gatekeeper's rules, and moved to where they run.

The main module becomes `data.template`; libraries below `data.lib` move below `data.libs.lib`, with the references to
them. Compiled together with Gatekeeper's own hook module, so that what the hook could not use is refused here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

from gatewright.analysis.capabilities import FEATURES
from gatewright.errors import RegoError, RegoErrors, TemplateError
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper.regosource import RegoSource, rego_error_text
from gatewright.records import record, replace
from gatewright.source import Location
from gatewright.syntax import node_text, parse_module
from gatewright.syntax.nodes import (
    Body,
    Every,
    Expr,
    Head,
    Import,
    LogicalAnd,
    LogicalOr,
    Module,
    Not,
    Package,
    Ref,
    Rule,
    SomeDecl,
    String,
    Term,
    Var,
    With,
)
from gatewright.syntax.walk import children

TEMPLATE_FILE: Final = "template"
HOOK_FILE: Final = "hooks.hooks_builtin"
_INVALID: Final = "invalid ConstraintTemplate"

# The query Gatekeeper puts around every template, line for line where its errors point to.
_HOOK: Final = """package hooks

# Collects what the constraints under review find.
violation[response] {
  # every constraint that was asked for
  key := input.constraints[_]
  # is run with its own parameters
  #
  #
  inp := {
    "review": input.review,
    "parameters": data.constraints[key.kind][key.name],
  }
  # on the template
  data.template.violation[r] with input as inp
  # and its elements answer as key, details and message
  #
  response := {
    "key": key,
    "details": object.get(r, "details", {}),
    "msg": r.msg,
  }
}
"""


# What `import future.keywords` brings in the OPA that is inside Gatekeeper: not yet `not`, `and`, `or`.
_GATEKEEPERS: Final = {"future_keywords": ("contains", "every", "if", "in"), "features": tuple(sorted(FEATURES))}


def read_modules(source: RegoSource, *, as_gatekeeper: bool = False) -> dict[str, Module]:
    """The modules to compile, hook included, by name; TemplateError when Gatekeeper would refuse one. `as_gatekeeper`:
    in the syntax of the OPA inside it, which evaluates the same, but shows `not` otherwise in a trace."""
    entry = _parse(source.rego, TEMPLATE_FILE, source.dialect, as_gatekeeper)
    if not any(rule.head.name == "violation" for rule in entry.rules):
        raise TemplateError(f"{_INVALID}: invalid rego: invalid module: missing required rules: [violation]")
    place = entry.package.path
    path = Ref((place.terms[0], Term(String("template"), place.terms[-1].location)))
    entry = replace(entry, package=Package(path, entry.package.location))
    libs = [_read_lib(text, f'libs["lib_{i}"]', source.dialect, as_gatekeeper) for i, text in enumerate(source.libs)]
    main = _Read(TEMPLATE_FILE, entry, _disallowed(entry), _moved(entry))
    _check(main, libs)
    return {HOOK_FILE: hook_module(), **{f"template{i}": read.moved for i, read in enumerate((main, *libs))}}


@record(frozen=True, slots=True)
class _Read:
    """A module, the refs in it that Gatekeeper refuses, and the module as it is moved."""

    name: str
    module: Module
    disallowed: tuple[Ref, ...]
    moved: Module


# Templates that are loaded together share libraries.
@lru_cache(maxsize=32)
def _read_lib(text: str, name: str, dialect: str, as_gatekeeper: bool) -> _Read:
    module = _parse(text, name, dialect, as_gatekeeper)
    moved = replace(_moved(module), package=Package(_move(module.package.path), module.package.location))
    return _Read(name, module, _disallowed(module), moved)


@cache
def hook_module() -> Module:
    """Gatekeeper's query as a module."""
    return parse_module(_HOOK, file=HOOK_FILE, rego_version="v0")


def _parse(text: str, file: str, dialect: str, as_gatekeeper: bool) -> Module:
    language = _GATEKEEPERS if as_gatekeeper else None
    try:
        module = parse_module(text, file=file, rego_version=dialect, capabilities=language)
    except (RegoError, RegoErrors) as error:
        raise TemplateError(f"{_INVALID}: {rego_error_text(error)}") from error
    return module


# --- Gatekeeper's rules ------------------------------------------------------------------------------------------


def _check(entry: _Read, libs: list[_Read]) -> None:
    for lib in libs:
        path = _names(lib.module.package.path)
        if len(path) < 3 or path[:2] != ["data", "lib"]:
            shown = node_text(lib.module.package.path)
            raise TemplateError(f"{_INVALID}: invalid lib prefix: path {shown} not found in lib prefixes")
    for read in (*libs, entry):
        for each in read.module.imports:
            _check_import(each)
    for read in (*libs, entry):
        if refs := read.disallowed:
            shown = "\n".join(f"disallowed ref {node_text(ref)}" for ref in refs)
            where = f"{{{read.name}}}"
            message = f"check refs failed on module {where}: errors ({len(refs)}):\n{shown}\n"
            raise TemplateError(f"{_INVALID}: invalid data references: {message}")


def _disallowed(module: Module) -> tuple[Ref, ...]:
    return tuple(ref for rule in module.rules for ref in _outer(rule, Ref) if not _allowed(ref))


def _check_import(each: Import) -> None:
    ref = each.path.value
    if not isinstance(ref, Ref):
        raise TemplateError(f"{_INVALID}: invalid import: got reference of type {type(ref).__name__}, want ast.Ref")
    path = _names(ref)
    shown = quote(node_text(ref))
    if path[0] == "input":
        raise TemplateError(f"{_INVALID}: invalid import: cannot import input: {shown}")
    if path[:2] != ["data", "lib"] and path[0] != "future":
        raise TemplateError(f"{_INVALID}: invalid import: bad import: {shown}")


def _names(ref: Ref) -> list[str | None]:
    """The ref's steps as texts; None for a step that is not a constant string."""
    out: list[str | None] = []
    for i, term in enumerate(ref.terms):
        value = term.value
        if i == 0 and isinstance(value, Var):
            out.append(value.name)
        else:
            out.append(value.value if isinstance(value, String) else None)
    return out


def _allowed(ref: Ref) -> bool:
    path = _names(ref)
    return path[0] != "data" or path[:2] in (["data", "inventory"], ["data", "lib"])


def _outer(node: Any, kind: type[Any]) -> Iterator[Any]:
    """The nodes of a kind below `node`, without looking inside those found."""
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, kind):
            yield node
        elif isinstance(node, Head):
            parts = [*(node.args or ()), node.key, node.value]
            stack.extend(reversed([part for part in parts if part is not None]))
        elif not isinstance(node, (str, Location)):
            stack.extend(reversed(children(node)))


# --- moving ------------------------------------------------------------------------------------------------------


def _move(ref: Ref) -> Ref:
    """`data.lib.x` is `data.libs.lib.x` once loaded; the inventory stays."""
    path = _names(ref)
    if path[0] != "data" or path[:2] == ["data", "inventory"]:
        return ref
    first, *rest = ref.terms
    return Ref((first, Term(String("libs"), first.location), *rest))


def _term(term: Term) -> Term:
    # Gatekeeper's walk stops at every term it meets, so references inside composites stay as written.
    return Term(_move(term.value), term.location) if isinstance(term.value, Ref) else term


def _moved(module: Module) -> Module:
    imports = tuple(replace(i, path=_term(i.path)) for i in module.imports)
    return replace(module, imports=imports, rules=tuple(_rule(r) for r in module.rules))


def _rule(rule: Rule) -> Rule:
    head = rule.head
    head = replace(
        head,
        args=None if head.args is None else tuple(map(_term, head.args)),
        key=None if head.key is None else _term(head.key),
        value=None if head.value is None else _term(head.value),
    )
    otherwise = None if rule.otherwise is None else _rule(rule.otherwise)
    return replace(rule, head=head, body=_body(rule.body), otherwise=otherwise)


def _body(body: Body) -> Body:
    return tuple(map(_expr, body))


def _expr(expr: Expr) -> Expr:
    withs = tuple(With(_term(w.target), _term(w.value), w.location) for w in expr.withs)
    return replace(expr, terms=_terms(expr.terms), withs=withs)


def _terms(terms: Any) -> Any:
    if isinstance(terms, tuple):
        return tuple(map(_term, terms))
    return _STATEMENTS[type(terms)](terms)


def _every(node: Every) -> Every:
    key = None if node.key is None else _term(node.key)
    return replace(node, key=key, value=_term(node.value), domain=_term(node.domain), body=_body(node.body))


def _both(node: Any) -> Any:
    return replace(node, lhs=_body(node.lhs), rhs=_body(node.rhs))


_STATEMENTS: Final[dict[type[Any], Callable[[Any], Any]]] = {
    Term: _term,
    SomeDecl: lambda node: replace(node, symbols=tuple(map(_term, node.symbols))),
    Every: _every,
    Not: lambda node: replace(node, body=_body(node.body)),
    LogicalAnd: _both,
    LogicalOr: _both,
}
