"""Results that are kept: a rule's within an evaluation or for good, a function's by its operands, where that pays.

OPA keeps the results of rules and functions within one evaluation. What reads nothing but parameters and operands
gives the same in every evaluation, so a bound rule may keep it as long as it lives; what reads nothing but the review,
the same for all rules that meet it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gatewright.codegen import _py, calls, common, fixed, recording
from gatewright.codegen._names import Names
from gatewright.syntax.nodes import Call, Expr, Ref, Term, Var
from gatewright.syntax.walk import children

if TYPE_CHECKING:
    from gatewright.analysis.program import CompiledRule
    from gatewright.codegen.unit import Group, Unit

# A function called this often, counting call sites alone, might be called exponentially often.
_MANY_CALLS = 200
# How many results of a function a bound rule keeps before it forgets them all.
_MOST_KEPT = 2_000
# How many calls and definitions make a function dearer than looking its result up.
_DEAR = 4


def remembering(unit: Unit, group: Group, made: ast.FunctionDef) -> list[ast.stmt]:
    """A group's function, and before it, if that pays, one of its name that remembers what it gives."""
    if group.arity:
        # OPA remembers the results of all functions; it shows where they print.
        if unit.watches_order or _times_called(group) > _MANY_CALLS:
            return [_by_operands(unit, group, made), made]
        if lasts(unit, group) and len(made.args.args) == group.arity + 1:
            return [_by_texts(unit, group, made), made]
        if name := common.key_of(unit, group):
            return [_of_inventory(unit, group, made, name), made]
        return [made]
    hideable = unit.hideable(group)
    fixed_rule = bool(unit.parameters) and fixed.group_is_fixed(unit, group)
    if name := common.key_of(unit, group):
        return [_in_common(unit, group, made, name), made]
    telling = unit.recording and not fixed_rule and not unit.is_entry(group)
    if group.uses < 2 and not (hideable or fixed_rule or telling or unit.lasting):
        return [made]
    return [_by_rule(unit, group, made, fixed_rule=fixed_rule, hideable=hideable), made]


def _by_rule(unit: Unit, group: Group, made: ast.FunctionDef, *, fixed_rule: bool, hideable: bool) -> ast.FunctionDef:
    """A function that remembers the value of a rule."""
    from gatewright.codegen.unit import key_literal

    _rename(unit, group, made)
    key = _py.const(group.function)
    kept = _py.attribute(_py.name("s"), "fixed" if fixed_rule else "memo")
    body: list[ast.stmt] = []
    if hideable:
        path = _py.tuple_of(*(key_literal(k) for k in group.path))
        hidden = _py.call(_py.attribute(_py.name("s"), "hides"), path)
        body.append(ast.If(hidden, [ast.Return(_py.call("base_value", _py.name("s"), path))], []))
    compute = _compute("found", kept, key, _py.call(made.name, _py.name("s")))
    again: list[ast.stmt] = []
    if unit.recording and not fixed_rule:
        compute, again = recording.remembered(key, compute)
    missing = _py.is_(_py.name("found"), _py.name("MISSING"))
    body += [
        _py.assign("found", _py.call(_py.attribute(kept, "get"), key, _py.name("MISSING"))),
        ast.If(missing, compute, again),
        ast.Return(_py.name("found")),
    ]
    return _around(group, ["s"], body, made)


def _in_common(unit: Unit, group: Group, made: ast.FunctionDef, name: str) -> ast.FunctionDef:
    """A function that remembers the value of a rule for all rules that meet the review, or the inventory."""
    _rename(unit, group, made)
    key = _py.const(name)
    holder = "review" if common.closure_of(unit, group).reads_review else "inventory"
    kept = _py.attribute(_py.attribute(_py.name("s"), "common"), holder)
    missing = _py.is_(_py.name("found"), _py.name("MISSING"))
    body: list[ast.stmt] = [
        _py.assign("found", _py.call(_py.attribute(kept, "get"), key, _py.name("MISSING"))),
        ast.If(missing, _compute("found", kept, key, _py.call(made.name, _py.name("s"))), []),
        ast.Return(_py.name("found")),
    ]
    return _around(group, ["s"], body, made)


def _of_inventory(unit: Unit, group: Group, made: ast.FunctionDef, name: str) -> ast.FunctionDef:
    """A function that remembers what it gives for strings until the inventory changes."""
    _rename(unit, group, made)
    parameters = [arg.arg for arg in made.args.args]
    operands = [_py.name(p) for p in parameters[1:]]
    names = Names(parameters)
    key, kept, found = names.fresh("key"), names.fresh("kept"), names.fresh("found")
    run = _py.call(made.name, _py.name("s"), *operands)
    missing = _py.is_(_py.name(found), _py.name("MISSING"))
    body: list[ast.stmt] = [
        ast.If(_any_but_strings(operands), [ast.Return(run)], []),
        _py.assign(kept, _py.attribute(_py.attribute(_py.name("s"), "common"), "inventory")),
        _py.assign(key, _py.tuple_of(_py.const(name), *operands)),
        _py.assign(found, _py.call(_py.attribute(_py.name(kept), "get"), _py.name(key), _py.name("MISSING"))),
        ast.If(missing, [_bounded(kept), *_compute(found, _py.name(kept), _py.name(key), run)], []),
        ast.Return(_py.name(found)),
    ]
    return _around(group, parameters, body, made)


def _any_but_strings(operands: list[ast.Name]) -> ast.expr:
    others: list[ast.expr] = [_py.is_not(_py.attribute(o, "__class__"), _py.name("str")) for o in operands]
    return others[0] if len(others) == 1 else ast.BoolOp(ast.Or(), others)


