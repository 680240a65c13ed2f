"""Generated Python is read by people: what it looks like, what it shares, and what it remembers."""

from __future__ import annotations

import textwrap
import traceback

import pytest

from gatewright.codegen import link
from gatewright.compiler import CompiledPolicy, compile_modules
from gatewright.runtime.context import Context

IMAGES = """\
package images

violation contains {"msg": msg} if {
    container := input.review.object.spec.containers[_]
    not allowed(container.image)
    msg := sprintf("%s is not allowed", [container.image])
}

allowed(image) if {
    startswith(image, input.parameters.repos[_])
}
"""


def python(policy: CompiledPolicy, path: str) -> str:
    return link.source(policy.entrypoint_unit(path).parts())


def test_a_rule_as_python() -> None:
    text = python(compile_modules({"images.rego": IMAGES}), "data.images.violation")
    assert (
        textwrap.dedent("""\
        def violation(s):
            \"\"\"data.images.violation\"\"\"
        """)
        in text
    )
    assert "for container in containers if containers.__class__ is list else several(containers):" in text
    assert "RegoSet.of_members(violation_2)" in text


def test_equal_input_gives_equal_text() -> None:
    assert python(compile_modules({"a": IMAGES}), "data.images.violation") == python(
        compile_modules({"a": IMAGES}), "data.images.violation"
    )


def test_nothing_of_a_policy_is_pasted_into_source() -> None:
    rule = "package p\nr := x if x := \"\\\"); import os  # \\n'''\""
    assert compile_modules({"p.rego": rule}).query("data.p.r = x").evaluate() == [{"x": "\"); import os  # \n'''"}]


def test_tracebacks_speak_rego() -> None:
    policy = compile_modules({"dir/p.rego": "package p\n\n\nr := 1\nr := 2 if input.x"})
    with pytest.raises(Exception) as caught:
        policy.query("data.p.r = x").evaluate(input={"x": 1})
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert ("dir/p.rego", "r") in [(frame.filename, frame.name) for frame in frames]


BEGIN_ALIKE = """\
package p
violation contains "a" if { c := input.review.items[_]; not skip(c); c.a }
violation contains "b" if { d := input.review.items[_]; not skip(d); d.b }
skip(c) if c.skip
"""


def test_definitions_that_begin_alike_share_their_loop() -> None:
    policy = compile_modules({"p.rego": BEGIN_ALIKE})
    text = python(policy, "data.p.violation")
    assert text.count("for c in") == 1
    assert "for d in" not in text
    bound = policy.entrypoint("data.p.violation").bind({})
    assert list(bound({"items": [{"a": 1, "skip": True}, {"b": 1}]})) == ["b"]


PARAMETERS = """\
package p
violation contains label if {
    wanted := {lower(l) | l := input.parameters.labels[_]}
    label := (wanted - {k | input.review.labels[k]})[_]
}
"""


def test_what_parameters_decide_is_computed_once() -> None:
    bound = compile_modules({"p.rego": PARAMETERS}).entrypoint("data.p.violation").bind({"labels": ["A", "B"]})
    assert list(bound({"labels": {"a": 1}})) == ["b"]
    kept = dict(bound._fixed)
    assert kept
    assert list(bound({"labels": {}})) == ["a", "b"]
    assert bound._fixed == kept


def test_parameters_replaced_by_with_are_not_mixed_up() -> None:
    rules = """package p
    violation contains n if n := count(limits) with input.parameters.l as [1, 2, 3]
    violation contains count(limits)
    limits := {x | x := input.parameters.l[_]}
    """
    bound = compile_modules({"p.rego": rules}).entrypoint("data.p.violation").bind({"l": [1]})
    assert list(bound({})) == [1, 3]
    assert list(bound({})) == [1, 3]


def test_coverage_notes_the_lines_that_ran() -> None:
    policy = compile_modules({"p.rego": "package p\nr if {\n  input.a\n  input.b\n}"})
    context = Context()
    policy.query("data.p.r = x", coverage=True).run(context, input={})
    assert {row for file, row in context.covered if file == "p.rego"} == {2, 3}


def test_queries_of_one_policy_share_its_functions() -> None:
    rules = "package p\nr := s + 1\ns := input.n"
    policy = compile_modules({"p.rego": rules})
    first, second = policy.query("data.p.r = x"), policy.query("data.p.s = y; data.p.r = x")
    assert second.evaluate(input={"n": 1}) == [{"x": 2, "y": 1}]
    assert first.evaluate(input={"n": 4}) == [{"x": 5}]
    assert policy.query("data.p.r = x with data.p.s as 10").evaluate(input={"n": 1}) == [{"x": 11}]
    assert policy.query("count([1], n) with count as 3").evaluate() == [{"n": 3}]
    assert policy.query("count([1], n)").evaluate() == [{"n": 1}]
    assert first.evaluate(input={"n": 4}) == [{"x": 5}]


def test_what_a_function_gives_for_strings_is_kept_by_all_of_them() -> None:
    rules = """package p
    violation contains {"msg": joined(a, b)} if { some a in input.review.xs; some b in input.review.xs }
    joined(a, b) := concat("-", [upper(a), lower(b), trim_space(a), replace(b, "x", "y")])
    """
    bound = compile_modules({"p.rego": rules}).entrypoint("data.p.violation").bind({})
    for xs in (["a", "x"], ["x", "a", 1], ["a", "x"]):
        texts = [x for x in xs if isinstance(x, str)]
        want = {f"{a.upper()}-{b}-{a}-{b.replace('x', 'y')}" for a in texts for b in texts}
        assert {one["msg"] for one in bound({"xs": xs})} == want
