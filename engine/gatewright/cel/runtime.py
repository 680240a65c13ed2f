"""CEL's operators and folds over Python values: what generated code calls where Python's own would mean something else.

Every function is exact: it gives cel-go's value or raises CelEvaluationError with cel-go's text. The fast form of an
expression uses plain Python beside these and may raise anything; the exact form, run after it failed, uses these alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import copysign, inf, nan

from gatewright.cel.values import (
    INT_MAX,
    INT_MIN,
    NONE,
    UINT_MAX,
    AggregateKey,
    CelEvaluationError,
    CelPanicError,
    Duration,
    KeyedMap,
    Optional,
    Timestamp,
    TypeValue,
    Uint,
    compare_numbers,
    equal,
    go_type,
    type_name,
    wrap_key,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.cel.types import Type

_NO_OVERLOAD = "no such overload"
_NUMBERS = frozenset({int, float, Uint})
_MISSING = object()
UNSET = object()  # a variable that has not been computed; nothing can be done with it


def no_overload(name: str = "", *args: Any) -> CelEvaluationError:
    """The error of a call that no overload takes; with a name, the form that shows the arguments' types."""
    if not name:
        return CelEvaluationError(_NO_OVERLOAD)
    return CelEvaluationError(f"{_NO_OVERLOAD}: {name}({', '.join(map(type_name, args))})")


def no_overload_of(name: str) -> CelEvaluationError:
    """The error of an operation that the first operand has not."""
    return CelEvaluationError(f"{_NO_OVERLOAD}: {name}")


def _without_trait(operator: str, value: Any) -> CelEvaluationError:
    """The same where cel-go names the operation but for some types."""
    named = value.__class__ not in (str, Timestamp, Duration)
    return no_overload_of(operator) if named else CelEvaluationError(_NO_OVERLOAD)


def pinned(function: Callable[..., Any], name: str, wanted: tuple[str, ...], *args: Any) -> Any:
    """A call of the one overload that the checker took for arguments of unknown type; others than these it refuses."""
    from gatewright.cel.types import read_type

    if not all(map(_fits, args, map(read_type, wanted))):
        raise no_overload(name, *args)
    return function(*args)


def _fits(value: Any, wanted: Type) -> bool:
    """Whether a value is of a type, as cel-go finds out: a list by its first element."""
    if wanted.kind in ("dyn", "param"):
        return True
    if wanted.kind == "list":
        return value.__class__ is list and (not value or _fits(value[0], wanted.params[0]))
    from gatewright.cel.types import output_name

    return type_name(value) == output_name(wanted).split("(", 1)[0]


def undefined(name: str) -> Any:
    raise CelEvaluationError(f"no such attribute(s): {name}")


def lookup(given: Mapping[str, Any], name: str) -> Any:
    """A variable's value."""
    if name in given:
        return given[name]
    raise CelEvaluationError(f"no such attribute(s): {name}")


def no_authorizer() -> Any:
    raise CelEvaluationError("authorizer is not available offline")


def unknown_function(name: str, *args: Any) -> Any:
    """A call to a function nobody declared, in an expression that was not checked."""
    raise CelEvaluationError(f"no such overload: {name}")


# -- logic


def truth(value: Any) -> bool:
    """`value` where a bool is needed."""
    if value is True or value is False:
        return bool(value)
    raise CelEvaluationError(_NO_OVERLOAD)


def not_(value: Any) -> bool:
    return not truth(value)


def all_of(*terms: Callable[[], Any]) -> bool:
    """`&&` that a false term decides whatever errors the others hold."""
    failure: CelEvaluationError | None = None
    for term in terms:
        try:
            if not truth(term()):
                return False
        except CelEvaluationError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return True


def any_of(*terms: Callable[[], Any]) -> bool:
    """`||` that a true term decides whatever errors the others hold."""
    failure: CelEvaluationError | None = None
    for term in terms:
        try:
            if truth(term()):
                return True
        except CelEvaluationError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return False


# -- selection


def select(value: Any, field: str) -> Any:
    """`value.field`"""
    kind = value.__class__
    if kind is dict or kind is KeyedMap:
        found = value.get(field, _MISSING)
        if found is _MISSING:
            raise CelEvaluationError(f"no such key: {field}")
        return found
    if kind is Optional:
        return NONE if value is NONE else optional_select(value.value, field)
    if kind is list:
        raise CelEvaluationError("unsupported index type 'string' in list")
    raise CelEvaluationError(f"no such key: {field}")


