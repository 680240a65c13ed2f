"""`python -m benchmarks.scanners`: what independent scanners find in the same files, check by check.

hadolint, zizmor and checkov are looked for on PATH (or in `--tools`); one that is absent is left out. A rule of ours is
compared with the checks that it names among its references, together with the rules that name the same ones: a file
in which both sides speak is agreed. `--write` makes docs/scanners.md; the reasons stand in scanners.yaml beside this
file, by the first rule of a row.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchmarks.workloads import shared_root
from gatewright import catalog, readers
from gatewright.export import template
from gatewright.gatekeeper.host import Host
from gatewright.manifests import read_text, unpacked

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "scanners.md"
REASONS = HERE / "scanners.yaml"
# More than this share of a check's files in disagreement needs a reason.
TOLERATED = 0.02

# Check of theirs -> the files it speaks about.
Found = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Scanner:
    """A tool, the families of ours that it is compared with, and how to ask it."""

    name: str
    families: tuple[str, ...]
    suffixes: tuple[str, ...]
    run: Callable[[str, list[str]], Found]


@dataclass(slots=True)
class Row:
    """Rules of ours and the checks they answer: files in which both speak, ours alone, theirs alone."""

    rules: list[str]
    checks: list[str]
    agreed: int = 0
    ours: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.rules[0]

    @property
    def differs(self) -> bool:
        total = self.agreed + len(self.ours) + len(self.theirs)
        return bool(total) and (len(self.ours) + len(self.theirs)) / total > TOLERATED


def _output(command: list[str]) -> str:
    # All three exit with what they found.
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _hadolint(tool: str, files: list[str]) -> Found:
    found: Found = defaultdict(set)
    for entry in json.loads(_output([tool, "--no-fail", "-f", "json", *files]) or "[]"):
        found[entry["code"]].add(entry["file"])
    return found


def _zizmor(tool: str, files: list[str]) -> Found:
    found: Found = defaultdict(set)
    for file in files:
        text = _output([tool, "--offline", "--no-config", "--persona", "auditor", "--format", "json", file])
        for entry in json.loads(text or "[]"):
            found[entry["ident"]].add(file)
    return found


def _checkov(tool: str, files: list[str]) -> Found:
    arguments = [part for file in files for part in ("-f", file)]
    text = _output([tool, "--framework", "kubernetes", "--compact", "--quiet", "-o", "json", *arguments])
    reports = json.loads(text or "[]")
    found: Found = defaultdict(set)
    for report in reports if isinstance(reports, list) else [reports]:
        for entry in report.get("results", {}).get("failed_checks", ()):
            found[entry["check_id"]].add(os.path.relpath(entry["file_abs_path"]))
    return found


_KUBERNETES = ("image", "namespace", "pod", "rbac", "secret", "service_account", "workload")
SCANNERS = (
    Scanner("hadolint", ("dockerfile",), (".Dockerfile",), _hadolint),
    Scanner("zizmor", ("github_actions",), (".yaml", ".yml"), _zizmor),
    Scanner("checkov", _KUBERNETES, (".yaml",), _checkov),
)


def inputs(scanner: Scanner, shared: Path) -> Iterator[Path]:
    """Our samples of the families, the guide's blocks and the real manifests, as far as the scanner can read them."""
    for family in scanner.families:
        yield from sorted(
            f for f in catalog.library_dir().glob(f"{family}/*/samples/*/*") if f.parts[-2] != "inventory"
        )
    yield from sorted((shared / "fixtures" / "seed").iterdir())
    yield from sorted(f for f in (shared / "fixtures" / "manifests").rglob("*") if f.is_file())


def _kind(file: Path, text: str) -> str:
    return readers.detect(file.name, text) or "kubernetes"


_WANTED = {"hadolint": "dockerfile", "zizmor": "workflow", "checkov": "kubernetes"}


def readable(scanner: Scanner, shared: Path) -> list[str]:
    files = []
    for file in inputs(scanner, shared):
        if file.suffix in scanner.suffixes:
            text = file.read_text(encoding="utf-8")
            if _kind(file, text) == _WANTED[scanner.name] and "dependabot" not in file.name:
                files.append(os.path.relpath(file))
    return files


def ours(scanner: Scanner, files: list[str]) -> Found:
    """Rules -> the files in which they speak."""
    host, names = _host(scanner.families)
    found: Found = defaultdict(set)
    for name in files:
        documents = list(_documents(Path(name)))
        for document in documents:
            host.add_data(document)
        for document in documents:
            for violation in host.review(document):
                found[names[violation.constraint.kind]].add(name)
        for document in documents:
            host.forget(document)
    return found


def _host(families: tuple[str, ...]) -> tuple[Host, dict[str, str]]:
    host, names = Host(), {}
    for rule in catalog.rules().values():
        if rule.family in families and not rule.required:
            host.add(template.assemble(rule))
            host.add(template.constraint(rule))
            names[rule.kind] = rule.path
    return host, names


