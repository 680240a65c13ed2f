"""External data: placeholders that mutators leave, and the answers that replace them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.errors import MutationError, ProviderError
from gatewright.gatekeeper import _field
from gatewright.gatekeeper.providers import Answer, Provider
from gatewright.records import record

FAIL = "Fail"
IGNORE = "Ignore"
USE_DEFAULT = "UseDefault"


@record(frozen=True, slots=True)
class Placeholder:
    """A value that a provider will give: asked for with `value`, under the mutator's `reference`."""

    reference: Mapping[str, Any]
    value: str = ""

    @property
    def provider(self) -> str:
        return str(self.reference.get("provider", ""))


def resolve(obj: Any, provider: Provider | None) -> None:
    """Replace all placeholders in an object, in place; one request a provider."""
    keys: dict[str, set[str]] = {}
    _collect(obj, keys)
    if not keys:
        return
    if provider is None:
        message = "failed to get client TLS certificate: external data client certificate watcher is not initialized"
        raise MutationError(message, hint="answer for the providers in a file: --external-data FILE")
    answers = {name: _ask(provider, name, sorted(asked)) for name, asked in keys.items()}
    errors: list[str] = []
    _replace(obj, answers, errors)
    if errors:
        raise MutationError(_field.aggregate(errors))


def _ask(provider: Provider, name: str, keys: list[str]) -> Mapping[str, Answer] | MutationError:
    try:
        return provider(name, keys)
    except ProviderError as error:
        if error.unknown:
            return MutationError(f"failed to find external data provider {name} in responses")
        request = f"failed to send external data request to provider {name}"
        return MutationError(f"{request}: failed to send external data request: {error.message}")


def _collect(value: Any, keys: dict[str, set[str]]) -> None:
    if isinstance(value, Placeholder):
        keys.setdefault(value.provider, set()).add(value.value)
    elif isinstance(value, dict):
        for child in value.values():
            _collect(child, keys)
    elif isinstance(value, list):
        for child in value:
            _collect(child, keys)


def _replace(value: Any, answers: Mapping[str, Mapping[str, Answer] | MutationError], errors: list[str]) -> None:
    if isinstance(value, list):
        for child in value:
            _replace(child, answers, errors)
    elif isinstance(value, dict):
        for key, child in value.items():
            if isinstance(child, Placeholder):
                try:
                    value[key] = _answer(child, answers[child.provider])
                except MutationError as error:
                    errors.append(error.message)
            else:
                _replace(child, answers, errors)


def _answer(placeholder: Placeholder, answers: Mapping[str, Answer] | MutationError) -> str:
    try:
        return _value(placeholder, answers)
    except MutationError:
        policy = placeholder.reference.get("failurePolicy", "")
        if policy == IGNORE:
            return placeholder.value
        if policy == USE_DEFAULT:
            return str(placeholder.reference.get("default", ""))
        if policy == FAIL:
            raise
        # Without a policy, which only a cluster would fill in, Gatekeeper leaves the empty text.
        return ""


def _value(placeholder: Placeholder, answers: Mapping[str, Answer] | MutationError) -> str:
    if isinstance(answers, MutationError):
        raise answers
    answer = answers.get(placeholder.value)
    name = placeholder.provider
    if answer is None:
        raise MutationError(f"failed to find external data item in response for provider {name}")
    if answer.error:
        raise MutationError(f"failed to retrieve external data item from provider {name}: {answer.error}")
    if not isinstance(answer.value, str):
        from gatewright.gatekeeper._gotext import type_text

        what = f"failed to convert external data item value from provider {name} to string"
        raise MutationError(f"{what}, got type {type_text(answer.value)}")
    return answer.value
