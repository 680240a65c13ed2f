"""`gator expand`: what the generators among the inputs would make, as YAML or JSON."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from gatewright.errors import GatewrightError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._gotext import json_indented
from gatewright.gatekeeper.expander import expand_documents
from gatewright.gator.console import Console, Fatal
from gatewright.gator.flags import EXTERNAL_DATA, IMAGE, RESOURCES, TEMPDIR, Flag
from gatewright.gator.goyaml import dump_v2
from gatewright.gator.sources import providers, read_sources, worded

FLAGS: Final = (
    Flag("filename", "n", "list", usage=RESOURCES),
    Flag("format", "f", usage="Output format.  One of: json|yaml."),
    Flag("outputfile", "o", usage="Output file path. If the file already exists, it will be overwritten."),
    IMAGE,
    TEMPDIR,
    EXTERNAL_DATA,
)


def run(flags: dict[str, Any], console: Console) -> int:
    objects = read_sources(flags, console)
    if not objects:
        raise Fatal("no input data identified")
    provider = providers(flags["external-data"])
    try:
        found = [resultant.object for resultant in worded(partial(expand_documents, provider=provider), objects)]
    except GatewrightError as error:
        raise Fatal(f"error expanding resources: {error.message}") from error
    output = format_objects(found, flags["format"])
    path = flags["outputfile"]
    if not path:
        console.out.write(f"{output}\n")
        return 0
    console.out.write(f"Writing output to file: {path}\n")
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(output)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise Fatal(f"error creating file at path {path}: open {path}: {reason}") from error
    return 0


def format_objects(objects: list[kube.Object], form: str) -> str:
    """The objects in descending order of name, version and kind, `---` between them."""
    if form not in ("", "yaml", "json"):
        raise Fatal(f"unrecognized value for format flag: {form}")
    texts = []
    for obj in sorted(objects, key=_order, reverse=True):
        texts.append(json_indented(obj, "    ") if form == "json" else dump_v2(obj))
    return "---\n".join(texts)


def _order(obj: kube.Object) -> str:
    gvk = kube.gvk_of(obj)
    return kube.name_of(obj) + gvk.api_version + gvk.kind
