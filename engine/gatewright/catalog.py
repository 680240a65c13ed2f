"""The rules of library/ and the sets of policies/: where they lie, what each says of itself, what a set selects.

A rule is a folder `library/<family>/<thing>/` whose `rule.rego` opens with a METADATA block. A set is a folder
`policies/<name>/` whose `policy.yaml` is a document of kind PolicySet. Only `shipped` knows where the two folders are.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from gatewright.errors import UsageError
from gatewright.records import field, record
from gatewright.shipped import shipped_directory

SEVERITIES = ("info", "low", "medium", "high", "critical")
POLICY_SET_API = "gatewright.dev/v1"
POLICY_SET_KIND = "PolicySet"

# As the rules' own parameter is checked in a cluster; what follows the minor version does not count.
_VERSION = re.compile(r"latest|v?1\.[0-9]+.*")

_WORKLOADS = (
    ("", ("Pod", "PodTemplate", "ReplicationController")),
    ("apps", ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")),
    ("batch", ("Job", "CronJob")),
)


@record(frozen=True, slots=True)
class Control:
    """A standard's clause that a rule answers; `versions` are the standard's own, "" for every one."""

    standard: str
    id: str
    versions: str = ""


@record(frozen=True, slots=True)
class Rule:
    """What a rule says of itself. `path` is `family/thing`, the name used everywhere."""

    path: str
    directory: Path
    id: str
    title: str
    description: str
    severity: str
    why: str
    fix: str
    targets: tuple[str, ...]
    controls: tuple[Control, ...] = ()
    references: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    sync: tuple[str, ...] = ()
    library: Path | None = None
    file: str = "rule.rego"

    @property
    def family(self) -> str:
        return self.path.partition("/")[0]

    @property
    def kind(self) -> str:
        """The constraint kind: `pod/host_ports` is PodHostPorts."""
        return "".join(word.capitalize() for word in self.path.replace("/", "_").split("_"))

    @property
    def name(self) -> str:
        """The default constraint's name."""
        return self.path.replace("/", "-").replace("_", "-")

    @property
    def source(self) -> Path:
        return self.directory / self.file

    @property
    def in_cluster(self) -> bool:
        """Whether a cluster ever shows it such objects; Dockerfiles and the like are read from text only."""
        return not all(target.endswith(".gatewright.dev") for target in self.targets)


def library_dir() -> Path:
    return _data_dir("library")


def policies_dir() -> Path:
    return _data_dir("policies")


def _data_dir(name: str) -> Path:
    found = shipped_directory(name)
    if found is None:
        raise UsageError(f"the folder {name}/ is missing from this installation")
    return Path(found)


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its path, sorted."""
    root = library_dir()
    found = (read_rule(file) for file in sorted(root.glob("*/*/rule.rego")) if file.parts[-3] != "lib")
    return {rule.path: rule for rule in found}


def rule(name: str) -> Rule:
    """A rule by path, constraint kind or id. A path is looked up without reading the other rules."""
    file = library_dir() / name / "rule.rego"
    if name.count("/") == 1 and ".." not in name and file.is_file():
        return read_rule(file)
    wanted = name.lower()
    for candidate in rules().values():
        if wanted in (candidate.id.lower(), candidate.kind.lower(), candidate.path.lower(), candidate.name):
            return candidate
    raise UsageError(f"no rule is called {name!r}", hint=_hint(name))


def _hint(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, rules(), n=1)
    return f"did you mean {close[0]}?" if close else "`gatewright rules list` has them all"


@cache
def read_rule(file: Path) -> Rule:
    """The rule whose Rego file this is. Works for any folder of the library's shape, not only for the library."""
    directory = file.parent
    block = metadata(file.read_text(encoding="utf-8"))
    custom = block.get("custom") or {}
    missing = [key for key in ("id", "severity", "why", "fix", "targets") if not custom.get(key)]
    if missing or not block.get("title"):
        what = ", ".join([*(["title"] if not block.get("title") else []), *missing])
        raise UsageError(f"{file}: its METADATA lacks {what}")
    if custom["severity"] not in SEVERITIES:
        raise UsageError(f"{file}: severity {custom['severity']!r} is not one of {', '.join(SEVERITIES)}")
    return Rule(
        path=f"{directory.parent.name}/{directory.name}",
        directory=directory,
        id=custom["id"],
        title=block["title"],
        description=(block.get("description") or "").strip(),
        severity=custom["severity"],
        why=custom["why"].strip(),
        fix=custom["fix"].strip(),
        targets=tuple(custom["targets"]),
        controls=tuple(
            Control(c["standard"], str(c["id"]), str(c.get("versions", ""))) for c in custom.get("controls") or ()
        ),
        references=tuple(custom.get("references") or ()),
        parameters=custom.get("parameters") or {},
        required=tuple(custom.get("required") or ()),
        sync=tuple(custom.get("sync") or ()),
        library=directory.parent.parent,
    )


