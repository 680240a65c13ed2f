"""Policies and data from files, as OPA loads them: Rego texts by name, and the base document they add up to.

What `--data` names is OPA's v1/loader: JSON and YAML files merge at the root of data or, below a directory, at the
path of their folder; `a.b:path` puts them below data.a.b; two files must not define the same value. What `--bundle`
names is a directory (or .tar.gz of one) whose data is in files called data.json or data.yaml alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from gatewright.errors import LoadErrors, ManifestError, RegoErrors
from gatewright.records import field, record
from gatewright.source import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from gatewright.analysis import Capabilities

_YAML = (".yaml", ".yml")
_BUNDLE_DATA = ("data.json", "data.yaml", "data.yml")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

# Says of a path's last part, and of how deep below a named directory it lies, whether to leave it out.
Ignore = Callable[[str, int], bool]


@record(slots=True)
class Loaded:
    """Rego texts by file, the base document, and the files that data came from."""

    modules: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    files: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def load_files(
    paths: Iterable[str | Path],
    *,
    bundles: Iterable[str | Path] = (),
    ignore: Sequence[str] = (),
    wanted: Callable[[str], bool] = lambda path: True,
) -> Loaded:
    """Read policies and data; below directories, files that are `wanted`. Raises LoadErrors with all that cannot be."""
    loader = _Loader(ignoring(ignore), wanted)
    for path in paths:
        prefix, file = split_prefix(str(path))
        loader.walk(file, prefix, 0, set())
    for bundle in bundles:
        loader.bundle(str(bundle))
    if loader.errors:
        raise LoadErrors(loader.errors)
    return loader.loaded


def split_prefix(path: str) -> tuple[tuple[str, ...], str]:
    """`a.b:file` → the place below data, and the file. URLs have no place; `file://` is taken off."""
    if path.find("://") == path.find(":"):
        return (), path.removeprefix("file://")
    where, _, file = path.partition(":")
    return (tuple(where.split(".")), file) if where else ((), path)


def ignoring(patterns: Sequence[str]) -> Ignore:
    """`--ignore`: names that match a shell pattern, at any depth but never what was named itself."""
    if not patterns:
        return lambda name, depth: False
    from fnmatch import fnmatchcase

    return lambda name, depth: depth > 0 and any(fnmatchcase(name, pattern) for pattern in patterns)


class _Loader:
    """What is loaded so far, and what could not be."""

    def __init__(self, ignore: Ignore, wanted: Callable[[str], bool]) -> None:
        self.loaded = Loaded()
        self.errors: list[ManifestError] = []
        self._ignore = ignore
        self._wanted = wanted
        self._seen: set[tuple[tuple[str, ...], str]] = set()

    def walk(self, path: str, inside: tuple[str, ...], depth: int, trail: set[str]) -> None:
        """A file, or a directory in order; a link that leads back up is not followed."""
        if self._ignore(os.path.basename(path), depth):
            return
        try:
            if os.path.isdir(path):
                self._directory(path, inside, depth, trail)
            else:
                self._file(path, inside, depth)
        except FileNotFoundError:
            self.errors.append(ManifestError(f"stat {path}: no such file or directory"))
        except OSError as error:
            self.errors.append(ManifestError(f"cannot read: {error.strerror or error}", Location(path)))

    def _directory(self, path: str, inside: tuple[str, ...], depth: int, trail: set[str]) -> None:
        real = os.path.realpath(path)
        if real in trail:
            return
        if depth:
            inside = (*inside, os.path.basename(path))
        for name in sorted(os.listdir(path)):
            self.walk(os.path.normpath(os.path.join(path, name)), inside, depth + 1, trail | {real})

    def _file(self, path: str, inside: tuple[str, ...], depth: int) -> None:
        if (inside, os.path.normpath(path)) in self._seen or (depth and not self._wanted(path)):
            return
        self._seen.add((inside, os.path.normpath(path)))
        if path.endswith(".tar.gz"):
            self.bundle(path)
        elif path.endswith((".rego", ".json", *_YAML)):
            self.take(path, _content(path), inside)
        elif not depth:
            self._any_type(path, inside)

    def _any_type(self, path: str, inside: tuple[str, ...]) -> None:
        """A file named itself may be called anything: Rego, JSON or YAML, whichever it can be read as."""
        from gatewright.syntax import parse_module

        text = _decoded(_content(path), path)
        try:
            parse_module(text, file=path)
        except RegoErrors:
            self._document(path, text, inside)
        else:
            self.loaded.modules[path] = text

    def take(self, path: str, content: bytes, inside: tuple[str, ...]) -> None:
        """The content of a file with a telling name."""
        try:
            text = _decoded(content, path)
        except ManifestError as error:
            self.errors.append(error)
            return
        if path.endswith(".rego"):
            self.loaded.modules[path] = text
        else:
            self._document(path, text, inside)

    def _document(self, path: str, text: str, inside: tuple[str, ...]) -> None:
        try:
            value = parse_document(text, path)
        except ManifestError as error:
            self.errors.append(error)
            return
        for part in reversed(inside):
            value = {part: value}
        if not isinstance(value, dict):
            self.errors.append(ManifestError("document must be of type object", Location(path)))
        elif (conflict := _merge(self.loaded.data, value)) is not None:
            self.errors.append(self._conflict(path, conflict))
        else:
            self.loaded.files.append((path, value))

    def _conflict(self, path: str, keys: tuple[str, ...]) -> ManifestError:
        where = "data" + "".join(f".{key}" if _IDENTIFIER.match(key) else f'["{key}"]' for key in keys)
        other = next((file for file, value in self.loaded.files if _has(value, keys)), "")
        rest = f"also defined in {other}" if other else "data from multiple files must not overlap"
        return ManifestError(f"merge error: conflicting values at {where}, {rest}", Location(path))

    def bundle(self, path: str) -> None:
        """A bundle: a directory, or the archive of one."""
        import tarfile

        try:
            members = list(_archive(path) if os.path.isfile(path) else _tree(path, self._ignore))
        except (OSError, tarfile.TarError) as error:
            self.errors.append(ManifestError(f"cannot read the bundle: {error}", Location(path)))
            return
        for inner, content in members:
            name = os.path.basename(inner)
            if name in _BUNDLE_DATA or name.endswith(".rego"):
                inside = tuple(part for part in os.path.dirname(inner).split("/") if part)
                self.take(os.path.normpath(os.path.join(path, inner)), content, inside)


def _tree(root: str, ignore: Ignore) -> Iterator[tuple[str, bytes]]:
    if not os.path.isdir(root):
        raise FileNotFoundError("no such file or directory")
    for folder, folders, names in os.walk(root):
        depth = 1 + (0 if folder == root else os.path.relpath(folder, root).count(os.sep) + 1)
        folders[:] = sorted(name for name in folders if not ignore(name, depth))
        for name in sorted(name for name in names if not ignore(name, depth)):
            file = os.path.join(folder, name)
            yield os.path.relpath(file, root), _content(file)


def _archive(path: str) -> Iterator[tuple[str, bytes]]:
    import tarfile

    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                yield os.path.normpath(member.name).lstrip("/"), content.read()


def _content(path: str | Path) -> bytes:
    with open(path, "rb") as file:
        return file.read()


# --- texts and documents ---------------------------------------------------------------------------------------------


def read_text(path: str | Path) -> str:
    """A file's text. Raises ManifestError, with its place, for a file that cannot be read or is no UTF-8."""
    try:
        content = _content(path)
    except OSError as error:
        raise ManifestError(f"cannot read: {error.strerror or error}", Location(str(path))) from None
    return _decoded(content, str(path))


