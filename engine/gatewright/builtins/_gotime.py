"""Go's package time: layouts, parsing by them, durations, calendar arithmetic and zones.

A moment is a number of nanoseconds since 1970, a local time a `Civil`: the fields a layout can show.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol

from gatewright.builtins._operands import text_bytes
from gatewright.records import record

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RFC3339: Final = "2006-01-02T15:04:05Z07:00"
RFC3339_NANO: Final = "2006-01-02T15:04:05.999999999Z07:00"
NAMED_LAYOUTS: Final = {
    "ANSIC": "Mon Jan _2 15:04:05 2006",
    "UnixDate": "Mon Jan _2 15:04:05 MST 2006",
    "RubyDate": "Mon Jan 02 15:04:05 -0700 2006",
    "RFC822": "02 Jan 06 15:04 MST",
    "RFC822Z": "02 Jan 06 15:04 -0700",
    "RFC850": "Monday, 02-Jan-06 15:04:05 MST",
    "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST",
    "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700",
    "RFC3339": RFC3339,
    "RFC3339Nano": RFC3339_NANO,
}

_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_SECOND: Final = 10**9
_DAY: Final = 86_400
# The elements of a layout. What begins like one and is none is text.
_ELEMENT: Final = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm"
    r"|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,]0+(?![0-9])|[.,]9+(?![0-9])"
)


class TimeError(ValueError):
    """Text that is no time, no duration or no zone, in Go's words."""


class Zone(Protocol):
    """What is asked of a time zone."""

    def at(self, seconds: int) -> tuple[int, str]:
        """Offset in seconds and abbreviation at a moment."""


class _Utc:
    def at(self, seconds: int) -> tuple[int, str]:
        return 0, "UTC"


UTC_ZONE: Final = _Utc()


class _Named:
    """A zone of the IANA database."""

    def __init__(self, name: str) -> None:
        from zoneinfo import ZoneInfo

        self._zone = ZoneInfo(name)

    def at(self, seconds: int) -> tuple[int, str]:
        moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
        local = moment.astimezone(self._zone)
        offset = local.utcoffset()
        assert offset is not None
        return offset.days * _DAY + offset.seconds, local.tzname() or ""


@lru_cache(maxsize=128)
def load_zone(name: str) -> Zone:
    """A zone by its IANA name; `Local` is UTC, so that results do not depend on the machine. Raises TimeError."""
    if name in ("", "UTC", "Local"):
        return UTC_ZONE
    if ".." in name or name[0] in "/\\":
        raise TimeError("time: invalid location name")
    try:
        return _Named(name)
    except (KeyError, ValueError, OSError):
        raise TimeError(f"unknown time zone {name}") from None


@record(frozen=True, slots=True)
class Civil:
    """A local time: date, clock, and the zone's offset and name."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    nanosecond: int
    weekday: int
    year_day: int
    offset: int
    zone: str


def civil(nanoseconds: int, zone: Zone) -> Civil:
    """The local time in a zone."""
    seconds, rest = divmod(nanoseconds, _SECOND)
    offset, name = zone.at(seconds)
    local = _EPOCH + timedelta(seconds=seconds + offset)
    return Civil(
        local.year,
        local.month,
        local.day,
        local.hour,
        local.minute,
        local.second,
        rest,
        local.weekday(),
        local.timetuple().tm_yday,
        offset,
        name,
    )


def days_since_epoch(year: int, month: int, day: int) -> int:
    """The day number of a date; months and days beyond their range carry over, as do years beyond Python's."""
    year += (month - 1) // 12
    month = (month - 1) % 12 + 1
    cycles = (year - 2000) // 400
    base = date(year - 400 * cycles, month, 1).toordinal() - _EPOCH_DAY
    return base + cycles * 146_097 + day - 1


def add_date(nanoseconds: int, years: int, months: int, days: int) -> int:
    """The moment that many years, months and days later by the calendar of UTC."""
    now = civil(nanoseconds, UTC_ZONE)
    day = days_since_epoch(now.year + years, now.month + months, now.day + days)
    clock = (now.hour * 60 + now.minute) * 60 + now.second
    return (day * _DAY + clock) * _SECOND + now.nanosecond


def days_in_month(year: int, month: int) -> int:
    return days_since_epoch(year, month + 1, 1) - days_since_epoch(year, month, 1)


# Formatting ---------------------------------------------------------------------------------------------------------


