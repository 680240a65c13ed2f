"""`gatewright eval`: files and a query in, `opa eval`'s output and exit codes out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from gatewright.errors import GatewrightError, ManifestError, RegoError, RegoErrors, UsageError
from gatewright.runtime.values import UNDEFINED

if TYPE_CHECKING:
    from gatewright.runtime.context import EvalOptions
    from gatewright.syntax.nodes import Body

_DATA = (".json", ".yaml", ".yml")
FORMATS = ("json", "pretty", "raw", "bindings", "values", "discard")


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """The options of `gatewright eval`; their meanings are `opa eval`'s."""

    query: str
    data: tuple[Path, ...] = ()
    input: Path | None = None
    stdin_input: bool = False
    format: str = "json"
    package: str = ""
    imports: tuple[str, ...] = ()
    rego_version: str = "v1"
    strict_builtin_errors: bool = False
    fail: bool = False
    fail_defined: bool = False
    capabilities: Path | None = None
    now: str = ""
    seed: str | None = None
    allow_net: tuple[str, ...] = ()
    timeout_s: float | None = None
    engine: str = "gatewright"
    cache: bool = True


def run_query(request: QueryRequest, out: TextIO | None = None) -> int:
    """Evaluate and print; 0, or 1 as --fail and --fail-defined say, or 2 for errors, printed in the format."""
    out = out or sys.stdout
    if request.format not in FORMATS:
        raise UsageError(f"unknown format {request.format!r}", hint=f"there are {', '.join(FORMATS)}")
    loaded = load_files(request.data)
    input = _input(request)
    try:
        rows = _rows(request, loaded, input)
    except (RegoErrors, RegoError) as error:
        return _print_errors(error, request.format, out)
    out.write(_render(rows, request.format))
    if request.fail and not rows:
        return 1
    return 1 if request.fail_defined and rows else 0


@dataclass(frozen=True, slots=True)
class Loaded:
    """Rego texts by file, and the base document."""

    modules: Mapping[str, str]
    data: dict[str, Any]


def load_files(paths: Iterable[Path]) -> Loaded:
    """Read policies and data: JSON and YAML files merge at the root; below a directory, at the path of their folder."""
    modules: dict[str, str] = {}
    data: dict[str, Any] = {}
    for path, inside in _files(paths):
        if path.suffix == ".rego":
            modules[str(path)] = _text(path)
        elif path.suffix in _DATA:
            value = read_document(path)
            for part in reversed(inside):
                value = {part: value}
            if not isinstance(value, dict):
                raise UsageError(f"{path}: data must be an object at its root")
            _merge(data, value, path)
    return Loaded(modules, data)


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    for path in paths:
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders.sort()
                for name in sorted(names):
                    file = Path(folder, name)
                    inside = file.parent.relative_to(path).parts
                    if name.endswith(".rego") or name in ("data.json", "data.yaml", "data.yml") or not inside:
                        yield file, inside
        elif path.exists():
            yield path, ()
        else:
            raise UsageError(f"{path}: no such file or directory")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot read: {getattr(error, 'strerror', None) or error}") from None


def read_document(path: Path) -> Any:
    """The one value of a JSON or YAML file, numbers as Rego keeps them."""
    return parse_document(_text(path), str(path), json=path.suffix == ".json")


def parse_document(text: str, file: str, *, json: bool) -> Any:
    """The one value of a text; ManifestError with its place when it is neither JSON nor YAML."""
    from gatewright.runtime.json import loads
    from gatewright.source import Location

    try:
        return loads(text)
    except (ValueError, GatewrightError) as error:
        if json:
            row = getattr(error, "lineno", 0)
            raise ManifestError(f"not JSON: {error}", Location(file, row, getattr(error, "colno", 0))) from None
    from gatewright.manifests import compose

    return compose(text, file=file)


def _merge(into: dict[str, Any], value: dict[str, Any], path: Path) -> None:
    for key, item in value.items():
        present = into.get(key, UNDEFINED)
        if isinstance(present, dict) and isinstance(item, dict):
            _merge(present, item, path)
        elif present is not UNDEFINED and present != item:
            raise UsageError(f"{path}: {key!r} is already in the data, with another value")
        else:
            into[key] = dict(item) if isinstance(item, dict) else item


