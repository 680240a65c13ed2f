"""Rules: all definitions of one document or function become one Python function.

Complete rules and functions return their value; as soon as two solutions are possible, the first is kept and
every other compared with it, so that a conflict is noticed and can list the values. Partial sets and objects,
and documents built by rules with variables in their refs, are dicts that solutions are written into.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gatewright.codegen import _py, ahead, bodies, calls, demand, recording, sharing, silence, terms, unify
from gatewright.codegen._names import Names
from gatewright.codegen.sharing import Clause, Shared
from gatewright.codegen.trail import Trail
from gatewright.codegen.writer import NOTHING, Sink, Val, Writer
from gatewright.records import record
from gatewright.syntax.nodes import Body, Term, Var

if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule
    from gatewright.codegen.unit import Group, Unit


def write(unit: Unit, group: Group, names: Names) -> ast.FunctionDef:
    """The Python function of a group of rules, under the group's name."""
    w = Writer(unit, names, group.location)
    match group.kind:
        case "set":
            _write_set(w, group)
        case "object":
            _write_object(w, group, [])
        case _:
            return _write_complete(w, group)
    return _function(group, ["s"], w)


def write_narrowed(unit: Unit, group: Group, names: Names) -> ast.FunctionDef:
    """The function of a partial object that keeps to the keys it is given."""
    w = Writer(unit, names, group.location)
    keys = [w.names.fresh("key") for _ in range(unit.depth(group))]
    _write_object(w, group, keys)
    made = _py.function(group.narrowed, ["s", *keys], w.stmts, docstring=f"{group.text} at some keys")
    made.args.defaults = [_py.name(_py.UNDEFINED) for _ in keys[1:]]
    made.lineno, made.col_offset = group.location.row or 1, 0
    return made


def _function(group: Group, parameters: list[str], w: Writer) -> ast.FunctionDef:
    made = _py.function(group.function, parameters, w.stmts, docstring=group.text)
    made.lineno, made.col_offset = group.location.row or 1, 0
    return made


Finish = Callable[[Writer, Clause], None]


def _write_clauses(
    w: Writer,
    nodes: Sequence[Shared | Clause],
    sink: Sink,
    finish: Finish,
    start: Start,
    operands: Sequence[Val] = (),
) -> None:
    """Write definitions one after the other; `start` opens each, `finish` says what a solution does."""
    ahead.look_up(w, nodes, operands)
    mark = recording.mark(w) if len(nodes) > 1 else None
    for node in nodes:
        recording.reset(w, mark)
        with w.body(sink, ordered=w.unit.watches_order):
            w.unit.call_variables(node.names)
            start(w, node)
            if isinstance(node, Shared):
                bodies.body(w, node.prefix)
                _write_clauses(w, node.branches, sink, finish, _nothing)
            else:
                _body(w, node.rule, node.body)
                w.location = node.rule.location
                finish(w, node)


Start = Callable[[Writer, "Shared | Clause"], None]


def _nothing(w: Writer, node: Shared | Clause) -> None:
    """Branches of shared definitions have been opened with them."""


# --- partial documents ------------------------------------------------------------------------------------------


def _write_set(w: Writer, group: Group) -> None:
    w.trail = Trail() if w.unit.tracks else None
    mark = recording.mark(w)
    out = terms.start_set(w, group.short_name)

    def finish(w: Writer, clause: Clause) -> None:
        item = terms.value(w, clause.head[0])
        if w.unit.recording or w.trail is not None:
            item = w.keep(item, "member")
        terms.add_member(w, out, item)
        recording.member(w, group, item)

    heads = [[rule.head.key] for rule in group.rules if rule.head.key is not None]
    found = sharing.clauses(w.unit, group.rules, heads, lambda rule: demand.leading(w.unit, group, rule))
    _write_clauses(w, found, Sink(), finish, _nothing)
    recording.leave(w, mark)
    w.add(ast.Return(terms.finished_set(out)))


