"""What a policy may use: OPA's capabilities files, and the language features of OPA v1.22.2."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gatewright.analysis.notation import type_from_json
from gatewright.analysis.types import FunctionType, Signature
from gatewright.errors import UsageError
from gatewright.records import field, record

FEATURES = frozenset(("keywords_in_refs", "rego_v1", "rego_v2", "rego_v2_import", "template_strings"))


@record(frozen=True, slots=True)
class Capabilities:
    """The built-ins and the features of the language that are there to be used, and the hosts (None: any)."""

    builtins: Mapping[str, Any]  # as compile_modules takes them
    features: frozenset[str] = FEATURES
    future_keywords: frozenset[str] = field(default=frozenset(("and", "not", "or")))
    allow_net: frozenset[str] | None = None

    @property
    def language(self) -> Mapping[str, Collection[str]]:
        """What of them the parser asks for, by the names it has in the file."""
        return {"features": self.features, "future_keywords": self.future_keywords}

    @property
    def key(self) -> str:
        """The same text for the same capabilities."""
        return repr((sorted(self.builtins.items()), sorted(self.features), sorted(self.future_keywords)))


def capabilities_from_json(data: Any) -> Capabilities:
    """The capabilities of a file in OPA's format, already read as JSON."""
    try:
        builtins = {entry["name"]: _signature(entry) for entry in data.get("builtins") or ()}
        return Capabilities(
            builtins,
            frozenset(data.get("features") or ()),
            frozenset(data.get("future_keywords") or ()),
            None if data.get("allow_net") is None else frozenset(data["allow_net"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as e:
        raise UsageError(f"not a capabilities file: {e}") from e


def _signature(entry: Mapping[str, Any]) -> Signature:
    tpe = type_from_json(entry["decl"])
    if not isinstance(tpe, FunctionType):
        raise ValueError(f"{entry['name']} is not a function")
    return Signature(
        entry["name"],
        tpe,
        relation=bool(entry.get("relation")),
        deprecated=bool(entry.get("deprecated")),
        nondeterministic=bool(entry.get("nondeterministic")),
        infix=entry.get("infix") or "",
    )