def metadata(text: str) -> dict[str, Any]:
    """The METADATA block in front of a Rego module's package clause."""
    import yaml

    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if not line.startswith("#"):
            if inside or line.startswith("package"):
                break
            continue
        if line.strip("# ").strip() == "METADATA":
            inside = True
        elif inside:
            lines.append(line[2:] if line.startswith("# ") else line[1:])
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    block = yaml.load("\n".join(lines), Loader=loader) or {}
    return block if isinstance(block, dict) else {}


def kinds(targets: Sequence[str]) -> list[dict[str, list[str]]]:
    """`match.kinds` for a rule's targets: `workload`, `Secret`, `Role.rbac.authorization.k8s.io`, `*`."""
    groups: dict[str, list[str]] = {}
    for target in targets:
        if target == "workload":
            for group, names in _WORKLOADS:
                groups.setdefault(group, []).extend(names)
            continue
        kind, _, group = target.partition(".")
        groups.setdefault("*" if target == "*" else group, []).append(kind)
    return [{"apiGroups": [group], "kinds": names} for group, names in groups.items()]


@cache
def standards() -> dict[str, dict[str, Any]]:
    """The PolicySet documents of policies/ by name, sorted."""
    return {file.parent.name: _read_set(file) for file in sorted(policies_dir().glob("*/policy.yaml"))}


def standard(name: str) -> dict[str, Any]:
    file = policies_dir() / name / "policy.yaml"
    if "/" in name or not file.is_file():
        known = ", ".join(sorted(f.parent.name for f in policies_dir().glob("*/policy.yaml")))
        raise UsageError(f"no policy set is called {name!r}", hint=f"there are {known}")
    return _read_set(file)


def _read_set(file: Path) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
    return document


def policy_set(
    name: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    min_severity: str = "",
) -> list[dict[str, Any]]:
    """The templates and constraints of a set of policies/, templates first, ready for a host.

    Plain manifests beside `policy.yaml` belong to the set as they are.
    """
    documents = expand(
        standard(name), parameters=parameters, include=include, exclude=exclude, min_severity=min_severity
    )
    return [*documents, *plain_documents(policies_dir() / name)]


