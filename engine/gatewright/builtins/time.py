"""Time: nanoseconds since 1970, Go's layouts, IANA zones, durations."""

from __future__ import annotations

import re

from gatewright.builtins import _gotime as gotime
from gatewright.builtins._gotime import UTC_ZONE, TimeError, Zone
from gatewright.builtins._operands import integer, not_strings, number, string
from gatewright.builtins._strconv import format_float
from gatewright.builtins.registry import BuiltinError, builtin, operand_error
from gatewright.runtime.numbers import to_float
from gatewright.runtime.text import go_quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.runtime.context import Context

_EXPECTED = "either number (ns) or [number (ns), string (tz)]"
_INT64 = range(-(2**63), 2**63)
# Beyond this no offset of a zone brings a moment back into range.
_FAR = 2**64


@builtin("time.now_ns", "() -> now: number", context=True, nondeterministic=True)
def time_now_ns(context: Context) -> int:
    """The moment of the evaluation: `time.now_ns() > 0`."""
    return context.now_ns


@builtin("time.parse_ns", "(layout: string, value: string) -> ns: number")
def time_parse_ns(layout: Any, value: Any) -> int:
    """The moment that a text in a layout names: `time.parse_ns("2006-01-02", "1970-01-02") == 86400000000000`."""
    if layout.__class__ is not str or value.__class__ is not str:
        raise not_strings(layout, value)
    return _parsed(gotime.NAMED_LAYOUTS.get(layout, layout), value)


@builtin("time.parse_rfc3339_ns", "(value: string) -> ns: number")
def time_parse_rfc3339_ns(value: Any) -> int:
    """The moment of a text in RFC 3339: `time.parse_rfc3339_ns("1970-01-01T00:00:01Z") == 1000000000`."""
    return _parsed(gotime.RFC3339, string(value, 1))


def _parsed(layout: str, value: str) -> int:
    try:
        return _in_range(gotime.parse_time(layout, value))
    except TimeError as error:
        raise BuiltinError(str(error)) from None


def _in_range(nanoseconds: int) -> int:
    if nanoseconds not in _INT64:
        raise BuiltinError("time outside of valid range")
    return nanoseconds


_SEGMENTS = re.compile(r"(?P<sign>[+-]?)(?P<segments>(?:[0-9.]+(?:ms|us|µs|ns|[a-z]))+)\Z")
_SEGMENT = re.compile(r"([0-9.]+)(ms|us|µs|ns|[a-z])")
_HOURS = {"d": 24, "w": 7 * 24, "y": 365 * 24}


@builtin("time.parse_duration_ns", "(duration: string) -> ns: number")
def time_parse_duration_ns(duration: Any) -> int:
    """The nanoseconds of a duration; d, w and y are made of hours: `time.parse_duration_ns("1m") == 60000000000`."""
    text = string(duration, 1)
    if not text:
        raise BuiltinError('time: invalid duration ""')
    try:
        if not any(unit in text for unit in _HOURS):
            return gotime.parse_duration(text)
        return gotime.parse_duration(_in_hours(text))
    except TimeError as error:
        message = str(error)
        if any(unit in text for unit in _HOURS):
            message = f"{message.rpartition(' ')[0]} {go_quote(text)}"
        raise BuiltinError(message) from None


def _in_hours(text: str) -> str:
    """Days, weeks and years rewritten as hours."""
    match = _SEGMENTS.match(text)
    if match is None:
        raise BuiltinError(f"time: invalid duration {go_quote(text)}")
    pieces = [match["sign"]]
    for digits, unit in _SEGMENT.findall(match["segments"]):
        if unit not in _HOURS:
            pieces.append(digits + unit)
        elif digits.count(".") > 1 or digits == ".":
            raise BuiltinError(f"time: invalid duration {go_quote(text)}")
        else:
            pieces.append(format_float(float(digits) * _HOURS[unit], "f", -1) + "h")
    return "".join(pieces)


@builtin(
    "time.format",
    "(x: any<number, array<number, string>, array<number, string, string>>) -> formatted timestamp: string",
)
def time_format(x: Any) -> str:
    """A moment as text, in RFC 3339 or a layout: `time.format([0, "UTC", "2006"]) == "1970"`."""
    nanoseconds, zone, layout = _moment(x)
    layout = gotime.NAMED_LAYOUTS.get(layout, layout) or gotime.RFC3339_NANO
    return gotime.format_time(gotime.civil(nanoseconds, zone), layout)


