"""What a query gave → text, in the formats of `opa eval` (OPA's internal/presentation)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gatewright.errors import GatewrightError
from gatewright.records import record
from gatewright.runtime.json import dumps, indent, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FORMATS = ("json", "pretty", "raw", "bindings", "values", "discard")


@record(frozen=True, slots=True)
class Row:
    """One solution: the values of the expressions, with their texts and places, and the bindings."""

    expressions: tuple[tuple[Any, str, int, int], ...]
    bindings: dict[str, Any]


@record(frozen=True, slots=True)
class Answer:
    """The solutions, and errors: either of them alone, or errors of built-ins beside the solutions. `explanation` is
    the trace, if one was asked for."""

    rows: list[Row]
    errors: tuple[GatewrightError, ...] = ()
    explanation: str = ""


def render(answer: Answer, format: str) -> str:
    """The answer's text. Errors are part of it in json and discard; in other formats they take its place, untold."""
    if answer.errors and format not in ("json", "discard"):
        return ""
    match format:
        case "json":
            return indent(_document(answer), "", "  ") + "\n"
        case "discard":
            return indented(_discarded(answer)) + "\n"
        case "raw":
            return "".join(" ".join(_raw(value) for value, *_ in row.expressions) + "\n" for row in answer.rows)
        case "bindings":
            return "".join(indented(row.bindings) + "\n" for row in answer.rows)
        case "values":
            return "".join(indented([value for value, *_ in row.expressions]) + "\n" for row in answer.rows)
    assert format == "pretty"
    return answer.explanation + _pretty(answer.rows)


def indented(value: Any) -> str:
    """A Rego value as JSON with two-space indentation, keys sorted, number texts as they are."""
    return indent(dumps(value), "", "  ")


# --- json -------------------------------------------------------------------------------------------------------
# Members stand in the order of OPA's structs, so their text is put together here; values are dumped, keys sorted.


def _document(answer: Answer) -> str:
    members = {}
    if answer.errors:
        members["errors"] = _array(_error(error) for error in answer.errors)
    if answer.rows:
        members["result"] = _array(_row(row) for row in answer.rows)
    if answer.explanation:
        # As lines, which is OPA's form for readers in its server's answers.
        members["explanation"] = dumps(answer.explanation.removesuffix("\n").split("\n"))
    return _object(members)


def _row(row: Row) -> str:
    members = {"expressions": _array(_expression(*expression) for expression in row.expressions)}
    if row.bindings:
        members["bindings"] = dumps(row.bindings)
    return _object(members)


def _expression(value: Any, text: str, row: int, column: int) -> str:
    place = _object({"row": str(row), "col": str(column)})
    return _object({"value": dumps(value), "text": dumps(text), "location": place})


def _error(error: GatewrightError) -> str:
    members = {"message": dumps(error.message)}
    if error.code:
        members["code"] = dumps(error.code)
    if (where := error.location) is not None:
        members["location"] = _object({"file": dumps(where.file), "row": str(where.row), "col": str(where.col)})
    details = list(getattr(error, "details", ()))
    if error.code == "rego_parse_error" and len(details) == 2:
        members["details"] = _object({"line": dumps(details[0]), "idx": str(details[1].index("^"))})
    elif details:
        members["details"] = dumps(details)
    if error.hint:
        members["hint"] = dumps(error.hint)
    return _object(members)


def _object(members: dict[str, str]) -> str:
    return "{" + ",".join(f"{dumps(name)}:{text}" for name, text in members.items()) + "}"


def _array(items: Iterable[str]) -> str:
    return f"[{','.join(items)}]"


def _discarded(answer: Answer) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if answer.errors:
        document["errors"] = [loads(_error(error)) for error in answer.errors]
    if answer.rows:
        document["result"] = "discarded"
    return document


# --- raw and pretty ---------------------------------------------------------------------------------------------


def _raw(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value)


def _pretty(rows: list[Row]) -> str:
    if not rows:
        return "undefined\n"
    first = rows[0]
    values = [value for value, *_ in first.expressions]
    alone = len(values) == 1 or all(isinstance(value, bool) for value in values)
    if len(rows) == 1 and not first.bindings and alone:
        return indented(values[0]) + "\n"
    # Expressions that only say true or false are left out beside variables.
    shown = [i for i, value in enumerate(values) if not first.bindings or not isinstance(value, bool)]
    names = sorted(first.bindings)
    header = [*(first.expressions[i][1] for i in shown), *names]
    lines = [
        [*(dumps(row.expressions[i][0]) for i in shown), *(dumps(row.bindings[name]) for name in names)] for row in rows
    ]
    return _table(header, lines)


def _table(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(_width(row[i]) for row in [header, *rows]) for i in range(len(header))]

    def rule(left: str, middle: str, right: str) -> str:
        return left + middle.join("─" * (width + 2) for width in widths) + right

    def line(cells: list[str], place: Callable[[str, int], str]) -> str:
        return "│ " + " │ ".join(map(place, cells, widths)) + " │"

    body = [line(row, _left) for row in rows]
    lines = [rule("┌", "┬", "┐"), line(header, _centred), rule("├", "┼", "┤"), *body, rule("└", "┴", "┘")]
    return "\n".join(lines) + "\n"


def _left(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _centred(text: str, width: int) -> str:
    free = width - _width(text)
    return " " * (free // 2) + text + " " * (free - free // 2)


def _width(text: str) -> int:
    """Columns on a terminal."""
    import unicodedata

    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
