"""What is compared. A scenario is one input, our ways over it, and the peers' commands, run in turn.

Each of our ways is a row of the record, with the ratios to reach; a row with `curves` is a point of those plots.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks import answers
from benchmarks.measure import Command
from benchmarks.workloads import Workloads

# Beyond these numbers gator takes many minutes where policies read data.inventory, and all memory where they don't.
_GATOR_REFERENTIAL = 10_000
_LARGE = 100_000


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
class Way:
    """One of our command lines; `goals` is peer ÷ ours to reach; `curves` places it in plots, by its x there."""

    name: str
    command: Command
    goals: dict[str, float] = field(default_factory=dict)
    curves: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Our ways and the peers over the same input; `ours` and `theirs` read the answers of both sides."""

    name: str
    ways: list[Way]
    peers: list[Command]
    ours: answers.Reader = answers.of_gatewright
    theirs: answers.Reader = answers.of_gator

    @property
    def commands(self) -> list[Command]:
        """In the order in which they are run in turn."""
        return [*(way.command for way in self.ways), *self.peers]


@dataclass(frozen=True, slots=True)
class Planned:
    """A scenario that makes its inputs only when it is built. A `long` one runs only when it is asked for."""

    name: str
    build: Callable[[], Scenario]
    long: bool = False


def plan(workloads: Workloads, tools: Tools, *, objects: int) -> Iterator[Planned]:
    """All scenarios, small ones first; `objects` is the size of the large one that is run in all ways."""
    build, work = _Builder(workloads, tools), workloads
    few = partial(work.objects, 1000)
    yield build.check("1 object x 1 policy", work.one_policy, work.one_object, goal=1 / 1.5)
    yield build.check("1 object x 44 policies", work.rego_only, work.one_object, goal=1)
    yield Planned("40 suites", partial(build.suites, "40 suites", goal=2))
    yield build.check("1,000 x CEL policies", partial(work.dual, engine="cel"), few, goal=5)
    yield build.check("1,000 x 44 and expansion", work.with_expansion, few, goal=10)
    yield Planned("1,000 x 14 mutators", partial(build.mutation, "1,000 x 14 mutators", 1000, goal=1))
    name = "1,000 x our whole library"
    yield Planned(name, partial(build.whole_library, name, 1000))
    for count in (1, 11, 22, 88, 176):
        yield build.check(f"1,000 x {count} policies", partial(work.policies, count), few, curves={"policies": count})
    for count in (0, 1, 2, 5, 10, 20):
        yield build.check(f"1,000 objects, {count} violations each", partial(work.violating, count), few,
                          curves={"violations": count * 1000})  # fmt: skip
    for cores in range(1, (os.cpu_count() or 1) + 1):
        name = f"2,000 x 44 rego-only, {cores} of the cores"
        yield Planned(name, partial(build.cores, name, 2000, cores))
    for count in sorted({1000, 2000, 5000, objects}):
        name = f"{count:,} x 44 rego-only"
        yield Planned(name, partial(build.fleet, name, count, full=count == objects))
    yield build.check(f"{objects:,} x 44 as-is", work.as_is, partial(work.objects, objects), goal=25)
    name = f"{objects:,} x 14 mutators and expansion"
    yield Planned(name, partial(build.expansion, name, objects, goal=3))
    for count in (1000, 2000, 5000, 10_000, 20_000):
        name = f"{count:,} x referential"
        yield Planned(name, partial(build.referential, name, count), long=count > _GATOR_REFERENTIAL)
    name = f"{_LARGE:,} x 44 rego-only"
    yield Planned(name, partial(build.large, name, _LARGE), long=True)


