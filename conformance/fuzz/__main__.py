"""`python -m conformance.fuzz --count N [--seed S] [--jobs J]`: compare N programs; print disagreements, reduced."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.fuzz.oracles import Answer, Gatewright, Interpreter, Opa, Oracle, Regopy
from conformance.fuzz.programs import Program, program


@dataclass(frozen=True, slots=True)
class Disagreement:
    seed: int
    program: Program
    ours: Answer
    theirs: Answer


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m conformance.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="programs to compare (default 1,000)")
    parser.add_argument("--seed", type=int, default=0, help="the first program's seed (default 0)")
    parser.add_argument("--against", choices=("opa", "regopy", "interpreter"), default="opa")
    parser.add_argument("--version", choices=("v0", "v1"), help="only this dialect")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--show", type=int, default=10, help="disagreements to reduce and print (default 10)")
    options = parser.parse_args(argv)
    if options.against == "opa" and not Opa.installed():
        parser.error("opa is not on PATH; the others need nothing")
    started = time.monotonic()
    share = -(-options.count // options.jobs)
    shares = [
        (range(start, min(start + share, options.seed + options.count)), options.against, options.version)
        for start in range(options.seed, options.seed + options.count, share)
    ]
    if options.jobs == 1:
        results = [compare(*shares[0])]
    else:
        with multiprocessing.Pool(options.jobs) as pool:
            results = pool.starmap(compare, shares)
    kinds: Counter[str] = sum((counted for counted, _ in results), Counter())
    found = [disagreement for _, some in results for disagreement in some]
    for disagreement in found[: options.show]:
        print(describe(disagreement, options.against))
    seconds = time.monotonic() - started
    print(f"{sum(kinds.values())} programs in {seconds:.0f} s: {dict(kinds)}")
    print(f"fuzz-{options.against}: {sum(kinds.values()) - len(found)} passed, {len(found)} failed")
    return 1 if found else 0


def compare(seeds: range, against: str, version: str | None) -> tuple[Counter[str], list[Disagreement]]:
    """What became of the programs of some seeds, and where the two differed."""
    ours, theirs = Gatewright(), oracle(against)
    kinds: Counter[str] = Counter()
    found = []
    try:
        for seed in seeds:
            one = program(seed, rego_version=version)
            answers = both(ours, theirs, one)
            if answers is None:
                kinds["not asked"] += 1
                continue
            mine, other = answers
            kinds[other.code or ("undefined" if other.value is None else "value")] += 1
            if not mine.agrees(other):
                found.append(Disagreement(seed, one, mine, other))
    finally:
        close = getattr(theirs, "close", None)
        if close:
            close()
    return kinds, found


def oracle(name: str) -> Oracle:
    known: dict[str, Callable[[], Any]] = {"opa": Opa, "regopy": Regopy, "interpreter": Interpreter}
    made: Oracle = known[name]()
    return made


def both(ours: Oracle, theirs: Oracle, one: Program) -> tuple[Answer, Answer] | None:
    other = theirs.answer(one)
    if other is None:
        return None
    try:
        mine = ours.answer(one)
    except Exception as error:  # a crash of ours is a finding
        mine = Answer(code="crash", message=f"{type(error).__name__}: {error}")
    return mine, other


def describe(disagreement: Disagreement, against: str) -> str:
    """The disagreement with its program reduced as far as it goes on differing."""
    theirs = oracle(against)
    ours = Gatewright()
    try:
        small = reduce(disagreement.program, ours, theirs)
        answers = both(ours, theirs, small) or (disagreement.ours, disagreement.theirs)
    finally:
        close = getattr(theirs, "close", None)
        if close:
            close()
    mine, other = answers
    text = "\n".join(small.modules.values())
    return (
        f"--- seed {disagreement.seed} ({small.rego_version})\n{text}\n"
        f"input: {json.dumps(small.input)}\nours:   {mine}\n{against}: {other}\n"
    )


def reduce(one: Program, ours: Oracle, theirs: Oracle) -> Program:
    """Drop lines, then keys of the input, while the two still differ in the same way."""
    start = both(ours, theirs, one)
    if start is None:
        return one
    shape = (bool(start[0].code), bool(start[1].code), start[1].code)

    def differs(candidate: Program) -> bool:
        answers = both(ours, theirs, candidate)
        if answers is None or answers[0].agrees(answers[1]):
            return False
        return (bool(answers[0].code), bool(answers[1].code), answers[1].code) == shape

    shrunk = True
    while shrunk:
        shrunk = False
        for candidate in smaller(one):
            if differs(candidate):
                one, shrunk = candidate, True
                break
    return one


def smaller(one: Program) -> Iterator[Program]:
    """Programs with less in them: without a rule's clause, without a line, without an input key."""
    for name, text in one.modules.items():
        lines, blocks = text.split("\n"), text.split("\n\n")
        for index in range(1, len(blocks)):
            yield replace(one, modules={**one.modules, name: "\n\n".join(blocks[:index] + blocks[index + 1 :])})
        for index, line in enumerate(lines):
            if line.startswith("\t"):
                yield replace(one, modules={**one.modules, name: "\n".join(lines[:index] + lines[index + 1 :])})
    if isinstance(one.input, dict):
        for key in one.input:
            yield replace(one, input={k: v for k, v in one.input.items() if k != key})


if __name__ == "__main__":
    sys.exit(main())