@builtin("time.date", "(x: any<number, array<number, string>>) -> date: array<number, number, number>")
def time_date(x: Any) -> list[int]:
    """Year, month and day: `time.date(0) == [1970, 1, 1]`."""
    nanoseconds, zone, _ = _moment(x)
    local = gotime.civil(nanoseconds, zone)
    return [local.year, local.month, local.day]


@builtin("time.clock", "(x: any<number, array<number, string>>) -> output: array<number, number, number>")
def time_clock(x: Any) -> list[int]:
    """Hour, minute and second: `time.clock([0, "Europe/Paris"]) == [1, 0, 0]`."""
    nanoseconds, zone, _ = _moment(x)
    local = gotime.civil(nanoseconds, zone)
    return [local.hour, local.minute, local.second]


@builtin("time.weekday", "(x: any<number, array<number, string>>) -> day: string")
def time_weekday(x: Any) -> str:
    """The day of the week: `time.weekday(0) == "Thursday"`."""
    nanoseconds, zone, _ = _moment(x)
    return gotime.WEEKDAYS[gotime.civil(nanoseconds, zone).weekday]


@builtin("time.add_date", "(ns: number, years: number, months: number, days: number) -> output: number")
def time_add_date(ns: Any, years: Any, months: Any, days: Any) -> int:
    """The moment years, months and days later: `time.add_date(0, 0, 0, 1) == 86400000000000`."""
    nanoseconds, zone, _ = _moment(ns)
    steps = integer(years, 2), integer(months, 3), integer(days, 4)
    if zone is UTC_ZONE:
        return _in_range(gotime.add_date(nanoseconds, *steps))
    local = gotime.civil(nanoseconds, zone)
    moved = gotime.add_date(nanoseconds + local.offset * 10**9, *steps)
    if abs(moved) > _FAR:
        return _in_range(moved)
    return _in_range(_from_local(moved, zone))


def _from_local(local_ns: int, zone: Zone) -> int:
    """The moment of a local clock reading; of two, or of none, as Go chooses."""
    seconds = local_ns // 10**9
    offset = zone.at(seconds)[0]
    if offset:
        other = zone.at(seconds - offset)[0]
        if other != offset:
            offset = other
    return local_ns - offset * 10**9


@builtin(
    "time.diff",
    "(ns1: any<number, array<number, string>>, ns2: any<number, array<number, string>>) -> output: "
    "array<number, number, number, number, number, number>",
)
def time_diff(ns1: Any, ns2: Any) -> list[int]:
    """Years, months, days, hours, minutes and seconds between moments: `time.diff(0, 60000000000)[4] == 1`."""
    first, zone, _ = _moment(ns1)
    second, _, _ = _moment(ns2)
    a, b = gotime.civil(min(first, second), zone), gotime.civil(max(first, second), zone)
    years, months, days = b.year - a.year, b.month - a.month, b.day - a.day
    hours, minutes, seconds = b.hour - a.hour, b.minute - a.minute, b.second - a.second
    if seconds < 0:
        seconds, minutes = seconds + 60, minutes - 1
    if minutes < 0:
        minutes, hours = minutes + 60, hours - 1
    if hours < 0:
        hours, days = hours + 24, days - 1
    if days < 0:
        days, months = days + gotime.days_in_month(a.year, a.month), months - 1
    if months < 0:
        months, years = months + 12, years - 1
    return [years, months, days, hours, minutes, seconds]


def _moment(value: Any) -> tuple[int, Zone, str]:
    """Nanoseconds, zone and layout of `ns`, `[ns]`, `[ns, zone]` or `[ns, zone, layout]`."""
    zone: Zone = UTC_ZONE
    layout = ""
    if value.__class__ is list:
        if not value:
            raise operand_error(1, value, _EXPECTED)
        moment = number(value[0], 1)
        if len(value) > 1:
            name = string(value[1], 1)
            try:
                zone = gotime.load_zone(name)
            except TimeError as error:
                raise BuiltinError(str(error)) from None
        if len(value) > 2:
            layout = string(value[2], 1)
    elif value.__class__ in (dict, str, bool, type(None)) or not isinstance(value, int | float):
        raise operand_error(1, value, _EXPECTED)
    else:
        moment = number(value, 1)
    return _nanoseconds(moment), zone, layout


def _nanoseconds(moment: int | float) -> int:
    if moment.__class__ is int and -(2**62) < moment < 2**62:
        return moment
    negative, mantissa, exponent = to_float(moment)
    whole = mantissa << exponent if exponent >= 0 else mantissa >> -exponent
    if (exponent < 0 and mantissa != whole << -exponent) or (-whole if negative else whole) not in _INT64:
        raise BuiltinError("timestamp too big")
    return -whole if negative else whole
