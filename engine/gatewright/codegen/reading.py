"""Whether a node reads only what its asker allows: the walk is the same for all, what they allow is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gatewright.codegen import terms
from gatewright.syntax.nodes import Call, Expr, Ref, Term, Value, Var, With
from gatewright.syntax.walk import children


def reads_only(
    node: object,
    *,
    call: Callable[[Term], bool],
    ref: Callable[[Value, Sequence[Term]], bool],
    variable: Callable[[str], bool] | None = None,
) -> bool:
    """`call` allows an operator, `ref` the head of a ref with its operands, `variable` a variable by its name. Nobody
    allows `with`, or all of a document."""
    stack = [node]
    while stack:
        node = stack.pop()
        match node:
            case With():
                return False
            case Var(name):
                if name in terms.DOCUMENTS or (variable is not None and not variable(name)):
                    return False
            case Expr(terms=tuple() as called) | Call(terms=called):
                if not call(called[0]):
                    return False
                stack += called[1:]
                stack += node.withs if isinstance(node, Expr) else ()
            case Ref(terms=(head, *operands)):
                if not ref(head.value, operands):
                    return False
                stack += operands
                if not is_document(head.value):
                    stack.append(head)
            case _:
                stack += children(node)
    return True


def is_document(head: Value) -> bool:
    """Whether a ref with this head is one into `input` or `data`."""
    return isinstance(head, Var) and head.name in terms.DOCUMENTS
