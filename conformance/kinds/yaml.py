"""`yaml`: what Kubernetes' reader and gator's two readers make of a text (fixtures gatekeeper/tables/yaml.json).

Values are compared as JSON values, errors by presence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from conformance.suite import Case, Options


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    path = fixtures / "gatekeeper" / "tables" / "yaml.json"
    if not path.exists():
        return
    for row in json.loads(path.read_text(encoding="utf-8")):
        want = row["want"]
        for column, check in _CHECKS.items():
            if column in want and options.selects(column):
                yield Case(f"{column}/{row['name']}", partial(check, row["input"], want[column]))


def _value(read: Any, text: str, want: dict[str, Any]) -> str | None:
    from gatewright.errors import ManifestError

    try:
        got = read(text)
    except ManifestError as error:
        return None if "error" in want else f"refused ({error}), want {want['json']}"
    if "error" in want:
        return f"got {got!r}, want the error {want['error']!r}"
    return None if _same(got, json.loads(want["json"])) else f"got {got!r}, want {want['json']}"


def _documents(read: Any, text: str, want: dict[str, Any]) -> str | None:
    from gatewright.errors import ManifestError

    items = list(read(text))
    failed = any(isinstance(item, ManifestError) for item in items)
    if "error" in want:
        return None if failed else f"got {[item.value for item in items]!r}, want the error {want['error']!r}"
    if failed:
        return f"refused ({items[-1]}), want {want['docs']!r}"
    got = [item.value for item in items]
    return None if _same(got, want["docs"]) else f"got {got!r}, want {want['docs']!r}"


def _same(got: Any, want: Any) -> bool:
    if isinstance(got, bool) or isinstance(want, bool) or not isinstance(got, (int, float, list, dict)):
        return type(got) is type(want) and bool(got == want)
    if isinstance(got, list):
        return isinstance(want, list) and len(got) == len(want) and all(map(_same, got, want))
    if isinstance(got, dict):
        return isinstance(want, dict) and got.keys() == want.keys() and all(_same(got[k], want[k]) for k in got)
    return isinstance(want, (int, float)) and float(got) == float(want)


def _sigs(text: str) -> Any:
    from gatewright.manifests import compose

    return compose(text)


def _v3(text: str) -> Any:
    from gatewright.manifests import compose_v3

    return compose_v3(text)


def _gator_test(text: str) -> Any:
    from gatewright.errors import ManifestError
    from gatewright.manifests import read_text

    # Kubernetes' decoder reads objects only; ours hands other documents on to whoever knows them (Falco's lists).
    for item in read_text(text):
        is_object = isinstance(item, ManifestError) or isinstance(item.value, dict)
        yield item if is_object else ManifestError("not an object")


def _gator_verify(text: str) -> Any:
    from gatewright.manifests import read_verify

    return read_verify(text)


_CHECKS = {
    "sigs": partial(_value, _sigs),
    "v3": partial(_value, _v3),
    "gator_test_docs": partial(_documents, _gator_test),
    "gator_verify_docs": partial(_documents, _gator_verify),
}
