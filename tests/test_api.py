"""The Python API as the manual describes it: `gatewright.query`, `gatewright.Host`, and the errors of both."""

from __future__ import annotations

import pytest

import gatewright
from gatewright import GatewrightError, Host, query
from gatewright.errors import UsageError

MODULE = """\
package shop

allow if input.user == "ann"

names contains name if some name in ["b", "a"]

half := 1 / 0
"""


class TestQuery:
    @pytest.mark.parametrize(
        ("text", "solutions"),
        [
            ("1 == 2", []),
            ("1 == 1", [{}]),
            ("x := 1; y := x + 1", [{"x": 1, "y": 2}]),
            ("x = [1, 2][_]", [{"x": 1}, {"x": 2}]),
            ("x := {3, 1, [2]}", [{"x": [1, 3, [2]]}]),
            ('x := {1: "a", [1]: "b"}', [{"x": {"1": "a", "[1]": "b"}}]),
            ("x := null; y := true; z := 1.5", [{"x": None, "y": True, "z": 1.5}]),
            ("x := data.shop.names", [{"x": ["a", "b"]}]),
        ],
    )
    def test_gives_bindings_as_json_has_them(self, text, solutions):
        assert query(text, modules={"shop.rego": MODULE}) == solutions

    def test_input_is_a_document_a_term_or_nothing(self):
        asked = "x := data.shop.allow"
        modules = {"shop.rego": MODULE}
        assert query(asked, modules=modules, input={"user": "ann"}) == [{"x": True}]
        assert query(asked, modules=modules, input_term='{"user": "ann"}') == [{"x": True}]
        assert query(asked, modules=modules) == []
        assert query("input == null", input=None) == [{}]
        assert query("input", input=None) == [{}]
        assert query("x := input", input_term='{"s": {2, 1}}') == [{"x": {"s": [1, 2]}}]

    @pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": {float("-inf")}}, object()])
    def test_what_is_no_value_is_refused(self, value):
        with pytest.raises(UsageError, match="input: not a value Rego can hold"):
            query("input", input=value)
        with pytest.raises(UsageError, match="data: not a value Rego can hold"):
            query("input", data={"x": value})

    @pytest.mark.parametrize("modules", ["package a", ["package a"], {"a.rego": b"package a"}])
    def test_modules_are_texts_by_name(self, modules):
        with pytest.raises(UsageError, match="modules are texts by name"):
            query("1", modules=modules)

    def test_there_are_two_dialects(self):
        with pytest.raises(UsageError, match="unknown Rego version 'v3'"):
            query("1", rego_version="v3")

    def test_data_is_a_document(self):
        assert query("x := data.a.b", data={"a": {"b": [1, 2.5, "é"]}}) == [{"x": [1, 2.5, "é"]}]

    def test_the_older_dialect(self):
        old = "package p\n\nallow { input.x == 1 }\n"
        assert query("x := data.p.allow", modules={"p.rego": old}, rego_version="v0", input={"x": 1}) == [{"x": True}]
        with pytest.raises(GatewrightError, match="`if` keyword is required"):
            query("data.p.allow", modules={"p.rego": old})

    def test_errors_of_built_ins_are_undefined_or_strict(self):
        modules = {"shop.rego": MODULE}
        assert query("x := data.shop.half", modules=modules) == []
        with pytest.raises(GatewrightError, match="divide by zero") as caught:
            query("x := data.shop.half", modules=modules, strict_builtin_errors=True)
        assert caught.value.code == "eval_builtin_error"

    def test_what_was_given_is_not_changed(self):
        data, given = {"a": [1]}, {"b": [2]}
        query("x := array.concat(data.a, input.b)", data=data, input=given)
        assert (data, given) == ({"a": [1]}, {"b": [2]})


class TestErrors:
    @pytest.mark.parametrize(
        ("text", "code", "row", "says"),
        [
            ("package p\n\nallow if {", "rego_parse_error", 3, "unexpected eof token"),
            ("package p\n\nallow if x > 1", "rego_unsafe_var_error", 3, "var x is unsafe"),
            ("package p\n\na if b\n\nb if a", "rego_recursion_error", 3, "is recursive"),
            ("package p\n\na := count(1, 2)", "rego_type_error", 3, "count: "),
            ("package p\n\na := 1\n\na := 2", "eval_conflict_error", 5, "rule data.p.a produced conflicting values"),
        ],
    )
    def test_have_opas_code_and_a_place(self, text, code, row, says):
        with pytest.raises(GatewrightError) as caught:
            query("x := data.p.a", modules={"p.rego": text})
        assert caught.value.code == code
        assert (caught.value.location.file, caught.value.location.row) == ("p.rego", row)
        assert says in str(caught.value)
        assert f"p.rego:{row}" in str(caught.value)

    def test_an_input_term_that_is_none(self):
        with pytest.raises(GatewrightError, match="not a ground term"):
            query("x := input", input_term="input.x")


