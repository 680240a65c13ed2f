"""What is compared: each scenario names its peers' commands, ours, and the ratio we hold ourselves to."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure import Command
from benchmarks.workloads import Workloads

# A result as all tools can be brought to say it: who, by which constraint, and the message.
Finding = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the commands are; a peer that is not installed is None."""

    gatewright: str
    gator: str | None
    opa: str | None

    @classmethod
    def found(cls) -> Tools:
        beside = Path(sys.executable).with_name("gatewright")
        ours = str(beside) if beside.exists() else shutil.which("gatewright") or "gatewright"
        return cls(ours, shutil.which("gator"), shutil.which("opa"))


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row: `commands[0]` is ours; `target` is peer ÷ ours to reach, by peer; `check` compares the answers."""

    name: str
    commands: list[Command]
    target: dict[str, float] = field(default_factory=dict)
    check: Callable[[Path], str | None] | None = None


def scenarios(workloads: Workloads, tools: Tools, *, objects: int) -> Iterator[Scenario]:
    """All scenarios that the installed peers allow, small ones first."""
    build = _Builder(workloads, tools)
    yield build.start("1 object x 1 policy", *workloads.one(), target=1 / 1.5)
    yield build.start("1 object x 44 policies", workloads.golden / "rego-only", workloads.one()[1], target=1.0)
    yield build.against_gator("1,000 x 44 rego-only", "rego-only", 1000, target=15)
    yield build.against_gator(f"{objects:,} x 44 rego-only", "rego-only", objects, target=30, opa=10)
    yield build.against_gator(f"{objects:,} x 44 rego-only, one core", "rego-only", objects, ("--jobs", "1"), 16, opa=5)
    yield build.against_gator(f"{objects:,} x 44 rego-only, no cache", "rego-only", objects, ("--no-cache",), 15)
    yield build.against_gator(f"{objects:,} x 44 as-is", "as-is", objects, target=25)
    yield build.again(f"{objects:,} x 44, second run", objects, target=200)
    yield build.pair("1,000 x CEL policies", workloads.dual(engine="cel"), workloads.objects(1000), target=5)
    yield build.pair("1,000 x referential policies", workloads.referential(), workloads.objects(1000), target=20)
    yield build.pair("1,000 x 44 and expansion", workloads.with_expansion(), workloads.objects(1000), target=10)
    yield build.mutation("1,000 x 14 mutators", workloads.objects(1000), target=1)
    yield build.expansion(f"{objects:,} x 14 mutators and expansion", workloads.objects(objects), target=3)
    yield build.suites("40 suites", target=2)


@dataclass(frozen=True, slots=True)
class _Builder:
    workloads: Workloads
    tools: Tools

    def ours(self, policies: Path, objects: Path, *flags: str) -> tuple[str, ...]:
        return (self.tools.gatewright, "check", "--gator-compat", "--format", "json", "-p", str(policies), *flags,
                str(objects))  # fmt: skip

    def gator(self, policies: Path, objects: Path) -> tuple[str, ...]:
        assert self.tools.gator
        return (self.tools.gator, "test", "-f", str(policies), "-f", str(objects), "-o", "json")

    def pair(self, name: str, policies: Path, objects: Path, *flags: str, target: float) -> Scenario:
        commands = [Command("gatewright", self.ours(policies, objects, "--no-result-cache", *flags))]
        targets = {}
        check = None
        if self.tools.gator:
            commands.append(Command("gator", self.gator(policies, objects)))
            targets["gator"] = target
            check = self._same(commands)
        return Scenario(name, commands, targets, check)

    def start(self, name: str, policies: Path, objects: Path, *, target: float) -> Scenario:
        return self.pair(name, policies, objects, target=target)

    def against_gator(
        self, name: str, policies: str, count: int, flags: tuple[str, ...] = (), target: float = 15, opa: float = 0
    ) -> Scenario:
        objects = self.workloads.objects(count)
        scenario = self.pair(name, self.workloads.golden / policies, objects, *flags, target=target)
        if opa and self.tools.opa:
            data = self._opa_rendition(count)
            all_of_it = data / "opa" / "all"
            argv = (self.tools.opa, "eval", "--format", "discard", "-d", str(all_of_it / "policy"), "-d",
                    str(all_of_it / "data"), "-d", str(data / "opa" / f"n{count}" / "objects.json"),
                    "data.main.total", "--v0-compatible")  # fmt: skip
            scenario.commands.append(Command("opa", argv))
            scenario.target["opa"] = opa
        return scenario

    def again(self, name: str, count: int, *, target: float) -> Scenario:
        policies, objects = self.workloads.golden / "rego-only", self.workloads.tree(count)
        commands = [Command("gatewright", self.ours(policies, objects))]
        if self.tools.gator:
            commands.append(Command("gator", self.gator(policies, objects)))
        return Scenario(name, commands, {"gator": target} if self.tools.gator else {})

    def mutation(self, name: str, objects: Path, *, target: float) -> Scenario:
        """gator has no command for it, but `gator expand` mutates all it is given, and here writes nothing."""
        mutators = self.workloads.mutators()
        argv = (self.tools.gatewright, "mutate", "--format", "json", "-n", "", "-p", str(mutators), str(objects))
        commands = [Command("gatewright", argv)]
        if not self.tools.gator:
            return Scenario(name, commands)
        commands.append(Command("gator", (self.tools.gator, "expand", "-n", str(mutators), "-n", str(objects))))
        shown = (*self.gator(mutators, objects), "-f", str(self.workloads.everything()))

        def check(folder: Path) -> str | None:
            from benchmarks.measure import once

            once(commands[0], folder / "ours.json")
            once(Command("gator", shown), folder / "gator.json")
            mine = json.loads((folder / "ours.json").read_text(encoding="utf-8"))
            results = json.loads((folder / "gator.json").read_text(encoding="utf-8"))
            return different_objects(mine, [result["violatingObject"] for result in results])

        return Scenario(name, commands, {"gator": target}, check)

    def expansion(self, name: str, objects: Path, *, target: float) -> Scenario:
        inputs = (self.workloads.mutators(), self.workloads.golden / "expansion", objects)
        given = tuple(word for path in inputs for word in ("-n", str(path)))
        commands = [Command("gatewright", (self.tools.gatewright, "gator", "expand", *given))]
        if not self.tools.gator:
            return Scenario(name, commands)
        commands.append(Command("gator", (self.tools.gator, "expand", *given)))

        def check(folder: Path) -> str | None:
            from benchmarks.measure import once

            texts = []
            for command in commands:
                once(command, folder / "expanded.yaml")
                texts.append((folder / "expanded.yaml").read_bytes())
            return None if texts[0] == texts[1] else "the texts are not the same"

        return Scenario(name, commands, {"gator": target}, check)

    def suites(self, name: str, *, target: float) -> Scenario:
        library = self.workloads.library
        commands = [Command("gatewright", (self.tools.gatewright, "test", str(library)))]
        if self.tools.gator:
            commands.append(Command("gator", (self.tools.gator, "verify", f"{library}/...")))
        return Scenario(name, commands, {"gator": target} if self.tools.gator else {})

    def _opa_rendition(self, count: int) -> Path:
        """The same policies as plain Rego packages and the objects as one data document."""
        work = self.workloads.work / "opa-rendition"
        if not (work / "opa" / f"n{count}" / "objects.json").exists():
            sets = work / "policies"
            sets.mkdir(parents=True, exist_ok=True)
            if not (sets / "rego-only").exists():
                shutil.copytree(self.workloads.golden / "rego-only", sets / "rego-only")
            made = work / f"n{count}"
            made.mkdir(exist_ok=True)
            _as_json_lines(self.workloads.objects(count), made / "stream.json")
            script = self.workloads.shared / "bench" / "mkopa.py"
            subprocess.run([sys.executable, str(script), str(work)], check=True, capture_output=True)
            _as_one_document(made / "stream.json", work / "opa" / f"n{count}" / "objects.json")
        return work

    def _same(self, commands: list[Command]) -> Callable[[Path], str | None]:
        def check(folder: Path) -> str | None:
            from benchmarks.measure import once

            ours, theirs = folder / "ours.json", folder / "gator.json"
            once(commands[0], ours)
            once(commands[1], theirs)
            return difference(our_findings(ours), gator_findings(theirs))

        return check


def difference(ours: set[Finding], theirs: set[Finding]) -> str | None:
    """None when the answers are the same set, else a count and an example of each side."""
    if ours == theirs:
        return None
    only_ours, only_theirs = sorted(ours - theirs), sorted(theirs - ours)
    return f"{len(only_ours)} only ours {only_ours[:1]}, {len(only_theirs)} only theirs {only_theirs[:1]}"


def different_objects(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> str | None:
    """As `difference`, for whole objects; the policies themselves, which gator takes for objects too, are left out."""
    sides = [{json.dumps(o, sort_keys=True) for o in side if ".gatekeeper.sh/" not in o["apiVersion"]}
             for side in (ours, theirs)]  # fmt: skip
    if sides[0] == sides[1]:
        return None
    return f"{len(sides[0] - sides[1])} objects only ours, {len(sides[1] - sides[0])} only theirs"


def our_findings(file: Path) -> set[Finding]:
    """What `gatewright check --format json` found."""
    found = set()
    for violation in json.loads(file.read_text(encoding="utf-8"))["violations"]:
        obj, constraint = violation["object"], violation["constraint"]
        found.add((obj["kind"], obj.get("namespace") or "", obj["name"], constraint["kind"], constraint["name"],
                   violation["message"]))  # fmt: skip
    return found


def gator_findings(file: Path) -> set[Finding]:
    """What `gator test -o json` found."""
    found = set()
    for result in json.loads(file.read_text(encoding="utf-8")) or []:
        obj, constraint = result["violatingObject"], result["constraint"]
        metadata = obj["metadata"]
        found.add((obj["kind"], metadata.get("namespace") or "", metadata["name"], constraint["kind"],
                   constraint["metadata"]["name"], result["msg"]))  # fmt: skip
    return found


def _as_one_document(stream: Path, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    objects = [json.loads(line) for line in stream.read_text(encoding="utf-8").splitlines()]
    out.write_text(json.dumps({"objects": objects}), encoding="utf-8")


def _as_json_lines(stream: Path, out: Path) -> None:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with stream.open(encoding="utf-8") as objects, out.open("w", encoding="utf-8") as lines:
        for document in yaml.load_all(objects, loader):
            if document:
                lines.write(json.dumps(document) + "\n")
