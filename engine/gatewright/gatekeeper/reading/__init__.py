"""Documents to what a host holds: every type, check and refusal of Gatekeeper's on the way.

A host whose policies were checked before (`gatekeeper.snapshot`) needs none of this.
"""
