"""Formatting files: which ones, what becomes of each, and the difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from gatewright.errors import GatewrightError, ManifestError, UsageError
from gatewright.records import record
from gatewright.source import Location
from gatewright.syntax.format import format_checked
from gatewright.syntax.template_format import format_templates

_YAML = frozenset((".yaml", ".yml"))
# Dialects a text can be rewritten for, by what it is read as.
_TARGETS = {
    "v0": ("v0", "v1", "v2", "v0v1", "v0v2"),
    "v1": ("v1", "v2", "v0v1", "v1v2"),
    "v2": ("v2",),
}


@record(frozen=True, slots=True)
class FormatOptions:
    rego_version: str = "v1"
    to: str | None = None
    drop_imports: bool = False

    def __post_init__(self) -> None:
        allowed = _TARGETS.get(self.rego_version)
        if allowed is None:
            raise UsageError(f"unknown Rego version {self.rego_version!r}: expected v0, v1 or v2")
        if self.to is not None and self.to not in allowed:
            raise UsageError(f"cannot format {self.rego_version} as {self.to!r}: expected one of {', '.join(allowed)}")


def opa_dialects(v0_compatible: bool, v1_compatible: bool, v0_v1: bool) -> tuple[str, str | None]:
    """What `opa fmt` reads a file as under these flags, and what it rewrites it for."""
    if v0_v1:
        return ("v1" if v1_compatible and not v0_compatible else "v0"), "v0v1"
    return ("v0" if v0_compatible else "v1"), None


@record(frozen=True, slots=True)
class Formatted:
    """What became of one file: its text before and after, or the error that stopped it."""

    path: str
    before: str
    after: str
    error: GatewrightError | None = None

    @property
    def changed(self) -> bool:
        return self.error is None and self.before != self.after


def format_text(text: str, path: str, options: FormatOptions) -> Formatted:
    """Rego text, or by the path's ending the Rego in a YAML text, formatted."""
    try:
        if Path(path).suffix in _YAML:
            after = format_templates(text, file=path)
        else:
            after = format_checked(
                text,
                file=path,
                rego_version=options.rego_version,
                to=options.to,
                drop_imports=options.drop_imports,
            )
    except GatewrightError as error:
        return Formatted(path, text, text, error)
    return Formatted(path, text, after)


def format_files(paths: Iterable[Path], options: FormatOptions) -> Iterator[Formatted]:
    """Each Rego file under `paths`, and each YAML file that holds a ConstraintTemplate, in order of name."""
    for path in _files(paths):
        name = str(path)
        try:
            text = _read(path)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            yield Formatted(name, "", "", ManifestError(f"cannot be read: {reason}", Location(name)))
            continue
        if path.suffix in _YAML and "ConstraintTemplate" not in text:
            continue
        yield format_text(text, name, options)


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def write(result: Formatted) -> None:
    """Puts the formatted text in the file's place."""
    with Path(result.path).open("w", encoding="utf-8", newline="") as file:
        file.write(result.after)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for found in sorted(path.rglob("*")):
            if found.suffix in _YAML | {".rego"} and found.is_file():
                yield found


def difference(result: Formatted) -> str:
    """A unified diff, empty when nothing changes."""
    from difflib import unified_diff

    before, after = result.before.splitlines(keepends=True), result.after.splitlines(keepends=True)
    lines = unified_diff(before, after, result.path, result.path + " (formatted)")
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)