def _write_object(w: Writer, group: Group, keys: list[str]) -> None:
    out = w.assign(group.short_name, ast.Dict([], []))
    flat = all(len(_below(group, rule)) == 1 and not rule.is_multi_value for rule in group.rules)
    seen = "" if flat else w.assign("seen", _py.call("set"))

    def finish(w: Writer, clause: Clause) -> None:
        *path_terms, member = clause.head
        path = [w.keep(terms.value(w, t), "key").expr for t in path_terms]
        for key, part in zip(keys, path, strict=False):
            anything = _py.is_(_py.name(key), _py.name(_py.UNDEFINED))
            w.guard(ast.BoolOp(ast.Or(), [anything, _py.call("equal", _py.name(key), part)]))
        w.location = clause.rule.head.location
        item = terms.value(w, member)
        if flat:
            put = _py.call("put", _py.name(out), path[0], item.expr, calls.at(w))
        else:
            put = _py.call("insert", _py.name(out), _py.name(seen), _py.tuple_of(*path), item.expr, calls.at(w))
            if clause.rule.is_multi_value:
                put.keywords.append(ast.keyword("many", _py.const(True)))
        w.add(ast.Expr(put))

    heads = [[*_below(group, rule), _member(rule)] for rule in group.rules]
    _write_clauses(w, sharing.clauses(w.unit, group.rules, heads), Sink(), finish, _nothing)
    w.add(ast.Return(_py.name(out)))


def _member(rule: CompiledRule) -> Term:
    member = rule.head.key if rule.is_multi_value else rule.head.value
    assert member is not None
    return member


def _below(group: Group, rule: CompiledRule) -> tuple[Term, ...]:
    return rule.ref[len(group.path) + 1 :]


def _body(w: Writer, rule: CompiledRule, body: Body) -> None:
    w.location = rule.location
    if w.unit.covering:
        w.add(ast.Expr(_py.call("cover", _py.name(w.state), calls.at(w))))
    bodies.body(w, body)


# --- complete rules and functions -------------------------------------------------------------------------------


@record(slots=True)
class _Results:
    """The variables that hold what complete rules produced so far; `used` once code refers to them."""

    group: Group
    value: str
    at: str
    conflicts: str
    used: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.value, self.at, self.conflicts)


def _write_complete(w: Writer, group: Group) -> ast.FunctionDef:
    parameters = _parameters(w, group)
    same = same_constant(group)
    results = _Results(group, w.names.fresh("result"), w.names.fresh("result_at"), w.names.fresh("conflicts"))
    watched = w.unit.covering or w.unit.watches_order
    once = len(group.rules) == 1 or (not watched and silence.first_decides(w.unit, group))
    group.parameters = tuple(parameters)
    # What led to the value is known where the first definition that holds is the only one to be evaluated.
    if w.unit.tracks and group.default is None and (same is not NOTHING or len([*group.branches]) == 1):
        w.trail = Trail()
    if same is not NOTHING:
        _write_constants(w, group, parameters)
        _write_default(w, group, parameters)
        return _function(group, ["s", *parameters], w)
    if len(group.rules) > 1:
        operands = [Val(_py.name(parameter)) for parameter in parameters]
        ahead.look_up(w, [sharing.clause(w.unit, rule, (), rename=False) for rule in group.rules], operands)
    for rule in group.rules:
        if once:
            _write_single(w, rule, parameters, results)
        else:
            _write_chain(w, rule, parameters, results)
    if results.used:
        head: list[ast.stmt] = [
            _py.assign(results.value, _py.name(_py.UNDEFINED)),
            _py.assign(results.at, _py.const(None)),
            _py.assign(results.conflicts, _py.const(None)),
        ]
        w.stmts[:0] = head
        if not once:
            _settle(w, results)
    _write_default(w, group, parameters)
    return _function(group, ["s", *parameters], w)


def same_constant(group: Group) -> object:
    """The one constant that every definition gives, if that is so."""
    values = [constant_of(branch) for branch in group.branches]
    if not values or any(v is NOTHING for v in values):
        return NOTHING
    from gatewright.runtime.values import equal

    return values[0] if all(equal(v, values[0]) for v in values) else NOTHING


def constant_of(rule: CompiledRule) -> object:
    """The constant that a definition gives, else NOTHING."""
    return terms.constant(rule.head.value.value) if rule.head.value is not None else NOTHING


def _parameters(w: Writer, group: Group) -> list[str]:
    rules = [*group.rules, *([group.default] if group.default else [])]
    named = []
    for position in range(group.arity):
        hint = "arg"
        for rule in rules:
            node = (rule.head.args or ())[position].value
            if isinstance(node, Var) and not node.wildcard:
                hint = w.unit.original(node.name)
                break
        named.append(w.names.fresh(hint))
    return named


