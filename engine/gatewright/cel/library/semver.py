"""Semantic versions 2.0.0 as CEL values, with the errors of the Go library Kubernetes uses."""

from __future__ import annotations

from gatewright.cel.runtime import no_overload
from gatewright.cel.values import CelEvaluationError, Opaque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_UINT64 = (1 << 64) - 1


class Semver(Opaque):
    """A version; build metadata is kept but does not count."""

    __slots__ = ("build", "numbers", "pre")
    cel_type = "kubernetes.Semver"

    def __init__(self, numbers: tuple[int, int, int], pre: tuple[int | str, ...], build: tuple[str, ...]) -> None:
        self.numbers = numbers
        self.pre = pre
        self.build = build

    def same(self, other: Any) -> bool:
        return bool(_compare(self, other) == 0)

    def __hash__(self) -> int:
        return hash((self.numbers, self.pre))


def _compare(a: Semver, b: Semver) -> int:
    if a.numbers != b.numbers:
        return 1 if a.numbers > b.numbers else -1
    if not a.pre or not b.pre:
        return bool(b.pre) - bool(a.pre)
    for x, y in zip(a.pre, b.pre, strict=False):
        if x == y and x.__class__ is y.__class__:
            continue
        if isinstance(x, int) and isinstance(y, int):
            return 1 if x > y else -1
        if isinstance(x, int) or isinstance(y, int):
            return -1 if isinstance(x, int) else 1
        return 1 if x > y else -1
    return (len(a.pre) > len(b.pre)) - (len(a.pre) < len(b.pre))


def parse(text: str) -> Semver:
    """A strict version."""
    if not text:
        raise CelEvaluationError("Version string empty")
    parts = text.split(".", 2)
    if len(parts) != 3:
        raise CelEvaluationError("No Major.Minor.Patch elements found")
    major = _number(parts[0], "major", "Major")
    minor = _number(parts[1], "minor", "Minor")
    patch, build, pre = parts[2], [], []
    if "+" in patch:
        patch, rest = patch.split("+", 1)
        build = rest.split(".")
    if "-" in patch:
        patch, rest = patch.split("-", 1)
        pre = rest.split(".")
    last = _number(patch, "patch", "Patch")
    return Semver((major, minor, last), tuple(map(_prerelease, pre)), tuple(map(_build, build)))


def _number(text: str, name: str, title: str) -> int:
    if not all(c in "0123456789" for c in text):
        raise CelEvaluationError(f"Invalid character(s) found in {name} number {_q(text)}")
    if len(text) > 1 and text[0] == "0":
        raise CelEvaluationError(f"{title} number must not contain leading zeroes {_q(text)}")
    if not text:
        raise CelEvaluationError('strconv.ParseUint: parsing "": invalid syntax')
    number = int(text)
    if number > _UINT64:
        raise CelEvaluationError(f"strconv.ParseUint: parsing {_q(text)}: value out of range")
    return number


def _q(text: str) -> str:
    from gatewright.cel.library.strings import go_quote

    return go_quote(text)


_ALPHABET = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")


def _prerelease(text: str) -> int | str:
    if not text:
        raise CelEvaluationError("Prerelease is empty")
    if all(c in "0123456789" for c in text):
        if len(text) > 1 and text[0] == "0":
            raise CelEvaluationError(f"Numeric PreRelease version must not contain leading zeroes {_q(text)}")
        if int(text) > _UINT64:
            raise CelEvaluationError(f"strconv.ParseUint: parsing {_q(text)}: value out of range")
        return int(text)
    if not _ALPHABET.issuperset(text):
        raise CelEvaluationError(f"Invalid character(s) found in prerelease {_q(text)}")
    return text


def _build(text: str) -> str:
    if not text:
        raise CelEvaluationError("Build meta data is empty")
    if not _ALPHABET.issuperset(text):
        raise CelEvaluationError(f"Invalid character(s) found in build meta data {_q(text)}")
    return text


def _normalized(text: str) -> str:
    parts = text.removeprefix("v").split(".", 2)
    for i, part in enumerate(parts):
        if len(part.encode("utf-8", "surrogatepass")) > 1:
            part = part.lstrip("0")
            parts[i] = part if part and part[0] in "123456789" else "0" + part
    if len(parts) < 3:
        if "+" in parts[-1] or "-" in parts[-1]:
            raise CelEvaluationError("short version cannot contain PreRelease/Build meta data")
        parts += ["0"] * (3 - len(parts))
    return ".".join(parts)


def semver(*args: Any) -> Semver:
    """semver('1.2.3'), semver('v1.2', true)"""
    if args[0].__class__ is not str or (len(args) > 1 and args[1].__class__ is not bool):
        raise no_overload("semver", *args)
    return parse(_normalized(args[0]) if len(args) > 1 and args[1] else args[0])


def is_semver(*args: Any) -> bool:
    """isSemver('1.2.3')"""
    if args[0].__class__ is not str or (len(args) > 1 and args[1].__class__ is not bool):
        raise no_overload("isSemver", *args)
    try:
        semver(*args)
    except CelEvaluationError:
        return False
    return True


def _part(name: str, at: int, args: tuple[Any, ...]) -> int:
    if not isinstance(args[0], Semver):
        raise no_overload(name, *args)
    number = args[0].numbers[at]
    return number - (1 << 64) if number > (1 << 63) - 1 else number


def major(*args: Any) -> int:
    """semver('1.2.3').major() == 1"""
    return _part("major", 0, args)


def minor(*args: Any) -> int:
    """semver('1.2.3').minor() == 2"""
    return _part("minor", 1, args)


def patch(*args: Any) -> int:
    """semver('1.2.3').patch() == 3"""
    return _part("patch", 2, args)


def compare_to(*args: Any) -> int:
    """semver('1.0.0').compareTo(semver('2.0.0')) == -1"""
    if len(args) != 2 or not isinstance(args[0], Semver) or not isinstance(args[1], Semver):
        raise no_overload("compareTo", *args)
    return _compare(args[0], args[1])
