"""BLAKE2b, without the OpenSSL that `hashlib` loads: reading that takes longer than most of what is digested here."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # a Python that builds it otherwise
    from hashlib import blake2b

__all__ = ["blake2b"]
