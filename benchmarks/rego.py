"""`python -m benchmarks.rego`: one policy on one object, ours against OPA's prepared query, in one run.

The templates of the Gatekeeper library, each on its own samples, denied and allowed; OPA through `opa bench`, which
prepares the query and parses the input beforehand, as we bind parameters and compile. The answers are compared first,
by `opa eval`. Machines waver, so each side's figure is its best of several batches, taken in turn. Also measured: how
long all templates of the fixtures take to compile, cold and from the cache. `--record` writes docs/benchmarks-rego.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.workloads import shared_root
from gatewright.codegen.cache import CodeCache
from gatewright.compiler import compile_modules
from gatewright.gatekeeper.reading.template import read_template
from gatewright.gatekeeper.rego_driver import RegoDriver
from gatewright.gatekeeper.template import REGO, is_template
from gatewright.manifests import Document, read_paths
from gatewright.runtime.plain import to_python

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-rego.md"
# Those of them that the fixtures hold; their samples are theirs.
TEMPLATES = (
    "pod-security-policy/capabilities",
    "general/requiredlabels",
    "general/allowedrepos",
    "general/containerlimits",
    "general/httpsonly",
    "general/block-wildcard-ingress",
)
COUNT = 3
BATCH_S = 0.02


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A template's rule on one object: its sources, its package, and the input that both engines get."""

    name: str
    modules: dict[str, str]
    query: str
    input: dict[str, Any]

    def ours(self) -> Callable[[], Any]:
        """One evaluation: parameters are bound, and the review is what a host has at hand."""
        policy = compile_modules(self.modules, rego_version="v0")
        rule = policy.entrypoint(self.query).bind(self.input["parameters"])
        review = self.input["review"]
        return lambda: rule(review)


@dataclass(frozen=True, slots=True)
class Row:
    evaluation: str
    ours_us: float
    opa_us: float

    @property
    def ratio(self) -> float:
        return self.opa_us / self.ours_us


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rego", description=__doc__)
    parser.add_argument("--shared", type=Path, default=shared_root(), help="where fixtures/ lies")
    parser.add_argument("--record", action="store_true", help="write docs/benchmarks-rego.md")
    options = parser.parse_args(argv)
    if shutil.which("opa") is None:
        parser.error("opa is not on PATH")
    library = options.shared / "fixtures" / "gatekeeper-library" / "library"
    rows = []
    for evaluation in evaluations(library):
        row = measure(evaluation)
        rows.append(row)
        print(f"{row.evaluation}: {row.ours_us:.1f} us, opa {row.opa_us:.1f} us: {row.ratio:.1f}x", flush=True)
    compiled = compile_all(library)
    print(compiled)
    if options.record:
        PAGE.write_text(page(rows, compiled), encoding="utf-8")
    return 0 if all(row.ratio > 1 for row in rows) else 1


def evaluations(library: Path) -> Iterator[Evaluation]:
    for name in TEMPLATES:
        folder = library / name
        if not folder.exists():
            continue
        samples = next(iter(sorted((folder / "samples").iterdir())))
        constraint = _document(samples / "constraint.yaml")
        for kind in ("disallowed", "allowed"):
            found = sorted(samples.glob(f"example_{kind}*.yaml"))
            if found:
                verdict = "denied" if kind == "disallowed" else "allowed"
                yield _evaluation(f"{folder.name}/{verdict}", folder, constraint, _document(found[0]))


def _evaluation(name: str, folder: Path, constraint: Any, obj: Any) -> Evaluation:
    code = _document(folder / "template.yaml")["spec"]["targets"][0]
    source = next((c["source"] for c in code.get("code", ()) if c["engine"] == REGO), code)
    modules = {f"{i}.rego": text for i, text in enumerate([source["rego"], *source.get("libs", ())])}
    package = source["rego"].split("package", 1)[1].split()[0]
    group, _, version = obj["apiVersion"].rpartition("/")
    review = {
        "kind": {"group": group, "version": version, "kind": obj["kind"]},
        "name": obj["metadata"]["name"],
        "namespace": obj["metadata"].get("namespace", ""),
        "operation": "CREATE",
        "object": obj,
    }
    parameters = constraint["spec"].get("parameters") or {}
    return Evaluation(name, modules, f"data.{package}.violation", {"review": review, "parameters": parameters})


