"""External data without a network: providers whose answers stand in a file.

images:                       # the provider's name
  nginx: nginx@sha256:1234    # a key and its value
  redis: {error: not signed}  # a key that the provider answers with an error
  busybox: {value: [1, 2]}    # any other value
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.errors import ManifestError, MutationError, UsageError
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper.mutation import Answer, Provider

_FORMS = ({"error"}, {"value"})


def read_providers(data: Any) -> Provider:
    """The providers that decoded YAML describes; UsageError when it has another shape."""
    if not isinstance(data, dict) or not all(isinstance(keys, dict) for keys in data.values()):
        raise UsageError("external data must be an object of providers, each an object of keys and values")
    known = {name: {key: _answer(value) for key, value in keys.items()} for name, keys in data.items()}

    def ask(name: str, keys: frozenset[str]) -> Mapping[str, Answer]:
        if name not in known:
            raise MutationError(f"failed to retrieve external data: provider {quote(name)} not found")
        answers = known[name]
        return {key: answers.get(key, Answer(error="key not found")) for key in keys}

    return ask


def load_providers(path: str) -> Provider:
    """The providers of a file."""
    from gatewright.manifests import read_paths

    for document in read_paths([path]):
        if isinstance(document, ManifestError):
            raise document
        return read_providers(document.value)
    raise UsageError(f"{path}: no external data in it")


def _answer(value: Any) -> Answer:
    if isinstance(value, dict) and set(value) in _FORMS:
        return Answer(value.get("value"), str(value.get("error", "")))
    return Answer(value)