def _input(request: QueryRequest) -> Any:
    if request.stdin_input:
        return parse_document(sys.stdin.read(), "stdin", json=False)
    return UNDEFINED if request.input is None else read_document(request.input)


# --- evaluation -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One solution: the values of the expressions, with their texts and places, and the bindings."""

    expressions: tuple[tuple[Any, str, int, int], ...]
    bindings: dict[str, Any]


def _rows(request: QueryRequest, loaded: Loaded, input: Any) -> list[Row]:
    from gatewright.syntax import parse_query

    body = parse_query(request.query, rego_version="v1")
    if request.engine == "regopy":
        return _regopy_rows(request, loaded, input)
    if request.engine != "gatewright":
        raise UsageError(f"unknown engine {request.engine!r}", hint="there are gatewright and regopy")
    return _own_rows(request, loaded, input, body)


def _own_rows(request: QueryRequest, loaded: Loaded, input: Any, body: Body) -> list[Row]:
    from gatewright.codegen.cache import CodeCache
    from gatewright.compiler import compile_modules
    from gatewright.runtime.context import Context

    policy = compile_modules(
        loaded.modules,
        rego_version=request.rego_version,
        capabilities=_capabilities(request.capabilities),
        print_enabled=True,
        cache=CodeCache() if request.cache else None,
    )
    package = request.package.removeprefix("data.") or None
    prepared = policy.query(request.query, package=package, imports=request.imports, capture=True)
    texts = _texts(body, request.query)
    solutions = prepared.solutions(Context(_options(request)), input=input, data=loaded.data)
    return [
        Row(tuple((value, *text) for value, text in zip(found.expressions, texts, strict=True)), found.bindings)
        for found in solutions
    ]


def _texts(body: Body, query: str) -> list[tuple[str, int, int]]:
    """Each expression as it was written: from where it starts to where the next one does."""
    from gatewright.syntax.text import node_text

    lines = query.split("\n")
    texts = []
    for expr in body:
        where = expr.location
        text = node_text(expr)
        if where.end_row == where.row and where.end_col > where.col:
            text = lines[where.row - 1][where.col - 1 : where.end_col - 1]
        texts.append((text, where.row, where.col))
    return texts


def _regopy_rows(request: QueryRequest, loaded: Loaded, input: Any) -> list[Row]:
    from gatewright.runtime.json import to_python
    from gatewright.second_opinion import SecondOpinion, as_v1

    modules = as_v1(loaded.modules, request.rego_version)
    data = to_python(loaded.data)
    given = UNDEFINED if input is UNDEFINED else to_python(input)
    with SecondOpinion() as regopy:
        value = regopy.ask(modules, request.query, data=data, input=given)
    return [] if value is None else [Row(((value, request.query, 1, 1),), {})]


def _options(request: QueryRequest) -> EvalOptions:
    from gatewright.runtime.context import EvalOptions

    return EvalOptions(
        strict_builtin_errors=request.strict_builtin_errors,
        now_ns=_now_ns(request.now),
        seed=request.seed,
        allow_net=frozenset(request.allow_net) or None,
        timeout_s=request.timeout_s,
        print_sink=lambda text, _: print(text, file=sys.stderr),
    )


def _now_ns(text: str) -> int | None:
    if not text:
        return None
    if text.lstrip("-").isdigit():
        return int(text)
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--now {text!r} is neither RFC 3339 nor nanoseconds") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000_000) * 1_000


def _capabilities(path: Path | None) -> Any:
    if path is None:
        return None
    from gatewright.analysis import capabilities_from_json

    return capabilities_from_json(read_document(path))


# --- output -----------------------------------------------------------------------------------------------------


def _render(rows: list[Row], format: str) -> str:
    match format:
        case "discard":
            return ""
        case "pretty":
            return _pretty(rows)
        case "raw":
            return "".join(" ".join(_raw(value) for value, *_ in row.expressions) + "\n" for row in rows)
        case "bindings":
            return "".join(indented(row.bindings) + "\n" for row in rows)
        case "values":
            return "".join(indented([value for value, *_ in row.expressions]) + "\n" for row in rows)
    document: dict[str, Any] = {}
    if rows:
        document["result"] = [_row_data(row) for row in rows]
    return indented(document) + "\n"


