"""External data without a network: providers whose answers stand in a file.

images:                       # the provider's name
  nginx: nginx@sha256:1234    # a key and its value
  redis: {error: not signed}  # a key that the provider answers with an error
  busybox: {value: [1, 2]}    # any other value
sizes: connection refused     # a provider that cannot be asked, and why
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gatewright.errors import ManifestError, ProviderError, UsageError
from gatewright.records import record

_FORMS = ({"error"}, {"value"})


@record(frozen=True, slots=True)
class Answer:
    """A provider's word on one key: a value, or an error."""

    value: Any = None
    error: str = ""


# A provider's name and keys → answers by key; ProviderError where there is nobody to ask.
Provider = Callable[[str, Sequence[str]], Mapping[str, Answer]]


def read_providers(data: Any) -> Provider:
    """The providers that decoded YAML describes; UsageError when it has another shape."""
    if not isinstance(data, dict) or not all(isinstance(keys, dict | str) for keys in data.values()):
        raise UsageError("external data must be an object of providers, each an object of keys and values")
    known = {name: keys if isinstance(keys, str) else _answers(keys) for name, keys in data.items()}

    def ask(name: str, keys: Sequence[str]) -> Mapping[str, Answer]:
        answers = known.get(name)
        if answers is None:
            raise ProviderError("key is not found in provider cache", unknown=True)
        if isinstance(answers, str):
            raise ProviderError(answers)
        return {key: answers.get(key, _NO_ANSWER) for key in keys}

    return ask


def load_providers(path: str) -> Provider | None:
    """The providers of a file; None when no file is named."""
    if not path:
        return None
    from gatewright.manifests import read_paths

    for document in read_paths([path]):
        if isinstance(document, ManifestError):
            raise document
        return read_providers(document.value)
    raise UsageError(f"{path}: no external data in it")


_NO_ANSWER = Answer(error="key not found")


def _answers(keys: Mapping[str, Any]) -> dict[str, Answer]:
    return {key: _answer(value) for key, value in keys.items()}


def _answer(value: Any) -> Answer:
    if isinstance(value, dict) and set(value) in _FORMS:
        return Answer(value.get("value"), str(value.get("error", "")))
    return Answer(value)


# --- for Rego ----------------------------------------------------------------------------------------------------


def rego_answers(provider: Provider) -> Callable[[str, Sequence[str]], Any]:
    """What `external_data` gives policies, in the shape that Gatekeeper's driver makes (frameworks' externaldata)."""

    def answer(name: str, keys: Sequence[str]) -> Any:
        if not keys:
            # Nobody is asked, so even an unknown name is no error.
            return _response([], [], 0)
        try:
            found = provider(name, keys)
        except ProviderError as error:
            if error.unknown:
                return _response(None, None, 400, error.message)
            return _response(None, None, 500, f"failed to send external data request: {error.message}")
        answers = [(key, found[key]) for key in keys]
        values = [[key, a.value] for key, a in answers if not a.error]
        return _response(values, [[key, a.error] for key, a in answers if a.error], 200)

    return answer


def _response(responses: Any, errors: Any, status: int, system_error: str = "") -> dict[str, Any]:
    return {"responses": responses, "errors": errors, "status_code": status, "system_error": system_error}
