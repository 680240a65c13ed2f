"""A rule as a page of the manual: what it forbids, why, how to repair it, a bad and a good example."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from gatewright import catalog


def rule_page(rule: catalog.Rule, *, level: int = 1, brief: bool = False) -> str:
    """Markdown for one rule. `brief` shows what tells a bad example from a good one in place of both."""
    head = "#" * level
    parts = [
        f"{head} {rule.title}\n",
        f"`{rule.path}` · {rule.id} · {rule.severity} · {_targets(rule)}\n",
    ]
    if rule.description:
        parts.append(f"{rule.description}\n")
    parts.append(f"**Why.** {rule.why}\n")
    parts.append(f"**Fix.** {rule.fix}\n")
    parts += _parameters(rule)
    if rule.sync:
        parts.append(f"Reads other objects of the input: {', '.join(rule.sync)}.\n")
    if rule.controls:
        parts.append(f"Answers {', '.join(map(_control, rule.controls))}.\n")
    if rule.references:
        parts.append(f"Elsewhere: {', '.join(rule.references)}.\n")
    if brief:
        return "\n".join([*parts, *_difference(rule)])
    for word, folder in (("Bad", "fail"), ("Good", "pass")):
        parts += _example(rule, word, folder)
    parts.append(f"The rule itself:\n\n```rego\n{_code(rule)}\n```\n")
    return "\n".join(parts)


def _code(rule: catalog.Rule) -> str:
    text = rule.source.read_text(encoding="utf-8")
    return text[text.index("\npackage ") + 1 :].rstrip()


def family_page(family: str, rules: Iterable[catalog.Rule]) -> str:
    """Markdown for a family: a table, then its rules."""
    rules = list(rules)
    title = family.replace("_", " ").capitalize()
    rows = "\n".join(f"| [{r.path}](#{_anchor(r.title)}) | {r.id} | {r.severity} | {r.title} |" for r in rules)
    table = f"# {title}\n\n| rule | id | severity | forbids |\n|---|---|---|---|\n{rows}\n"
    return table + "\n" + "\n".join(rule_page(rule, level=2, brief=True) for rule in rules)


def index_page(rules: Iterable[catalog.Rule]) -> str:
    """Markdown that lists the families."""
    counts: dict[str, int] = {}
    for rule in rules:
        counts[rule.family] = counts.get(rule.family, 0) + 1
    rows = "\n".join(f"| [{family}]({family}.md) | {count} |" for family, count in sorted(counts.items()))
    return f"# Rules\n\n{sum(counts.values())} rules.\n\n| family | rules |\n|---|---|\n{rows}\n"


def manual(rules: Iterable[catalog.Rule]) -> dict[str, str]:
    """File name → text: an index and a page a family."""
    rules = list(rules)
    families: dict[str, list[catalog.Rule]] = {}
    for rule in rules:
        families.setdefault(rule.family, []).append(rule)
    pages = {f"{family}.md": family_page(family, members) for family, members in sorted(families.items())}
    return {"index.md": index_page(rules), **pages}


def _anchor(title: str) -> str:
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def _targets(rule: catalog.Rule) -> str:
    return ", ".join(target.partition(".")[0] for target in rule.targets)


def _control(control: catalog.Control) -> str:
    versions = f" ({control.versions})" if control.versions else ""
    return f"{control.standard} {control.id}{versions}"


def _parameters(rule: catalog.Rule) -> list[str]:
    if not rule.parameters:
        return []
    rows = [
        f"| {name} | {body.get('type', '')} | {body.get('description', '')} |" for name, body in rule.parameters.items()
    ]
    return ["| parameter | type | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"]


def _example(rule: catalog.Rule, word: str, folder: str) -> list[str]:
    files = _samples(rule, folder)
    if not files:
        return []
    shortest = min(files, key=lambda file: file.stat().st_size)
    text = shortest.read_text(encoding="utf-8").rstrip()
    language = {".yaml": "yaml", ".yml": "yaml", ".ts": "ts"}.get(shortest.suffix, "dockerfile")
    return [f"{word}:\n\n```{language}\n{text}\n```\n"]


def _samples(rule: catalog.Rule, folder: str) -> list[Path]:
    return sorted(f for f in (rule.directory / "samples" / folder).rglob("*") if f.is_file())


# Samples that differ by more lines than this have too little in common to be shown as a difference.
_MOST_LINES = 30


def _difference(rule: catalog.Rule) -> list[str]:
    """The pair of a bad and a good sample that differs least, as a difference; the bad one where they differ widely."""
    pairs = [_diff(bad, good) for bad in _samples(rule, "fail") for good in _samples(rule, "pass")]
    pairs = [lines for lines in pairs if 0 < len(lines) <= _MOST_LINES]
    if not pairs:
        return _example(rule, "Bad", "fail")
    least = min(len(lines) for lines in pairs)
    text = "\n".join(next(lines for lines in pairs if len(lines) == least))
    return [f"From bad to good:\n\n```diff\n{text}\n```\n"]


def _diff(bad: Path, good: Path) -> list[str]:
    old, new = (file.read_text(encoding="utf-8").splitlines() for file in (bad, good))
    # The first two lines name the files.
    return [line.rstrip() for line in list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]]
