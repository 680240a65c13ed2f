"""Templates and constraints: what is refused and why, conversion, defaults and pruning."""

from __future__ import annotations

import pytest

from gatewright.errors import ConstraintError, TemplateError
from gatewright.gatekeeper.reading.template import read_template

from .conftest import constraint, template

V0 = 'package a\nviolation[{"msg": "x"}] { true }\n'


def test_a_template_says_what_it_is():
    read = read_template(template())
    assert (read.kind, read.name) == ("NeedsLabel", "needslabel")
    assert read.code_for("Rego") is not None
    assert read.code_for("K8sNativeValidation") is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t["metadata"].update(name="other"), "is not equal to the lowercase"),
        (lambda t: t["spec"].update(targets=[]), "target"),
        (lambda t: t["spec"]["targets"][0].update(target="elsewhere"), "not recognized"),
        (lambda t: t["spec"]["crd"]["spec"]["names"].update(kind=""), "CRD Kind"),
        (lambda t: t["spec"]["targets"].append(dict(t["spec"]["targets"][0])), "target"),
    ],
)
def test_templates_that_are_refused(make_host, change, message):
    document = template()
    change(document)
    with pytest.raises(TemplateError, match=message):
        make_host(document, lazy=False)


@pytest.mark.parametrize(
    ("schema", "api", "accepted"),
    [
        ({"properties": {"a": {"type": "string"}}}, "v1", False),  # v1 wants structural schemas
        ({"properties": {"a": {"type": "string"}}}, "v1beta1", True),
        ({"type": "object", "properties": {"a": {"type": "strin"}}}, "v1", False),
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}, "v1", False),
        ({"type": "object", "properties": {"a": {"type": "array"}}}, "v1", False),
        ({"type": "object", "x-kubernetes-preserve-unknown-fields": True}, "v1", True),
        ({"type": "object", "properties": {"a": {"type": "integer", "default": "x"}}}, "v1", False),
        # Defaults are held to a declared type alone: int-or-string says nothing about them.
        ({"type": "object", "properties": {"a": {"x-kubernetes-int-or-string": True, "default": []}}}, "v1", True),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "integer", "x-kubernetes-int-or-string": True, "default": "x"}},
            },
            "v1",
            False,
        ),
    ],
)
def test_schemas(make_host, schema, api, accepted):
    document = template(schema=schema, api=api)
    if accepted:
        make_host(document)
        return
    with pytest.raises(TemplateError):
        make_host(document)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.update(status="x"), "string into Go struct field ConstraintTemplate.status of type"),
        (
            lambda t: schema_of(t).update(items={"definitions": 1}),
            "field JSONSchemaProps.spec.crd.spec.validation.openAPIV3Schema.items.definitions of type "
            "v1.JSONSchemaDefinitions",
        ),
        (lambda t: schema_of(t).update(enum=1), r"openAPIV3Schema.enum of type \[\]v1.JSON$"),
        (lambda t: schema_of(t).update(additionalProperties=1), "boolean or JSON schema expected"),
        (lambda t: t["metadata"].update(creationTimestamp="today"), "parsing time"),
    ],
)
def test_documents_of_another_shape(change, message):
    document = template()
    change(document)
    with pytest.raises(TemplateError, match=message) as caught:
        read_template(document)
    assert caught.value.stage == "convert"


def schema_of(document):
    return document["spec"]["crd"]["spec"]["validation"]["openAPIV3Schema"]


@pytest.mark.parametrize(
    ("rego", "message"),
    [
        ("package a\nother { true }", r"missing required rules: \[violation\]"),
        ("# nothing", "empty module"),
        ("package a\nimport data.inventory\n" + V0[10:], "bad import"),
        ("package a\nimport input.review\n" + V0[10:], "invalid import"),
        ('package a\nviolation[{"msg": "x"}] { data.secrets.x }', "disallowed ref data.secrets.x"),
        ('package a\nviolation[{"msg": "x"}] { y }', "rego_unsafe_var_error"),
        ("package a\nviolation[", "rego_parse_error"),
    ],
)
def test_rego_that_is_refused(make_host, rego, message):
    with pytest.raises(TemplateError, match=message):
        make_host(template(rego=rego), lazy=False)


