"""`opa-v0`, `opa-v1`: OPA's own evaluation cases, judged as OPA's test driver does.

A result is a set of bindings; with `sort_bindings` arrays are sorted before comparing. A wanted error is a substring of
ours, a wanted code is equal to ours. Numbers compare by value.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cmp_to_key, partial
from pathlib import Path
from typing import Any, TypeAlias

import gatewright
from conformance.suite import Case, Options
from gatewright.builtins import lookup
from gatewright.runtime.json import loads
from gatewright.runtime.values import UNDEFINED, compare


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    path = fixtures / "opa" / f"cases-{options.kind.removeprefix('opa-')}.jsonl"
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            # Numbers keep their text; the rest of a case is plain.
            case = loads(line)
            if options.selects(case["category"]):
                yield Case(case["id"], partial(judge, case))


# Evaluates as gatewright.query does.
Query: TypeAlias = Callable[..., list[dict[str, Any]]]


def judge(case: dict[str, Any], query: Query = gatewright.query) -> str | None:
    """Evaluate a case, and say what was wrong with the answer; None when nothing was."""
    modules = {f"test-{i}.rego": text for i, text in enumerate(case.get("modules") or [])}
    sleeps = any(SLEEP in text for text in modules.values())
    try:
        with sleeping() if sleeps else nullcontext():
            got = query(
                case["query"],
                modules=modules,
                data=case.get("data") or {},
                rego_version=case["rego_version"],
                strict_builtin_errors=bool(case.get("strict_error")),
                **_input(case),
            )
    except gatewright.GatewrightError as error:
        return _judge_error(case, error)
    if case.get("want_error") or case.get("want_error_code"):
        return f"wanted an error {case.get('want_error_code', '')} {case.get('want_error', '')}, got {got!r}"
    want = case.get("want_result") or []
    return _compare(case, got, want)


SLEEP = "test.sleep"


@contextmanager
def sleeping() -> Iterator[None]:
    """With the one built-in that OPA's test driver has and OPA has not: cases about the clock call it."""
    from gatewright.builtins.declared import DECLARED, Declaration
    from gatewright.builtins.registry import builtin

    @builtin(SLEEP, "(string) -> null")
    def sleep(duration: str) -> None:
        """Let this long go by."""
        time.sleep(lookup("time.parse_duration_ns").function(duration) / 1e9)

    DECLARED[SLEEP] = Declaration(SLEEP, "time", "(string) -> null", 1)
    try:
        yield
    finally:
        del DECLARED[SLEEP]


def _input(case: dict[str, Any]) -> dict[str, Any]:
    if case.get("input_term"):
        return {"input_term": case["input_term"]}
    given = case.get("input")
    return {"input": UNDEFINED if given is None else given}


def _judge_error(case: dict[str, Any], error: gatewright.GatewrightError) -> str | None:
    code, text = case.get("want_error_code"), case.get("want_error")
    if not code and not text:
        return f"wanted {case.get('want_result')!r}, got an error: {error}"
    if code and error.code != code:
        return f"wanted the code {code}, got {error.code}: {error}"
    if text and text not in str(error):
        return f"wanted the text {text!r}, got {error}"
    return None


def _compare(case: dict[str, Any], got: list[dict[str, Any]], want: list[dict[str, Any]]) -> str | None:
    if case.get("ignore_generated_vars"):
        got = [{k: v for k, v in row.items() if not k.startswith("__localq")} for row in got]
    if case.get("sort_bindings"):
        got = [{k: _sorted(v) for k, v in row.items()} for row in got]
    if _as_set(got) == _as_set(want):
        return None
    return f"wanted {json.dumps(want, default=str)}, got {json.dumps(got, default=str)}"


def _sorted(value: Any) -> Any:
    return sorted(value, key=cmp_to_key(compare)) if isinstance(value, list) else value


def _as_set(rows: list[dict[str, Any]]) -> set[Any]:
    from gatewright.runtime.values import to_key

    return {to_key(row) for row in rows}