def has(value: Any, field: str) -> bool:
    """`has(value.field)`; false on scalars, as in cel-go."""
    kind = value.__class__
    if kind is dict or kind is KeyedMap:
        return field in value
    if kind is Optional:
        return value is not NONE and has(value.value, field)
    if kind is list:
        raise CelEvaluationError("unsupported index type 'string' in list")
    return False


def optional_select(value: Any, field: str) -> Optional:
    """`value.?field`"""
    kind = value.__class__
    if kind is dict or kind is KeyedMap:
        found = value.get(field, _MISSING)
        return NONE if found is _MISSING else Optional(found)
    if kind is Optional:
        return NONE if value is NONE else optional_select(value.value, field)
    if kind is list:
        raise CelEvaluationError("unsupported index type 'string' in list")
    return NONE


def index(value: Any, key: Any) -> Any:
    """`value[key]`"""
    kind = value.__class__
    if key.__class__ not in KEYS:
        raise _unfit_key(key)
    if kind is list:
        position = _position(key)
        if 0 <= position < len(value):
            return value[position]
        raise CelEvaluationError(f"index out of bounds: {shown(key)}")
    if kind is dict or kind is KeyedMap:
        found = _lookup(value, key)
        if found is _MISSING:
            raise CelEvaluationError(f"no such key: {shown(key)}")
        return found
    if kind is Optional:
        return NONE if value is NONE else optional_index(value.value, key)
    raise CelEvaluationError(f"no such key: {shown(key)}")


def optional_index(value: Any, key: Any) -> Optional:
    """`value[?key]`"""
    kind = value.__class__
    if key.__class__ not in KEYS:
        raise _unfit_key(key)
    if kind is list:
        position = _position(key)
        return Optional(value[position]) if 0 <= position < len(value) else NONE
    if kind is dict or kind is KeyedMap:
        found = _lookup(value, key)
        return NONE if found is _MISSING else Optional(found)
    if kind is Optional:
        return NONE if value is NONE else optional_index(value.value, key)
    return NONE


def _unfit_key(key: Any) -> CelEvaluationError:
    return CelEvaluationError(f"invalid qualifier type: {_GO_CLASSES.get(key.__class__) or go_type(key)}")


KEYS = frozenset({str, int, Uint, float, bool})
_GO_CLASSES = {type(None): "<nil>", list: "[]interface {}", dict: "map[string]interface {}"}


def _position(key: Any) -> int:
    kind = key.__class__
    if kind is int or kind is Uint:
        return int(key)
    if kind is float:
        if -(2.0**63) <= key < 2.0**63 and key == int(key):
            return int(key)
        raise CelEvaluationError(f"unsupported index value {shown(key)} in list")
    raise CelEvaluationError(f"unsupported index type '{type_name(key)}' in list")


def _lookup(mapping: dict[Any, Any], key: Any) -> Any:
    kind = key.__class__
    if kind is str or kind in _NUMBERS or key is None:
        return mapping.get(key, _MISSING)
    if kind is bool:
        return mapping.get(wrap_key(key), _MISSING)
    try:
        return mapping.get(key, _MISSING)
    except TypeError:
        return _MISSING


def shown(value: Any) -> str:
    kind = value.__class__
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        from gatewright.cel.library.numbers import double_text

        return double_text(value)
    if value is None:
        return "null"
    return str(int(value)) if kind is Uint else str(value)


# -- comparison


def not_equal(a: Any, b: Any) -> bool:
    """`a != b`; values that refuse to be compared are not equal, though `==` on them fails."""
    try:
        return not equal(a, b)
    except CelEvaluationError:
        return True


_ORDERED = frozenset({str, bool, bytes, Timestamp, Duration})


def order(a: Any, b: Any, operator: str = "") -> int | None:
    """-1, 0 or 1; None beside a double that is not a number. `operator` is for the error."""
    kind = a.__class__
    other = b.__class__
    if kind in _NUMBERS and other in _NUMBERS:
        return compare_numbers(a, b)
    if kind is other and kind in _ORDERED:
        return -1 if a < b else int(b < a)
    if operator and kind not in _NUMBERS and kind not in _ORDERED:
        raise _without_trait(operator, a)
    raise CelEvaluationError(_NO_OVERLOAD)


def less(a: Any, b: Any) -> bool:
    return order(a, b, "_<_") == -1


def less_equal(a: Any, b: Any) -> bool:
    return order(a, b, "_<=_") in (-1, 0)