def _document(path: Path) -> Any:
    (document,) = read_paths([str(path)])
    assert isinstance(document, Document)
    return to_python(document.value)


def measure(evaluation: Evaluation) -> Row:
    """The best batch of each, ours and theirs in turn; raises when the answers differ."""
    once = evaluation.ours()
    with tempfile.TemporaryDirectory() as folder:
        opa = _Opa(evaluation, Path(folder))
        ours, theirs = to_python(once()), opa.answer()
        if sorted(map(json.dumps, ours)) != sorted(map(json.dumps, theirs)):
            raise SystemExit(f"{evaluation.name}: the answers differ, so a timing means nothing: {ours} and {theirs}")
        pairs = [(_best_batch(once), opa.bench()) for _ in range(COUNT)]
    return Row(evaluation.name, min(us for us, _ in pairs), min(us for _, us in pairs))


def _best_batch(once: Callable[[], Any]) -> float:
    """Microseconds an evaluation, of the best of twenty batches."""
    started = time.perf_counter()
    once()
    size = max(1, int(BATCH_S / (time.perf_counter() - started)))
    best = float("inf")
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(size):
            once()
        best = min(best, (time.perf_counter() - started) / size)
    return best * 1e6


class _Opa:
    """OPA on the same sources and input, written to a folder."""

    def __init__(self, evaluation: Evaluation, folder: Path) -> None:
        for name, text in evaluation.modules.items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "input.json").write_text(json.dumps(evaluation.input), encoding="utf-8")
        data = [part for name in evaluation.modules for part in ("-d", str(folder / name))]
        self._common = [evaluation.query, *data, "-i", str(folder / "input.json"), "--v0-compatible"]

    def answer(self) -> Any:
        value = self._run("eval", "--format", "json")
        return value["result"][0]["expressions"][0]["value"]

    def bench(self) -> float:
        result = self._run("bench", "--format", "json", "--metrics=false", "--benchmem=false")
        found = result[0] if isinstance(result, list) else result
        return float(found["T"]) / float(found["N"]) / 1000

    def _run(self, command: str, *flags: str) -> Any:
        done = subprocess.run(["opa", command, *flags, *self._common], check=True, capture_output=True)
        return json.loads(done.stdout)


@dataclass(frozen=True, slots=True)
class Compiled:
    """Seconds of CPU that all templates take to compile, and to load from the cache."""

    templates: int
    cold_s: float
    warm_s: float

    def __str__(self) -> str:
        return f"{self.templates} templates: cold {self.cold_s:.2f} s, warm {self.warm_s:.3f} s"


def compile_all(library: Path) -> Compiled:
    templates = []
    for item in read_paths([str(library)]):
        if isinstance(item, Document) and is_template(item.value):
            template = read_template(item.value)
            if template.code_for(REGO) is not None:
                templates.append(template)
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for _ in range(2):
            driver = RegoDriver(cache=CodeCache(Path(folder)))
            started = time.process_time()
            for template in templates:
                driver.compile(template)
            times.append(time.process_time() - started)
    return Compiled(len(templates), *times)


def page(rows: list[Row], compiled: Compiled) -> str:
    lines = [
        "# One policy, one object",
        "",
        "Written by `python -m benchmarks.rego --record`: the best batch of each engine, in turn, in one run. OPA is",
        "`opa bench` (prepared query, input parsed beforehand); ours is a bound rule called with a review. The answers",
        "are compared first.",
        "",
        "| template and object | gatewright us | opa us | opa / gatewright |",
        "|---|---|---|---|",
        *(f"| {row.evaluation} | {row.ours_us:.1f} | {row.opa_us:.1f} | {row.ratio:.1f}x |" for row in rows),
        "",
        f"All {compiled.templates} templates of the Gatekeeper library that the fixtures hold: compiled in",
        f"{compiled.cold_s:.2f} s of CPU, loaded from the cache in {compiled.warm_s:.3f} s.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