def read_document(path: str | Path) -> Any:
    """The one value of a JSON or YAML file, numbers as Rego keeps them. Raises ManifestError."""
    return parse_document(read_text(path), str(path))


def read_capabilities(path: str | Path | None) -> Capabilities | None:
    """What an OPA capabilities file allows; None without one. Raises ManifestError, or UsageError for another file."""
    if not path:
        return None
    from gatewright.analysis import capabilities_from_json

    return capabilities_from_json(read_document(path))


def reachable(hosts: Iterable[str], capabilities: Capabilities | None) -> frozenset[str] | None:
    """Those of the hosts ("*": any) that capabilities leave within reach, as EvalOptions.allow_net has them."""
    named = frozenset(hosts)
    if capabilities is None or capabilities.allow_net is None:
        return named or None
    return capabilities.allow_net if "*" in named else named & capabilities.allow_net


def parse_document(text: str, file: str, *, by_name: bool = True) -> Any:
    """The value of a text; ManifestError with its place when it is neither JSON nor YAML, or `by_name` is called JSON
    and is none."""
    from gatewright.runtime.json import loads

    no_json = None
    try:
        return loads(text)
    except ValueError as error:
        if file.endswith(".json"):
            no_json = ManifestError(str(error), Location(file, *_failing_place(text)))
    if no_json is not None and by_name:
        raise no_json
    from gatewright.builtins._yaml_read import YamlError, load_yaml

    try:
        return load_yaml(text)
    except YamlError as error:
        line = re.search(r"line (\d+)", str(error))
        place = Location(file, int(line[1]) if line else 0)
        raise (no_json or ManifestError(f"error converting YAML to JSON: {error}", place)) from None


def _failing_place(text: str) -> tuple[int, int]:
    """Where the first thing stands that is no JSON."""
    import json

    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.lineno, error.colno
    except (ValueError, RecursionError):
        pass
    return 0, 0


def _decoded(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise ManifestError(f"not UTF-8: byte 0x{content[error.start]:02x}", Location(path, row)) from None


def _merge(into: dict[str, Any], value: dict[str, Any], above: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Add a document; the place of the first value that is there already, in which case the rest may be missing."""
    for key in sorted(value):
        item = value[key]
        if key not in into:
            into[key] = _copied(item)
        elif isinstance(into[key], dict) and isinstance(item, dict):
            if (conflict := _merge(into[key], item, (*above, key))) is not None:
                return conflict
        else:
            return (*above, key)
    return None


def _copied(item: Any) -> Any:
    """Objects anew, since further files may be merged into them."""
    return {key: _copied(value) for key, value in item.items()} if isinstance(item, dict) else item


def _has(value: Any, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
