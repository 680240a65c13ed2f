"""What a template can reach of its libraries: most rules of a shared library are of no use to most templates.

A library without mistakes stays so in every template that has the same libraries below it. So of a library that has
been compiled before, the next template needs only the rules it can reach, told by their names: every name in a rule
that is kept keeps the rules of that name. Where a package is reached by anything but the names of its rules, or one
package lies within another, all libraries stay whole.
"""

from __future__ import annotations

from collections import Counter
from itertools import permutations

from gatewright.records import record, replace
from gatewright.syntax.nodes import Module, Ref, String, Term, Value, Var
from gatewright.syntax.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    # A library's text with the texts of those it leads to.
    Closure: TypeAlias = frozenset[str]
    _Path: TypeAlias = tuple[str, ...]


class Libraries:
    """The libraries of templates of one Rego version that have been compiled, each with what it rests on."""

    __slots__ = ("_facts", "_proven")

    def __init__(self) -> None:
        self._proven: set[Closure] = set()
        self._facts: dict[str, _Facts] = {}

    def learn(self, libs: dict[str, Module]) -> None:
        """Note libraries, by their texts, that compile together."""
        self._proven.update(self._closures(libs).values())

    def reached(self, entry: Module, libs: dict[str, Module]) -> dict[str, Module]:
        """The libraries with the rules that the entry can reach; whole where they have not been compiled yet."""
        known = {text for text, closure in self._closures(libs).items() if closure in self._proven}
        facts = [_facts_of(entry), *(self._of(text, module) for text, module in libs.items())]
        if not known or not _only_by_name(facts, [_path(module.package.path) for module in libs.values()]):
            return libs
        names = facts[0].names.union(*(self._facts[text].names for text in libs if text not in known))
        waiting = [(text, number, *rule) for text in known for number, rule in enumerate(self._facts[text].rules)]
        kept: set[tuple[str, int]] = set()
        while found := [rule for rule in waiting if rule[2] in names]:
            waiting = [rule for rule in waiting if rule[2] not in names]
            kept.update((text, number) for text, number, _, _ in found)
            names = names.union(*(below for *_, below in found))
        return {
            text: replace(module, rules=tuple(r for i, r in enumerate(module.rules) if (text, i) in kept))
            if text in known
            else module
            for text, module in libs.items()
        }

    def _of(self, text: str, module: Module) -> _Facts:
        facts = self._facts.get(text)
        if facts is None:
            facts = self._facts[text] = _facts_of(module)
        return facts

    def _closures(self, libs: dict[str, Module]) -> dict[str, Closure]:
        """For each library the texts that decide whether it compiles: its own, and those of the ones it leads to."""
        packages = {text: set(_path(module.package.path)) for text, module in libs.items()}
        found = {}
        for text in libs:
            closure, waiting = {text}, [text]
            while waiting:
                # Whoever refers to a library names all steps of its package.
                lib = waiting.pop()
                names = self._of(lib, libs[lib]).names
                more = {other for other, package in packages.items() if other not in closure and package <= names}
                closure |= more
                waiting += more
            found[text] = frozenset(closure)
        return found


@record(frozen=True, slots=True)
class _Facts:
    """All names and strings in a module; of each rule its name and those in it; and the paths below `data` that the
    module refers to, by as many of their steps as are constant."""

    names: frozenset[str]
    rules: tuple[tuple[str, frozenset[str]], ...]
    refers: frozenset[_Path]


def _facts_of(module: Module) -> _Facts:
    rules = tuple((_head_name(rule.head.ref), _names(rule)) for rule in module.rules)
    return _Facts(_names(module.imports).union(*(names for _, names in rules)), rules, frozenset(_refers(module)))


def _only_by_name(facts: list[_Facts], packages: list[_Path]) -> bool:
    """Whether nothing refers to a package as a whole, or to what holds it, or to a rule whose name is computed."""
    if any(one == other[: len(one)] for one, other in permutations(packages, 2)):
        return False
    return not any(package[: len(path)] == path for one in facts for path in one.refers for package in packages)


def _names(node: object) -> frozenset[str]:
    found = set()
    for item in walk(node):
        if isinstance(item, Var):
            found.add(item.name)
        elif isinstance(item, String):
            found.add(item.value)
    return frozenset(found)


def _head_name(ref: Ref) -> str:
    first = ref.terms[0].value
    assert isinstance(first, Var)
    return first.name


def _refers(module: Module) -> set[_Path]:
    if module.annotations:
        # What they say of documents is checked against all there are.
        return {()}
    imported = {each.name: _path(each.path.value) for each in module.imports}
    found: set[_Path] = set()
    bare: Counter[str] = Counter()
    for node in walk(module.rules):
        match node:
            case Var(name) if name in imported:
                bare[name] += 1
            case Ref(terms=(Term(Var("data")), *_)):
                found.add(_path(node))
            case Ref(terms=(Term(Var(name)), *_)) if name in imported:
                bare[name] -= 1
                found.add((*imported[name], *_path(node)))
    # A name that stands alone somewhere is all that it stands for.
    return found | {imported[name] for name, times in bare.items() if times}


def _path(ref: Value) -> _Path:
    """The constant steps that a ref begins with, after its head."""
    path: list[str] = []
    for term in ref.terms[1:] if isinstance(ref, Ref) else ():
        if not isinstance(term.value, String):
            break
        path.append(term.value.value)
    return tuple(path)
