"""What constraints apply to: each criterion on its own, wildcards, selectors, and the reasons that are given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.errors import MatchError
from gatewright.gatekeeper.match import Namespace, Subject
from gatewright.gatekeeper.reading.match import compile_match
from gatewright.gatekeeper.review import GENERATED, ORIGINAL
from gatewright.gatekeeper.selector import compile_selector
from gatewright.gatekeeper.wildcard import matches, matches_generate_name

SHOP = Namespace("shop", {"team": "web"})


def obj(kind="Pod", api="v1", **metadata):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "web-1", "namespace": "shop", **metadata}}


def accepts(match, target, namespace, source):
    return compile_match(match)(Subject(target, namespace, source))


@pytest.mark.parametrize(
    ("match", "target", "want"),
    [
        ({}, obj(), True),
        ({"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}, obj(), True),
        ({"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}]}, obj(), True),
        ({"kinds": [{"apiGroups": ["apps"], "kinds": ["Pod"]}]}, obj(), False),
        ({"kinds": [{"apiGroups": ["apps"], "kinds": ["Deployment"]}]}, obj("Deployment", "apps/v1"), True),
        ({"kinds": [{"apiGroups": ["apps"]}, {"kinds": ["Pod"]}]}, obj(), True),
        ({"namespaces": ["shop"]}, obj(), True),
        ({"namespaces": ["sh*"]}, obj(), True),
        ({"namespaces": ["*op"]}, obj(), True),
        ({"namespaces": ["other"]}, obj(), False),
        ({"excludedNamespaces": ["sh*"]}, obj(), False),
        ({"excludedNamespaces": ["kube-*"]}, obj(), True),
        ({"labelSelector": {"matchLabels": {"app": "web"}}}, obj(labels={"app": "web"}), True),
        ({"labelSelector": {"matchLabels": {"app": "web"}}}, obj(), False),
        ({"namespaceSelector": {"matchLabels": {"team": "web"}}}, obj(), True),
        ({"namespaceSelector": {"matchLabels": {"team": "db"}}}, obj(), False),
        ({"scope": "Namespaced"}, obj(), True),
        ({"scope": "Cluster"}, obj(), False),
        ({"name": "web-*"}, obj(), True),
        ({"name": "db-*"}, obj(), False),
        ({"source": "Original"}, obj(), True),
        ({"source": "Generated"}, obj(), False),
        ({"source": "All"}, obj(), True),
    ],
)
def test_criteria(match, target, want):
    assert accepts(match, target, SHOP, ORIGINAL) is want


def test_generated_objects_need_a_match_that_takes_them():
    assert accepts({"source": "Generated"}, obj(), SHOP, GENERATED)
    assert not accepts({"source": "Original"}, obj(), SHOP, GENERATED)


def test_a_namespace_selector_needs_the_namespace():
    with pytest.raises(MatchError):
        accepts({"namespaceSelector": {"matchLabels": {"a": "b"}}}, obj(), None, ORIGINAL)


def test_an_unknown_source_is_an_error():
    with pytest.raises(MatchError):
        accepts({"source": "Elsewhere"}, obj(), SHOP, ORIGINAL)


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        ({"kinds": [{"apiGroups": ["apps"], "kinds": ["Deployment"]}]}, "kinds"),
        ({"namespaces": ["other"]}, "namespaces"),
        ({"excludedNamespaces": ["shop"]}, "excludedNamespaces"),
        ({"labelSelector": {"matchLabels": {"a": "b"}}}, "labelSelector"),
        ({"name": "db"}, "name"),
        ({}, None),
    ],
)
def test_the_first_failing_criterion_is_named(match, reason):
    assert compile_match(match).failure(Subject(obj(), SHOP, ORIGINAL)) == reason


@pytest.mark.parametrize(
    ("pattern", "text", "want"),
    [
        ("web", "web", True),
        ("web", "web-1", False),
        ("web*", "web-1", True),
        ("*1", "web-1", True),
        ("*b-*", "web-1", True),
        ("*", "", True),
        ("", "", True),
        ("w*b", "web", False),  # a star means something at the ends only
    ],
)
def test_wildcards(pattern, text, want):
    assert matches(pattern, text) is want


def test_generate_name_matches_prefixes_only():
    assert matches_generate_name("web-*", "web-")
    assert not matches_generate_name("*-web", "my-web")


@given(st.text("ab-", max_size=6), st.text("ab-", max_size=6))
def test_a_prefix_pattern_is_startswith(prefix, text):
    assert matches(prefix + "*", text) is text.startswith(prefix)


@pytest.mark.parametrize(
    ("selector", "labels", "want"),
    [
        ({}, {}, True),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}, {"a": "2"}, True),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1"]}]}, {}, False),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, {}, True),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, {"a": "1"}, False),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"a": ""}, True),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, {"a": ""}, False),
        ({"matchLabels": {"a": "1"}, "matchExpressions": [{"key": "b", "operator": "Exists"}]}, {"a": "1"}, False),
    ],
)
def test_selectors(selector, labels, want):
    assert compile_selector(selector)(labels) is want
