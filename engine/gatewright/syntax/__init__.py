"""Rego text in, AST out, and back to text: the parser, the formatter and the printers."""

from gatewright.syntax._modules import parse_module, parse_query, parse_ref, parse_statements, parse_term
from gatewright.syntax.text import node_text
from gatewright.syntax.to_json import nodes_to_json

__all__ = ["node_text", "nodes_to_json", "parse_module", "parse_query", "parse_ref", "parse_statements", "parse_term"]