def test_libraries_are_moved_and_found(make_host):
    lib = 'package lib.say\nhello = msg { msg := "hello" }'
    rego = 'package a\nimport data.lib.say\nviolation[{"msg": say.hello}] { true }'
    host = make_host(template(rego=rego, libs=[lib]), constraint())
    assert [v.message for v in host.review({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}})] == ["hello"]


def test_libraries_live_below_lib(make_host):
    with pytest.raises(TemplateError, match="invalid lib prefix"):
        make_host(template(rego=V0, libs=["package helpers"]), lazy=False)


def test_version_v1_is_rego_v1(make_host):
    rego = 'package a\nviolation contains {"msg": "x"} if true'
    code = [{"engine": "Rego", "source": {"rego": rego, "version": "v1"}}]
    make_host(template(code=code), lazy=False)
    code[0]["source"]["version"] = "v0"
    with pytest.raises(TemplateError):
        make_host(template(code=code), lazy=False)


def test_a_template_without_a_known_language(make_host):
    with pytest.raises(TemplateError, match="no language driver"):
        make_host(template(code=[{"engine": "Prolog", "source": {}}]))


# --- constraints ---


def test_defaults_are_filled_in(make_host):
    host = make_host(template(), constraint())
    (read,) = host.constraints
    assert read.document["spec"]["parameters"] == {"label": "owner"}
    assert read.document["spec"]["enforcementAction"] == "deny"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (constraint(kind="Unknown"), 'template "unknown" not found'),
        (constraint(parameters={"label": 5}), "label"),
        (constraint(match={"labelSelector": {"matchExpressions": [{"key": "a", "operator": "Of"}]}}), "operator"),
        (constraint(name=""), "name"),
        ({**constraint(), "apiVersion": "constraints.gatekeeper.sh/v7"}, "v7"),
    ],
)
def test_constraints_that_are_refused(make_host, document, message):
    host = make_host(template())
    with pytest.raises(ConstraintError, match=message):
        host.add(document)


@pytest.mark.parametrize(
    ("schema", "value", "accepted"),
    [
        ({"type": "string", "enum": ["a", "b"]}, "b", True),
        ({"type": "string", "enum": ["a", "b"]}, "c", False),
        ({"type": "string", "pattern": "^a+$"}, "aa", True),
        ({"type": "string", "pattern": "^a+$"}, "ab", False),
        ({"type": "integer", "minimum": 3}, 2, False),
        ({"type": "integer", "minimum": 3}, 3, True),
        ({"type": "integer", "minimum": 3, "exclusiveMinimum": True}, 3, False),
        ({"type": "number", "multipleOf": 0.5}, 1.5, True),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 1}, ["a", "b"], False),
        ({"type": "array", "items": {"type": "string"}}, ["a", 1], False),
        ({"type": "string", "nullable": True}, None, True),
        ({"type": "string", "format": "date-time"}, "yesterday", False),
        ({"type": "string", "format": "date-time"}, "2024-01-02T03:04:05Z", True),
        ({"x-kubernetes-int-or-string": True}, "80%", True),
        ({"x-kubernetes-int-or-string": True}, 80, True),
        ({"x-kubernetes-int-or-string": True}, [80], False),
        ({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}, {}, False),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"x": 1}, True),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"x": "1"}, False),
    ],
)
def test_parameters_against_schemas(make_host, schema, value, accepted):
    host = make_host(template(schema={"type": "object", "properties": {"p": schema}}))
    document = constraint(parameters={"p": value})
    if accepted:
        host.add(document)
        return
    with pytest.raises(ConstraintError):
        host.add(document)
