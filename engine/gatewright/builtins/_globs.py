"""Do two simple patterns (characters, `.`, `[a-z]`, each with `+` or `*`) have a text in common?

The search is the one of the library OPA uses, whose answers differ from set theory in corners; what is found for
a pair of positions is kept, so the time is bounded by the product of the lengths.
"""

from __future__ import annotations

from functools import cache

from gatewright.records import record

_SPECIAL = frozenset(".[]+*")


class GlobError(ValueError):
    """A pattern that cannot be read."""


@record(frozen=True, slots=True)
class _Token:
    """One element: `ranges` of code points (None: any character), and its flag '', '+' or '*'."""

    ranges: tuple[tuple[int, int], ...] | None
    flag: str = ""

    def overlaps(self, other: _Token) -> bool:
        if self.ranges is None or other.ranges is None:
            return True
        return any(a <= d and c <= b for a, b in self.ranges for c, d in other.ranges)


def intersect(left: str, right: str) -> bool:
    """Raises GlobError."""
    a, b = _Reader(left).tokens(), _Reader(right).tokens()
    trimmed = _trimmed(a, b)
    return trimmed is not None and _Search(*trimmed).normal(0, 0)


def _trimmed(a: list[_Token], b: list[_Token]) -> tuple[list[_Token], list[_Token]] | None:
    """Both without what must match at the ends anyway; None where that does not match."""
    left = 0
    while left < len(a) and left < len(b) and not a[left].flag and not b[left].flag:
        if not a[left].overlaps(b[left]):
            return None
        left += 1
    left = max(left - 1, 0)
    end_a, end_b = len(a) - 1, len(b) - 1
    while end_a >= left and end_b >= left and not a[end_a].flag and not b[end_b].flag:
        if not a[end_a].overlaps(b[end_b]):
            return None
        end_a, end_b = end_a - 1, end_b - 1
    if end_a < len(a) - 1:
        end_a, end_b = end_a + 1, end_b + 1
    return a[left : end_a + 1], b[left : end_b + 1]


class _Search:
    """The search proper, over positions in both patterns; `side` says which of them has the flag."""

    def __init__(self, a: list[_Token], b: list[_Token]) -> None:
        self.sides = (a, b)
        self.normal = cache(self._normal)
        self.star = cache(self._star)

    def _normal(self, i: int, j: int) -> bool:
        a, b = self.sides
        while i < len(a) and j < len(b):
            if a[i].flag or b[j].flag:
                return self._special(i, j)
            if not a[i].overlaps(b[j]):
                return False
            i, j = i + 1, j + 1
        return i == len(a) and j == len(b)

    def _special(self, i: int, j: int) -> bool:
        side = 0 if self.sides[0][i].flag else 1
        mine, other = (i, j) if side == 0 else (j, i)
        if self.sides[side][mine].flag == "+":
            return self._plus(side, mine, other)
        return self.star(side, mine, other)

    def _plus(self, side: int, mine: int, other: int) -> bool:
        plussed, against = self.sides[side][mine], self.sides[1 - side][other]
        if not plussed.overlaps(against):
            return False
        if self.star(side, mine, other + 1):
            return True
        return bool(against.flag) and self._both(side, mine + 1, other)

    def _star(self, side: int, mine: int, other: int) -> bool:
        starred, against = self.sides[side], self.sides[1 - side]
        following = starred[mine + 1] if mine + 1 < len(starred) else None
        for k in range(other, len(against)):
            if following is not None and against[k].overlaps(following) and self._both(side, mine + 1, k):
                return True
            if not against[k].overlaps(starred[mine]):
                return False
        return following is None

    def _both(self, side: int, mine: int, other: int) -> bool:
        return self.normal(mine, other) if side == 0 else self.normal(other, mine)


class _Reader:
    """Reads a pattern into tokens."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def tokens(self) -> list[_Token]:
        tokens: list[_Token] = []
        while self.at < len(self.text):
            token = self._token()
            latest = tokens[-1] if tokens else None
            if latest and token.flag and latest.flag and token.ranges == latest.ranges:
                tokens[-1] = _Token(token.ranges, "+" if "+" in token.flag + latest.flag else "*")
            else:
                tokens.append(token)
        return tokens

    def _rune(self) -> tuple[str, bool]:
        """The next character and whether it is escaped."""
        char = self.text[self.at]
        if char != "\\":
            self.at += 1
            return char, False
        if self.at + 1 == len(self.text):
            raise self._invalid("input ends with a \\ (escape) character")
        self.at += 2
        return self.text[self.at - 1], True

    def _invalid(self, what: str) -> GlobError:
        return GlobError(f"input:{self.text}, pos:{self.at}, {what}: the input provided is invalid")

    def _token(self) -> _Token:
        char, escaped = self._rune()
        ranges: tuple[tuple[int, int], ...] | None = ((ord(char), ord(char)),)
        if not escaped and char in _SPECIAL:
            if char == ".":
                ranges = None
            elif char == "[":
                ranges = self._set()
            elif char == "]":
                raise self._invalid("set-close ']' with no preceding '['")
            else:
                raise self._invalid(f"flag '{char}' must be preceded by a non-flag")
        flag = ""
        if self.text[self.at : self.at + 1] in ("+", "*"):
            flag = self.text[self.at]
            self.at += 1
        return _Token(ranges, flag)

    def _set(self) -> tuple[tuple[int, int], ...]:
        codes: set[tuple[int, int]] = set()
        previous = ""
        while self.at < len(self.text):
            char, escaped = self._rune()
            if not escaped and char == "]":
                return tuple(sorted(codes))
            if not escaped and char == "-":
                codes.add(self._range(previous))
                previous = ""
            else:
                codes.add((ord(char), ord(char)))
                previous = char
        raise self._invalid("found [ without matching ]")

    def _range(self, low: str) -> tuple[int, int]:
        if not low:
            raise self._invalid("range character '-' must be preceded by a Unicode character")
        if self.at >= len(self.text) - 1:
            raise self._invalid("range character '-' must be followed by a Unicode character")
        high, escaped = self._rune()
        if not escaped and high in "]-":
            raise self._invalid("range character '-' cannot be followed by a special symbol")
        if high < low:
            raise self._invalid(f"range is out of order: '{high}' comes before '{low}' in Unicode")
        return ord(low), ord(high)
