"""Where the variables of a ref get their values, for errors to say."""

from __future__ import annotations

from gatewright.analysis._state import Compilation
from gatewright.analysis._terms import (
    dynamic_position,
    is_constant,
    is_equality,
    operator_name,
)
from gatewright.analysis.program import CompiledRule
from gatewright.records import record
from gatewright.syntax.nodes import (
    Array,
    Object,
    Ref,
    Set,
    Term,
    Value,
    Var,
)

_Terms = tuple[Term, ...]


@record(slots=True)
class Origin:
    """Where a variable of a dynamic ref gets its value."""

    kind: str
    ref: _Terms = ()
    collection: Value | None = None
    builtin: str = ""


def origins_of(state: Compilation, rule: CompiledRule, at: int, ref: _Terms) -> dict[str, Origin]:
    """Where the variables of a ref get their values: from the head, or from the expressions ahead of it."""
    bindings: dict[str, Term] = {}
    outputs: dict[str, str] = {}
    for expr in rule.body[:at]:
        terms = expr.terms
        if expr.negated or expr.withs or not isinstance(terms, tuple):
            continue
        if is_equality(expr):
            if len(terms) == 3:
                for variable, other in ((terms[1], terms[2]), (terms[2], terms[1])):
                    if isinstance(variable.value, Var):
                        bindings.setdefault(variable.value.name, other)
            continue
        name = operator_name(expr)
        last = terms[-1].value
        if name in state.signatures and len(terms) == state.signatures[name].arity + 2 and isinstance(last, Var):
            outputs[last.name] = name
    head = {t.value.name: "key" for t in rule.ref[1:] if isinstance(t.value, Var)}
    if rule.head.key is not None and isinstance(rule.head.key.value, Var):
        head[rule.head.key.value.name] = "key"
    head.update({t.value.name: "argument" for t in rule.head.args or () if isinstance(t.value, Var)})

    def resolve(name: str, depth: int) -> Origin | None:
        if depth > len(rule.body):
            return None
        if name in outputs:
            return Origin("builtin", builtin=outputs[name])
        bound = bindings.get(name)
        if bound is not None:
            if isinstance(bound.value, Var):
                return resolve(bound.value.name, depth + 1)
            if isinstance(bound.value, Ref):
                origin = _ref_origin(bound.value, bindings, depth)
                if origin is not None:
                    return origin
        return Origin(head[name]) if name in head else None

    found: dict[str, Origin] = {}
    for term in ref[1:]:
        if isinstance(term.value, Var):
            origin = resolve(term.value.name, 0)
            if origin is not None:
                found[term.value.name] = origin
    return found


def _ref_origin(ref: Ref, bindings: dict[str, Term], depth: int) -> Origin | None:
    terms = ref.terms
    head = terms[0].value
    name = head.name if isinstance(head, Var) else ""
    if name in ("input", "data"):
        end = dynamic_position(terms)
        return Origin("input" if name == "input" else "rule", ref=terms if end < 0 else terms[:end])
    if len(terms) == 2 and not is_constant(terms[1].value):
        collection: Term | None = terms[0]
        while collection is not None and isinstance(collection.value, Var) and depth <= len(bindings):
            collection = bindings.get(collection.value.name)
            depth += 1
        if (
            collection is not None
            and isinstance(collection.value, Array | Set | Object)
            and is_constant(collection.value)
        ):
            return Origin("collection", collection=collection.value)
    return None