def format_time(time: Civil, layout: str) -> str:
    """The local time as the layout shows it."""
    return _ELEMENT.sub(lambda match: _shown(time, match[0]), layout)


def _shown(time: Civil, element: str) -> str:
    if element[0] in "-Z":
        return _shown_offset(time, element)
    if element[0] in ".,":
        return _shown_fraction(time, element)
    hour12 = time.hour % 12 or 12
    values: dict[str, object] = {
        "January": MONTHS[time.month - 1],
        "Jan": MONTHS[time.month - 1][:3],
        "Monday": WEEKDAYS[time.weekday],
        "Mon": WEEKDAYS[time.weekday][:3],
        "MST": time.zone,
        "01": f"{time.month:02}",
        "02": f"{time.day:02}",
        "03": f"{hour12:02}",
        "04": f"{time.minute:02}",
        "05": f"{time.second:02}",
        "06": f"{time.year % 100:02}",
        "002": f"{time.year_day:03}",
        "15": f"{time.hour:02}",
        "1": time.month,
        "2006": f"{time.year:04}",
        "2": time.day,
        "_2": f"{time.day:2}",
        "__2": f"{time.year_day:3}",
        "3": hour12,
        "4": time.minute,
        "5": time.second,
        "PM": "PM" if time.hour >= 12 else "AM",
        "pm": "pm" if time.hour >= 12 else "am",
    }
    return str(values[element])


def _shown_offset(time: Civil, element: str) -> str:
    if element[0] == "Z" and not time.offset:
        return "Z"
    size = abs(time.offset)
    form = element[1:]
    parts = [f"{size // 3600:02}", f"{size // 60 % 60:02}", f"{size % 60:02}"]
    shown = {"07": 1, "0700": 2, "07:00": 2}.get(form, 3)
    # Go divides towards zero here: less than a minute west of Greenwich is not negative.
    sign = "-" if time.offset <= -60 else "+"
    return sign + (":" if ":" in form else "").join(parts[:shown])


def _shown_fraction(time: Civil, element: str) -> str:
    digits = f"{time.nanosecond:09}"[: len(element) - 1]
    if element[1] == "9":
        digits = digits.rstrip("0")
        return element[0] + digits if digits else ""
    return element[0] + digits


# Parsing ------------------------------------------------------------------------------------------------------------


def parse_time(layout: str, value: str) -> int:
    """The nanoseconds since 1970 of a text written by a layout. Raises TimeError."""
    return _Parser(layout, value).run()


class _BadError(Exception):
    """The value does not fit the element."""


class _RangeError(Exception):
    """A field beyond its range, named by the argument."""