def greater(a: Any, b: Any) -> bool:
    return order(a, b, "_>_") == 1


def greater_equal(a: Any, b: Any) -> bool:
    return order(a, b, "_>=_") in (0, 1)


def in_(value: Any, container: Any) -> bool:
    """`value in container`"""
    kind = container.__class__
    if kind is list:
        if value.__class__ is str:
            try:
                return value in container
            except CelEvaluationError:
                pass  # it was held against a value that refuses to be compared
        return any(equal(value, item) for item in container)
    if kind is dict or kind is KeyedMap:
        return _lookup(container, value) is not _MISSING
    raise CelEvaluationError(_NO_OVERLOAD)


# -- arithmetic


_ADDERS = frozenset({int, float, Uint, str, list, bytes, Duration, Timestamp})
_SUBTRACTORS = frozenset({int, float, Uint, Duration, Timestamp})


def _signed(value: int) -> int:
    if INT_MIN <= value <= INT_MAX:
        return value
    raise CelEvaluationError("integer overflow")


def _unsigned(value: int) -> Uint:
    if 0 <= value <= UINT_MAX:
        return Uint(value)
    raise CelEvaluationError("unsigned integer overflow")


def add_int(a: int, b: int) -> int:
    value = a + b
    if INT_MIN <= value <= INT_MAX:
        return value
    raise CelEvaluationError("integer overflow")


def add(a: Any, b: Any) -> Any:
    kind = a.__class__
    other = b.__class__
    if kind is other:
        if kind is str or kind is list or kind is float or kind is bytes:
            return a + b
        if kind is int:
            return _signed(a + b)
        if kind is Uint:
            return _unsigned(int(a) + int(b))
        if kind is Duration:
            return _duration(a.nanos + b.nanos)
    elif kind is Timestamp and other is Duration:
        return _timestamp(a.nanos + b.nanos, a.offset)
    elif kind is Duration and other is Timestamp:
        return _timestamp(a.nanos + b.nanos, b.offset)
    if kind not in _ADDERS:
        raise _without_trait("_+_", a)
    raise CelEvaluationError(_NO_OVERLOAD)


def subtract(a: Any, b: Any) -> Any:
    kind = a.__class__
    other = b.__class__
    if kind is other:
        if kind is int:
            return _signed(a - b)
        if kind is Uint:
            return _unsigned(int(a) - int(b))
        if kind is float:
            return a - b
        if kind is Duration or kind is Timestamp:
            return _duration(a.nanos - b.nanos)
    elif kind is Timestamp and other is Duration:
        return _timestamp(a.nanos - b.nanos, a.offset)
    if kind not in _SUBTRACTORS:
        raise _without_trait("_-_", a)
    raise CelEvaluationError(_NO_OVERLOAD)


def multiply(a: Any, b: Any) -> Any:
    kind = a.__class__
    if kind is b.__class__:
        if kind is int:
            return _signed(a * b)
        if kind is Uint:
            return _unsigned(int(a) * int(b))
        if kind is float:
            return a * b
    if kind not in _NUMBERS:
        raise _without_trait("_*_", a)
    raise CelEvaluationError(_NO_OVERLOAD)


def divide(a: Any, b: Any) -> Any:
    kind = a.__class__
    if kind is b.__class__:
        if kind is float:
            return _divide_doubles(a, b)
        if kind is int or kind is Uint:
            if b == 0:
                raise CelEvaluationError("division by zero")
            quotient = abs(a) // abs(b)
            if kind is Uint:
                return Uint(quotient)
            return _signed(quotient if (a < 0) == (b < 0) else -quotient)
    if kind not in _NUMBERS:
        raise _without_trait("_/_", a)
    raise CelEvaluationError(_NO_OVERLOAD)


def _divide_doubles(a: float, b: float) -> float:
    if b != 0:
        return a / b
    if a == 0 or a != a:
        return nan
    return copysign(inf, a) * copysign(1.0, b)


def modulo(a: Any, b: Any) -> Any:
    kind = a.__class__
    if kind is b.__class__ and (kind is int or kind is Uint):
        if b == 0:
            raise CelEvaluationError("modulus by zero")
        if kind is Uint:
            return Uint(int(a) % int(b))
        if a == INT_MIN and b == -1:
            raise CelEvaluationError("integer overflow")
        rest = abs(a) % abs(b)
        return -rest if a < 0 else rest
    if kind not in (int, Uint):
        raise _without_trait("_%_", a)
    raise CelEvaluationError(_NO_OVERLOAD)


