"""Gatekeeper's `external_data`, which is no built-in of OPA's: there where the host has providers to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.runtime.plain import to_python

if TYPE_CHECKING:
    from gatewright.runtime.context import Context


@builtin("external_data", "(request: any) -> response: any", context=True)
def external_data(context: Context, request: Any) -> Any:
    """What a provider answers to keys: `external_data({"provider": "images", "keys": ["a"]}).responses`."""
    provider, keys = _request(to_python(request))
    ask = context.options.external_data
    if ask is None:
        raise BuiltinError("there are no providers")
    # As in OPA's memoised functions, one evaluation asks the same once.
    asked = ("external_data", provider, tuple(keys))
    if asked not in context.cache:
        context.cache[asked] = ask(provider, keys)
    return context.cache[asked]


def _request(value: Any) -> tuple[str, list[str]]:
    """Provider and keys, decoded as Go decodes JSON into a struct: names in any case, the exact one first."""
    if not isinstance(value, dict):
        raise BuiltinError("the request must be an object with a provider and keys")
    fields = {str(name).lower(): item for name, item in value.items()} | value
    provider, keys = fields.get("provider"), fields.get("keys")
    if not isinstance(provider, str | None):
        raise BuiltinError("provider must be a string")
    if not (keys is None or (isinstance(keys, list) and all(isinstance(key, str | None) for key in keys))):
        raise BuiltinError("keys must be strings")
    return provider or "", [key or "" for key in keys or ()]
