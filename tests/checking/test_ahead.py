"""Templates compiled by several processes are the templates that one would compile."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from gatewright.checking import ahead, cores
from gatewright.checking.ahead import WORTH, compiled_ahead
from gatewright.checking.request import CheckRequest
from gatewright.checking.session import check
from gatewright.codegen.cache import CodeCache
from gatewright.gatekeeper.host import Host

BROKEN = 3


def template(number: int, rule: str = "msg := input.review.object.metadata.name") -> dict[str, Any]:
    rego = f'package p\nviolation[{{"msg": msg}}] {{ {number} >= 0; {rule} }}'
    return {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": f"kind{number}"},
        "spec": {
            "crd": {"spec": {"names": {"kind": f"Kind{number}"}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": rego}],
        },
    }


def made(codes: ahead.InMemory) -> int:
    """How many templates there is code for."""
    return sum(map(bool, codes.codes.values()))


def host(codes: CodeCache) -> Host:
    return Host(cache=codes)


def test_every_share_is_made_and_none_twice() -> None:
    templates = [template(number) for number in range(WORTH + 2)]
    together, alone = compiled_ahead(templates, host, 3), ahead._compiled(templates, host)
    assert together.codes.keys() == alone.codes.keys()
    assert made(together) == len(templates)


@pytest.mark.parametrize(("count", "jobs"), [(WORTH - 1, 4), (WORTH, 1)])
def test_nothing_is_made_ahead_where_it_does_not_pay(count: int, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", None)
    assert not compiled_ahead([template(number) for number in range(count)], host, jobs).codes


def test_what_is_wrong_with_a_template_is_left_to_be_said() -> None:
    templates = [template(number) for number in range(WORTH)]
    templates[BROKEN] = template(BROKEN, "msg := unknown")
    assert made(compiled_ahead(templates, host, 2)) == WORTH - 1


def test_a_process_that_comes_to_grief_has_made_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    parent, compiled = os.getpid(), ahead._compiled

    def grieved(*arguments: Any) -> Any:
        if os.getpid() != parent:
            os._exit(7)
        return compiled(*arguments)

    monkeypatch.setattr(ahead, "_compiled", grieved)
    assert made(compiled_ahead([template(number) for number in range(WORTH)], host, 2)) == WORTH // 2


def report(folder: Path, **options: Any) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    request = CheckRequest((str(folder / "policies"),), (str(folder / "pod.json"),), format="json", **options)
    code = check(request, out)
    said: dict[str, Any] = json.loads(out.getvalue())
    del said["summary"]["seconds"]
    return code, said


def test_a_check_says_the_same_whoever_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(cores, "_cores", lambda: 3)
    (tmp_path / "policies").mkdir()
    for number in range(WORTH):
        policy = template(number) if number != BROKEN else template(number, "msg := unknown")
        meta = {"metadata": {"name": "c"}}
        constraint = {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": f"Kind{number}", **meta}
        for what, document in (("template", policy), ("constraint", constraint)):
            (tmp_path / "policies" / f"{number}-{what}.json").write_text(json.dumps(document), encoding="utf-8")
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}
    (tmp_path / "pod.json").write_text(json.dumps(pod), encoding="utf-8")
    ways: list[dict[str, Any]] = [{"cache": False, "jobs": 1}, {"cache": False}, {}, {"result_cache": False}]
    first, *others = [report(tmp_path, **({"result_cache": False} | way)) for way in ways]
    assert len(first[1]["violations"]) == WORTH - 1
    assert len(first[1]["errors"]) == 2  # the template's, and its constraint's
    assert others == [first] * 3