@dataclass(frozen=True, slots=True)
class _Builder:
    workloads: Workloads
    tools: Tools

    def way(self, name: str, policies: Path, objects: Path, *flags: str, goals: dict[str, float] | None = None,
            curves: dict[str, float] | None = None, remembering: bool = False) -> Way:  # fmt: skip
        """Our command line; without the results of an earlier run unless `remembering`."""
        anew = () if remembering else ("--no-result-cache",)
        argv = (self.tools.gatewright, "check", "--gator-compat", "--format", "json", *anew, *flags, "-p",
                str(policies), str(objects))  # fmt: skip
        return Way(name, Command("gatewright", argv), goals or {}, curves or {})

    def gator(self, policies: Path, objects: Path, **env: str) -> list[Command]:
        if self.tools.gator is None:
            return []
        argv = (self.tools.gator, "test", "-f", str(policies), "-f", str(objects), "-o", "json")
        return [Command("gator", argv, env=tuple(env.items()))]

    def check(self, name: str, policies: Callable[[], Path], objects: Callable[[], Path], *, goal: float = 0,
              curves: dict[str, float] | None = None) -> Planned:  # fmt: skip
        """Our usual way over one input, and gator's."""

        def build() -> Scenario:
            way = self.way(name, policies(), objects(), goals=_goals(gator=goal), curves=curves)
            return Scenario(name, [way], self.gator(policies(), objects()))

        return Planned(name, build)

    def whole_library(self, name: str, count: int) -> Scenario:
        """All rules that are shipped, and the 44 policies in turn with them; as a cluster answers, on one core."""
        objects, policies = self.workloads.objects(count), {
            "one core": self.workloads.whole_library(),
            "the 44 in turn with it": self.workloads.rego_only(),
        }  # fmt: skip
        argv = (self.tools.gatewright, "check", "--format", "json", "--no-result-cache", "--jobs", "1", str(objects))
        ways = [
            Way(f"{name}, {way}", Command("gatewright", (*argv, "-p", str(path)))) for way, path in policies.items()
        ]
        return Scenario(name, ways, [], ours=answers.of_reviewed)

    def fleet(self, name: str, count: int, *, full: bool) -> Scenario:
        """A stream of objects under the 44 policies; in `full` also with one core, no cache, and run again."""
        policies, objects = self.workloads.rego_only(), self.workloads.objects(count)
        goals = _goals(gator=30 if full else 15, opa=10 if full else 0)
        ways = [self.way(name, policies, objects, goals=goals,
                         curves={"objects": count} | ({"policies": 44.0} if count == 1000 else {}))]  # fmt: skip
        peers = self.gator(policies, objects)
        if full:
            ways += self._other_ways(f"{count:,} x 44", policies, objects, count)
            peers += self.opa(count)
        return Scenario(name, ways, peers)

    def _other_ways(self, base: str, policies: Path, objects: Path, count: int) -> Iterator[Way]:
        tree, edited = self.workloads.tree(count), self.workloads.tree(count, "-edited")
        yield self.way(f"{base} rego-only, one core", policies, objects, "--jobs", "1", goals=_goals(gator=16, opa=5))
        yield self.way(f"{base} rego-only, no cache", policies, objects, "--no-cache", goals=_goals(gator=15))
        again = _goals(gator=200)
        yield self.way(f"{base}, second run, one stream", policies, objects, goals=again, remembering=True)
        yield self.way(f"{base}, second run, a file each", policies, tree, goals=again, remembering=True)
        changed = self.way(f"{base}, one file changed", policies, edited, goals=_goals(gator=200 / 1.2),
                           remembering=True)  # fmt: skip
        command = changed.command
        command = Command(command.name, command.argv, before=_Edit(sorted(edited.rglob("*.yaml"))[count // 2]))
        yield Way(changed.name, command, changed.goals)

    def cores(self, name: str, count: int, cores: int) -> Scenario:
        policies, objects = self.workloads.rego_only(), self.workloads.objects(count)
        way = self.way(name, policies, objects, "--jobs", str(cores), curves={"cores": cores})
        return Scenario(name, [way], self.gator(policies, objects, GOMAXPROCS=str(cores)))

    def referential(self, name: str, count: int) -> Scenario:
        policies, objects = self.workloads.referential(), self.workloads.objects(count)
        goals = _goals(gator=20 if count >= 10_000 else 0)
        way = self.way(name, policies, objects, goals=goals, curves={"referential": count})
        return Scenario(name, [way], self.gator(policies, objects) if count <= _GATOR_REFERENTIAL else [])

    def large(self, name: str, count: int) -> Scenario:
        """Ours alone: gator would need ten minutes and 20 GB."""
        way = self.way(name, self.workloads.rego_only(), self.workloads.objects(count), curves={"objects": count})
        return Scenario(name, [way], [])

    def mutation(self, name: str, count: int, *, goal: float) -> Scenario:
        """gator has no command for it, but `gator expand` mutates all it is given, and here writes nothing."""
        mutators, objects = self.workloads.mutators(), self.workloads.objects(count)
        argv = (self.tools.gatewright, "mutate", "--format", "json", "-n", "", "-p", str(mutators), str(objects))
        peers = []
        if self.tools.gator:
            shown = (*self.gator(mutators, objects)[0].argv, "-f", str(self.workloads.everything()))
            timed = (self.tools.gator, "expand", "-n", str(mutators), "-n", str(objects))
            peers.append(Command("gator", timed, telling=shown))
        way = Way(name, Command("gatewright", argv), _goals(gator=goal))
        return Scenario(name, [way], peers, answers.of_mutated, answers.of_shown)

    def expansion(self, name: str, count: int, *, goal: float) -> Scenario:
        inputs = (self.workloads.mutators(), self.workloads.golden / "expansion", self.workloads.objects(count))
        given = tuple(word for path in inputs for word in ("-n", str(path)))
        ways = [
            Way(name, Command("gatewright", (self.tools.gatewright, "gator", "expand", *given)), _goals(gator=goal))
        ]
        peers = [Command("gator", (self.tools.gator, "expand", *given))] if self.tools.gator else []
        return Scenario(name, ways, peers, answers.of_text, answers.of_text)

    def suites(self, name: str, *, goal: float) -> Scenario:
        library = self.workloads.library
        ways = [Way(name, Command("gatewright", (self.tools.gatewright, "test", str(library))), _goals(gator=goal))]
        peers = [Command("gator", (self.tools.gator, "verify", f"{library}/..."))] if self.tools.gator else []
        return Scenario(name, ways, peers, answers.of_suites, answers.of_suites)

    def opa(self, count: int) -> list[Command]:
        if self.tools.opa is None:
            return []
        rendition = self.workloads.opa_rendition(count)
        argv = (self.tools.opa, "eval", "--format", "raw", "-d", str(rendition / "opa" / "all" / "policy"), "-d",
                str(rendition / "opa" / "all" / "data"), "-d", str(rendition / "opa" / f"n{count}" / "objects.json"),
                "data.main.total", "--v0-compatible")  # fmt: skip
        return [Command("opa", argv)]


def _goals(**goals: float) -> dict[str, float]:
    return {peer: goal for peer, goal in goals.items() if goal}


@dataclass(frozen=True, slots=True)
class _Edit:
    """Changes a file's bytes, not what they mean."""

    file: Path

    def __call__(self) -> None:
        text = self.file.read_text(encoding="utf-8")
        self.file.write_text(text.removesuffix("#\n") if text.endswith("#\n") else text + "#\n", encoding="utf-8")
