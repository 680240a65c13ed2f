"""Two engines asked the same, and where their answers differ: CEL and Rego of a template, or gatewright and regopy.

regopy (rego-cpp) is measured to be wrong, or to crash, on common idioms: a difference is a question, not a verdict.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from gatewright.compiler import compile_modules
from gatewright.errors import GatewrightError, UsageError
from gatewright.gatekeeper.host import Host
from gatewright.gatekeeper.rego_driver import RegoDriver
from gatewright.gatekeeper.regosource import read_source
from gatewright.gatekeeper.result import ConstraintRef, ObjectRef
from gatewright.gatekeeper.template import CEL, REGO, Template
from gatewright.loading import load_files, read_document
from gatewright.manifests import Document
from gatewright.records import field, record
from gatewright.runtime.json import dumps, from_python
from gatewright.runtime.plain import to_python
from gatewright.runtime.values import UNDEFINED
from gatewright.second_opinion import SecondOpinion, SecondOpinionError, as_v1
from gatewright.tools.inputs import Troubles, load_policies, read_objects

if TYPE_CHECKING:
    from gatewright.gatekeeper.both_driver import Disagreement
    from gatewright.gatekeeper.constraint import Constraint
    from gatewright.gatekeeper.drivers import Evidence, Finding, Path, Policy, Rule
    from gatewright.gatekeeper.review import Review

ENGINES = ("regopy", "languages")


@record(frozen=True, slots=True)
class CrosscheckRequest:
    """What to compare: `engines` is regopy or languages (CEL and Rego of a template); with a `query`, that alone."""

    paths: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    engines: str = "regopy"
    namespace: str = "default"
    query: str = ""
    data: tuple[str, ...] = ()
    input: FilePath | None = None
    rego_version: str = "v1"


@record(frozen=True, slots=True)
class Difference:
    """One constraint's word on one object, from two sides."""

    constraint: ConstraintRef
    object: ObjectRef
    names: tuple[str, str]
    messages: tuple[tuple[str, ...], tuple[str, ...]]

    def text(self, file: str) -> str:
        """What it says, side by side."""
        who = f"{self.object.namespace}/{self.object.name}" if self.object.namespace else self.object.name
        head = f"{file}: {self.constraint.kind}/{self.constraint.name} on {self.object.kind} {who}"
        width = max(map(len, self.names))
        sides = zip(self.names, self.messages, strict=True)
        lines = [head, *(f"  {name:<{width}}  {'; '.join(said) or 'no violation'}" for name, said in sides)]
        return "".join(f"{line}\n" for line in lines)


@record(slots=True)
class _Tally:
    """What comparing has come to: pairs compared, pairs one side had no answer on, and the differences."""

    compared: int = 0
    silent: int = 0
    differences: list[Difference] = field(default_factory=list)


def crosscheck(request: CrosscheckRequest) -> int:
    """0 when the engines agree, 1 when they do not, 2 when something could not be read."""
    if request.engines not in ENGINES:
        raise UsageError(f"unknown engines {request.engines!r}", hint=f"there are {', '.join(ENGINES)}")
    with SecondOpinion() as regopy:
        if request.query:
            return _query(request, regopy)
        if not request.paths:
            raise UsageError("nothing to compare on", hint="name manifests, or a --query with --data and --input")
        return _manifests(request, regopy)


def _manifests(request: CrosscheckRequest, regopy: SecondOpinion) -> int:
    troubles, tally = Troubles(), _Tally()
    host = _host(request, tally, regopy)
    load_policies(host, request.policies, troubles)
    documents = read_objects(request.paths, troubles)
    for document in documents:
        host.add(document.value)
    for document in documents:
        before = len(tally.differences)
        try:
            host.review(document.value)
        except GatewrightError as error:
            troubles.tell(error, document)
        if request.engines == "languages":
            tally.compared += _in_both_languages(host, document)
            tally.differences += [_between_languages(d) for d in host.take_disagreements()]
        for difference in tally.differences[before:]:
            sys.stdout.write(difference.text(document.file))
    silent = f", {tally.silent} without an answer from regopy" if request.engines == "regopy" else ""
    sys.stdout.write(
        f"{len(documents)} objects, {len(host.constraints)} constraints, {tally.compared} pairs compared: "
        f"{len(tally.differences)} differences{silent}\n"
    )
    return 2 if troubles.count else 1 if tally.differences else 0


