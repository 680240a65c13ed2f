"""Evaluation step by step, as OPA traces it: for policy authors who ask why, and as a reference in tests.

`interpreter` walks the compiled modules as OPA's topdown does, event for event; `pretty` prints the events as OPA
prints them. It is slow and never used for anything but traces. Nothing imports it before one is asked for.
"""
