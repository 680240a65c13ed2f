"""Calls: of built-ins, of the policy's own functions, and of whatever `with` put in their place."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from gatewright.codegen import _py, ahead, fixed, inline, terms, trail, unify
from gatewright.codegen.writer import Val, Writer
from gatewright.records import record, replace
from gatewright.syntax.nodes import Array, Ref, String, Term, Var
from gatewright.syntax.text import node_text

if TYPE_CHECKING:
    from gatewright.codegen.unit import Group

EQUALITY = frozenset(("eq", "assign"))


def expression(w: Writer, call: tuple[Term, ...]) -> None:
    """A call as an expression of a body: its result must not be false, or is unified with the last operand."""
    name = operator(call[0])
    operands = call[1:]
    if name in EQUALITY and len(operands) == 2:
        unify.unify(w, operands[0], operands[1])
        return
    arity = _arity(w, call[0], name, len(operands))
    output = operands[arity] if len(operands) > arity else None
    if w.unit.is_relation(name) and name not in w.unit.mocked:
        _relation(w, name, operands[:arity], output)
        return
    if output is None:
        w.guard(condition(w, call))
        _refine(w, name, operands)
        return
    hint = terms.hint_of(w, output) if isinstance(output.value, Var) else name.rpartition(".")[2]
    unify.match(w, output, call_value(w, call[: arity + 1], hint))


_TYPE_TESTS = {
    "is_array": "list",
    "is_number": "number",
    "is_object": "dict",
    "is_set": "set",
    "is_string": "str",
}


def _refine(w: Writer, name: str, operands: tuple[Term, ...]) -> None:
    """Once `is_string(x)` has held, x is known to be a string."""
    kind = _TYPE_TESTS.get(name)
    if kind is None or name in w.unit.mocked or not isinstance(operands[0].value, Var):
        return
    variable = operands[0].value.name
    val = w.bound.get(variable)
    if val is not None and val.kind == "any":
        w.bound[variable] = replace(val, kind=kind)


def condition(w: Writer, call: tuple[Term, ...]) -> ast.expr:
    """A call as a condition."""
    name = operator(call[0])
    if name.startswith("data.") and name not in w.unit.mocked:
        group = w.unit.function_group(call[0])
        if group is not None:
            vals = [terms.value(w, t) for t in call[1:]]
            if _worth_keeping(w, vals) and fixed.group_is_fixed(w.unit, group):
                return terms.truth(call_value(w, call, ""))
            if not _is_shared(w, group, vals):
                if (holds := inline.condition(w, group, vals)) is not None:
                    return holds
                if (val := inline.value(w, group, vals, "")) is not None:
                    return terms.truth(val)
            return terms.holds(w, Val(run(w, group, vals), w.unit.result_kind(group)))
    return terms.truth(call_value(w, call, "", tested=True))


def call_value(w: Writer, call: tuple[Term, ...], hint: str, *, tested: bool = False) -> Val:
    """The result of a call; where it is undefined, what follows does not happen.

    `tested`: the result is only tested for truth, so that undefined may stand for false.
    """
    name = operator(call[0])
    if name.startswith("data."):
        group = w.unit.function_group(call[0])
        vals = [terms.value(w, t) for t in call[1:]]
        if group is not None and _worth_keeping(w, vals) and fixed.group_is_fixed(w.unit, group):
            kept = [w.keep(val, "operand") for val in vals]
            return fixed.cached(w, hint or group.short_name, "any", lambda: _function(w, name, group, kept, hint))
        return _function(w, name, group, vals, hint, tested=tested)
    if (refusal := _refusal(w, name, call[1:])) is not None:
        return w.defined(Val(_py.call("refuse", _py.const(refusal), at(w))), hint)
    if name in EQUALITY:
        return Val(terms.equals(terms.value(w, call[1]), terms.value(w, call[2])), "bool")
    vals = [terms.value(w, t) for t in call[1:]]
    if name in w.unit.mocked:
        args = [val.expr for val in vals]
        return _mocked(w, name, _py.name(w.unit.builtin_as_rule(name, w.location)), args, hint, tested=tested)
    inline = INLINE.get(name)
    if inline is not None:
        val = inline(w, vals)
        if val is not None:
            return val
    quick = QUICK.get(name)
    if quick is not None and len(vals) == quick.arity:
        found = _quick(w, name, quick, vals, hint, tested=tested)
        if found is not None:
            return found
    if name == "sprintf":
        text = _formatted(w, vals, hint)
        if text is not None:
            return text
    hint = hint or name.rpartition(".")[2]
    if not fixed.builtin_is_pure(w.unit, name):
        return _builtin(w, name, vals, hint)
    if _worth_keeping(w, vals):
        return fixed.cached(w, hint, w.unit.builtin_kind(name), lambda: _builtin(w, name, vals, hint))
    kept = [w.keep(val, "operand") for val in vals]
    # The same call again on the way is the same value.
    key = ("call", name, *(ast.dump(val.expr) for val in kept))
    if key not in w.known:
        w.known[key] = _builtin(w, name, kept, hint)
    return w.known[key]


def _refusal(w: Writer, name: str, operands: tuple[Term, ...]) -> str | None:
    """Why OPA's evaluator would not make a call that its compiler has let pass."""
    if name == "assign":
        return f"unsupported built-in: {name}"
    for position, term in enumerate(operands, 1):
        if not terms.ground(w, term):
            what = f"operand {position} that requires evaluation: {node_text(term)}"
            return f"built-in function {name} called with {what}"
    return None