def _host(request: CrosscheckRequest, tally: _Tally, regopy: SecondOpinion) -> Host:
    if request.engines == "languages":
        return Host(engine="both", default_namespace=request.namespace)
    return Host(drivers=[_ComparingDriver(tally, regopy)], default_namespace=request.namespace)


def _in_both_languages(host: Host, document: Document) -> int:
    """How many of the constraints that apply to an object have their policy in both languages."""
    applying = [constraint.template for constraint, why in host.explain(document.value) if why is None]
    return sum(template.code_for(CEL) is not None and template.code_for(REGO) is not None for template in applying)


def _between_languages(found: Disagreement) -> Difference:
    return Difference(found.constraint, found.object, ("cel", "rego"), (found.cel, found.rego))


# --- regopy -----------------------------------------------------------------------------------------------------


@record(slots=True)
class _ComparingDriver:
    """Runs a template's Rego, and asks regopy the same."""

    tally: _Tally
    regopy: SecondOpinion
    name: str = REGO
    has_details: bool = True

    def compile(self, template: Template) -> Policy:
        from gatewright.syntax import node_text, parse_module

        source = read_source(template)
        own = RegoDriver().compile(template)
        texts = {f"module{i}.rego": text for i, text in enumerate((source.rego, *source.libs))}
        package = node_text(parse_module(source.rego, rego_version=source.dialect).package.path)
        return _Comparing(
            own, as_v1(texts, source.dialect), f"{package}.violation", self.tally, self.regopy, own.reads_inventory
        )


@record(slots=True)
class _Comparing:
    own: Policy
    modules: dict[str, str]
    query: str
    tally: _Tally
    regopy: SecondOpinion
    reads_inventory: bool
    told: set[str] = field(default_factory=set)

    def bind(self, constraint: Constraint) -> Rule:
        rule = self.own.bind(constraint)

        def compared(review: Review, inventory: Any, context: Any) -> Iterable[Finding]:
            found = list(rule(review, inventory, context))
            self._compare(constraint, review, inventory, found)
            return found

        return compared

    def _compare(self, constraint: Constraint, review: Review, inventory: Any, found: Sequence[Finding]) -> None:
        self.tally.compared += 1
        given = {"review": to_python(review.rego), "parameters": to_python(constraint.parameters)}
        try:
            answer = self.regopy.ask(self.modules, self.query, data={"inventory": to_python(inventory)}, input=given)
        except SecondOpinionError as error:
            self.tally.silent += 1
            if constraint.ref.kind not in self.told:
                self.told.add(constraint.ref.kind)
                reason = (error.message.strip().splitlines() or ["no reason given"])[0]
                sys.stderr.write(f"regopy has no answer for {constraint.ref.kind}: {reason}\n")
            return
        ours = tuple(sorted({message for message, _ in found}))
        theirs = tuple(sorted({str(e.get("msg")) for e in answer or () if isinstance(e, dict)}))
        if ours != theirs:
            obj = ObjectRef.of(review.request.get("object") or review.request.get("oldObject") or {})
            self.tally.differences.append(Difference(constraint.ref, obj, ("gatewright", "regopy"), (ours, theirs)))

    def paths(
        self, constraint: Constraint, review: Review, inventory: Any, context: Any, evidence: Evidence = ()
    ) -> dict[str, Path]:
        return self.own.paths(constraint, review, inventory, context, evidence)


# --- a query ----------------------------------------------------------------------------------------------------


def _query(request: CrosscheckRequest, regopy: SecondOpinion) -> int:
    """The value of a query from both; what regopy has no answer for is an error."""
    loaded = load_files(request.data)
    input = UNDEFINED if request.input is None else read_document(request.input)
    policy = compile_modules(loaded.modules, rego_version=request.rego_version)
    rows = policy.query(f"x = {request.query}").evaluate(input=input, data=loaded.data)
    ours = dumps(rows[0]["x"]) if rows else "undefined"
    given = UNDEFINED if input is UNDEFINED else to_python(input)
    modules = as_v1(loaded.modules, request.rego_version)
    answer = regopy.ask(modules, request.query, data=to_python(loaded.data), input=given)
    theirs = "undefined" if answer is None else dumps(from_python(answer))
    if ours == theirs:
        sys.stdout.write(f"both: {ours}\n")
        return 0
    sys.stdout.write(f"gatewright  {ours}\nregopy      {theirs}\n")
    return 1
