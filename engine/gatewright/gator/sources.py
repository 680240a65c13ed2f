"""gator's inputs: files, directories and stdin, read in order into plain objects, the first fault ending it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence

from gatewright.errors import GatewrightError, ImageError, ManifestError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper.providers import Provider, load_providers
from gatewright.gator.console import Console, Fatal
from gatewright.gator.gojson import END, json_fault
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    _Given = TypeVar("_Given")
    _Made = TypeVar("_Made")

_EXTENSIONS = (".yaml", ".yml", ".json")


@record(frozen=True, slots=True)
class Source:
    """The objects of one file, which may be of an image, or of stdin when `file` is empty."""

    file: str
    objects: list[kube.Object]
    image: str = ""

    @property
    def shown(self) -> str:
        if self.image:
            return f"file: {quote(self.file)}, image: {quote(self.image)}"
        return f"file: {quote(self.file)}" if self.file else "stdin"


def read_sources(flags: Mapping[str, Any], console: Console) -> list[kube.Object]:
    """All objects of what the flags name, in gator's order; objects defined twice are told on stderr.

    Fatal when anything cannot be read.
    """
    sources = [source for name in flags["filename"] for source in _read(name, "reading: reading from filenames")]
    sources += [source for image in flags["image"] for source in _pulled(image, flags["tempdir"])]
    text = console.read_stdin()
    if text is not None:
        sources.append(Source("", _objects(text, "reading: reading from stdin: reading")))
    _warn_of_duplicates(sources, console)
    return [obj for source in sources for obj in source.objects]


def worded(action: Callable[[_Given], _Made], given: _Given) -> _Made:
    """Do something with objects; gator reads all numbers as float64s, which shows in what it says of wrong types."""
    try:
        return action(given)
    except GatewrightError:
        action(kube.as_floats(given))
        raise


def providers(path: str) -> Provider | None:
    """The external data providers of the file that a flag names, if it names one."""
    try:
        return load_providers(path)
    except GatewrightError as error:
        raise Fatal(f"reading external data: {error}") from error


def _pulled(image: str, tempdir: str) -> list[Source]:
    """What is in the files of an image, which lie in a directory below `tempdir` for as long as they are read."""
    from gatewright.oci import pulled

    place = "reading: pulling image"
    try:
        with pulled(image, tempdir) as directory:
            return [Source(source.file, source.objects, image) for source in _read(directory, place)]
    except ImageError as error:
        raise Fatal(f"{place}: {error.message}") from error


def _read(name: str, place: str) -> Iterator[Source]:
    try:
        os.stat(name)
    except OSError as error:
        raise Fatal(f"{place}: stat on path {quote(name)}: stat {name}: {_reason(error)}") from error
    if not os.path.isdir(name) and os.path.splitext(name)[1] not in _EXTENSIONS:
        raise Fatal(f"{place}: path {quote(name)} must be of extensions: [{' '.join(_EXTENSIONS)}]")
    for path in _below(name):
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise Fatal(f"{place}: opening file {quote(path)}: open {path}: {_reason(error)}") from error
        yield Source(path, _objects(data, f"{place}: reading file {quote(path)}"))


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _below(path: str) -> Iterator[str]:
    """The files at and below a path, in lexical order; links to directories are not followed."""
    if not os.path.isdir(path) or os.path.islink(path):
        if os.path.splitext(path)[1] in _EXTENSIONS:
            yield path
        return
    for name in sorted(os.listdir(path)):
        yield from _below(os.path.normpath(os.path.join(path, name)))


def _objects(data: bytes, place: str) -> list[kube.Object]:
    from gatewright.manifests import read_text

    found: list[kube.Object] = []
    for document in read_text(data):
        if isinstance(document, ManifestError):
            raise Fatal(f"{place}: reading yaml source: {_fault(document, data)}")
        value = document.value
        if not isinstance(value, dict):
            kind = "array" if isinstance(value, list) else _JSON_KINDS.get(type(value), "number")
            what = f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
            raise Fatal(f"{place}: reading yaml source: error unmarshaling JSON: while decoding JSON: {what}")
        if value:
            found.append(_rounded(value) if _has_wide(value) else value)
    return found


def _fault(error: ManifestError, data: bytes) -> str:
    if error.message.startswith("not JSON"):
        return _json_fault(data.decode("utf-8", "replace")) or error.message
    return f"error converting YAML to JSON: {error.go_words}" if error.go_words else error.message


def _json_fault(text: str) -> str | None:
    """What Kubernetes' decoder says: after a single value the text may still be YAML, which shows in the words."""
    fault = json_fault(text)
    if fault is None:
        return None
    plain = fault.values > 1 or fault.message == END
    return fault.message if plain else f"json: offset {fault.offset}: {fault.message}"


_JSON_KINDS = {str: "string", bool: "bool"}


def _has_wide(value: Any) -> bool:
    for item in value.values() if value.__class__ is dict else value:
        kind = item.__class__
        if kind is int:
            if not -(2**53) <= item <= 2**53:
                return True
        elif (kind is dict or kind is list) and _has_wide(item):
            return True
    return False


def _rounded(value: Any) -> Any:
    """Integers that a float64 cannot hold, as Go's JSON reader leaves them."""
    if value.__class__ is int and not -(2**53) <= value <= 2**53:
        return float(value)
    if value.__class__ is dict:
        return {k: _rounded(v) for k, v in value.items()}
    if value.__class__ is list:
        return [_rounded(v) for v in value]
    return value


def _warn_of_duplicates(sources: Sequence[Source], console: Console) -> None:
    from datetime import datetime

    seen: dict[tuple[str, str, str, str], Source] = {}
    for source in sources:
        for obj in source.objects:
            kind = obj.get("kind")
            key = (
                kube.gvk_of(obj).group,
                kind if isinstance(kind, str) else "",
                kube.name_of(obj),
                kube.namespace_of(obj),
            )
            known = seen.get(key)
            if known is not None:
                now = datetime.now().strftime("%Y/%m/%d %H:%M:%S")
                what = f"Resource named {quote(key[2])} (from {source.shown}) is already defined in {known.shown}"
                console.err.write(f"{now} WARNING - {what}\n")
            seen[key] = source