def _worth_keeping(w: Writer, vals: list[Val]) -> bool:
    """Whether a result depends on parameters alone; of constants alone, too, if they are not none."""
    return fixed.may_cache(w) and bool(vals) and all(val.fixed for val in vals)


def operator(term: Term) -> str:
    """The dotted name of what a call calls."""
    node = term.value
    if isinstance(node, Var):
        return node.name
    assert isinstance(node, Ref)
    return ".".join([_NAMES.get(part.value.__class__, repr)(part.value) for part in node.terms])


_NAMES: dict[type, Callable[[Any], str]] = {String: attrgetter("value"), Var: attrgetter("name")}


def _arity(w: Writer, term: Term, name: str, given: int) -> int:
    if name.startswith("data."):
        group = w.unit.function_group(term)
        return group.arity if group is not None else given
    return w.unit.builtin_arity(name, given)


# --- functions of the policy ------------------------------------------------------------------------------------


def _function(w: Writer, name: str, group: Group | None, vals: list[Val], hint: str, *, tested: bool = False) -> Val:
    if group is None:
        w.never()
        return Val(_py.name(_py.UNDEFINED))
    if name in w.unit.mocked:
        args = [val.expr for val in vals]
        return _mocked(w, name, _py.name(w.unit.need(group, w)), args, hint, tested=tested)
    if not _is_shared(w, group, vals) and (written := inline.value(w, group, vals, hint)) is not None:
        return written
    return w.defined(Val(run(w, group, vals), w.unit.result_kind(group)), hint or group.short_name)


def _is_shared(w: Writer, group: Group, vals: list[Val]) -> bool:
    """Whether other definitions make the same call."""
    return w.state == "s" and ahead.called(group, vals) in w.calls


def run(w: Writer, group: Group, vals: list[Val]) -> ast.expr:
    """What a rule or function gives, which may be undefined: by a call, or as another definition has found it."""
    trail.called(w, group, vals)
    call = _py.call(w.unit.need(group, w), _py.name(w.state), *(val.expr for val in vals))
    if not _is_shared(w, group, vals):
        return call
    known = w.calls[ahead.called(group, vals)]  # type: ignore[index]
    w.add(ast.If(_py.is_(_py.name(known), _py.name("MISSING")), [_py.assign(known, call)], []))
    return _py.name(known)


def _mocked(w: Writer, name: str, original: ast.expr, args: list[ast.expr], hint: str, *, tested: bool = False) -> Val:
    trail.lost(w)
    run = _py.call("mocked_holds" if tested else "mocked", _py.name(w.state), _py.const(name), original, *args)
    return w.defined(Val(run), hint or "result")


# --- built-ins --------------------------------------------------------------------------------------------------


def _builtin(w: Writer, name: str, vals: list[Val], hint: str) -> Val:
    target = w.unit.builtin(name)
    args = [val.expr for val in vals]
    if w.unit.takes_context(name):
        context = _py.attribute(_py.name(w.state), "context")
        args.insert(0, context)
        if name in _LOCATED:
            w.add(ast.Assign([ast.Attribute(context, "location", ast.Store())], location(w)))
    result = w.names.fresh(hint)
    w.add(attempt_builtin(w, result, _py.call(target, *args), name))
    w.guard(_py.is_defined(_py.name(result)))
    return Val(_py.name(result), w.unit.builtin_kind(name))