class _Parser:
    """Go's time.Parse: the rest of the value and the fields found so far."""

    def __init__(self, layout: str, value: str) -> None:
        self.layout = layout
        self.whole = value
        self.rest = value
        self.following = ""
        self.year = 0
        self.month = -1
        self.day = -1
        self.year_day = -1
        self.hour = self.minute = self.second = self.nanosecond = 0
        self.half = ""
        self.offset = 0

    def run(self) -> int:
        end = 0
        for match in _ELEMENT.finditer(self.layout):
            self._skip(self.layout[end : match.start()])
            end = match.end()
            self._element(match[0], end)
        self._skip(self.layout[end:])
        if self.rest:
            raise self._error(f": extra text: {_quote(self.rest)}")
        return self._moment()

    def _skip(self, text: str) -> None:
        """Literal text of the layout; a run of spaces matches any run of spaces."""
        prefix = text
        while prefix:
            if prefix[0] == " ":
                if self.rest and self.rest[0] != " ":
                    raise self._mismatch(self.rest, text)
                prefix, self.rest = prefix.lstrip(" "), self.rest.lstrip(" ")
            elif self.rest[:1] == prefix[0]:
                prefix, self.rest = prefix[1:], self.rest[1:]
            else:
                raise self._mismatch(self.rest, prefix if prefix == text else text)

    def _mismatch(self, value: str, element: str) -> TimeError:
        return TimeError(
            f"parsing time {_quote(self.whole)} as {_quote(self.layout)}: "
            f"cannot parse {_quote(value)} as {_quote(element)}"
        )

    def _error(self, message: str) -> TimeError:
        return TimeError(f"parsing time {_quote(self.whole)}{message}")

    def _element(self, element: str, end: int) -> None:
        held = self.rest
        self.following = self.layout[end:]
        try:
            self._read(element)
        except _BadError:
            raise self._mismatch(held, element) from None
        except _RangeError as error:
            raise self._error(f": {error} out of range") from None

    def _read(self, element: str) -> None:
        if element[0] in "-Z":
            self._read_offset(element)
        elif element[0] in ".,":
            self._read_fraction(element)
        elif element in ("January", "Jan"):
            self.month = self._name(MONTHS, len(element) == 3) + 1
        elif element in ("Monday", "Mon"):
            self._name(WEEKDAYS, len(element) == 3)
        elif element in ("PM", "pm"):
            self.half = self._take(2)
            if self.half not in (("PM", "AM") if element == "PM" else ("pm", "am")):
                raise _BadError
        elif element == "MST":
            self._read_zone()
        elif element in ("2006", "06", "002", "__2"):
            self._read_year(element)
        else:
            self._read_number(element)

    def _take(self, count: int) -> str:
        if len(self.rest) < count:
            raise _BadError
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def _digits(self, least: int, most: int) -> int:
        match = _DIGITS[most].match(self.rest)
        if match is None or len(match[0]) < least:
            raise _BadError
        self.rest = self.rest[len(match[0]) :]
        return int(match[0])

    def _name(self, names: tuple[str, ...], short: bool) -> int:
        for index, name in enumerate(names):
            wanted = name[:3] if short else name
            if self.rest[: len(wanted)].lower() == wanted.lower():
                self.rest = self.rest[len(wanted) :]
                return index
        raise _BadError

    def _read_year(self, element: str) -> None:
        if element == "2006":
            if not self.rest[:1].isdigit() or not self.rest[:4].isdigit():
                raise _BadError
            self.year = int(self._take(4))
        elif element == "06":
            year = self._digits(2, 2)
            self.year = year + (1900 if year >= 69 else 2000)
        else:
            if element == "__2":
                for _ in range(2):
                    self.rest = self.rest.removeprefix(" ")
            self.year_day = self._digits(3 if element == "002" else 1, 3)

    def _read_number(self, element: str) -> None:
        if element == "_2":
            self.rest = self.rest.removeprefix(" ")
        number = self._digits(2 if element[0] == "0" else 1, 2)
        field = element.lstrip("0_")
        if field == "1":
            self.month = _within(number, 1, 12, "month")
        elif field == "2":
            self.day = number
        elif field in ("15", "3"):
            self.hour = _within(number, 0, 23 if field == "15" else 12, "hour")
        elif field == "4":
            self.minute = _within(number, 0, 59, "minute")
        else:
            self.second = _within(number, 0, 59, "second")
            self._read_unasked_fraction()

    def _read_unasked_fraction(self) -> None:
        """Seconds may have a fraction even where the layout shows none."""
        match = _FRACTION.match(self.rest)
        if match is None:
            return
        following = _ELEMENT.search(self.following)
        if following is not None and following[0][0] in ".,":
            return
        self.nanosecond = _nanoseconds(match[0][1:])
        self.rest = self.rest[len(match[0]) :]

    def _read_fraction(self, element: str) -> None:
        if element[1] == "9":
            match = _FRACTION.match(self.rest)
            if match is not None:
                self.nanosecond = _nanoseconds(match[0][1:])
                self.rest = self.rest[len(match[0]) :]
            return
        text = self._take(len(element))
        if text[0] not in ".," or not (text[1:].isascii() and text[1:].isdigit()):
            raise _BadError
        self.nanosecond = _nanoseconds(text[1:])

    def _read_offset(self, element: str) -> None:
        if element[0] == "Z" and self.rest[:1] == "Z":
            self.rest = self.rest[1:]
            return
        text = self._take(len(element))
        if any(text[i] != ":" for i, char in enumerate(element) if char == ":"):
            raise _BadError
        parts = re.findall("..", text[1:].replace(":", ""))
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise _BadError
        hour, minute, second = ([int(part) for part in parts] + [0, 0])[:3]
        _within(hour, 0, 24, "time zone offset hour")
        _within(minute, 0, 60, "time zone offset minute")
        _within(second, 0, 60, "time zone offset second")
        if text[0] not in "+-":
            raise _BadError
        size = (hour * 60 + minute) * 60 + second
        self.offset = -size if text[0] == "-" else size

    def _read_zone(self) -> None:
        """An abbreviation, `GMT+3` included; it does not move the clock, since Go knows no zone by it."""
        if self.rest.startswith("UTC"):
            self.rest = self.rest[3:]
            return
        match = _ABBREVIATION.match(self.rest)
        if match is None:
            raise _BadError
        self.rest = self.rest[len(match[0]) :]

    def _moment(self) -> int:
        if self.half in ("PM", "pm") and self.hour < 12:
            self.hour += 12
        elif self.half in ("AM", "am") and self.hour == 12:
            self.hour = 0
        self._settle_year_day()
        month, day = max(self.month, 1), self.day if self.day >= 0 else 1
        if not 1 <= day <= days_in_month(self.year, month):
            raise self._error(": day out of range")
        seconds = days_since_epoch(self.year, month, day) * _DAY
        seconds += (self.hour * 60 + self.minute) * 60 + self.second - self.offset
        return seconds * _SECOND + self.nanosecond

    def _settle_year_day(self) -> None:
        if self.year_day < 0:
            return
        length = days_since_epoch(self.year + 1, 1, 1) - days_since_epoch(self.year, 1, 1)
        if not 1 <= self.year_day <= length:
            raise self._error(": day-of-year out of range")
        month, day = 1, self.year_day
        while day > days_in_month(self.year, month):
            day -= days_in_month(self.year, month)
            month += 1
        if self.month >= 0 and self.month != month:
            raise self._error(": day-of-year does not match month")
        if self.day >= 0 and self.day != day:
            raise self._error(": day-of-year does not match day")
        self.month, self.day = month, day


