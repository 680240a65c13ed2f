"""Every rule that repairs, over its own samples written in every style that YAML has: the repair is complete, touches
nothing else, keeps each comment where it was, and is done once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gatewright import catalog
from gatewright.checking.request import CheckRequest
from gatewright.fixing.session import fix_text
from gatewright.gatekeeper.host import Host
from gatewright.manifests import Document, read_text

_REPAIRS = re.compile(r"finding\.(fixable|repairable)\(")


class Writer:
    """A value as YAML, in a style of its own; every comment has another number."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.step = random.choice([1, 2, 4])
        self.deep_lists = random.random() < 0.5
        self.comments, self.flow, self.quotes = (random.choice([0, 0.2, 0.6]) for _ in range(3))
        self.count = 0

    def mapping(self, value: dict[str, Any], indent: int, *, led: bool = False) -> str:
        lines = ""
        for at, (key, item) in enumerate(value.items()):
            lines += "" if led and at == 0 else self._above(indent) + " " * indent
            lines += f"{self._scalar(key)}:{self._value(item, indent)}"
        return lines

    def _value(self, value: Any, indent: int) -> str:
        if not isinstance(value, dict | list) or not value or self.random.random() < self.flow:
            return f" {self.inline(value)}{self._behind()}\n"
        if isinstance(value, dict):
            return f"{self._behind()}\n{self.mapping(value, indent + self.step)}"
        inner = indent + self.step if self.deep_lists else indent
        return f"{self._behind()}\n" + "".join(self._item(item, inner) for item in value)

    def _item(self, value: Any, indent: int) -> str:
        lead = f"{self._above(indent)}{' ' * indent}-"
        if isinstance(value, dict) and value and self.random.random() >= self.flow:
            return f"{lead} {self.mapping(value, indent + 2, led=True)}"
        return f"{lead} {self.inline(value)}\n"

    def inline(self, value: Any) -> str:
        if isinstance(value, dict):
            inside = ", ".join(f"{self._scalar(key)}: {self.inline(item)}" for key, item in value.items())
            return f"{{{inside}}}"
        if isinstance(value, list):
            return f"[{', '.join(map(self.inline, value))}]"
        return self._scalar(value)

    def _scalar(self, value: Any) -> str:
        if value is None:
            return self.random.choice(["null", "~"])
        if isinstance(value, bool):
            return self.random.choice(["true", "yes", "on"] if value else ["false", "no", "off"])
        plain = isinstance(value, str) and re.fullmatch(r"[a-z][\w./-]*", value, re.I) is not None
        unquoted = plain and isinstance(yaml.safe_load(value), str) and self.random.random() >= self.quotes
        return value if unquoted else json.dumps(value)

    def _above(self, indent: int) -> str:
        return f"{' ' * indent}# {self._number()}\n" if self.random.random() < self.comments else ""

    def _behind(self) -> str:
        return f" # {self._number()}" if self.random.random() < self.comments else ""

    def _number(self) -> int:
        self.count += 1
        return self.count


REQUEST = CheckRequest(policies=(), manifests=())
RULES = [name for name, rule in sorted(catalog.rules().items()) if _REPAIRS.search(rule.source.read_text())]


def _samples(rule: str) -> list[dict[str, Any]]:
    """The objects that the rule has something to repair in."""
    files = sorted((catalog.rule(rule).directory / "samples/fail").glob("*.yaml"))
    values = [value for file in files for value in yaml.safe_load_all(file.read_text())]
    return [value for value in values if list(_wanted(_host(rule), value))]


@cache
def _host(rule: str) -> Host:
    host = Host()
    chosen = {"kind": "PolicySet", "metadata": {"name": "one"}, "spec": {"rules": [{"rule": rule}]}}
    for document in catalog.expand(chosen):
        host.add(document)
    return host


def _wanted(host: Host, value: dict[str, Any]) -> Iterator[tuple[list[str | int], Any]]:
    for violation in host.review(value):
        if fix := violation.details.get("fix"):
            yield fix["path"], fix["value"]


def _values(text: str) -> list[dict[str, Any]]:
    found = [item.value for item in read_text(text) if isinstance(item, Document)]
    assert len(found) == len(list(read_text(text)))
    return found


def _repaired(host: Host, value: dict[str, Any]) -> dict[str, Any]:
    result = deepcopy(value)
    for path, wanted in _wanted(host, value):
        holder: Any = result
        for step in path[:-1]:
            if isinstance(holder, dict) and holder.get(str(step)) is None:
                holder[step] = {}
            holder = holder[step]
        holder[path[-1]] = wanted
    return result


def _comments(text: str) -> list[tuple[str, str]]:
    """Each comment with the key it stands above, or beside."""
    pairs, above = [], []
    for line in text.splitlines():
        body, _, number = line.partition("# ")
        if not body.strip():
            above.append(number)
            continue
        key = body.partition(":")[0].strip(" -") if ":" in body else "an item"
        pairs += [(other, key) for other in [*above, number] if other]
        above = []
    return pairs


def test_every_repairing_rule_has_a_sample() -> None:
    assert len(RULES) > 10
    assert [rule for rule in RULES if not _samples(rule)] == []


@settings(max_examples=150, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(st.sampled_from(RULES), st.randoms(use_true_random=False), st.sampled_from(["\n", "\r\n"]))
def test_whatever_the_style(rule: str, random: Random, feed: str) -> None:
    host, chosen = _host(rule), _samples(rule)
    samples = [random.choice(chosen) for _ in range(random.randint(1, 3))]
    text = "---\n".join(Writer(random).mapping(sample, 0) for sample in samples).replace("\n", feed)
    fixed = fix_text(host, REQUEST, text, "a.yaml", unsafe=True)

    values = _values(fixed.after)
    assert values == [_repaired(host, sample) for sample in samples]
    assert [found for value in values for found in _wanted(host, value)] == []
    assert _comments(fixed.after.replace(feed, "\n")) == _comments(text.replace(feed, "\n"))
    assert fixed.after.count(feed) == fixed.after.count("\n")
    assert not fix_text(host, REQUEST, fixed.after, "a.yaml", unsafe=True).changed
    kept = fixed.after.splitlines()
    gone = [line for line in text.splitlines() if line not in kept]
    assert len(gone) <= len(fixed.messages)


def test_nothing_that_the_api_server_refuses() -> None:
    """A privileged container may not say that it cannot escalate."""
    rule = catalog.rule("pod/privilege_escalation")
    value = yaml.safe_load((rule.directory / "samples/fail/privileged.yaml").read_text())
    assert len(list(_host(rule.path).review(value))) == 1
    assert list(_wanted(_host(rule.path), value)) == []