def _formatted(w: Writer, vals: list[Val], hint: str) -> Val | None:
    """sprintf of a constant format whose verbs take strings as they are or quote them: where they are, an f-string."""
    from gatewright.builtins._format import plain_pieces

    form, values = vals
    pieces = plain_pieces(form.value) if form.constant and form.kind == "str" else None
    if pieces is None or not isinstance(values.expr, ast.List) or values.fixed:
        return None
    if len(values.expr.elts) != sum(verb != "" for verb, _ in pieces) or not values.expr.elts:
        return None
    if any(isinstance(part, ast.Constant) and part.value.__class__ is not str for part in values.expr.elts):
        return None
    kinds = {val.expr.id: val.kind for val in w.bound.values() if isinstance(val.expr, ast.Name)}
    known = [kinds.get(part.id, "any") if isinstance(part, ast.Name) else "any" for part in values.expr.elts]
    if not {"any", "str"}.issuperset(known):
        return None
    parts = [w.keep(Val(part), "part").expr for part in values.expr.elts]
    text = _f_string(pieces, iter(parts))
    are_strings = [_py.class_is(part, "str") for part in parts if not isinstance(part, ast.Constant)]
    if not are_strings:
        return None
    result = w.names.fresh(hint or "text")
    slow = attempt_builtin(
        w, result, _py.call(w.unit.builtin("sprintf"), form.expr, ast.List(list(parts), ast.Load())), "sprintf"
    )
    test = are_strings[0] if len(are_strings) == 1 else ast.BoolOp(ast.And(), list(are_strings))
    w.add(ast.If(test, [_py.assign(result, text)], [slow]))
    w.guard(_py.is_defined(_py.name(result)))
    return Val(_py.name(result), "str")


def _f_string(pieces: list[tuple[str, str]], strings: Iterator[ast.expr]) -> ast.JoinedStr:
    written: list[ast.expr] = []
    for verb, text in pieces:
        if not verb:
            written.append(_py.const(text))
            continue
        string = next(strings)
        written.append(ast.FormattedValue(_py.call("go_quote", string) if verb == "q" else string, -1))
    return ast.JoinedStr(written)


_LOCATED = frozenset(("http.send", "internal.print", "print", "trace", "internal.test_case", "rego.metadata.rule"))


def attempt_builtin(w: Writer, target: str, run: ast.expr, name: str) -> ast.Try:
    """`target = run`, or undefined with the error noted."""
    note = _py.call("failed", _py.name(w.state), _py.name("error"), _py.const(name), at(w))
    handler = ast.ExceptHandler(_py.name("BuiltinError"), "error", [_py.assign(target, note)])
    return ast.Try([_py.assign(target, run)], [handler], [], [])


def at(w: Writer) -> ast.expr:
    """The place in the Rego file that is being compiled, as generated code passes it on."""
    return _py.tuple_of(_py.const(w.location.file), _py.const(w.location.row), _py.const(w.location.col))


def location(w: Writer) -> ast.expr:
    return _py.call("Location", *at(w).elts)  # type: ignore[attr-defined]


def _relation(w: Writer, name: str, operands: tuple[Term, ...], output: Term | None) -> None:
    vals = [terms.value(w, t) for t in operands]
    results = w.names.fresh(name.rpartition(".")[2])
    target = w.unit.builtin(name)
    if name == "walk" and output is not None and isinstance(output.value, Array) and len(output.value.items) == 2:
        path, member = output.value.items
        if isinstance(path.value, Var) and path.value.wildcard:
            # Paths that no one looks at are not made.
            target, output = w.unit.walk_values(), member
    run = _py.call(target, *(val.expr for val in vals))
    w.add(attempt_builtin(w, results, run, name))
    w.guard(_py.is_defined(_py.name(results)))
    item = w.names.fresh("item")
    w.loop(_py.store(item), _py.name(results))
    if output is not None:
        unify.match(w, output, Val(_py.name(item)))


@record(frozen=True, slots=True)
class Quick:
    """A built-in on strings that is one Python expression when its operands are strings; the real one else."""

    arity: int
    kind: str
    build: Callable[..., ast.expr]
    ascii_only: bool = False


def _method_call(method: str) -> Callable[..., ast.expr]:
    return lambda receiver, *args: _py.call(_py.attribute(receiver, method), *args)


QUICK: dict[str, Quick] = {
    "contains": Quick(2, "bool", lambda text, part: _py.compare(part, ast.In(), text)),
    "endswith": Quick(2, "bool", _method_call("endswith")),
    "lower": Quick(1, "str", _method_call("lower"), ascii_only=True),
    "replace": Quick(3, "str", _method_call("replace")),
    "startswith": Quick(2, "bool", _method_call("startswith")),
    "trim_prefix": Quick(2, "str", _method_call("removeprefix")),
    "trim_suffix": Quick(2, "str", _method_call("removesuffix")),
}