def negate(value: Any) -> Any:
    kind = value.__class__
    if kind is int:
        return _signed(-value)
    if kind is float:
        return -value
    if kind is Duration:
        return _duration(-value.nanos)
    if kind is not bool:
        raise _without_trait("-_", value)
    raise CelEvaluationError(_NO_OVERLOAD)


def _duration(nanos: int) -> Duration:
    if INT_MIN <= nanos <= INT_MAX:
        return Duration(nanos)
    raise CelEvaluationError("integer overflow")


_FIRST_NANOS = -62135596800 * 10**9
_LAST_NANOS = 253402300800 * 10**9 - 1


def _timestamp(nanos: int, offset: int) -> Timestamp:
    if _FIRST_NANOS <= nanos <= _LAST_NANOS:
        return Timestamp(nanos, offset)
    raise CelEvaluationError("timestamp overflow")


# -- aggregates


def size(value: Any) -> int:
    kind = value.__class__
    if kind is str or kind is list or kind is dict or kind is bytes or kind is KeyedMap:
        return len(value)
    raise _without_trait("size", value)


def make_list(items: Iterable[tuple[bool, Any]]) -> list[Any]:
    """A list literal with optional members: (whether it is one, value)."""
    out = []
    for optional, value in items:
        if optional:
            if value.__class__ is not Optional:
                raise CelEvaluationError(
                    f"cannot initialize optional list element from non-optional value {shown(value)}"
                )
            if value is not NONE:
                out.append(value.value)
        else:
            out.append(value)
    return out


def make_map(entries: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """A map of CEL keys; a later entry replaces an earlier one."""
    out: dict[Any, Any] = {}
    for key, value in entries:
        kind = key.__class__
        if kind is bool:
            out = KeyedMap(out) if out.__class__ is dict else out
            out[wrap_key(key)] = value
        elif kind is list or kind is dict or kind is KeyedMap:
            out = KeyedMap(out) if out.__class__ is dict else out
            out[AggregateKey(key)] = value
        else:
            out[key] = value
    return out


def make_optional_map(entries: Iterable[tuple[bool, Any, Any]]) -> dict[Any, Any]:
    """A map literal with optional entries: (whether it is one, key, value)."""
    kept = []
    for optional, key, value in entries:
        if not optional:
            kept.append((key, value))
        elif value.__class__ is not Optional:
            raise CelEvaluationError(
                f"cannot initialize optional entry '{shown(key)}' from non-optional value {shown(value)}"
            )
        elif value is not NONE:
            kept.append((key, value.value))
    return make_map(kept)


# -- optionals and types


def optional_map(target: Any, body: Callable[[Any], Any], flat: bool) -> Any:
    if target.__class__ is not Optional:
        raise no_overload("hasValue", target)
    if target is NONE:
        return NONE
    value = body(target.value)
    return value if flat else Optional(value)


def bare(value: Any) -> Any:
    """A value without the optional around it."""
    return value.value if value.__class__ is Optional else value


def held(target: Any) -> Any:
    """What an optional holds; `target` is not NONE."""
    if target.__class__ is not Optional:
        raise CelEvaluationError(_NO_OVERLOAD)
    return target.value


def optional_or(target: Any, other: Callable[[], Any], unwrap: bool) -> Any:
    """`target.or(other)` and `target.orValue(other)`: the other is not evaluated where the target has a value."""
    if target.__class__ is not Optional:
        raise CelEvaluationError(_NO_OVERLOAD)
    if target is NONE:
        return other()
    return target.value if unwrap else target


def taken_raw(argument: Callable[[], Any], wanted: str) -> Any:
    """An argument of a function that cel-go calls with an error as with any value, which then lacks Go's interface."""
    try:
        return argument()
    except CelEvaluationError:
        raise CelPanicError(f"internal error: interface conversion: {wanted}") from None


def type_of(value: Any) -> TypeValue:
    return TypeValue(type_name(value))


def dyn(value: Any) -> Any:
    return value


# -- messages


_MESSAGE_BYTES = 5 * 1024


def message_or(value: Any, fallback: str) -> str:
    """A message expression's value where it can be a message: text of one line and 5 kB at most; else `fallback`."""
    if value.__class__ is not str:
        return fallback
    from gatewright.cel.library.strings import SPACES

    text: str = value.strip(SPACES)
    if not text or "\n" in text or len(text.encode("utf-8", "surrogatepass")) > _MESSAGE_BYTES:
        return fallback
    return text
