"""`gatewright eval` without the command line: files and a query in, `opa eval`'s output and exit codes out."""

from gatewright.querying.session import QueryRequest, run_query

__all__ = ["QueryRequest", "run_query"]
