"""`opa-format`: the formatter's own files, each with the text wanted or the error wanted (fixtures `opa/format`)."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from functools import partial
from pathlib import Path

from conformance.suite import Case, Options
from gatewright.errors import RegoErrors
from gatewright.syntax.format import format_module

# The folder, what its files are read as, and what they are written for.
_FOLDERS = (
    ("v0", "v0", None),
    ("v1", "v1", None),
    ("v2", "v2", None),
    ("v0_to_v1", "v0", "v0v1"),
    ("v0_to_v2", "v0", "v0v2"),
    ("v1_to_v2", "v1", "v1v2"),
)


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    """A case for each wanted text, one for formatting it again, and one for each wanted error; category: folder."""
    for folder, version, to in _FOLDERS:
        if not options.selects(folder):
            continue
        for path in sorted((fixtures / "opa" / "format" / folder).glob("*.rego")):
            name = f"{folder}/{path.name}"
            wanted = path.with_name(path.name + ".formatted")
            plain = path.with_name(path.name + ".formatted_no_keywords_in_refs")
            fault = path.with_name(path.name + ".error")
            if wanted.exists():
                yield Case(name, partial(_formats, path, wanted, version, to))
                yield Case(name + "/again", partial(_formats, wanted, wanted, version, to))
            elif fault.exists():
                yield Case(name + "/error", partial(_fails, path, fault, f"testfiles/{name}", version, to))
            if plain.exists():
                yield Case(name + "/no-keywords-in-refs", partial(_formats, path, plain, version, to, False))
        for path in sorted((fixtures / "opa" / "format" / folder).glob("*.rego.error")):
            if not path.with_name(path.name.removesuffix(".error") + ".formatted").exists():
                continue
            yield Case(f"{folder}/{path.name}", partial(_rejects, path, version))


def _formats(path: Path, wanted: Path, version: str, to: str | None, keywords_in_refs: bool = True) -> str | None:
    want = wanted.read_text(encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    try:
        got = format_module(text, rego_version=version, to=to, keywords_in_refs=keywords_in_refs)
    except RegoErrors as error:
        return f"refused: {error}"
    return None if got == want else "\n".join(unified_diff(want.split("\n"), got.split("\n"), "wanted", "got"))


def _fails(path: Path, fault: Path, name: str, version: str, to: str | None) -> str | None:
    want = fault.read_text(encoding="utf-8")
    try:
        format_module(path.read_text(encoding="utf-8"), file=name, rego_version=version, to=to)
    except RegoErrors as error:
        return None if str(error) == want else f"wanted {want!r}, got {str(error)!r}"
    return f"formatted, wanted {want!r}"


def _rejects(path: Path, version: str) -> str | None:
    try:
        format_module(path.read_text(encoding="utf-8"), rego_version=version)
    except RegoErrors:
        return None
    return "formatted, wanted an error"
