"""Mutation tests of suites: mutators and the answers of external data in, the object after mutation out.

gator tests no mutators (its issues 2847 and 2721 ask for it); the order and the rules are those of
`gatekeeper.mutation`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Sequence
from typing import Any

from gatewright.errors import SuiteError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper.expander import Expander
from gatewright.gatekeeper.match import Namespace
from gatewright.gatekeeper.mutation import is_mutator
from gatewright.gatekeeper.providers import read_providers
from gatewright.gatekeeper.reading.match import read_namespace

Mutate = Callable[[kube.Object], kube.Object]


def load_mutators(documents: Sequence[kube.Object], external_data: dict[str, Any] | None = None) -> Mutate:
    """A function from an object to what the mutators make of it, as on its creation.

    Namespaces among the documents are the ones that selectors see. Raises MutationError for a mutator that is
    refused, SuiteError for a document of another kind; the function raises MutationError.
    """
    provider = None if external_data is None else read_providers(external_data)
    expander = Expander(provider=provider, cluster=True)
    namespaces: dict[str, Namespace] = {}
    for document in documents:
        if kube.is_namespace(document):
            namespace = read_namespace(document)
            namespaces[namespace.name] = namespace
        elif is_mutator(document):
            expander.add(document)
        else:
            raise SuiteError(f"not a mutator: {document.get('kind')} {kube.name_of(document)!r}")

    def mutate(obj: kube.Object) -> kube.Object:
        return expander.mutated(obj, namespaces.get(kube.namespace_of(obj)), operation="CREATE")

    return mutate


def difference(got: kube.Object, want: kube.Object) -> str | None:
    """None when the objects are the same, else what differs, line by line."""
    if kube.same(got, want):
        return None
    lines = difflib.unified_diff(_lines(want), _lines(got), "want", "got", lineterm="")
    return "\n".join(["the mutated object is not the wanted one:", *lines])


def _lines(obj: kube.Object) -> list[str]:
    return json.dumps(obj, indent=2, sort_keys=True).splitlines()