_DIGITS: Final = {2: re.compile("[0-9]{1,2}"), 3: re.compile("[0-9]{1,3}")}
_FRACTION: Final = re.compile(r"[.,][0-9]+")
_ABBREVIATION: Final = re.compile(
    r"ChST|MeST|GMT(?:[+-]0*(?:[01]?[0-9]|2[0-3])(?![0-9]))?|[+-]0*(?:[01]?[0-9]|2[0-3])(?![0-9])"
    r"|[A-Z]{4}T(?![A-Z])|[A-Z]{3}T(?![A-Z])|WITA(?![A-Z])|[A-Z]{3}(?![A-Z])"
)


def _within(number: int, least: int, most: int, name: str) -> int:
    if not least <= number <= most:
        raise _RangeError(name)
    return number


def _nanoseconds(digits: str) -> int:
    return int(digits[:9].ljust(9, "0"))


def _quote(text: str) -> str:
    """Go's plain quoting in this package: bytes beyond ASCII as \\x.."""
    shown = []
    for byte in text_bytes(text):
        char = chr(byte)
        if byte >= 0x80 or byte < 0x20:
            shown.append(f"\\x{byte:02x}")
        else:
            shown.append("\\" + char if char in '"\\' else char)
    return '"' + "".join(shown) + '"'


# Durations ----------------------------------------------------------------------------------------------------------

_UNITS: Final = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_SEGMENT: Final = re.compile(r"(?P<whole>[0-9]*)(?P<fraction>\.[0-9]*)?")
_UNIT: Final = re.compile(r"[^.0-9]+")
_LIMIT: Final = 2**63


def parse_duration(text: str) -> int:
    """The nanoseconds of `1h15m30.5s`. Raises TimeError."""
    invalid = TimeError(f"time: invalid duration {_quote(text)}")
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    if not rest:
        raise invalid
    total = 0
    while rest:
        segment = _SEGMENT.match(rest)
        assert segment is not None
        whole, fraction = segment["whole"], (segment["fraction"] or ".")[1:]
        if not whole and not fraction:
            raise invalid
        rest = rest[segment.end() :]
        unit = _UNIT.match(rest)
        if int(whole or 0) > _LIMIT:
            raise invalid
        if unit is None:
            raise TimeError(f"time: missing unit in duration {_quote(text)}")
        if unit[0] not in _UNITS:
            raise TimeError(f"time: unknown unit {_quote(unit[0])} in duration {_quote(text)}")
        rest = rest[unit.end() :]
        total += int(whole or 0) * _UNITS[unit[0]] + _fraction(fraction, _UNITS[unit[0]])
        if total > _LIMIT:
            raise invalid
    if text[0] == "-":
        return -total
    if total == _LIMIT:
        raise invalid
    return total


def _fraction(digits: str, unit: int) -> int:
    """The share of a unit after the point, as Go computes it: with a double."""
    value, scale = 0, 1.0
    for digit in digits:
        if value > (_LIMIT - 1) // 10 or value * 10 + int(digit) > _LIMIT:
            break
        value, scale = value * 10 + int(digit), scale * 10
    return int(float(value) * (float(unit) / scale))
