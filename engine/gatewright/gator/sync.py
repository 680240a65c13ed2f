"""`gator sync test`: whether SyncSets and Config cover the data that templates say they read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from gatewright.errors import GatewrightError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._decode import STRING, DecodeError, Type, from_json, list_of, map_of, struct
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper._meta import document
from gatewright.gatekeeper.kube import GroupVersionKind
from gatewright.gatekeeper.reading.template import convert_template
from gatewright.gatekeeper.template import Template, is_template
from gatewright.gator.console import Console, Fatal
from gatewright.gator.flags import IMAGE, RESOURCES, TEMPDIR, Flag
from gatewright.gator.gojson import json_fault
from gatewright.gator.sources import read_sources
from gatewright.records import field, record

FLAGS: Final = (
    Flag("filename", "n", "list", usage=RESOURCES.replace(".  ", ". ")),
    IMAGE,
    Flag(
        "force-omit-gvk-manifest",
        "f",
        "bool",
        False,
        "Do not require a GVK manifest; if one is not provided, assume all GVKs listed in the requirements and "
        "configs are supported by the cluster under test. If this assumption isn't true, the given config may cause "
        "errors or templates may not be enforced correctly even after passing this test.",
    ),
    TEMPDIR,
)


class Unmet(Fatal):
    """Data that templates need is not synced."""


ANNOTATION: Final = "metadata.gatekeeper.sh/requires-sync-data"

_ENTRY: Final = struct("v1alpha1.GVKEntry", group=STRING, version=STRING, kind=STRING)


def _document(name: str, **spec: Type) -> Type:
    return document(f"v1alpha1.{name}", spec=struct(f"v1alpha1.{name}Spec", **spec))


_SYNC_SET: Final = _document("SyncSet", gvks=list_of(_ENTRY))
_CONFIG: Final = _document("Config", sync=struct("v1alpha1.Sync", syncOnly=list_of(_ENTRY)))
_KINDS: Final = Type("list", "v1alpha1.Kinds", STRING)
_MANIFEST: Final = _document("GVKManifest", groups=map_of(Type("map", "v1alpha1.Versions", _KINDS)))

Requirement = tuple[GroupVersionKind, ...]


@record(slots=True)
class SyncCheck:
    """What the inputs sync, what the cluster serves (None: not said), what templates ask for, and what is broken."""

    synced: set[GroupVersionKind] = field(default_factory=set)
    served: set[GroupVersionKind] | None = None
    required: list[tuple[str, list[Requirement]]] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    def missing(self) -> dict[str, list[Requirement]]:
        """By template, the requirements of which no alternative is synced and served."""
        found: dict[str, list[Requirement]] = {}
        for name, requirements in self.required:
            unmet = [r for r in requirements if not any(self._met(gvk) for gvk in r)]
            if unmet:
                # Of two templates of one name each counts.
                found.setdefault(name, []).extend(unmet)
        return found

    def _met(self, gvk: GroupVersionKind) -> bool:
        return gvk in self.synced and (self.served is None or gvk in self.served)


def run(flags: dict[str, Any], console: Console) -> int:
    objects = read_sources(flags, console)
    if not objects:
        raise Fatal("no input data identified")
    try:
        check = read_check(objects)
    except Fatal as error:
        raise Fatal(f"checking: {error}") from error
    for name in check.skipped:
        what = "because it is not a syncset, config, gvk manifest, or template"
        console.out.write(f"skipping unstructured {quote(name)} {what}\n")
    if check.broken:
        listed = "".join(f"{name}:\n{why}\n" for name, why in check.broken.items())
        raise Fatal(f"encountered errors parsing the following templates: \n{listed}")
    if check.served is None:
        if not flags["force-omit-gvk-manifest"]:
            what = "please provide a manifest enumerating the GVKs supported by the cluster"
            raise Fatal(f"checking: no GVK manifest found; {what}")
        console.out.write(
            "ignoring absence of supported GVK manifest due to --force-omit-gvk-manifest flag; "
            "will assume all synced GVKs are supported by cluster\n"
        )
    elif flags["force-omit-gvk-manifest"]:
        check.served = None
    missing = check.missing()
    if missing:
        listed = "".join(f"{name}:\n{requirements_text(r)}\n" for name, r in missing.items())
        raise Unmet(f"the following requirements were not met: \n{listed}")
    return 0


def requirements_text(requirements: Sequence[Requirement]) -> str:
    """Requirements as gator lists them: alternatives joined by OR, one requirement a line."""
    return "\n".join("- " + " OR ".join(f"{g.group}/{g.version}:{g.kind}" for g in r) for r in requirements)


def read_check(objects: Sequence[kube.Object]) -> SyncCheck:
    """What the inputs say; Fatal when a SyncSet, Config or manifest is broken or comes twice."""
    check = SyncCheck()
    configs = 0
    for obj in objects:
        gvk = kube.gvk_of(obj)
        match gvk.group, gvk.kind:
            case "syncset.gatekeeper.sh", "SyncSet":
                spec = _read(obj, _SYNC_SET, "syncset")
                check.synced.update(map(_gvk, spec.get("gvks") or ()))
            case "config.gatekeeper.sh", "Config":
                configs += 1
                if configs > 1:
                    raise Fatal("multiple configs found; Config is a singleton resource")
                sync = _read(obj, _CONFIG, "config").get("sync") or {}
                check.synced.update(map(_gvk, sync.get("syncOnly") or ()))
            case "gvkmanifest.gatekeeper.sh", "GVKManifest":
                if check.served is not None:
                    what = "please provide one manifest enumerating the GVKs supported by the cluster"
                    raise Fatal(f"multiple GVK manifests found; {what}")
                check.served = _served(_read(obj, _MANIFEST, "gvkmanifest"))
            case _ if is_template(obj):
                _read_template(obj, check)
            case _:
                check.skipped.append(kube.name_of(obj))
    return check


def _gvk(entry: dict[str, str]) -> GroupVersionKind:
    return GroupVersionKind(entry.get("group", ""), entry.get("version", ""), entry.get("kind", ""))


def _served(spec: dict[str, Any]) -> set[GroupVersionKind]:
    return {
        GroupVersionKind(group, version, kind)
        for group, versions in (spec.get("groups") or {}).items()
        for version, kinds in (versions or {}).items()
        for kind in kinds or ()
    }


def _read(obj: kube.Object, target: Type, what: str) -> dict[str, Any]:
    name = quote(kube.name_of(obj))
    gvk = kube.gvk_of(obj)
    place = f"converting unstructured {name} to {what}: adding {what}"
    if gvk.version != "v1alpha1":
        version = quote(gvk.api_version)
        registered = f'no kind "{gvk.kind}" is registered for version {version} in scheme "pkg/runtime/scheme.go:111"'
        raise Fatal(f"{place}: {registered}")
    try:
        spec: dict[str, Any] = from_json(obj, target).get("spec") or {}
    except DecodeError as error:
        raise Fatal(f"{place}: {error.message}") from error
    return spec


def _read_template(obj: kube.Object, check: SyncCheck) -> None:
    try:
        template = convert_template(obj)
        check.required.append((template.name, sync_requirements(template)))
    except GatewrightError as error:
        check.broken[kube.name_of(obj)] = error.message


_CLAUSE: Final = struct("parser.GVKClause", groups=list_of(STRING), versions=list_of(STRING), kinds=list_of(STRING))
_REQUIREMENTS: Final = Type("list", "parser.CompactSyncRequirements", list_of(list_of(_CLAUSE)).element)


def sync_requirements(template: Template) -> list[Requirement]:
    """What a template's annotation asks for; DecodeError when it cannot be read."""
    text = template.annotations.get(ANNOTATION)
    if text is None:
        return []
    text = text.strip('\n"').lstrip(" \t\r\n")
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        fault = json_fault(text)
        raise DecodeError(fault.message if fault else "EOF") from None
    for requirement in value if isinstance(value, list) else ():
        for clause in requirement if isinstance(requirement, list) else ():
            for key in sorted(clause) if isinstance(clause, dict) else ():
                if key.lower() not in ("groups", "versions", "kinds"):
                    raise DecodeError(f"json: unknown field {quote(key)}")
    return [
        tuple(dict.fromkeys(gvk for clause in requirement or () for gvk in _clause(clause)))
        for requirement in from_json(value, _REQUIREMENTS) or ()
    ]


def _clause(clause: dict[str, list[str]]) -> list[GroupVersionKind]:
    return [
        GroupVersionKind(group, version, kind)
        for group in clause.get("groups") or ()
        for version in clause.get("versions") or ()
        for kind in clause.get("kinds") or ()
    ]