def _documents(file: Path) -> Iterator[dict[str, Any]]:
    text = file.read_text(encoding="utf-8")
    kind = _kind(file, text)
    if kind != "kubernetes":
        yield from readers.read(kind, text, str(file))
        return
    for item in read_text(text, str(file)):
        if not isinstance(item, Exception):
            yield from (part.value for part in unpacked(item) if _is_object(part.value))


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and bool(value.get("apiVersion") and value.get("kind"))


def compare(scanner: Scanner, tool: str, shared: Path) -> tuple[list[Row], int]:
    """The rows, and how many files were read."""
    files = readable(scanner, shared)
    theirs, mine = scanner.run(tool, files), ours(scanner, files)
    rows = groups(scanner)
    for row in rows:
        their_files = set().union(*(theirs.get(check, set()) for check in row.checks))
        our_files = set().union(*(mine.get(rule, set()) for rule in row.rules))
        row.agreed = len(their_files & our_files)
        row.ours = sorted(our_files - their_files)
        row.theirs = sorted(their_files - our_files)
    return rows, len(files)


def groups(scanner: Scanner) -> list[Row]:
    """Rows of rules that name checks of the scanner; rules that share a check share a row."""
    rows: list[Row] = []
    for rule in catalog.rules().values():
        checks = [reference for reference in rule.references if _is_check(scanner, reference)]
        if rule.family not in scanner.families or not checks:
            continue
        joined = [row for row in rows if set(row.checks) & set(checks)]
        rows = [row for row in rows if row not in joined]
        rows.append(
            Row(
                sorted({rule.path, *(path for row in joined for path in row.rules)}),
                sorted({*checks, *(check for row in joined for check in row.checks)}),
            )
        )
    return sorted(rows, key=lambda row: row.rules)


_PREFIXES = {"hadolint": "DL", "checkov": "CKV"}


def _is_check(scanner: Scanner, reference: str) -> bool:
    if scanner.name == "zizmor":
        return reference.replace("-", "").isalpha() and reference.islower()
    return reference.startswith(_PREFIXES[scanner.name])


def page(results: dict[str, tuple[list[Row], int]], reasons: dict[str, dict[str, str]]) -> str:
    """The tables as Markdown."""
    parts = [_HEAD]
    for name, (rows, files) in results.items():
        seen = [row for row in rows if row.agreed or row.ours or row.theirs]
        total = Counter(
            agreed=sum(row.agreed for row in seen),
            ours=sum(len(row.ours) for row in seen),
            theirs=sum(len(row.theirs) for row in seen),
        )
        parts.append(f"## {name}\n\n{files} files; {total['agreed']} agreed, {total['ours']} ours only, ")
        parts[-1] += f"{total['theirs']} theirs only.\n"
        lines = ["| ours | theirs | agreed | ours only | theirs only | why they differ |", "|---|---|---|---|---|---|"]
        for row in seen:
            reason = reasons.get(name, {}).get(row.name, "") if row.differs else ""
            cells = (", ".join(row.rules), ", ".join(row.checks), row.agreed, len(row.ours), len(row.theirs), reason)
            lines.append(f"| {' | '.join(map(str, cells))} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


_HEAD = """# Beside other scanners

What independent scanners find in the same files, by file: our samples, the blocks of the security guide, the real
manifests. A rule is compared with the checks that it names among its references. Written by
`python -m benchmarks.scanners --write`.
"""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scanners", description=__doc__)
    parser.add_argument("--shared", type=Path, default=shared_root(), help="where fixtures/ lie")
    parser.add_argument("--tools", default="", help="a directory with the scanners, before PATH")
    parser.add_argument("--only", default="", help="one scanner")
    parser.add_argument("--write", action="store_true", help="write docs/scanners.md")
    parser.add_argument("--show", action="store_true", help="name the files of each difference")
    options = parser.parse_args(argv)
    reasons = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
    results: dict[str, tuple[list[Row], int]] = {}
    for scanner in SCANNERS:
        if options.only not in ("", scanner.name):
            continue
        tool = shutil.which(scanner.name, path=options.tools or None) or shutil.which(scanner.name)
        if tool is None:
            print(f"{scanner.name} is not there: left out", file=sys.stderr)
            continue
        results[scanner.name] = compare(scanner, tool, options.shared)
    text = page(results, reasons)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text)
    unexplained = 0
    for name, (rows, _) in results.items():
        for row in rows:
            if options.show and (row.ours or row.theirs):
                print(name, row.name, "\n  ours  ", *row.ours, "\n  theirs", *row.theirs)
            if row.differs and row.name not in reasons.get(name, {}):
                unexplained += 1
                print(f"{name} {row.name}: no reason for {len(row.ours)} ours only, {len(row.theirs)} theirs only")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
