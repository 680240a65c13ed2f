"""Differential fuzzing: well-formed Rego programs, made at random, answered by us and by others, and compared.

`python -m conformance.fuzz --count 10000` needs `opa` on PATH (it is run as a server on a local socket); regopy,
which is always there, is asked with `--against regopy`. A disagreement is reduced to its smallest program and printed.
"""
