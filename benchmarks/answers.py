"""What each tool found, brought to one form, so that answers are held equal before anything is timed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

# A result as all tools can be brought to say it: who, by which constraint, and the message.
Finding = tuple[str, ...]
Reader = Callable[[Path], set[Finding]]


def difference(ours: set[Finding], theirs: set[Finding]) -> str | None:
    """None when the answers are the same set, else a count and an example of each side."""
    if ours == theirs:
        return None
    only_ours, only_theirs = sorted(ours - theirs), sorted(theirs - ours)
    return f"{len(only_ours)} only ours {only_ours[:1]}, {len(only_theirs)} only theirs {only_theirs[:1]}"


def of_gatewright(file: Path) -> set[Finding]:
    """What `gatewright check --format json` found."""
    found: set[Finding] = set()
    for violation in json.loads(file.read_text(encoding="utf-8"))["violations"]:
        obj, constraint = violation["object"], violation["constraint"]
        found.add((obj["kind"], obj.get("namespace") or "", obj["name"], constraint["kind"], constraint["name"],
                   violation["message"]))  # fmt: skip
    return found


def of_reviewed(file: Path) -> set[Finding]:
    """How many objects `gatewright check --format json` reviewed: all that answers under unlike policies share."""
    return {(str(json.loads(file.read_text(encoding="utf-8"))["summary"]["objects"]),)}


def of_gator(file: Path) -> set[Finding]:
    """What `gator test -o json` found."""
    found: set[Finding] = set()
    for result in json.loads(file.read_text(encoding="utf-8")) or []:
        obj, constraint = result["violatingObject"], result["constraint"]
        metadata = obj["metadata"]
        found.add((obj["kind"], metadata.get("namespace") or "", metadata["name"], constraint["kind"],
                   constraint["metadata"]["name"], result["msg"]))  # fmt: skip
    return found


def of_mutated(file: Path) -> set[Finding]:
    """The objects that `gatewright mutate --format json` made."""
    return _objects(json.loads(file.read_text(encoding="utf-8")))


def of_shown(file: Path) -> set[Finding]:
    """The objects that `gator test -o json` shows under a policy that denies everything."""
    return _objects([result["violatingObject"] for result in json.loads(file.read_text(encoding="utf-8"))])


def _objects(objects: list[dict[str, Any]]) -> set[Finding]:
    """Without the policies themselves, which gator takes for objects too."""
    return {(json.dumps(o, sort_keys=True),) for o in objects if ".gatekeeper.sh/" not in o["apiVersion"]}


def of_text(file: Path) -> set[Finding]:
    """A digest of all that was written."""
    return {(hashlib.sha256(file.read_bytes()).hexdigest(),)}


def of_suites(file: Path) -> set[Finding]:
    """Which suites `gatewright test` or `gator verify` found right."""
    text = file.read_text(encoding="utf-8")
    return {(match[1],) for match in re.finditer(r"^ok\s+(\S+)", text, re.MULTILINE)}


def count_without(file: Path, kinds: frozenset[str]) -> int:
    """How many violations `gatewright check --format json` found by constraints of other kinds."""
    violations = json.loads(file.read_text(encoding="utf-8"))["violations"]
    return sum(1 for violation in violations if violation["constraint"]["kind"] not in kinds)