def _quick(w: Writer, name: str, quick: Quick, vals: list[Val], hint: str, *, tested: bool) -> Val | None:
    """`x.endswith("*") if x.__class__ is str else endswith(x, "*")`."""
    if _worth_keeping(w, vals):
        return None
    if name == "replace" and not (vals[1].constant and vals[1].value):
        # Between which bytes nothing stands is Go's affair.
        return None
    vals = [w.keep(val, "operand") for val in vals]
    fast = quick.build(*(val.expr for val in vals))
    doubtful = [val for val in vals if val.kind != "str"]
    if any(val.kind != "any" for val in doubtful):
        return None
    if not doubtful and not quick.ascii_only:
        return Val(fast, quick.kind)
    checks: list[ast.expr] = [_py.class_is(val.expr, "str") for val in doubtful]
    if quick.ascii_only:
        checks += [_py.call(_py.attribute(val.expr, "isascii")) for val in vals]
    sure = functools.reduce(_py.both, checks)
    slow = _py.call(w.unit.builtin(name), *(val.expr for val in vals))
    result = w.names.fresh(hint or name.rpartition(".")[2])
    w.add(attempt_builtin(w, result, ast.IfExp(sure, fast, slow), name))
    if not (tested and quick.kind == "bool"):
        w.guard(_py.is_defined(_py.name(result)))
    return Val(_py.name(result), quick.kind)


# --- plain Python where it means the same -----------------------------------------------------------------------

Inline = Callable[[Writer, list[Val]], Val | None]


def _not_equal(w: Writer, vals: list[Val]) -> Val:
    return Val(_py.negate(terms.equals(*vals)), "bool")


def _equal(w: Writer, vals: list[Val]) -> Val:
    return Val(terms.equals(*vals), "bool")


def _ordered(op: type[ast.cmpop]) -> Inline:
    def inline(w: Writer, vals: list[Val]) -> Val:
        left, right = vals
        if left.kind == right.kind and left.kind in ("int", "str"):
            return Val(_py.compare(left.expr, op(), right.expr), "bool")
        order = _py.call("compare", left.expr, right.expr)
        return Val(_py.compare(order, op(), _py.const(0)), "bool")

    return inline


def _is_class(*classes: str) -> Inline:
    def inline(w: Writer, vals: list[Val]) -> Val:
        kind = _py.attribute(vals[0].expr, "__class__")
        if len(classes) == 1:
            return Val(_py.is_(kind, _py.name(classes[0])), "bool")
        options = _py.tuple_of(*map(_py.name, classes))
        return Val(_py.compare(kind, ast.In(), options), "bool")

    return inline


def _is_null(w: Writer, vals: list[Val]) -> Val:
    if isinstance(vals[0].expr, ast.Constant):
        # Python warns of `1 is None`.
        return Val(_py.const(vals[0].expr.value is None), "bool")
    return Val(_py.is_(vals[0].expr, _py.const(None)), "bool")


def _count(w: Writer, vals: list[Val]) -> Val | None:
    if vals[0].kind in ("list", "dict", "set", "str"):
        return Val(_py.call("len", vals[0].expr), "int")
    return None


def _member(w: Writer, vals: list[Val]) -> Val:
    item, collection = vals
    if collection.kind == "set" and item.kind in ("str", "int", "null"):
        keys = _py.attribute(collection.expr, "keys")
        return Val(_py.compare(item.expr, ast.In(), keys), "bool")
    return Val(_py.call("has_member", collection.expr, item.expr), "bool")


def _concatenated(w: Writer, vals: list[Val]) -> Val | None:
    """`array.concat` of what mostly are arrays indeed."""
    if _worth_keeping(w, vals) or not all(val.kind in ("any", "list") for val in vals):
        return None
    left, right = (w.keep(val, "operand") for val in vals)
    key = ("call", "array.concat", ast.dump(left.expr), ast.dump(right.expr))
    if key in w.known:
        return w.known[key]
    both = ast.BinOp(left.expr, ast.Add(), right.expr)
    doubtful: list[ast.expr] = [_py.class_is(val.expr, "list") for val in (left, right) if val.kind != "list"]
    if not doubtful:
        return Val(both, "list")
    slow = _py.call(w.unit.builtin("array.concat"), left.expr, right.expr)
    result = w.names.fresh("joined")
    w.add(attempt_builtin(w, result, ast.IfExp(functools.reduce(_py.both, doubtful), both, slow), "array.concat"))
    w.guard(_py.is_defined(_py.name(result)))
    w.known[key] = Val(_py.name(result), "list")
    return w.known[key]