def _start(w: Writer, rule: CompiledRule, parameters: list[str]) -> None:
    w.location = rule.location
    for term, parameter in zip(rule.head.args or (), parameters, strict=True):
        unify.match(w, term, Val(_py.name(parameter)))
    _body(w, rule, w.unit.body_of(rule))


def _value(w: Writer, rule: CompiledRule) -> Val:
    assert rule.head.value is not None
    w.location = rule.location
    return terms.value(w, rule.head.value, "result")


def _write_constants(w: Writer, group: Group, parameters: list[str]) -> None:
    """Definitions that all give one constant: the first that holds returns it."""
    definitions = [*group.branches]

    operands = [Val(_py.name(parameter)) for parameter in parameters]

    def start(w: Writer, node: Shared | Clause) -> None:
        for term, operand in zip(node.args, operands, strict=True):
            unify.match(w, term, operand)

    def finish(w: Writer, clause: Clause) -> None:
        val = terms.value(w, clause.head[0])
        recording.result(w, group, val)
        w.add(ast.Return(val.expr))

    heads = [[rule.head.value] for rule in definitions if rule.head.value is not None]
    _write_clauses(w, sharing.clauses(w.unit, definitions, heads), Sink(returns=True), finish, start, operands)


def _write_single(w: Writer, rule: CompiledRule, parameters: list[str], results: _Results) -> None:
    """The only definition: each branch returns; no branch is reached once one has produced a value."""
    for branch in rule.branches:
        outer = w.splits
        accumulates = False
        with w.body(Sink(returns=True, names=results.names), ordered=True):
            _start(w, branch, parameters)
            val = _value(w, branch)
            accumulates = w.repeats and not val.constant
            if accumulates:
                _note(w, results, w.keep(val, "value"))
            else:
                recording.result(w, results.group, val)
                w.add(ast.Return(val.expr))
        if accumulates or w.splits != outer:
            results.used = True
            _settle(w, results)


def _write_chain(w: Writer, rule: CompiledRule, parameters: list[str], results: _Results) -> None:
    """One of several definitions: its value is compared with the others'."""
    results.used = True
    branches = [*rule.branches]
    produced = w.assign("produced", _py.const(False)) if len(branches) > 1 else ""
    outer, around = w.stmts, w.ahead
    for position, branch in enumerate(branches):
        names = (*results.names, produced) if produced else results.names
        with w.body(Sink(names=names), ordered=True):
            _start(w, branch, parameters)
            _note(w, results, w.keep(_value(w, branch), "value"))
            if produced:
                w.add(_py.assign(produced, _py.const(True)))
        if position + 1 < len(branches):
            rest = ast.If(_py.negate(_py.name(produced)), [], [])
            w.add(rest)
            w.stmts, w.ahead = rest.body, dict(w.ahead)
    w.stmts, w.ahead = outer, around


def _note(w: Writer, results: _Results, val: Val) -> None:
    """Keep the first result; compare every other with it."""
    place = calls.at(w)
    first = [_py.assign(results.value, val.expr), _py.assign(results.at, place)]
    differ = _py.call(
        "differ", _py.name(results.conflicts), _py.name(results.at), _py.name(results.value), place, val.expr
    )
    other = ast.If(
        _py.negate(terms.equals(Val(_py.name(results.value)), val)), [_py.assign(results.conflicts, differ)], []
    )
    w.add(ast.If(_py.is_(_py.name(results.value), _py.name(_py.UNDEFINED)), [*first], [other]))
    recording.result(w, results.group, val)


def _settle(w: Writer, results: _Results) -> None:
    """Return the one result, or raise the conflict."""
    kind = "function" if results.group.arity else "rule"
    error = _py.call(_py.attribute(_py.name(results.conflicts), "error"), _py.const(f"{kind} {results.group.text}"))
    w.add(ast.If(_py.is_not(_py.name(results.conflicts), _py.const(None)), [ast.Raise(error)], []))
    w.add(ast.If(_py.is_defined(_py.name(results.value)), [ast.Return(_py.name(results.value))], []))


def _write_default(w: Writer, group: Group, parameters: list[str]) -> None:
    rule = group.default
    if rule is None:
        if not _py.ends(w.stmts):
            w.add(ast.Return(_py.name(_py.UNDEFINED)))
        return
    with w.body(Sink(returns=True), ordered=True):
        _start(w, rule, parameters)
        w.add(ast.Return(_value(w, rule).expr))
    if not _py.ends(w.stmts):
        w.add(ast.Return(_py.name(_py.UNDEFINED)))
