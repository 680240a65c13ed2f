"""OpenAPI schemas as Kubernetes uses them in CRDs: reading, rules for schemas, validation, pruning, defaults.

A schema is a plain dict with the JSON names of apiextensions/v1 JSONSchemaProps, read once by `read_schema`. `items`,
`additionalProperties` and `dependencies` hold a Schemas value, since Kubernetes lets them be several things.
"""

from __future__ import annotations

from gatewright.gatekeeper.schema.openapi import validate_value
from gatewright.gatekeeper.schema.props import SCHEMA_TYPE, Schema, preserve_unknown_fields, read_schema
from gatewright.gatekeeper.schema.pruning import apply_defaults, prune, unknown_fields
from gatewright.gatekeeper.schema.structural import schema_errors

__all__ = [
    "SCHEMA_TYPE",
    "Schema",
    "apply_defaults",
    "preserve_unknown_fields",
    "prune",
    "read_schema",
    "schema_errors",
    "unknown_fields",
    "validate_value",
]
