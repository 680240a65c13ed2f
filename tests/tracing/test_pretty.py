"""The text of traces beyond the cases: places, and which names of files are shortened."""

from __future__ import annotations

from gatewright.compiler import compile_modules
from gatewright.runtime.context import Context
from gatewright.syntax import parse_query
from gatewright.tracing.pretty import truncated_paths
from gatewright.tracing.session import trace_policy


def trace(file: str) -> str:
    policy = compile_modules({file: "package t\n\np if true"})
    return trace_policy(policy, parse_query("data.t.p"), Context()).pretty(locations=True)


def test_places_make_a_column() -> None:
    lines = trace("some/folder/policy.rego").splitlines()
    assert lines[0] == "query:1                       Enter data.t.p = _"
    assert lines[3] == "some/folder/policy.rego:3     | Enter data.t.p"


def test_a_long_path_is_shortened_in_its_middle() -> None:
    text = trace("root/of/all/the/policies/that/lie/deeply/nested/so/that/it/is/far/too/long/to/show/policy.rego")
    assert "\nroot/.../nested/so/that/it/is/far/too/long/to/show/policy.rego:3     | Enter data.t.p\n" in text


def test_what_paths_have_in_common_is_left_out() -> None:
    folder = "a/" + "x" * 60
    short = truncated_paths(64, 75, [f"{folder}/one/p.rego", f"{folder}/two/q.rego"])
    assert [*short.values()] == [f"a/...{'x' * 46}/one/p.rego", f"a/...{'x' * 46}/two/q.rego"]


def test_paths_without_anything_in_common_stay() -> None:
    paths = [f"{'x' * 70}/p.rego", f"{'y' * 70}/q.rego"]
    assert truncated_paths(64, 79, paths) == {path: path for path in paths}