def _bounded(known: str) -> ast.stmt:
    """Forget everything before it becomes too much."""
    full = _py.compare(_py.call("len", _py.name(known)), ast.Gt(), _py.const(_MOST_KEPT))
    return ast.If(full, [ast.Expr(_py.call(_py.attribute(_py.name(known), "clear")))], [])


def _by_operands(unit: Unit, group: Group, made: ast.FunctionDef) -> ast.FunctionDef:
    """A function that remembers results by operands within an evaluation."""
    _rename(unit, group, made)
    parameters = [arg.arg for arg in made.args.args]
    operands = [_py.name(p) for p in parameters[1:]]
    names = Names(parameters)
    place, found = names.fresh("operands"), names.fresh("found")
    key = _py.tuple_of(_py.const(group.function), *(_py.call("to_key", operand) for operand in operands))
    kept = _py.attribute(_py.name("s"), "memo")
    compute = _compute(found, kept, _py.name(place), _py.call(made.name, _py.name("s"), *operands))
    body: list[ast.stmt] = [
        _py.assign(place, key),
        _py.assign(found, _py.call(_py.attribute(kept, "get"), _py.name(place), _py.name("MISSING"))),
        ast.If(_py.is_(_py.name(found), _py.name("MISSING")), compute, []),
        ast.Return(_py.name(found)),
    ]
    return _around(group, parameters, body, made)


def _by_texts(unit: Unit, group: Group, made: ast.FunctionDef) -> ast.FunctionDef:
    """A function that remembers for good what it gives for strings."""
    _rename(unit, group, made)
    parameters = [arg.arg for arg in made.args.args]
    operands = [_py.name(p) for p in parameters[1:]]
    names = Names(parameters)
    known, found = names.fresh("known"), names.fresh("found")
    run = _py.call(made.name, _py.name("s"), *operands)
    key = operands[0] if len(operands) == 1 else _py.tuple_of(*operands)
    holder = _py.const(f"{group.function}()")
    kept = _py.attribute(_py.name("s"), "fixed")
    missing = ast.ExceptHandler(_py.name("KeyError"), None, [ast.Pass()])
    body: list[ast.stmt] = [
        ast.If(_any_but_strings(operands), [ast.Return(run)], []),
        ast.Try([ast.Return(_py.subscript(_py.subscript(kept, holder), key))], [missing], [], []),
        _py.assign(known, _py.call(_py.attribute(kept, "setdefault"), holder, ast.Dict([], []))),
        _bounded(known),
        *_compute(found, _py.name(known), key, run),
        ast.Return(_py.name(found)),
    ]
    return _around(group, parameters, body, made)


def _rename(unit: Unit, group: Group, made: ast.FunctionDef) -> None:
    """Leave a function's name to the one that remembers; policies may have a rule called like the new one."""
    made.name = unit.names.fresh(f"_{group.function}", Names(arg.arg for arg in made.args.args))


def _compute(found: str, kept: ast.expr, key: ast.expr, run: ast.expr) -> list[ast.stmt]:
    return [_py.assign(found, run), ast.Assign([ast.Subscript(kept, key, ast.Store())], _py.name(found))]


def _around(group: Group, parameters: list[str], body: list[ast.stmt], made: ast.FunctionDef) -> ast.FunctionDef:
    wrapper = _py.function(group.function, parameters, body)
    wrapper.lineno, wrapper.col_offset = made.lineno, 0
    return wrapper


def _times_called(group: Group) -> int:
    """How often a function is called in one evaluation if every call site is reached once."""
    if not group.calls:
        group.calls = sum(
            count * (1 if caller is None or not caller.arity else _times_called(caller))
            for caller, count in group.callers.values()
        )
    return group.calls


def keeps(unit: Unit, group: Group) -> bool:
    """Whether what a function gives is remembered beyond the evaluation."""
    return lasts(unit, group) or common.key_of(unit, group) != ""


def lasts(unit: Unit, group: Group) -> bool:
    """Whether a function's results for strings are worth keeping for good."""
    if not unit.parameters or unit.covering or unit.hideable(group):
        return False
    return _dear(unit, group) and fixed.group_is_fixed(unit, group)


def _dear(unit: Unit, group: Group) -> bool:
    """Whether a function does much, and to operands that it does not take members of, which strings have not."""
    return (_cost(unit, group) or 0) >= _DEAR


def _cost(unit: Unit, group: Group) -> int | None:
    """The definitions of a function and their calls; None where it takes members of an operand, or asks another to."""
    if group.cost == 0:
        found = [_calls(unit, branch) for branch in group.branches]
        group.cost = None if None in found else sum(1 + (count or 0) for count in found)
    return group.cost


def _calls(unit: Unit, rule: CompiledRule) -> int | None:
    operands = {term.value.name for term in rule.head.args or () if isinstance(term.value, Var)}
    stack: list[object] = [rule.body, rule.head.value]
    count = 0
    while stack:
        node = stack.pop()
        match node:
            case Ref(terms=(first, _, *_)) if isinstance(first.value, Var) and first.value.name in operands:
                return None
            case Call(terms=call) | Expr(terms=tuple() as call):
                if _passes_on(call, operands) and _takes_members(unit, call[0]):
                    return None
                count += 1
        if node is not None:
            stack.extend(children(node))
    return count


def _passes_on(call: tuple[Term, ...], operands: set[str]) -> bool:
    return any(isinstance(term.value, Var) and term.value.name in operands for term in call[1:])


def _takes_members(unit: Unit, operator: Term) -> bool:
    """Whether a function of the policy takes members of an operand."""
    group = unit.function_group(operator) if calls.operator(operator).startswith("data.") else None
    return group is not None and _cost(unit, group) is None
