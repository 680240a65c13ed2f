"""Data-driven conformance: what OPA, Gatekeeper and Kubernetes answered, held against the public API."""
