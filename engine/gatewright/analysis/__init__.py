"""AST in, Program out: names, checks, desugaring, ordering for safety and types, as OPA's compiler does them."""

from gatewright.analysis.capabilities import Capabilities, capabilities_from_json
from gatewright.analysis.pipeline import compile_modules, compile_query
from gatewright.analysis.program import CompiledRule, Program, QueryPlan, RuleNode
from gatewright.analysis.types import Signature

__all__ = [
    "Capabilities",
    "CompiledRule",
    "Program",
    "QueryPlan",
    "RuleNode",
    "Signature",
    "capabilities_from_json",
    "compile_modules",
    "compile_query",
]
