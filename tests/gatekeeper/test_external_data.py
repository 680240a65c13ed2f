"""Providers mocked from a file, asked by policies and by mutators, and the shape of their answers.

The shapes and texts are those of frameworks' externaldata package and of Gatekeeper's mutation system.
"""

from __future__ import annotations

import json

import pytest

from gatewright.errors import MutationError, ProviderError, TemplateError, UsageError
from gatewright.gatekeeper.providers import read_providers, rego_answers

from .conftest import constraint, pod, template
from .test_mutation import external, mutated

PROVIDERS = {
    "images": {"a": "a@1", "b": {"error": "not signed"}, "c": {"value": [1]}, "n": None},
    "down": "connection refused",
}

ASK = """package ask
violation[{"msg": msg}] {
  msg := json.marshal(external_data(input.parameters.request))
}"""


def answer(make_host, request, providers=PROVIDERS):
    """What external_data gives a policy; None where it is undefined."""
    schema = {"type": "object", "properties": {"request": {"x-kubernetes-preserve-unknown-fields": True}}}
    host = make_host(
        template("Ask", ASK, schema),
        constraint(kind="Ask", parameters={"request": request}),
        external_data=read_providers(providers),
    )
    violations = host.review(pod())
    return json.loads(violations[0].message) if violations else None


@pytest.mark.parametrize(
    ("request_", "want"),
    [
        (
            {"provider": "images", "keys": ["c", "b", "a", "z", "a"]},
            {
                "responses": [["c", [1]], ["a", "a@1"], ["a", "a@1"]],
                "errors": [["b", "not signed"], ["z", "key not found"]],
                "status_code": 200,
                "system_error": "",
            },
        ),
        (
            {"provider": "images", "keys": ["n"]},
            {"responses": [["n", None]], "errors": [], "status_code": 200, "system_error": ""},
        ),
        (
            {"provider": "nobody", "keys": []},
            {"responses": [], "errors": [], "status_code": 0, "system_error": ""},
        ),
        (
            {"provider": "nobody", "keys": ["a"]},
            {
                "responses": None,
                "errors": None,
                "status_code": 400,
                "system_error": "key is not found in provider cache",
            },
        ),
        (
            {"provider": "down", "keys": ["a"]},
            {
                "responses": None,
                "errors": None,
                "status_code": 500,
                "system_error": "failed to send external data request: connection refused",
            },
        ),
        (
            {"Provider": "down", "provider": "images", "KEYS": None},
            {"responses": [], "errors": [], "status_code": 0, "system_error": ""},
        ),
    ],
)
def test_rego_sees_the_answers(make_host, request_, want):
    assert answer(make_host, request_) == want


@pytest.mark.parametrize("request_", ["images", {"provider": 1}, {"keys": "a"}, {"keys": [1]}])
def test_a_request_of_another_shape_is_undefined(make_host, request_):
    assert answer(make_host, request_) is None


def test_sets_of_keys_are_asked_in_order(make_host):
    asked = []

    def provider(name, keys):
        asked.append(keys)
        raise ProviderError("no", unknown=True)

    rego = 'package s\nviolation[{"msg": r.system_error}] { r := external_data({"provider": "p", "keys": {"b", "a"}}) }'
    host = make_host(template("Ask", rego), constraint(kind="Ask"), external_data=provider)
    assert len(host.review(pod())) == 1
    assert asked == [["a", "b"]]


def test_one_review_asks_the_same_once(make_host):
    asked = []

    def provider(name, keys):
        asked.append(name)
        return read_providers(PROVIDERS)(name, keys)

    request = {"request": {"provider": "images", "keys": ["a"]}}
    schema = {"type": "object", "properties": {"request": {"x-kubernetes-preserve-unknown-fields": True}}}
    host = make_host(
        template("Ask", ASK, schema),
        constraint("c", kind="Ask", parameters=request),
        constraint("d", kind="Ask", parameters=request),
        external_data=provider,
    )
    assert len(host.review(pod())) == 2
    assert asked == ["images"]


def test_without_providers_the_function_does_not_exist(make_host):
    with pytest.raises(TemplateError, match="undefined function external_data") as caught:
        make_host(template("Ask", ASK))
    assert "--external-data" in caught.value.hint


@pytest.mark.parametrize("data", [["images"], "images", {"images": ["a"]}, {"images": None}])
def test_files_of_another_shape_are_refused(data):
    with pytest.raises(UsageError):
        read_providers(data)


@pytest.mark.parametrize(
    ("provider", "message"),
    [
        ("nobody", "failed to find external data provider nobody in responses"),
        (
            "down",
            "failed to send external data request to provider down: "
            "failed to send external data request: connection refused",
        ),
        ("images", "failed to retrieve external data item from provider images: not signed"),
    ],
)
def test_mutators_fail_in_gatekeepers_words(provider, message):
    target = pod(spec={"containers": [{"name": "a", "image": "b"}]})
    with pytest.raises(MutationError) as caught:
        mutated(target, external(provider=provider), provider=read_providers(PROVIDERS))
    assert caught.value.message == f"failed to resolve external data placeholders: {message}"


def test_an_empty_list_of_keys_asks_nobody():
    assert rego_answers(read_providers({}))("x", []) == {
        "responses": [],
        "errors": [],
        "status_code": 0,
        "system_error": "",
    }
