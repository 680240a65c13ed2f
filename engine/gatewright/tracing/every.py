"""`every`: its body has to hold for each member of its domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatewright.runtime.values import RegoSet
from gatewright.tracing.frame import without_early_exit
from gatewright.tracing.program import domain_body
from gatewright.tracing.terms import ArrayPattern, ObjectPattern, SetPattern

if TYPE_CHECKING:
    from gatewright.tracing.frame import Frame, Stop, Then
    from gatewright.tracing.program import Expression, TracedBody

_ITERABLE = (list, dict, RegoSet, ArrayPattern, ObjectPattern, SetPattern)


def every(frame: Frame, expr: Expression, then: Then) -> Stop:
    domain = expr.terms[2]
    if frame.bindings.plug(domain).__class__ not in _ITERABLE:
        frame.fail(expr)
        return None
    members = frame.closure(domain_body(expr))
    members.enter(expr)
    holds = True

    def member() -> Stop:
        nonlocal holds
        if not holds:
            return None
        stop, done = _body(members, expr.bodies[0])
        holds = holds and done
        members.redo(expr)
        # The members are gone through to the end all the same.
        return without_early_exit(stop)

    stop = members.evaluate(member)
    if stop is not None:
        return stop
    if not holds:
        members.fail(expr)
        return None
    stop = then()
    members.exit(expr)
    return stop


def _body(members: Frame, body: TracedBody) -> tuple[Stop, Any]:
    child = members.closure(body)
    child.find_one = True
    child.enter(body)
    done = False

    def found() -> Stop:
        nonlocal done
        child.exit(body)
        child.redo(body)
        done = True
        return None

    stop = child.evaluate(found)
    return stop, done
