"""What the process that evaluates says about itself."""

from __future__ import annotations

from gatewright.builtins.registry import BuiltinError, builtin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.runtime.context import Context

_SECRETS = {"services": ("credentials",), "keys": ("key", "private_key")}


@builtin("opa.runtime", "() -> output: object[string: any]", context=True, nondeterministic=True)
def opa_runtime(context: Context) -> dict[str, Any]:
    """The runtime information the caller gave, credentials left out; {} by default: `opa.runtime().env`."""
    runtime = dict(context.options.runtime or {})
    config = runtime.get("config")
    if isinstance(config, dict):
        runtime["config"] = {name: _without_secrets(name, part) for name, part in config.items()}
    return runtime


def _without_secrets(name: str, part: Any) -> Any:
    secrets = _SECRETS.get(name)
    if secrets is None or part is None:
        return part
    if isinstance(part, dict):
        return {key: _without(entry, secrets) for key, entry in part.items()}
    if isinstance(part, list) and name == "services":
        return [_without(entry, secrets) for entry in part]
    raise BuiltinError(f"illegal {name.rstrip('s') if name == 'services' else name} config type")


def _without(entry: Any, secrets: tuple[str, ...]) -> Any:
    if not isinstance(entry, dict):
        raise BuiltinError("type assertion error")
    return {key: value for key, value in entry.items() if key not in secrets}
