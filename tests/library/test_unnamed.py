"""An object that only has a generateName is judged like one with a name: messages need no name."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from gatewright import catalog
from gatewright.export import template
from gatewright.gatekeeper.host import Host
from gatewright.manifests import admission_request, read_paths, unpacked

# Rules that compare the name, or look for objects by it.
_ABOUT_NAMES = {
    "gatekeeper/template_name",
    "ingress/duplicate_host",
    "istio/default_deny_missing",
    "istio/namespace_without_strict_mtls",
    "network/default_deny_missing",
    "network/namespace_without_policy",
    "sealed_secret/template_name_differs",
    "sealed_secret/unsealed_twin",
    "service_account/default_used",
    "workload/replicas_with_autoscaler",
    "workload/single_replica",
}
RULES = [path for path, rule in catalog.rules().items() if rule.in_cluster and path not in _ABOUT_NAMES]


@pytest.mark.parametrize("path", RULES)
def test_a_rule_needs_no_name(path: str) -> None:
    rule = catalog.rule(path)
    suite = yaml.safe_load((rule.directory / "suite.yaml").read_text(encoding="utf-8"))
    for test in suite["tests"]:
        host = Host()
        host.add(template.assemble(rule))
        host.add(_document(rule, test["constraint"]) if "constraint" in test else template.constraint(rule))
        for case in test["cases"]:
            data = [_document(rule, name) for name in case.get("inventory", ())]
            for document in data:
                host.add_data(document)
            for named in _objects(rule, case["object"]):
                unnamed = copy.deepcopy(named)
                metadata = (admission_request(unnamed) or {"object": unnamed})["object"]["metadata"]
                metadata["generateName"] = metadata.pop("name")
                assert len(host.review(unnamed)) == len(host.review(named)), case["name"]
            for document in data:
                host.forget(document)


def _document(rule: catalog.Rule, name: str) -> Any:
    return next(_objects(rule, name))


def _objects(rule: catalog.Rule, name: str) -> Iterator[Any]:
    for item in read_paths([str(rule.directory / name)]):
        assert not isinstance(item, Exception)
        for document in unpacked(item):
            yield document.value
