"""Timestamps and durations: Go's texts for them, and the fields of a timestamp in a time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from gatewright.cel.library.numbers import decimal_digits, plain_digits
from gatewright.cel.runtime import no_overload
from gatewright.cel.values import INT_MAX, INT_MIN, CelEvaluationError, Duration, Timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_UNITS: Final = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9,
}  # fmt: skip
_PART: Final = re.compile(r"([0-9]*)(\.[0-9]*)?(ns|us|µs|μs|ms|s|m|h)")
_RFC3339: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))\Z", re.ASCII
)
_MIN_SECONDS: Final = -62135596800
_MAX_SECONDS: Final = 253402300799


def parse_duration(text: str) -> Duration:
    """Go's time.ParseDuration."""
    bad = CelEvaluationError("type conversion error from 'string' to 'google.protobuf.Duration'")
    rest = text
    negative = rest[:1] == "-"
    if rest[:1] in ("-", "+"):
        rest = rest[1:]
    if rest == "0":
        return Duration(0)
    if not rest:
        raise bad
    total = 0
    at = 0
    while at < len(rest):
        part = _PART.match(rest, at)
        if part is None or (not part.group(1) and len(part.group(2) or "") < 2):
            raise bad
        unit = _UNITS[part.group(3)]
        total += int(part.group(1) or 0) * unit
        if fraction := (part.group(2) or ".")[1:]:
            total += int(int(fraction[:18]) * unit // 10 ** len(fraction[:18]))
        if total > 1 << 63:
            raise bad
        at = part.end()
    if negative:
        total = -total
    elif total > INT_MAX:
        raise bad
    return Duration(total)


def duration_text(value: Duration) -> str:
    """A duration in seconds: 1.5s"""
    sign, digits, point = decimal_digits(value.nanos / 10**9)
    text = sign + plain_digits(digits, point)
    return f"{text}s"


def to_duration(value: Any) -> Duration:
    """duration('1h30m')"""
    if value.__class__ is Duration:
        return value
    if value.__class__ is str:
        return parse_duration(value)
    raise no_overload("duration", value)


def parse_timestamp(text: str) -> Timestamp:
    """A strict RFC 3339 timestamp."""
    found = _RFC3339.match(text)
    if found is None:
        raise CelEvaluationError(f"invalid RFC 3339 timestamp {_quoted(text)}")
    year, month, day, hour, minute, second = (int(found.group(i)) for i in range(1, 7))
    try:
        days = datetime(year or 4, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise CelEvaluationError("type conversion error from 'string' to 'google.protobuf.Timestamp'") from None
    seconds = int((days - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1))
    offset = 0
    if found.group(8):
        hours, minutes = int(found.group(9)), int(found.group(10))
        if hours > 24 or minutes > 60:
            raise CelEvaluationError("type conversion error from 'string' to 'google.protobuf.Timestamp'")
        offset = (hours * 60 + minutes) * (60 if found.group(8) == "+" else -60)
        seconds -= offset
    if not year or not _MIN_SECONDS <= seconds <= _MAX_SECONDS:
        raise CelEvaluationError("timestamp overflow")
    nanos = int(((found.group(7) or "") + "000000000")[:9])
    return Timestamp(seconds * 10**9 + nanos, offset)


def _quoted(text: str) -> str:
    from gatewright.cel.library.strings import go_quote

    return go_quote(text)


def to_timestamp(value: Any) -> Timestamp:
    """timestamp('2024-01-01T00:00:00Z'), or of Unix seconds"""
    kind = value.__class__
    if kind is Timestamp:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return parse_timestamp(value)
    if kind is int:
        if not _MIN_SECONDS <= value <= _MAX_SECONDS:
            raise CelEvaluationError("timestamp overflow")
        return Timestamp(value * 10**9)
    raise no_overload("timestamp", value)


def timestamp_text(value: Timestamp) -> str:
    """RFC 3339 as the timestamp was written, with as many fractional digits as needed."""
    moment, nanos = _moment(value, value.offset)
    fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
    hours, minutes = divmod(abs(value.offset) // 60, 60)
    zone = f"{'-' if value.offset < 0 else '+'}{hours:02d}:{minutes:02d}" if value.offset else "Z"
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}{fraction}{zone}"


def _moment(value: Timestamp, offset: int = 0) -> tuple[datetime, int]:
    seconds, nanos = divmod(value.nanos, 10**9)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds + offset), nanos


def _offset(value: Timestamp, name: str) -> int:
    """Seconds east of Greenwich in the zone `name` at the instant `value`."""
    if ":" not in name:
        return _named_offset(value, name)
    hours, minutes = name.split(":", 1)
    for part in (hours, minutes):
        if not re.match(r"[+-]?[0-9]+\Z", part):
            raise CelEvaluationError(f"strconv.Atoi: parsing {_quoted(part)}: invalid syntax")
        if not INT_MIN <= int(part) <= INT_MAX:
            raise CelEvaluationError(f"strconv.Atoi: parsing {_quoted(part)}: value out of range")
    return (int(hours) * 60 + (-int(minutes) if name[0] == "-" else int(minutes))) * 60


def _named_offset(value: Timestamp, name: str) -> int:
    from zoneinfo import ZoneInfo

    if name in ("", "UTC", "Local"):
        return 0
    if ".." in name or name[0] in "/\\":
        raise CelEvaluationError("time: invalid location name")
    try:
        zone = ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise CelEvaluationError(f"unknown time zone {name}") from None
    offset = _moment(value)[0].astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _parts(name: str, value: Any, zone: tuple[Any, ...]) -> tuple[datetime, int]:
    if value.__class__ is not Timestamp or (zone and zone[0].__class__ is not str):
        raise no_overload(name, value, *zone)
    try:
        return _moment(value, _offset(value, zone[0]) if zone else 0)
    except OverflowError:
        # Years 0 and 10000, which a zone's offset can reach and Python's calendar cannot.
        raise CelEvaluationError("timestamp overflow") from None


def get_full_year(value: Any, *zone: Any) -> int:
    """timestamp('2024-03-01T00:00:00Z').getFullYear() == 2024"""
    return _parts("getFullYear", value, zone)[0].year


def get_month(value: Any, *zone: Any) -> int:
    """Months from 0."""
    return _parts("getMonth", value, zone)[0].month - 1


def get_date(value: Any, *zone: Any) -> int:
    """Days of the month from 1."""
    return _parts("getDate", value, zone)[0].day


def get_day_of_month(value: Any, *zone: Any) -> int:
    """Days of the month from 0."""
    return _parts("getDayOfMonth", value, zone)[0].day - 1


def get_day_of_week(value: Any, *zone: Any) -> int:
    """Days of the week from 0, Sunday."""
    return (_parts("getDayOfWeek", value, zone)[0].weekday() + 1) % 7


def get_day_of_year(value: Any, *zone: Any) -> int:
    """Days of the year from 0."""
    return _parts("getDayOfYear", value, zone)[0].timetuple().tm_yday - 1


def get_hours(value: Any, *zone: Any) -> int:
    """Hours of the day, or all of a duration."""
    if value.__class__ is Duration and not zone:
        return _whole(value.nanos, 3600 * 10**9)
    return _parts("getHours", value, zone)[0].hour


def get_minutes(value: Any, *zone: Any) -> int:
    """Minutes of the hour, or all of a duration."""
    if value.__class__ is Duration and not zone:
        return _whole(value.nanos, 60 * 10**9)
    return _parts("getMinutes", value, zone)[0].minute


def get_seconds(value: Any, *zone: Any) -> int:
    """Seconds of the minute, or all of a duration."""
    if value.__class__ is Duration and not zone:
        return _whole(value.nanos, 10**9)
    return _parts("getSeconds", value, zone)[0].second


def get_milliseconds(value: Any, *zone: Any) -> int:
    """Milliseconds of the second, or all of a duration."""
    if value.__class__ is Duration and not zone:
        return _whole(value.nanos, 10**6)
    return _parts("getMilliseconds", value, zone)[1] // 10**6


def _whole(nanos: int, unit: int) -> int:
    return -(-nanos // unit) if nanos < 0 else nanos // unit
