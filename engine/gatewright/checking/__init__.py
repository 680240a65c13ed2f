"""`gatewright check`: policies and manifests in, a report and an exit code out.

request → policies (a Host) → units of input → evaluated here or in workers → a report, in the order of the input
"""
