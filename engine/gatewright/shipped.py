"""Where the rules and sets that are shipped lie, and which state of them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gatewright.digests import blake2b
from gatewright.stamp import installation


def shipped_directory(name: str) -> str | None:
    """The folder `library` or `policies`: within the package where that is installed, beside it in a checkout."""
    package = os.path.dirname(os.path.realpath(__file__))
    checkout = os.path.dirname(os.path.dirname(package))
    for candidate in (os.path.join(package, "_data", name), os.path.join(checkout, name)):
        if os.path.isdir(candidate):
            return candidate
    return None


def shipped_stamp() -> bytes:
    """Changes with every file that sets are made of; where gatewright is installed, with the installation."""
    if known := installation():
        return known.encode()
    times = sorted(f"{path}:{changed}" for path, changed in _sources())
    return blake2b("\n".join(times).encode("utf-8", "surrogateescape"), digest_size=20).digest()


def _sources() -> Iterator[tuple[str, int]]:
    """The modules of library/lib, the rules of all families and the documents of all sets, but no samples or suites."""
    for name in ("library", "policies"):
        root = shipped_directory(name)
        for family in os.listdir(root) if root is not None else ():
            folder = os.path.join(str(root), family)
            for entry in os.listdir(folder) if os.path.isdir(folder) else ():
                path = os.path.join(folder, entry)
                if not entry.endswith((".rego", ".yaml")):
                    path = os.path.join(path, "rule.rego")
                try:
                    yield path, os.stat(path).st_mtime_ns
                except OSError:
                    continue  # a folder without a rule