def _set_difference(w: Writer, vals: list[Val]) -> Val | None:
    if vals[0].kind == vals[1].kind == "set":
        return Val(ast.BinOp(vals[0].expr, ast.Sub(), vals[1].expr), "set")
    return None


def _arithmetic(op: ast.operator) -> Inline:
    def inline(w: Writer, vals: list[Val]) -> Val | None:
        left, right = vals
        if left.kind == right.kind == "int":
            return Val(ast.BinOp(left.expr, op, right.expr), "int")
        return None

    return inline


def _minus(w: Writer, vals: list[Val]) -> Val | None:
    return _arithmetic(ast.Sub())(w, vals) or _set_difference(w, vals)


def _object_get(w: Writer, vals: list[Val]) -> Val | None:
    """`object.get` with a constant key of an object, as it is nearly always called."""
    if len(vals) == 3 and vals[1].constant and vals[1].kind == "list":
        return _object_get_below(w, vals)
    if len(vals) != 3 or not (vals[1].constant and vals[1].kind == "str") or vals[0].kind not in ("any", "dict"):
        return None
    whole = vals[0].whole_input and vals[1].value == w.unit.parameters and w.state == "s"
    if whole and w.unit.input_is_whole:
        return Val(_py.subscript(vals[0].expr, vals[1].expr), fixed=True, short=True)
    if whole:
        vals = [replace(vals[0], fixed=True), *vals[1:]]
    elif _worth_keeping(w, vals):
        return None
    base = w.keep(vals[0], "object")
    fast = _py.call(_py.attribute(base.expr, "get"), vals[1].expr, vals[2].expr)
    all_fixed = all(val.fixed for val in vals)
    if vals[0].kind == "dict":
        return Val(_py.name(w.assign(vals[1].value, fast)), "any", fixed=all_fixed)
    slow = _py.call(w.unit.builtin("object.get"), base.expr, vals[1].expr, vals[2].expr)
    result = w.names.fresh(vals[1].value)
    w.add(attempt_builtin(w, result, ast.IfExp(_py.class_is(base.expr, "dict"), fast, slow), "object.get"))
    w.guard(_py.is_defined(_py.name(result)))
    return Val(_py.name(result), "any", fixed=all_fixed)


def _object_get_below(w: Writer, vals: list[Val]) -> Val | None:
    """`object.get` with a constant path through objects: one lookup below the other. Nothing else can be asked so."""
    path: list[Any] = vals[1].value
    if not path or any(step.__class__ is not str for step in path) or vals[0].kind not in ("any", "dict"):
        return None
    if vals[0].whole_input or _worth_keeping(w, vals):
        return None
    base, default = w.keep(vals[0], "object"), w.keep(vals[2], "default")
    nothing = _py.name(w.unit.constant({}, "nothing"))
    found = base.expr
    for number, step in enumerate(path, 1):
        otherwise = default.expr if number == len(path) else nothing
        found = _py.call(_py.attribute(found, "get"), _py.const(step), otherwise)
    result = w.names.fresh(path[-1])
    slow = _py.call(w.unit.builtin("object.get"), base.expr, vals[1].expr, default.expr)
    other = attempt_builtin(w, result, slow, "object.get")
    w.add(
        ast.Try(
            [_py.assign(result, found)],
            [ast.ExceptHandler(_py.name("AttributeError"), None, [other])],
            [],
            [],
        )
    )
    w.guard(_py.is_defined(_py.name(result)))
    return Val(_py.name(result), "any", fixed=all(val.fixed for val in vals))


INLINE: dict[str, Inline] = {
    "array.concat": _concatenated,
    "count": _count,
    "equal": _equal,
    "gt": _ordered(ast.Gt),
    "gte": _ordered(ast.GtE),
    "internal.member_2": _member,
    "is_array": _is_class("list"),
    "is_boolean": _is_class("bool"),
    "is_null": _is_null,
    "is_number": _is_class("int", "float", "NumberText"),
    "is_object": _is_class("dict"),
    "is_set": _is_class("RegoSet"),
    "is_string": _is_class("str"),
    "lt": _ordered(ast.Lt),
    "lte": _ordered(ast.LtE),
    "minus": _minus,
    "mul": _arithmetic(ast.Mult()),
    "neq": _not_equal,
    "object.get": _object_get,
    "plus": _arithmetic(ast.Add()),
}
"""Built-ins that are one Python expression, given what is known of their operands; None: call the real one."""