TEMPLATE = {
    "apiVersion": "templates.gatekeeper.sh/v1",
    "kind": "ConstraintTemplate",
    "metadata": {"name": "asks"},
    "spec": {
        "crd": {"spec": {"names": {"kind": "Asks"}}},
        "targets": [
            {
                "target": "admission.k8s.gatekeeper.sh",
                "code": [
                    {
                        "engine": "Rego",
                        "source": {
                            "version": "v1",
                            "rego": """\
package asks

violation contains {"msg": msg, "details": {"old": object.get(input.review, "oldObject", null)}} if {
  input.review.operation == "UPDATE"
  msg := sprintf("%s by %s in %s", [
    input.review.object.metadata.name,
    input.review.userInfo.username,
    input.review.namespace,
  ])
}
""",
                        },
                    }
                ],
            }
        ],
    },
}
CONSTRAINT = {
    "apiVersion": "constraints.gatekeeper.sh/v1beta1",
    "kind": "Asks",
    "metadata": {"name": "everybody"},
    "spec": {"match": {"namespaceSelector": {"matchLabels": {"team": "shop"}}}},
}


def config_map(name: str) -> dict:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "web"}}


class TestHost:
    @pytest.fixture
    def host(self):
        host = Host(cache=False)
        host.add(TEMPLATE)
        host.add(CONSTRAINT)
        return host

    def test_reviews_a_request_in_parts(self, host):
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "web", "labels": {"team": "shop"}}}
        about = {"operation": "UPDATE", "old_object": config_map("a"), "user_info": {"username": "ann"}}
        (violation,) = host.review(config_map("a"), namespace=space, **about)
        assert violation.message == "a by ann in web"
        assert violation.details == {"old": config_map("a")}
        assert (violation.enforcement_action, violation.denies) == ("deny", True)
        assert (violation.constraint.kind, violation.constraint.name) == ("Asks", "everybody")
        assert (violation.object.kind, violation.object.namespace, violation.object.name) == ("ConfigMap", "web", "a")
        assert host.review(config_map("a"), namespace={**space, "metadata": {"name": "web"}}, **about) == []
        assert host.review(config_map("a"), namespace=space) == []

    def test_knows_the_namespaces_it_was_given(self, host):
        about = {"operation": "UPDATE", "user_info": {"username": "ann"}}
        (unknown,) = host.review(config_map("a"), **about)
        assert unknown.message.startswith("unable to match constraints: ")
        host.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "web", "labels": {"team": "shop"}}})
        assert [v.message for v in host.review(config_map("a"), **about)] == ["a by ann in web"]

    def test_loads_files_in_any_order(self, tmp_path):
        import json

        (tmp_path / "a-constraint.json").write_text(json.dumps(CONSTRAINT))
        (tmp_path / "b-template.json").write_text(json.dumps(TEMPLATE))
        host = Host(cache=False)
        host.load(str(tmp_path / "a-constraint.json"), str(tmp_path / "b-template.json"))
        assert [constraint.name for constraint in host.constraints] == ["everybody"]

    @pytest.mark.parametrize(
        ("document", "says"),
        [
            ({**TEMPLATE, "metadata": {"name": "other"}}, "is not equal to the lowercase of CRD's Kind"),
            ({**CONSTRAINT, "kind": "Nothing"}, 'template "nothing" not found'),
            ({**CONSTRAINT, "spec": {"match": {"kindz": []}}}, "unknown fields"),
        ],
    )
    def test_refuses_what_gatekeeper_refuses(self, host, document, says):
        with pytest.raises(GatewrightError, match=says):
            host.add(document)

    def test_a_file_that_cannot_be_read_has_its_place(self, tmp_path):
        (tmp_path / "bad.yaml").write_text("a: [1\nb: 2\n")
        with pytest.raises(GatewrightError) as caught:
            Host(cache=False).load(str(tmp_path / "bad.yaml"))
        assert caught.value.location.file.endswith("bad.yaml")
        assert caught.value.location.row == 2


@pytest.mark.parametrize("value", [None, "Pod", [1]])
def test_what_is_no_object_is_refused(value):
    host = Host(cache=False)
    for ask in (host.add, host.remove, host.review, lambda obj: list(host.explain(obj))):
        with pytest.raises(UsageError, match="an object of Kubernetes is a dict, not "):
            ask(value)


def test_the_module_offers_what_it_says():
    assert {"Host", "query", "GatewrightError", "__version__"} <= set(gatewright.__all__)
    assert all(hasattr(gatewright, name) for name in gatewright.__all__)
    with pytest.raises(AttributeError):
        gatewright.nothing  # noqa: B018
