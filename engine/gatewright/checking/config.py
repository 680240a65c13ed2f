"""`gatewright.yaml`: the options of a check that a project has once and for all. The command line goes before it."""

from __future__ import annotations

import os

from gatewright.errors import ManifestError, UsageError
from gatewright.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEFAULT_FILE = "gatewright.yaml"


@record(frozen=True, slots=True)
class Config:
    """Paths are as the command line takes them, those of the file being relative to it."""

    file: str = ""
    policies: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    exclude_rules: tuple[str, ...] = ()
    min_severity: str = ""
    kubernetes_version: str = ""
    namespace: str = ""
    fail_on: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    waivers: tuple[str, ...] = ()
    inline_waivers: bool = True
    baseline: str = ""


# Key in the file → field, and what it holds.
_LISTS = {
    "policies": "policies",
    "exclude": "exclude",
    "rules": "rules",
    "excludeRules": "exclude_rules",
    "failOn": "fail_on",
    "format": "formats",
    "waivers": "waivers",
}
_TEXTS = {
    "minSeverity": "min_severity",
    "kubernetesVersion": "kubernetes_version",
    "namespace": "namespace",
    "baseline": "baseline",
}
_OTHERS = ("parameters", "inlineWaivers")


def read_config(path: str) -> Config:
    """The configuration of a file. Raises UsageError, with its place, for what is none."""
    from gatewright.manifests import read_paths

    document = next(iter(read_paths([path])), None)
    if isinstance(document, ManifestError):
        raise document
    values = document.value if document is not None else {}
    if not isinstance(values, dict):
        raise UsageError(f"{path}: a configuration is an object")
    options: dict[str, Any] = {}
    for key, value in values.items():
        place = document.locate((key,)) if document is not None else None
        try:
            options |= _option(key, value)
        except UsageError as error:
            error.location = place
            raise
    return Config(file=path, **_with_paths(options, os.path.dirname(path)))


def _option(key: str, value: Any) -> dict[str, Any]:
    if key in _LISTS:
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise UsageError(f"{key} is a list of texts, not {value!r}")
        return {_LISTS[key]: tuple(items)}
    if key in _TEXTS:
        if not isinstance(value, str):
            raise UsageError(f"{key} is a text, not {value!r}", hint="quote it" if isinstance(value, float) else "")
        return {_TEXTS[key]: value}
    if key == "parameters" and isinstance(value, dict):
        return {"parameters": value}
    if key == "inlineWaivers" and isinstance(value, bool):
        return {"inline_waivers": value}
    known = [*_LISTS, *_TEXTS, *_OTHERS]
    if key in known:
        raise UsageError(f"{key} cannot be {value!r}")
    from difflib import get_close_matches

    close = get_close_matches(key, known, n=1)
    raise UsageError(
        f"no such option: {key!r}", hint=f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
    )


def _with_paths(options: dict[str, Any], folder: str) -> dict[str, Any]:
    """Paths of the file, relative to where it lies."""
    if not folder:
        return options
    moved = dict(options)
    for name in ("policies", "waivers"):
        if name in moved:
            moved[name] = tuple(_moved(path, folder) for path in moved[name])
    if moved.get("baseline"):
        moved["baseline"] = os.path.join(folder, moved["baseline"])
    return moved


def _moved(path: str, folder: str) -> str:
    # A name without a slash that is no file there is that of a shipped set.
    inside = os.path.join(folder, path)
    return inside if os.sep in path or os.path.lexists(inside) else path
