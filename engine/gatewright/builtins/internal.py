"""What the compiler rewrites language constructs to: membership, `print`, template strings, test cases."""

from __future__ import annotations

from gatewright.builtins._operands import array
from gatewright.builtins.aggregates import contains_value
from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.runtime.numbers import is_number, machine_int
from gatewright.runtime.text import term_text
from gatewright.runtime.values import UNDEFINED, RegoSet, equal, to_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.runtime.context import Context


@builtin("internal.member_2", "(any, any) -> boolean", infix="in")
def member_2(value: Any, collection: Any) -> bool:
    """Membership: `1 in [1, 2]`."""
    return contains_value(collection, value)


@builtin("internal.member_3", "(any, any, any) -> boolean", infix="in")
def member_3(key: Any, value: Any, collection: Any) -> bool:
    """Membership with a key or an index: `0, "a" in ["a"]`."""
    kind = collection.__class__
    if kind is RegoSet:
        return key in collection and equal(key, value)
    if kind is dict:
        found = collection.get(to_key(key), UNDEFINED)
        return found is not UNDEFINED and equal(value, found)
    if kind is list:
        index = machine_int(key) if is_number(key) else None
        return index is not None and 0 <= index < len(collection) and equal(value, collection[index])
    return False


@builtin("print", "(any...)", context=True)
def print_(context: Context, *values: Any) -> bool:
    """Shows values when policies are run with printing on, and holds always: `print("x is", x)`."""
    context.print(" ".join([_shown(value) for value in values]))
    return True


@builtin("internal.print", "(array[set[any]])", context=True)
def internal_print(context: Context, operands: Any) -> bool:
    """What `print("x is", x)` becomes: a line for each combination of values, an empty set being undefined."""
    for line in _combinations(array(operands, 1), "print"):
        context.print(" ".join(line))
    return True


@builtin("internal.template_string", "(array[any]) -> string")
def template_string(parts: Any) -> str:
    """The parts of a template string, joined: `$"a{1 + 1}" == "a2"`."""
    lines = _combinations(array(parts, 1), "template string")
    if len(lines) > 1:
        raise BuiltinError("template-strings must not produce multiple outputs", code="eval_conflict_error")
    return "".join(lines[0])


@builtin("internal.test_case", "(array[any])")
def internal_test_case(_case: Any) -> bool:
    """Marks the case a test is at and holds always: `test_a[name] { name := "first" }`."""
    return True


def _combinations(operands: list[Any], what: str) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    for operand in operands:
        if operand.__class__ is not RegoSet:
            shown = [_shown(operand)]
        elif len(operand):
            shown = [_shown(value) for value in operand]
        else:
            shown = ["<undefined>"]
        lines = [[*line, text] for line in lines for text in shown]
    return lines


def _shown(value: Any) -> str:
    return value if value.__class__ is str else term_text(value)