def plain_documents(directory: Path) -> list[dict[str, Any]]:
    """The ordinary manifests beside a `policy.yaml`."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents: list[dict[str, Any]] = []
    for file in sorted(directory.glob("*.yaml")):
        if file.name not in ("policy.yaml", "suite.yaml"):
            documents.extend(d for d in yaml.load_all(file.read_text(encoding="utf-8"), Loader=loader) if d)
    return documents


@record(frozen=True, slots=True)
class Selection:
    """One line of a PolicySet: a rule as this set wants it."""

    rule: Rule
    control: str
    parameters: Mapping[str, Any]
    match: Mapping[str, Any] | None
    action: str
    name: str


def selections(document: Mapping[str, Any]) -> Iterator[Selection]:
    """The lines of a PolicySet, in its order; `family: dockerfile` stands for all rules of a family."""
    spec = document.get("spec") or {}
    action = spec.get("enforcementAction") or "deny"
    for entry in spec.get("rules") or ():
        if isinstance(entry, str):
            entry = {"rule": entry}
        if not isinstance(entry, Mapping) or not ("rule" in entry or "family" in entry):
            raise UsageError(f"a line of a {POLICY_SET_KIND} names a rule or a family, not {entry!r}")
        _check_names(entry, _LINE, f"a line of a {POLICY_SET_KIND}", "field")
        for chosen in _named_rules(entry):
            yield Selection(
                rule=chosen,
                control=str(entry.get("control", "")),
                parameters=entry.get("parameters") or {},
                match=entry.get("match"),
                action=entry.get("enforcementAction") or action,
                name=entry.get("name") or chosen.name,
            )


_LINE = ("control", "enforcementAction", "except", "family", "match", "name", "parameters", "rule")


def _check_names(given: Iterable[str], known: Collection[str], holder: str, word: str) -> None:
    """Raises UsageError for a name that the holder does not know: a slip would pass in silence."""
    for name in given:
        if name not in known:
            from difflib import get_close_matches

            close = get_close_matches(str(name), known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}" if known else ""
            raise UsageError(f"{holder} has no {word} {name!r}", hint=hint)


def _named_rules(entry: Mapping[str, Any]) -> Iterator[Rule]:
    if "rule" in entry:
        chosen = rule(entry["rule"])
        _check_names(entry.get("parameters") or (), chosen.parameters, chosen.path, "parameter")
        yield chosen
        return
    family, left_out = str(entry["family"]), entry.get("except") or ()
    folders = sorted(library_dir().glob(f"{family}/*/rule.rego")) if family.isidentifier() else []
    if not folders:
        raise UsageError(f"there is no rule family {family!r}")
    _check_names(left_out, [file.parent.name for file in folders], f"the family {family}", "rule")
    for file in folders:
        if file.parent.name not in left_out:
            yield read_rule(file)


def expand(
    document: Mapping[str, Any],
    *,
    parameters: Mapping[str, Any] | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    min_severity: str = "",
) -> list[dict[str, Any]]:
    """A PolicySet as Gatekeeper documents. `parameters` reach every rule whose schema knows them."""
    from gatewright.export import template

    set_name = (document.get("metadata") or {}).get("name", "")
    common = common_parameters(document, parameters or {})
    templates: dict[str, dict[str, Any]] = {}
    constraints: list[dict[str, Any]] = []
    for chosen in selections(document):
        if not selected(chosen.rule, include, exclude, min_severity):
            continue
        if chosen.rule.path not in templates:
            templates[chosen.rule.path] = template.assemble(chosen.rule)
        shared = {key: value for key, value in common.items() if key in chosen.rule.parameters}
        constraints.append(
            template.constraint(
                chosen.rule,
                name=chosen.name,
                parameters={**shared, **chosen.parameters},
                match=chosen.match,
                enforcement_action=chosen.action,
                control=f"{set_name} {chosen.control}".strip() if chosen.control else "",
            )
        )
    return [*templates.values(), *constraints]


def common_parameters(document: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a set and its user say to all rules. Raises UsageError for a Kubernetes version that is none."""
    common = {**((document.get("spec") or {}).get("parameters") or {}), **given}
    version = common.get("kubernetesVersion")
    if version is not None and not _VERSION.fullmatch(str(version)):
        raise UsageError(f"{version!r} is no Kubernetes version", hint="write latest, or a version such as 1.32")
    return common


def selected(rule: Rule, include: Sequence[str], exclude: Sequence[str], min_severity: str) -> bool:
    """Whether the globs (on path, name, kind or id) and the least severity keep a rule."""
    if (include and not _fits(rule, include)) or _fits(rule, exclude):
        return False
    return not min_severity or SEVERITIES.index(rule.severity) >= SEVERITIES.index(min_severity)


def _fits(rule: Rule, globs: Sequence[str]) -> bool:
    names = (rule.path, rule.name, rule.kind, rule.id)
    return any(fnmatch.fnmatchcase(name, glob) for name in names for glob in globs)


def check_selection(globs: Sequence[str], min_severity: str, own: Iterable[Rule] = ()) -> None:
    """Raises UsageError for a severity there is not, and for a glob that fits neither the library nor the `own` rules:
    an exception that was mistyped would otherwise go unnoticed."""
    if min_severity and min_severity not in SEVERITIES:
        raise UsageError(f"no such severity: {min_severity!r}", hint=f"there are {', '.join(SEVERITIES)}")
    if not globs:
        return
    known = [*rules().values(), *own]
    for glob in globs:
        if not any(_fits(rule, (glob,)) for rule in known):
            raise UsageError(f"no rule is called {glob!r}", hint=_hint(glob))


def unknown_parameters(given: Iterable[str]) -> list[str]:
    """The names that no rule of the library has a parameter of."""
    known = {"kubernetesVersion", *(name for rule in rules().values() for name in rule.parameters)}
    return [name for name in given if name not in known]


def manual_controls(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """The controls of a set that manifests cannot decide: to be shown as MANUAL, never as passed."""
    return list((document.get("spec") or {}).get("manual") or ())