def _row_data(row: Row) -> dict[str, Any]:
    data: dict[str, Any] = {
        "expressions": [
            {"value": value, "text": text, "location": {"row": at, "col": col}}
            for value, text, at, col in row.expressions
        ]
    }
    if row.bindings:
        data["bindings"] = dict(sorted(row.bindings.items()))
    return data


def _raw(value: Any) -> str:
    from gatewright.runtime.json import dumps

    return value if isinstance(value, str) else dumps(value)


def _pretty(rows: list[Row]) -> str:
    from gatewright.runtime.json import dumps

    if not rows:
        return "undefined\n"
    if len(rows) == 1 and len(rows[0].expressions) == 1 and not rows[0].bindings:
        return indented(rows[0].expressions[0][0]) + "\n"
    names = sorted(rows[0].bindings)
    shown = [(i, e[1]) for i, e in enumerate(rows[0].expressions) if e[0] is not True or not names]
    header = [*names, *(text for _, text in shown)]
    lines = [
        [*(dumps(row.bindings[name]) for name in names), *(dumps(row.expressions[i][0]) for i, _ in shown)]
        for row in rows
    ]
    return _table(header, lines)


def _table(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]

    def rule(left: str, middle: str, right: str) -> str:
        return left + middle.join("─" * (width + 2) for width in widths) + right

    def line(cells: list[str], centred: bool = False) -> str:
        padded = [c.center(w) if centred else c.ljust(w) for c, w in zip(cells, widths, strict=True)]
        return "│ " + " │ ".join(padded) + " │"

    body = [line(row) for row in rows]
    return "\n".join([rule("┌", "┬", "┐"), line(header, True), rule("├", "┼", "┤"), *body, rule("└", "┴", "┘")]) + "\n"


def indented(value: Any) -> str:
    """A Rego value as JSON with two-space indentation, number texts as they are."""
    from gatewright.runtime.json import dumps

    return "\n".join(_lines(value, 0, dumps))


def _lines(value: Any, depth: int, dumps: Any) -> Iterator[str]:
    from gatewright.runtime.values import RegoSet

    if isinstance(value, RegoSet):
        value = value.sorted()
    inner = "  " * (depth + 1)
    if isinstance(value, dict) and value:
        yield "{"
        items = [(_key_text(k, dumps), v) for k, v in value.items()]
        for index, (key, item) in enumerate(items):
            yield from _member(f"{inner}{key}: ", item, index + 1 < len(items), depth, dumps)
        yield "  " * depth + "}"
    elif isinstance(value, list) and value:
        yield "["
        for index, item in enumerate(value):
            yield from _member(inner, item, index + 1 < len(value), depth, dumps)
        yield "  " * depth + "]"
    else:
        yield dumps(value)


def _member(lead: str, item: Any, more: bool, depth: int, dumps: Any) -> Iterator[str]:
    lines = list(_lines(item, depth + 1, dumps))
    lines[0] = lead + lines[0]
    if more:
        lines[-1] += ","
    yield from lines


def _key_text(key: Any, dumps: Any) -> str:
    from gatewright.runtime.values import from_key

    return str(dumps(key if isinstance(key, str) else dumps(from_key(key))))


def _print_errors(error: RegoErrors | RegoError, format: str, out: TextIO) -> int:
    errors = error.errors if isinstance(error, RegoErrors) else (error,)
    if format == "json":
        out.write(indented({"errors": [_error_data(e) for e in errors]}) + "\n")
    else:
        raise error
    return 2


def _error_data(error: RegoError) -> dict[str, Any]:
    where = error.location
    data: dict[str, Any] = {"message": error.message, "code": error.code}
    if where is not None:
        data["location"] = {"file": where.file, "row": where.row, "col": where.col}
    if error.details:
        data["details"] = list(error.details)
    if error.hint:
        data["hint"] = error.hint
    return data
