"""Command-line flags in the manner of Go's pflag: `-fX`, `-f X`, `--flag=X`, and booleans that need no value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


class FlagError(Exception):
    """A flag that does not exist, or has no good value."""


@record(frozen=True, slots=True)
class Flag:
    """One flag: its kind is text, list, bool, int, float or duration (in nanoseconds); `usage` is its help.

    `ours`: gator has no such flag, and so its help says nothing of it.
    """

    name: str
    short: str = ""
    kind: str = "text"
    default: Any = ""
    usage: str = ""
    ours: bool = False


# A file with the answers of external data providers, of which gator's commands know nothing.
EXTERNAL_DATA: Final = Flag("external-data", ours=True)

HELP: Final = Flag("help", "h", "bool", False)

# What several commands have, in the same words.
RESOURCES: Final = "a file or directory containing Kubernetes resources.  Can be specified multiple times."
IMAGE: Final = Flag(
    "image", "i", "list", usage="a URL to an OCI image containing policies. Can be specified multiple times."
)
TEMPDIR: Final = Flag(
    "tempdir",
    "d",
    usage="Specifies the temporary directory to download and unpack images to, if using the --image flag. Optional.",
)
FAILURE_POLICY: Final = Flag(
    "default-k8s-native-validation-failure-policy",
    default="Fail",
    usage="(beta) Failure policy to use when a K8sNativeValidation source omits failurePolicy. "
    "Allowed values are Fail or Ignore.",
)
VERBOSE: Final = Flag("verbose", "v", "bool", False, "print extended test output")

_TRUE: Final = ("1", "t", "T", "true", "TRUE", "True")
_FALSE: Final = ("0", "f", "F", "false", "FALSE", "False")


def parse(flags: Sequence[Flag], argv: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """The values of all flags by name, and the other arguments; FlagError in cobra's words."""
    known = (*flags, HELP)
    values: dict[str, Any] = {f.name: list(f.default or ()) if f.kind == "list" else f.default for f in known}
    rest: list[str] = []
    queue = list(argv)
    while queue:
        arg = queue.pop(0)
        if arg == "--":
            rest += queue
            break
        if arg.startswith("--"):
            _long(known, arg, queue, values)
        elif arg.startswith("-") and arg != "-":
            _short(known, arg, queue, values)
        else:
            rest.append(arg)
    return values, rest


def _long(flags: Sequence[Flag], arg: str, queue: list[str], values: dict[str, Any]) -> None:
    name, equals, value = arg[2:].partition("=")
    flag = next((f for f in flags if f.name == name), None)
    if flag is None:
        raise FlagError(f"unknown flag: --{name}")
    if not equals and flag.kind == "bool":
        values[flag.name] = True
        return
    if not equals:
        if not queue:
            raise FlagError(f"flag needs an argument: --{name}")
        value = queue.pop(0)
    _set(flag, value, values, f"--{name}" if not flag.short else f"-{flag.short}, --{name}")


def _short(flags: Sequence[Flag], arg: str, queue: list[str], values: dict[str, Any]) -> None:
    letters = arg[1:]
    while letters:
        where = f"-{letters}"
        letter, letters = letters[0], letters[1:]
        flag = next((f for f in flags if f.short == letter), None)
        if flag is None:
            raise FlagError(f"unknown shorthand flag: '{letter}' in {where}")
        if flag.kind == "bool" and not letters.startswith("="):
            values[flag.name] = True
            continue
        if letters:
            value = letters.removeprefix("=")
        elif queue:
            value = queue.pop(0)
        else:
            raise FlagError(f"flag needs an argument: '{letter}' in {where}")
        _set(flag, value, values, f"-{flag.short}, --{flag.name}")
        return


def _set(flag: Flag, value: str, values: dict[str, Any], shown: str) -> None:
    if flag.kind == "list":
        values[flag.name].append(value)
    elif flag.kind == "bool":
        if value not in (*_TRUE, *_FALSE):
            raise _invalid(value, shown, f'strconv.ParseBool: parsing "{value}": invalid syntax')
        values[flag.name] = value in _TRUE
    elif flag.kind in ("int", "float"):
        try:
            values[flag.name] = int(value, 0) if flag.kind == "int" else float(value)
        except ValueError:
            function = "ParseInt" if flag.kind == "int" else "ParseFloat"
            raise _invalid(value, shown, f'strconv.{function}: parsing "{value}": invalid syntax') from None
    elif flag.kind == "duration":
        spent = read_duration(value)
        if spent is None:
            raise _invalid(value, shown, _duration_fault(value))
        values[flag.name] = spent
    else:
        values[flag.name] = value


_UNITS: Final = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


def read_duration(text: str) -> int | None:
    """The nanoseconds of a duration in Go's notation, such as 1.5ms or 1m30s; None when it is none."""
    if text.lstrip("+-") == "0":
        return 0
    parts = re.findall(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text.lstrip("+-"):
        return None
    total = sum(int(Decimal(number) * _UNITS[unit]) for number, unit in parts)
    return -total if text.startswith("-") else total


def _duration_fault(text: str) -> str:
    """Go's reason: at the first part that is no number with a unit."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    while found := re.match(r"(\d+\.?\d*|\.\d+)([^\d.]*)", rest):
        unit = found[2]
        if not unit:
            return f'time: missing unit in duration "{text}"'
        if unit not in _UNITS:
            return f'time: unknown unit "{unit}" in duration "{text}"'
        rest = rest[found.end() :]
    return f'time: invalid duration "{text}"'


def _invalid(value: str, shown: str, why: str) -> FlagError:
    return FlagError(f'invalid argument "{value}" for "{shown}" flag: {why}')
