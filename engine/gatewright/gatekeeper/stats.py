"""A host that keeps count of how long its policies run, with the entries that Gatekeeper's own statistics have."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from time import perf_counter_ns
from typing import Any

from gatewright.gatekeeper.entries import Entry
from gatewright.gatekeeper.host import Host, Result
from gatewright.gatekeeper.review import Review
from gatewright.gatekeeper.template import REGO, TARGET


class StatsHost(Host):
    """Rego is timed by template, as all constraints of a kind make one query in Gatekeeper; CEL by constraint."""

    tracing = False
    """Whether evaluations are traced besides."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.stats: list[dict[str, Any]] = []
        self._prints = bool(options.get("print_enabled"))

    def _evaluate(self, matched: list[Entry], review: Review) -> list[Result]:
        results: list[Result] = []
        for (kind, engine), group in groupby(matched, lambda e: (e.constraint.ref.kind, e.policy.driver.name)):
            entries = list(group)
            batches = [entries] if engine == REGO else [[entry] for entry in entries]
            for batch in batches:
                start = perf_counter_ns()
                results += super()._evaluate(batch, review)
                spent = perf_counter_ns() - start
                name = kind if engine == REGO else f"{kind}/{batch[0].constraint.name}"
                self.stats.append(self._entry(engine, name, spent, len(batch)))
        return results

    def _entry(self, engine: str, name: str, spent: int, count: int) -> dict[str, Any]:
        source = {"type": "engine", "value": engine}
        labels: Iterable[tuple[str, Any]] = [("target", TARGET)]
        if engine == REGO:
            values = [("templateRunTimeNS", spent), ("constraintCount", count)]
            labels = [("TracingEnabled", self.tracing), ("PrintEnabled", self._prints), *labels]
        else:
            values = [("runTimeNS", spent)]
        return {
            "scope": "template" if engine == REGO else "constraint",
            "statsFor": name,
            "stats": [{"name": key, "value": value, "source": source} for key, value in values],
            "labels": [{"name": key, "value": value} for key, value in labels],
        }
